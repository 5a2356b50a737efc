"""Sections over the network: the right samples, few bytes, and nothing that a server can spoil."""

import re
import resource
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import av
import numpy as np
import pytest
from fakeyoutube.bombs import container_bomb
from fakeyoutube.in_process import Answer, Opener, reader_of
from fakeyoutube.sounds import FORMATS, recording, signal
from scipy.signal import correlate

from audiophrase.clips.section import NoAudioError, read_section
from audiophrase.youtube.client import Client, Fetched, Video
from audiophrase.youtube.evidence import Evidence
from audiophrase.youtube.ranges import MAX_BYTES, MediaError, RangedReader
from audiophrase.youtube.section import read_cut

SCENARIOS = {"ok": 251, "aac-only": 140}
VIDEO = "-_aBcDeFg0-"


def fetch(client, fake, scenario, start_s=0.0, end_s=10.0) -> Fetched | Evidence:
    fake.configure({VIDEO: scenario})
    video = client.resolve(VIDEO)
    assert isinstance(video, Video), video
    return client.fetch(video, start_s, end_s)


def lag(samples, reference) -> int:
    """By how many samples `samples` come too late; negative: too early."""
    n = min(len(samples), len(reference))
    correlation = correlate(samples[:n], reference[:n], mode="full", method="fft")
    return int(np.argmax(correlation)) - (n - 1)


@pytest.mark.parametrize("start_s", [0, 3, 19, 137])
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_cut_starts_where_it_should_and_has_every_sample(fake, client, scenario, start_s):
    fake.configure(rate_bytes_s=1.5e6)
    cut = fetch(client, fake, scenario, start_s, start_s + 10)
    rate_hz = FORMATS[SCENARIOS[scenario]].rate_hz
    assert (cut.format_id, cut.sample_rate_hz) == (str(SCENARIOS[scenario]), rate_hz)
    assert cut.samples.shape == (10 * rate_hz,)
    assert cut.samples.dtype == np.float32
    source = signal("long", rate_hz)[start_s * rate_hz :]
    assert abs(lag(cut.samples, source)) <= rate_hz / 1000
    assert np.corrcoef(cut.samples, source[: len(cut.samples)])[0, 1] > 0.9
    assert cut.n_bytes == fake.counts[VIDEO]["bytes"] < 500_000


@pytest.fixture(scope="module")
def whole(media_folder):
    """The whole of the Opus recording, decoded at once."""
    with av.open(str(recording(media_folder, "long", 251))) as container:
        return read_section(container, start_s=0, length_s=1000)[0]


@pytest.mark.parametrize("start_s", [0, 0.4, 3, 18.999, 137])
def test_opus_is_the_same_to_the_bit_as_in_the_whole_recording(fake, client, whole, start_s):
    cut = fetch(client, fake, "ok", start_s, start_s + 10)
    first = round(start_s * 48000)
    np.testing.assert_array_equal(cut.samples, whole[first : first + 480_000])


def test_a_recording_that_ends_early_is_not_padded(fake, client):
    cut = fetch(client, fake, "shorter", 2, 12)
    assert cut.recording_s == pytest.approx(6, abs=0.03)
    assert len(cut.samples) == pytest.approx(4 * 48000, abs=0.02 * 48000)
    assert lag(cut.samples, signal("short", 48000)[2 * 48000 :]) == 0


@pytest.mark.parametrize("start_s", [6.1, 7, 5000])
def test_behind_the_end_of_a_recording_there_are_no_samples(fake, client, start_s):
    cut = fetch(client, fake, "shorter", start_s, start_s + 10)
    assert (cut.samples.shape, cut.sample_rate_hz) == ((0,), 48000)


def test_ranges_share_connections(fake, client):
    fetch(client, fake, "ok", 19, 29)
    n_connections = fake.n_connections
    assert n_connections <= 3
    for start_s in (3, 40, 100):
        assert isinstance(client.fetch(client.resolve(VIDEO), start_s, start_s + 10), Fetched)
    assert fake.n_connections == n_connections


def test_a_redirect_is_followed_once(fake, client):
    cut = fetch(client, fake, "moved", 19, 29)
    assert cut.samples.shape == (480_000,)
    assert fake.counts[VIDEO]["media"] == cut.n_requests + 1


def test_clients_of_several_threads_do_not_disturb_each_other(fake, whole):
    def fetch_some(thread: int) -> bool:
        client = Client(timeout_s=10, javascript=False)
        starts = [7 * thread + second for second in (1, 60)]
        cuts = [client.fetch(client.resolve(VIDEO), start_s, start_s + 10) for start_s in starts]
        client.close()
        sources = [whole[start_s * 48000 :][:480_000] for start_s in starts]
        return all(map(np.array_equal, [cut.samples for cut in cuts], sources))

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(fetch_some, range(4)))


FAILURES = {
    "media-403": "HTTP Error 403",
    "media-404": "HTTP Error 404",
    "media-429": "HTTP Error 429",
    "media-503": "HTTP Error 503",
    "truncated": "IncompleteRead",
    "halved": "a recording of [0-9]+ bytes, but [0-9]+ were announced",
    "stalled": "timed out",
    "flaky-media": "closed connection",
    "media-redirects": "redirect loop",
    "media-redirect-elsewhere": "refused to ask https://media.evil.example",
    "media-html": "HTTP status 200 where a range",
    "media-gigabyte": "HTTP status 200 where a range",
    "media-playlist": "InvalidDataError",
    "noise": "InvalidDataError",
    "length-too-long": "Content-Length",
    "length-too-short": "Content-Length",
    "total-lies": "were announced",
    "range-ignored": "HTTP status 200 where a range",
    "range-shifted": "asked for bytes",
    "container-bomb": "1.0 s of audio for a video of 148.0 s",
}


@pytest.mark.parametrize("scenario", FAILURES)
def test_what_a_server_of_media_does_wrong_is_evidence(fake, client, scenario):
    evidence = fetch(client, fake, scenario, 19, 29)
    assert isinstance(evidence, Evidence)
    assert evidence.stage == "media"
    assert_mentions(evidence.errors, FAILURES[scenario])
    assert [answer.status for answer in evidence.answers] == ["OK", "OK"]
    if scenario.startswith("media-") and scenario[-3:].isdigit():
        assert evidence.http_statuses == (int(scenario[-3:]),)
        assert evidence.retry_after_s == (7 if scenario[-3:] in ("429", "503") else None)
    assert not fake.strangers
    assert fake.counts[VIDEO]["media"] <= 10
    assert fetch(client, fake, "ok", 19, 29).samples.shape == (480_000,)  # the client survives


def assert_mentions(texts, pattern):
    assert re.search(pattern, "\n".join(texts)), texts


def test_a_reader_is_a_file():
    content = np.random.default_rng(1).bytes(200_000)
    reader = reader_of(content)
    assert reader.read(1) == content[:1]
    assert reader.seek(0, 2) == len(content)
    assert reader.read(10) == b""
    for position in (65_530, 199_999, 131_072, 65_536, 0):
        assert reader.seek(position) == reader.tell() == position
        piece = reader.read(8)
        assert piece == content[position : position + len(piece)]
        assert piece
    reader.seek(0)
    while reader.read():
        pass
    assert reader.n_read == len(content)  # each byte once


def test_a_reader_stops_at_its_bound():
    reader = reader_of(bytes(2 * MAX_BYTES), 2 * MAX_BYTES)
    while reader.read(1 << 20):
        pass
    assert isinstance(reader.failure, MediaError)
    assert reader.n_read <= MAX_BYTES
    assert reader.read(1) == b""


def test_a_reader_stops_when_its_time_is_over():
    reader = RangedReader(Opener(b"abc"), Answer.url, headers={}, n_bytes=3, seconds=-1)
    assert reader.read(1) == b""
    assert "took too long" in str(reader.failure)


def test_audio_that_is_missing_in_the_middle_of_a_file_is_not_short_but_wrong(media_folder):
    content = bytearray(recording(media_folder, "long", 251).read_bytes())
    content[len(content) // 2 : -200_000] = bytes(len(content) - 200_000 - len(content) // 2)
    with pytest.raises(NoAudioError, match="a gap of"):
        read_cut(reader_of(bytes(content)), ext="webm", start_s=73, length_s=10, duration_s=148)


def test_audio_that_ends_before_its_video_does_is_not_believed(media_folder):
    content = recording(media_folder, "short", 251).read_bytes()
    with pytest.raises(MediaError, match=r"ends at 6\.0 s of 11\.0 s"):
        read_cut(reader_of(content), ext="webm", start_s=8, length_s=10, duration_s=11)


def test_containers_that_were_not_asked_for_are_not_opened(media_folder):
    content = recording(media_folder, "short", 251).read_bytes()
    for ext in ("m4a", "mp4", "mhtml", "m3u8"):
        with pytest.raises((MediaError, av.error.InvalidDataError)):
            read_cut(reader_of(content), ext=ext, start_s=0, length_s=1, duration_s=6)


def test_a_container_bomb_does_not_eat_memory(media_folder, tmp_path):
    """Without a bound, FFmpeg takes three gigabytes and ten seconds for it."""
    media_folder.mkdir(exist_ok=True)
    bomb = tmp_path / "bomb.m4a"
    bomb.write_bytes(container_bomb(media_folder))
    code = (
        "import av, resource, sys; from audiophrase.clips.section import *\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "try: read_section(av.open(sys.argv[1]), start_s=0, length_s=10)\n"
        "except (NoAudioError, av.error.FFmpegError): pass\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    found = subprocess.run(
        [sys.executable, "-c", code, str(bomb)],
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30)),
    )
    assert found.returncode == 0, found.stderr
    assert int(found.stdout) < 300_000  # kB


def test_nothing_is_decoded_from_far_before_a_section(media_folder):
    path = recording(media_folder, "short", 251)
    with av.open(str(path)) as container, pytest.raises(NoAudioError, match="before the section"):
        read_section(container, start_s=50, length_s=1, max_lead_s=30)
