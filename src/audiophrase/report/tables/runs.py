"""What the tables of retrieval and detection say alike: intervals, seeds, and every run."""

from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd

from audiophrase.amounts import counted
from audiophrase.evaluate.rows import ALL, PARTIAL, SED, fact
from audiophrase.evaluate.summary import restriction
from audiophrase.report.cells import Block
from audiophrase.report.measures import Measures, Rows, confidence


def each_run(measures: Measures) -> Iterator[tuple[str, str, Rows]]:
    """Every run as (variant, seed, its rows)."""
    for variant, seeds in measures.runs.items():
        for seed, rows in seeds.items():
            yield variant, seed, rows


def all_runs(measures: Measures, line: Callable[[Rows], dict[str, str]]) -> tuple[Block, ...]:
    """A line for each run, where there are several: seeds and variants side by side."""
    runs = list(each_run(measures))
    if len(runs) < 2:
        return ()
    cells = [{"variant": variant, "seed": seed, **line(run)} for variant, seed, run in runs]
    return (Block("All runs; the first is the one above", pd.DataFrame(cells).fillna("")),)


def in_brackets(run: Rows, task: str) -> str:
    """The end of a heading: what stands in the brackets of its cells."""
    return f", {confidence(run, task)} intervals in brackets"


def all_are_partial(run: Rows) -> bool:
    """Whether no phrase is active in most of its clip, as may be where clips are few."""
    return fact(run, SED, "n_phrases", PARTIAL) == fact(run, SED, "n_phrases", ALL)


def partial_heading(run: Rows) -> str | None:
    """The heading of the phrases active in part of their clip.

    None where they are not measured, or are all phrases, whose numbers stand above.
    """
    below = fact(run, SED, "active_below", PARTIAL)
    if not below or all_are_partial(run):
        return None
    phrases = counted(fact(run, SED, "n_phrases", PARTIAL), "phrase")
    heading = f"The {phrases} active in less than {100 * below:g} % of their clip"
    return heading + in_brackets(run, SED)


def interval_note(run: Rows, task: str) -> str:
    """What an interval is of, and what it is not."""
    return (
        f"Intervals are bootstrap percentiles over the test clips, "
        f"{fact(run, task, 'n_resamples'):,} resamples: what other test clips would have "
        "done to this one model. In retrieval the queries are resampled, not what they are "
        "ranked among."
    )


def seeds_note(several: Rows | None) -> tuple[str, ...]:
    """What the ± over seeds is; nothing where there is one seed."""
    if not several:
        return ()
    return (
        (
            f"The ± over seeds is the sample standard deviation over {several[0].n} models "
            "trained from different seeds, each the mean over its draws. Everything else is of the "
            "first seed."
        ),
    )


def n_clips_here(run: Rows, task: str) -> dict[str, Any]:
    """How many clips there were before others' were asked for; nothing where none were."""
    said = restriction(run, task)
    return {name: said[name] for name in ("only_clips_of", "n_clips_here") if name in said}
