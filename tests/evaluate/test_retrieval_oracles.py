"""Retrieval among all beside libraries of information retrieval.

They are no requirement: where they are not installed, what they gave for this case stands here (ranx
0.3.21, ir_measures 0.4.3; they agree).
"""

import numpy as np
import pytest
from score_blocks import ranked

from audiophrase.evaluate.pools import draw_pools
from audiophrase.evaluate.retrieval import DIRECTIONS, measure
from audiophrase.evaluate.rows import select

N_CLIPS, N_CAPTIONS = 12, 60
CLIP_OF_CAPTION = np.arange(N_CAPTIONS) % N_CLIPS
# No two equal: libraries break ties as they please.
SCORES = (np.arange(N_CLIPS)[:, None] * 7919 + np.arange(N_CAPTIONS) * 104729) % 7211 / 7211
SCORES = SCORES + 0.05 * (np.arange(N_CLIPS)[:, None] == CLIP_OF_CAPTION)
NAMES = {"map16": "map@16", "r5": "hit_rate@5", "r10": "hit_rate@10"}
NAMES |= {"share_found5": "recall@5", "share_found10": "recall@10"}
RECORDED = {
    "audio_to_caption": {
        "map@16": 0.11959121896621898,
        "hit_rate@5": 0.5833333333333334,
        "hit_rate@10": 1.0,
        "recall@5": 0.11666666666666665,
        "recall@10": 0.25,
    },
    "caption_to_audio": {
        "map@16": 0.2758098845598846,
        "hit_rate@5": 0.4166666666666667,
        "hit_rate@10": 0.85,
        "recall@5": 0.4166666666666667,
        "recall@10": 0.85,
    },
}


def found():
    pools = draw_pools(CLIP_OF_CAPTION, pool_size=2, n_repeats=1, rng=np.random.default_rng(0))
    of_all = {"full_pool_ks": [5, 10], "map_ks": [10, 16]}
    rows = measure(
        ranked(SCORES, CLIP_OF_CAPTION, pools, **of_all),
        np.ones((1, N_CLIPS), np.uint8),
        pool_size=2,
        ks=[1],
        confidence=0.9,
        **of_all,
    )
    return {
        direction: {
            NAMES[row.name]: row.value
            for row in select(rows, part="full_pool", scores=direction)
            if row.name in NAMES
        }
        for direction in DIRECTIONS
    }


def as_runs():
    """Queries, each with its items' scores and its true items, by direction."""
    relevant = np.arange(N_CLIPS)[:, None] == CLIP_OF_CAPTION
    for direction, scores, true in (
        ("audio_to_caption", SCORES, relevant),
        ("caption_to_audio", SCORES.T, relevant.T),
    ):
        run = {
            f"q{q}": {f"d{d}": float(score) for d, score in enumerate(of)}
            for q, of in enumerate(scores)
        }
        qrels = {f"q{q}": {f"d{d}": 1 for d in np.flatnonzero(of)} for q, of in enumerate(true)}
        yield direction, run, qrels


def test_measures_are_those_that_the_libraries_gave():
    assert found() == {d: pytest.approx(of, abs=1e-6) for d, of in RECORDED.items()}


def test_measures_equal_ranx():
    ranx = pytest.importorskip("ranx")
    for direction, run, qrels in as_runs():
        expected = ranx.evaluate(ranx.Qrels(qrels), ranx.Run(run), list(NAMES.values()))
        assert found()[direction] == pytest.approx(dict(expected), abs=1e-6)


def test_measures_equal_ir_measures():
    ir = pytest.importorskip("ir_measures")
    names = {"map@16": ir.AP @ 16}
    names |= {f"hit_rate@{k}": ir.Success @ k for k in (5, 10)}
    names |= {f"recall@{k}": ir.R @ k for k in (5, 10)}
    for direction, run, qrels in as_runs():
        given = ir.calc_aggregate(list(names.values()), qrels, run)
        expected = {name: given[of_name] for name, of_name in names.items()}
        assert found()[direction] == pytest.approx(expected, abs=1e-6)
