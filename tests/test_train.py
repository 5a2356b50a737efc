import dataclasses
import itertools

import pytest
import torch
from train_params import PARAMS, PLATEAU

from audiophrase import checkpoints
from audiophrase.errors import AudiophraseError
from audiophrase.model.encoders import Encoder
from audiophrase.model.encoders.crnn import CRNN
from audiophrase.model.losses import build_loss
from audiophrase.model.parameters import (
    CRNNParams,
    PlateauParams,
    TrainParams,
    TripletParams,
)
from audiophrase.train import (
    Pairs,
    Progress,
    draw_batches,
    encode,
    generator,
    learning_rate,
    score_matrix,
    should_stop,
    shuffle_pairs,
    start,
    train,
    validation_loss,
)

LOSS = build_loss("triplet", TripletParams(margin=1.0))


def untrained(n_dimensions: int = 6) -> Encoder:
    return CRNN(
        n_dimensions,
        CRNNParams(
            n_channels=[4, 8],
            pooling=[[2, 4], [2, 4]],
            pooling_norm=4,
            leaky_slope=0.1,
            dropout=0.3,
        ),
    )


class Interrupted(Exception):
    pass


@pytest.fixture
def data():
    """Clips of two kinds, each with its own word, of unequal lengths."""
    rng = torch.Generator().manual_seed(0)
    vectors = torch.nn.functional.normalize(torch.randn(3, 6, generator=rng), dim=1)

    def pairs(n_clips: int) -> Pairs:
        log_mels = []
        for clip in range(n_clips):
            x = torch.randn(20 + 4 * (clip % 3), 16, generator=rng)
            x[:, :8] += 3 * (clip % 2)
            log_mels.append(x)
        return Pairs(log_mels, list(range(n_clips)), [[c % 2, 2] for c in range(n_clips)])

    return pairs(13), pairs(6), vectors


def run(
    progress: Progress,
    data,
    params: TrainParams = PARAMS,
    after_epoch=lambda _: None,
    watch_batches=lambda batches: batches,
    loss=LOSS,
):
    train_pairs, val_pairs, vectors = data
    train(
        progress,
        train_pairs,
        val_pairs,
        vectors,
        seed=3,
        params=params,
        loss=loss,
        watch_batches=watch_batches,
        after_epoch=after_epoch,
    )
    return progress


def same_weights(a: dict, b: dict) -> bool:
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


def test_training_learns_and_repeats_to_the_bit(data):
    first, second = (run(start(untrained(), 3, PARAMS), data) for _ in range(2))
    assert first.history == second.history
    assert same_weights(first.best, second.best)
    assert first.history[-1].train_loss < first.history[0].train_loss - 0.02
    other = run(start(untrained(), 4, PARAMS), data)
    assert not same_weights(first.best, other.best)


@pytest.mark.parametrize("killed_after", [1, 3, 4])
def test_a_resumed_run_ends_with_the_weights_of_an_undisturbed_one(tmp_path, data, killed_after):
    undisturbed = run(start(untrained(), 3, PARAMS), data)
    path = tmp_path / "checkpoint.safetensors"

    def save_then_die(progress: Progress) -> None:
        checkpoints.save_progress(path, progress, "inputs")
        if len(progress.history) == killed_after:
            raise Interrupted

    with pytest.raises(Interrupted):
        run(start(untrained(), 3, PARAMS), data, after_epoch=save_then_die)
    resumed = start(untrained(), 3, PARAMS)
    assert checkpoints.resume(path, resumed, "inputs")
    assert len(resumed.history) == killed_after
    run(resumed, data)
    assert resumed.history == undisturbed.history
    assert same_weights(resumed.best, undisturbed.best)
    assert same_weights(resumed.model.state_dict(), undisturbed.model.state_dict())


def test_a_checkpoint_of_other_inputs_or_a_broken_one_is_not_resumed(tmp_path, data):
    path, fresh = tmp_path / "checkpoint.safetensors", start(untrained(), 3, PARAMS)
    run(
        start(untrained(), 3, PARAMS),
        data,
        after_epoch=lambda p: checkpoints.save_progress(path, p, "a"),
    )
    assert not checkpoints.resume(path, fresh, "b")
    path.write_bytes(path.read_bytes()[:-100])
    assert not checkpoints.resume(path, fresh, "a")
    assert not checkpoints.resume(tmp_path / "absent", fresh, "a")
    assert fresh.history == []


def test_the_best_epoch_by_validation_loss_is_kept(data):
    weights = []
    progress = run(
        start(untrained(), 3, PARAMS),
        data,
        dataclasses.replace(PARAMS, learning_rate=0.3),  # so high that the loss goes up and down
        after_epoch=lambda p: weights.append(
            {name: value.clone() for name, value in p.model.state_dict().items()}
        ),
    )
    losses = [epoch.val_loss for epoch in progress.history]
    assert losses.index(min(losses)) != len(losses) - 1
    assert same_weights(progress.best, weights[losses.index(min(losses))])


def test_the_threshold_of_the_plateau_is_a_difference_of_losses():
    """At losses far from one, a share of the best loss would be another threshold."""
    at_once = dataclasses.replace(PLATEAU, patience=0)
    too_little = [0.01, 0.0095]  # 5 % better, by half the threshold
    assert learning_rate(too_little, 0.1, at_once) == pytest.approx(0.01)
    enough = [100.0, 99.998]  # by a fifty-thousandth, and by twice the threshold
    assert learning_rate(enough, 0.1, at_once) == 0.1


def test_a_lowered_rate_is_what_the_optimiser_steps_with(data):
    """No epoch improves by the threshold, so that from the third on nearly nothing may move."""
    plateau = PlateauParams(factor=1e-9, patience=0, threshold=100.0)
    kept = []
    progress = run(
        start(untrained(), 3, PARAMS),
        data,
        dataclasses.replace(PARAMS, plateau=plateau),
        after_epoch=lambda p: kept.append([w.detach().clone() for w in p.model.parameters()]),
    )
    rates = [epoch.learning_rate for epoch in progress.history[:3]]
    assert rates == pytest.approx([0.01, 0.01, 1e-11])

    def moved(before: int, after: int) -> float:
        pairs = zip(kept[before], kept[after], strict=True)
        return max(float((a - b).abs().max()) for a, b in pairs)

    assert moved(0, 1) > 1e-3
    assert moved(1, 4) < 1e-6


def test_each_epoch_draws_its_own_batches(data):
    drawn = []

    def watch(batches):
        drawn.append([list(batch) for batch in batches])
        return batches

    for _ in range(2):
        run(start(untrained(), 3, PARAMS), data, watch_batches=watch)
    first, again = drawn[: PARAMS.max_epochs], drawn[PARAMS.max_epochs :]
    assert first == again
    assert all(a != b for a, b in itertools.combinations(first, 2))


@pytest.mark.parametrize("fixed", [True, False])
def test_validation_impostors_are_drawn_once_or_every_epoch(data, fixed):
    streams = []

    def loss(scores, clips, rng):
        if not scores.requires_grad:  # validation: nothing is learnt from it
            streams.append(rng.initial_seed())
        return LOSS(scores, clips, rng)

    params = dataclasses.replace(PARAMS, fixed_validation_impostors=fixed)
    run(start(untrained(), 3, PARAMS), data, params, loss=loss)
    assert len(streams) == PARAMS.max_epochs
    assert len(set(streams)) == (1 if fixed else PARAMS.max_epochs)


def test_stopping_by_patience():
    paper = dataclasses.replace(PARAMS, max_epochs=100)
    assert not should_stop([], paper)
    assert not should_stop([1.0, *[1.1] * 9], paper)
    assert should_stop([1.0, *[1.1] * 10], paper)
    assert should_stop([1.0] * 100, paper)
    assert should_stop([2.0 - n for n in range(5)], PARAMS)


def test_batches_hold_every_pair_once_and_no_lone_clip():
    batches = draw_batches(list(range(13)), 4, generator(1, 1, 0))
    assert sorted(pair for batch in batches for pair in batch) == list(range(13))
    assert [len(batch) for batch in batches] == [4, 4, 5]
    assert batches != draw_batches(list(range(13)), 4, generator(1, 2, 0))


def test_no_batch_holds_one_clip_alone_however_many_captions_it_has():
    clip_of_pair = [pair // 5 for pair in range(50)]
    for seed in range(200):
        batches = draw_batches(clip_of_pair, 2, generator(seed, 1, 0))
        assert all(len({clip_of_pair[pair] for pair in batch}) > 1 for batch in batches)
        assert sorted(pair for batch in batches for pair in batch) == list(range(50))


def test_a_loss_that_is_not_finite_ends_training_with_a_message(data):
    train_pairs, val_pairs, vectors = data
    progress = start(untrained(), 3, PARAMS)
    with pytest.raises(AudiophraseError, match="training diverged: the loss of epoch 1"):
        run(progress, (train_pairs, val_pairs, vectors * float("nan")))
    assert progress.history == []


def test_scores_do_not_depend_on_the_clips_beside(data):
    pairs, _, vectors = data
    model = run(start(untrained(), 3, PARAMS), data).model
    together = score_matrix(model, pairs, vectors)
    for clip in range(4):
        alone = Pairs([pairs.features[clip]], [0], pairs.words_of_pair)
        torch.testing.assert_close(
            score_matrix(model, alone, vectors)[0], together[clip], rtol=0, atol=1e-6
        )


def test_encoding_covers_every_clip_with_its_own_length(data):
    pairs, _, _ = data
    lengths = {}
    for numbers, frames in encode(start(untrained(), 3, PARAMS).model, pairs.features):
        lengths |= {number: frames.shape[1] for number in numbers}
    assert lengths == {number: len(clip) for number, clip in enumerate(pairs.features)}


def test_validation_loss_equals_equation_four_on_the_score_matrix(data):
    _, pairs, vectors = data
    model = start(untrained(), 3, PARAMS).model
    loss = validation_loss(model, pairs, vectors, generator(1, 1, 0), LOSS, score="mean")
    scores = score_matrix(model, pairs, vectors)
    rng, total, n = generator(1, 1, 0), 0.0, len(pairs.clip_of_pair)
    allowed = 1 - torch.eye(n)
    captions = torch.multinomial(allowed, 1, generator=rng).squeeze(1)
    clips = torch.multinomial(allowed, 1, generator=rng).squeeze(1)
    for b in range(n):
        total += max(0, scores[b, captions[b]] - scores[b, b] + 1)
        total += max(0, scores[clips[b], b] - scores[b, b] + 1)
    assert loss == pytest.approx(float(total) / n, abs=1e-6)


@pytest.mark.parametrize("score", ["max_frames", "max_words"])
def test_every_score_is_learnt_from(data, score):
    params = dataclasses.replace(PARAMS, score=score)
    history = run(start(untrained(), 3, params), data, params).history
    assert history != run(start(untrained(), 3, PARAMS), data).history
    assert history[-1].train_loss < history[0].train_loss - 0.02


def test_shuffled_captions_stay_together_and_none_beside_its_own_clip(data):
    clip_of_pair = [0, 0, 1, 2, 2, 2, 3]
    pairs = Pairs([torch.zeros(3, 2)] * 4, clip_of_pair, [[n] for n in range(7)])
    drawn = set()
    for seed in range(200):
        shuffled = shuffle_pairs(pairs, generator(seed, 0, 3))
        moved = dict(zip(clip_of_pair, shuffled.clip_of_pair, strict=True))
        assert [moved[clip] for clip in clip_of_pair] == shuffled.clip_of_pair
        assert sorted(moved.values()) == [0, 1, 2, 3]
        assert all(clip != other for clip, other in moved.items())
        assert shuffled.words_of_pair == pairs.words_of_pair
        drawn.add(tuple(moved.values()))
    assert len(drawn) == 9  # every derangement of four
    again = shuffle_pairs(pairs, generator(1, 0, 3))
    assert again == shuffle_pairs(pairs, generator(1, 0, 3))


def test_generators_differ_by_seed_epoch_and_purpose():
    keys = list(itertools.product(range(4), range(4), range(4)))
    assert len({generator(*key).initial_seed() for key in keys}) == len(keys)
