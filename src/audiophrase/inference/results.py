"""What a model answers of a recording."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from audiophrase.inference import segments
from audiophrase.inference.audio import Recording
from audiophrase.inference.words import Text
from audiophrase.model.similarity import min_max_over_frames

SILENT_BELOW_DBFS = -90.0  # as `retrieve.silent_below_dbfs`
_CLIPPED_FROM = 1.5  # decoders of lossy files go beyond full scale, which is 1, by less
_MISSING_FROM_S = 0.1  # encoders count their own delay, or not


@dataclass(frozen=True, slots=True)
class Grounding:
    """When each phrase is heard."""

    segments: pd.DataFrame
    """phrase, onset_s, offset_s, score (the highest similarity within): where the similarity reaches
    the threshold, a row each, by phrase and time. None of a phrase that is not heard."""
    curves: pd.DataFrame
    """time_s, phrase, similarity, score: a row a frame and phrase. `similarity` is equation 5 before
    min-max, `score` the same stretched over the whole recording from 0 to 1, as the paper has it."""
    phrases: pd.DataFrame
    """phrase, present, similarity, at_s, unknown: a row a phrase. Whether it is heard at all, its
    highest similarity and where that is, and its words that the model does not know."""
    threshold: float
    """The similarity from which on a phrase counts as heard."""
    duration_s: float
    notes: tuple[str, ...]
    """What else is to be known, such as a recording that is silent."""


@dataclass(frozen=True, slots=True)
class Embedding:
    """The frames of a recording, to be compared with word vectors."""

    frames: np.ndarray
    """(T, D) float32, each of length one."""
    hop_s: float
    duration_s: float
    notes: tuple[str, ...]

    @property
    def times_s(self) -> np.ndarray:
        """(T,): frame t is centred on t hops."""
        return np.arange(len(self.frames)) * self.hop_s


@dataclass(frozen=True, slots=True)
class Stream:
    """Frame embeddings of a recording, in pieces: memory stays flat however long it is."""

    recording: Recording
    pieces: Iterator[tuple[int, np.ndarray]]
    """Number of the first frame, and float32 (n, D): one piece follows the other without a gap."""
    hop_s: float
    highest_hz: float | None

    @property
    def duration_s(self) -> float:
        """Of what was read."""
        return self.recording.duration_s

    def notes(self) -> tuple[str, ...]:
        """What is to be known of the recording, once all pieces were taken."""
        notes = []
        recording = self.recording
        if self.is_silent:
            cancel = not _is_silent(recording.peak_of_channels)
            why = ", for its channels cancel each other out" if cancel else ""
            notes.append(f"{recording.name} is silent: nothing in it is heard{why}")
        if recording.peak > _CLIPPED_FROM:
            notes.append(
                f"{recording.name} has samples up to {recording.peak:.3g} and is cut off at full "
                "scale, which is 1: scores are less sure"
            )
        promised_s = recording.n_promised / recording.sample_rate_hz
        if promised_s > self.duration_s + _MISSING_FROM_S:
            notes.append(
                f"{recording.name} is cut short: its header says {promised_s:.2f} s, and "
                f"{self.duration_s:.2f} s are there"
            )
        half_hz = recording.sample_rate_hz / 2
        if self.highest_hz is not None and half_hz < self.highest_hz:
            notes.append(
                f"{recording.name} holds nothing above {half_hz:g} Hz, and the model listens "
                f"up to {self.highest_hz:g} Hz: scores are less sure"
            )
        return tuple(notes)

    @property
    def is_silent(self) -> bool:
        """Whether the peak lies below what the pipeline takes for silence."""
        return _is_silent(self.recording.peak)


def _is_silent(peak: float) -> bool:
    return peak < 10 ** (SILENT_BELOW_DBFS / 20)


def grounding(
    texts: Sequence[Text], similarities: Sequence[np.ndarray], stream: Stream, threshold: float
) -> Grounding:
    """What a model answers, from each phrase's similarities (T,) before min-max.

    Args:
        stream: of which all pieces were taken.
    """
    names = [text.text for text in texts]
    n_frames = len(similarities[0])
    times_s = np.arange(n_frames) * stream.hop_s
    curves = pd.DataFrame(
        {
            "time_s": np.tile(times_s, len(names)),
            "phrase": pd.Categorical.from_codes(np.repeat(np.arange(len(names)), n_frames), names),
            "similarity": np.concatenate(similarities),
            "score": np.concatenate([min_max_over_frames(each) for each in similarities]),
        }
    )
    heard = [np.zeros(n_frames) - np.inf if stream.is_silent else each for each in similarities]
    rows = [
        (name, *segment)
        for name, each in zip(names, heard, strict=True)
        for segment in segments.above(each, threshold, stream.hop_s, stream.duration_s)
    ]
    phrases = pd.DataFrame(
        {
            "phrase": names,
            "present": [bool((each >= threshold).any()) for each in heard],
            "similarity": [float(each.max()) for each in similarities],
            "at_s": [float(times_s[each.argmax()]) for each in similarities],
            "unknown": [tuple(text.unknown) for text in texts],
        }
    )
    return Grounding(
        pd.DataFrame(rows, columns=["phrase", "onset_s", "offset_s", "score"]),
        curves,
        phrases,
        threshold,
        stream.duration_s,
        stream.notes(),
    )
