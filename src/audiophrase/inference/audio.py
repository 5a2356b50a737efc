"""Audio from anywhere as blocks of mono samples: a file, its bytes, an array, or a stream of arrays.

As the pipeline takes clips: the mean of the channels, rounded to 16 bits (`clips.shards`).
"""

import io
import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from numbers import Real
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from audiophrase.errors import AudiophraseError

Audio = str | os.PathLike | bytes | np.ndarray | Iterable[np.ndarray]

BLOCK_VALUES = 1 << 18  # samples of all channels
MAX_RATE_HZ = 384_000
MIN_RATE_HZ = 1000
MAX_CHANNELS = 64
MAX_PEAK = 100.0  # full scale is 1: what goes far beyond it is of another scale
_FULL_SCALE_16_BITS = 32768
_NO_OTHER_FILES = {"protocol_whitelist": "none"}  # a list of files to play is audio to FFmpeg, too


class AudioError(AudiophraseError):
    """Audio that cannot be read, or holds nothing that could be listened to."""


@dataclass(slots=True)
class Recording:
    """Audio that is read once, from the beginning to the end."""

    name: str
    sample_rate_hz: int
    n_channels: int
    source: Iterator[np.ndarray]  # (n, n_channels) or (n,) each
    n_samples: int = 0  # read so far
    peak: float = 0.0  # of what was read

    def blocks(self) -> Iterator[np.ndarray]:
        """Float32 (n,) each, mono, full scale at 1.

        Raises:
            AudioError: samples that are not finite, or of another scale.
        """
        for block in self.source:
            mono = _mono(block)
            if len(mono):
                self._look_at(mono)
                yield _of_16_bits(mono)

    @property
    def duration_s(self) -> float:
        """Of what was read."""
        return self.n_samples / self.sample_rate_hz

    def _look_at(self, mono: np.ndarray) -> None:
        finite = np.isfinite(mono)
        if not finite.all():
            at_s = (self.n_samples + int((~finite).argmax())) / self.sample_rate_hz
            raise AudioError(
                f"{self.name} has samples that are not finite, the first at {at_s:.3f} s",
                "replace NaN and infinity, for instance with numpy.nan_to_num",
            )
        self.n_samples += len(mono)
        self.peak = max(self.peak, float(np.abs(mono).max()))
        if self.peak > MAX_PEAK:
            raise AudioError(
                f"{self.name} has samples up to {self.peak:g}, where full scale is 1",
                "divide floating-point samples by their full scale, or hand over integers",
            )


@contextmanager
def opened(audio: Audio, sample_rate_hz: int | None = None) -> Iterator[Recording]:
    """Audio that is about to be read, closed in the end.

    Args:
        audio: the path of a file, its bytes, samples (n,) or (n, n_channels), or a stream of these.
        sample_rate_hz: of samples; a file says it itself.

    Raises:
        AudioError: it is none, or cannot be read.
    """
    if isinstance(audio, str | os.PathLike | bytes | bytearray | memoryview):
        if sample_rate_hz is not None:
            raise AudioError(
                "a file says its sampling rate itself", "leave out sample_rate_hz, or give samples"
            )
        with _file(audio) as recording:
            yield recording
        return
    if sample_rate_hz is None:
        raise AudioError("samples do not say their sampling rate", "give sample_rate_hz")
    rate_hz = _checked_rate(sample_rate_hz, "the audio")
    is_stream = isinstance(audio, Iterator)
    blocks = audio if is_stream else _parts(np.asarray(audio))
    first = next(blocks, None)
    n_channels = 1 if first is None else _n_channels(np.asarray(first))
    rest = () if first is None else _chained(first, blocks)
    yield Recording("the audio", rate_hz, n_channels, iter(rest))


@contextmanager
def _file(audio: str | os.PathLike | bytes) -> Iterator[Recording]:
    if isinstance(audio, str | os.PathLike):
        path = Path(audio)
        name, source = str(path), str(path)
        if path.is_dir():
            raise AudioError(f"{name} is a folder", "name a file; `search` takes folders")
        if not path.is_file():
            raise AudioError(f"there is no file {name}", "check its name")
        empty = path.stat().st_size == 0
    else:
        name, source = "the audio", io.BytesIO(bytes(audio))
        empty = not audio
    if empty:
        raise AudioError(f"{name} is empty: it has no bytes", "fetch or record it again")
    try:
        file = soundfile.SoundFile(source)
    except (soundfile.SoundFileError, TypeError, ValueError) as error:
        with _by_pyav(source, name, str(error)) as recording:
            yield recording
        return
    with file:
        _checked_channels(file.channels, name)
        rate_hz = _checked_rate(file.samplerate, name)
        yield Recording(name, rate_hz, file.channels, _read(file, name))


def _read(file: soundfile.SoundFile, name: str) -> Iterator[np.ndarray]:
    n_frames = max(1, BLOCK_VALUES // file.channels)
    while True:
        try:
            block = file.read(n_frames, dtype="float32", always_2d=True)
        except (soundfile.SoundFileError, RuntimeError) as error:
            raise AudioError(f"{name} is damaged: {error}", "fetch or record it again") from None
        if not len(block):
            return
        yield block


@contextmanager
def _by_pyav(source: Any, name: str, why_not: str) -> Iterator[Recording]:
    """What libsndfile does not read, such as M4A and WebM, where PyAV is installed."""
    try:
        import av
    except ImportError:
        raise AudioError(
            f"{name} is no audio that libsndfile reads ({why_not.rstrip('.')})",
            "install PyAV, which reads more (pip install av), or turn it into WAV or FLAC",
        ) from None
    with ExitStack() as opened_here:
        if isinstance(source, str):
            source = opened_here.enter_context(Path(source).open("rb"))
        source.seek(0)
        try:
            container = av.open(source, options=_NO_OTHER_FILES, metadata_errors="replace")
        except (av.error.FFmpegError, OSError) as error:
            raise AudioError(
                f"{name} is no audio that can be read: {error.strerror}", "give a file of audio"
            ) from None
        opened_here.enter_context(closing(container))
        frames = _decoded(container, name)
        first = next(frames, None)
        if first is None:
            raise AudioError(f"{name} has no audio", "give a file of audio")
        samples, rate_hz = first
        blocks = _chained(samples, _same_rate(frames, rate_hz, name))
        yield Recording(name, _checked_rate(rate_hz, name), samples.shape[1], blocks)


def _decoded(container: Any, name: str) -> Iterator[tuple[np.ndarray, int]]:
    import av

    if not container.streams.audio:
        return
    converter, layout = None, None
    try:
        for frame in container.decode(container.streams.audio[0]):
            _checked_channels(frame.layout.nb_channels, name)
            if layout != (frame.format.name, frame.layout.name):
                converter = av.AudioResampler(format="fltp")
                layout = (frame.format.name, frame.layout.name)
            for part in converter.resample(frame):
                yield part.to_ndarray().T, frame.sample_rate
    except av.error.FFmpegError as error:
        raise AudioError(f"{name} is damaged: {error.strerror}", "fetch it again") from None


def _same_rate(
    frames: Iterator[tuple[np.ndarray, int]], rate_hz: int, name: str
) -> Iterator[np.ndarray]:
    for samples, other_hz in frames:
        if other_hz != rate_hz:
            raise AudioError(
                f"{name} changes its sampling rate from {rate_hz} to {other_hz} Hz",
                "bring it to one rate",
            )
        yield samples


def _parts(samples: np.ndarray) -> Iterator[np.ndarray]:
    """An array in blocks, so that no copy of all of it is made."""
    n_channels = _n_channels(samples)
    size = max(1, BLOCK_VALUES // n_channels)
    for first in range(0, len(samples), size):
        yield samples[first : first + size]


def _n_channels(samples: np.ndarray) -> int:
    if samples.ndim not in (1, 2) or samples.dtype.kind not in "fiu" or _is_wide(samples.dtype):
        raise AudioError(
            f"samples of type {samples.dtype} and shape {samples.shape} are no audio",
            "give floats, full scale at 1, or integers of 8 to 32 bits, of shape (n_samples,) or "
            "(n_samples, n_channels)",
        )
    if samples.ndim == 1:
        return 1
    if 0 < len(samples) <= MAX_CHANNELS < samples.shape[1]:
        raise AudioError(
            f"samples of shape {samples.shape} have more channels than samples",
            "hand over the transpose: (n_samples, n_channels)",
        )
    return _checked_channels(samples.shape[1], "the audio")


def _is_wide(kind: np.dtype) -> bool:
    """Integers of 64 bits: Python's own, of which nobody knows the full scale."""
    return kind.kind in "iu" and kind.itemsize > 4


def _checked_channels(n_channels: int, name: str) -> int:
    if not 1 <= n_channels <= MAX_CHANNELS:
        raise AudioError(
            f"{name} has {n_channels} channels, not 1 to {MAX_CHANNELS}", "choose some of them"
        )
    return n_channels


def _checked_rate(rate_hz: Any, name: str) -> int:
    is_number = isinstance(rate_hz, Real) and not isinstance(rate_hz, bool)
    if not is_number or not MIN_RATE_HZ <= rate_hz <= MAX_RATE_HZ or rate_hz != int(rate_hz):
        raise AudioError(
            f"{name} has a sampling rate of {rate_hz} Hz",
            f"give one of {MIN_RATE_HZ} to {MAX_RATE_HZ} Hz, a whole number",
        )
    return int(rate_hz)


def _chained(first: np.ndarray, rest: Iterator[np.ndarray]) -> Iterator[np.ndarray]:
    yield first
    yield from rest


def _mono(block: Any) -> np.ndarray:
    """The mean of the channels, float32 (n,); integers are divided by their full scale."""
    samples = np.asarray(block)
    _n_channels(samples)
    if samples.dtype.kind in "iu":
        middle = 2.0 ** (8 * samples.dtype.itemsize - 1)  # where the unsigned have their zero
        offset = middle if samples.dtype.kind == "u" else 0.0
        samples = (samples - offset) / middle
    with np.errstate(over="ignore"):  # what is too large is infinite then, and told
        samples = samples.astype(np.float32, copy=False)
    if samples.ndim == 1:
        return samples
    return samples[:, 0] if samples.shape[1] == 1 else samples.mean(axis=1, dtype=np.float32)


def _of_16_bits(samples: np.ndarray) -> np.ndarray:
    steps = np.clip(
        np.rint(samples * np.float32(_FULL_SCALE_16_BITS)),
        -_FULL_SCALE_16_BITS,
        _FULL_SCALE_16_BITS - 1,
    )
    return steps.astype(np.float32, copy=False) * np.float32(1 / _FULL_SCALE_16_BITS)
