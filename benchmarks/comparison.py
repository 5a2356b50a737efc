"""What all benchmarks share: timing side by side, and rows of the table that compares."""

import json
import os
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

ROWS = "AUDIOPHRASE_BENCHMARK_ROWS"  # where the runner wants a benchmark's rows


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. The ratio is the median of the ratios of the rounds."""

    work: str
    reference: str
    ours: str
    ratio: float
    goal: float | None
    remark: str = ""


def time_alternately(
    works: Mapping[str, Callable[[], object]],
    *,
    n_rounds: int,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, list[float]]:
    """Seconds of each work in each round, after one that does not count.

    For work on one core `time.process_time` is the clock that a busy machine disturbs least.
    """
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for number in range(n_rounds + 1):
        for name, work in works.items():
            began = clock()
            work()
            if number:
                seconds[name].append(clock() - began)
    return seconds


def compare(
    work: str,
    reference: Sequence[float],
    ours: Sequence[float],
    *,
    goal: float | None,
    remark: str = "",
    show: Callable[[float], str] | None = None,
) -> Row:
    """A row from what was measured in each round: seconds, unless `show` tells another unit."""
    show = show or show_s
    ratios = [plain / fast for plain, fast in zip(reference, ours, strict=True)]
    return Row(
        work,
        show(statistics.median(reference)),
        show(statistics.median(ours)),
        round(statistics.median(ratios), 2),
        goal,
        remark,
    )


def show_s(seconds: float) -> str:
    """Seconds for a reader."""
    if seconds < 1:
        return f"{seconds * 1e3:.3g} ms"
    return f"{seconds:.2f} s" if seconds < 100 else f"{seconds / 3600:.3g} h"


def publish(rows: Sequence[Row]) -> None:
    """Print the rows as a table, and leave them for the runner where it asks for them."""
    print(table(rows), flush=True)
    if path := os.environ.get(ROWS):
        Path(path).write_text(json.dumps([asdict(row) for row in rows]), encoding="utf-8")


def table(rows: Sequence[Row]) -> str:
    """Rows as Markdown."""
    lines = ["| work | reference | ours | ratio | goal | remark |", "|---|---:|---:|---:|---:|---|"]
    for row in rows:
        goal = "–" if row.goal is None else f"≥ {row.goal:,g}"
        ratio = f"{row.ratio:,.0f}" if row.ratio >= 100 else f"{row.ratio:.2f}"
        lines.append(
            f"| {row.work} | {row.reference} | {row.ours} | {ratio} | {goal} | {row.remark} |"
        )
    return "\n".join(lines)
