"""The ablation table: every variant and data set in comparison, one line each, in one table."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from audiophrase.report import paper
from audiophrase.report.cells import (
    Block,
    Metrics,
    Table,
    has_phrases,
    number,
    phrases_note,
    recall_name,
    rendered_note,
    restriction_notes,
    spread,
)
from audiophrase.report.metrics import aggregations, reported_threshold
from audiophrase.settings import PAPER_VARIANT

MEAN = "mean"
AVERAGE_PRECISION = "AP"
SHORT = {"audio_to_caption": "A → C", "caption_to_audio": "C → A"}
ONLY_IN_SCRIPTS = {"partial_best_f1"}  # for want of room


@dataclass(frozen=True, slots=True)
class Line:
    """One line: whose numbers, from which scores, and the runs over all seeds."""

    name: str
    changes: str
    audio: str  # rendered or recorded
    scores: str | None  # the aggregation whose detection measures are shown
    seeds: Mapping[str, Metrics]  # seed -> numbers
    over_seeds: Metrics | None  # where there are several


def ablations_table(metrics: Metrics, compared: Mapping[str, Metrics]) -> Table:
    """All variants, beside chance and the paper.

    Args:
        compared: numbers of other data sets, of which the variant `paper` is shown.
    """
    lines = list(_lines(metrics, compared))
    found = metrics["retrieval"]
    cells = [_cells(line) for line in lines]
    beside = paper.stands_beside(metrics)
    cells += [_chance(metrics), *([_papers()] if beside else [])]
    most = max(len(line.seeds) for line in lines)
    if most > 1:
        what = "± is the sample standard deviation over a line's seeds"
        if any(len(line.seeds) == 1 for line in lines):
            what += "; a line without it is of one seed"
    else:
        what = "Every line is one model of one seed, so no line has a ±"
    notes = [
        *rendered_note(metrics),
        *restriction_notes(found),
        *phrases_note(metrics),
        (
            f"Test clips: {found['n_clips']} here, {paper.DATASET['test']['clips']} in the paper; "
            f"drawn pools of {found['pool_size']}, the paper's of {paper.POOL_SIZE}."
            if beside
            else f"Test clips: {found['n_clips']}; drawn pools of {found['pool_size']}."
        ),
        f"{what}."
        + (
            f" The paper's ± is over {paper.N_REPEATS} draws of pools, of one model."
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
        + " Variants that change evaluation alone share the paper's models.",
    ]
    if part := metrics["sed"].get("partial"):
        notes.append(
            f"What ends in part is over the {part['n_phrases']:,} phrases active in less than "
            f"{100 * part['active_below']:g} % of their clip."
        )
    own_audio = metrics["dataset"]["audio"]
    if others := [line for line in lines if line.audio != own_audio]:
        kinds = ", ".join(f"{line.name} {line.audio}" for line in others)
        notes.append(f"Not all audio is alike: {PAPER_VARIANT} {own_audio}, but {kinds}.")
    for line in lines:
        of_line = next(iter(line.seeds.values()))["retrieval"]
        if of_line["pool_size"] != found["pool_size"]:
            notes.append(f"{line.name}: pools of {of_line['pool_size']}, so another chance.")
    tidy = pd.DataFrame(row for line in lines for row in _rows(line))
    title = "Ablations: what each choice is worth"
    frame = pd.DataFrame(cells).fillna("")
    blocks = (Block("", frame), *_changes(lines))
    return Table(title, tuple(notes), blocks, tidy)


def _lines(metrics: Metrics, compared: Mapping[str, Metrics]) -> Iterator[Line]:
    changes, audio = metrics.get("changes", {}), metrics["dataset"]["audio"]
    of_seeds = metrics.get("over_seeds", {})
    for variant, seeds in {PAPER_VARIANT: metrics["seeds"], **metrics["variants"]}.items():
        kinds = _kinds(seeds)
        told = ", ".join(
            f"{key}: {_told(value)}" for key, value in changes.get(variant, {}).items()
        )
        yield Line(variant, told, audio, _first(kinds), seeds, of_seeds.get(variant))
        if variant == PAPER_VARIANT:
            for kind in kinds[1:]:
                told = f"{kind} of a phrase's words in place of {kinds[0]} (eq. 5)"
                yield Line(f"{variant}, {kind}", told, audio, kind, seeds, of_seeds.get(variant))
    for dataset, others in compared.items():
        seeds, several = others["seeds"], others.get("over_seeds", {}).get(PAPER_VARIANT)
        audio = others["dataset"]["audio"]
        told = f"a data set of its own, {audio} audio"
        yield Line(dataset, told, audio, _first(_kinds(seeds)), seeds, several)


def _changes(lines: list[Line]) -> tuple[Block, ...]:
    told = [{"variant": line.name, "what differs": line.changes} for line in lines if line.changes]
    return (Block("What each line changes", pd.DataFrame(told)),) if told else ()


def _kinds(seeds: Mapping[str, Metrics]) -> list[str]:
    """The aggregations of a variant, the paper's mean first."""
    found = aggregations(next(iter(seeds.values()))["sed"])
    kinds = [name for name in found if name not in ("random", "always_on")]
    return sorted(kinds, key=lambda name: name != MEAN)


def _first(kinds: list[str]) -> str | None:
    """The kind whose measures a line shows; None where the data set has no phrases."""
    return kinds[0] if kinds else None


def _told(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _measures(line: Line) -> Iterator[tuple[str, str, Any, Metrics | None]]:
    """(column, name for scripts, the first seed's value, mean and deviation over the seeds)."""
    first, several = next(iter(line.seeds.values())), line.over_seeds
    for direction, label in SHORT.items():
        for key, value in first["retrieval"][direction].items():
            over = several["retrieval"][direction][key] if several else None
            yield f"{label}, {recall_name(key)}", f"{direction}_{key}", value["mean"], over
    if not has_phrases(first):
        return
    threshold = reported_threshold(first["sed"])
    names = {f"f1_at_{threshold}": f"F1 at {threshold}", "best_f1": "best F1"}
    names |= {"average_precision": AVERAGE_PRECISION}
    for path, ending in (((), ""), (("partial",), ", part")):
        found, over = first["sed"], several["sed"] if several else None
        for key in path:
            found, over = found.get(key, {}), over.get(key) if over else None
        for key, label in names.items():
            if value := found.get(line.scores):
                of_seeds = over[line.scores][key] if over and line.scores in over else None
                yield f"{label}{ending}", "_".join((*path, key)), value[key], of_seeds


def _cells(line: Line) -> dict[str, str]:
    found = next(iter(line.seeds.values()))["retrieval"]
    cells = {
        "variant": line.name,
        "seeds": str(len(line.seeds)),
        "clips": f"{found['n_clips']:,}",
    }
    return cells | {
        label: spread(over) if over else number(value)
        for label, measure, value, over in _measures(line)
        if measure not in ONLY_IN_SCRIPTS
    }


def _rows(line: Line) -> Iterator[dict[str, Any]]:
    first = next(iter(line.seeds.values()))
    for _, measure, value, over in _measures(line):
        yield {
            "audio": line.audio,
            "variant": line.name,
            "changes": line.changes,
            "scores": line.scores,
            "n_seeds": len(line.seeds),
            "n_clips": first["retrieval"]["n_clips"],
            "n_captions": first["retrieval"]["n_captions"],
            "n_phrases": first["sed"]["n_phrases"],
            "pool_size": first["retrieval"]["pool_size"],
            "measure": measure,
            "value": over["mean"] if over else value,
            "sd_over_seeds": over["sd"] if over else None,
        }


def _chance(metrics: Metrics) -> dict[str, str]:
    """Chance in retrieval, and in detection a detector that is always on."""
    retrieval, sed = metrics["retrieval"], metrics["sed"]
    cells = {"variant": "chance, always on" if has_phrases(metrics) else "chance"}
    for label in SHORT.values():
        for key, value in retrieval["chance"].items():
            cells[f"{label}, {recall_name(key)}"] = number(value)
    if not has_phrases(metrics):
        return cells
    threshold = reported_threshold(sed)
    for found, ending in ((sed, ""), (sed.get("partial"), ", part")):
        if found:
            f1 = number(found["always_on"][f"f1_at_{threshold}"])
            cells[f"F1 at {threshold}{ending}"] = f1
            cells[f"{AVERAGE_PRECISION}{ending}"] = number(found["prevalence"])
    return cells | {"best F1": cells[f"F1 at {threshold}"]}


def _papers() -> dict[str, str]:
    theirs = paper.DATASET["test"]
    cells = {
        "variant": "the paper's",
        "clips": f"{theirs['clips']:,}",
    }
    for direction, label in SHORT.items():
        for key, value in paper.RETRIEVAL[direction].items():
            cells[f"{label}, {recall_name(key)}"] = spread(value)
    return cells
