"""The tables: the paper's Table 1 and Table 2, and the measures behind its Figure 3.

Each comes as a tidy frame for scripts and as blocks of text cells for people. Every table states
how many clips it rests on, and the paper's number where the paper stands beside the data set.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

import pandas as pd

from audiophrase.amounts import counted
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
    select,
)
from audiophrase.report import paper, rows
from audiophrase.report.ablations import ablations_table
from audiophrase.report.cells import (
    DIRECTIONS,
    NAMES,
    Block,
    Table,
    cell,
    nothing_learnt_note,
    number,
    papers,
    phrases_note,
    rendered_note,
    restriction_notes,
    spread,
)
from audiophrase.report.events import events_table
from audiophrase.report.labels import DETECTION, MAIN, detected, ranked
from audiophrase.report.measures import Measures, Rows, aggregations, same, scores_of, share
from audiophrase.settings import PAPER_VARIANT
from audiophrase.splits import SPLITS

_PAPER_NOTE = (
    "Published are only curves, in the paper's Figure 3; the threshold that it quotes numbers at, and "
    "these numbers, are not known to us."
)
_FULL_POOL_NOTE = (
    "Among all, R@k is the share of queries with one true item at least among the first k, share@k the "
    "mean share of a query's true items that are there (a caption has one clip, so they are the same), "
    "and mAP@k the mean of the precisions at the true items among the first k, divided by min(k, "
    "their number)."
)
_THRESHOLD_NOTE = "The one threshold of precision, recall and F1 is our choice (`evaluate.sed.reported_threshold`)."
_SCORES_NOTE = (
    "Mean and max say how the similarities of a phrase's words are joined; random and always on know "
    "nothing of the sound."
)
_NO_DETECTIONS = ("audio", "source", "variant", "seed", "scores", "threshold")  # without any rows


def all_tables(
    measures: Measures, compared: Mapping[str, Measures] | None = None
) -> dict[str, Table]:
    """The tables by the name of their files; `compared` are the rows of other data sets."""
    return {
        "dataset": dataset_table(measures),
        "retrieval": retrieval_table(measures),
        "sed": sed_table(measures),
        "events": events_table(measures),
        "ablations": ablations_table(measures, compared or {}),
    }


def dataset_table(measures: Measures) -> Table:
    """The paper's Table 1, beside ours where it is of the same clips."""
    cells, beside = [], measures.beside_paper
    for split in SPLITS:
        ours, theirs = measures.dataset[split], paper.DATASET[split]
        n_annotated = paper.N_ANNOTATED[split]
        line = {"split": split}
        for name in ("clips", "captions", "phrases"):
            line[name] = f"{ours[name]:,}"
            if beside:
                line[f"{name}, published"] = f"{theirs[name]:,}"
        line["missing clips"] = f"{ours['missing']:,} of {ours['annotated']:,}"
        line["of them unresolved"] = f"{ours['unresolved']:,}"
        if beside:
            line["missing clips, published"] = (
                f"{n_annotated - theirs['clips']:,} of {n_annotated:,}"
            )
        cells.append(line)
    notes = (
        *rendered_note(measures.audio),
        *phrases_note(measures),
        "Clips are those with usable audio, captions and phrases those of these clips; missing "
        "are the annotated clips without usable audio."
        + (
            " The published missing clips follow from the paper's Table 1 and the 4,489/31/70 clips that "
            "AudioGrounding v1 annotates."
            if beside
            else ""
        ),
        *restriction_notes(measures.first),
    )
    title = "Data set: clips, captions and phrases (as in the paper's Table 1)"
    tidy = pd.DataFrame(rows.dataset(measures))
    return Table(title, notes, (Block("", pd.DataFrame(cells)),), tidy)


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
            f"{share(run, RETRIEVAL)} interval": f"{number(row.low)} to {number(row.high)}",
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
        Block(everything + _in_brackets(run, RETRIEVAL), _full_pool(run, later=False)),
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
        _interval_note(run, RETRIEVAL),
        *nothing_learnt_note(run),
        _FULL_POOL_NOTE,
        *_seeds_note(several),
    )
    title = "Retrieval: recall at k (as in the paper's Table 2)"
    tidy = pd.DataFrame(rows.retrieval(measures))
    return Table(title, notes, (*blocks, *_other_runs(measures, _retrieval_line)), tidy)


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


def sed_table(measures: Measures) -> Table:
    """Phrase-based detection at the reported threshold, and beyond any threshold.

    No cells where the data set has no phrases.
    """
    run, beside = measures.first, measures.beside_paper
    title = "Phrase-based sound event detection (the measures of the paper's Figure 3)"
    if not measures.has_phrases:
        return Table(title, phrases_note(measures), (), pd.DataFrame(columns=_NO_DETECTIONS))
    several = measures.over_seeds.get(PAPER_VARIANT)
    lines = _sed_lines(run, ALL)
    blocks = [Block("All phrases" + _in_brackets(run, SED), pd.DataFrame(lines))]
    if below := fact(run, SED, "active_below", PARTIAL):
        n_phrases = fact(run, SED, "n_phrases", PARTIAL)
        phrases = counted(n_phrases, "phrase")
        heading = f"The {phrases} active in less than {100 * below:g} % of their clip"
        part = pd.DataFrame(_sed_lines(run, PARTIAL))
        blocks.append(Block(heading + _in_brackets(run, SED), part))
    if several:
        heading = f"Mean ± standard deviation over {several[0].n} seeds"
        blocks.append(Block(heading, pd.DataFrame(_sed_over_seeds(several))))
    n_clips, n_phrases, prevalence = (
        fact(run, SED, name, ALL) for name in ("n_clips", "n_phrases", "prevalence")
    )
    n_test = paper.DATASET["test"]
    notes = (
        *rendered_note(measures.audio),
        (
            f"Test clips: {n_clips} with {counted(n_phrases, 'phrase')} here, "
            f"{n_test['clips']} with {n_test['phrases']:,} in the published curves."
            if beside
            else f"Test clips: {n_clips} with {counted(n_phrases, 'phrase')}."
        ),
        *restriction_notes(run, SED),
        _SCORES_NOTE,
        (
            f"Phrases are active in {prevalence:.2f} of the frames: that is the average "
            "precision of chance, and what lifts the F1 of always on."
        ),
        *_part_note(run),
        _THRESHOLD_NOTE,
        *((_PAPER_NOTE,) if beside else ()),
        _interval_note(run, SED),
        *_seeds_note(several),
    )
    blocks += _other_runs(measures, _sed_line)
    return Table(title, notes, tuple(blocks), pd.DataFrame(rows.sed(measures)))


def _other_runs(measures: Measures, line: Callable[[Rows], dict[str, str]]) -> tuple[Block, ...]:
    """A line for each run, where there are several: seeds and variants side by side."""
    runs = list(rows.runs(measures))
    if len(runs) < 2:
        return ()
    cells = [{"variant": variant, "seed": seed, **line(run)} for variant, seed, run in runs]
    return (Block("All runs; the first is the one above", pd.DataFrame(cells).fillna("")),)


def _retrieval_line(run: Rows) -> dict[str, str]:
    return {"clips": f"{fact(run, RETRIEVAL, 'n_clips'):,}"} | {
        f"{label}, {ranked(row)}": spread(row)
        for direction, label in DIRECTIONS.items()
        for row in select(run, task=RETRIEVAL, part=POOL, scores=direction)
    }


def _sed_line(run: Rows) -> dict[str, str]:
    cells = {"clips": f"{fact(run, SED, 'n_clips', ALL):,}"}
    for name in aggregations(run):
        for row in _shown(run, ALL, name, only_main=True):
            cells[f"{DETECTION[row.measure].label}, {name}"] = number(row.value)
    return cells


def _shown(run: Rows, part: str, scores: str, *, only_main: bool = False) -> list[Row]:
    """Measures of detection in the order of their labels."""
    by_measure = {row.measure: row for row in select(run, task=SED, part=part, scores=scores)}
    names = MAIN if only_main else DETECTION
    return [by_measure[name] for name in names if name in by_measure]


def _sed_lines(run: Rows, part: str) -> list[dict[str, str]]:
    """A line for each kind of scores; a measure that a baseline has not is an empty cell."""
    lines = [
        {"scores": NAMES.get(name, name)}
        | {
            detected(row, DETECTION[row.measure].label): cell(
                row, interval=DETECTION[row.measure].main
            )
            for row in _shown(run, part, name)
        }
        for name in scores_of(run, part)
    ]
    columns = dict.fromkeys(column for line in lines for column in line)
    return [dict.fromkeys(columns, "") | line for line in lines]


def _sed_over_seeds(several: Rows) -> list[dict[str, str]]:
    return [
        {"scores": NAMES.get(name, name), "phrases": label}
        | {
            detected(row, DETECTION[row.measure].label): spread(row)
            for row in _shown(several, part, name)
            if DETECTION[row.measure].over_seeds
        }
        for part, label in ((ALL, "all"), (PARTIAL, "active in part"))
        for name in scores_of(several, part)
    ]


def _in_brackets(run: Rows, task: str) -> str:
    return f", {share(run, task)} intervals in brackets"


def _interval_note(run: Rows, task: str) -> str:
    return (
        f"Intervals are bootstrap percentiles over the test clips, "
        f"{fact(run, task, 'n_resamples'):,} resamples: what other test clips would have "
        "done to this one model. In retrieval the queries are resampled, not what they are "
        "ranked among."
    )


def _seeds_note(several: Rows | None) -> tuple[str, ...]:
    if not several:
        return ()
    return (
        (
            f"The ± over seeds is the sample standard deviation over {several[0].n} models "
            "trained from different seeds, each the mean over its draws. Everything else is of the "
            "first seed."
        ),
    )


def _part_note(run: Rows) -> tuple[str, ...]:
    prevalence = fact(run, SED, "prevalence", PARTIAL)
    if prevalence is None:
        return ()
    return (
        (
            "Where a phrase is heard throughout, always on is right; the phrases active in part of "
            f"their clip, those never heard among them, tell more. They are active in "
            f"{prevalence:.2f} of the frames."
        ),
    )
