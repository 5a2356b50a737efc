"""What a model consists of, be it read from a bundle or from a run of the pipeline."""

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa

from audiophrase.inference.threshold import Threshold
from audiophrase.inference.words import More
from audiophrase.settings import Settings

Thresholds = Mapping[str, Threshold]  # by aggregation, mean and max


class Measured(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One number of the evaluation on the test split."""

    task: str
    scores: str  # whose; empty of what others rest on, such as the size of the pools
    measure: str
    value: float
    low: float | None
    high: float | None


class About(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a model comes from: for people, nothing is computed from it."""

    dataset: str
    variant: str
    seed: int
    audio: str | None  # rendered, mixed, youtube, recorded; None: not known any more
    vectors: str  # trained, google-news, file
    n_clips: Mapping[str, int]  # with audio, by split
    measures: tuple[Measured, ...] = ()


class Contents(msgspec.Struct, frozen=True):
    """All of a model but the computing."""

    name: str  # where it was read from, for messages
    description: Mapping[str, Any]  # model.json
    weights: Path  # whose SHA-256 the description has
    vocabulary: pa.Table
    front_end: str
    network: bytes | None
    window_s: float  # the length of the clips that it was trained on
    about: About
    thresholds: Callable[[], Thresholds]  # none where they could not be chosen
    more: More | None = None  # vectors of further words

    @property
    def settings(self) -> Settings:
        """Those of its training."""
        return self.description["settings"]

    @property
    def digest(self) -> str:
        """SHA-256 over all that the frames of a recording depend on, for whoever keeps such frames."""
        network = None if self.network is None else hashlib.sha256(self.network).hexdigest()
        parts = (self.description["sha256"], self.settings, self.front_end, network, self.window_s)
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
