"""Tables and their cells: what all tables are made of, and how numbers are written."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from audiophrase.evaluate.rows import FULL_POOL, RETRIEVAL, Row, fact, only
from audiophrase.evaluate.summary import restriction
from audiophrase.report import paper
from audiophrase.report.measures import MIXED, RENDERED, Measures, Rows

if TYPE_CHECKING:
    import pandas as pd

RENDERED_NOTE = "Rendered audio: a rehearsal of the method, not a claim about recordings."
MIXED_NOTE = (
    "Partly rendered audio: the clips of some of the data sets are recorded, those of others were made "
    "by program from their annotations."
)
_AUDIO_NOTES = {RENDERED: RENDERED_NOTE, MIXED: MIXED_NOTE}
NO_PHRASES_NOTE = "This data set's captions have no phrases, so nothing is detected in its clips."
NOTHING_LEARNT_NOTE = (
    "Half of the captions or more have their own clip in the last place. Equal scores count against "
    "the model, so numbers below chance are what it gets where all its scores are equal: it has then "
    "learnt nothing. Word vectors trained on few captions are one cause (text.vectors)."
)
DIRECTIONS = {"audio_to_caption": "audio → caption", "caption_to_audio": "caption → audio"}
NAMES = {"always_on": "always on"}


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


def rendered_note(audio: str) -> tuple[str, ...]:
    """What every table says where audio is rendered, all or some."""
    return (_AUDIO_NOTES[audio],) if audio in _AUDIO_NOTES else ()


def phrases_note(measures: Measures) -> tuple[str, ...]:
    """What is said where nothing was detected."""
    return () if measures.has_phrases else (NO_PHRASES_NOTE,)


def nothing_learnt_note(run: Rows) -> tuple[str, ...]:
    """What is said where all scores are equal, as their ranks tell."""
    n_clips = fact(run, RETRIEVAL, "n_clips")
    clips = {"task": RETRIEVAL, "part": FULL_POOL, "scores": "caption_to_audio"}
    rank = only(run, **clips, measure="median_rank")
    # The lower end, too: of few clips half may happen to be last.
    is_last = rank is not None and None not in (rank.low, n_clips) and rank.low >= n_clips
    return (NOTHING_LEARNT_NOTE,) if is_last and n_clips > 1 else ()


def restriction_notes(run: Rows, task: str = RETRIEVAL) -> tuple[str, ...]:
    """Which clips an evaluation was restricted to, if it was."""
    known = restriction(run, task)
    if not known:
        return ()
    return (
        (
            f"Evaluated are only clips that another table of availability has too "
            f"(evaluate.only_clips_of, SHA-256 {known['only_clips_of'][:12]}…): "
            f"{known['n_clips_common']:,} of the {known['n_clips_here']:,} test clips with audio "
            "here. Training was not restricted so."
        ),
    )


def spread(value: Row | None) -> str:
    """`0.21 ± 0.04`"""
    return "" if value is None else f"{value.value:.2f} ± {value.sd:.2f}"


def papers(direction: str, name: str) -> str:
    """What the paper says of a recall in drawn pools; nothing where it does not."""
    theirs = paper.RETRIEVAL[direction].get(name)
    return f"{theirs['mean']:.2f} ± {theirs['sd']:.2f}" if theirs else ""


def number(value: float | None) -> str:
    """Two decimals."""
    return "" if value is None else f"{value:.2f}"


def threshold_told(value: float | None) -> str:
    """Two decimals, but never zero for a threshold just above it: there everything is predicted."""
    return "< 0.01" if value is not None and 0 < value < 0.005 else number(value)


def rank_told(value: float) -> str:
    """`2`, `1.5`: one decimal where it is not whole, as of the ends of an interval."""
    return f"{value:.1f}".removesuffix(".0")


_WRITTEN = {"median_rank": rank_told, "best_threshold": threshold_told}


def cell(row: Row | None, *, interval: bool = True) -> str:
    """`0.21 [0.12, 0.30]`, `2 [1.5, 3]`, or the number alone; nothing where there is no row."""
    if row is None:
        return ""
    written = _WRITTEN.get(row.measure, number)
    text = written(row.value)
    if not interval or row.low is None:
        return text
    return f"{text} [{written(row.low)}, {written(row.high)}]"
