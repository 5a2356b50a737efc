"""Training: Adam, plateau schedule, early stopping, exact resume.

All randomness of an epoch is drawn from (seed, epoch), and learning rate and stopping are functions
of the past validation losses. A resumed run therefore needs the weights, Adam's moments and the
history, and ends with the same weights as an undisturbed one.
"""

import math
import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from audiophrase.device import is_gpu
from audiophrase.errors import AudiophraseError
from audiophrase.model.encoders import Encoder
from audiophrase.model.losses import Loss
from audiophrase.model.parameters import PlateauParams, StoppingParams, TrainParams
from audiophrase.model.similarity import bags_of_words, similarity_matrix

CPU = torch.device("cpu")
ENCODE_BATCH = 16
# What random numbers are for: each purpose has a stream of its own.
TRAINING, VALIDATION, INITIAL, DROPOUT, SHUFFLING = range(5)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Clips and captions of a split, as the trainer wants them."""

    features: Sequence[Tensor]  # a clip each: (T, F), in memory, in a file, or on the device
    clip_of_pair: list[int]  # a pair each: the number of its clip
    words_of_pair: list[list[int]]  # a pair each: word ids of its caption


@dataclass(frozen=True, slots=True)
class Epoch:
    """One line of the history."""

    epoch: int
    learning_rate: float
    train_loss: float
    val_loss: float


@dataclass(slots=True)
class Progress:
    """All that a resumed run needs."""

    model: Encoder
    optimiser: torch.optim.Adam
    best: dict[str, Tensor]
    history: list[Epoch]


def start(model: Encoder, seed: int, params: TrainParams, device: torch.device = CPU) -> Progress:
    """The model with weights drawn from the seed, the same on every device, before its first epoch."""
    model.initialise(generator(seed, epoch=0, purpose=INITIAL))
    model = model.to(device, memory_format=torch.channels_last)
    optimiser = torch.optim.Adam(model.parameters(), lr=params.learning_rate)
    return Progress(model, optimiser, copy_weights(model), [])


def train(
    progress: Progress,
    train_pairs: Pairs,
    val_pairs: Pairs,
    vectors: Tensor,
    *,
    seed: int,
    params: TrainParams,
    loss: Loss,
    watch_batches: Callable[[Sequence], Sequence],
    after_epoch: Callable[[Progress], None],
) -> None:
    """Train until the stopping rule holds, from wherever `progress` stands.

    Clips that are not on the model's device are copied there, a batch at a time.

    Args:
        vectors: (V, D) vectors of the vocabulary, of length one, on the model's device.
        watch_batches: wraps an epoch's batches, for a progress bar.
        after_epoch: called after each epoch, to save and to report.
    """
    while not should_stop([epoch.val_loss for epoch in progress.history], params):
        number = len(progress.history) + 1
        losses = [epoch.val_loss for epoch in progress.history]
        rate = learning_rate(losses, params.learning_rate, params.plateau)
        for group in progress.optimiser.param_groups:
            group["lr"] = rate
        rng = generator(seed, number, TRAINING)
        # A GPU drops out by numbers of its own, which it draws while the CPU prepares a batch.
        device = progress.model.device
        dropout_rng = generator(seed, number, DROPOUT, device) if is_gpu(device) else rng
        train_loss = train_epoch(
            progress, train_pairs, vectors, rng, dropout_rng, params, loss, watch_batches
        )
        # Departure: validation impostors stay the same, so that the monitored loss is no noise
        # (`train.fixed_validation_impostors`).
        val_rng = generator(seed, 0 if params.fixed_validation_impostors else number, VALIDATION)
        val_loss = validation_loss(
            progress.model, val_pairs, vectors, val_rng, loss, score=params.score
        )
        if not (math.isfinite(train_loss) and math.isfinite(val_loss)):
            raise AudiophraseError(
                f"training diverged: the loss of epoch {number} is not finite",
                "lower train.learning_rate",
            )
        progress.history.append(Epoch(number, rate, train_loss, val_loss))
        if val_loss <= min(epoch.val_loss for epoch in progress.history):
            progress.best = copy_weights(progress.model)
        after_epoch(progress)


def learning_rate(val_losses: Sequence[float], initial: float, plateau: PlateauParams) -> float:
    """The rate for the next epoch: times `factor` once more than `patience` epochs did not improve.

    As `torch.optim.lr_scheduler.ReduceLROnPlateau` counts patience, as a function of all past
    validation losses. An improvement is one by more than the threshold, or, where that is relative,
    by more than this share of the best loss.
    Departure: the released code's threshold is relative (`train.plateau.threshold_mode`), and it
    also counts the loss before training, which matters only if the first epoch does not improve it.
    """
    rate, best, n_bad = initial, float("inf"), 0
    for loss in val_losses:
        if plateau.threshold_mode == "rel":
            to_beat = best * (1 - plateau.threshold)
        else:
            to_beat = best - plateau.threshold
        if loss < to_beat:
            best, n_bad = loss, 0
        else:
            n_bad += 1
        if n_bad > plateau.patience:
            rate, n_bad = rate * plateau.factor, 0
    return rate


def should_stop(val_losses: Sequence[float], params: TrainParams) -> bool:
    """Whether training ends after these epochs."""
    stopping: StoppingParams = params.stopping
    if len(val_losses) >= params.max_epochs:
        return True
    if not val_losses:
        return False
    if stopping.rule == "patience":
        best = min(range(len(val_losses)), key=val_losses.__getitem__)
        return len(val_losses) - 1 - best >= stopping.patience
    # Departure: the released code stops once the last losses hardly differ (`train.stopping.rule`).
    # Of its `min_epochs` losses the first is that of the untrained model.
    if len(val_losses) < max(stopping.min_epochs - 1, stopping.window):
        return False
    return statistics.pstdev(val_losses[-stopping.window :]) < stopping.spread


def validation_loss(
    model: Encoder, pairs: Pairs, vectors: Tensor, rng: torch.Generator, loss: Loss, *, score: str
) -> float:
    """The loss over the whole split as one batch, every clip encoded once."""
    scores = score_matrix(model, pairs, vectors, score=score)[pairs.clip_of_pair]
    return loss(scores, torch.tensor(pairs.clip_of_pair), rng).item()


@torch.no_grad()
def score_matrix(model: Encoder, pairs: Pairs, vectors: Tensor, *, score: str = "mean") -> Tensor:
    """Equation 3, or what `score` names, for every clip and pair's caption: (n_clips, n_pairs).

    The scores are on the CPU, wherever the model is.
    """
    words, bags = bags_of_words(pairs.words_of_pair)
    scores = torch.empty(len(pairs.features), len(bags))
    vectors, bags = vectors[words].to(model.device), bags.to(model.device)
    for numbers, frames in encode(model, pairs.features):
        n_frames = torch.full((len(numbers),), frames.shape[1])
        similar = similarity_matrix(frames, n_frames, vectors, bags, score=score)
        scores[numbers] = similar.cpu()
    return scores


@torch.no_grad()
def encode(model: Encoder, features: Sequence[Tensor]) -> Iterator[tuple[list[int], Tensor]]:
    """Frame embeddings of clips (T, F), those of equal length together: clip numbers and (B, T, D).

    Nothing is padded, so a clip's embeddings do not depend on the clips beside it; they are
    computed in float32, on the model's device, whatever the precision of training.
    """
    model.eval()
    by_length: dict[int, list[int]] = {}
    for number, clip in enumerate(features):
        by_length.setdefault(len(clip), []).append(number)
    for numbers in by_length.values():
        for first in range(0, len(numbers), ENCODE_BATCH):
            batch = numbers[first : first + ENCODE_BATCH]
            stacked = torch.stack([features[number] for number in batch])
            yield batch, model(stacked.to(model.device))


def generator(seed: int, epoch: int, purpose: int, device: torch.device = CPU) -> torch.Generator:
    """Independent random numbers for each seed, epoch and purpose."""
    state = np.random.SeedSequence([seed, epoch, purpose]).generate_state(1, np.uint64)[0]
    return torch.Generator(device).manual_seed(int(state) >> 1)


def copy_weights(model: Encoder) -> dict[str, Tensor]:
    """The weights as they are now."""
    return {name: value.detach().clone() for name, value in model.state_dict().items()}


def train_epoch(
    progress: Progress,
    pairs: Pairs,
    vectors: Tensor,
    rng: torch.Generator,
    dropout_rng: torch.Generator,
    params: TrainParams,
    loss: Loss,
    watch_batches: Callable[[Sequence], Sequence],
) -> float:
    """One pass over all pairs; their mean loss."""
    device = progress.model.device
    progress.model.train()
    losses, sizes = [], []
    for batch in watch_batches(draw_batches(pairs.clip_of_pair, params.batch_size, rng)):
        clips_of_batch = [pairs.features[pairs.clip_of_pair[pair]] for pair in batch]
        padded, n_frames = pad(clips_of_batch, params.padding)
        words, bags = bags_of_words([pairs.words_of_pair[pair] for pair in batch])
        clips = torch.tensor([pairs.clip_of_pair[pair] for pair in batch])
        frames = progress.model(padded.to(device), dropout_rng, precision=params.precision)
        of_words, shares = vectors[words], bags.to(device)
        scores = similarity_matrix(frames, n_frames, of_words, shares, score=params.score)
        value = loss(scores, clips, rng)
        progress.optimiser.zero_grad()
        value.backward()
        progress.optimiser.step()
        losses.append(value.detach())  # read at the end: until then a GPU need not be waited for
        sizes.append(len(batch))
    values = torch.stack(losses).tolist()
    return sum(value * size for value, size in zip(values, sizes, strict=True)) / sum(sizes)


def draw_batches(
    clip_of_pair: Sequence[int], batch_size: int, rng: torch.Generator
) -> list[list[int]]:
    """Pair numbers in random order, in batches; one of a single clip is joined to its neighbour."""

    def lone(batch: list[int]) -> bool:
        return len({clip_of_pair[pair] for pair in batch}) == 1

    order = torch.randperm(len(clip_of_pair), generator=rng).tolist()
    batches: list[list[int]] = []
    for first in range(0, len(order), batch_size):
        batch = order[first : first + batch_size]
        if batches and (lone(batch) or lone(batches[-1])):
            batches[-1] += batch
        else:
            batches.append(batch)
    return batches


def shuffle_pairs(pairs: Pairs, rng: torch.Generator) -> Pairs:
    """The control: all captions of a clip stand beside one other clip, drawn at random.

    Captions of one clip stay together, and no clip keeps its own: permutations of the clips are
    drawn until one leaves none in its place, so that each such permutation is as likely.
    """
    clips = torch.arange(len(pairs.features))
    while True:
        other = torch.randperm(len(clips), generator=rng)
        if not (other == clips).any():
            return replace(pairs, clip_of_pair=other[pairs.clip_of_pair].tolist())


def pad(clips: Sequence[Tensor], padding: str) -> tuple[Tensor, Tensor]:
    """Clips of a batch as one tensor (B, T, F), and their true lengths (B,), on the CPU.

    A shorter clip goes on with its own quietest value, silence as that clip knows it.
    Departure: the released code goes on with zeros, which is a loud sound on a logarithmic scale
    (`train.padding: zero`).
    """
    n_frames = torch.tensor([len(clip) for clip in clips])
    longest = int(n_frames.max())
    if int(n_frames.min()) == longest:
        return torch.stack(list(clips)), n_frames

    def padded(clip: Tensor) -> Tensor:
        value = clip.min() if padding == "quietest" else clip.new_zeros(())
        return torch.cat([clip, value.expand(longest - len(clip), clip.shape[1])])

    return torch.stack([padded(clip) for clip in clips]), n_frames
