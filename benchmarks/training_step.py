"""One training step, batch 32 × 501 × 64, in float32 and bf16, beside the plain one.

Each runs in a process of its own, in its own environment (ours in that of the rule `train`), a step
in turn. Before that: the plain encoder and loss give the scores of ours; and over some dozens of
steps on small made-up data, from the same weights, the loss falls alike, for several seeds.
"""

import argparse
import dataclasses
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
import yaml
from comparison import compare, publish
from reference import training as reference
from torch import Tensor

from audiophrase import threads
from audiophrase.device import set_up
from audiophrase.model.encoders.crnn import CRNN
from audiophrase.model.losses import Loss, build_loss
from audiophrase.model.parameters import TrainParams
from audiophrase.model.similarity import bags_of_words, similarity_matrix
from audiophrase.parameters.sections import select
from audiophrase.settings import structure
from audiophrase.train import Pairs, generator, start, train_epoch

PARAMS = Path(__file__).parents[1] / "params.yaml"
RULE = Path(__file__).parents[1] / "workflow" / "rules" / "train.smk"
N_DIMENSIONS, N_WORDS, N_MELS = 300, 40, 64
N_THREADS = 2
BUSY = "while True: pass"
VARIANTS = ("reference", "float32", "bf16")
# For the loss curves: so small that a plain step takes a tenth of a second.
CURVE_CLIPS, CURVE_FRAMES, CURVE_STEPS, CURVE_SEEDS, CURVE_LAST = 8, 64, 40, (1, 2, 3), 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7, help="default: %(default)s")
    parser.add_argument("--worker", choices=VARIANTS, help=argparse.SUPPRESS)
    parser.add_argument("--curve", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.worker:
        torch.set_num_threads(1 if chosen.curve else N_THREADS)
        (write_curves if chosen.curve else serve_steps)(chosen.worker)
        return
    difference = check_scores()
    remarks = check_curves()
    seconds = time_steps({name: (name, environment(name)) for name in VARIANTS}, chosen.rounds)
    plain = seconds.pop("reference")
    publish(
        [
            compare(
                f"training step, {variant}, {N_THREADS} threads",
                [wall for wall, _ in plain],
                [wall for wall, _ in ours],
                goal={"float32": 1.8, "bf16": 3.5}[variant],
                remark=f"CPU time {_ratio(plain, ours):.2f}×; {remarks[variant]}"
                + (f"; scores equal within {difference:.0e}" if variant == "float32" else ""),
            )
            for variant, ours in seconds.items()
        ]
    )


def _ratio(plain: list[tuple[float, float]], ours: list[tuple[float, float]]) -> float:
    return statistics.median(p / f for (_, p), (_, f) in zip(plain, ours, strict=True))


def make_pairs(n_clips: int, n_frames: int, seed: int) -> tuple[Pairs, Tensor]:
    """Log-mel frames in which each word of the caption is a band of its own, over noise."""
    rng = torch.Generator().manual_seed(seed)
    vectors = torch.randn(N_WORDS, N_DIMENSIONS, generator=torch.Generator().manual_seed(0))
    log_mels, words_of_pair = [], []
    for _ in range(n_clips):
        log_mel = torch.randn(n_frames, N_MELS, generator=rng) - 9
        words = torch.randint(N_WORDS, (5,), generator=rng).tolist()
        for word in words:
            onset = int(torch.randint(n_frames // 2, (1,), generator=rng))
            log_mel[onset : onset + n_frames // 3, word : word + 6] += 6
        log_mels.append(log_mel)
        words_of_pair.append(words)
    pairs = Pairs(log_mels, list(range(n_clips)), words_of_pair)
    return pairs, torch.nn.functional.normalize(vectors, dim=1)


def paper(section: str) -> Any:
    """The paper's settings of a section."""
    return structure(select(yaml.safe_load(PARAMS.read_text(encoding="utf-8")), section), section)


def train_params(precision: str, batch_size: int) -> TrainParams:
    """The paper's settings of training, but for these two."""
    return dataclasses.replace(paper("train"), precision=precision, batch_size=batch_size)


def untrained() -> CRNN:
    """The paper's encoder."""
    return CRNN(N_DIMENSIONS, paper("train.crnn"))


def paper_loss() -> Loss:
    """The paper's loss."""
    return build_loss("triplet", paper("train.triplet"))


def steps(variant: str, n_clips: int, n_frames: int, seed: int) -> Iterator[float]:
    """Losses, a step each on new clips; of a batch of all clips, drawn afresh or not, no matter."""
    settings = train_params("bf16" if variant == "bf16" else "float32", n_clips)
    progress, loss = start(untrained(), seed, settings), paper_loss()
    if variant == "reference":
        encoder = reference.Encoder(progress.model, paper("train.crnn"))
        optimiser = torch.optim.Adam(encoder.parameters(), lr=settings.learning_rate)
        torch.manual_seed(seed)  # the plain encoder's dropout draws from the global generator
    else:
        set_up(torch.device("cpu"), deterministic=settings.deterministic)
        torch.set_flush_denormal(True)
    number = 0
    while True:
        number += 1
        pairs, vectors = make_pairs(n_clips, n_frames, 1000 * seed + number % 10)
        rng = generator(seed, number, 0)
        if variant == "reference":
            captions = [vectors[words] for words in pairs.words_of_pair]
            yield reference.train_step(
                encoder, optimiser, pairs.features, captions, paper("train.triplet").margin, rng
            )
        else:
            yield train_epoch(progress, pairs, vectors, rng, rng, settings, loss, lambda b: b)


def check_scores() -> float:
    """The largest difference between our scores and the plain ones, pair by pair."""
    settings = train_params("float32", 4)
    ours = start(untrained(), 1, settings).model.eval()
    plain = reference.Encoder(ours, paper("train.crnn")).eval()
    pairs, vectors = make_pairs(4, 501, 1)
    words, bags = bags_of_words(pairs.words_of_pair)
    with torch.no_grad():
        n_frames = torch.full((4,), 501)
        batch = torch.stack(pairs.features)
        scores = similarity_matrix(ours(batch), n_frames, vectors[words], bags)
        frames = plain(batch)
        expected = torch.stack(
            [
                torch.stack(
                    [reference.score(clip, vectors[words]) for words in pairs.words_of_pair]
                )
                for clip in frames
            ]
        )
    difference = (scores - expected).abs().max().item()
    assert difference < 1e-5, f"scores differ by {difference}"
    return difference


def check_curves() -> dict[str, str]:
    """Whether the loss falls as in the plain training, within what seeds differ among themselves."""
    ends: dict[str, list[float]] = {}
    for variant in VARIANTS:
        printed = subprocess.run(
            _command(variant, "--curve"), env=environment(variant), stdout=subprocess.PIPE,
            text=True, check=True,
        ).stdout  # fmt: skip
        curves = [[float(loss) for loss in line.split()] for line in printed.splitlines()]
        ends[variant] = [statistics.mean(curve[-CURVE_LAST:]) for curve in curves]
        first = statistics.mean(statistics.mean(curve[:5]) for curve in curves)
        last = ", ".join(f"{end:.4f}" for end in ends[variant])
        print(f"{variant}: loss from {first:.4f} to {last} (seeds {CURVE_SEEDS})", file=sys.stderr)
    plain = ends.pop("reference")
    noise = max(plain) - min(plain)
    remarks = {}
    for variant, losses in ends.items():
        gap = statistics.mean(losses) - statistics.mean(plain)
        assert abs(gap) <= noise, f"{variant}: loss off by {gap:.4f}, seeds differ by {noise:.4f}"
        remarks[variant] = (
            f"loss after {CURVE_STEPS} small steps {statistics.mean(losses):.4f} beside "
            f"{statistics.mean(plain):.4f}, seeds {noise:.4f} apart"
        )
    return remarks


def write_curves(variant: str) -> None:
    for seed in CURVE_SEEDS:
        losses = steps(variant, CURVE_CLIPS, CURVE_FRAMES, seed)
        print(*[f"{next(losses):.6f}" for _ in range(CURVE_STEPS)], flush=True)


def time_steps(
    contestants: Mapping[str, tuple[str, Mapping[str, str]]], n_rounds: int, *, n_busy: int = 0
) -> dict[str, list[tuple[float, float]]]:
    """Wall and CPU seconds of each one's step in each round, after one that does not count.

    Args:
        contestants: name -> the variant that it trains, and its environment.
        n_busy: how many other programs compute beside them.
    """
    workers = {
        name: subprocess.Popen(
            _command(variant), env=variables, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )
        for name, (variant, variables) in contestants.items()
    }  # fmt: skip
    seconds: dict[str, list[tuple[float, float]]] = {name: [] for name in workers}
    busy: list[subprocess.Popen] = []
    try:
        for number in range(n_rounds + 1):
            for name, worker in workers.items():
                print("step", file=worker.stdin, flush=True)
                wall, cpu = map(float, worker.stdout.readline().split())
                if number:
                    seconds[name].append((wall, cpu))
            if not number:
                busy = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(n_busy)]
    finally:
        for program in busy:
            program.kill()
            program.wait()
        for worker in workers.values():
            worker.stdin.close()
            worker.wait()
    return seconds


def serve_steps(variant: str) -> None:
    losses = steps(variant, n_clips=32, n_frames=501, seed=1)
    for _ in sys.stdin:
        began, began_cpu = time.perf_counter(), time.process_time()
        next(losses)
        print(time.perf_counter() - began, time.process_time() - began_cpu, flush=True)


def _command(variant: str, *more: str) -> list[str]:
    return [sys.executable, __file__, "--worker", variant, *more]


def environment(variant: str) -> dict[str, str]:
    """Ours is a job's: the variables before the rule's command, and those of the command line."""
    plain = {key: value for key, value in os.environ.items() if key not in threads.ENVIRONMENT}
    if variant == "reference":
        return plain
    words = (
        RULE.read_text(encoding="utf-8").partition(" python -m audiophrase job train")[0].split()
    )
    ours = [word.strip('"') for word in words if word.strip('"').startswith("MALLOC")]
    assert ours, f"{RULE} sets no variables before its command"
    return plain | threads.ENVIRONMENT | dict(word.split("=") for word in ours)


if __name__ == "__main__":
    main()
