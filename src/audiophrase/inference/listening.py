"""Audio as frame embeddings: front end and encoder, window by window."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain, islice

import numpy as np
import torch

from audiophrase.checkpoints import load_model
from audiophrase.device import NAMES, choose_device
from audiophrase.errors import ArtifactError, AudiophraseError, ParamsError
from audiophrase.inference import front_end as front_ends
from audiophrase.inference import windows
from audiophrase.inference.audio import Recording
from audiophrase.inference.contents import Contents
from audiophrase.inference.results import Stream
from audiophrase.inference.samples import AudioError
from audiophrase.settings import structure
from audiophrase.train import encode
from audiophrase.training_data import untrained_encoder

WINDOWS_AT_ONCE = 8
MIN_LENGTH_S = 0.1  # as `retrieve.min_length_s`
_TRIED_RATE_HZ = 16000  # of the second of silence that a front end is tried with
_REMEDY = "fetch or export the model again"


class Listener:
    """What a model hears with.

    Raises:
        ArtifactError: the weights are damaged, or front end and encoder do not fit each other.
    """

    def __init__(self, contents: Contents, n_dimensions: int, device: str) -> None:
        """
        Args:
            n_dimensions: of its word vectors, D.
            device: `auto`, `cpu` or `cuda`.
        """
        settings, description = contents.settings, contents.description
        self._name, self._window_s = contents.name, contents.window_s
        self._front_end = front_ends.build(contents.front_end, settings, contents.network)
        chosen = _device(device)
        encoder = untrained_encoder(description["n_features"], n_dimensions, settings)
        load_model(contents.weights, encoder, sha256=description["sha256"])
        if not all(bool(value.isfinite().all()) for value in encoder.state_dict().values()):
            raise ArtifactError(f"{self._name} has weights that are not finite", _REMEDY)
        self.encoder = encoder.to(chosen).eval().requires_grad_(False)
        self._encoder_params = structure(settings, f"train.{structure(settings, 'train').encoder}")
        self._check_front_end(description["n_features"])

    def stream(self, recording: Recording) -> Stream:
        """Frame embeddings in pieces, which are made as they are taken.

        Raises:
            AudioError: while pieces are taken, as soon as something is wrong.
        """
        hop_s = self._front_end.hop_s(recording.sample_rate_hz)
        pieces = self._pieces(recording, hop_s)
        return Stream(recording, pieces, hop_s, self._front_end.highest_hz)

    def _check_front_end(self, n_features: int) -> None:
        """Refuse settings whose frames are not what the encoder takes, before any audio is read."""
        silence = np.zeros(_TRIED_RATE_HZ, np.float32)
        n_values = self._front_end.frames(silence, _TRIED_RATE_HZ).shape[1]
        if n_values != n_features:
            raise ArtifactError(
                f"{self._name}: the front end '{self._front_end.name}' makes {n_values} values a "
                f"frame, and the encoder takes {n_features}",
                _REMEDY,
            )

    def _pieces(self, recording: Recording, hop_s: float) -> Iterator[tuple[int, np.ndarray]]:
        rate_hz = recording.sample_rate_hz
        cut = windows.windows(
            recording.blocks(),
            window=round(self._window_s * rate_hz),
            step=max(1, int(self._window_s * (1 - windows.OVERLAP) / hop_s)),
            hop=hop_s * rate_hz,
        )
        first = next(cut, None)
        if first is None:
            raise AudioError(f"{recording.name} has no samples", "fetch or record it again")
        if len(first[1]) < MIN_LENGTH_S * rate_hz:
            raise AudioError(
                f"{recording.name} is {len(first[1]) / rate_hz:.3g} s long: too short to listen to",
                f"give at least {MIN_LENGTH_S:g} s",
            )
        yield from windows.joined(self._encoded(chain([first], cut), recording))

    def _encoded(
        self, cut: Iterator[tuple[int, np.ndarray]], recording: Recording
    ) -> Iterator[tuple[int, np.ndarray]]:
        """Windows of samples as windows of frame embeddings, some encoded at once."""
        while group := list(islice(cut, WINDOWS_AT_ONCE)):
            frames = [self._frames(samples, recording) for _, samples in group]
            with torch.inference_mode(), _exactly(), _enough_memory():
                embedded: dict[int, np.ndarray] = {}
                for numbers, batch in encode(self.encoder, frames):
                    embedded |= zip(numbers, batch.cpu().numpy(), strict=True)
            if not all(np.isfinite(each).all() for each in embedded.values()):
                raise ArtifactError(f"{self._name} makes frames that are not finite", _REMEDY)
            yield from ((first, embedded[n]) for n, (first, _) in enumerate(group))

    def _frames(self, samples: np.ndarray, recording: Recording) -> torch.Tensor:
        try:
            frames = self._front_end.frames(samples, recording.sample_rate_hz)
        except ParamsError as error:  # a network that makes nothing of so short a recording
            raise AudioError(f"{recording.name}: {error.problem}", "give another one") from None
        asked = {"n_features": None, "n_dimensions": None, "n_frames": len(frames)}
        if any(True for _ in self._encoder_params.problems(**asked)):
            raise AudioError(
                f"{recording.name} is too short for the encoder: {len(frames)} frames",
                "give a longer recording",
            )
        return torch.from_numpy(frames)


def _device(name: str) -> torch.device:
    if name not in NAMES:
        raise AudiophraseError(f"there is no device {name!r}", f"known: {', '.join(NAMES)}")
    if name == "cuda" and not torch.cuda.is_available():
        raise AudiophraseError(
            f"PyTorch {torch.__version__} sees no GPU here", "take the device auto or cpu"
        )
    return choose_device(name)


@contextmanager
def _enough_memory() -> Iterator[None]:
    """A GPU without memory for the work inside is told of (as `device.enough_memory` of training)."""
    try:
        yield
    except torch.OutOfMemoryError as error:
        raise AudiophraseError(
            f"the GPU has too little memory: {str(error).splitlines()[0]}",
            "see with `nvidia-smi` who else uses it, or take the device cpu",
        ) from None


@contextmanager
def _exactly() -> Iterator[None]:
    """Float32 in float32 and repeatable on a GPU, for as long as it is ours."""
    before = torch.backends.cuda.matmul.allow_tf32
    torch.backends.cuda.matmul.allow_tf32 = False
    try:
        with torch.backends.cudnn.flags(
            enabled=True, benchmark=False, deterministic=True, allow_tf32=False
        ):
            yield
    finally:
        torch.backends.cuda.matmul.allow_tf32 = before
