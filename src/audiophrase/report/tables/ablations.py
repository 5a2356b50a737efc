"""The ablation table: every variant and data set in comparison, one line each, in one table."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from audiophrase.amounts import counted
from audiophrase.evaluate.rows import (
    ALL,
    ALWAYS_ON,
    CHANCE,
    PARTIAL,
    POOL,
    RETRIEVAL,
    SED,
    Row,
    fact,
    select,
)
from audiophrase.report import paper
from audiophrase.report.cells import (
    Block,
    Table,
    number,
    papers,
    phrases_note,
    rendered_note,
    restriction_notes,
    spread,
)
from audiophrase.report.labels import COMPARED, DETECTION, MAIN, detected, ranked
from audiophrase.report.measures import Measures, Rows, aggregations, same
from audiophrase.report.metrics import flat
from audiophrase.settings import PAPER_VARIANT

MEAN = "mean"
SHORT = {"audio_to_caption": "A → C", "caption_to_audio": "C → A"}
ENDINGS = {ALL: "", PARTIAL: ", part"}


@dataclass(frozen=True, slots=True)
class Line:
    """One line: whose numbers, from which scores, and the runs over all seeds."""

    name: str
    changes: str
    audio: str  # one of measures.AUDIO
    scores: str | None  # the aggregation whose detection measures are shown; None without phrases
    seeds: Mapping[str, Rows]  # seed -> rows
    over_seeds: Rows | None  # where there are several

    @property
    def first(self) -> Rows:
        """The rows of the first seed."""
        return next(iter(self.seeds.values()))


def ablations_table(measures: Measures, compared: Mapping[str, Measures]) -> Table:
    """All variants, beside chance, and beside the paper where it is of the same clips.

    Args:
        compared: rows of other data sets, of which the variant `paper` is shown.
    """
    lines = list(_lines(measures, compared))
    run, beside = measures.first, measures.beside_paper
    pool_size = fact(run, RETRIEVAL, "pool_size", POOL)
    n_clips = fact(run, RETRIEVAL, "n_clips")
    cells = [_cells(line) for line in lines]
    cells += [_chance(run), *([_papers()] if beside else [])]
    most = max(len(line.seeds) for line in lines)
    if most > 1:
        what = "± is the sample standard deviation over a line's seeds"
        if any(len(line.seeds) == 1 for line in lines):
            what += "; a line without it is of one seed"
    else:
        what = "Every line is one model of one seed, so no line has a ±"
    notes = [
        *rendered_note(measures.audio),
        *restriction_notes(run),
        *phrases_note(measures),
        (
            f"Test clips: {n_clips} here, {paper.DATASET['test']['clips']} published; "
            f"drawn pools of {pool_size}, published of {paper.POOL_SIZE}."
            if beside
            else f"Test clips: {n_clips}; drawn pools of {pool_size}."
        ),
        f"{what}."
        + (
            f" The published ± is over {paper.N_REPEATS} draws of pools, of one model."
            if beside
            else ""
        ),
        "A → C finds captions for a clip, C → A clips for a caption, in drawn pools"
        + (
            "; AP is average precision. Beside them stand chance, the F1 of always on, and the "
            "prevalence."
            if any(line.scores for line in lines)
            else ". Beside them stands chance."
        )
        + " Variants that change evaluation alone share the models of the variant paper.",
    ]
    if below := fact(run, SED, "active_below", PARTIAL):
        phrases = counted(fact(run, SED, "n_phrases", PARTIAL), "phrase")
        notes.append(
            f"What ends in part is over the {phrases} active in less than "
            f"{100 * below:g} % of their clip."
        )
    if others := [line for line in lines if line.audio != measures.audio]:
        kinds = ", ".join(f"{line.name} {line.audio}" for line in others)
        notes.append(f"Not all audio is alike: {PAPER_VARIANT} {measures.audio}, but {kinds}.")
    for line in lines:
        of_line = fact(line.first, RETRIEVAL, "pool_size", POOL)
        if of_line != pool_size:
            notes.append(f"{line.name}: pools of {of_line}, so another chance.")
    tidy = pd.DataFrame(row for line in lines for row in _rows(line))
    title = "Ablations: what each choice is worth"
    frame = pd.DataFrame(cells).fillna("")
    blocks = (Block("", frame), *_changes(lines))
    return Table(title, tuple(notes), blocks, tidy)


def _lines(measures: Measures, compared: Mapping[str, Measures]) -> Iterator[Line]:
    for variant, seeds in measures.runs.items():
        kinds, several = _kinds(seeds), measures.over_seeds.get(variant)
        changed = flat(measures.changes.get(variant, {}))
        said = ", ".join(f"{key}: {_said(value)}" for key, value in changed.items())
        yield Line(variant, said, measures.audio, _first(kinds), seeds, several)
        if variant == PAPER_VARIANT:
            for kind in kinds[1:]:
                said = f"{kind} of a phrase's words in place of {kinds[0]} (eq. 5)"
                yield Line(f"{variant}, {kind}", said, measures.audio, kind, seeds, several)
    for dataset, others in compared.items():
        seeds, several = others.runs[PAPER_VARIANT], others.over_seeds.get(PAPER_VARIANT)
        said = f"a data set of its own, {others.audio} audio"
        yield Line(dataset, said, others.audio, _first(_kinds(seeds)), seeds, several)


def _changes(lines: list[Line]) -> tuple[Block, ...]:
    said = [{"variant": line.name, "what differs": line.changes} for line in lines if line.changes]
    return (Block("What each line changes", pd.DataFrame(said)),) if said else ()


def _kinds(seeds: Mapping[str, Rows]) -> list[str]:
    """The aggregations of a variant, the paper's mean first."""
    return sorted(aggregations(next(iter(seeds.values()))), key=lambda name: name != MEAN)


def _first(kinds: list[str]) -> str | None:
    """The kind whose measures a line shows; None where the data set has no phrases."""
    return kinds[0] if kinds else None


def _said(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _shown(line: Line) -> Iterator[tuple[str, Row]]:
    """The first seed's rows that a line shows, each with its column."""
    for direction, label in SHORT.items():
        for row in select(line.first, task=RETRIEVAL, part=POOL, scores=direction):
            yield f"{label}, {ranked(row)}", row
    for part, ending in ENDINGS.items():
        for measure in COMPARED:
            of_measure = {"task": SED, "part": part, "scores": line.scores, "measure": measure}
            for row in select(line.first, **of_measure):
                yield detected(row, DETECTION[measure].short) + ending, row


def _cells(line: Line) -> dict[str, str]:
    cells = {
        "variant": line.name,
        "seeds": str(len(line.seeds)),
        "clips": f"{fact(line.first, RETRIEVAL, 'n_clips'):,}",
    }
    return cells | {
        label: spread(over) if (over := same(line.over_seeds, row)) else number(row.value)
        for label, row in _shown(line)
        # For want of room, what else is measured on a part is for scripts.
        if row.part != PARTIAL or row.measure in MAIN
    }


def _rows(line: Line) -> Iterator[dict[str, Any]]:
    run = line.first
    for _, row in _shown(line):
        over = same(line.over_seeds, row)
        prefix = {RETRIEVAL: f"{row.scores}_", SED: ""}[row.task]
        prefix = "partial_" if row.part == PARTIAL else prefix
        yield {
            "audio": line.audio,
            "variant": line.name,
            "changes": line.changes,
            "scores": line.scores,
            "n_seeds": len(line.seeds),
            "n_clips": fact(run, RETRIEVAL, "n_clips"),
            "n_captions": fact(run, RETRIEVAL, "n_captions"),
            "n_phrases": fact(run, SED, "n_phrases", ALL) or 0,
            "pool_size": fact(run, RETRIEVAL, "pool_size", POOL),
            "measure": prefix + row.name,
            "value": over.value if over else row.value,
            "sd_over_seeds": over.sd if over else None,
        }


def _chance(run: Rows) -> dict[str, str]:
    """Chance in retrieval, and in detection a detector that is always on."""
    always_on = select(run, task=SED, scores=ALWAYS_ON, measure="f1")
    cells = {"variant": "chance, always on" if always_on else "chance"}
    for label in SHORT.values():
        for row in select(run, task=RETRIEVAL, scores=CHANCE):
            cells[f"{label}, {ranked(row)}"] = number(row.value)
    for f1 in always_on:
        ending = ENDINGS[f1.part]
        cells[detected(f1, DETECTION["f1"].short) + ending] = number(f1.value)
        ap = DETECTION["average_precision"].short + ending
        cells[ap] = number(fact(run, SED, "prevalence", f1.part))
        if f1.part == ALL:
            cells[DETECTION["best_f1"].short] = number(f1.value)
    return cells


def _papers() -> dict[str, str]:
    cells = {
        "variant": "published",
        "clips": f"{paper.DATASET['test']['clips']:,}",
    }
    for direction, label in SHORT.items():
        for name in paper.RETRIEVAL[direction]:
            cells[f"{label}, R@{name.removeprefix('r')}"] = papers(direction, name)
    return cells
