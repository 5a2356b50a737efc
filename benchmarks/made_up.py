"""Inputs of any size for the benchmark of many clips: embeddings, captions, tables, features."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import torch

from audiophrase import tables
from audiophrase.annotations.schemas import CAPTIONS_SCHEMA, PHRASES_SCHEMA
from audiophrase.clips.availability import AVAILABILITY_SCHEMA
from audiophrase.evaluate.retrieval import DIRECTIONS
from audiophrase.evaluate.rows import (
    ALL,
    ALWAYS_ON,
    CHANCE,
    FULL_POOL,
    POOL,
    RANDOM,
    RETRIEVAL,
    RUN_SCHEMA,
    SED,
    Row,
    facts,
    to_table,
)
from audiophrase.evaluate.sed import AT_THRESHOLD, OF_CURVE
from audiophrase.features import log_mel, shards
from audiophrase.train import Pairs

N_CAPTIONS_A_CLIP, N_WORDS_A_CAPTION, N_PHRASES_A_CAPTION = 5, 9, 2
N_WORDS, N_DIMENSIONS = 5000, 300
N_FRAMES, N_MELS, CLIPS_A_SHARD = 501, 64, 64
N_FRAMES_EMBEDDED = 4  # of the made-up embeddings: their number costs the encoder's share alone


class Embedded(Sequence):
    """Made-up frame embeddings (T, D), each made when it is asked for."""

    def __init__(self, n_clips: int) -> None:
        self.n_clips = n_clips

    def __len__(self) -> int:
        return self.n_clips

    def __getitem__(self, number: int) -> torch.Tensor:
        if number >= self.n_clips:
            raise IndexError(number)
        rng = np.random.default_rng(number)
        frames = rng.standard_normal((N_FRAMES_EMBEDDED, N_DIMENSIONS), dtype=np.float32)
        return torch.from_numpy(frames / np.linalg.norm(frames, axis=1, keepdims=True))


class Identity(torch.nn.Module):
    """In place of the encoder."""

    device = torch.device("cpu")

    def forward(self, frames: torch.Tensor) -> torch.Tensor:
        return frames


def pairs(n_clips: int) -> tuple[Pairs, torch.Tensor]:
    rng = np.random.default_rng(1)
    n_captions = n_clips * N_CAPTIONS_A_CLIP
    words = rng.integers(N_WORDS, size=(n_captions, N_WORDS_A_CAPTION)).tolist()
    vectors = torch.from_numpy(rng.standard_normal((N_WORDS, N_DIMENSIONS), dtype=np.float32))
    clip_of_pair = (np.arange(n_captions) // N_CAPTIONS_A_CLIP).tolist()
    return Pairs(Embedded(n_clips), clip_of_pair, words), torch.nn.functional.normalize(vectors)


def write_annotations(n_clips: int, folder: Path) -> None:
    """Tables of availability, captions and phrases, all clips of the test split."""
    clips = [f"Yclip{number:07d}_0_10000" for number in range(n_clips)]
    captions = [(f"{clip}#{n}", clip) for clip in clips for n in range(N_CAPTIONS_A_CLIP)]
    phrases = [(f"{c}.{n}", c, clip) for c, clip in captions for n in range(N_PHRASES_A_CAPTION)]

    def write(name: str, stage: str, schema: pa.Schema, columns: dict, n_rows: int) -> None:
        columns |= {"split": ["test"] * n_rows}
        arrays = [
            pa.array(columns[field.name], field.type)
            if field.name in columns
            else pa.nulls(n_rows, field.type)
            for field in schema
        ]
        table = pa.Table.from_arrays(arrays, schema=schema)
        tables.write(folder / f"{name}.parquet", table, stage=stage, settings={})

    of_clips = {"clip_id": clips, "state": ["ok"] * n_clips, "source": ["local"] * n_clips}
    write("availability", "availability", AVAILABILITY_SCHEMA, of_clips, n_clips)
    caption_ids, clip_ids = zip(*captions, strict=True)
    of_captions = {
        "caption_id": caption_ids,
        "clip_id": clip_ids,
        "caption": ["a dog barks while a car passes by"] * len(captions),
        "tokens": [["a", "dog", "barks", "while", "a", "car", "passes", "by"]] * len(captions),
    }
    write("captions", "annotations.captions", CAPTIONS_SCHEMA, of_captions, len(captions))
    phrase_ids, caption_ids, clip_ids = zip(*phrases, strict=True)
    segments = [{"onset_s": 1.0, "offset_s": 2.5}, {"onset_s": 3.0, "offset_s": 9.0}]
    of_phrases = {
        "phrase_id": phrase_ids,
        "caption_id": caption_ids,
        "clip_id": clip_ids,
        "phrase": ["a dog barks"] * len(phrases),
        "segments": [segments] * len(phrases),
    }
    write("phrases", "annotations.phrases", PHRASES_SCHEMA, of_phrases, len(phrases))
    run = folder / "paper" / "seed-1"
    of_bootstrap = {"confidence": 0.95, "n_resamples": 1000}
    in_pools = {"task": RETRIEVAL, "part": POOL, "measure": "recall", "parameter": 1}
    n_retrieved = {"n_clips": n_clips, "n_captions": len(captions), **of_bootstrap}
    of_retrieval = [
        *facts(RETRIEVAL, None, n_retrieved),
        *facts(RETRIEVAL, POOL, {"pool_size": 30, "n_repeats": 20}),
        *[Row(**in_pools, scores=direction, value=0.1, sd=0.1) for direction in DIRECTIONS],
        Row(**in_pools, scores=CHANCE, value=1 / 30),
        *[
            Row(task=RETRIEVAL, part=FULL_POOL, scores=direction, measure="median_rank", value=2.0)
            for direction in DIRECTIONS
        ],
    ]
    n_detected = {"n_clips": n_clips, "n_phrases": len(phrases), "n_frames": 1, "prevalence": 0.5}
    of_sed = [
        *facts(SED, None, of_bootstrap),
        *facts(SED, ALL, n_detected),
        *[
            Row(task=SED, part=ALL, scores=name, measure=measure, parameter=at, value=0.5)
            for name in ("mean", RANDOM, ALWAYS_ON)
            for names, at in ((AT_THRESHOLD, 0.5), (OF_CURVE, None))
            for measure in names
        ],
    ]
    for task, rows in ((RETRIEVAL, of_retrieval), (SED, of_sed)):
        stage = f"{task}_measures"
        table = to_table(rows, RUN_SCHEMA)
        tables.write(run / f"{stage}.parquet", table, stage=stage, settings={})


def write_shard(n_clips: int, folder: Path) -> None:
    """One shard of features, which stands for all."""
    rng = np.random.default_rng(1)
    rows = [
        {
            "clip_id": f"clip-{number}",
            "n_frames": N_FRAMES,
            "hop_s": 0.02,
            log_mel.COLUMN: rng.standard_normal(N_FRAMES * N_MELS, dtype=np.float32),
        }
        for number in range(CLIPS_A_SHARD)
    ]
    table = pa.Table.from_pylist(rows, shards.schema(log_mel.COLUMN))
    tables.write(
        folder / "log-mel" / "shard.parquet",
        table,
        stage=shards.STAGE,
        settings={},
        inputs={"front_end": "log-mel"},
    )
