"""Stage evaluate, part one: retrieval."""

from pathlib import Path

import click
import numpy as np
import pandas as pd

from audiophrase import tables
from audiophrase.evaluate.retrieval import DIRECTIONS, draw_pools, full_pool, pool_ranks, recall_at
from audiophrase.params import RetrievalParams, structure
from audiophrase.stages.common_clips import only_clips_option, restrict
from audiophrase.stages.device_option import device_option
from audiophrase.stages.options import file_argument, file_option, settings
from audiophrase.stages.training_data import (
    pairs_of,
    read_clips,
    read_encoder,
    read_vectors,
    read_word_ids,
)
from audiophrase.train import score_matrix


@click.command()
@settings
@device_option
@file_option("--model", "Weights of the encoder.")
@file_option("--model-json", "Their description.")
@file_option("--captions", "Table of captions.")
@file_option("--vocabulary", "Vocabulary with vectors.")
@file_option("--caption-words", "Word ids of captions.")
@file_argument("features", nargs=-1, required=True)
@only_clips_option
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
    word_ids = read_word_ids(caption_words, "caption_id", settings)
    clips, restriction = restrict(read_clips(features, settings), only_clips_of)
    pairs = pairs_of(clips, "test", captions, word_ids)
    scores = score_matrix(encoder, pairs, vectors).numpy()
    clip_of_caption = np.array(pairs.clip_of_pair)

    table, pool_size = _recalls(scores, clip_of_caption, params)
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
        },
    )
    click.echo(table.groupby(["direction", "k"])["recall"].mean().to_string(), err=True)


def _recalls(
    scores: np.ndarray, clip_of_caption: np.ndarray, params: RetrievalParams
) -> tuple[pd.DataFrame, int]:
    """Recall at each k of each repeat and direction, and how large the pools were."""
    captions_of_clip = [np.flatnonzero(clip_of_caption == clip) for clip in range(len(scores))]
    pools = draw_pools(
        captions_of_clip,
        pool_size=params.pool_size,
        n_repeats=params.n_repeats,
        rng=np.random.default_rng(params.seed),
    )
    ranks = pool_ranks(scores, pools)
    rows = [
        (repeat + 1, direction, k, recall)
        for direction in DIRECTIONS
        for k in params.ks
        for repeat, recall in enumerate(recall_at(ranks[direction], k))
    ]
    table = pd.DataFrame(rows, columns=["repeat", "direction", "k", "recall"])
    return table.sort_values("repeat", kind="stable"), pools.clips.shape[2]


def _means(table: pd.DataFrame) -> dict[str, dict[str, dict[str, float]]]:
    """Mean and standard deviation over the repeats, by direction and k."""
    return {
        direction: {
            f"r{k}": {"mean": float(values.mean()), "sd": float(values.std(ddof=0))}
            for k, values in of_direction.groupby("k")["recall"]
        }
        for direction, of_direction in table.groupby("direction")
    }
