"""Small contents of a data set, with every number different so that none can stand for another."""

import pytest

from audiophrase.report.metrics import Run, metrics


def retrieval(shift=0.0, pool_size=30):
    def spread(mean):
        return {"mean": mean + shift, "sd": mean / 10}

    def ranked(first):
        return {"r1": first, "r5": first + 0.1, "r10": first + 0.2, "map10": 0.31, "median_rank": 2}

    return {
        "n_clips": 7,
        "n_captions": 33,
        "pool_size": pool_size,
        "n_repeats": 20,
        "audio_to_caption": {"r1": spread(0.11), "r5": spread(0.22)},
        "caption_to_audio": {"r1": spread(0.33), "r5": spread(0.44)},
        "chance": {"r1": 1 / pool_size, "r5": 5 / pool_size},
        "full_pool": {"audio_to_caption": ranked(0.51), "caption_to_audio": ranked(0.61)},
        "intervals": {
            "confidence": 0.95,
            "n_resamples": 1000,
            "pool": {
                "audio_to_caption": {"r1": between(0.05, 0.15), "r5": between(0.18, 0.29)},
                "caption_to_audio": {"r1": between(0.25, 0.36), "r5": between(0.37, 0.48)},
            },
            "full_pool": {
                "audio_to_caption": {"r1": between(0.45, 0.56), "median_rank": between(1.5, 3.0)},
                "caption_to_audio": {},
            },
        },
    }


def between(low, high):
    return {"low": low, "high": high}


def sed(shift=0.0, threshold="0.5"):
    def measures(first):
        return {
            f"precision_at_{threshold}": first + shift,
            f"recall_at_{threshold}": first + shift + 0.01,
            f"f1_at_{threshold}": first + shift + 0.02,
            "best_f1": first + 0.03,
            "best_threshold": 0.42,
            "average_precision": first + 0.04,
        }

    def of_phrases(n_phrases, prevalence, first):
        always_on = {"precision": prevalence, "recall": 1.0, "f1": prevalence + 0.17}
        return {
            "n_clips": 7,
            "n_phrases": n_phrases,
            "n_frames": 3500,
            "prevalence": prevalence,
            "measures": {
                "mean": measures(first),
                "max": measures(first + 0.1),
                "random": measures(first - 0.1),
                "always_on": {f"{k}_at_{threshold}": value for k, value in always_on.items()},
            },
            "intervals": {
                "confidence": 0.95,
                "n_resamples": 1000,
                "mean": {
                    f"f1_at_{threshold}": between(first, first + 0.05),
                    "average_precision": between(first + 0.01, first + 0.06),
                },
            },
        }

    part = {"active_below": 0.5, **of_phrases(432, 0.21, 0.3)}
    return {**of_phrases(1234, 0.47, 0.6), "partial": part}


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


@pytest.fixture
def make_metrics():
    """Function from runs and kind of audio to metrics."""

    def make(
        runs=None,
        audio="rendered",
        availability=AVAILABILITY,
        changes=None,
        annotations="audiogrounding",
        phrases=PHRASES,
    ):
        return metrics(
            audio=audio,
            annotations=annotations,
            availability=availability,
            captions=CAPTIONS,
            phrases=phrases,
            runs=runs or [Run("paper", 1, retrieval(), sed())],
            changes=changes,
        )

    return make


@pytest.fixture
def make_run():
    """Function from a variant and a seed to a run; the seed shifts its numbers."""

    def make(variant, seed, threshold="0.5", **of_retrieval):
        shift = seed / 100
        return Run(variant, seed, retrieval(shift, **of_retrieval), sed(shift, threshold))

    return make


@pytest.fixture
def without_phrases(make_metrics, make_run):
    """Numbers of a data set of captions alone, of two seeds and two variants."""
    nothing = {"n_clips": 0, "n_phrases": 0, "n_frames": 0, "measures": {}}
    runs = [make_run("paper", 1), make_run("paper", 2), make_run("shuffled", 1)]
    runs = [Run(run.variant, run.seed, run.retrieval, nothing) for run in runs]
    return make_metrics(runs, annotations="files", phrases=[], audio="recorded")


@pytest.fixture
def availability():
    return AVAILABILITY
