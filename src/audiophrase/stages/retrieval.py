"""Stage evaluate, part one: retrieval."""

from functools import partial
from pathlib import Path
from typing import Any

import click
import numpy as np
import pandas as pd

from audiophrase import tables
from audiophrase.device import enough_memory
from audiophrase.evaluate import bootstrap
from audiophrase.evaluate.retrieval import (
    DIRECTIONS,
    draw_pools,
    full_pool,
    full_pool_queries,
    full_pool_resamples,
    pool_ranks,
    pool_resamples,
    recall_at,
)
from audiophrase.param_sections import BootstrapParams, RetrievalParams
from audiophrase.settings import structure
from audiophrase.stages.common_clips import restrict
from audiophrase.stages.evaluation_options import evaluation_options
from audiophrase.stages.options import file_option
from audiophrase.stages.training_data import (
    pairs_of,
    read_clips,
    read_encoder,
    read_vectors,
    read_word_ids,
)
from audiophrase.train import score_matrix


@click.command()
@evaluation_options
@file_option("--captions", "Table of captions.")
@file_option("--caption-words", "Word ids of captions.")
@file_option("--recalls", "Recall by repeat, direction and k to write (CSV).")
@file_option("--summary", "Means, deviations and the full pool to write (JSON).")
def evaluate_retrieval(
    settings: dict,
    device: str,
    model: Path,
    model_json: Path,
    captions: Path,
    vocabulary: Path,
    caption_words: Path,
    features: tuple[Path, ...],
    only_clips_of: Path | None,
    recalls: Path,
    summary: Path,
) -> None:
    """Retrieval among pools and among all, on FEATURES, the shards of the test split."""
    params = structure(settings, "evaluate.retrieval")
    vectors = read_vectors(vocabulary, settings)
    encoder = read_encoder(model, model_json, vectors.shape[1], settings, device)
    word_ids = read_word_ids(caption_words, "caption_id", vocabulary, settings)
    clips, restriction = restrict(read_clips(features, settings), only_clips_of)
    pairs = pairs_of(clips, "test", captions, word_ids, say=partial(click.echo, err=True))
    score = structure(settings, "train").score
    with enough_memory():
        scores = score_matrix(encoder, pairs, vectors, score=score).numpy()
    clip_of_caption = np.array(pairs.clip_of_pair)

    ranks, pool_size = _pool_ranks(scores, clip_of_caption, params)
    table = _recalls(ranks, params)
    tables.write_csv(recalls, table)
    tables.write_json(
        summary,
        {
            "n_clips": len(scores),
            "n_captions": len(clip_of_caption),
            **(restriction.summary() if restriction else {}),
            "pool_size": pool_size,
            "n_repeats": params.n_repeats,
            **_means(table),
            "chance": {f"r{k}": min(k, pool_size) / pool_size for k in params.ks},
            "full_pool": full_pool(
                scores, clip_of_caption, ks=params.full_pool_ks, map_k=params.map_k
            ),
            "intervals": _intervals(
                ranks, scores, clip_of_caption, params, structure(settings, "evaluate.bootstrap")
            ),
        },
    )
    click.echo(table.groupby(["direction", "k"])["recall"].mean().to_string(), err=True)


def _pool_ranks(
    scores: np.ndarray, clip_of_caption: np.ndarray, params: RetrievalParams
) -> tuple[dict[str, np.ndarray], int]:
    """Ranks in the drawn pools by direction, and how large the pools were."""
    captions_of_clip = [np.flatnonzero(clip_of_caption == clip) for clip in range(len(scores))]
    pools = draw_pools(
        captions_of_clip,
        pool_size=params.pool_size,
        n_repeats=params.n_repeats,
        rng=np.random.default_rng(params.seed),
    )
    return pool_ranks(scores, pools), pools.clips.shape[2]


def _recalls(ranks: dict[str, np.ndarray], params: RetrievalParams) -> pd.DataFrame:
    """Recall at each k of each repeat and direction."""
    rows = [
        (repeat + 1, direction, k, recall)
        for direction in DIRECTIONS
        for k in params.ks
        for repeat, recall in enumerate(recall_at(ranks[direction], k))
    ]
    table = pd.DataFrame(rows, columns=["repeat", "direction", "k", "recall"])
    return table.sort_values("repeat", kind="stable")


def _intervals(
    ranks: dict[str, np.ndarray],
    scores: np.ndarray,
    clip_of_caption: np.ndarray,
    params: RetrievalParams,
    of_bootstrap: BootstrapParams,
) -> dict[str, Any]:
    """Percentile intervals over the test clips, by kind of pool, direction and measure."""
    rng = np.random.default_rng(of_bootstrap.seed)
    counts = bootstrap.resample(len(scores), of_bootstrap.n_resamples, rng)
    queries = full_pool_queries(scores, clip_of_caption, map_k=params.map_k)
    found = {"pool": {}, "full_pool": {}}
    for direction in DIRECTIONS:
        found["pool"][direction] = pool_resamples(ranks[direction], counts, ks=params.ks)
        found["full_pool"][direction] = full_pool_resamples(
            queries[direction], counts, ks=params.full_pool_ks, map_k=params.map_k
        )
    return {
        "confidence": of_bootstrap.confidence,
        "n_resamples": of_bootstrap.n_resamples,
        **{
            pool: {
                direction: bootstrap.intervals(resamples, of_bootstrap.confidence)
                for direction, resamples in of_pool.items()
            }
            for pool, of_pool in found.items()
        },
    }


def _means(table: pd.DataFrame) -> dict[str, dict[str, dict[str, float]]]:
    """Mean and standard deviation over the repeats, by direction and k."""
    return {
        direction: {
            f"r{k}": {"mean": float(values.mean()), "sd": float(values.std(ddof=0))}
            for k, values in of_direction.groupby("k")["recall"]
        }
        for direction, of_direction in table.groupby("direction")
    }
