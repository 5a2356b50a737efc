"""The nested numbers of a data set: what the tables, the page and other people's scripts read."""

import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from audiophrase.clips.availability import USABLE, State
from audiophrase.settings import PAPER_VARIANT
from audiophrase.splits import SPLITS

Row = Mapping[str, Any]
# Numbers that are the same for every seed, or that say something about one model alone.
NOT_OF_SEEDS = {
    "n_clips",
    "n_captions",
    "n_phrases",
    "n_frames",
    "n_repeats",
    "only_clips_of",
    "n_clips_here",
    "n_clips_common",
    "pool_size",
    "chance",
    "prevalence",
    "active_below",
    "intervals",
    "random",
    "always_on",
}


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
    annotations: str,
    availability: Iterable[Row],
    captions: Iterable[Row],
    phrases: Iterable[Row],
    runs: Sequence[Run],
    changes: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The variant `paper` with its first seed on top, its other seeds and other variants below.

    Args:
        audio: `rendered` or `recorded`.
        annotations: where they come from: `audiogrounding`, `files` or `grammar`.
        runs: at least one of the variant `paper`, in the order of the seeds.
        changes: variant -> the settings that it overrides.

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
        "dataset": {
            "audio": audio,
            "annotations": annotations,
            **_counts(availability, captions, phrases),
        },
        **next(iter(of_paper.values())),
        "seeds": of_paper,
        "variants": seeds,
        "over_seeds": {
            variant: over_seeds(list(of.values()))
            for variant, of in {PAPER_VARIANT: of_paper, **seeds}.items()
            if len(of) > 1
        },
        "changes": {variant: _flat(of) for variant, of in (changes or {}).items()},
    }


def over_seeds(runs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Mean and sample standard deviation over several runs, of every measure that all of them have.

    A mean over repeats counts as one number: its own deviation says nothing about seeds.
    """

    def spread(values: Sequence[Any]) -> Any:
        first = values[0]
        if isinstance(first, Mapping):
            if set(first) == {"mean", "sd"}:
                return spread([value["mean"] for value in values])
            shared = [key for key in first if all(key in value for value in values)]
            return {
                key: spread([value[key] for value in values])
                for key in shared
                if key not in NOT_OF_SEEDS
            }
        return {"mean": statistics.fmean(values), "sd": statistics.stdev(values)}

    return {"n_seeds": len(runs), **spread(runs)}


def reported_threshold(sed: Mapping[str, Any]) -> str:
    """The threshold in the names of the measures, such as `0.5` in `f1_at_0.5`."""
    return next(key.removeprefix("f1_at_") for key in sed["always_on"] if key.startswith("f1_at_"))


def aggregations(sed: Mapping[str, Any]) -> list[str]:
    """Whose measures `sed` holds, such as mean, max, random and always_on."""
    others = ("intervals", "partial")
    return [name for name, of in sed.items() if isinstance(of, Mapping) and name not in others]


def _of_run(run: Run) -> dict[str, Any]:
    found = _measures_on_top(run.sed)
    if "partial" in found:
        found["partial"] = _measures_on_top(found["partial"])
    return {"retrieval": dict(run.retrieval), "sed": found}


def _measures_on_top(sed: Mapping[str, Any]) -> dict[str, Any]:
    return {**{key: value for key, value in sed.items() if key != "measures"}, **sed["measures"]}


def _flat(value: Any, path: str = "") -> dict[str, Any]:
    """Dotted key -> value of nested settings."""
    if not isinstance(value, Mapping):
        return {path: value}
    return {
        k: v for key, of in value.items() for k, v in _flat(of, f"{path}.{key}".strip(".")).items()
    }


def _counts(
    availability: Iterable[Row], captions: Iterable[Row], phrases: Iterable[Row]
) -> dict[str, dict[str, int]]:
    """By split: clips with usable audio, their captions and phrases, and the clips without.

    Those that are unresolved are among the missing, and counted once more by themselves.
    """
    rows = list(availability)
    usable = {row["clip_id"] for row in rows if row["state"] in USABLE}
    n_annotated = Counter(row["split"] for row in rows)
    n_clips = Counter(row["split"] for row in rows if row["clip_id"] in usable)
    n_captions = Counter(row["split"] for row in captions if row["clip_id"] in usable)
    n_phrases = Counter(row["split"] for row in phrases if row["clip_id"] in usable)
    n_unresolved = Counter(row["split"] for row in rows if row["state"] == State.UNRESOLVED)
    return {
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
