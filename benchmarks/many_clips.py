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
from pathlib import Path

import made_up
import numpy as np
import yaml
from comparison import Row, compare, publish, time_alternately
from reference import evaluation as reference

from audiophrase import tables
from audiophrase.evaluate import bootstrap
from audiophrase.evaluate.detection import Detections
from audiophrase.evaluate.detection import measure as detection_measures
from audiophrase.evaluate.full_pool import FullPool, Queries
from audiophrase.evaluate.pools import draw_pools
from audiophrase.evaluate.retrieval import DIRECTIONS, Ranked, rank
from audiophrase.evaluate.retrieval import measure as retrieval_measures
from audiophrase.jobs.metrics import metrics
from audiophrase.jobs.tables import tables as write_tables
from audiophrase.pair_scores import PairScores
from audiophrase.parameters.sections import select
from audiophrase.report.availability import availability_table
from audiophrase.settings import structure
from audiophrase.train import draw_batches, generator, pad
from audiophrase.training_data import read_clips

PARAMS = Path(__file__).parents[1] / "params.yaml"
SIZES = (1_000, 4_000, 16_000)


def settings(section: str):
    sections = yaml.safe_load(PARAMS.read_text(encoding="utf-8"))
    return structure(select(sections, section), section)


def map_ks(of_retrieval) -> list[int]:
    return list(dict.fromkeys([of_retrieval.map_k, *of_retrieval.more_map_ks]))


def retrieval(n_clips: int, folder: Path) -> int:
    """Pools and full pool; returns the number of pairs."""
    of_retrieval = settings("evaluate.retrieval")
    pairs, vectors = made_up.pairs(n_clips)
    scores = PairScores(made_up.Identity(), pairs, vectors, score="mean")
    clip_of_caption = np.array(pairs.clip_of_pair)
    pools = draw_pools(
        clip_of_caption,
        pool_size=of_retrieval.pool_size,
        n_repeats=of_retrieval.n_repeats,
        rng=np.random.default_rng(1),
    )
    among_all = {"full_pool_ks": of_retrieval.full_pool_ks, "map_ks": map_ks(of_retrieval)}
    rank(scores.rows(), scores.own(), clip_of_caption, pools, **among_all)
    return n_clips * len(clip_of_caption)


def beside_sorted_rows() -> Row:
    """The full pool of 1,000 clips beside the plain way to it, which must say the same."""
    pairs, vectors = made_up.pairs(SIZES[0])
    clip_of_caption = np.array(pairs.clip_of_pair)
    of_pairs = PairScores(made_up.Identity(), pairs, vectors, score="mean")
    blocks, own = list(of_pairs.rows()), of_pairs.own()
    scores = np.concatenate([rows for _, rows in blocks])
    map_k = settings("evaluate.retrieval").map_k

    def plain():
        return reference.full_pool(scores, clip_of_caption, map_k)

    def ours():
        pool = FullPool(own, clip_of_caption, ks=[1, 5, 10], map_ks=[map_k, 16])
        for clips, rows in blocks:
            pool.add(clips, rows)
        return pool.queries()

    reached = ours()
    for direction, (best_rank, precision) in plain().items():
        assert (reached[direction].best_rank == best_rank).all(), "ranks differ"
        assert (reached[direction].average_precision[map_k] == precision).all(), "precisions differ"
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
    n_captions = n_clips * made_up.N_CAPTIONS_A_CLIP
    counts = bootstrap.resample(n_clips, of_bootstrap.n_resamples, rng)
    clip_of_caption = np.arange(n_captions) // made_up.N_CAPTIONS_A_CLIP
    full = {}
    for direction, clip in zip(DIRECTIONS, (np.arange(n_clips), clip_of_caption), strict=True):
        best_rank = rng.geometric(0.01, len(clip))
        precision = dict.fromkeys(map_ks(of_retrieval), 1 / best_rank)
        share_found = {k: (best_rank <= k).astype(float) for k in of_retrieval.full_pool_ks}
        full[direction] = Queries(clip, best_rank, precision, share_found)
    ranks = rng.integers(1, 31, (of_retrieval.n_repeats, n_clips))
    retrieval_measures(
        Ranked(dict.fromkeys(DIRECTIONS, ranks), full),
        counts,
        pool_size=of_retrieval.pool_size,
        ks=of_retrieval.ks,
        full_pool_ks=of_retrieval.full_pool_ks,
        map_ks=map_ks(of_retrieval),
        confidence=of_bootstrap.confidence,
    )
    return n_clips


def detection(n_clips: int, folder: Path) -> int:
    """Measures and intervals of one phrase a clip, 501 frames each, two kinds of scores and random."""
    of_sed, of_bootstrap = settings("evaluate.sed"), settings("evaluate.bootstrap")
    rng = np.random.default_rng(1)
    shape = (n_clips, made_up.N_FRAMES)
    ends = np.sort(rng.integers(0, made_up.N_FRAMES, (n_clips, 2, 2)), axis=2)  # of two events
    active = [np.zeros(made_up.N_FRAMES, bool) for _ in range(n_clips)]
    for of_clip, spans in zip(active, ends.tolist(), strict=True):
        for first, end in spans:
            of_clip[first:end] = True
    scores = {}
    for name in ("mean", "max", "random"):
        drawn = rng.random(shape, dtype=np.float32)
        drawn *= rng.random(shape, dtype=np.float32)  # one draw has no more than 2^24 values
        scores[name] = list(drawn)
    segments = [
        [{"onset_s": 0.02 * first, "offset_s": 0.02 * end} for first, end in spans]
        for spans in ends.tolist()
    ]
    detections = Detections(scores, active, range(n_clips), segments, [0.02] * n_clips)
    detection_measures(
        detections,
        part="all",
        sampled_at=np.arange(1, 100) / 100,
        params=of_sed,
        resampling=of_bootstrap,
    )
    return n_clips


def report_tables(n_clips: int, folder: Path) -> int:
    """Measures of the data set, the tables and the audit's, from tables of 5 captions and 10 phrases a clip."""
    annotated = {
        name: folder / f"{name}.parquet" for name in ("availability", "captions", "phrases")
    }
    made = folder / "measures.parquet"
    metrics.callback(
        audio="rendered",
        annotations="audiogrounding",
        variants="{}",
        runs=(folder / "paper" / "seed-1",),
        measures=made,
        measures_csv=folder / "measures.csv",
        metrics=folder / "metrics.json",
        **annotated,
    )
    outputs = tuple(folder / f"{name}.csv" for name in ("dataset", "retrieval", "sed"))
    write_tables.callback(measures=made, compare=(), outputs=outputs)
    rows = tables.read(annotated["availability"], stage="availability").to_pylist()
    availability_table(rows, audio="rendered", beside_paper=True)
    return n_clips


def streamed(n_clips: int, folder: Path) -> int:
    """Features unpacked to a file, and an epoch's batches read from it."""
    shards = [folder / "log-mel" / "shard.parquet"] * -(-n_clips // made_up.CLIPS_A_SHARD)
    clips = read_clips(shards, {}, unpack_in=folder)
    numbers = list(range(n_clips))
    for batch in draw_batches(numbers, 32, generator(1, 1, 0)):
        pad([clips.features[number] for number in batch], "quietest")
    return n_clips


WORKS = {
    "retrieval: pools and full pool, 5 captions a clip": (retrieval, None, "pair"),
    "its intervals, 1,000 resamples": (resamples, None, "clip"),
    "detection and its intervals, 501 frames a clip": (detection, None, "clip"),
    "metrics and tables": (report_tables, made_up.write_annotations, "clip"),
    "features streamed: unpacked, and an epoch's batches": (streamed, made_up.write_shard, "clip"),
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
        shown = [f"{seconds:.3g} s, {megabytes:,.0f} MB" for seconds, megabytes, _ in measured]
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
    heading = "20,000 clips in retrieval, 100,000 in the rest" if arguments.full else None
    columns = [heading] if heading else [f"{n:,} clips" for n in SIZES]
    print(f"\n| work | {' | '.join(columns)} |\n|---|{'---:|' * len(columns)}")
    print("\n".join(lines), "\n")
    if not arguments.full:
        publish([*rows, beside_sorted_rows()])


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
