"""The tables: the paper's Table 1 and Table 2, and the measures behind its Figure 3.

Each comes as a tidy frame for scripts and as blocks of text cells for people. Every table states
how many clips it rests on, beside the paper's number.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from audiophrase.params import SPLITS
from audiophrase.report import paper, rows
from audiophrase.report.metrics import aggregations, reported_threshold

RENDERED = "rendered"
RENDERED_NOTE = "Rendered audio: a rehearsal of the method, not a claim about recordings."
DIRECTIONS = {"audio_to_caption": "audio → caption", "caption_to_audio": "caption → audio"}
NAMES = {"always_on": "always on"}

Metrics = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Block:
    """Part of a table as people read it: every cell is text."""

    heading: str
    cells: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Table:
    """One table in both forms."""

    title: str
    notes: tuple[str, ...]
    blocks: tuple[Block, ...]
    tidy: pd.DataFrame


def all_tables(metrics: Metrics) -> dict[str, Table]:
    """The tables by the name of their files."""
    return {
        "dataset": dataset_table(metrics),
        "retrieval": retrieval_table(metrics),
        "sed": sed_table(metrics),
    }


def dataset_table(metrics: Metrics) -> Table:
    """The paper's Table 1 beside ours."""
    cells = []
    for split in SPLITS:
        ours, theirs = metrics["dataset"][split], paper.DATASET[split]
        n_annotated = paper.N_ANNOTATED[split]
        line = {"split": split}
        for name in ("clips", "captions", "phrases"):
            line |= {name: f"{ours[name]:,}", f"{name}, paper": f"{theirs[name]:,}"}
        line["missing clips"] = f"{ours['missing']:,} of {ours['annotated']:,}"
        line["of them unresolved"] = f"{ours['unresolved']:,}"
        line["missing clips, paper"] = f"{n_annotated - theirs['clips']:,} of {n_annotated:,}"
        cells.append(line)
    notes = (
        *_rendered(metrics),
        (
            "Clips are those with usable audio, captions and phrases those of these clips; missing "
            "are the annotated clips without usable audio. The paper's missing clips follow from its "
            "Table 1 and the 4,489/31/70 clips that AudioGrounding v1 annotates."
        ),
        *restriction_notes(metrics["retrieval"]),
    )
    title = "Data set: clips, captions and phrases (the paper's Table 1)"
    tidy = pd.DataFrame(rows.dataset(metrics))
    return Table(title, notes, (Block("", pd.DataFrame(cells)),), tidy)


def retrieval_table(metrics: Metrics) -> Table:
    """The paper's Table 2 beside ours, with chance and the full pool."""
    found = metrics["retrieval"]
    n_clips, n_captions = found["n_clips"], found["n_captions"]
    cells = [
        {
            "direction": label,
            "measure": _recall_name(key),
            "ours": _spread(spread),
            "paper": _spread(paper.RETRIEVAL[direction].get(key)),
            "chance": _number(found["chance"][key]),
        }
        for direction, label in DIRECTIONS.items()
        for key, spread in found[direction].items()
    ]
    full = [
        {"direction": label}
        | {
            _recall_name(key): _measure(key, value)
            for key, value in found["full_pool"][direction].items()
        }
        for direction, label in DIRECTIONS.items()
    ]
    pools = f"pools of {found['pool_size']}"
    if found["pool_size"] < paper.POOL_SIZE:
        pools += f" (the paper: {paper.POOL_SIZE}; there are no more test clips)"
    blocks = [
        Block(f"Recall in {pools}, mean ± standard deviation", pd.DataFrame(cells)),
        Block(f"Among all {n_clips} clips and {n_captions} captions", pd.DataFrame(full)),
    ]
    notes = (
        *_rendered(metrics),
        f"Test clips: {n_clips} here, {paper.DATASET['test']['clips']} in the paper.",
        *restriction_notes(found),
        (
            f"The ± is sampling noise of one model: the spread over {found['n_repeats']} draws of "
            "random pools. It says nothing about other seeds or other data."
        ),
    )
    title = "Retrieval: recall at k (the paper's Table 2)"
    tidy = pd.DataFrame(rows.retrieval(metrics))
    return Table(title, notes, (*blocks, *_other_runs(metrics, _retrieval_line)), tidy)


def sed_table(metrics: Metrics) -> Table:
    """Phrase-based detection at the reported threshold, and beyond any threshold."""
    found = metrics["sed"]
    threshold = reported_threshold(found)
    cells = [
        {"scores": NAMES.get(name, name), **_sed_cells(found[name], threshold)}
        for name in aggregations(found)
    ]
    cells.append({"scores": "the paper's (its Figure 3)", **_sed_cells({}, threshold)})
    n_test = paper.DATASET["test"]
    notes = (
        *_rendered(metrics),
        (
            f"Test clips: {found['n_clips']} with {found['n_phrases']:,} phrases here, "
            f"{n_test['clips']} with {n_test['phrases']:,} in the paper."
        ),
        *restriction_notes(found),
        (
            f"Phrases are active in {found['prevalence']:.2f} of the frames: that is the average "
            "precision of chance, and what lifts the F1 of always on."
        ),
        (
            "The paper shows its measures as curves in Figure 3; its numbers at a threshold are not "
            "known to us, so these cells stay empty."
        ),
    )
    title = "Phrase-based sound event detection (the measures behind the paper's Figure 3)"
    blocks = (Block("", pd.DataFrame(cells)), *_other_runs(metrics, _sed_line))
    return Table(title, notes, blocks, pd.DataFrame(rows.sed(metrics)))


def restriction_notes(found: Metrics) -> tuple[str, ...]:
    """Which clips an evaluation was restricted to, if it was."""
    if "only_clips_of" not in found:
        return ()
    return (
        (
            f"Evaluated are only clips that another table of availability has too "
            f"(evaluate.only_clips_of, SHA-256 {found['only_clips_of'][:12]}…): "
            f"{found['n_clips_common']:,} of the {found['n_clips_here']:,} test clips with audio "
            "here. Training used all clips with audio here."
        ),
    )


def markdown(table: Table) -> str:
    """A table as Markdown, with its title above and its notes below."""
    parts = [f"**{table.title}**"]
    for block in table.blocks:
        parts += [block.heading] if block.heading else []
        parts.append(_markdown_cells(block.cells))
    parts += table.notes
    return "\n\n".join(parts) + "\n"


def _markdown_cells(cells: pd.DataFrame) -> str:
    header = list(cells.columns)
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *cells.to_numpy().tolist()]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _rendered(metrics: Metrics) -> tuple[str, ...]:
    return (RENDERED_NOTE,) if metrics["dataset"]["audio"] == RENDERED else ()


def _other_runs(metrics: Metrics, line: Callable[[Metrics], dict[str, str]]) -> tuple[Block, ...]:
    """A line for each run, where there are several: seeds and variants side by side."""
    runs = list(rows.runs(metrics))
    if len(runs) < 2:
        return ()
    cells = [{"variant": variant, "seed": seed, **line(of)} for variant, seed, of in runs]
    return (Block("All runs; the first is the one above", pd.DataFrame(cells).fillna("")),)


def _retrieval_line(numbers: Metrics) -> dict[str, str]:
    return {"clips": f"{numbers['retrieval']['n_clips']:,}"} | {
        f"{label}, {_recall_name(key)}": _spread(spread)
        for direction, label in DIRECTIONS.items()
        for key, spread in numbers["retrieval"][direction].items()
    }


def _sed_line(numbers: Metrics) -> dict[str, str]:
    found = numbers["sed"]
    key = f"f1_at_{reported_threshold(found)}"
    cells = {"clips": f"{found['n_clips']:,}"}
    for name in aggregations(found):
        if name not in ("random", "always_on"):
            cells[f"F1, {name}"] = _number(found[name].get(key))
            cells[f"average precision, {name}"] = _number(found[name].get("average_precision"))
    return cells


def _sed_cells(measures: Metrics, threshold: str) -> dict[str, str]:
    return {
        f"precision at {threshold}": _number(measures.get(f"precision_at_{threshold}")),
        f"recall at {threshold}": _number(measures.get(f"recall_at_{threshold}")),
        f"F1 at {threshold}": _number(measures.get(f"f1_at_{threshold}")),
        "best F1": _number(measures.get("best_f1")),
        "its threshold": _number(measures.get("best_threshold")),
        "average precision": _number(measures.get("average_precision")),
    }


def _recall_name(key: str) -> str:
    """`r5` -> `R@5`, `map10` -> `mAP@10`, `median_rank` -> `median rank`."""
    for prefix, label in (("map", "mAP@"), ("r", "R@")):
        rest = key.removeprefix(prefix)
        if rest != key and rest.isdigit():
            return label + rest
    return key.replace("_", " ")


def _measure(key: str, value: float) -> str:
    return f"{value:g}" if key == "median_rank" else _number(value)


def _spread(spread: Mapping[str, float] | None) -> str:
    return f"{spread['mean']:.2f} ± {spread['sd']:.2f}" if spread else ""


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"
