"""Training on a GPU: a step beside the plain one, and the paper's whole training.

First what must hold: scores equal the CPU's, and two trainings in the deterministic mode end with
the same weights. Then, in float32 and bf16 and with and without that mode, a step of 32 clips beside
the plain step on the same GPU; and an epoch of as many clips as the paper had, with features on the
GPU and with features that stay in memory and are copied a batch at a time.

Without a GPU it says so and measures nothing; `--device cpu --clips 64` tries the script itself.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable

import torch
from comparison import Row, compare, publish, show_s
from reference import training as reference
from torch import Tensor
from training_step import make_pairs, paper, paper_loss, train_params, untrained

from audiophrase.device import enough_memory, set_up
from audiophrase.train import DROPOUT, Pairs, Progress, generator, score_matrix, start, train_epoch
from audiophrase.training_data import resident

N_FRAMES, BATCH, SEED = 501, 32, 1
PAPER_EPOCHS = 100
MODES = [(precision, fixed) for precision in ("float32", "bf16") for fixed in (True, False)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", default="cuda", help="default: %(default)s")
    parser.add_argument("--clips", type=int, default=4253, help="default: the paper's %(default)s")
    parser.add_argument("--rounds", type=int, default=7, help="default: %(default)s")
    chosen = parser.parse_args()
    device = torch.device(chosen.device)
    if device.type == "cuda" and not torch.cuda.is_available():
        print(f"PyTorch {torch.__version__} sees no GPU: nothing is measured")
        return
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else "the CPU"
    print(f"on {name}, PyTorch {torch.__version__}", file=sys.stderr)
    with enough_memory():
        difference = check_scores(device)
        check_repeats(device)
        plain = time_plain_steps(device, chosen.rounds)
        rows = []
        for precision, fixed in MODES:
            mode = f"{precision}, {'deterministic' if fixed else 'any order'}"
            steps = time_epochs(device, precision, fixed, BATCH, chosen.rounds)
            remark = f"{name}; scores within {difference:.0e} of the CPU's"
            rows.append(compare(f"training step, {mode}", plain, steps, goal=None, remark=remark))
        pairs, vectors = make_pairs(chosen.clips, N_FRAMES, SEED)
        rows += [compare_epochs(device, p, pairs, vectors, name) for p in ("float32", "bf16")]
    publish(rows)


def compare_epochs(
    device: torch.device, precision: str, pairs: Pairs, vectors: Tensor, name: str
) -> Row:
    """An epoch of all clips, their features copied a batch at a time beside all on the device."""
    seconds = {}
    for where, placed in (("memory", pairs), ("device", resident(pairs, device))):
        run = epochs(device, precision, True, placed, vectors)
        seconds[where] = [run() for _ in range(4)][1:]
    whole = show_s(PAPER_EPOCHS * statistics.median(seconds["device"]))
    return compare(
        f"epoch of {len(pairs.features)} clips, {precision}, deterministic: features on the GPU "
        "beside copied a batch at a time",
        seconds["memory"],
        seconds["device"],
        goal=None,
        remark=f"{name}; {PAPER_EPOCHS} epochs would take {whole}",
    )


def time_epochs(
    device: torch.device, precision: str, fixed: bool, n_clips: int, n_rounds: int
) -> list[float]:
    """Seconds of epochs of one batch, after two that do not count."""
    pairs, vectors = make_pairs(n_clips, N_FRAMES, SEED)
    run = epochs(device, precision, fixed, resident(pairs, device), vectors)
    return [run() for _ in range(n_rounds + 2)][2:]


def epochs(
    device: torch.device, precision: str, fixed: bool, pairs: Pairs, vectors: Tensor
) -> Callable[[], float]:
    """A function that trains for one epoch more, and says how many seconds it took."""
    set_up(device, deterministic=fixed)
    progress, params = begin(device, precision)
    vectors, number = vectors.to(device), 0

    def run() -> float:
        nonlocal number
        number += 1
        rng, dropout_rng = generator(SEED, number, 0), generator(SEED, number, DROPOUT, device)
        began = time.perf_counter()
        train_epoch(progress, pairs, vectors, rng, dropout_rng, params, paper_loss(), lambda b: b)
        return time.perf_counter() - began  # the losses have been read: the GPU is done

    return run


def begin(device: torch.device, precision: str) -> tuple[Progress, object]:
    params = train_params(precision, BATCH)
    return start(untrained(), SEED, params, device), params


def time_plain_steps(device: torch.device, n_rounds: int) -> list[float]:
    """Seconds of the plain step, in float32, after two that do not count."""
    set_up(device, deterministic=False)
    progress, params = begin(torch.device("cpu"), "float32")
    encoder = reference.Encoder(progress.model, paper("train.crnn")).to(device)
    optimiser = torch.optim.Adam(encoder.parameters(), lr=params.learning_rate)
    pairs, vectors = make_pairs(BATCH, N_FRAMES, SEED)
    clips = [clip.to(device) for clip in pairs.features]
    captions = [vectors[words].to(device) for words in pairs.words_of_pair]
    seconds = []
    for _ in range(n_rounds + 2):
        began = time.perf_counter()
        reference.train_step(
            encoder,
            optimiser,
            clips,
            captions,
            paper("train.triplet").margin,
            generator(SEED, 1, 0),
        )
        seconds.append(time.perf_counter() - began)
    return seconds[2:]


def check_scores(device: torch.device) -> float:
    """The largest difference between the scores on the device and on the CPU."""
    set_up(device, deterministic=True)
    model = begin(torch.device("cpu"), "float32")[0].model
    pairs, vectors = make_pairs(BATCH, N_FRAMES, SEED)
    on_cpu = score_matrix(model, pairs, vectors)
    difference = (score_matrix(model.to(device), pairs, vectors) - on_cpu).abs().max().item()
    assert difference < 1e-4, f"scores differ by {difference}"
    return difference


def check_repeats(device: torch.device) -> None:
    """Two deterministic trainings of two steps end with the same weights."""
    set_up(device, deterministic=True)
    pairs, vectors = make_pairs(2 * BATCH, N_FRAMES, SEED)
    placed, vectors = resident(pairs, device), vectors.to(device)
    for precision in ("float32", "bf16"):
        ends = []
        for _ in range(2):
            progress, params = begin(device, precision)
            rng, dropout_rng = generator(SEED, 1, 0), generator(SEED, 1, DROPOUT, device)
            train_epoch(
                progress, placed, vectors, rng, dropout_rng, params, paper_loss(), lambda b: b
            )
            ends.append(progress.model.state_dict())
        assert all(torch.equal(ends[0][key], ends[1][key]) for key in ends[0]), precision


if __name__ == "__main__":
    main()
