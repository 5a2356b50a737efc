"""The table of detection: the measures behind the paper's Figure 3, frame by frame."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from audiophrase.amounts import counted
from audiophrase.evaluate.rows import ALL, PARTIAL, SED, Row, fact, select
from audiophrase.report import paper
from audiophrase.report.cells import (
    NAMES,
    Block,
    Table,
    cell,
    number,
    phrases_note,
    rendered_note,
    restriction_notes,
    spread,
)
from audiophrase.report.labels import COMPARED, DETECTION, MAIN, detected
from audiophrase.report.measures import Measures, Rows, aggregations, scores_of, threshold
from audiophrase.report.tables.runs import (
    all_are_partial,
    all_runs,
    each_run,
    in_brackets,
    interval_note,
    n_clips_here,
    partial_heading,
    seeds_note,
)
from audiophrase.settings import PAPER_VARIANT

_PAPER_NOTE = (
    "Published are only curves, in the paper's Figure 3; the threshold that it quotes numbers at, and "
    "these numbers, are not known to us."
)
_THRESHOLD_NOTE = "The one threshold of precision, recall and F1 is our choice (`evaluate.sed.reported_threshold`)."
_SCORES_NOTE = (
    "Mean and max say how the similarities of a phrase's words are joined; random and always on know "
    "nothing of the sound."
)
_NO_DETECTIONS = ("audio", "source", "variant", "seed", "scores", "threshold")  # without any rows


def sed_table(measures: Measures) -> Table:
    """Phrase-based detection at the reported threshold, and beyond any threshold.

    No cells where the data set has no phrases.
    """
    run, beside = measures.first, measures.beside_paper
    title = "Phrase-based sound event detection (the measures of the paper's Figure 3)"
    if not measures.has_phrases:
        return Table(title, phrases_note(measures), (), pd.DataFrame(columns=_NO_DETECTIONS))
    several = measures.over_seeds.get(PAPER_VARIANT)
    lines = _lines(run, ALL)
    blocks = [Block("All phrases" + in_brackets(run, SED), pd.DataFrame(lines))]
    if heading := partial_heading(run):
        blocks.append(Block(heading, pd.DataFrame(_lines(run, PARTIAL))))
    if several:
        heading = f"Mean ± standard deviation over {several[0].n} seeds"
        blocks.append(Block(heading, pd.DataFrame(_lines_over_seeds(several))))
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
        interval_note(run, SED),
        *seeds_note(several),
    )
    blocks += all_runs(measures, _line)
    return Table(title, notes, tuple(blocks), pd.DataFrame(_tidy(measures)))


def _line(run: Rows) -> dict[str, str]:
    cells = {"clips": f"{fact(run, SED, 'n_clips', ALL):,}"}
    for name in aggregations(run):
        for row in _shown(run, ALL, name, only_main=True):
            cells[f"{DETECTION[row.measure].label}, {name}"] = number(row.value)
    return cells


def _lines(run: Rows, part: str) -> list[dict[str, str]]:
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


def _shown(run: Rows, part: str, scores: str, *, only_main: bool = False) -> list[Row]:
    """Measures of detection in the order of their labels."""
    by_measure = {row.measure: row for row in select(run, task=SED, part=part, scores=scores)}
    names = MAIN if only_main else DETECTION
    return [by_measure[name] for name in names if name in by_measure]


def _lines_over_seeds(several: Rows) -> list[dict[str, str]]:
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


def _part_note(run: Rows) -> tuple[str, ...]:
    prevalence = fact(run, SED, "prevalence", PARTIAL)
    if prevalence is None:
        return ()
    if all_are_partial(run):
        below = fact(run, SED, "active_below", PARTIAL)
        return (f"Every phrase is active in less than {100 * below:g} % of its clip.",)
    return (
        (
            "Where a phrase is heard throughout, always on is right; the phrases active in part of "
            f"their clip, those never heard among them, tell more. They are active in "
            f"{prevalence:.2f} of the frames."
        ),
    )


def _tidy(measures: Measures) -> Iterator[dict[str, Any]]:
    """A row for each kind of scores and run; the published measures are not known.

    Intervals are those of the main measures; measures of the phrases active in a part of their
    clip are those that variants are compared by.
    """
    of_part = sorted(COMPARED, key=lambda name: name not in MAIN)
    for variant, seed, run in each_run(measures):
        for name in scores_of(run):
            every = {r.measure: r for r in select(run, task=SED, part=ALL, scores=name)}
            part = {r.measure: r for r in select(run, task=SED, part=PARTIAL, scores=name)}
            yield {
                "audio": measures.audio,
                "source": "ours",
                "variant": variant,
                "seed": seed,
                "scores": name,
                "threshold": threshold(run),
                **{measure: _value(every.get(measure)) for measure in DETECTION},
                **{n: fact(run, SED, n, ALL) for n in ("prevalence", "n_clips", "n_phrases")},
                **n_clips_here(run, SED),
                **_ends(every, ""),
                **{f"{measure}_partial": _value(part.get(measure)) for measure in of_part},
                **_ends(part, "_partial"),
                "prevalence_partial": fact(run, SED, "prevalence", PARTIAL),
                "n_phrases_partial": fact(run, SED, "n_phrases", PARTIAL),
            }


def _value(row: Row | None) -> float | None:
    return None if row is None else row.value


def _ends(rows: dict[str, Row], ending: str) -> dict[str, float | None]:
    """The ends of the main measures' intervals, none where there is none."""
    return {
        f"{measure}{ending}_{end}": getattr(rows.get(measure), end, None)
        for measure in MAIN
        for end in ("low", "high")
    }
