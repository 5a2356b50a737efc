"""The ledger: an append-only log of every attempt, and the sections that were fetched.

A line is on the disk before its attempt counts, and names the SHA-256 of a section before that
section appears under its name: so whoever finds a section can check it, and a run that was killed
anywhere fetches nothing twice that was published. The log and the sections lie in `cache/`; the
table `attempts.parquet` is written from the log and, elsewhere, the log from it.
"""

import fcntl
import hashlib
import json
import os
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from audiophrase.clip_ids import is_clip_id
from audiophrase.errors import ArtifactError, AudiophraseError
from audiophrase.youtube.attempts import COLUMNS, SOURCE, is_attempt, read_table
from audiophrase.youtube.history import FETCHED, ClipHistory

_BEFORE = datetime.min.replace(tzinfo=UTC)


class Ledger:
    """The log and the sections of one data set, for one process at a time; safe for threads."""

    def __init__(self, folder: Path, run: str, seed: Path | None = None) -> None:
        """Open, and fix what a killed run left.

        Args:
            run: names this run in the lines it writes.
            seed: an attempts.parquet; what it says and the log does not is added to the log.

        Raises:
            AudiophraseError: another process has it open, or the log is damaged.
        """
        self._folder, self._run = Path(folder), run
        self._sections = self._folder / "sections"
        self._sections.mkdir(parents=True, exist_ok=True)
        self._lock_file = (self._folder / "lock").open("a")
        self._mutex = threading.Lock()
        try:
            fcntl.flock(self._lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock_file.close()
            raise AudiophraseError(
                f"another process is retrieving into {self._folder}",
                "wait until it ends: two at once would be twice as fast as YouTube allows",
            ) from None
        for partial in self._sections.glob(".*.partial"):
            partial.unlink()
        path = self._folder / "attempts.jsonl"
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666)
        self._lines, n_good = _parse(path)
        os.ftruncate(self._fd, n_good)
        self._numbers = Counter(line["clip_id"] for line in self._lines if "clip_id" in line)
        for line in _missing(self._lines, seed):
            self._append(line)

    def close(self) -> None:
        """Let nobody write any more, threads that are still at work included."""
        with self._mutex:
            os.close(self._fd)
            self._fd = -1  # no number of a file that is opened next
        self._lock_file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def rows(self) -> list[dict[str, Any]]:
        """Every attempt as a row of attempts.parquet, in the order of the log."""
        with self._mutex:
            return _rows(self._lines)

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
                    "tried_utc": _utc_text(tried_utc),
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
        _sync_folder(self._sections)

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
                    "utc": _utc_text(datetime.now(UTC)),
                    "youtube_ids": list(youtube_ids),
                    "passed": message is None,
                    "message": message,
                }
            )

    def note(self, event: str, **values: Any) -> None:
        """Log what concerns the whole run, such as why it stopped."""
        with self._mutex:
            now = _utc_text(datetime.now(UTC))
            self._append({"kind": event, "run": self._run, "utc": now, **values})

    def notes(self, event: str) -> list[dict[str, Any]]:
        """What the last run that asked YouTube noted of a kind: this run, or one before it."""
        with self._mutex:
            asked = (line["run"] for line in reversed(self._lines) if line["kind"] == "canaries")
            run = next(asked, None)
            return [line for line in self._lines if (line["kind"], line["run"]) == (event, run)]

    def section_path(self, clip_id: str) -> Path:
        """Where the section of a clip lies. Raises ArtifactError for what is no clip id."""
        return section_path(self._folder, clip_id)

    def _append(self, line: Mapping[str, Any]) -> None:
        content = _encode(line)
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
        if "clip_id" in line:
            self._numbers[line["clip_id"]] += 1


def section_path(folder: Path, clip_id: str) -> Path:
    """Where the section of a clip lies. Raises ArtifactError for what is no clip id."""
    if not is_clip_id(clip_id):
        raise ArtifactError(f"{clip_id!r} is no clip id", "make the table of clips again")
    return Path(folder) / "sections" / f"{clip_id}.flac"


def read_section(folder: Path, clip_id: str, sha256: str | None) -> bytes | None:
    """The FLAC of a section, if it is there and is what was logged."""
    try:
        flac = section_path(folder, clip_id).read_bytes()
    except FileNotFoundError:
        return None
    return flac if hashlib.sha256(flac).hexdigest() == sha256 else None


def sections_at_hand(folder: Path, histories: Mapping[str, ClipHistory]) -> set[str]:
    """The clips whose sections are there and are what was logged."""
    return {
        clip_id
        for clip_id, history in histories.items()
        if history.state in FETCHED and read_section(folder, clip_id, history.sha256) is not None
    }


def read_log(folder: Path, seed: Path | None = None) -> list[dict[str, Any]]:
    """The rows of a log as a `Ledger` with that seed would have them; nothing is written.

    Raises:
        ArtifactError: the log or the seed is damaged.
    """
    lines = _parse(Path(folder) / "attempts.jsonl")[0]
    return _rows(lines + _missing(lines, seed))


def _missing(lines: list[dict[str, Any]], seed: Path | None) -> list[dict[str, Any]]:
    """The attempts that attempts.parquet has and the log lacks: somebody else's, for the most part."""
    if seed is None:
        return []
    known = {_identity(line) for line in lines if line["kind"] == "attempt"}
    missing = []
    for row in read_table(seed).to_pylist():
        values = {name: row.get(name) for name in COLUMNS}
        values["tried_utc"] = row["tried_utc"] and _utc_text(row["tried_utc"])
        line = {"kind": "attempt", "run": "seed", **values}
        if _identity(line) not in known:
            missing.append(line)
    return missing


def _identity(line: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(line.get(key) for key in ("clip_id", "tried_utc", "state", "sha256", "message"))


def _encode(line: Mapping[str, Any]) -> bytes:
    return (json.dumps(line, ensure_ascii=False, allow_nan=False) + "\n").encode()


def _rows(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    committed = _committed(lines)
    rows = []
    for index, line in enumerate(lines):
        if line["kind"] == "attempt":
            row = {name: line.get(name) for name in COLUMNS}
            row["tried_utc"] = line["tried_utc"] and datetime.fromisoformat(line["tried_utc"])
            fetched = line["state"] in FETCHED
            row["committed"] = fetched or bool(line.get("committed")) or index in committed
            rows.append(row)
    # Attempts of another machine came later into the log than they were made.
    rows.sort(key=lambda row: row["tried_utc"] or _BEFORE)
    return rows


def _committed(lines: list[dict[str, Any]]) -> set[int]:
    """Indices of the attempts between two passing canaries of one session of one run.

    Older lines name no session: a run's canaries were then of all its attempts.
    """
    committed: set[int] = set()
    pending: dict[tuple[str, str | None], list[int]] = {}
    for index, line in enumerate(lines):
        key = (line["run"], line.get("session"))
        if line["kind"] == "canaries":
            if line["passed"]:
                committed.update(pending.get(key, ()))
                pending[key] = []
            else:
                pending.pop(key, None)
        elif line["kind"] == "attempt" and key in pending:
            pending[key].append(index)
    return committed


def _parse(path: Path) -> tuple[list[dict[str, Any]], int]:
    """The lines of a log, and how many bytes of it are whole lines.

    A last line without an end was torn when its writer was killed.

    Raises:
        ArtifactError: a whole line cannot be read.
    """
    lines: list[dict[str, Any]] = []
    n_good = 0
    with path.open("rb") if path.exists() else open(os.devnull, "rb") as file:
        for number, content in enumerate(file, start=1):
            if not content.endswith(b"\n"):
                break
            line = _parse_line(content)
            if line is None:
                raise ArtifactError(
                    f"{path} is damaged: line {number} is not one that was logged",
                    "delete that line: its attempt is then made again",
                )
            lines.append(line)
            n_good += len(content)
    return lines, n_good


def _parse_line(content: bytes) -> dict[str, Any] | None:
    try:
        line = json.loads(content)
        if line["kind"] == "attempt":
            if not is_attempt(line):
                return None
            if line["tried_utc"] is not None:
                datetime.fromisoformat(line["tried_utc"])
        if line["kind"] == "canaries" and not isinstance(line["passed"], bool):
            return None
        return line if "run" in line else None
    except (ValueError, TypeError, KeyError):
        return None


def _sync_folder(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _utc_text(when: datetime) -> str:
    return when.astimezone(UTC).isoformat(timespec="seconds")
