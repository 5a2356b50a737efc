"""Audio from anywhere as blocks of mono samples: a file, its bytes, an array, or a stream of arrays."""

import io
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from importlib import metadata
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from audiophrase.inference.samples import (
    BLOCK_VALUES,
    MAX_PEAK,
    AudioError,
    checked_channels,
    checked_rate,
    floats,
    mono,
    n_channels,
    of_16_bits,
    parts,
)

Audio = str | os.PathLike | bytes | np.ndarray | Iterable[np.ndarray]

# Of libsndfile's log: the bytes of samples that the header of WAV, AIFF or AU names, and those that are there.
_CUT_SHORT = re.compile(r"(?m)^\s*(?:data|SSND|Data Size)\s*: (\d+) \(should be (\d+)\)$")
# From here on: what a pipe writes, which cannot know, 0x7F000000 and a bit (SoX's AIFF) and more.
_UNKNOWN_BYTES = 0x7E << 24
_UNKNOWN_FRAMES = 1 << 62  # libsndfile's word for FLAC that was written to a pipe
_MP3_COUNTS = re.compile(rb"Xing|Info")  # in the first frame: how many follow

_NO_OTHER_FILES = {"protocol_whitelist": "none"}  # a list of files to play is audio to FFmpeg, too


def readers() -> str:
    """What reads files here: another may read what this one does not."""
    try:
        pyav = metadata.version("av")
    except metadata.PackageNotFoundError:
        pyav = "none"
    return f"libsndfile {soundfile.__libsndfile_version__}, PyAV {pyav}"


class _Stream(soundfile.SoundFile):
    """A file read from its beginning to its end.

    After each block soundfile seeks the place where it is, which FLAC of unknown length refuses.
    """

    def seekable(self) -> bool:
        return False


@dataclass(slots=True)
class Recording:
    """Audio that is read once, from the beginning to the end."""

    name: str
    sample_rate_hz: int
    n_channels: int
    source: Iterator[np.ndarray]  # (n, n_channels) or (n,) each
    n_promised: float = 0.0  # samples that the header of a file names, where it does
    n_samples: int = 0  # read so far
    peak: float = 0.0  # of the mean of the channels, as far as it was read
    peak_of_channels: float = 0.0  # of any of them

    def blocks(self) -> Iterator[np.ndarray]:
        """Float32 (n,) each, mono, full scale at 1.

        Raises:
            AudioError: samples that are not finite, or of another scale.
        """
        for block in self.source:
            channels = floats(block)
            if len(channels):
                samples = mono(channels)
                self._look_at(samples)
                self.peak_of_channels = max(self.peak_of_channels, float(np.abs(channels).max()))
                yield of_16_bits(samples)

    @property
    def duration_s(self) -> float:
        """Of what was read."""
        return self.n_samples / self.sample_rate_hz

    def _look_at(self, samples: np.ndarray) -> None:
        finite = np.isfinite(samples)
        if not finite.all():
            at_s = (self.n_samples + int((~finite).argmax())) / self.sample_rate_hz
            raise AudioError(
                f"{self.name} has samples that are not finite, the first at {at_s:.3f} s",
                "replace NaN and infinity, for instance with numpy.nan_to_num",
            )
        self.n_samples += len(samples)
        self.peak = max(self.peak, float(np.abs(samples).max()))
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
    rate_hz = checked_rate(sample_rate_hz, "the audio")
    is_stream = isinstance(audio, Iterator)
    blocks = audio if is_stream else parts(np.asarray(audio))
    first = next(blocks, None)
    number = 1 if first is None else n_channels(np.asarray(first))
    rest = () if first is None else chain([first], blocks)
    yield Recording("the audio", rate_hz, number, iter(rest))


@contextmanager
def _file(audio: str | os.PathLike | bytes) -> Iterator[Recording]:
    if isinstance(audio, str | os.PathLike):
        path = Path(audio)
        name, source = str(path), str(path)
        if path.is_dir():
            raise AudioError(f"{name} is a folder", "name a file; `search` takes folders")
        if not path.is_file():
            raise AudioError(f"there is no file {name}", "check its name")
        try:
            with path.open("rb") as file:
                empty = not file.read(1)
        except OSError as error:
            raise AudioError(
                f"{name} cannot be read: {error.strerror}", "see who may read it (ls -l)"
            ) from None
    else:
        name, source = "the audio", io.BytesIO(bytes(audio))
        empty = not audio
    if empty:
        raise AudioError(f"{name} is empty: it has no bytes", "fetch or record it again")
    try:
        file = _Stream(source)
    except (soundfile.SoundFileError, TypeError, ValueError) as error:
        with _by_pyav(source, name, str(error)) as recording:
            yield recording
        return
    with file:
        checked_channels(file.channels, name)
        rate_hz = checked_rate(file.samplerate, name)
        promised = _promised(file) if file.format != "MP3" or _counts_frames(audio) else 0
        yield Recording(name, rate_hz, file.channels, _read(file, name), promised)


def _counts_frames(audio: str | os.PathLike | bytes) -> bool:
    """Whether an MP3 says its length: else what libsndfile says is a guess by its first frame."""
    is_path = isinstance(audio, str | os.PathLike)
    with Path(audio).open("rb") if is_path else io.BytesIO(bytes(audio)) as file:
        tag = file.read(10)  # ID3v2, whose length is four times seven bits
        if tag.startswith(b"ID3") and len(tag) == 10:
            file.seek(
                sum(byte << shift for byte, shift in zip(tag[6:], (21, 14, 7, 0), strict=True)), 1
            )
        else:
            file.seek(0)
        return _MP3_COUNTS.search(file.read(64)) is not None


def _promised(file: soundfile.SoundFile) -> float:
    """How many frames a file's header names: more than there are where it was cut short."""
    if file.frames >= _UNKNOWN_FRAMES:
        return 0
    cut = _CUT_SHORT.search(file.extra_info)
    named, present = map(int, cut.groups()) if cut else (0, 0)
    return file.frames * named / present if present and named < _UNKNOWN_BYTES else file.frames


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
        blocks = chain([samples], _same_rate(frames, rate_hz, name))
        yield Recording(name, checked_rate(rate_hz, name), samples.shape[1], blocks)


def _decoded(container: Any, name: str) -> Iterator[tuple[np.ndarray, int]]:
    import av

    if not container.streams.audio:
        return
    converter, layout = None, None
    try:
        for frame in container.decode(container.streams.audio[0]):
            checked_channels(frame.layout.nb_channels, name)
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
