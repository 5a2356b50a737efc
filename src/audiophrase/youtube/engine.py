"""Fetching the clips of one data set: from its tables to the ledger, and back to a table."""

import random
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from audiophrase import tables
from audiophrase.amounts import counted, disk_space, duration
from audiophrase.clips.availability import State
from audiophrase.clips.messages import single_line
from audiophrase.clips.mixture import Sources
from audiophrase.clips.parameters import RunParams
from audiophrase.configfiles import fetch_command
from audiophrase.prose import tell
from audiophrase.youtube import preflight
from audiophrase.youtube.advice import for_screen
from audiophrase.youtube.attempts import write_table
from audiophrase.youtube.budget import Exit, Stop
from audiophrase.youtube.client import Client
from audiophrase.youtube.history import fold
from audiophrase.youtube.ledger import Ledger, read_log
from audiophrase.youtube.lock import Busy
from audiophrase.youtube.log_lines import utc_text
from audiophrase.youtube.names import Names, ledger_id
from audiophrase.youtube.packed import packed_rows
from audiophrase.youtube.plan import Plan, plan
from audiophrase.youtube.progress import Progress
from audiophrase.youtube.run import Run
from audiophrase.youtube.section_files import SHARED, sections_at_hand
from audiophrase.youtube.sessions import told_of_sessions
from audiophrase.youtube.view import fetched_digests, settle

YOUTUBE_ALONE = Sources.of(("youtube",), None)


@dataclass(frozen=True, slots=True)
class Places:
    """Where the files of a data set lie, and the command that fetches its clips."""

    dataset: str
    clips: Path  # the table
    shards: Path  # the folder
    attempts: Path
    cache: Path  # the log and the fetched sections, of all data sets
    command: str  # with the params files that it takes

    @classmethod
    def of(cls, dataset: str, configfiles: Iterable[Path] = ()) -> "Places":
        data = Path("data") / dataset
        return cls(
            dataset=dataset,
            clips=data / "annotations" / "clips.parquet",
            shards=data / "clips",
            attempts=data / "attempts.parquet",
            cache=SHARED,
            command=fetch_command(dataset, configfiles),
        )


def run_params(sections: Mapping[str, Any]) -> RunParams:
    """Of the section `retrieve`, how a run goes about it."""
    retrieve = sections["retrieve"]
    return RunParams(**{field.name: retrieve[field.name] for field in fields(RunParams)})


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of a data set's clips, all under the names that the log has for them.

    Attributes:
        rows: attempts, in the order in which they count.
        at_hand: the digest of the audio that lies here, by clip id.
    """

    names: Names
    rows: list[dict[str, Any]]
    at_hand: dict[str, str]

    @classmethod
    def of(cls, places: Places, names: Names, rows: list[dict[str, Any]]) -> "_Known":
        shared = set(names.ids.values())
        rows = [row for row in rows if row["clip_id"] in shared]
        at_hand = _at_hand(places, names, rows)
        return cls(names, settle(rows, at_hand), at_hand)

    def after(self, ledger: Ledger) -> "_Known":
        """The same at the end of a run."""
        shared = set(self.names.ids.values())
        rows = [row for row in ledger.rows() if row["clip_id"] in shared]
        at_hand = self.at_hand | ledger.published
        return _Known(self.names, settle(rows, at_hand), at_hand)


def show_plan(
    places: Places, params: RunParams, *, recheck: bool, sources: Sources = YOUTUBE_ALONE
) -> None:
    """Tell what a run would do. Asks nothing of YouTube, writes nothing."""
    clips = _clips(places)
    asked_for = _asked_for(clips, sources)
    names = Names(clips)
    known = _Known.of(places, names, read_log(places.cache, _seed(places), names))
    _tell_plan(_plan(asked_for, known, params, recheck=recheck), params, places.command)


def fetch(
    places: Places, params: RunParams, *, recheck: bool, sources: Sources = YOUTUBE_ALONE
) -> Exit:
    """Try every clip that is asked for; where that was possible, write attempts.parquet.

    Raises:
        AudiophraseError: something is missing here; nothing was recorded of any clip.
    """
    clips = _clips(places)
    asked_for = _asked_for(clips, sources)
    names = Names(clips)
    run = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{random.getrandbits(32):08x}"
    opening = partial(Ledger, places.cache, run, _seed(places), names, dataset=places.dataset)
    try:
        ledger = opening()
    except (Busy, OSError) as error:
        if isinstance(error, OSError) and error.errno not in preflight.FORBIDDEN:
            raise
        known = _Known.of(places, names, read_log(places.cache, _seed(places), names))
        todo = _plan(asked_for, known, params, recheck=recheck)
        if not todo.jobs:
            _tell_plan(todo, params, places.command)
            _finish(places, known)
            return Exit.DONE
        if isinstance(error, OSError):
            raise preflight.forbidden(places.cache, error) from None
        ledger = opening(wait=True)
    with ledger:
        known = _Known.of(places, names, ledger.rows())
        todo = _plan(asked_for, known, params, recheck=recheck)
        _tell_plan(todo, params, places.command)
        if todo.jobs and not known.rows and any(places.shards.glob("*.parquet")):
            tell(
                f"warning: nothing tells what the audio in {places.shards} is, so it is asked for "
                f"again; `dvc checkout attempts@{places.dataset}` brings back {places.attempts}, "
                "if it was recorded",
                err=True,
            )
        stop = _work(ledger, todo, places, params) if todo.jobs else None
        kinds = ("renewal", "put-last", "attempt")
        for line in told_of_sessions(*map(ledger.notes, kinds)):
            tell(for_screen(line), err=True)
        known = known.after(ledger)
        if stop is None:
            _finish(places, known)
            return Exit.DONE
        _tell_states(known, places.command)
        _tell_stop(stop, ledger)
        return stop.exit_code


def _finish(places: Places, known: _Known) -> None:
    _tell_states(known, places.command)
    write_table(places.attempts, known.names.of_dataset(known.rows))


def _clips(places: Places) -> list[dict[str, Any]]:
    return tables.read(places.clips, stage="annotations.clips").to_pylist()


def _seed(places: Places) -> Path | None:
    return places.attempts if places.attempts.exists() else None


def _work(ledger: Ledger, todo: Plan, places: Places, params: RunParams) -> Stop | None:
    cookies = preflight.cookies_file()
    outputs = (places.attempts.parent, places.shards)
    for warning in preflight.check(places.cache, todo.n_bytes, cookies, outputs):
        tell(f"warning: {warning}", err=True)
    if (after := ledger.come_back_after()) is not None and datetime.now(UTC) < after:
        tell(
            f"warning: the last run was to be followed by none before {after:%Y-%m-%d %H:%M} UTC: "
            "YouTube may block this one for longer",
            err=True,
        )
    progress = Progress(todo.n_wanted)
    run = Run(
        ledger,
        params,
        make_client=lambda: Client(cookies=cookies, timeout_s=params.timeout_s),
        progress=progress,
        tools={"versions": preflight.tool_versions(), "cookies": cookies is not None},
        rng=random.Random(),
    )
    try:
        return run.work(todo.jobs)
    finally:
        progress.close()


def _at_hand(places: Places, names: Names, rows: list[dict[str, Any]]) -> dict[str, str]:
    """The digest of the audio of each clip that lies here: what was fetched last, if that does."""
    digests = fetched_digests(rows)
    last = {id_: history.sha256 for id_, history in fold(rows).items()}
    at_hand = sections_at_hand(places.cache, digests, last)
    if all(at_hand.get(id_) == last[id_] for id_ in digests):
        return at_hand
    packed = {own: digests[id_] for own, id_ in names.ids.items() if id_ in digests}
    for shard in sorted(places.shards.glob("*.parquet")):
        for own, row in packed_rows(shard, packed).items():
            id_ = names.ids[own]
            if id_ not in at_hand or row["sha256"] == last[id_]:
                at_hand[id_] = row["sha256"]
    return at_hand


def _asked_for(clips: list[dict[str, Any]], sources: Sources) -> list[dict[str, Any]]:
    """The clips that YouTube is to be asked for; how many are not is told."""
    asked_for = sources.to_ask(clips)
    preflight.require_times(asked_for)
    if n_here := len(clips) - len(asked_for):
        here = f"{n_here:,} of {counted(len(clips), 'clip')} in {sources.folder}: not asked for"
        tell(here, err=True)
    return asked_for


def _plan(
    asked_for: list[dict[str, Any]], known: _Known, params: RunParams, *, recheck: bool
) -> Plan:
    once = {ledger_id(clip): {**clip, "clip_id": ledger_id(clip)} for clip in asked_for}
    return plan(
        once.values(),
        fold(known.rows),
        known.at_hand.keys(),
        n_attempts=params.attempts,
        recheck=recheck,
        now=datetime.now(UTC),
    )


def _tell_plan(todo: Plan, params: RunParams, command: str) -> None:
    again = f"`{command} --recheck` asks again"
    parts = [f"{counted(todo.n_clips, 'clip')}: {todo.n_at_hand:,} at hand"]
    if todo.n_answered:
        parts.append(f"{todo.n_answered:,} that YouTube will not give ({again})")
    if todo.n_exhausted:
        parts.append(f"{todo.n_exhausted:,} unresolved for now ({again})")
    if todo.n_waiting:
        parts.append(
            f"{todo.n_waiting:,} to be asked for a second time a day after the first: "
            f"`{command}` tomorrow"
        )
    tell(", ".join(parts), err=True)
    if todo.jobs:
        tell(
            f"to try: {counted(todo.n_wanted, 'clip')} of {counted(len(todo.jobs), 'video')}; about "
            f"{duration(todo.seconds(params.videos_per_hour))} at {params.videos_per_hour:g} videos "
            f"an hour; at most {disk_space(todo.n_bytes)} of disk with the shards and DVC's copy",
            err=True,
        )
    else:
        tell("nothing to try", err=True)


def _tell_states(known: _Known, command: str) -> None:
    histories = fold(known.rows).values()
    by_state = Counter(str(history.state) for history in histories)
    for state in State:
        if n := by_state[str(state)]:
            # Silence and length show when a clip is packed.
            name = "fetched" if state == State.OK else str(state)
            tell(f"{name}: {counted(n, 'clip')}", err=True)
    if n_bare := sum(h.bare_utc is not None and h.state == "unresolved" for h in histories):
        tell(
            f"{n_bare:,} of the unresolved: YouTube says 'unavailable', and not why. That counts once "
            f"it was said twice, a day apart: run `{command}` again tomorrow",
            err=True,
        )


def _tell_stop(stop: Stop, ledger: Ledger) -> None:
    when = ""
    if stop.wait_s is not None:
        back = datetime.now(UTC) + timedelta(seconds=stop.wait_s)
        with suppress(OSError):  # a full disk
            ledger.note("come-back", after=utc_text(back))
        when = f"\n  Come back: after {back:%Y-%m-%d %H:%M} UTC (in {duration(stop.wait_s)})"
    message = for_screen(single_line(stop.message))
    tell(f"stopped: {message}{when}\n  What to do: {stop.remedy}", err=True)
