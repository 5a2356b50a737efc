"""What a run makes of each test clip, one by one: for a look at its errors, beside the measures."""

from functools import partial
from pathlib import Path

import click
import numpy as np
import pyarrow as pa
from torch import Tensor

from audiophrase import tables
from audiophrase.device import enough_memory
from audiophrase.evaluate.full_pool import FullPool
from audiophrase.evaluate.nearest import Nearest, rows
from audiophrase.evaluate.retrieval import DIRECTIONS
from audiophrase.jobs.evaluated_run import EvaluatedRun, evaluation_options
from audiophrase.model.encoders import Encoder
from audiophrase.model.similarity import frame_word_similarity
from audiophrase.options import file_option
from audiophrase.pair_scores import PairScores
from audiophrase.settings import structure
from audiophrase.train import encode
from audiophrase.training_data import Clips, pairs_of, read_rows, read_word_ids

N_FIRST = 10  # items that are kept of each query
_RANKINGS = pa.schema(
    [
        ("direction", pa.string()),
        ("query_id", pa.string()),
        ("rank", pa.int64()),
        ("first_ids", pa.list_(pa.string())),
        ("scores", pa.list_(pa.float32())),
    ]
)
_FRAME_WORDS = pa.schema(
    [
        ("clip_id", pa.string()),
        ("n_frames", pa.int32()),
        ("hop_s", pa.float64()),
        ("word_ids", pa.list_(pa.int32())),
        ("similarities", pa.list_(pa.uint8())),
    ]
)
STEPS = 255  # between 0 and 1, the greatest similarity that there is


@click.command()
@evaluation_options
@file_option("--captions", "Table of captions.")
@file_option("--caption-words", "Word ids of captions.")
@file_option("--rankings", "What stands first for each clip and caption, to write.")
@file_option("--frame-words", "Frame-word similarities to write.")
def inspect_run(
    run: EvaluatedRun,
    captions: Path,
    caption_words: Path,
    rankings: Path,
    frame_words: Path,
) -> None:
    """Rankings and frame-word similarities, on FEATURES, the shards of the test split."""
    settings, tested = run.settings, run.read()
    clips = tested.clips
    word_ids = read_word_ids(caption_words, "caption_id", run.vocabulary, settings)
    pairs = pairs_of(clips, "test", captions, word_ids, say=partial(click.echo, err=True))
    of_test = read_rows(captions, "annotations.captions", "test", clips)
    # The order of the pairs: captions without a word are left out of both.
    ranked = [row for row in of_test if word_ids[row["caption_id"]]]
    caption_ids = [row["caption_id"] for row in ranked]
    clip_ids = list(dict.fromkeys(row["clip_id"] for row in ranked))
    words_of: dict[str, set[int]] = {}
    for row in of_test:
        words_of.setdefault(row["clip_id"], set()).update(word_ids[row["caption_id"]])
    with enough_memory():
        score = structure(settings, "train").score
        scores = PairScores(tested.encoder, pairs, tested.vectors, score=score)
        of_queries = _rankings(scores, caption_ids, clip_ids)
        of_frames = _frame_words(tested.encoder, clips, words_of, tested.vectors)
    tables.write(rankings, of_queries, stage="rankings", settings=settings)
    tables.write(frame_words, of_frames, stage="frame_words", settings=settings)


def _rankings(scores: PairScores, caption_ids: list[str], clip_ids: list[str]) -> pa.Table:
    """Both directions, by the ranks that the measures among all are taken of."""
    full = FullPool(scores.own(), scores.clip_of_caption, ks=(), map_ks=())
    nearest = Nearest(len(clip_ids), len(caption_ids), N_FIRST)
    for clips, block in scores.rows():
        full.add(clips, block)
        nearest.add(clips, block)
    ranks, first = full.queries(), nearest.first()
    named = dict(zip(DIRECTIONS, ((clip_ids, caption_ids), (caption_ids, clip_ids)), strict=True))
    ranked = [
        row
        for direction, (queries, items) in named.items()
        for row in rows(direction, queries, items, first[direction], ranks[direction].best_rank)
    ]
    return pa.Table.from_pylist(ranked, _RANKINGS)


def _frame_words(
    encoder: Encoder, clips: Clips, words_of: dict[str, set[int]], vectors: Tensor
) -> pa.Table:
    """Equation 2 for the words of each clip's own captions, in steps that an eye can tell."""
    of_clips: list[dict] = [{}] * len(clips.ids)
    for numbers, batch in encode(encoder, clips.features):
        for number, frames in zip(numbers, batch.cpu(), strict=True):
            words = sorted(words_of.get(clips.ids[number], ()))
            similar = frame_word_similarity(frames, vectors[words]).numpy()  # (T, N)
            steps = np.rint(np.clip(similar, 0, 1) * STEPS).astype(np.uint8)
            of_clips[number] = {
                "clip_id": clips.ids[number],
                "n_frames": len(frames),
                "hop_s": clips.hops_s[number],
                "word_ids": words,
                "similarities": steps.T.ravel(),  # word after word
            }
    return pa.Table.from_pylist(of_clips, _FRAME_WORDS)
