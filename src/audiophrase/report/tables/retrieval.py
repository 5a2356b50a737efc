"""The table of retrieval, the paper's Table 2; chance, and the ranks among all, beside it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pandas as pd

from audiophrase.evaluate.rows import CHANCE, FULL_POOL, POOL, RETRIEVAL, fact, select
from audiophrase.report import paper
from audiophrase.report.cells import (
    DIRECTIONS,
    Block,
    Table,
    cell,
    nothing_learnt_note,
    number,
    papers,
    rendered_note,
    restriction_notes,
    spread,
)
from audiophrase.report.labels import ranked
from audiophrase.report.measures import RECORDED, Measures, Rows, confidence, same
from audiophrase.report.tables.runs import (
    all_runs,
    each_run,
    in_brackets,
    interval_note,
    n_clips_here,
    seeds_note,
)
from audiophrase.settings import PAPER_VARIANT

_FULL_POOL_NOTE = (
    "Among all, R@k is the share of queries with one true item at least among the first k, share@k the "
    "mean share of a query's true items that are there (a caption has one clip, so they are the same), "
    "and mAP@k the mean of the precisions at the true items among the first k, divided by min(k, "
    "their number)."
)


def retrieval_table(measures: Measures) -> Table:
    """The paper's Table 2, beside ours where it is of the same clips; chance and the full pool."""
    run, beside = measures.first, measures.beside_paper
    n_clips, n_captions = (fact(run, RETRIEVAL, name) for name in ("n_clips", "n_captions"))
    pool_size, n_repeats = (fact(run, RETRIEVAL, name, POOL) for name in ("pool_size", "n_repeats"))
    several = measures.over_seeds.get(PAPER_VARIANT)
    cells = [
        {
            "direction": label,
            "measure": ranked(row),
            "this run": spread(row),
            f"{confidence(run, RETRIEVAL)} interval": f"{number(row.low)} to {number(row.high)}",
            **({f"this run, {several[0].n} seeds": spread(same(several, row))} if several else {}),
            **({"published": papers(direction, row.name)} if beside else {}),
            "chance": cell(same(run, replace(row, scores=CHANCE))),
        }
        for direction, label in DIRECTIONS.items()
        for row in select(run, task=RETRIEVAL, part=POOL, scores=direction)
    ]
    pools = f"pools of {pool_size}"
    if pool_size < paper.POOL_SIZE and beside:
        pools += f" (published: {paper.POOL_SIZE}; there are no more test clips)"
    everything = f"Among all {n_clips} clips and {n_captions} captions"
    blocks = [
        Block(f"Recall in {pools}", pd.DataFrame(cells)),
        Block(everything + in_brackets(run, RETRIEVAL), _full_pool(run, later=False)),
    ]
    later = _full_pool(run, later=True)
    if len(later.columns) > 1:
        blocks.append(Block(f"{everything}: what later papers report", later))
    notes = (
        *rendered_note(measures.audio),
        f"Test clips: {n_clips} here, {paper.DATASET['test']['clips']} in the published numbers."
        if beside
        else f"Test clips: {n_clips}.",
        *restriction_notes(run),
        (
            f"The ± of one run{' and of the published' if beside else ''} is sampling noise of one model: "
            f"the standard deviation over {n_repeats} draws of random pools. It says nothing about "
            "other seeds or other data."
        ),
        interval_note(run, RETRIEVAL),
        *nothing_learnt_note(run),
        _FULL_POOL_NOTE,
        *seeds_note(several),
    )
    title = "Retrieval: recall at k (as in the paper's Table 2)"
    tidy = pd.DataFrame(_tidy(measures))
    return Table(title, notes, (*blocks, *all_runs(measures, _line)), tidy)


def _full_pool(run: Rows, *, later: bool) -> pd.DataFrame:
    """A line a direction: the first mAP@k and what else there is, or what later papers report."""
    lines = []
    for direction, label in DIRECTIONS.items():
        line, maps = {"direction": label}, 0
        for row in select(run, task=RETRIEVAL, part=FULL_POOL, scores=direction):
            maps += row.measure == "map"
            if later == (row.measure == "share_found" or (row.measure == "map" and maps > 1)):
                line[ranked(row)] = cell(row)
        lines.append(line)
    return pd.DataFrame(lines)


def _line(run: Rows) -> dict[str, str]:
    return {"clips": f"{fact(run, RETRIEVAL, 'n_clips'):,}"} | {
        f"{label}, {ranked(row)}": spread(row)
        for direction, label in DIRECTIONS.items()
        for row in select(run, task=RETRIEVAL, part=POOL, scores=direction)
    }


def _tidy(measures: Measures) -> Iterator[dict[str, Any]]:
    """A row for each measure, direction, run and kind of pool, then those of chance and paper."""
    for variant, seed, run in each_run(measures):
        ours = {"audio": measures.audio, "source": "ours", "variant": variant, "seed": seed}
        counts = {
            "n_repeats": fact(run, RETRIEVAL, "n_repeats", POOL),
            "n_clips": fact(run, RETRIEVAL, "n_clips"),
            "n_captions": fact(run, RETRIEVAL, "n_captions"),
            **n_clips_here(run, RETRIEVAL),
        }
        pool = {"pool": "drawn", "pool_size": fact(run, RETRIEVAL, "pool_size", POOL), **counts}
        full = {"pool": "full", "pool_size": None, **counts, "n_repeats": None}
        for direction in DIRECTIONS:
            for part, where in ((POOL, pool), (FULL_POOL, full)):
                for row in select(run, task=RETRIEVAL, part=part, scores=direction):
                    value = {"measure": row.name, "value": row.value, "sd": row.sd}
                    between = {"low": row.low, "high": row.high}
                    yield ours | {"direction": direction} | value | where | between
    yield from _references(measures)


def _references(measures: Measures) -> Iterator[dict[str, Any]]:
    """Rows of chance, and of the paper where it stands beside the data set."""
    run, audio = measures.first, measures.audio
    of_paper = paper.RETRIEVAL if measures.beside_paper else {}
    pool = {"pool": "drawn", "pool_size": fact(run, RETRIEVAL, "pool_size", POOL)}
    n_theirs = {f"n_{name}": paper.DATASET["test"][name] for name in ("clips", "captions")}
    theirs = {"pool": "drawn", "pool_size": paper.POOL_SIZE, "n_repeats": paper.N_REPEATS}
    for direction in DIRECTIONS:
        for row in select(run, task=RETRIEVAL, scores=CHANCE):
            measure = {"direction": direction, "measure": row.name, "value": row.value}
            yield {"audio": audio, "source": "chance", **measure, **pool}
        for key, known in of_paper.get(direction, {}).items():
            measure = {"measure": key, "value": known["mean"], "sd": known["sd"]}
            where = {"audio": RECORDED, "source": "published", "direction": direction}
            yield where | measure | theirs | n_theirs
