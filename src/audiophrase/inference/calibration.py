"""The thresholds of a run, out of the features, captions and phrases of its validation split."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from audiophrase.checkpoints import load_model
from audiophrase.errors import ArtifactError
from audiophrase.evaluate import sed
from audiophrase.inference import threshold
from audiophrase.inference.threshold import CLIPS, FRAMES, Threshold
from audiophrase.model.encoders import Encoder
from audiophrase.model.similarity import frame_phrase_similarity, frame_word_similarity
from audiophrase.train import encode
from audiophrase.training_data import (
    Clips,
    read_clips,
    read_rows,
    read_vectors,
    read_word_ids,
    untrained_encoder,
)

AGGREGATIONS = ("mean", "max")  # over the words of a phrase
SPLIT = "val"

Tables = Callable[[str], Path]


def of_run(
    folder: Path,
    description: Mapping[str, Any],
    shards: Sequence[Path],
    text: Tables,
    annotations: Tables,
) -> dict[str, Threshold]:
    """Thresholds by aggregation; none where the tables are not here, or nothing is to be heard.

    Args:
        shards: features of the validation split.
        text, annotations: paths of tables, by their names.
    """
    names = ("phrases", "captions")
    if not all(table(name).is_file() for table in (text, annotations) for name in names):
        return {}
    settings = description["settings"]
    clips = read_clips(shards, settings)
    vectors = read_vectors(text("vocabulary"), settings)
    encoder = untrained_encoder(description["n_features"], vectors.shape[1], settings)
    load_model(folder / "model.safetensors", encoder, sha256=description["sha256"])
    words, rows = {}, {}
    for name in names:
        key = f"{name.removesuffix('s')}_id"
        words[name] = read_word_ids(text(name), key, text("vocabulary"), settings)
        try:
            rows[name] = read_rows(annotations(name), f"annotations.{name}", SPLIT, clips)
        except ArtifactError:
            return {}
    return choose(encoder, clips, rows, words, vectors)


def choose(
    encoder: Encoder,
    clips: Clips,
    rows: Mapping[str, Sequence[Mapping[str, Any]]],
    words: Mapping[str, Mapping[str, list[int]]],
    vectors: Tensor,
) -> dict[str, Threshold]:
    """Thresholds by aggregation over phrases, or over captions where there are no phrases.

    Args:
        rows: of `phrases` and `captions`.
        words: their word ids, by their ids.
        vectors: (V, D) of length one.
    """
    basis = FRAMES if rows["phrases"] else CLIPS
    kind = "phrases" if rows["phrases"] else "captions"
    key = f"{kind.removesuffix('s')}_id"
    number = {clip_id: n for n, clip_id in enumerate(clips.ids)}
    known: list[set[int]] = [set() for _ in clips.ids]
    for name in ("phrases", "captions"):
        for row in rows[name]:
            known[number[row["clip_id"]]].update(words[name][row[f"{name.removesuffix('s')}_id"]])
    own: list[list[str]] = [[] for _ in clips.ids]
    for row in rows[kind]:
        if words[kind][row[key]]:
            own[number[row["clip_id"]]].append(row[key])
    of_text = {row[key]: frozenset(words[kind][row[key]]) for row in rows[kind]}
    others = threshold.impostors(own, of_text, [frozenset(each) for each in known])
    segments = {row[key]: row.get("segments", ()) for row in rows[kind]}

    curves: dict[str, tuple[list, list]] = {name: ([], []) for name in AGGREGATIONS}
    with torch.inference_mode():
        for numbers, batch in encode(encoder, clips.features):
            for clip, frames in zip(numbers, batch.cpu(), strict=True):
                for text_id in [*own[clip], *others[clip]]:
                    similar = frame_word_similarity(frames, vectors[words[kind][text_id]]).numpy()
                    is_own = text_id in own[clip]
                    for name in AGGREGATIONS:
                        raw = frame_phrase_similarity(similar, aggregation=name, min_max=False)
                        if basis == CLIPS:
                            raw, active = raw.mean(keepdims=True), np.ones(1, bool)
                        else:
                            active = sed.frame_labels(
                                segments[text_id], len(raw), clips.hops_s[clip]
                            )
                        curves[name][0 if is_own else 1].append((raw, active))
    n_clips = sum(map(bool, own))
    chosen = {
        name: threshold.best(mine, [raw for raw, _ in impostor], basis=basis, n_clips=n_clips)
        for name, (mine, impostor) in curves.items()
    }
    return {name: value for name, value in chosen.items() if value is not None}
