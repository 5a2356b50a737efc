"""What a run's rows say as nested numbers: its retrieval.json and sed.json, keys as `Row.name`."""

from collections.abc import Callable, Sequence
from typing import Any

from audiophrase.evaluate.rows import (
    ALL,
    CHANCE,
    FULL_POOL,
    PARTIAL,
    POOL,
    RETRIEVAL,
    SED,
    Row,
    fact,
    only,
    select,
)

Nested = dict[str, Any]
_COUNTS = ("n_clips", "n_phrases", "n_frames")
_OF_PART = (*_COUNTS, "prevalence")


def retrieval_summary(rows: Sequence[Row]) -> Nested:
    """Means and deviations in pools by direction, chance, the full pool, and intervals."""
    pool = [row for row in select(rows, task=RETRIEVAL, part=POOL) if row.scores is not None]
    drawn = [row for row in pool if row.scores != CHANCE]
    full = select(rows, task=RETRIEVAL, part=FULL_POOL)
    return {
        **{name: fact(rows, RETRIEVAL, name) for name in ("n_clips", "n_captions")},
        **restriction(rows, RETRIEVAL),
        **{name: fact(rows, RETRIEVAL, name, POOL) for name in ("pool_size", "n_repeats")},
        **by_scores(drawn, lambda row: {"mean": row.value, "sd": row.sd}),
        "chance": {row.name: row.value for row in select(pool, scores=CHANCE)},
        "full_pool": by_scores(full),
        "intervals": {
            **_bootstrap(rows, RETRIEVAL),
            "pool": _intervals(drawn),
            "full_pool": _intervals(full),
        },
    }


def sed_summary(rows: Sequence[Row]) -> Nested:
    """Counts, measures by kind of scores and their intervals, of all phrases and of a part.

    Without phrases there are no rows: all counts are zero, and there are no measures.
    """
    if not select(rows, task=SED):
        return {**dict.fromkeys(_COUNTS, 0), "measures": {}}
    summary = {**_of_part(rows, ALL), **restriction(rows, SED)}
    if below := fact(rows, SED, "active_below", PARTIAL):
        summary["partial"] = {"active_below": below, **_of_part(rows, PARTIAL)}
    return summary


def restriction(rows: Sequence[Row], task: str) -> Nested:
    """Which clips evaluation was restricted to, and how many of how many; empty if it was not."""
    first = only(rows, task=task)
    if first is None or first.only_clips_of is None:
        return {}
    counts = {name: fact(rows, task, name) for name in ("n_clips_here", "n_clips_common")}
    return {"only_clips_of": first.only_clips_of, **counts}


def by_scores(
    rows: Sequence[Row], leaf: Callable[[Row], Any] = lambda row: row.value
) -> dict[str, dict[str, Any]]:
    """A number, or what `leaf` makes of a row, by scores and name."""
    nested: dict[str, dict[str, Any]] = {}
    for row in rows:
        nested.setdefault(row.scores, {})[row.name] = leaf(row)
    return nested


def _of_part(rows: Sequence[Row], part: str) -> Nested:
    measures = [row for row in select(rows, task=SED, part=part) if row.scores is not None]
    return {
        **{name: fact(rows, SED, name, part) for name in _OF_PART},
        "measures": by_scores(measures),
        "intervals": {**_bootstrap(rows, SED), **_intervals(measures)},
    }


def _bootstrap(rows: Sequence[Row], task: str) -> Nested:
    return {name: fact(rows, task, name) for name in ("confidence", "n_resamples")}


def _intervals(rows: Sequence[Row]) -> Nested:
    """Intervals by scores and name, of the measures that have one."""
    nested: Nested = {row.scores: {} for row in rows}
    for row in rows:
        if row.low is not None:
            nested[row.scores][row.name] = {"low": row.low, "high": row.high}
    return nested
