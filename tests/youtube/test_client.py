"""Videos looked up with the real extractor: what is said about them, and what is not let in."""

import json
import os
import subprocess
import sys
import time
from http.cookiejar import Cookie, CookieJar
from pathlib import Path

import pytest
from yt_dlp.utils import DownloadError, ExtractorError

from audiophrase.errors import AudiophraseError
from audiophrase.youtube.answers import player_answers
from audiophrase.youtube.client import Client, Fetched, Video, find_deno
from audiophrase.youtube.evidence import Evidence, PlayerAnswer
from audiophrase.youtube.opener import (
    MAX_ANSWER_BYTES,
    MEDIA_HOSTS,
    Exchange,
    RefusedError,
    check_address,
    parse_retry_after,
)
from audiophrase.youtube.scrub import Scrubber, causes

ID = "-_aBcDeFg0-"
SECRET = "s3cr3tVALUE"


def look_up(client, fake, scenario) -> Video | Evidence:
    fake.configure({ID: scenario})
    return client.resolve(ID)


@pytest.mark.parametrize("youtube_id", ["-----------", "___________", "-a_B0123456", "0123456789a"])
def test_ids_of_every_character_are_looked_up(fake, client, youtube_id):
    video = client.resolve(youtube_id)
    assert video.youtube_id == youtube_id
    assert fake.counts[youtube_id] == {"page": 1, "player": 1}
    assert video.format_id == "251"
    assert video.duration_s == 148
    assert video.url.startswith("https://r1---sn-fake.googlevideo.com/videoplayback?")
    assert abs(video.available_at - time.time()) < 60


HOSTILE_IDS = ["", "../../../..", "a" * 10, "a" * 12, "abcdefghij\n", "abc/defghij", "-" * 10 + "é"]


@pytest.mark.parametrize("youtube_id", HOSTILE_IDS)
def test_what_is_no_id_is_not_asked_for(fake, client, youtube_id):
    evidence = client.resolve(youtube_id)
    assert evidence == Evidence(
        "page", errors=(f"{youtube_id!r} is not the id of a video of YouTube",)
    )
    assert not fake.counts
    assert not fake.n_connections


SAID = {
    "removed": ("ERROR", "Video unavailable", "removed by the uploader"),
    "terminated": ("ERROR", "Video unavailable", "has been terminated"),
    "copyright": ("UNPLAYABLE", "Video unavailable", "on copyright grounds"),
    "private": ("LOGIN_REQUIRED", "Private video", "granted access"),
    "geo": ("UNPLAYABLE", "Video unavailable", "in your country"),
    "members": ("UNPLAYABLE", "Join this channel", None),
    "premium": ("UNPLAYABLE", "Music Premium members", None),
    "upcoming": ("LIVE_STREAM_OFFLINE", "will begin in 2 days", None),
    "unavailable": ("ERROR", "Video unavailable", "is not available"),
    "bare-unavailable": ("ERROR", "Video unavailable", None),
    "bot-check": ("LOGIN_REQUIRED", "not a bot", None),
    "rate-limited": ("UNPLAYABLE", "Video unavailable", "try again later"),
    "captcha": ("ERROR", "Video unavailable", "captcha"),
}


@pytest.mark.parametrize("scenario", SAID)
def test_what_every_player_said_is_kept(fake, client, scenario):
    evidence = look_up(client, fake, scenario)
    assert [answer.client for answer in evidence.answers] == ["page", "VISIONOS"]
    status, reason, subreason = SAID[scenario]
    for answer in evidence.answers:
        assert (answer.status, answer.video_id, answer.n_formats) == (status, ID, 0)
        assert reason in answer.reason
        assert answer.subreason is None if subreason is None else subreason in answer.subreason
    assert evidence.stage == "page"
    assert evidence.errors[0].startswith("DownloadError: ERROR: ")
    assert evidence.http_statuses == (200,)
    assert Evidence.from_json(evidence.to_json()) == evidence


NETWORK = {
    "player-429": ((200, 429), "HTTP Error 429", ["page"]),
    "player-403": ((200, 403), "HTTP Error 403", ["page"]),
    "player-500": ((200, 500), "HTTP Error 500", ["page"]),
    "all-429": ((429,), "HTTP Error 429", []),
    "all-500": ((500,), "HTTP Error 500", []),
    "captcha-page": ((302, 429), "HTTP Error 429", []),
    "dropped": ((), "closed connection", []),
    "player-dropped": ((200,), "closed connection", ["page"]),
    "player-stalled": ((200,), "timed out", ["page"]),
    "not-json": ((200,), "Failed to parse JSON", ["page"]),
    "flaky": ((200, 500), "HTTP Error 500", ["page"]),
    "sabr-only": ((200,), "SABR", ["page", "VISIONOS"]),
    "wrong-video": ((200,), "player responses for video", ["page", "VISIONOS"]),
    # Hostile.
    "player-html": ((200,), "Failed to parse JSON", ["page"]),
    "player-nested": ((200,), "recursion", ["page"]),
    "player-gigabyte": ((200,), "longer than 16777216 bytes", ["page"]),
    "player-gzip-bomb": ((200,), "longer than 16777216 bytes", ["page"]),
    "page-gigabyte": ((200,), "longer than 16777216 bytes", []),
    "page-redirects": ((302,), "redirect loop", []),
    "page-redirect-elsewhere": ((302,), "refused to ask https://media.evil.example", []),
    "media-elsewhere": ((200,), "refused to ask https://media.evil.example", ["page", "VISIONOS"]),
    "media-lookalike": (
        (200,),
        "refused to ask https://googlevideo.com.evil",
        ["page", "VISIONOS"],
    ),
    "media-loopback": ((200,), "refused to ask https://", ["page", "VISIONOS"]),
    "media-file": ((200,), "refused to ask file:", ["page", "VISIONOS"]),
    "media-plain": ((200,), "refused to ask http:", ["page", "VISIONOS"]),
}


@pytest.mark.parametrize("scenario", NETWORK)
def test_what_goes_wrong_on_the_way_is_evidence_and_bounded(fake, client, scenario):
    evidence = look_up(client, fake, scenario)
    statuses, text, clients = NETWORK[scenario]
    assert isinstance(evidence, Evidence)
    assert evidence.http_statuses == statuses
    assert text in "\n".join([*evidence.errors, *evidence.warnings])
    assert [answer.client for answer in evidence.answers] == clients
    assert evidence.retry_after_s == (
        7 if "429" in scenario or scenario == "captcha-page" else None
    )
    assert fake.strangers == []
    assert fake.n_sent < 2 * (MAX_ANSWER_BYTES + (8 << 20))  # and what was under way
    assert fake.counts[ID]["page"] <= 6
    assert isinstance(look_up(client, fake, "ok"), Video)  # the client survives


def test_an_answer_that_trickles_is_cut_off(fake):
    client = Client(timeout_s=0.5, javascript=False)
    began = time.monotonic()
    evidence = look_up(client, fake, "player-trickle")
    assert "took too long" in "\n".join(evidence.warnings)
    assert time.monotonic() - began < 30  # whole, it would take eight minutes
    client.close()


def test_a_warning_is_evidence_of_each_video_it_is_about(fake, client):
    seen = [look_up(client, fake, "sabr-only") for _ in range(2)]
    assert seen[0].warnings == seen[1].warnings
    assert "SABR" in str(seen[0].warnings)


@pytest.mark.parametrize("scenario", ["page-403", "page-429", "page-500", "slow"])
def test_a_page_is_not_needed_where_a_player_answers(fake, client, scenario):
    assert isinstance(client.fetch(look_up(client, fake, scenario), 3, 13), Fetched)


def test_the_third_attempt_at_a_flaky_video_succeeds(fake, client):
    seen = [look_up(client, fake, "flaky") for _ in range(3)]
    assert [type(each) for each in seen] == [Evidence, Evidence, Video]
    assert isinstance(client.fetch(seen[-1], 3, 13), Fetched)


@pytest.mark.parametrize(
    ("scenario", "format_id"), [("ok", "251"), ("other-opus", "250"), ("aac-only", "140")]
)
def test_opus_is_preferred(fake, client, scenario, format_id):
    video = look_up(client, fake, scenario)
    assert video.format_id == format_id
    assert client.fetch(video, 3, 13).format_id == format_id


def test_the_audio_is_not_asked_for_before_it_is_available(fake, client):
    video = look_up(client, fake, "advertisement")
    assert video.available_at > time.time()
    fetched = client.fetch(video, 3, 13)
    assert time.time() >= video.available_at
    assert isinstance(fetched, Fetched)


@pytest.mark.skipif(find_deno() is None, reason="deno is not installed")
def test_videos_made_for_kids_need_javascript(fake, client):
    seen = look_up(client, fake, "kids")
    assert "No supported JavaScript runtime" in str(seen.warnings)
    with_javascript = Client(timeout_s=20, javascript=True)
    video = with_javascript.resolve(ID)
    assert isinstance(video, Video)
    statuses = {answer.client: answer.status for answer in video.evidence.answers}
    assert statuses["VISIONOS"] == "UNPLAYABLE"
    assert statuses["TVHTML5"] == "OK"
    with_javascript.close()


def test_certificates_are_verified(fake, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")
    client = Client(timeout_s=2, javascript=False)
    evidence = client.resolve(ID)
    assert "CERTIFICATE_VERIFY_FAILED" in str(evidence.errors)
    assert not fake.counts
    client.close()


def test_a_network_that_goes_away_is_no_answer(fake, client):
    video = client.resolve(ID)
    fake.configure(reachable=False)
    for evidence in (client.resolve(ID), client.fetch(video, 3, 13)):
        assert isinstance(evidence, Evidence)
        assert not evidence.http_statuses
        assert evidence.errors
    fake.configure(reachable=True)
    assert isinstance(client.resolve(ID), Video)


def test_from_the_third_video_on_everything_is_rate_limited(fake, client):
    fake.configure(n_before_fault=2, fault="all-429")
    answers = [client.resolve(f"aaaaaaaaaa{i}") for i in (0, 1, 2, 0)]
    assert [type(each) for each in answers] == [Video, Video, Evidence, Evidence]
    assert answers[3].http_statuses == (429,)


def test_the_address_of_a_proxy_is_in_no_evidence(fake, monkeypatch):
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, f"http://somebody:{SECRET}@proxy.invalid:9")
    client = Client(timeout_s=1, javascript=False)
    text = client.resolve(ID).to_json()
    assert "proxy" in text
    for secret in (SECRET, "somebody", "proxy.invalid"):
        assert secret not in text
    client.close()


# Cookies.


def cookie_line(name="SID", value=SECRET, domain=".youtube.com") -> str:
    return f"{domain}\tTRUE\t/\tTRUE\t0\t{name}\t{value}"


@pytest.fixture
def cookies(tmp_path) -> Path:
    path = tmp_path / "my-cookies.txt"
    lines = [cookie_line(), cookie_line("other", "elsewhere", ".example.com")]
    path.write_text("# Netscape HTTP Cookie File\n" + "\n".join(lines) + "\n")
    path.chmod(0o400)
    return path


def test_cookies_are_sent_and_never_written_or_told(fake, cookies, capfd):
    before = cookies.read_bytes()
    client = Client(timeout_s=2, javascript=False, cookies=cookies)
    seen = [look_up(client, fake, scenario) for scenario in ("removed", "player-429", "ok")]
    client.close()
    assert any(SECRET in header for header in fake.cookies)
    assert not any("elsewhere" in header for header in fake.cookies)
    assert cookies.read_bytes() == before
    assert list(cookies.parent.iterdir()) == [cookies]
    shown = "".join(repr(each) for each in seen) + "".join(capfd.readouterr())
    assert SECRET not in shown
    assert "my-cookies" not in shown


BAD_COOKIES = {
    "json": f'[{{"name": "SID", "value": "{SECRET}"}}]',
    "spaces": cookie_line().replace("\t", " "),
    "expiry": cookie_line().replace("\t0\t", "\tsoon\t"),
    "none of YouTube": cookie_line(domain=".example.com"),
    "empty": "",
    "binary": SECRET + "\x00\ufffd",
    "endless": cookie_line() * 40_000,
}


@pytest.mark.parametrize("name", BAD_COOKIES)
def test_a_bad_file_of_cookies_is_refused_without_quoting_it(tmp_path, capfd, name):
    path = tmp_path / "cookies.txt"
    path.write_text(BAD_COOKIES[name])
    with pytest.raises(AudiophraseError, match="cookies") as caught:
        Client(timeout_s=2, cookies=path)
    assert SECRET not in str(caught.value) + "".join(capfd.readouterr())


def test_a_file_of_cookies_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(AudiophraseError, match="No such file"):
        Client(timeout_s=2, cookies=tmp_path / "none.txt")


def test_scrubbing():
    jar = CookieJar()
    jar.set_cookie(
        Cookie(
            *(0, "SID", SECRET, None, False, ".youtube.com", True, True, "/", True, True),
            *(None, True, None, None, {}),
        )
    )
    scrubber = Scrubber(["http://u:p%40ssword@198.51.100.7:3128", None], jar)
    text = f"{SECRET} by http://u:p%40ssword@198.51.100.7:3128 or 198.51.100.7 with p@ssword"
    assert scrubber.text(text) == "… by … or … with …"
    assert "3128" not in scrubber.text("HTTPSConnection(host='198.51.100.7', port=3128)")
    address = "https://r1.googlevideo.com/videoplayback?ip=192.0.2.7&sig=x failed"
    assert scrubber.text(address) == "https://r1.googlevideo.com/videoplayback failed"
    answer = PlayerAnswer("page", "OK", f"hello {SECRET}", None, ID, 0)
    assert scrubber.answer(answer).reason == "hello …"


# Nothing of the user's own yt-dlp.


def test_neither_configuration_nor_plugins_are_loaded(fake, tmp_path):
    """The same trap catches yt-dlp as it comes."""
    plugins = tmp_path / "config" / "yt-dlp" / "plugins" / "trap" / "yt_dlp_plugins" / "extractor"
    plugins.mkdir(parents=True)
    sprung = tmp_path / "sprung"
    (plugins / "trap.py").write_text(f"open({str(sprung)!r}, 'w').close()")
    (tmp_path / "config" / "yt-dlp" / "config").write_text("--proxy http://127.0.0.1:9\n")
    environment = os.environ | {
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "HOME": str(tmp_path),
        "PYTHONPATH": str(Path(__file__).parents[2] / "src"),
    }
    ours = (
        "from audiophrase.youtube.client import Client\n"
        f"print(Client(timeout_s=20, javascript=False).resolve({ID!r}).format_id)"
    )
    theirs = "from yt_dlp import YoutubeDL; YoutubeDL()"
    for code, expected in ((ours, False), (theirs, True)):
        completed = subprocess.run(
            [sys.executable, "-c", code],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert completed.returncode == 0, completed.stderr
        assert sprung.exists() == expected
        assert expected or completed.stdout == "251\n"
    assert not (tmp_path / ".cache").exists()


# The pieces.


@pytest.mark.parametrize(
    "url",
    [
        "http://r1.googlevideo.com/",
        "https://googlevideo.com.evil.example/",
        "https://evilgooglevideo.com/",
        "https://evil.example/?googlevideo.com",
        "https://r1.googlevideo.com@evil.example/",
        "https://user@r1.googlevideo.com/",
        "https://r1.googlevideo.com:22/",
        "https://r1.googlevideo.com:port/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[bad/",
        "file:///etc/passwd",
        "data:,x",
        "",
    ],
)
def test_addresses_that_are_refused(url):
    with pytest.raises(RefusedError):
        check_address(url, MEDIA_HOSTS)


def test_addresses_that_are_asked():
    for url in ("https://r1---sn-a.googlevideo.com/x", "https://GOOGLEVIDEO.com:443/"):
        check_address(url, MEDIA_HOSTS)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        *((None, None), ("", None), ("120", 120), ("-1", 0), ("1e9", 86400), ("nan", None)),
        *(("tomorrow", None), ("Wed, 21 Oct 2015 07:28:00 GMT", 0)),
    ],
)
def test_retry_after(value, expected):
    assert parse_retry_after(value) == expected


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b"{}", b"\xff\xfe", b'{"playabilityStatus": 3}', b"[" * 100_000],
)
@pytest.mark.parametrize("path", ["/watch", "/youtubei/v1/player"])
def test_an_answer_that_is_none_is_left_out(path, body):
    page = b"var ytInitialPlayerResponse = " + body
    assert (
        player_answers([Exchange(path, b"", bytearray(page if path == "/watch" else body))]) == ()
    )


def test_an_answer_of_wrong_types_is_read_as_far_as_it_goes():
    value = {
        "playabilityStatus": {"status": 7, "reason": ["x"], "errorScreen": "?"},
        "streamingData": {"adaptiveFormats": [{"url": "u"}, {}, None, 3], "formats": "none"},
        "videoDetails": [],
    }
    body = bytearray(json.dumps(value).encode())
    answers = player_answers([Exchange("/youtubei/v1/player", b"{}", body)])
    assert answers == (PlayerAnswer("player", None, None, None, None, 1),)


def test_causes_are_listed_from_the_outside():
    inner = OSError(28, "No space left on device")
    middle = ExtractorError("no answer", cause=inner)
    try:
        raise middle
    except ExtractorError:
        outer = DownloadError("ERROR: no answer", sys.exc_info())
    assert [text.split(":")[0] for text in causes(outer)] == [
        "DownloadError",
        "ExtractorError",
        "OSError",
    ]
    assert "No space left" in causes(outer)[-1]
    assert causes(None) == []
