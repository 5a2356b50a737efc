"""metrics.json: the rows of a data set as nested numbers, for `dvc metrics` and other people's scripts."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from audiophrase.clips.availability import USABLE, State
from audiophrase.evaluate.rows import (
    ALL,
    DATASET,
    FULL_POOL,
    PARTIAL,
    POOL,
    RETRIEVAL,
    SED,
    Row,
    facts,
    select,
)
from audiophrase.evaluate.summary import by_scores, retrieval_summary, sed_summary
from audiophrase.report.measures import Measures
from audiophrase.settings import PAPER_VARIANT
from audiophrase.splits import SPLITS

Mapped = Mapping[str, Any]


def metrics(measures: Measures) -> dict[str, Any]:
    """The variant `paper` with its first seed on top, its other seeds and other variants below."""
    nested = {
        variant: {seed: _of_run(rows) for seed, rows in seeds.items()}
        for variant, seeds in measures.runs.items()
    }
    of_paper = nested.pop(PAPER_VARIANT)
    return {
        "dataset": {
            "audio": measures.audio,
            "annotations": measures.annotations,
            **measures.dataset,
        },
        **next(iter(of_paper.values())),
        "seeds": of_paper,
        "variants": nested,
        "over_seeds": {variant: _over_seeds(rows) for variant, rows in measures.over_seeds.items()},
        "changes": {variant: flat(changed) for variant, changed in measures.changes.items()},
    }


def reported_threshold(sed: Mapped) -> str:
    """The threshold in the names of nested measures, such as `0.5` in `f1_at_0.5`."""
    return next(key.removeprefix("f1_at_") for key in sed["always_on"] if key.startswith("f1_at_"))


def flat(value: Any, path: str = "") -> dict[str, Any]:
    """Dotted key -> value of nested settings."""
    if not isinstance(value, Mapping):
        return {path: value}
    return {
        k: v
        for key, inner in value.items()
        for k, v in flat(inner, f"{path}.{key}".strip(".")).items()
    }


def counts(
    availability: Iterable[Mapped], captions: Iterable[Mapped], phrases: Iterable[Mapped]
) -> list[Row]:
    """By split: clips with usable audio, their captions and phrases, and the clips without.

    Those that are unresolved are among the missing, and counted once more by themselves.
    """
    rows = list(availability)

    def clip(row: Mapped) -> tuple[str, str]:
        return row["split"], row["clip_id"]  # a study may have a clip in two splits

    usable = {clip(row) for row in rows if row["state"] in USABLE}
    n_annotated = Counter(row["split"] for row in rows)
    n_clips = Counter(row["split"] for row in rows if clip(row) in usable)
    n_captions = Counter(row["split"] for row in captions if clip(row) in usable)
    n_phrases = Counter(row["split"] for row in phrases if clip(row) in usable)
    n_unresolved = Counter(row["split"] for row in rows if row["state"] == State.UNRESOLVED)
    of_splits = {
        split: {
            "annotated": n_annotated[split],
            "clips": n_clips[split],
            "captions": n_captions[split],
            "phrases": n_phrases[split],
            "missing": n_annotated[split] - n_clips[split],
            "unresolved": n_unresolved[split],
        }
        for split in SPLITS
    }
    return [row for split, numbers in of_splits.items() for row in facts(DATASET, split, numbers)]


def _of_run(rows: Sequence[Row]) -> dict[str, Any]:
    sed = _measures_on_top(sed_summary(rows))
    if "partial" in sed:
        sed["partial"] = _measures_on_top(sed["partial"])
    return {"retrieval": retrieval_summary(rows), "sed": sed}


def _measures_on_top(sed: Mapped) -> dict[str, Any]:
    return {**{key: value for key, value in sed.items() if key != "measures"}, **sed["measures"]}


def _over_seeds(rows: Sequence[Row]) -> dict[str, Any]:
    """Means and deviations where the numbers of a run stand."""

    def nested(task: str, part: str) -> dict[str, Any]:
        of_part = select(rows, task=task, part=part)
        return by_scores(of_part, lambda row: {"mean": row.value, "sd": row.sd})

    of_part = nested(SED, PARTIAL)
    return {
        "n_seeds": rows[0].n,
        "retrieval": {**nested(RETRIEVAL, POOL), "full_pool": nested(RETRIEVAL, FULL_POOL)},
        "sed": {**({"partial": of_part} if of_part else {}), **nested(SED, ALL)},
    }
