"""Sections by their index: the samples of a whole decode, out of few bytes more than their own."""

import json
import re

import av
import numpy as np
import pytest
from fakeyoutube.in_process import AsFile, Recording, random_starts, reader_of
from fakeyoutube.layouts import LAYOUTS
from fakeyoutube.sounds import FORMATS

from audiophrase.clips.section import NoAudioError, read_section
from audiophrase.youtube import exact, mp4, webm
from audiophrase.youtube.client import Fetched
from audiophrase.youtube.ranges import MAX_BYTES, MediaError
from audiophrase.youtube.section import read_cut

N_CUTS = 16
# name -> most bytes over packets and requests, of all cuts together
BOUNDS = {
    "webm": (1.3, 3),
    "webm of variable rate": (1.3, 3),
    "webm with the index behind": (1.3, 3),
    "m4a with sidx": (1.3, 3),
    "m4a with sidx of variable rate": (1.3, 3.2),
    "m4a with one table": (1.3, 3),
    "m4a in fragments without sidx": (1.45, 24),
    "webm of ten hours": (1.8, 3),  # its index alone is as long as four seconds of sound
    "m4a with sidx of ten hours": (1.5, 3),
}
VIDEO = "-_aBcDeFg0-"


@pytest.fixture(scope="module")
def recordings(media_folder):
    """Recordings by the name of their layout."""
    made = {}

    def get(name: str) -> Recording:
        if name not in made:
            made[name] = Recording.of_layout(media_folder / "layouts", name)
        return made[name]

    return get


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_cut_is_the_same_to_the_bit_and_takes_few_bytes(recordings, name):
    recording = recordings(name)
    rng = np.random.default_rng(11)
    starts = [0.0, 0.7, 10.0, *random_starts(recording.length_s, N_CUTS, rng)]
    made = [recording.make(start_s) for start_s in starts]
    assert [cut.start_s for cut in made if not cut.is_same] == []
    assert {cut.read_by for cut in made} == {"seek" if "without sidx" in name else "index"}
    most_bytes, most_requests = BOUNDS[name]
    packets = sum(cut.n_packet_bytes for cut in made)
    assert sum(cut.n_read for cut in made) <= most_bytes * packets
    assert sum(cut.n_requests for cut in made) <= most_requests * len(made)


@pytest.mark.parametrize("start_s", [50.5, 60.5, 90.52])
def test_seeking_gives_the_same_to_the_bit(recordings, start_s):
    """Opus remembers more than half a second: these begin that long behind a cluster's start."""
    recording = recordings("webm")
    with av.open(AsFile(recording.content)) as container:
        samples, _ = read_section(container, start_s=start_s, length_s=2)
    first = round(start_s * 48000)
    np.testing.assert_array_equal(samples, recording.whole[0][first : first + 96_000])


def test_only_the_packets_that_may_be_are_decoded(recordings):
    recording = recordings("m4a with one table")
    with av.open(AsFile(recording.content)) as container:
        packets = [packet for packet in container.demux() if packet.size]
    allowed = range(packets[50].pos, len(recording.content))
    with av.open(AsFile(recording.content)) as container:
        samples, _ = read_section(container, start_s=0, length_s=1, packets=allowed)
    first = 49 * 1024  # the first packet is the encoder's delay
    expected = recording.whole[0][first : first + 44_100]
    np.testing.assert_array_equal(samples[4096:], expected[4096:])


@pytest.mark.parametrize("name", ["webm", "m4a with sidx", "m4a with one table"])
def test_a_player_that_does_not_say_where_the_index_ends_costs_a_request(recordings, name):
    recording = recordings(name)
    for start_s in (0.0, 10.0, 73.3):
        stated, _ = recording.cut(start_s)
        for end in (None, 0, 10**12):
            cut, reader = recording.cut(start_s, index_end=end)
            np.testing.assert_array_equal(cut.samples, stated.samples)
            assert reader.n_requests <= 4
            assert reader.n_read <= 1.3 * 10 * len(recording.content) / recording.length_s


@pytest.mark.parametrize("name", ["webm", "m4a with sidx"])
@pytest.mark.parametrize("end", [1, 30, 300, 5000, 100_000])
def test_an_index_that_ends_elsewhere_than_the_player_said_spoils_nothing(recordings, name, end):
    recording = recordings(name)
    stated, _ = recording.cut(40.0)
    cut, _ = recording.cut(40.0, index_end=end)
    np.testing.assert_array_equal(cut.samples, stated.samples)


@pytest.mark.parametrize("name", ["webm", "m4a with sidx", "m4a with one table"])
def test_the_end_of_a_recording_is_not_padded(recordings, name):
    recording = recordings(name)
    whole, rate_hz = recording.whole
    cut, _ = recording.cut(140.0)
    np.testing.assert_array_equal(cut.samples, whole[140 * rate_hz :][: 10 * rate_hz])
    assert 7.9 * rate_hz < len(cut.samples) < 8.1 * rate_hz


def shifted_cues(content: bytes, by_ms: int) -> bytes:
    """Each cluster said to begin at another time than it does."""
    end = content.index(webm.CLUSTER)
    shifted = bytearray(content)
    for match in re.finditer(rb"\xbb[\x80-\xff]\xb3(.)", content[:end], re.DOTALL):
        n_time = match[1][0] & 0x7F
        if n_time == 1:
            continue  # the first one, at 0
        time = slice(match.end(), match.end() + n_time)
        later = int.from_bytes(content[time], "big") + by_ms
        shifted[time] = later.to_bytes(n_time, "big")
    assert shifted != content
    return bytes(shifted)


@pytest.mark.parametrize("by_ms", [40, 400, 3000])
@pytest.mark.parametrize("start_s", [30.0, 35.0])
def test_an_index_with_wrong_times_is_not_believed(recordings, by_ms, start_s):
    recording = recordings("webm")
    cut, _ = recording.cut(start_s, content=shifted_cues(recording.content, by_ms))
    first = round(start_s * 48000)
    np.testing.assert_array_equal(cut.samples, recording.whole[0][first : first + 480_000])


def test_a_section_inside_one_cluster_asks_for_the_cluster_s_own_time(recordings):
    recording = recordings("webm")
    cut, reader = recording.cut(35.0, 2.0)
    assert (cut.read_by, reader.n_requests) == ("index", 3)
    np.testing.assert_array_equal(cut.samples, recording.whole[0][35 * 48000 : 37 * 48000])
    wrong = shifted_cues(recording.content, 400)
    cut, _ = recording.cut(35.0, 2.0, content=wrong)
    assert cut.read_by == "seek"
    np.testing.assert_array_equal(cut.samples, recording.whole[0][35 * 48000 : 37 * 48000])


def test_a_block_that_is_gone_is_no_more_wrong_than_by_seeking(recordings):
    """A block of the pre-roll is gone, and an element that says nothing stands in its place."""
    recording = recordings("webm")
    first = next(at for at, time_ms in true_blocks(recording) if time_ms >= 39_500)
    size = int.from_bytes(recording.content[first + 1 : first + 3], "big") & 0x3FFF
    content = bytearray(recording.content)
    content[first : first + 3 + size] = webm.void(3 + size)
    assert len(content) == len(recording.content)
    for start_s in (40.0, 45.0):
        cut, reader = recording.cut(start_s, content=bytes(content))
        with av.open(AsFile(bytes(content))) as container:
            sought, _ = read_section(container, start_s=start_s, length_s=10)
        np.testing.assert_array_equal(cut.samples, sought)
        assert reader.n_read < 500_000


@pytest.fixture
def failing_cover(monkeypatch):
    """A chain that is believed although it lies: what is decoded then is not right."""
    monkeypatch.setattr(exact, "_agrees", lambda *_: True)
    true_chain = webm.find_chain

    def lying(data, **settings):
        chain = true_chain(data, **settings)
        return webm.Chain(chain.position + 60_000, chain.time_ms, chain.end_ms, True)

    monkeypatch.setattr(exact.webm, "find_chain", lying)


@pytest.mark.usefixtures("failing_cover")
def test_what_cannot_be_decoded_after_all_is_read_by_seeking(recordings):
    recording = recordings("webm")
    cut, _ = recording.cut(40.0)
    np.testing.assert_array_equal(cut.samples, recording.whole[0][40 * 48000 : 50 * 48000])
    assert cut.read_by == "seek"


@pytest.mark.parametrize("name", ["webm", "m4a with sidx", "m4a with one table"])
def test_damage_is_an_error_or_is_heard_and_never_takes_memory_or_time(recordings, name):
    recording = recordings(name)
    head = recording.index_end or 30_000
    rng = np.random.default_rng(5)
    n_cut = 0
    for number in range(60):
        content = bytearray(recording.content)
        first, last = ((0, head + 3000), (400_000, 700_000))[number % 2]
        for _ in range(rng.integers(1, 6)):
            at = int(rng.integers(first, last))
            length = int(rng.integers(1, 9))
            content[at : at + length] = (
                rng.bytes(length) if rng.random() < 0.7 else b"\xff" * length
            )
        content = bytes(content[: len(recording.content)])
        reader = reader_of(content, len(content))
        try:
            cut = read_cut(
                reader,
                ext=recording.ext,
                start_s=37,
                length_s=10,
                duration_s=recording.length_s,
                index_end=recording.index_end,
            )
            n_cut += 1
            assert len(cut.samples) <= 10 * cut.rate_hz
        except (MediaError, NoAudioError, av.error.FFmpegError):
            pass
        assert reader.n_read <= MAX_BYTES
        assert reader.n_requests < 200
    assert n_cut > 20


# The parsers alone.


def true_blocks(recording) -> list[tuple[int, int]]:
    """Position and time in ms of each block, as FFmpeg sees them."""
    with av.open(AsFile(recording.content)) as container:
        stream = container.streams.audio[0]
        packets = [p for p in container.demux(stream) if p.pts is not None]
    # FFmpeg says where the content begins: behind a name of one byte, and the size.
    return [(p.pos - (2 if p.size + 4 < 127 else 3), p.pts + 7) for p in packets]


def test_blocks_are_picked_up_anywhere_in_a_cluster(recordings):
    recording = recordings("webm of variable rate")
    blocks = true_blocks(recording)
    positions = np.array([position for position, _ in blocks])
    content = recording.content
    clusters = [match.start() for match in re.finditer(webm.CLUSTER, content)]
    rng = np.random.default_rng(2)
    for _ in range(300):
        number = int(rng.integers(0, len(clusters) - 1))
        start, end = clusters[number : number + 2]
        first = int(rng.integers(start + 20, end - 4000))
        last = min(int(rng.integers(first + 20_000, first + 200_000)), len(content))
        cluster_ms = webm.cluster_time_ms(content, start)
        chain = webm.find_chain(
            content[first:last], first=first, cluster_ms=cluster_ms, cluster_end=end
        )
        position, time_ms = blocks[int(np.searchsorted(positions, first))]
        assert chain.position == position
        assert abs(chain.time_ms - time_ms) <= 1
        assert chain.is_closed == (end <= last)


def simple_block(time_ms: int, payload: bytes, track: int = 1) -> bytes:
    body = bytes([0x80 | track]) + time_ms.to_bytes(2, "big") + b"\x80" + payload
    return b"\xa3" + (0x4000 | len(body)).to_bytes(2, "big") + body


def chain_of(data, end=None):
    return webm.find_chain(data, first=1000, cluster_ms=0, cluster_end=end)


def test_what_only_looks_like_blocks_is_passed_over():
    packet = b"\xfc" + bytes(150)  # 20 ms
    true = b"".join(simple_block(1000 + 20 * i, packet) for i in range(40))
    false = b"".join(simple_block(5000 + 20 * i, packet) for i in range(10))
    for front in (b"", b"\xa3\x90\x81\x00", simple_block(0, packet), false, b"\xa3" * 50):
        data = front + true
        for end in (None, 1000 + len(data)):
            assert chain_of(data, end).position == 1000 + len(front)
            assert chain_of(data, end).time_ms == 1000


@pytest.mark.parametrize(
    "wrong",
    [
        simple_block(1000, b"\xfc" + bytes(9)),  # another time
        simple_block(1800, b"\xfc" + bytes(9), track=2),
        simple_block(1800, b"\xff\x3f" + bytes(9)),  # 63 frames of 20 ms
        b"\xec\x84abcd",
        b"\x00" * 40,
    ],
)
def test_blocks_before_something_else_are_no_chain(wrong):
    true = b"".join(simple_block(1000 + 20 * i, b"\xfc" + bytes(150)) for i in range(40))
    assert chain_of(true, 1000 + len(true)) is not None
    assert chain_of(true + wrong, 1000 + len(true + wrong)) is None


def test_parsers_take_anything():
    rng = np.random.default_rng(4)
    words = [b"\xa3", b"\xa0", b"\x1f\x43\xb6\x75", b"\x18\x53\x80\x67", b"\x1a\x45\xdf\xa3"]
    words += [b"moov", b"sidx", b"moof", b"\x00\x00\x00\x01", b"\xff" * 8, b"\x01", bytes(8)]
    words += [b"\x1c\x53\xbb\x6b", b"\x81\x00", b"\x00\x00\x00\x2csidx"]
    for _ in range(2000):
        pieces = [words[i] for i in rng.integers(0, len(words), 30)]
        data = b"".join(pieces) + rng.bytes(20)
        for parse in (webm.index_end, webm.first_cluster, mp4.index_end, mp4.moof_bytes):
            assert (parse(data) or 0) >= 0
        mp4.fragments(data)
        webm.first_block_end(data, 0)
        webm.cluster_time_ms(data)
        chain_of(data)
        chain_of(data, 1010)


def test_a_search_for_blocks_gives_up():
    """Each byte begins a chain that fails at its very end."""
    data = b"".join(simple_block(20 * i, b"\xfc" + b"\xa3" * 9) for i in range(1500)) * 40
    assert chain_of(data + bytes(60)) is None  # in a moment, not in an hour


# As a player of YouTube says it.


def test_the_client_reads_the_index_where_the_player_said(fake, client):
    for scenario in ("ok", "aac-only"):
        fake.configure({VIDEO: scenario})
        video = client.resolve(VIDEO)
        assert video.index_end is not None
        cut = client.fetch(video, 40, 50)
        assert isinstance(cut, Fetched)
        assert (cut.read_by, cut.n_requests <= 3) == ("index", True)
        kind = FORMATS[int(video.format_id)]
        assert cut.n_bytes < 1.35 * 10 * video.n_bytes / video.duration_s, kind


def test_the_log_says_how_a_section_was_read(project):
    project.set_up([("aaaaaaaaaa0", 20)])
    assert project.retrieve() == 0
    log = (project.folder / "cache/youtube/attempts.jsonl").read_text()
    lines = [json.loads(line) for line in log.splitlines()]
    (attempt,) = [line for line in lines if line["kind"] == "attempt"]
    assert (attempt["state"], attempt["read_by"], attempt["requests"]) == ("ok", "index", 2)
