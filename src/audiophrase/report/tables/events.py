"""The second table of detection: phrases as events, as later papers on text-to-audio grounding do."""

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
    phrases_note,
    rendered_note,
    restriction_notes,
    spread,
)
from audiophrase.report.labels import EVENTS, detected
from audiophrase.report.measures import RECORDED, Measures, Rows, scores_of
from audiophrase.report.tables.runs import each_run, in_brackets, partial_heading
from audiophrase.settings import PAPER_VARIANT

TITLE = "Detection of events (what later papers on text-to-audio grounding report)"
_AUTHORS = "the data set's authors, supervised"
_COLUMNS = (
    "audio",
    "source",
    "variant",
    "seed",
    "part",
    "scores",
    "measure",
    "value",
    "low",
    "high",
)


def events_table(measures: Measures) -> Table:
    """PSDS, F1 of events, and areas; beside AudioGrounding what its authors report.

    No cells where the data set has no phrases.
    """
    run = measures.first
    about = (*rendered_note(measures.audio), *phrases_note(measures), *restriction_notes(run, SED))
    lines = _lines(run, ALL)
    if not lines:
        return Table(TITLE, about, (), pd.DataFrame(columns=list(_COLUMNS)))
    if measures.beside_paper:
        lines.append(_authors_line(lines[0]))
    blocks = [Block("All phrases" + in_brackets(run, SED), pd.DataFrame(lines))]
    part = _lines(run, PARTIAL)
    if part and (heading := partial_heading(run)):
        blocks.append(Block(heading, pd.DataFrame(part)))
    if several := measures.over_seeds.get(PAPER_VARIANT):
        over_seeds = pd.DataFrame(_lines(several, ALL, of_seeds=True))
        heading = f"Mean ± standard deviation over {several[0].n} seeds, all phrases"
        blocks.append(Block(heading, over_seeds))
    n_clips, n_phrases = (fact(run, SED, name, ALL) for name in ("n_clips", "n_phrases"))
    tested = f"Test clips: {n_clips} with {counted(n_phrases, 'phrase')}."
    notes = (*about, tested, *_definitions(run))
    if measures.beside_paper:
        notes += (
            (
                "The authors of AudioGrounding (Xu et al., ICASSP 2021) trained their baseline on "
                "annotated phrases. Their threshold of event F1 and their criteria of PSDS are not "
                "known to us: their numbers stand in the columns that are nearest."
            ),
        )
    return Table(TITLE, notes, tuple(blocks), pd.DataFrame(_tidy(measures), columns=list(_COLUMNS)))


def _shown(run: Rows, part: str, scores: str) -> list[Row]:
    of_scores = select(run, task=SED, part=part, scores=scores)
    return [row for name in EVENTS for row in of_scores if row.measure == name]


def _lines(run: Rows, part: str, *, of_seeds: bool = False) -> list[dict[str, str]]:
    """A line for each kind of scores; none where nothing was measured."""
    written = spread if of_seeds else cell
    lines = [
        {"scores": NAMES.get(name, name)}
        | {detected(row, EVENTS[row.measure]): written(row) for row in _shown(run, part, name)}
        for name in scores_of(run, part)
    ]
    columns = dict.fromkeys(column for line in lines for column in line)
    if len(columns) < 2:
        return []
    return [dict.fromkeys(columns, "") | line for line in lines]


def _authors_line(line: dict[str, str]) -> dict[str, str]:
    """Theirs in the columns of PSDS at .5, or the first, and of event F1."""
    columns = list(line)
    authors = dict.fromkeys(columns, "") | {"scores": _AUTHORS}
    for measure, value in paper.DATA_SET_AUTHORS.items():
        nearest = [name for name in columns if name.startswith(f"{EVENTS[measure]} at ")]
        if nearest:
            at_half = f"{EVENTS[measure]} at 0.5"
            authors[at_half if at_half in nearest else nearest[0]] = f"{value:.3f}"
    return authors


def _definitions(run: Rows) -> Iterator[str]:
    """A line a measure, with the numbers that it rests on."""

    def known(name: str) -> str:
        return f"{fact(run, SED, name):g}"

    yield (
        "Each phrase of a clip is taken for a recording of its own with one class to detect; events "
        "are what is annotated, detections runs of frames whose scores reach a threshold, and every "
        "threshold is tried."
    )
    yield (
        "PSDS at x: the mean share of events detected at 0 to "
        f"{known('max_false_per_hour')} false detections an hour; a detection is false unless x of it "
        "lies in events, an event detected where the others cover x of it (dtc = gtc = x, alpha_ct = "
        "alpha_st = 0). Read the columns together: at .1 alone, always on may be perfect."
    )
    yield (
        "Event F1: a detection is true whose onset lies within "
        f"{known('onset_collar_s')} s of an event's and whose offset within "
        f"{known('offset_collar_s')} s or {100 * fact(run, SED, 'offset_collar_share'):g} % of the "
        "event's length, one to one; at a threshold, and at the best."
    )
    yield (
        "Intersection F1: true are events detected as in PSDS at "
        f"{known('intersection')}, false the detections that are false there."
    )
    yield (
        "Th-AUC: the area under F1 by threshold, at "
        f"{known('smoothed_thresholds')} thresholds from 0 to 1, after a median filter of "
        f"{known('smoothed_frames')} frames, gaps of up to {known('smoothed_gap_s')} s joined; true are "
        f"the events and the detections of which the others cover {known('intersection')}; a perfect "
        f"detector reaches {1 - 1 / fact(run, SED, 'smoothed_thresholds'):g}."
    )
    yield "AUROC: how often an active frame outscores one that is not; .5 is chance."


def _tidy(measures: Measures) -> Iterator[dict[str, Any]]:
    """A row a number."""
    for variant, seed, run in each_run(measures):
        ours = {"audio": measures.audio, "source": "ours", "variant": variant, "seed": seed}
        for part in (ALL, PARTIAL):
            for name in scores_of(run, part):
                for row in _shown(run, part, name):
                    number = {"measure": row.name, "value": row.value}
                    between = {"low": row.low, "high": row.high}
                    yield ours | {"part": part, "scores": name} | number | between
    if measures.beside_paper:
        for measure, value in paper.DATA_SET_AUTHORS.items():
            theirs = {"audio": RECORDED, "source": "authors of the data set", "part": ALL}
            yield theirs | {"scores": "supervised", "measure": measure, "value": value}
