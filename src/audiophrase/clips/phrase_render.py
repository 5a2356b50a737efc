"""Renders a clip from annotated phrases: in its segments each sounds its words' signatures."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from audiophrase.clips.render import faded, gain, mastered
from audiophrase.clips.signatures import families, signature
from audiophrase.clips.synthesis import Samples

Segments = Sequence[tuple[float, float]]  # (onset_s, offset_s) each

WORD_LEVEL_DB = (-9.0, 0.0)  # drawn for each word of each clip
BACKGROUND_DBFS = (-56.0, -44.0)


def words_of_clip(phrases: Iterable[Mapping[str, Any]]) -> dict[str, list[tuple[float, float]]]:
    """When each family of words is heard in a clip, in alphabetical order.

    Where several phrases name a word, also those of other captions, it is heard in the segments of
    all of them, once at a time. The segment [0, 0], no audible event, leaves nothing.

    Args:
        phrases: rows of phrases.parquet of one clip.
    """
    segments_s: dict[str, list[tuple[float, float]]] = {}
    for row in phrases:
        heard = [(s["onset_s"], s["offset_s"]) for s in row["segments"]]
        for family in families(row["phrase"]):
            segments_s.setdefault(family, []).extend(s for s in heard if s[0] < s[1])
    return {family: _joined(spans_s) for family, spans_s in sorted(segments_s.items()) if spans_s}


def render_phrases(
    words: Mapping[str, Segments],
    *,
    duration_s: float,
    sample_rate_hz: int,
    rng: np.random.Generator,
) -> Samples:
    """Mono samples, (round(duration_s * sample_rate_hz),) within [-1, 1].

    Segments are clipped to the clip. Between clips a word varies in level, and in the place of its
    signature where the clip begins; the signature itself stays the same.
    """
    mix = np.zeros(round(duration_s * sample_rate_hz), dtype=np.float32)
    for family, segments_s in words.items():
        loop = signature(family, sample_rate_hz)
        loop = np.roll(loop, rng.integers(loop.size)) * np.float32(
            gain(rng.uniform(*WORD_LEVEL_DB))
        )
        for onset_s, offset_s in segments_s:
            start = min(round(onset_s * sample_rate_hz), mix.size)
            stop = min(round(offset_s * sample_rate_hz), mix.size)
            # The signature goes on while it is not heard, as one source would.
            sound = np.resize(loop, stop)[start:]
            mix[start:stop] += faded(sound, sample_rate_hz)
    return mastered(mix, sample_rate_hz, BACKGROUND_DBFS, rng)


def _joined(segments_s: Segments) -> list[tuple[float, float]]:
    """Segments in order, those that overlap or touch as one."""
    joined: list[tuple[float, float]] = []
    for onset_s, offset_s in sorted(segments_s):
        if joined and onset_s <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], offset_s))
        else:
            joined.append((onset_s, offset_s))
    return joined
