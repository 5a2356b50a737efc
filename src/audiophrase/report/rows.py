"""The tables' rows for scripts: one value's circumstances in columns of their own."""

from collections.abc import Iterator, Mapping
from typing import Any

from audiophrase.evaluate.retrieval import DIRECTIONS
from audiophrase.report import paper
from audiophrase.report.cells import has_phrases
from audiophrase.report.metrics import PAPER_VARIANT, aggregations, reported_threshold
from audiophrase.splits import SPLITS

Metrics = Mapping[str, Any]
PAPER_AUDIO = "recorded"


def interval(found: Metrics, *path: str) -> dict[str, float | None]:
    """The interval of a measure as `low` and `high`, none where there is none."""
    value: Any = found.get("intervals", {})
    for key in path:
        value = value.get(key, {})
    return {"low": value.get("low"), "high": value.get("high")}


def runs(metrics: Metrics) -> Iterator[tuple[str, str, Metrics]]:
    """Every run as (variant, seed, its numbers)."""
    for variant, seeds in {PAPER_VARIANT: metrics["seeds"], **metrics["variants"]}.items():
        for seed, numbers in seeds.items():
            yield variant, seed, numbers


def dataset(metrics: Metrics) -> Iterator[dict[str, Any]]:
    """A row for each split and source."""
    audio = metrics["dataset"]["audio"]
    for split in SPLITS:
        yield {"audio": audio, "source": "ours", "split": split, **metrics["dataset"][split]}
        if not paper.stands_beside(metrics):
            continue
        theirs, n_annotated = paper.DATASET[split], paper.N_ANNOTATED[split]
        missing = {"annotated": n_annotated, "missing": n_annotated - theirs["clips"]}
        yield {"audio": PAPER_AUDIO, "source": "paper", "split": split, **theirs, **missing}


def retrieval(metrics: Metrics) -> Iterator[dict[str, Any]]:
    """A row for each measure, direction, run and kind of pool, then those of chance and paper."""
    audio = metrics["dataset"]["audio"]
    for variant, seed, numbers in runs(metrics):
        found = numbers["retrieval"]
        ours = {"audio": audio, "source": "ours", "variant": variant, "seed": seed}
        counts = {key: found[key] for key in ("n_repeats", "n_clips", "n_captions")}
        counts |= _restriction(found)
        pool = {"pool": "drawn", "pool_size": found["pool_size"], **counts}
        full = {"pool": "full", "pool_size": None, **counts, "n_repeats": None}
        for direction in DIRECTIONS:
            where = {"direction": direction}
            for key, spread in found[direction].items():
                value = {"measure": key, "value": spread["mean"], "sd": spread["sd"]}
                between = interval(found, "pool", direction, key)
                yield ours | where | value | pool | between
            for key, value in found["full_pool"][direction].items():
                between = interval(found, "full_pool", direction, key)
                yield ours | where | {"measure": key, "value": value, "sd": None} | full | between
    yield from _references(metrics)


def _references(metrics: Metrics) -> Iterator[dict[str, Any]]:
    """Rows of chance, and of the paper where it stands beside the data set."""
    found, audio = metrics["retrieval"], metrics["dataset"]["audio"]
    of_paper = paper.RETRIEVAL if paper.stands_beside(metrics) else {}
    pool = {"pool": "drawn", "pool_size": found["pool_size"]}
    n_theirs = {f"n_{name}": paper.DATASET["test"][name] for name in ("clips", "captions")}
    theirs = {"pool": "drawn", "pool_size": paper.POOL_SIZE, "n_repeats": paper.N_REPEATS}
    for direction in DIRECTIONS:
        for key, value in found["chance"].items():
            measure = {"direction": direction, "measure": key, "value": value}
            yield {"audio": audio, "source": "chance", **measure, **pool}
        for key, spread in of_paper.get(direction, {}).items():
            measure = {"measure": key, "value": spread["mean"], "sd": spread["sd"]}
            where = {"audio": PAPER_AUDIO, "source": "paper", "direction": direction}
            yield where | measure | theirs | n_theirs


def sed(metrics: Metrics) -> Iterator[dict[str, Any]]:
    """A row for each kind of scores and run, then the paper's, whose measures are not known.

    No row where the data set has no phrases.
    """
    audio = metrics["dataset"]["audio"]
    for variant, seed, numbers in runs(metrics):
        found = numbers["sed"]
        if not has_phrases(numbers):
            continue
        threshold = reported_threshold(found)
        for name in aggregations(found):
            yield {
                "audio": audio,
                "source": "ours",
                "variant": variant,
                "seed": seed,
                "scores": name,
                "threshold": threshold,
                **{
                    measure: found[name].get(f"{measure}_at_{threshold}")
                    for measure in ("precision", "recall", "f1")
                },
                **{
                    measure: found[name].get(measure)
                    for measure in ("best_f1", "best_threshold", "average_precision")
                },
                "prevalence": found["prevalence"],
                "n_clips": found["n_clips"],
                "n_phrases": found["n_phrases"],
                **_restriction(found),
                **_of_part(found, name, threshold),
            }
    if not paper.stands_beside(metrics):
        return
    n_theirs = {f"n_{name}": paper.DATASET["test"][name] for name in ("clips", "phrases")}
    yield {"audio": PAPER_AUDIO, "source": "paper", "scores": "mean", **n_theirs}


def _restriction(found: Metrics) -> dict[str, Any]:
    """How many clips there were before others' were asked for; nothing where none were."""
    return {key: found[key] for key in ("only_clips_of", "n_clips_here") if key in found}


def _of_part(found: Metrics, name: str, threshold: str) -> dict[str, Any]:
    """Intervals over all phrases, then the measures of those active in a part of their clip."""
    keys = {"f1": f"f1_at_{threshold}", "average_precision": "average_precision"}
    part = found.get("partial", {})
    of_part = part.get(name, {})
    names = {**keys, "best_f1": "best_f1"}
    return {
        **_named_intervals(found, name, keys, ""),
        **{f"{short}_partial": of_part.get(key) for short, key in names.items()},
        **_named_intervals(part, name, keys, "_partial"),
        "prevalence_partial": part.get("prevalence"),
        "n_phrases_partial": part.get("n_phrases"),
    }


def _named_intervals(
    found: Metrics, name: str, keys: Mapping[str, str], ending: str
) -> dict[str, float | None]:
    return {
        f"{short}{ending}_{end}": value
        for short, key in keys.items()
        for end, value in interval(found, name, key).items()
    }
