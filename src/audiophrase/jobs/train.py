"""The encoder's weights and the history of their training."""

import hashlib
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import click
import pandas as pd
import torch
from tqdm import tqdm

from audiophrase import checkpoints, tables
from audiophrase.device import choose_device, enough_memory, has_room, set_up
from audiophrase.errors import ArtifactError, AudiophraseError
from audiophrase.jobs.device_option import device_option
from audiophrase.jobs.left_out import ids_left_out, leakage_option
from audiophrase.model.losses import build_loss
from audiophrase.options import file_argument, file_option, settings
from audiophrase.settings import structure
from audiophrase.source_files import import_closure
from audiophrase.train import SHUFFLING, Progress, generator, shuffle_pairs, start
from audiophrase.train import train as run_epochs
from audiophrase.training_data import (
    Clips,
    n_bytes_of_features,
    pairs_of,
    read_clips,
    read_vectors,
    read_word_ids,
    resident,
    untrained_encoder,
)


@click.command()
@settings
@device_option
@click.option(
    "--resident-mb",
    type=int,
    required=True,
    help="Features of a split larger than this (MB) stay on disk.",
)
@click.option("--seed", type=int, required=True, help="Of weights, batches, dropout, impostors.")
@file_option("--captions", "Table of captions.")
@file_option("--vocabulary", "Vocabulary with vectors.")
@file_option("--caption-words", "Word ids of captions.")
@click.option("--val-features", type=click.Path(path_type=Path), multiple=True, required=True)
@file_argument("features", nargs=-1, required=True)
@leakage_option
@file_option("--checkpoint", "Where a run under way is kept, and resumed from.")
@file_option("--model", "Weights to write (safetensors).")
@file_option("--model-json", "Description of the model to write.")
@file_option("--history", "Losses by epoch to write (CSV).")
@file_option("--log", "Where to write what is shown, but for the progress bar.")
def train(
    settings: dict,
    device: str,
    resident_mb: int,
    seed: int,
    captions: Path,
    vocabulary: Path,
    caption_words: Path,
    val_features: tuple[Path, ...],
    features: tuple[Path, ...],
    leakage: Path | None,
    checkpoint: Path,
    model: Path,
    model_json: Path,
    history: Path,
    log: Path,
) -> None:
    """Train the encoder on FEATURES, the shards of the training split."""
    with _logged(log) as say:
        params = structure(settings, "train")
        chosen = choose_device(device)
        set_up(chosen, deterministic=params.deterministic)
        torch.set_num_threads(params.n_threads)
        torch.set_flush_denormal(True)

        vectors = read_vectors(vocabulary, settings).to(chosen)
        word_ids = read_word_ids(caption_words, "caption_id", vocabulary, settings)
        splits = {}
        for split, shards in (("train", features), ("val", val_features)):
            n_bytes = n_bytes_of_features(shards)
            fits = n_bytes <= resident_mb * 1e6
            clips = read_clips(shards, settings, unpack_in=None if fits else checkpoint.parent)
            if split == "train" and leakage is not None:
                clips = _without_leaks(clips, leakage, say)
            pairs = pairs_of(clips, split, captions, word_ids, say=say)
            if params.shuffle_pairs:
                # Departure: a control that the paper does not have (`train.shuffle_pairs`).
                pairs = shuffle_pairs(pairs, generator(seed, 0, SHUFFLING))
            on_device = fits and has_room(chosen, n_bytes)
            splits[split] = resident(pairs, chosen) if on_device else pairs
            where = chosen.type if on_device else "in memory" if fits else "on disk"
            say(
                f"{split}: {len(pairs.features)} clips, {len(pairs.clip_of_pair)} pairs, "
                f"{n_bytes / 1e6:.0f} MB of features ({where})"
            )

        encoder = untrained_encoder(clips.n_values, vectors.shape[1], settings)
        progress = start(encoder, seed, params, chosen)
        inputs = [*features, *val_features, captions, vocabulary, caption_words]
        inputs += [leakage] if leakage else []
        made_by = [f"encoders.{params.encoder}", f"losses.{params.loss}"]
        fingerprint = _fingerprint(settings, seed, chosen.type, inputs, made_by)
        if checkpoints.resume(checkpoint, progress, fingerprint):
            say(f"resumed after epoch {len(progress.history)}")
        began = time.monotonic()

        def after_epoch(progress: Progress) -> None:
            checkpoints.save_progress(checkpoint, progress, fingerprint)
            epoch = progress.history[-1]
            say(
                f"epoch {epoch.epoch}: training loss {epoch.train_loss:.4f}, "
                f"validation loss {epoch.val_loss:.4f}, learning rate {epoch.learning_rate:g}, "
                f"{time.monotonic() - began:.0f} s so far"
            )

        def watch_batches(batches: list) -> tqdm:
            label = f"epoch {len(progress.history) + 1}"
            return tqdm(
                batches, desc=label, unit="batch", leave=False, disable=not sys.stderr.isatty()
            )

        with enough_memory():
            run_epochs(
                progress,
                splits["train"],
                splits["val"],
                vectors,
                seed=seed,
                params=params,
                loss=build_loss(params.loss, structure(settings, f"train.{params.loss}")),
                watch_batches=watch_batches,
                after_epoch=after_epoch,
            )
        _write(progress, clips.n_values, settings, seed, model, model_json, history)
        checkpoint.unlink(missing_ok=True)


def _without_leaks(clips: Clips, leakage: Path, say: Callable[[str], None]) -> Clips:
    """The clips to train on; `say` is told how many are left out."""
    leaking = ids_left_out(leakage)
    kept = [number for number, clip_id in enumerate(clips.ids) if clip_id not in leaking]
    if len(kept) < 2 <= len(clips.ids):
        raise ArtifactError(
            f"of {len(clips.ids)} training clips exclude_leaks leaves {len(kept) or 'none'}, as val or "
            f"test has the recordings of all others, too: {leakage} names them; two are needed",
            "take val and test from other recordings, or set exclude_leaks: false in the data set's "
            "entry",
        )
    say(
        f"train: {len(clips.ids) - len(kept)} of {len(clips.ids)} clips are left out, as val or test "
        "has their recording, too (exclude_leaks)"
    )
    return clips.select(kept)


@contextmanager
def _logged(log: Path) -> Iterator[Callable[[str], None]]:
    """A function that says a line on the terminal and in the log, where the error that ends it goes too."""
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text("", encoding="utf-8")

    def note(message: str) -> None:
        with log.open("a", encoding="utf-8") as file:
            file.write(f"{message}\n")

    def say(message: str) -> None:
        click.echo(message, err=True)
        note(message)

    try:
        yield say
    except AudiophraseError as error:
        note(f"error: {error}")
        raise


def _write(
    progress: Progress,
    n_features: int,
    settings: dict,
    seed: int,
    model: Path,
    model_json: Path,
    history: Path,
) -> None:
    best = min(progress.history, key=lambda epoch: (epoch.val_loss, -epoch.epoch))
    tables.write_csv(history, pd.DataFrame([asdict(epoch) for epoch in progress.history]))
    sha256 = checkpoints.save_model(model, progress.best)
    description = {
        "seed": seed,
        "n_features": n_features,
        "n_dimensions": progress.model.n_dimensions,
        "n_parameters": sum(weight.numel() for weight in progress.model.parameters()),
        "n_epochs": len(progress.history),
        "best_epoch": best.epoch,
        "best_val_loss": best.val_loss,
        "sha256": sha256,
        "settings": settings,
        "device": progress.model.device.type,
        "versions": {"torch": torch.__version__},
    }
    tables.write_json(model_json, description)


def _fingerprint(
    settings: dict, seed: int, device: str, inputs: list[Path], made_by: list[str]
) -> str:
    """What a run depends on: a checkpoint of anything else is not resumed."""
    digest = hashlib.sha256(json.dumps([settings, seed, device, torch.__version__]).encode())
    modules = [__name__, *(f"audiophrase.model.{name}" for name in made_by)]
    sources = sorted({path for module in modules for path in import_closure(module)})
    for path in [*inputs, *sources]:
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
