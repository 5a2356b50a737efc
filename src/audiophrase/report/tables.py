"""The tables: the paper's Table 1 and Table 2, and the measures behind its Figure 3.

Each comes as a tidy frame for scripts and as blocks of text cells for people. Every table states
how many clips it rests on, beside the paper's number.
"""

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from audiophrase.report import paper, rows
from audiophrase.report.ablations import ablations_table
from audiophrase.report.cells import (
    DIRECTIONS,
    NAMES,
    Block,
    Table,
    has_phrases,
    number,
    phrases_note,
    recall_name,
    rendered_note,
    restriction_notes,
    spread,
    threshold_told,
    with_interval,
)
from audiophrase.report.metrics import aggregations, reported_threshold
from audiophrase.settings import PAPER_VARIANT
from audiophrase.splits import SPLITS

Metrics = Mapping[str, Any]

_PAPER_NOTE = (
    (
        "The paper shows its measures as curves in Figure 3; its numbers at a threshold are not "
        "known to us, so these cells stay empty."
    ),
)
_NO_DETECTIONS = ("audio", "source", "variant", "seed", "scores", "threshold")  # without any rows


def all_tables(metrics: Metrics, compared: Mapping[str, Metrics] | None = None) -> dict[str, Table]:
    """The tables by the name of their files; `compared` are the numbers of other data sets."""
    return {
        "dataset": dataset_table(metrics),
        "retrieval": retrieval_table(metrics),
        "sed": sed_table(metrics),
        "ablations": ablations_table(metrics, compared or {}),
    }


def dataset_table(metrics: Metrics) -> Table:
    """The paper's Table 1, beside ours where it is of the same clips."""
    cells, beside = [], paper.stands_beside(metrics)
    for split in SPLITS:
        ours, theirs = metrics["dataset"][split], paper.DATASET[split]
        n_annotated = paper.N_ANNOTATED[split]
        line = {"split": split}
        for name in ("clips", "captions", "phrases"):
            line[name] = f"{ours[name]:,}"
            if beside:
                line[f"{name}, paper"] = f"{theirs[name]:,}"
        line["missing clips"] = f"{ours['missing']:,} of {ours['annotated']:,}"
        line["of them unresolved"] = f"{ours['unresolved']:,}"
        if beside:
            line["missing clips, paper"] = f"{n_annotated - theirs['clips']:,} of {n_annotated:,}"
        cells.append(line)
    notes = (
        *rendered_note(metrics),
        *phrases_note(metrics),
        "Clips are those with usable audio, captions and phrases those of these clips; missing "
        "are the annotated clips without usable audio."
        + (
            " The paper's missing clips follow from its Table 1 and the 4,489/31/70 clips that "
            "AudioGrounding v1 annotates."
            if beside
            else ""
        ),
        *restriction_notes(metrics["retrieval"]),
    )
    title = "Data set: clips, captions and phrases (the paper's Table 1)"
    tidy = pd.DataFrame(rows.dataset(metrics))
    return Table(title, notes, (Block("", pd.DataFrame(cells)),), tidy)


def retrieval_table(metrics: Metrics) -> Table:
    """The paper's Table 2, beside ours where it is of the same clips; chance and the full pool."""
    found, beside = metrics["retrieval"], paper.stands_beside(metrics)
    n_clips, n_captions = found["n_clips"], found["n_captions"]
    several = metrics.get("over_seeds", {}).get(PAPER_VARIANT)
    cells = [
        {
            "direction": label,
            "measure": recall_name(key),
            "ours": spread(value),
            **_interval_cell(found, "pool", direction, key),
            **(_seeds_cell(several, several["retrieval"][direction][key]) if several else {}),
            **({"paper": spread(paper.RETRIEVAL[direction].get(key))} if beside else {}),
            "chance": number(found["chance"][key]),
        }
        for direction, label in DIRECTIONS.items()
        for key, value in found[direction].items()
    ]
    full = [
        {"direction": label}
        | {
            recall_name(key): with_interval(
                _measure(key, value),
                rows.interval(found, "full_pool", direction, key),
                decimals=1 if key == "median_rank" else 2,
            )
            for key, value in found["full_pool"][direction].items()
        }
        for direction, label in DIRECTIONS.items()
    ]
    pools = f"pools of {found['pool_size']}"
    if found["pool_size"] < paper.POOL_SIZE and beside:
        pools += f" (the paper: {paper.POOL_SIZE}; there are no more test clips)"
    everything = f"Among all {n_clips} clips and {n_captions} captions"
    blocks = [
        Block(f"Recall in {pools}", pd.DataFrame(cells)),
        Block(everything + _in_brackets(found), pd.DataFrame(full)),
    ]
    notes = (
        *rendered_note(metrics),
        f"Test clips: {n_clips} here, {paper.DATASET['test']['clips']} in the paper."
        if beside
        else f"Test clips: {n_clips}.",
        *restriction_notes(found),
        (
            f"The ± of ours{' and of the paper' if beside else ''} is sampling noise of one model: "
            f"the standard deviation over {found['n_repeats']} draws of random pools. It says "
            "nothing about other seeds or other data."
        ),
        *_interval_note(found),
        *_seeds_note(several),
    )
    title = "Retrieval: recall at k (the paper's Table 2)"
    tidy = pd.DataFrame(rows.retrieval(metrics))
    return Table(title, notes, (*blocks, *_other_runs(metrics, _retrieval_line)), tidy)


def sed_table(metrics: Metrics) -> Table:
    """Phrase-based detection at the reported threshold, and beyond any threshold.

    No cells where the data set has no phrases.
    """
    found, beside = metrics["sed"], paper.stands_beside(metrics)
    title = "Phrase-based sound event detection (the measures behind the paper's Figure 3)"
    if not has_phrases(metrics):
        return Table(title, phrases_note(metrics), (), pd.DataFrame(columns=_NO_DETECTIONS))
    threshold = reported_threshold(found)
    several = metrics.get("over_seeds", {}).get(PAPER_VARIANT)
    lines = _sed_lines(found, threshold)
    if beside:
        lines.append({"scores": "the paper's (its Figure 3)", **_sed_cells({}, {}, "", threshold)})
    blocks = [Block("All phrases" + _in_brackets(found), pd.DataFrame(lines))]
    if part := found.get("partial"):
        below = f"active in less than {100 * part['active_below']:g} % of their clip"
        heading = f"The {part['n_phrases']:,} phrases {below}" + _in_brackets(part)
        blocks.append(Block(heading, pd.DataFrame(_sed_lines(part, threshold))))
    if several:
        heading = f"Mean ± standard deviation over {several['n_seeds']} seeds"
        blocks.append(Block(heading, pd.DataFrame(_sed_over_seeds(several["sed"], threshold))))
    n_test = paper.DATASET["test"]
    notes = (
        *rendered_note(metrics),
        (
            f"Test clips: {found['n_clips']} with {found['n_phrases']:,} phrases here, "
            f"{n_test['clips']} with {n_test['phrases']:,} in the paper."
            if beside
            else f"Test clips: {found['n_clips']} with {found['n_phrases']:,} phrases."
        ),
        *restriction_notes(found),
        (
            f"Phrases are active in {found['prevalence']:.2f} of the frames: that is the average "
            "precision of chance, and what lifts the F1 of always on."
        ),
        *_part_note(found),
        *(_PAPER_NOTE if beside else ()),
        *_interval_note(found),
        *_seeds_note(several),
    )
    blocks += _other_runs(metrics, _sed_line)
    return Table(title, notes, tuple(blocks), pd.DataFrame(rows.sed(metrics)))


def _other_runs(metrics: Metrics, line: Callable[[Metrics], dict[str, str]]) -> tuple[Block, ...]:
    """A line for each run, where there are several: seeds and variants side by side."""
    runs = list(rows.runs(metrics))
    if len(runs) < 2:
        return ()
    cells = [{"variant": variant, "seed": seed, **line(of)} for variant, seed, of in runs]
    return (Block("All runs; the first is the one above", pd.DataFrame(cells).fillna("")),)


def _retrieval_line(numbers: Metrics) -> dict[str, str]:
    return {"clips": f"{numbers['retrieval']['n_clips']:,}"} | {
        f"{label}, {recall_name(key)}": spread(value)
        for direction, label in DIRECTIONS.items()
        for key, value in numbers["retrieval"][direction].items()
    }


def _sed_line(numbers: Metrics) -> dict[str, str]:
    found = numbers["sed"]
    key = f"f1_at_{reported_threshold(found)}"
    cells = {"clips": f"{found['n_clips']:,}"}
    for name in aggregations(found):
        if name not in ("random", "always_on"):
            cells[f"F1, {name}"] = number(found[name].get(key))
            cells[f"average precision, {name}"] = number(found[name].get("average_precision"))
    return cells


def _sed_lines(found: Metrics, threshold: str) -> list[dict[str, str]]:
    return [
        {"scores": NAMES.get(name, name), **_sed_cells(found[name], found, name, threshold)}
        for name in aggregations(found)
    ]


def _sed_cells(measures: Metrics, found: Metrics, name: str, threshold: str) -> dict[str, str]:
    def between(key: str) -> str:
        return with_interval(number(measures.get(key)), rows.interval(found, name, key))

    return {
        f"precision at {threshold}": number(measures.get(f"precision_at_{threshold}")),
        f"recall at {threshold}": number(measures.get(f"recall_at_{threshold}")),
        f"F1 at {threshold}": between(f"f1_at_{threshold}"),
        "best F1": number(measures.get("best_f1")),
        "its threshold": threshold_told(measures.get("best_threshold")),
        "average precision": between("average_precision"),
    }


def _sed_over_seeds(of_seeds: Metrics, threshold: str) -> list[dict[str, str]]:
    parts = {"all": of_seeds, "active in part": of_seeds.get("partial", {})}
    return [
        {
            "scores": NAMES.get(name, name),
            "phrases": label,
            f"precision at {threshold}": spread(of[name][f"precision_at_{threshold}"]),
            f"recall at {threshold}": spread(of[name][f"recall_at_{threshold}"]),
            f"F1 at {threshold}": spread(of[name][f"f1_at_{threshold}"]),
            "best F1": spread(of[name]["best_f1"]),
            "average precision": spread(of[name]["average_precision"]),
        }
        for label, of in parts.items()
        for name in aggregations(of)
    ]


def _interval_cell(found: Metrics, *path: str) -> dict[str, str]:
    """A column of its own for the interval, where there are any."""
    if "intervals" not in found:
        return {}
    between = rows.interval(found, *path)
    share = f"{100 * found['intervals']['confidence']:g} %"
    return {f"{share} interval": f"{number(between['low'])} to {number(between['high'])}"}


def _seeds_cell(several: Metrics, value: Metrics) -> dict[str, str]:
    return {f"ours, {several['n_seeds']} seeds": spread(value)}


def _in_brackets(found: Metrics) -> str:
    if "intervals" not in found:
        return ""
    return f", {100 * found['intervals']['confidence']:g} % intervals in brackets"


def _interval_note(found: Metrics) -> tuple[str, ...]:
    if "intervals" not in found:
        return ()
    return (
        (
            f"Intervals are bootstrap percentiles over the test clips, "
            f"{found['intervals']['n_resamples']:,} resamples: what other test clips would have "
            "done to this one model. In retrieval the queries are resampled, not what they are "
            "ranked among."
        ),
    )


def _seeds_note(several: Metrics | None) -> tuple[str, ...]:
    if not several:
        return ()
    return (
        (
            f"The ± over seeds is the sample standard deviation over {several['n_seeds']} models "
            "trained from different seeds, each the mean over its draws. Everything else is of the "
            "first seed."
        ),
    )


def _part_note(found: Metrics) -> tuple[str, ...]:
    if "partial" not in found:
        return ()
    part = found["partial"]
    return (
        (
            "Where a phrase is heard throughout, always on is right; the phrases active in part of "
            f"their clip, those never heard among them, tell more. They are active in "
            f"{part['prevalence']:.2f} of the frames."
        ),
    )


def _measure(key: str, value: float) -> str:
    return f"{value:g}" if key == "median_rank" else number(value)
