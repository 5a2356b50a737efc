"""How evaluation, its intervals, the tables and streamed features grow with the number of clips.

Each work is done for 1,000, 4,000 and 16,000 clips, in a process of its own each time. What is left
out is what is linear by nature: the encoder's pass. Its embeddings are made up, and so are the scores
of detection and the tables. Time is that of one core; memory is the peak above that of Python and the
libraries, inputs included.

Usage: python benchmarks/many_clips.py [--full]
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import torch
import yaml
from comparison import Row, compare, publish, show_s, time_alternately
from reference import evaluation as reference

from audiophrase import params, tables
from audiophrase.annotations.audiogrounding import CAPTIONS_SCHEMA, PHRASES_SCHEMA
from audiophrase.clips.availability import AVAILABILITY_SCHEMA
from audiophrase.evaluate import bootstrap
from audiophrase.evaluate.detection import Detections, intervals, read_off
from audiophrase.evaluate.full_pool import FullPool, Queries
from audiophrase.evaluate.pools import draw_pools
from audiophrase.evaluate.retrieval import (
    DIRECTIONS,
    full_pool,
    full_pool_resamples,
    pool_resamples,
    rank,
)
from audiophrase.features.logmel import SCHEMA as FEATURES_SCHEMA
from audiophrase.pair_scores import PairScores
from audiophrase.report.availability import availability_table
from audiophrase.stages import report
from audiophrase.stages.training_data import read_clips
from audiophrase.train import Pairs, draw_batches, generator, pad

PARAMS = Path(__file__).parents[1] / "params.yaml"
SIZES = (1_000, 4_000, 16_000)
N_CAPTIONS_A_CLIP, N_WORDS_A_CAPTION, N_PHRASES_A_CAPTION, N_WORDS, N_DIMENSIONS = (
    5,
    9,
    2,
    5000,
    300,
)
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


def settings(section: str):
    sections = yaml.safe_load(PARAMS.read_text(encoding="utf-8"))
    return params.structure(params.select(sections, section), section)


def made_up_pairs(n_clips: int) -> tuple[Pairs, torch.Tensor]:
    rng = np.random.default_rng(1)
    n_captions = n_clips * N_CAPTIONS_A_CLIP
    words = rng.integers(N_WORDS, size=(n_captions, N_WORDS_A_CAPTION)).tolist()
    vectors = torch.from_numpy(rng.standard_normal((N_WORDS, N_DIMENSIONS), dtype=np.float32))
    clip_of_pair = (np.arange(n_captions) // N_CAPTIONS_A_CLIP).tolist()
    return Pairs(Embedded(n_clips), clip_of_pair, words), torch.nn.functional.normalize(vectors)


def retrieval(n_clips: int, folder: Path) -> int:
    """Pools and full pool; returns the number of pairs."""
    of_retrieval = settings("evaluate.retrieval")
    pairs, vectors = made_up_pairs(n_clips)
    scores = PairScores(Identity(), pairs, vectors, score="mean")
    clip_of_caption = np.array(pairs.clip_of_pair)
    pools = draw_pools(
        clip_of_caption,
        pool_size=of_retrieval.pool_size,
        n_repeats=of_retrieval.n_repeats,
        rng=np.random.default_rng(1),
    )
    map_k = of_retrieval.map_k
    ranked = rank(scores.rows(), scores.own(), clip_of_caption, pools, map_k=map_k)
    full_pool(ranked.full, ks=of_retrieval.full_pool_ks, map_k=map_k)
    return n_clips * len(clip_of_caption)


def beside_sorted_rows() -> Row:
    """The full pool of 1,000 clips beside the plain way to it, which must say the same."""
    pairs, vectors = made_up_pairs(SIZES[0])
    clip_of_caption = np.array(pairs.clip_of_pair)
    of_pairs = PairScores(Identity(), pairs, vectors, score="mean")
    blocks, own = list(of_pairs.rows()), of_pairs.own()
    scores = np.concatenate([rows for _, rows in blocks])
    map_k = settings("evaluate.retrieval").map_k

    def plain():
        return reference.full_pool(scores, clip_of_caption, map_k)

    def ours():
        pool = FullPool(own, clip_of_caption, map_k=map_k)
        for clips, rows in blocks:
            pool.add(clips, rows)
        return pool.queries()

    reached = ours()
    for direction, (best_rank, precision) in plain().items():
        assert (reached[direction].best_rank == best_rank).all(), "ranks differ"
        assert (reached[direction].average_precision == precision).all(), "precisions differ"
    seconds = time_alternately(
        {"reference": plain, "ours": ours}, n_rounds=5, clock=time.process_time
    )
    return compare(
        f"full pool, {len(scores):,} clips × {len(own):,} captions, one core",
        seconds["reference"],
        seconds["ours"],
        goal=None,
        remark="every row of the whole matrix sorted; ranks and precisions are equal",
    )


def resamples(n_clips: int, folder: Path) -> int:
    """Intervals of retrieval, from made-up ranks; returns the number of clips, as all below do."""
    of_retrieval, of_bootstrap = settings("evaluate.retrieval"), settings("evaluate.bootstrap")
    rng = np.random.default_rng(1)
    n_captions = n_clips * N_CAPTIONS_A_CLIP
    counts = bootstrap.resample(n_clips, of_bootstrap.n_resamples, rng)
    ranks = rng.integers(1, 31, (of_retrieval.n_repeats, n_clips))
    clip_of_caption = np.arange(n_captions) // N_CAPTIONS_A_CLIP
    for clip in (np.arange(n_clips), clip_of_caption):
        best_rank = rng.geometric(0.01, len(clip))
        queries = Queries(clip, best_rank, 1 / best_rank)
        pool_resamples(ranks, counts, ks=of_retrieval.ks)
        full_pool_resamples(queries, counts, ks=of_retrieval.full_pool_ks, map_k=of_retrieval.map_k)
    return n_clips


def detection(n_clips: int, folder: Path) -> int:
    """Measures and intervals of one phrase a clip, 501 frames each, two kinds of scores and random."""
    of_sed, of_bootstrap = settings("evaluate.sed"), settings("evaluate.bootstrap")
    rng = np.random.default_rng(1)
    shape = (n_clips, N_FRAMES)
    active = list(rng.random(shape, dtype=np.float32) < 0.5)
    scores = {name: list(rng.random(shape, dtype=np.float32)) for name in ("mean", "max", "random")}
    detections = Detections(scores, active, range(n_clips))
    threshold = of_sed.reported_threshold
    read_off(detections, threshold=threshold, sampled_at=np.arange(1, 100) / 100)
    intervals(detections, threshold=threshold, params=of_bootstrap)
    return n_clips


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
    spread = {"r1": {"mean": 0.1, "sd": 0.1}}
    among_all = {"r1": 0.1, "map10": 0.1, "median_rank": 2.0}
    of_retrieval = {
        "n_clips": n_clips,
        "n_captions": len(captions),
        "pool_size": 30,
        "n_repeats": 20,
        **dict.fromkeys(DIRECTIONS, spread),
        "chance": {"r1": 1 / 30},
        "full_pool": dict.fromkeys(DIRECTIONS, among_all),
    }
    keys = ("precision_at_0.5", "recall_at_0.5", "f1_at_0.5", "best_f1", "best_threshold")
    measures = dict.fromkeys((*keys, "average_precision"), 0.5)
    of_sed = {"n_clips": n_clips, "n_phrases": len(phrases), "n_frames": 1, "prevalence": 0.5}
    of_sed |= {"measures": dict.fromkeys(("mean", "random", "always_on"), measures)}
    tables.write_json(run / "retrieval.json", of_retrieval)
    tables.write_json(run / "sed.json", of_sed)


def report_tables(n_clips: int, folder: Path) -> int:
    """metrics.json, the tables and the audit's, from tables of 5 captions and 10 phrases a clip."""
    annotated = {
        name: folder / f"{name}.parquet" for name in ("availability", "captions", "phrases")
    }
    made = folder / "metrics.json"
    report.metrics.callback(
        audio="rendered",
        variants="{}",
        runs=(folder / "paper" / "seed-1",),
        metrics=made,
        **annotated,
    )
    outputs = tuple(folder / f"{name}.csv" for name in ("dataset", "retrieval", "sed"))
    report.write_tables.callback(metrics=made, compare=(), outputs=outputs)
    rows = tables.read(annotated["availability"], stage="availability").to_pylist()
    availability_table(rows, audio="rendered")
    return n_clips


def write_shard(n_clips: int, folder: Path) -> None:
    """One shard of features, which stands for all."""
    rng = np.random.default_rng(1)
    rows = [
        {
            "clip_id": f"clip-{number}",
            "n_frames": N_FRAMES,
            "hop_s": 0.02,
            "log_mel": rng.standard_normal(N_FRAMES * N_MELS, dtype=np.float32),
        }
        for number in range(CLIPS_A_SHARD)
    ]
    table = pa.Table.from_pylist(rows, FEATURES_SCHEMA)
    tables.write(folder / "shard.parquet", table, stage="features", settings={})


def streamed(n_clips: int, folder: Path) -> int:
    """Features unpacked to a file, and an epoch's batches read from it."""
    shards = [folder / "shard.parquet"] * -(-n_clips // CLIPS_A_SHARD)
    clips = read_clips(shards, {"features": {"n_mels": N_MELS}}, unpack_in=folder)
    numbers = list(range(n_clips))
    for batch in draw_batches(numbers, 32, generator(1, 1, 0)):
        pad([clips.log_mels[number] for number in batch])
    return n_clips


WORKS = {
    "retrieval: pools and full pool, 5 captions a clip": (retrieval, None, "pair"),
    "its intervals, 1,000 resamples": (resamples, None, "clip"),
    "detection and its intervals, 501 frames a clip": (detection, None, "clip"),
    "metrics and tables": (report_tables, write_annotations, "clip"),
    "features streamed: unpacked, and an epoch's batches": (streamed, write_shard, "clip"),
}
FULL_SIZES = (20_000, 100_000, 100_000, 100_000, 100_000)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--full",
        action="store_true",
        help="20,000 clips and 100,000 captions for retrieval, 100,000 clips for the rest",
    )
    parser.add_argument("--measure", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        work, n_clips = arguments.measure
        print(json.dumps(measure_here(globals()[work], int(n_clips), arguments.folder)))
        return
    sizes = [(size,) for size in FULL_SIZES] if arguments.full else [SIZES] * len(WORKS)
    rows, lines = [], []
    for (name, (work, prepare, unit)), n_clips in zip(WORKS.items(), sizes, strict=True):
        measured = [measure(work.__name__, prepare, n) for n in n_clips]
        shown = [f"{show_s(s)}, {megabytes:,.0f} MB" for s, megabytes, _ in measured]
        lines.append(f"| {name} | " + " | ".join(shown) + " |")
        (few_s, few_mb, n_few), (many_s, many_mb, n_many) = measured[0], measured[-1]
        rows.append(
            Row(
                f"{name}: {n_clips[-1]:,} clips",
                f"{1e6 * few_s / n_few:.3g} µs a {unit}",
                f"{1e6 * many_s / n_many:.3g} µs a {unit}",
                round((few_s / n_few) / (many_s / n_many), 2),
                0.5,
                f"reference: {n_clips[0]:,} clips; {few_mb:,.0f} and {many_mb:,.0f} MB",
            )
        )
    if not arguments.full:
        rows.append(beside_sorted_rows())
    heading = "20,000 clips in retrieval, 100,000 in the rest" if arguments.full else None
    columns = [heading] if heading else [f"{n:,} clips" for n in SIZES]
    print(f"\n| work | {' | '.join(columns)} |\n|---|{'---:|' * len(columns)}")
    print("\n".join(lines), "\n")
    publish(rows)


def measure(work: str, prepare, n_clips: int) -> tuple[float, float, int]:
    """CPU seconds, peak MB above the libraries', and number of units, in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="audiophrase-bench-") as folder:
        if prepare is not None:
            prepare(n_clips, Path(folder))
        command = [sys.executable, __file__, "--measure", work, str(n_clips), "--folder", folder]
        # One thread, as the rules do not say otherwise than `threads: 1`.
        one = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        done = subprocess.run(
            command, stdout=subprocess.PIPE, check=True, text=True, env=os.environ | one
        )
    seconds, megabytes, n_units = json.loads(done.stdout.splitlines()[-1])
    print(f"{seconds:8.2f} s {megabytes:8,.0f} MB  {work}, {n_clips:,} clips", file=sys.stderr)
    return seconds, megabytes, n_units


def measure_here(work, n_clips: int, folder: Path) -> tuple[float, float, int]:
    before_kb = memory_kb("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # VmHWM begins again
    began = time.process_time()
    n_units = work(n_clips, folder)
    seconds = time.process_time() - began
    return seconds, (memory_kb("VmHWM") - before_kb) / 1024, n_units


def memory_kb(key: str) -> int:
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith(f"{key}:"))


if __name__ == "__main__":
    main()
