"""Measures as rows: one number a row, with all that says which number it is.

The columns of `measures.parquet` and `measures.csv`, in this order (results/README.md has their types).
All numbers are without unit.

audio: `rendered` or `recorded`.
variant, seed: the run; null for counts of the data set.
task: `dataset`, `retrieval` or `sed`.
part: of `dataset` the split; of `retrieval` `pool` (drawn) or `full_pool`; of `sed` `all` phrases, or
    the `partial` ones, active in a part of their clip; null for what holds for all parts.
scores: whose number: a direction of retrieval, an aggregation of detection, or a baseline; null for
    facts: counts and circumstances that the measures rest on.
measure: its name.
parameter: the k of a measure at k, the threshold of one at a threshold, dtc and gtc of `psds`; else null.
value: the number; over draws of pools the mean.
low, high: percentile interval over the test clips, at the fact `confidence`; null where there is none.
sd: standard deviation over the draws of pools; null where nothing is drawn.
n: the queries (retrieval), frames or annotated events (detection) that it is taken over; null for facts
    and chance.
only_clips_of: SHA-256 of the table of availability that evaluation was restricted to; null without.

A data set whose captions have no phrases has no rows of `sed`.
A run's own files have no audio, variant or seed: their path names the run.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import pyarrow as pa

DATASET, RETRIEVAL, SED = "dataset", "retrieval", "sed"  # tasks
POOL, FULL_POOL, ALL, PARTIAL = "pool", "full_pool", "all", "partial"  # parts
CHANCE, RANDOM, ALWAYS_ON = "chance", "random", "always_on"
BASELINES = (CHANCE, RANDOM, ALWAYS_ON)

SCHEMA = pa.schema(
    [
        ("audio", pa.string()),
        ("variant", pa.string()),
        ("seed", pa.int64()),
        ("task", pa.string()),
        ("part", pa.string()),
        ("scores", pa.string()),
        ("measure", pa.string()),
        ("parameter", pa.float64()),
        ("value", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("sd", pa.float64()),
        ("n", pa.int64()),
        ("only_clips_of", pa.string()),
    ]
)
RUN_SCHEMA = pa.schema(
    [field for field in SCHEMA if field.name not in ("audio", "variant", "seed")]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One number; the fields are the columns."""

    audio: str | None = None
    variant: str | None = None
    seed: int | None = None
    task: str
    part: str | None = None
    scores: str | None = None
    measure: str
    parameter: float | None = None
    value: float
    low: float | None = None
    high: float | None = None
    sd: float | None = None
    n: int | None = None
    only_clips_of: str | None = None

    @property
    def key(self) -> tuple[Any, ...]:
        """What is measured, whatever the run."""
        return self.task, self.part, self.scores, self.measure, self.parameter

    @property
    def name(self) -> str:
        """Measure and parameter in one word, as keys of JSON are called: `r5`, `f1_at_0.5`."""
        if self.parameter is None:
            return self.measure
        if self.task == RETRIEVAL:
            short = "r" if self.measure == "recall" else self.measure
            return f"{short}{self.parameter:.0f}"
        return f"{self.measure}_at_{self.parameter:g}"

    @property
    def number(self) -> float | int:
        """The value, whole where it counts something."""
        counts = self.task == DATASET or self.measure == "pool_size" or self.measure[:2] == "n_"
        return int(self.value) if counts else self.value


def facts(task: str, part: str | None, numbers: Mapping[str, float]) -> list[Row]:
    """A row for each count or circumstance."""
    return [Row(task=task, part=part, measure=m, value=float(n)) for m, n in numbers.items()]


def select(rows: Iterable[Row], **where: Any) -> list[Row]:
    """The rows whose fields have the given values, in their order."""
    return [row for row in rows if all(getattr(row, name) == v for name, v in where.items())]


def only(rows: Iterable[Row], **where: Any) -> Row | None:
    """The first such row; None where there is none."""
    return next(iter(select(rows, **where)), None)


def fact(rows: Iterable[Row], task: str, measure: str, part: str | None = None) -> Any:
    """A count or circumstance; None where it is not said."""
    row = only(rows, task=task, part=part, scores=None, measure=measure)
    return None if row is None else row.number


def to_table(rows: Iterable[Row], schema: pa.Schema = SCHEMA) -> pa.Table:
    """Rows as a table of the columns of `schema`."""
    return pa.Table.from_pylist([asdict(row) for row in rows], schema)


def from_table(table: pa.Table) -> list[Row]:
    """The rows of a table that `to_table` made."""
    return [Row(**row) for row in table.to_pylist()]
