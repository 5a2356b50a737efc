"""Small contents of a data set, with every number different so that none can stand for another."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from audiophrase.clips import shards
from audiophrase.clips.availability import State
from audiophrase.clips.parameters import ClipParams
from audiophrase.clips.shards import Failure, audio_row, failure_row
from audiophrase.evaluate.rows import (
    ALL,
    ALWAYS_ON,
    CHANCE,
    FULL_POOL,
    PARTIAL,
    POOL,
    RETRIEVAL,
    SED,
    Row,
    facts,
)
from audiophrase.report import catalogue
from audiophrase.report.leakage import leakage_table
from audiophrase.report.measures import Measures
from audiophrase.report.metrics import counts, metrics
from audiophrase.report.page import Contents
from audiophrase.splits import SPLITS

BOOTSTRAP = {"confidence": 0.95, "n_resamples": 1000}
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"/>'
CLIP_PARAMS = ClipParams(silent_below_dbfs=-60, short_by_s=0.1, min_length_s=0.1)
DIRECTIONS = ("audio_to_caption", "caption_to_audio")


def of_retrieval(part, scores, measure, parameter, value, between=(None, None), sd=None):
    low, high = between
    return Row(
        task=RETRIEVAL,
        part=part,
        scores=scores,
        measure=measure,
        parameter=parameter,
        value=value,
        low=low,
        high=high,
        sd=sd,
    )


def retrieval(shift=0.0, pool_size=30, ks=(1, 5)):
    drawn = {"audio_to_caption": (0.11, 0.22, 0.9), "caption_to_audio": (0.33, 0.44, 0.9)}
    ends = {
        "audio_to_caption": {1: (0.05, 0.15), 5: (0.18, 0.29)},
        "caption_to_audio": {1: (0.25, 0.36), 5: (0.37, 0.48)},
    }
    rows = [
        *facts(RETRIEVAL, None, {"n_clips": 7, "n_captions": 33, **BOOTSTRAP}),
        *facts(RETRIEVAL, POOL, {"pool_size": pool_size, "n_repeats": 20}),
    ]
    for direction in DIRECTIONS:
        for k, mean in zip((1, 5, 10), drawn[direction], strict=True):
            if k in ks:
                between = ends[direction].get(k, (None, None))
                of_k = ("recall", k, mean + shift, between, mean / 10)
                rows.append(of_retrieval(POOL, direction, *of_k))
    rows += [of_retrieval(POOL, CHANCE, "recall", k, k / pool_size) for k in ks]
    for direction, first in zip(DIRECTIONS, (0.51, 0.61), strict=True):
        known = direction == "audio_to_caption"
        rows += [
            of_retrieval(
                FULL_POOL, direction, "recall", 1, first, (0.45, 0.56) if known else (None, None)
            ),
            of_retrieval(FULL_POOL, direction, "recall", 5, first + 0.1),
            of_retrieval(FULL_POOL, direction, "recall", 10, first + 0.2),
            of_retrieval(FULL_POOL, direction, "map", 10, 0.31),
            of_retrieval(
                FULL_POOL,
                direction,
                "median_rank",
                None,
                2.0,
                (1.5, 3.0) if known else (None, None),
            ),
        ]
    return rows


def sed(shift=0.0, threshold=0.5):
    def measures(part, scores, first, *, intervals=False):
        ends = {"f1": (first, first + 0.05), "average_precision": (first + 0.01, first + 0.06)}
        values = {
            "precision": first + shift,
            "recall": first + shift + 0.01,
            "f1": first + shift + 0.02,
            "best_f1": first + 0.03,
            "best_threshold": 0.42,
            "average_precision": first + 0.04,
        }
        for name, value in values.items():
            low, high = ends.get(name, (None, None)) if intervals else (None, None)
            at = threshold if name in ("precision", "recall", "f1") else None
            yield Row(
                task=SED,
                part=part,
                scores=scores,
                measure=name,
                parameter=at,
                value=value,
                low=low,
                high=high,
                n=3500,
            )

    def of_phrases(part, n_phrases, prevalence, first):
        always_on = {"precision": prevalence, "recall": 1.0, "f1": prevalence + 0.17}
        known = {"n_clips": 7, "n_phrases": n_phrases, "n_frames": 3500, "prevalence": prevalence}
        return [
            *facts(SED, part, known),
            *measures(part, "mean", first, intervals=True),
            *measures(part, "max", first + 0.1),
            *measures(part, "random", first - 0.1),
            *[
                Row(
                    task=SED,
                    part=part,
                    scores=ALWAYS_ON,
                    measure=name,
                    parameter=threshold,
                    value=value,
                )
                for name, value in always_on.items()
            ],
        ]

    return [
        *facts(SED, None, BOOTSTRAP),
        *of_phrases(ALL, 1234, 0.47, 0.6),
        *facts(SED, PARTIAL, {"active_below": 0.5}),
        *of_phrases(PARTIAL, 432, 0.21, 0.3),
    ]


def clip(name, split, state="ok", reason=None, message=None):
    return {
        "clip_id": name,
        "split": split,
        "state": state,
        "reason": reason,
        "message": message,
        "source": "local",
        "attempts": 1,
        "last_tried_utc": None,
    }


AVAILABILITY = [
    clip("a", "train"),
    clip("b", "train", "ok_short"),
    clip("c", "train", "missing", "account-terminated", "the account is gone"),
    clip("d", "val"),
    clip("e", "test"),
    clip("f", "test", "silent"),
]
CAPTIONS = [
    {"caption_id": str(n), "clip_id": clip_id, "split": split}
    for n, (clip_id, split) in enumerate(
        [("a", "train"), ("b", "train"), ("c", "train"), ("d", "val"), ("e", "test"), ("e", "test")]
    )
]
PHRASES = [{"phrase_id": f"{row['caption_id']}-{n}", **row} for row in CAPTIONS for n in range(2)]


def run(variant, seed, shift=0.0, threshold=0.5, **of_pools):
    rows = retrieval(shift, **of_pools) + sed(shift, threshold)
    return [replace(row, variant=variant, seed=seed) for row in rows]


@pytest.fixture
def make_measures():
    """Function from runs (lists of rows) and kind of audio to the measures of a data set."""

    def make(
        runs=None,
        audio="rendered",
        availability=AVAILABILITY,
        changes=None,
        annotations="audiogrounding",
        phrases=PHRASES,
    ):
        rows = counts(availability, CAPTIONS, phrases)
        rows += [row for rows in runs or [run("paper", 1)] for row in rows]
        return Measures([replace(row, audio=audio) for row in rows], changes or {}, annotations)

    return make


@pytest.fixture
def make_metrics(make_measures):
    """The same as the nested numbers of metrics.json."""
    return lambda *arguments, **named: metrics(make_measures(*arguments, **named))


@pytest.fixture
def make_run():
    """Function from a variant and a seed to a run; the seed shifts its numbers."""

    def make(variant, seed, threshold=0.5, **of_pools):
        return run(variant, seed, seed / 100, threshold, **of_pools)

    return make


@pytest.fixture
def without_phrases(make_measures, make_run):
    """Measures of a data set of captions alone, of two seeds and two variants."""
    runs = [make_run("paper", 1), make_run("paper", 2), make_run("shuffled", 1)]
    runs = [[row for row in rows if row.task != SED] for rows in runs]
    return make_measures(runs, annotations="files", phrases=[], audio="recorded")


@pytest.fixture
def availability():
    return AVAILABILITY


@pytest.fixture
def page_contents(make_measures, availability):
    """Function from changes to the contents of a page."""

    def make(**changes):
        coverage = pd.DataFrame(
            [
                ("train", "exact", "dog", "dog", 600),
                ("train", "exact", "rain", "rain", 300),
                ("train", "unk", "<b>", "UNK", 100),
            ],
            columns=["split", "how", "word", "source_form", "tokens"],
        )
        model = {
            "seed": 1,
            "n_epochs": 12,
            "best_epoch": 11,
            "best_val_loss": 1.59,
            "n_parameters": 732354,
            "versions": {"torch": "2.9.0"},
        }
        known = {
            "dataset": "demo",
            "title": "A data set",
            "measures": make_measures(),
            "figures": [(about, SVG) for about in catalogue.figures().values()],
            "availability": availability,
            "leakage": leakage_table(
                [], splits={split: ["demo"] for split in SPLITS}, exclude_leaks=False
            ),
            "coverage": coverage,
            "models": [model],
            "parameters": {"title": "A data set", "train": {"batch_size": 32}},
            "versions": {"python": "3.11.0"},
        }
        return Contents(**(known | changes))

    return make


@pytest.fixture
def make_shard():
    """Function from ids to a shard of short clips; `silent` and the last `missing` are unlike others."""

    def make(clip_ids):
        noise = np.random.default_rng(1).normal(0, 0.1, 8000).astype(np.float32)
        rows = [
            audio_row(name, noise * (name != "silent"), 16000, 0.5, CLIP_PARAMS)
            for name in clip_ids
        ]
        gone = Failure(State.MISSING, "private", "it is private")
        return shards.table([*rows, failure_row("missing", gone)])

    return make
