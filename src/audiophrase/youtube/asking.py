"""One video is asked for: its clips' attempts are logged, and what that came to is handed back."""

import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import soundfile

from audiophrase.clips.availability import State
from audiophrase.clips.shards import encode_flac
from audiophrase.youtube.budget import stops_at_once
from audiophrase.youtube.client import Client, Fetched
from audiophrase.youtube.evidence import Evidence
from audiophrase.youtube.ledger import Ledger
from audiophrase.youtube.plan import Clip, Job
from audiophrase.youtube.progress import Progress
from audiophrase.youtube.verdict import Verdict, judge


@dataclass(frozen=True, slots=True)
class Failure:
    """A clip that cannot be used, and why: provisional until a canary was had."""

    clip: Clip
    verdict: Verdict

    @property
    def is_answer(self) -> bool:
        """Whether YouTube has said what there is to say: in this run nobody asks again."""
        state, rule = self.verdict.state, self.verdict.rule
        return state != State.UNRESOLVED or rule == "bare-unavailable"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of asking for a video.

    Attributes:
        verdict: why the clip that was asked for last could not be read; None if it was.
        retry_after_s: as a server asked, if one did.
    """

    job: Job
    failures: tuple[Failure, ...]
    verdict: Verdict | None
    retry_after_s: float | None


class Asker:
    """Asks for videos and logs the attempts; safe for threads, each with a client of its own."""

    def __init__(self, ledger: Ledger, progress: Progress, tools: Mapping[str, Any]) -> None:
        """`tools` is logged with every attempt."""
        self._ledger, self._progress, self._tools = ledger, progress, dict(tools)
        self._end = threading.Event()

    def end(self) -> None:
        """Ask for no further clip."""
        self._end.set()

    def ask(self, client: Client, session: str, job: Job) -> Outcome:
        """Look a video up and fetch its sections; log each clip's attempt."""
        now = datetime.now(UTC)
        video = client.resolve(job.youtube_id)
        if isinstance(video, Evidence):
            verdict = judge(video)
            failures = [self._failed(clip, session, now, verdict, video) for clip in job.clips]
            return Outcome(job, tuple(failures), verdict, video.retry_after_s)
        failures, verdict = [], None
        # What another player said beside the one that plays concerns nobody but for its pause.
        pauses = [video.evidence.retry_after_s]
        for clip in job.clips:
            if self._end.is_set():
                break
            if verdict is None or not stops_at_once(verdict):
                now = datetime.now(UTC)
                fetched = client.fetch(video, clip.start_s, clip.end_s)
            if isinstance(fetched, Fetched):
                verdict = None
                pauses.append(fetched.evidence.retry_after_s)
                corrupt = self._fetched(clip, session, now, fetched)
                failures += [] if corrupt is None else [corrupt]
            else:
                verdict = judge(fetched)
                pauses.append(fetched.retry_after_s)
                failures.append(self._failed(clip, session, now, verdict, fetched))
        retry_after_s = max((pause for pause in pauses if pause is not None), default=None)
        return Outcome(job, tuple(failures), verdict, retry_after_s)

    def _fetched(self, clip: Clip, session: str, now: datetime, fetched: Fetched) -> Failure | None:
        values = self._values(session, fetched.evidence) | {
            "format": fetched.format_id,
            "bytes": fetched.n_bytes,
            "requests": fetched.n_requests,
            "read_by": fetched.read_by,
            **asdict(fetched.track),
        }
        flac, corrupt = _encode(fetched)
        if corrupt is not None:
            self._log(clip, now, corrupt, values)
            return Failure(clip, corrupt)
        values |= {"state": State.OK, "reason": None, "permanent": None, "message": None}
        self._ledger.publish(clip.clip_id, flac, now, values)
        self._progress.finish_clip(State.OK, None)
        return None

    def _failed(
        self, clip: Clip, session: str, now: datetime, verdict: Verdict, evidence: Evidence
    ) -> Failure:
        self._log(clip, now, verdict, self._values(session, evidence))
        return Failure(clip, verdict)

    def _log(self, clip: Clip, now: datetime, verdict: Verdict, values: dict[str, Any]) -> None:
        judged = {"reason": verdict.reason, "message": verdict.message}
        judged |= {"state": verdict.state, "permanent": verdict.permanent}
        self._ledger.record(clip.clip_id, now, values | judged)

    def _values(self, session: str, evidence: Evidence) -> dict[str, Any]:
        statuses = evidence.http_statuses
        worst = next((status for status in statuses if status >= 400), None)
        last = statuses[-1] if statuses else None
        seen = {"session": session, "evidence": evidence.to_json(), "http_status": worst or last}
        return self._tools | seen


def ask_canary(client: Client, youtube_id: str, length_s: float) -> tuple[Verdict | None, float]:
    """Why the beginning of a video cannot be had (None if it can), and the Retry-After in s."""
    video = client.resolve(youtube_id)
    if isinstance(video, Evidence):
        return judge(video), video.retry_after_s or 0.0
    fetched = client.fetch(video, 0.0, length_s)
    is_refused = isinstance(fetched, Evidence)
    evidence = fetched if is_refused else fetched.evidence
    pause_s = max(video.evidence.retry_after_s or 0.0, evidence.retry_after_s or 0.0)
    if is_refused:
        return judge(evidence), pause_s
    if not len(fetched.samples):
        return Verdict(State.UNRESOLVED, "unknown", False, message="its audio is empty"), pause_s
    return None, pause_s


def _encode(fetched: Fetched) -> tuple[bytes, Verdict | None]:
    """The section as FLAC, or what is wrong with it."""
    if not len(fetched.samples):
        said = f"the recording ends at {fetched.recording_s} s, before the clip starts"
        return b"", Verdict(State.CORRUPT, "no-samples", False, message=said)
    if not np.isfinite(fetched.samples).all():
        said = "the audio has samples that are not finite"
        return b"", Verdict(State.CORRUPT, "not-finite", False, message=said)
    try:
        return encode_flac(fetched.samples, fetched.sample_rate_hz), None
    except soundfile.SoundFileError as error:  # a rate, say, that FLAC does not know
        said = f"{fetched.sample_rate_hz} Hz cannot be kept as FLAC: {error}"
        return b"", Verdict(State.CORRUPT, "unreadable", False, message=said)
