"""The tables' rows for scripts: pivots of the measures, circumstances in columns of their own."""

from collections.abc import Iterator
from typing import Any

from audiophrase.evaluate.retrieval import DIRECTIONS
from audiophrase.evaluate.rows import (
    ALL,
    CHANCE,
    FULL_POOL,
    PARTIAL,
    POOL,
    RETRIEVAL,
    SED,
    Row,
    fact,
    select,
)
from audiophrase.evaluate.summary import restriction
from audiophrase.report import labels, paper
from audiophrase.report.measures import RECORDED, Measures, Rows, scores_of, threshold
from audiophrase.splits import SPLITS

PAPER_AUDIO = RECORDED


def runs(measures: Measures) -> Iterator[tuple[str, str, Rows]]:
    """Every run as (variant, seed, its rows)."""
    for variant, seeds in measures.runs.items():
        for seed, rows in seeds.items():
            yield variant, seed, rows


def dataset(measures: Measures) -> Iterator[dict[str, Any]]:
    """A row for each split and source."""
    for split in SPLITS:
        ours = {"audio": measures.audio, "source": "ours", "split": split}
        yield ours | measures.dataset[split]
        if not measures.beside_paper:
            continue
        theirs, n_annotated = paper.DATASET[split], paper.N_ANNOTATED[split]
        missing = {"annotated": n_annotated, "missing": n_annotated - theirs["clips"]}
        yield {"audio": PAPER_AUDIO, "source": "published", "split": split, **theirs, **missing}


def retrieval(measures: Measures) -> Iterator[dict[str, Any]]:
    """A row for each measure, direction, run and kind of pool, then those of chance and paper."""
    for variant, seed, run in runs(measures):
        ours = {"audio": measures.audio, "source": "ours", "variant": variant, "seed": seed}
        counts = {
            "n_repeats": fact(run, RETRIEVAL, "n_repeats", POOL),
            "n_clips": fact(run, RETRIEVAL, "n_clips"),
            "n_captions": fact(run, RETRIEVAL, "n_captions"),
            **_n_clips_here(run, RETRIEVAL),
        }
        pool = {"pool": "drawn", "pool_size": fact(run, RETRIEVAL, "pool_size", POOL), **counts}
        full = {"pool": "full", "pool_size": None, **counts, "n_repeats": None}
        for direction in DIRECTIONS:
            for part, where in ((POOL, pool), (FULL_POOL, full)):
                for row in select(run, task=RETRIEVAL, part=part, scores=direction):
                    value = {"measure": row.name, "value": row.value, "sd": row.sd}
                    between = {"low": row.low, "high": row.high}
                    yield ours | {"direction": direction} | value | where | between
    yield from _references(measures)


def _references(measures: Measures) -> Iterator[dict[str, Any]]:
    """Rows of chance, and of the paper where it stands beside the data set."""
    run, audio = measures.first, measures.audio
    of_paper = paper.RETRIEVAL if measures.beside_paper else {}
    pool = {"pool": "drawn", "pool_size": fact(run, RETRIEVAL, "pool_size", POOL)}
    n_theirs = {f"n_{name}": paper.DATASET["test"][name] for name in ("clips", "captions")}
    theirs = {"pool": "drawn", "pool_size": paper.POOL_SIZE, "n_repeats": paper.N_REPEATS}
    for direction in DIRECTIONS:
        for row in select(run, task=RETRIEVAL, scores=CHANCE):
            measure = {"direction": direction, "measure": row.name, "value": row.value}
            yield {"audio": audio, "source": "chance", **measure, **pool}
        for key, spread in of_paper.get(direction, {}).items():
            measure = {"measure": key, "value": spread["mean"], "sd": spread["sd"]}
            where = {"audio": PAPER_AUDIO, "source": "published", "direction": direction}
            yield where | measure | theirs | n_theirs


def sed(measures: Measures) -> Iterator[dict[str, Any]]:
    """A row for each kind of scores and run; the published measures are not known.

    Intervals are those of the main measures; measures of the phrases active in a part of their
    clip are those that variants are compared by.
    """
    of_part = sorted(labels.COMPARED, key=lambda name: name not in labels.MAIN)
    for variant, seed, run in runs(measures):
        for name in scores_of(run):
            every = {r.measure: r for r in select(run, task=SED, part=ALL, scores=name)}
            part = {r.measure: r for r in select(run, task=SED, part=PARTIAL, scores=name)}
            yield {
                "audio": measures.audio,
                "source": "ours",
                "variant": variant,
                "seed": seed,
                "scores": name,
                "threshold": threshold(run),
                **{measure: _value(every.get(measure)) for measure in labels.DETECTION},
                **{n: fact(run, SED, n, ALL) for n in ("prevalence", "n_clips", "n_phrases")},
                **_n_clips_here(run, SED),
                **_ends(every, ""),
                **{f"{measure}_partial": _value(part.get(measure)) for measure in of_part},
                **_ends(part, "_partial"),
                "prevalence_partial": fact(run, SED, "prevalence", PARTIAL),
                "n_phrases_partial": fact(run, SED, "n_phrases", PARTIAL),
            }


def _value(row: Row | None) -> float | None:
    return None if row is None else row.value


def _ends(rows: dict[str, Row], ending: str) -> dict[str, float | None]:
    """The ends of the main measures' intervals, none where there is none."""
    return {
        f"{measure}{ending}_{end}": getattr(rows.get(measure), end, None)
        for measure in labels.MAIN
        for end in ("low", "high")
    }


def _n_clips_here(run: Rows, task: str) -> dict[str, Any]:
    """How many clips there were before others' were asked for; nothing where none were."""
    said = restriction(run, task)
    return {name: said[name] for name in ("only_clips_of", "n_clips_here") if name in said}
