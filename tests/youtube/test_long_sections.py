"""Sections of minutes, as lists of clips may name them: bytes, time and disk grow with the length."""

from datetime import UTC, datetime

import numpy as np
import pytest
from fakeyoutube.in_process import Answer, Opener, Recording, reader_of

from audiophrase.annotations.clip_lists import MAX_LENGTH_S
from audiophrase.clips.section import PRE_ROLL_S
from audiophrase.youtube import exact
from audiophrase.youtube.opener import MAX_ANSWER_BYTES
from audiophrase.youtube.plan import plan
from audiophrase.youtube.ranges import MAX_BYTES, PIECE_BYTES, MediaError, RangedReader


class Measured(Opener):
    """Remembers how long the longest answer was."""

    most_bytes = 0

    def __call__(self, request):
        answer = super().__call__(request)
        self.most_bytes = max(self.most_bytes, len(answer.content))
        return answer


@pytest.mark.parametrize(
    ("name", "length_s"),
    [("webm of ten hours", MAX_LENGTH_S / 2), ("m4a with sidx of ten hours", MAX_LENGTH_S)],
)
def test_clips_as_long_as_a_list_may_name_are_read(media_folder, name, length_s, monkeypatch):
    recording = Recording.of_layout(media_folder / "layouts", name)
    opener = Measured(recording.content)
    monkeypatch.setattr("fakeyoutube.in_process.Opener", lambda content: opener)
    made = recording.make(613.4, length_s)
    assert (made.is_same, made.read_by) == (True, "index")
    assert made.n_read < 1.05 * made.n_packet_bytes
    assert opener.most_bytes <= PIECE_BYTES < MAX_ANSWER_BYTES
    assert made.n_requests <= made.n_packet_bytes / PIECE_BYTES + 4


def test_a_long_section_has_a_bound_too():
    endless = bytes(1 << 20)

    class Endless:
        def __len__(self):
            return 1 << 32

        def __getitem__(self, place):
            return endless[: place.stop - place.start]

    for length_s in (10.0, 60.0):
        reader = reader_of(Endless(), len(Endless()))
        reader.allow(length_s)
        assert len(reader.fetch(0, 3 * MAX_BYTES // 4)) == 3 * MAX_BYTES // 4
        with pytest.raises(MediaError, match="should not need more"):
            reader.fetch(1 << 24, (1 << 24) + round(length_s * 200_000) + MAX_BYTES)
        assert reader.n_read == 3 * MAX_BYTES // 4
        assert reader.read() == b""


def test_a_long_section_may_take_as_long_as_it_sounds():
    reader = RangedReader(Opener(b"abc"), Answer.url, headers={}, n_bytes=3, seconds=-100)
    reader.allow(600.0)
    assert reader.read() == b"abc"
    reader = RangedReader(Opener(b"abc"), Answer.url, headers={}, n_bytes=3, seconds=-100)
    reader.allow(10.0)
    assert reader.read() == b""


@pytest.mark.parametrize("ext", ["webm", "m4a with sidx", "m4a with one table"])
@pytest.mark.parametrize("start_s", [0.0, PRE_ROLL_S / 2, 47.3, 140.0])
def test_what_is_not_fetched_at_once_is_told_to_be_sought(media_folder, monkeypatch, ext, start_s):
    recording = Recording.of_layout(media_folder / "layouts", ext)
    assert recording.make(start_s, 7.0).read_by == "index"
    monkeypatch.setattr(exact, "DATA_SHARE", 1e-6)
    cut, _ = recording.cut(start_s, 7.0)
    samples, rate_hz = recording.whole
    assert cut.read_by == "seek"
    np.testing.assert_array_equal(cut.samples, samples[round(start_s * rate_hz) :][: 7 * rate_hz])


def test_the_disk_that_clips_take_grows_with_their_length():
    def n_bytes(*ends_s: float) -> int:
        rows = [
            {"clip_id": f"{end_s}", "youtube_id": "AAAAAAAAAAA", "start_s": 5.0, "end_s": end_s}
            for end_s in ends_s
        ]
        now = datetime(2026, 1, 1, tzinfo=UTC)
        return plan(rows, {}, set(), n_attempts=3, recheck=False, now=now).n_bytes

    assert n_bytes() == 0
    assert 3 * 500_000 < n_bytes(15.0) < 3 * 1_000_000
    assert n_bytes(605.0) == 60 * n_bytes(15.0)
    assert n_bytes(15.0, 605.0) == n_bytes(15.0) + n_bytes(605.0)
