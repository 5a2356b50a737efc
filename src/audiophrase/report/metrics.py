"""The nested numbers of a data set: what the tables, the page and other people's scripts read."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from audiophrase.clips.availability import USABLE
from audiophrase.params import PAPER_VARIANT, SPLITS

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Run:
    """One model and what was measured on it: the contents of retrieval.json and of sed.json."""

    variant: str
    seed: int
    retrieval: Mapping[str, Any]
    sed: Mapping[str, Any]


def metrics(
    *,
    audio: str,
    availability: Iterable[Row],
    captions: Iterable[Row],
    phrases: Iterable[Row],
    runs: Sequence[Run],
) -> dict[str, Any]:
    """The variant `paper` with its first seed on top, its other seeds and other variants below.

    Args:
        audio: `rendered` or `recorded`.
        runs: at least one of the variant `paper`, in the order of the seeds.

    Raises:
        ValueError: no run is of the variant `paper`.
    """
    seeds: dict[str, dict[str, Any]] = {}
    for run in runs:
        seeds.setdefault(run.variant, {})[str(run.seed)] = _of_run(run)
    if PAPER_VARIANT not in seeds:
        raise ValueError(f"no run is of the variant '{PAPER_VARIANT}'")
    of_paper = seeds.pop(PAPER_VARIANT)
    return {
        "dataset": {"audio": audio, **_counts(availability, captions, phrases)},
        **next(iter(of_paper.values())),
        "seeds": of_paper,
        "variants": seeds,
    }


def reported_threshold(sed: Mapping[str, Any]) -> str:
    """The threshold in the names of the measures, such as `0.5` in `f1_at_0.5`."""
    return next(key.removeprefix("f1_at_") for key in sed["always_on"] if key.startswith("f1_at_"))


def aggregations(sed: Mapping[str, Any]) -> list[str]:
    """Whose measures `sed` holds, such as mean, max, random and always_on."""
    return [name for name, measures in sed.items() if isinstance(measures, Mapping)]


def _of_run(run: Run) -> dict[str, Any]:
    counts = {key: value for key, value in run.sed.items() if key != "measures"}
    return {"retrieval": dict(run.retrieval), "sed": {**counts, **run.sed["measures"]}}


def _counts(
    availability: Iterable[Row], captions: Iterable[Row], phrases: Iterable[Row]
) -> dict[str, dict[str, int]]:
    """By split: clips with usable audio, their captions and phrases, and the clips without."""
    rows = list(availability)
    usable = {row["clip_id"] for row in rows if row["state"] in USABLE}
    n_annotated = Counter(row["split"] for row in rows)
    n_clips = Counter(row["split"] for row in rows if row["clip_id"] in usable)
    n_captions = Counter(row["split"] for row in captions if row["clip_id"] in usable)
    n_phrases = Counter(row["split"] for row in phrases if row["clip_id"] in usable)
    return {
        split: {
            "annotated": n_annotated[split],
            "clips": n_clips[split],
            "captions": n_captions[split],
            "phrases": n_phrases[split],
            "missing": n_annotated[split] - n_clips[split],
        }
        for split in SPLITS
    }
