"""Retrieval of captions and clips, on the test split."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import click
import numpy as np

from audiophrase import tables
from audiophrase.device import enough_memory
from audiophrase.evaluate import bootstrap
from audiophrase.evaluate.pools import draw_pools, recall_at
from audiophrase.evaluate.retrieval import DIRECTIONS, measure, rank
from audiophrase.evaluate.rows import POOL, RETRIEVAL, facts, select
from audiophrase.evaluate.summary import retrieval_summary
from audiophrase.jobs.evaluated_run import EvaluatedRun, evaluation_options
from audiophrase.jobs.measure_rows import brief, write_measures
from audiophrase.options import file_option
from audiophrase.pair_scores import PairScores
from audiophrase.settings import structure
from audiophrase.training_data import pairs_of, read_word_ids


@click.command()
@evaluation_options
@file_option("--captions", "Table of captions.")
@file_option("--caption-words", "Word ids of captions.")
@file_option("--recalls", "Recall by repeat, direction and k to write (CSV).")
@file_option("--measures", "Rows of measures to write.")
@file_option("--summary", "The same as nested numbers to write (JSON).")
def evaluate_retrieval(
    run: EvaluatedRun,
    captions: Path,
    caption_words: Path,
    recalls: Path,
    measures: Path,
    summary: Path,
) -> None:
    """Retrieval among pools and among all, on FEATURES, the shards of the test split."""
    settings = run.settings
    params = structure(settings, "evaluate.retrieval")
    tested = run.read()
    word_ids = read_word_ids(caption_words, "caption_id", run.vocabulary, settings)
    pairs = pairs_of(tested.clips, "test", captions, word_ids, say=partial(click.echo, err=True))
    clip_of_caption = np.array(pairs.clip_of_pair)
    pools = draw_pools(
        clip_of_caption,
        pool_size=params.pool_size,
        n_repeats=params.n_repeats,
        rng=np.random.default_rng(params.seed),
    )
    map_ks = list(dict.fromkeys([params.map_k, *params.more_map_ks]))
    among_all = {"full_pool_ks": params.full_pool_ks, "map_ks": map_ks}
    with enough_memory():
        score = structure(settings, "train").score
        scores = PairScores(tested.encoder, pairs, tested.vectors, score=score)
        ranked = rank(scores.rows(), scores.own(), clip_of_caption, pools, **among_all)

    pool_size = pools.clips.shape[2]
    of_bootstrap = structure(settings, "evaluate.bootstrap")
    rows = [
        *facts(
            RETRIEVAL,
            None,
            {
                "n_clips": len(pairs.features),
                "n_captions": len(clip_of_caption),
                "confidence": of_bootstrap.confidence,
                "n_resamples": of_bootstrap.n_resamples,
            },
        ),
        *facts(RETRIEVAL, POOL, {"pool_size": pool_size, "n_repeats": params.n_repeats}),
        *measure(
            ranked,
            bootstrap.resample(
                len(pairs.features),
                of_bootstrap.n_resamples,
                np.random.default_rng(of_bootstrap.seed),
            ),
            pool_size=pool_size,
            ks=params.ks,
            **among_all,
            confidence=of_bootstrap.confidence,
        ),
    ]
    rows = write_measures(measures, rows, tested.restriction, settings, stage="retrieval_measures")
    tables.write_json(summary, retrieval_summary(rows))
    tables.write_csv_rows(
        recalls, ("repeat", "direction", "k", "recall"), _recalls(ranked.pools, params.ks)
    )
    click.echo(brief(select(rows, part=POOL)), err=True)


def _recalls(
    ranks: Mapping[str, np.ndarray], ks: Sequence[int]
) -> list[tuple[int, str, int, float]]:
    """Recall at each k of each repeat and direction; ranks (n_repeats, n_clips) by direction."""
    recalls = {(name, k): recall_at(ranks[name], k).tolist() for name in DIRECTIONS for k in ks}
    n_repeats = len(ranks[DIRECTIONS[0]])
    return [
        (repeat + 1, direction, k, of_repeats[repeat])
        for repeat in range(n_repeats)
        for (direction, k), of_repeats in recalls.items()
    ]
