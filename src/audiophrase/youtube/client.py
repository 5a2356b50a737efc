"""One video of YouTube: looked up through yt-dlp as a library, its audio read by ranges.

What goes wrong is an answer, not an exception: `Evidence`, for `audiophrase.youtube.verdict`.
"""

import re
import shutil
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yt_dlp.globals
from yt_dlp import YoutubeDL
from yt_dlp.extractor.youtube import YoutubeIE

from audiophrase.youtube.answers import player_answers, player_formats
from audiophrase.youtube.cookies import read_cookies
from audiophrase.youtube.evidence import Evidence, PlayerAnswer
from audiophrase.youtube.formats import choose
from audiophrase.youtube.opener import MEDIA_HOSTS, GuardedRH, Journal, check_address
from audiophrase.youtube.ranges import RangedReader
from audiophrase.youtube.scrub import Scrubber, causes
from audiophrase.youtube.section import read_cut
from audiophrase.youtube.tracks import UNKNOWN, Track

# A whole answer, once it was asked for, may take this many times the longest silence.
ANSWER_TIMEOUTS = 3
MEDIA_TIMEOUTS = 6  # and all ranges of a section together this many, and the section's length
MAX_AVAILABLE_IN_S = 120.0  # YouTube makes guests wait as long as its advertisement would last
_ID = re.compile(r"[0-9A-Za-z_-]{11}")
_CONSTRUCTION = threading.Lock()  # yt-dlp loads its plugins into module globals


@dataclass(frozen=True, slots=True)
class Video:
    """A video that can be heard, and where its audio lies.

    Attributes:
        available_at: POSIX time before which the audio must not be asked for, in s.
        evidence: what its players answered.
        ext: the container, `webm` or `m4a`.
        n_bytes: of the audio, as the player says.
        track: which of the video's audio tracks that is.
        index_end: where the index in front of the audio ends, likewise.
    """

    youtube_id: str
    format_id: str
    url: str
    http_headers: Mapping[str, str]
    duration_s: float | None
    available_at: float | None
    evidence: Evidence
    ext: str
    n_bytes: int | None
    track: Track = UNKNOWN
    index_end: int | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """A section of a video's audio: mono float32 samples (n_samples,), never padded.

    Attributes:
        n_bytes, n_requests: that were transferred for it.
        read_by: `index` or `seek`, as in `section.Cut`.
        recording_s: how long the whole recording is.
    """

    samples: np.ndarray
    sample_rate_hz: int
    format_id: str
    n_bytes: int
    n_requests: int
    read_by: str
    recording_s: float | None
    evidence: Evidence
    track: Track = UNKNOWN


class Client:
    """Looks videos up and reads sections of them, one after the other: one client a thread.

    Proxy and certificates come from the environment: HTTPS_PROXY (NO_PROXY) and SSL_CERT_FILE.
    """

    def __init__(
        self, *, cookies: Path | None = None, timeout_s: float, javascript: bool = True
    ) -> None:
        """Nothing is asked yet.

        Args:
            cookies: a file in the Netscape format; read once, never written.
            timeout_s: the longest silence of a server.
            javascript: whether deno may be started, without which some videos seem unavailable.

        Raises:
            AudiophraseError: the file of cookies cannot be used.
        """
        self._timeout_s = timeout_s
        self._journal = Journal()
        with _CONSTRUCTION:
            self._ydl = _Downloader(
                self._journal, _parameters(cookies, timeout_s=timeout_s, javascript=javascript)
            )
        self._scrub = Scrubber(self._ydl.proxies.values(), self._ydl.cookiejar)

    def resolve(self, youtube_id: str) -> Video | Evidence:
        """Where the audio of a video lies, or what was seen instead."""
        self._journal.clear()
        if not _ID.fullmatch(youtube_id):
            return Evidence("page", errors=(f"{youtube_id!r} is not the id of a video of YouTube",))
        try:
            address = f"https://www.youtube.com/watch?v={youtube_id}"
            info = self._ydl.extract_info(address, download=False)
            return self._video(youtube_id, info)
        except Exception as error:  # noqa: BLE001 – a hostile answer may break it anywhere
            return self._evidence("page", self._answers(), error)

    def fetch(self, video: Video, start_s: float, end_s: float) -> Fetched | Evidence:
        """The audio of a video from one time to another, or what was seen instead."""
        self._journal.clear()
        answers = video.evidence.answers
        try:
            _wait_until(video.available_at)
        except TimeoutError as error:
            return self._evidence("media", answers, error)
        reader = RangedReader(
            self._ydl.urlopen,
            video.url,
            headers=video.http_headers,
            n_bytes=video.n_bytes,
            seconds=MEDIA_TIMEOUTS * self._timeout_s,
        )
        try:
            cut = read_cut(
                reader,
                ext=video.ext,
                start_s=start_s,
                length_s=end_s - start_s,
                duration_s=video.duration_s,
                index_end=video.index_end,
            )
        except Exception as error:  # noqa: BLE001 – the container comes from outside
            # What the network said is the cause; what the decoder made of it is not.
            return self._evidence("media", answers, reader.failure or error)
        return Fetched(
            samples=cut.samples,
            sample_rate_hz=cut.rate_hz,
            format_id=video.format_id,
            n_bytes=reader.n_read,
            n_requests=reader.n_requests,
            read_by=cut.read_by,
            recording_s=cut.recording_s,
            evidence=self._evidence("media", answers),
            track=video.track,
        )

    def close(self) -> None:
        """Let the connections go."""
        self._ydl.close()

    def _video(self, youtube_id: str, info: Any) -> Video:
        if not isinstance(info, dict) or info.get("id") != youtube_id or "entries" in info:
            raise ValueError("YouTube answered with another video")
        listed = player_formats(self._journal.exchanges, youtube_id)
        choice = choose(listed, info.get("formats") or [info])
        chosen = choice.format
        check_address(str(chosen["url"]), MEDIA_HOSTS)
        return Video(
            youtube_id=youtube_id,
            format_id=choice.format_id,
            url=chosen["url"],
            http_headers=dict(chosen.get("http_headers") or {}),
            duration_s=info.get("duration"),
            available_at=chosen.get("available_at"),
            evidence=self._evidence("page", self._answers()),
            ext=str(chosen.get("ext")),
            n_bytes=chosen.get("filesize"),
            track=choice.track,
            index_end=choice.index_end,
        )

    def _answers(self) -> tuple[PlayerAnswer, ...]:
        return tuple(map(self._scrub.answer, player_answers(self._journal.exchanges)))

    def _evidence(
        self, stage: str, answers: tuple[PlayerAnswer, ...], error: BaseException | None = None
    ) -> Evidence:
        return Evidence(
            stage=stage,
            answers=answers,
            warnings=tuple(map(self._scrub.text, self._journal.warnings)),
            errors=tuple(map(self._scrub.text, causes(error))),
            http_statuses=tuple(self._journal.statuses),
            retry_after_s=self._journal.retry_after_s,
        )


class _Downloader(YoutubeDL):
    """yt-dlp with the YouTube extractor alone, the guarded opener alone, and no voice."""

    def __init__(self, journal: Journal, parameters: dict[str, Any]) -> None:
        self._journal = journal
        super().__init__(parameters, auto_init=False)
        self.add_info_extractor(YoutubeIE())

    def build_request_director(self, handlers, preferences=None):
        director = super().build_request_director([GuardedRH])
        for handler in director.handlers.values():
            handler.journal = self._journal
            handler.answer_s = ANSWER_TIMEOUTS * self.params["socket_timeout"]
        return director

    def _forceprint(self, key, info_dict):
        """Print nothing; yt-dlp would make tables of all formats first, in a sixth of its time."""
        return None if info_dict is None else dict(info_dict)

    def report_warning(self, message, only_once=False):
        # Also those that yt-dlp would say once: each video has evidence of its own.
        self._journal.warnings.append(str(message))


class _Silence:
    """The logger of yt-dlp: what it says is in the evidence."""

    def debug(self, message: str) -> None: ...
    def warning(self, message: str) -> None: ...
    def error(self, message: str) -> None: ...


def find_deno() -> str | None:
    """The JavaScript runtime: of the package `deno`, beside this Python, or on the path."""
    try:
        from deno import find_deno_bin

        return str(find_deno_bin())
    except (ImportError, FileNotFoundError):  # conda's deno is a program without a package
        beside = str(Path(sys.executable).parent)
        return shutil.which("deno", path=beside) or shutil.which("deno")


def _parameters(cookies: Path | None, *, timeout_s: float, javascript: bool) -> dict[str, Any]:
    yt_dlp.globals.plugin_dirs.value = []
    deno = find_deno() if javascript else None
    return {
        "quiet": True,
        "logger": _Silence(),
        "color": "never",
        "format": "all",  # `audiophrase.youtube.formats` chooses
        "noplaylist": True,
        "cachedir": False,
        "cookiefile": None if cookies is None else read_cookies(cookies),
        "socket_timeout": timeout_s,
        "extractor_retries": 0,  # attempts are counted and logged by whoever calls
        "js_runtimes": {"deno": {"path": deno}} if deno else {},
        "remote_components": (),
        "compat_opts": {"no-certifi"},  # without it SSL_CERT_FILE is not looked at
        # Without `duplicate`, formats of two tracks that only their xtags tell apart are one.
        "extractor_args": {
            "youtube": {"skip": ["hls", "dash", "translated_subs"], "formats": ["duplicate"]}
        },
    }


def _wait_until(available_at: float | None) -> None:
    seconds = 0.0 if available_at is None else available_at - time.time()
    if seconds > MAX_AVAILABLE_IN_S:
        raise TimeoutError(f"the audio would only be available in {seconds:.0f} s")
    if seconds > 0:
        time.sleep(seconds)
