"""Retrieving the clips of one data set: from its tables to the ledger, and back to a table."""

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from audiophrase import tables
from audiophrase.clips.availability import State
from audiophrase.clips.messages import single_line
from audiophrase.clips.mixture import Sources
from audiophrase.clips.parameters import RunParams
from audiophrase.youtube import preflight
from audiophrase.youtube.attempts import write_table
from audiophrase.youtube.budget import Exit, Stop
from audiophrase.youtube.client import Client
from audiophrase.youtube.history import FETCHED, ClipHistory, fold
from audiophrase.youtube.ledger import Ledger, read_log, sections_at_hand
from audiophrase.youtube.packed import packed_rows
from audiophrase.youtube.plan import Plan, plan
from audiophrase.youtube.progress import Progress
from audiophrase.youtube.run import Run
from audiophrase.youtube.sessions import told_of_sessions

YOUTUBE_ALONE = Sources.of(("youtube",), None)


@dataclass(frozen=True, slots=True)
class Places:
    """Where the files of a data set lie."""

    dataset: str
    clips: Path  # the table
    shards: Path  # the folder
    attempts: Path
    cache: Path

    @classmethod
    def of(cls, dataset: str) -> "Places":
        data = Path("data") / dataset
        return cls(
            dataset=dataset,
            clips=data / "annotations" / "clips.parquet",
            shards=data / "clips",
            attempts=data / "attempts.parquet",
            cache=Path("cache") / dataset / "youtube",
        )


def run_params(sections: Mapping[str, Any]) -> RunParams:
    """Of the section `retrieve`, how a run goes about it."""
    retrieve = sections["retrieve"]
    return RunParams(**{field.name: retrieve[field.name] for field in fields(RunParams)})


def show_plan(
    places: Places, params: RunParams, *, recheck: bool, sources: Sources = YOUTUBE_ALONE
) -> None:
    """Tell what a run would do. Asks nothing of YouTube, writes nothing."""
    rows = read_log(places.cache, places.attempts if places.attempts.exists() else None)
    _tell_plan(_plan(places, params, rows, sources, recheck=recheck), params)


def retrieve(
    places: Places, params: RunParams, *, recheck: bool, sources: Sources = YOUTUBE_ALONE
) -> Exit:
    """Try every clip that is wanted; where that was possible, write attempts.parquet.

    Raises:
        AudiophraseError: something is missing here; nothing was recorded of any clip.
    """
    seed = places.attempts if places.attempts.exists() else None
    run = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{random.getrandbits(32):08x}"
    with Ledger(places.cache, run, seed=seed) as ledger:
        todo = _plan(places, params, ledger.rows(), sources, recheck=recheck)
        _tell_plan(todo, params)
        stop = _work(ledger, todo, places, params) if todo.jobs else None
        for told in told_of_sessions(ledger.notes("renewal"), ledger.notes("put-last")):
            click.echo(told, err=True)
        histories = fold(ledger.rows())
        _tell_states(places, histories)
        if stop is not None:
            _tell_stop(stop)
            return stop.exit_code
        write_table(places.attempts, ledger.rows())
    return Exit.DONE


def _work(ledger: Ledger, todo: Plan, places: Places, params: RunParams) -> Stop | None:
    cookies = preflight.cookies_file()
    for warning in preflight.check(places.cache, todo.n_bytes, cookies):
        click.echo(f"warning: {warning}", err=True)
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


def _plan(
    places: Places, params: RunParams, rows: list[dict], sources: Sources, *, recheck: bool
) -> Plan:
    histories = fold(rows)
    at_hand = sections_at_hand(places.cache, histories)
    if any(history.state in FETCHED for id_, history in histories.items() if id_ not in at_hand):
        for shard in sorted(places.shards.glob("*.parquet")):
            at_hand |= set(packed_rows(shard, histories))
    clips = tables.read(places.clips, stage="annotations.clips").to_pylist()
    asked_for = sources.to_ask(clips)
    preflight.require_times(asked_for)
    if len(asked_for) < len(clips):
        n_found = len(clips) - len(asked_for)
        click.echo(f"{n_found} of {len(clips)} clips lie in {sources.folder}", err=True)
    return plan(
        asked_for,
        histories,
        at_hand,
        n_attempts=params.attempts,
        recheck=recheck,
        now=datetime.now(UTC),
    )


def _tell_plan(todo: Plan, params: RunParams) -> None:
    told = f"{todo.n_clips} clips: {todo.n_at_hand} at hand"
    if todo.n_answered:
        told += f", {todo.n_answered} that YouTube will not give (--recheck asks again)"
    if todo.n_exhausted:
        told += f", {todo.n_exhausted} unresolved for now (--recheck asks again)"
    click.echo(told, err=True)
    if todo.jobs:
        click.echo(
            f"to try: {todo.n_wanted} clips of {len(todo.jobs)} videos; about "
            f"{todo.hours(params.videos_per_hour):.1f} h at {params.videos_per_hour:g} videos an "
            f"hour; at most {todo.n_bytes / 1e9:.1f} GB of disk with the shards and DVC's copy",
            err=True,
        )
    else:
        click.echo("nothing to try", err=True)


def _tell_states(places: Places, histories: Mapping[str, ClipHistory]) -> None:
    clips = tables.read(places.clips, stage="annotations.clips", columns=["clip_id"])
    known = [histories[row["clip_id"]] for row in clips.to_pylist() if row["clip_id"] in histories]
    for state, n in sorted(Counter(str(history.state) for history in known).items()):
        told = "fetched" if state == State.OK else state  # silence and length show when packed
        click.echo(f"{told}: {n} clips", err=True)
    if n_bare := sum(h.bare_utc is not None and h.state == "unresolved" for h in known):
        click.echo(
            f"{n_bare} of the unresolved: YouTube says 'unavailable', and not why. That counts once "
            "it was said twice, a day apart: run `audiophrase retrieve` again tomorrow",
            err=True,
        )


def _tell_stop(stop: Stop) -> None:
    when = ""
    if stop.wait_s is not None:
        back = datetime.now(UTC) + timedelta(seconds=stop.wait_s)
        when = f"\n  Come back: after {back:%Y-%m-%d %H:%M} UTC (in {stop.wait_s / 3600:.1f} h)"
    click.echo(f"stopped: {single_line(stop.message)}{when}\n  What to do: {stop.remedy}", err=True)
