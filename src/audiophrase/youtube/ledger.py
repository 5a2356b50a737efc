"""The ledger: an append-only log of every attempt, and the sections that were fetched.

There is one for all data sets of a working folder, in `cache/youtube`. A line is on the disk before
its attempt counts, and names the SHA-256 of a section before that section appears under its name: so
whoever finds a section can check it, and a run that was killed anywhere fetches nothing twice that
was published. The table `attempts.parquet` is written from the log and, elsewhere, the log from it.
"""

import hashlib
import os
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from audiophrase.youtube import log_lines, takeover
from audiophrase.youtube.attempts import SOURCE, read_table
from audiophrase.youtube.history import FETCHED
from audiophrase.youtube.lock import Lock, Tell, tell_user
from audiophrase.youtube.log_lines import LOG, Line
from audiophrase.youtube.log_rows import rows_of
from audiophrase.youtube.names import Names
from audiophrase.youtube.pace import Pace
from audiophrase.youtube.repair import repair
from audiophrase.youtube.section_files import section_path
from audiophrase.youtube.seeds import lacking

NO_NAMES = Names([])


class Ledger:
    """The log and the sections, for one process at a time; safe for threads.

    Attributes:
        pace: when YouTube was last asked, by this process or another.
        published: the digests of the sections that this process fetched, by clip id.
    """

    def __init__(
        self,
        folder: Path,
        run: str,
        seed: Path | None = None,
        names: Names = NO_NAMES,
        *,
        dataset: str = "",
        wait: bool = False,
        tell: Tell = tell_user,
    ) -> None:
        """Open, fix what a killed run left, and take over what data sets had each for itself.

        Args:
            run: names this run in the lines it writes.
            seed: an attempts.parquet; what the log lacks of it is added to the log.
            names: those that the seed's data set has for its clips.
            dataset: for which one it is; whoever waits is told.
            wait: for another process that has it open.

        Raises:
            Busy: another process has it open.
            ArtifactError: the seed is damaged.
            OSError: the disk is full, or nothing may be written here.
        """
        self._folder, self._run = Path(folder), run
        self._sections = self._folder / "sections"
        self._sections.mkdir(parents=True, exist_ok=True)
        self._lock = Lock(self._folder / "lock", dataset, wait=wait, tell=tell)
        self._mutex = threading.Lock()
        self._fd = -1
        try:
            for place in (self._folder, self._sections):
                for partial in place.glob(".*.partial"):
                    partial.unlink()
            self._lines = repair(self._folder, tell)
            takeover.take_over(self._folder, self._lines, wait=wait, tell=tell)
            self._fd = os.open(self._folder / LOG, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666)
            self._numbers = Counter(
                line["clip_id"] for line in self._lines if line["kind"] == "attempt"
            )
            for line in _lacking(self._lines, seed, names):
                self._append({**line, "batch": run})
        except BaseException:
            self.close()
            raise
        self.pace = Pace(self._folder / "asked")
        self.published: dict[str, str] = {}

    def close(self) -> None:
        """Let nobody write any more, threads that are still at work included."""
        with self._mutex:
            if self._fd >= 0:
                os.close(self._fd)
            self._fd = -1  # no number of a file that is opened next
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def rows(self) -> list[dict[str, Any]]:
        """Every attempt as a row of attempts.parquet, in the order of the log."""
        with self._mutex:
            return rows_of(self._lines)

    def record(self, clip_id: str, tried_utc: datetime, values: Mapping[str, Any]) -> None:
        """Log an attempt; what failed stays provisional until a canary commits it."""
        with self._mutex:
            number = self._numbers[clip_id] + 1
            self._append(
                {
                    "kind": "attempt",
                    "run": self._run,
                    "clip_id": clip_id,
                    "number": number,
                    "tried_utc": log_lines.utc_text(tried_utc),
                    "source": SOURCE,
                    **values,
                }
            )

    def publish(
        self, clip_id: str, flac: bytes, tried_utc: datetime, values: Mapping[str, Any]
    ) -> None:
        """Log a fetched section with its digest, then let it appear, whole, under its name."""
        sha256 = hashlib.sha256(flac).hexdigest()
        path = self.section_path(clip_id)
        partial = path.with_name(f".{path.name}.partial")
        try:
            with partial.open("wb") as file:
                file.write(flac)
                file.flush()
                os.fsync(file.fileno())
            self.record(clip_id, tried_utc, {**values, "sha256": sha256})
            partial.replace(path)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
        log_lines.sync_folder(self._sections)
        self.published[clip_id] = sha256

    def canaries(
        self, youtube_ids: Sequence[str], message: str | None = None, *, session: str | None = None
    ) -> None:
        """Log that videos known to be alive were had in a session, or, with a message, were not.

        Those that were commit what failed in it since the last that were, all in this run.
        """
        with self._mutex:
            self._append(
                {
                    "kind": "canaries",
                    "run": self._run,
                    "session": session,
                    "utc": log_lines.utc_text(datetime.now(UTC)),
                    "youtube_ids": list(youtube_ids),
                    "passed": message is None,
                    "message": message,
                }
            )

    def note(self, event: str, **values: Any) -> None:
        """Log what concerns the whole run, such as why it stopped."""
        with self._mutex:
            now = log_lines.utc_text(datetime.now(UTC))
            self._append({"kind": event, "run": self._run, "utc": now, **values})

    def come_back_after(self) -> datetime | None:
        """When a run was to be the next, according to the last that stopped, if it is still so."""
        with self._mutex:
            for line in reversed(self._lines):
                if line["kind"] == "canaries" and line["passed"]:
                    return None
                if line["kind"] == "come-back":
                    return datetime.fromisoformat(line["after"])
        return None

    def notes(self, event: str) -> list[dict[str, Any]]:
        """What the last run that asked YouTube noted of a kind: this run, or one before it."""
        with self._mutex:
            asked = (line["run"] for line in reversed(self._lines) if line["kind"] == "canaries")
            run = next(asked, None)
            return [line for line in self._lines if (line["kind"], line["run"]) == (event, run)]

    def fetched_here(self, n_videos: int) -> list[str]:
        """The videos that this machine fetched last, as its log has them; the latest is last."""
        with self._mutex:
            latest: list[str] = []
            for line in reversed(self._lines):
                if len(latest) == n_videos:
                    break
                if line["kind"] == "attempt" and line["run"] != "seed":
                    youtube_id = line["clip_id"][1:12]
                    if line["state"] in FETCHED and youtube_id not in latest:
                        latest.append(youtube_id)
            return latest[::-1]

    def section_path(self, clip_id: str) -> Path:
        """Where the section of a clip lies. Raises ArtifactError for what is no clip id."""
        return section_path(self._folder, clip_id)

    def _append(self, line: Mapping[str, Any]) -> None:
        content = log_lines.encode(line)
        size = os.fstat(self._fd).st_size
        try:
            written = os.write(self._fd, content)
            while written < len(content):
                written += os.write(self._fd, content[written:])
            os.fsync(self._fd)
        except OSError:
            os.ftruncate(self._fd, size)  # a full disk takes half a line
            raise
        self._lines.append(dict(line))
        if line["kind"] == "attempt":
            self._numbers[line["clip_id"]] += 1


def read_log(
    folder: Path, seed: Path | None = None, names: Names = NO_NAMES
) -> list[dict[str, Any]]:
    """The rows of a log as a `Ledger` with that seed would have them; nothing is written.

    A run may be under way: what is being written is left out, and so are damaged lines.

    Raises:
        ArtifactError: the seed is damaged.
    """
    lines = takeover.read_lines(folder)
    return rows_of(lines + _lacking(lines, seed, names))


def _lacking(lines: list[Line], seed: Path | None, names: Names) -> list[Line]:
    if seed is None:
        return []
    return lacking(lines, names.of_log(read_table(seed).to_pylist()))
