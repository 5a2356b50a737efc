"""Tables and their cells: what all tables are made of, and how numbers are written."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

RENDERED = "rendered"
RENDERED_NOTE = "Rendered audio: a rehearsal of the method, not a claim about recordings."
NO_PHRASES_NOTE = "This data set's captions have no phrases, so nothing is detected in its clips."
DIRECTIONS = {"audio_to_caption": "audio → caption", "caption_to_audio": "caption → audio"}
NAMES = {"always_on": "always on"}

Metrics = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Block:
    """Part of a table as people read it: every cell is text."""

    heading: str
    cells: "pd.DataFrame"


@dataclass(frozen=True, slots=True)
class Table:
    """One table in both forms."""

    title: str
    notes: tuple[str, ...]
    blocks: tuple[Block, ...]
    tidy: "pd.DataFrame"


def markdown(table: Table) -> str:
    """A table as Markdown, with its title above and its notes below."""
    parts = [f"**{table.title}**"]
    for block in table.blocks:
        parts += [block.heading] if block.heading else []
        parts.append(_markdown_cells(block.cells))
    parts += table.notes
    return "\n\n".join(parts) + "\n"


def _markdown_cells(cells: "pd.DataFrame") -> str:
    header = list(cells.columns)
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *cells.to_numpy().tolist()]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def rendered_note(metrics: Metrics) -> tuple[str, ...]:
    """What every table of rendered audio says."""
    return (RENDERED_NOTE,) if metrics["dataset"]["audio"] == RENDERED else ()


def has_phrases(numbers: Metrics) -> bool:
    """Whether phrases were looked for, told by the numbers of a data set or of one run."""
    return numbers["sed"]["n_phrases"] > 0


def phrases_note(metrics: Metrics) -> tuple[str, ...]:
    """What is said where nothing was detected."""
    return () if has_phrases(metrics) else (NO_PHRASES_NOTE,)


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


def recall_name(key: str) -> str:
    """`r5` -> `R@5`, `map10` -> `mAP@10`, `median_rank` -> `median rank`."""
    for prefix, label in (("map", "mAP@"), ("r", "R@")):
        rest = key.removeprefix(prefix)
        if rest != key and rest.isdigit():
            return label + rest
    return key.replace("_", " ")


def spread(value: Mapping[str, float] | None) -> str:
    """`0.21 ± 0.04`"""
    return f"{value['mean']:.2f} ± {value['sd']:.2f}" if value else ""


def number(value: float | None) -> str:
    """Two decimals."""
    return "" if value is None else f"{value:.2f}"


def threshold_told(value: float | None) -> str:
    """Two decimals, but never zero for a threshold just above it: there everything is predicted."""
    return "< 0.01" if value is not None and 0 < value < 0.005 else number(value)


def with_interval(text: str, between: Mapping[str, float | None], *, decimals: int = 2) -> str:
    """`0.21 [0.12, 0.30]`, or the text alone where there is no interval."""
    low, high = between["low"], between["high"]
    if low is None or high is None:
        return text
    if decimals == 1:
        return f"{text} [{low:g}, {high:g}]"
    return f"{text} [{low:.{decimals}f}, {high:.{decimals}f}]"
