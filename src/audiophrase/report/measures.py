"""All rows of a data set, and what its tables ask of them."""

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from audiophrase.evaluate.rows import ALL, BASELINES, DATASET, SED, Row, fact, select
from audiophrase.report import paper
from audiophrase.settings import PAPER_VARIANT
from audiophrase.splits import SPLITS

# What the clips of a data set are; `mixed` is a study of which some sets are rendered, not all.
AUDIO = RENDERED, MIXED, RECORDED = "rendered", "mixed", "recorded"

Rows = Sequence[Row]


@dataclass(frozen=True)
class Measures:
    """The rows of measures.parquet, of one run of the variant `paper` at least."""

    rows: Rows
    changes: Mapping[str, Any]  # variant -> the settings that it overrides
    annotations: str  # where they come from: `audiogrounding`, `files` or `grammar`

    def __post_init__(self) -> None:
        """Raises ValueError where no run is of the variant `paper`."""
        if not select(self.rows, variant=PAPER_VARIANT):
            raise ValueError(f"no run is of the variant '{PAPER_VARIANT}'")

    @property
    def audio(self) -> str:
        """One of `AUDIO`."""
        return self.rows[0].audio

    @property
    def beside_paper(self) -> bool:
        """Whether the paper's numbers stand beside these."""
        return paper.stands_beside(self.annotations)

    @property
    def has_phrases(self) -> bool:
        """Whether the data set has phrases; without, no run has a row of detection."""
        return bool(select(self.first, task=SED))

    @cached_property
    def dataset(self) -> dict[str, dict[str, int]]:
        """Counts by split and name."""
        return {
            split: {r.measure: r.number for r in select(self.rows, task=DATASET, part=split)}
            for split in SPLITS
        }

    @cached_property
    def runs(self) -> dict[str, dict[str, Rows]]:
        """Rows by variant and seed, the variant `paper` first."""
        runs: dict[str, dict[str, list[Row]]] = {PAPER_VARIANT: {}}
        for row in self.rows:
            if row.variant is not None:
                of_variant = runs.setdefault(row.variant, {})
                of_variant.setdefault(str(row.seed), []).append(row)
        return runs

    @property
    def first(self) -> Rows:
        """The first seed of the variant `paper`."""
        return next(iter(self.runs[PAPER_VARIANT].values()))

    @cached_property
    def over_seeds(self) -> dict[str, Rows]:
        """`over_seeds` of each variant of several seeds."""
        return {
            variant: over_seeds(list(seeds.values()))
            for variant, seeds in self.runs.items()
            if len(seeds) > 1
        }


def over_seeds(runs: Sequence[Rows]) -> list[Row]:
    """Mean and sample standard deviation over several runs, of every measure that all of them have.

    A mean over draws counts as one number: its own deviation says nothing about seeds. Facts and
    baselines are left out; `n` is the number of seeds.
    """
    values: dict[tuple, list[float]] = {}
    for row in (row for rows in runs for row in rows):
        values.setdefault(row.key, []).append(row.value)
    return [
        replace(
            row,
            seed=None,
            value=statistics.fmean(values[row.key]),
            sd=statistics.stdev(values[row.key]),
            low=None,
            high=None,
            n=len(runs),
        )
        for row in runs[0]
        if row.scores not in (None, *BASELINES) and len(values[row.key]) == len(runs)
    ]


def same(rows: Iterable[Row] | None, row: Row) -> Row | None:
    """The row of what `row` measures; None where there is none."""
    return next((other for other in rows or () if other.key == row.key), None)


def threshold(rows: Rows) -> str:
    """The threshold that measures of detection are reported at."""
    at = next(r for r in select(rows, task=SED, part=ALL) if r.parameter is not None)
    return f"{at.parameter:g}"


def scores_of(rows: Rows, part: str = ALL) -> list[str]:
    """Whose measures of detection there are, such as mean, max, random and always_on."""
    kinds = dict.fromkeys(row.scores for row in select(rows, task=SED, part=part))
    return [name for name in kinds if name is not None]


def aggregations(rows: Rows) -> list[str]:
    """The same without the baselines."""
    return [name for name in scores_of(rows) if name not in BASELINES]


def confidence(rows: Rows, task: str) -> str:
    """What part of the resamples an interval holds, `95 %`."""
    return f"{100 * fact(rows, task, 'confidence'):g} %"
