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
from audiophrase.evaluate.parameters import BootstrapParams, RetrievalParams
from audiophrase.evaluate.pools import draw_pools, recall_at
from audiophrase.evaluate.retrieval import (
    DIRECTIONS,
    Ranked,
    full_pool,
    full_pool_resamples,
    pool_resamples,
    rank,
)
from audiophrase.pair_scores import PairScores
from audiophrase.settings import structure
from audiophrase.stages.common_clips import restrict
from audiophrase.stages.evaluation_options import evaluation_options
from audiophrase.stages.options import file_option
from audiophrase.stages.training_data import (
    pairs_of,
    read_clips_within,
    read_encoder,
    read_vectors,
    read_word_ids,
)


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
    resident_mb: int,
    cache: Path,
    recalls: Path,
    summary: Path,
) -> None:
    """Retrieval among pools and among all, on FEATURES, the shards of the test split."""
    params = structure(settings, "evaluate.retrieval")
    vectors = read_vectors(vocabulary, settings)
    encoder = read_encoder(model, model_json, vectors.shape[1], settings, device)
    word_ids = read_word_ids(caption_words, "caption_id", vocabulary, settings)
    every_clip = read_clips_within(features, settings, resident_mb=resident_mb, cache=cache)
    clips, restriction = restrict(every_clip, only_clips_of)
    pairs = pairs_of(clips, "test", captions, word_ids, say=partial(click.echo, err=True))
    clip_of_caption = np.array(pairs.clip_of_pair)
    pools = draw_pools(
        clip_of_caption,
        pool_size=params.pool_size,
        n_repeats=params.n_repeats,
        rng=np.random.default_rng(params.seed),
    )
    with enough_memory():
        scores = PairScores(encoder, pairs, vectors, score=structure(settings, "train").score)
        ranked = rank(scores.rows(), scores.own(), clip_of_caption, pools, map_k=params.map_k)

    pool_size = pools.clips.shape[2]
    table = _recalls(ranked.pools, params)
    tables.write_csv(recalls, table)
    tables.write_json(
        summary,
        {
            "n_clips": len(pairs.log_mels),
            "n_captions": len(clip_of_caption),
            **(restriction.summary() if restriction else {}),
            "pool_size": pool_size,
            "n_repeats": params.n_repeats,
            **_means(table),
            "chance": {f"r{k}": min(k, pool_size) / pool_size for k in params.ks},
            "full_pool": full_pool(ranked.full, ks=params.full_pool_ks, map_k=params.map_k),
            "intervals": _intervals(
                ranked, len(pairs.log_mels), params, structure(settings, "evaluate.bootstrap")
            ),
        },
    )
    click.echo(table.groupby(["direction", "k"])["recall"].mean().to_string(), err=True)


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
    ranked: Ranked, n_clips: int, params: RetrievalParams, of_bootstrap: BootstrapParams
) -> dict[str, Any]:
    """Percentile intervals over the test clips, by kind of pool, direction and measure."""
    rng = np.random.default_rng(of_bootstrap.seed)
    counts = bootstrap.resample(n_clips, of_bootstrap.n_resamples, rng)
    found = {"pool": {}, "full_pool": {}}
    for direction in DIRECTIONS:
        found["pool"][direction] = pool_resamples(ranked.pools[direction], counts, ks=params.ks)
        found["full_pool"][direction] = full_pool_resamples(
            ranked.full[direction], counts, ks=params.full_pool_ks, map_k=params.map_k
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
