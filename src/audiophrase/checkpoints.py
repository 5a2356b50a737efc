"""Saving models, and runs that are under way, as safetensors: no pickle is ever read."""

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save

from audiophrase import tables
from audiophrase.errors import ArtifactError
from audiophrase.model.encoders import Encoder
from audiophrase.train import Epoch, Progress


def save_progress(path: Path, progress: Progress, fingerprint: str) -> None:
    """Write weights, best weights, Adam's moments and history, atomically."""
    tensors = {f"model.{name}": value for name, value in progress.model.state_dict().items()}
    tensors |= {f"best.{name}": value for name, value in progress.best.items()}
    for index, moments in progress.optimiser.state_dict()["state"].items():
        tensors |= {f"adam.{index}.{name}": value for name, value in moments.items()}
    metadata = {
        "fingerprint": fingerprint,
        "history": json.dumps([asdict(epoch) for epoch in progress.history]),
    }
    contiguous = {name: value.contiguous() for name, value in tensors.items()}
    tables.write_bytes(path, save(contiguous, metadata))


def resume(path: Path, progress: Progress, fingerprint: str) -> bool:
    """Bring `progress` to where an interrupted run stood.

    False, and nothing is changed, where there is none, or one of other inputs or parameters.
    """
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
        tensors = load_file(path) if metadata.get("fingerprint") == fingerprint else {}
    except (FileNotFoundError, SafetensorError):
        return False
    if not tensors:
        return False
    progress.model.load_state_dict(_under("model.", tensors))
    progress.best = _under("best.", tensors)
    state: dict[int, dict[str, torch.Tensor]] = {}
    for name, value in _under("adam.", tensors).items():
        index, moment = name.split(".")
        state.setdefault(int(index), {})[moment] = value
    groups = progress.optimiser.state_dict()["param_groups"]
    progress.optimiser.load_state_dict({"state": state, "param_groups": groups})
    progress.history = [Epoch(**epoch) for epoch in json.loads(metadata["history"])]
    return True


def save_model(path: Path, weights: dict[str, torch.Tensor]) -> str:
    """Write a model's weights atomically; their SHA-256."""
    content = save({name: value.contiguous() for name, value in weights.items()})
    tables.write_bytes(path, content)
    return hashlib.sha256(content).hexdigest()


def load_model(path: Path, model: Encoder, *, sha256: str) -> Encoder:
    """The encoder with its trained weights. Raises ArtifactError where the file is not the one that was written."""
    try:
        content = Path(path).read_bytes()
    except FileNotFoundError:
        raise ArtifactError(f"{path} is missing", "run snakemake to make it") from None
    actual = hashlib.sha256(content).hexdigest()
    if actual != sha256:
        raise ArtifactError(
            f"{path} is damaged: SHA-256 {actual[:16]}…, but {sha256[:16]}… was written",
            tables.REMAKE,
        )
    try:
        model.load_state_dict(load_file(path))
    except (SafetensorError, RuntimeError) as error:
        raise ArtifactError(f"{path} is not this model: {error}", tables.REMAKE) from None
    return model.to(memory_format=torch.channels_last)


def _under(prefix: str, tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}
