"""Renders a clip: the sound of every event inside its segments, mixed over a faint noise floor."""

from collections.abc import Sequence

import numpy as np

from audiophrase.clips.sound_sources import SOURCES
from audiophrase.clips.synthesis import N_BANDS, Samples, Take, Voice

Event = tuple[str, Sequence[tuple[float, float]]]  # kind, its (onset_s, offset_s) segments

PEAK_DBFS = (-6.0, -3.0)
FLOOR_DBFS = (-64.0, -56.0)
EVENT_LEVEL_DB = (-12.0, 0.0)
_FADE_S = 0.005


def render_clip(
    events: Sequence[Event],
    *,
    duration_s: float,
    sample_rate_hz: int,
    rng: np.random.Generator,
) -> Samples:
    """Mono samples, (round(duration_s * sample_rate_hz),) within [-1, 1].

    ValueError for a kind without a source and for a segment that is not inside the clip.
    """
    n_samples = round(duration_s * sample_rate_hz)
    mix = np.zeros(n_samples, dtype=np.float32)
    for kind, segments_s in events:
        _add_event(mix, kind, segments_s, sample_rate_hz, rng)
    return mastered(mix, sample_rate_hz, FLOOR_DBFS, rng)


def mastered(
    mix: Samples,
    sample_rate_hz: int,
    floor_dbfs: tuple[float, float],
    rng: np.random.Generator,
) -> Samples:
    """The mix, in place, with its peak drawn from PEAK_DBFS and a floor of noise under it."""
    peak = _peak(mix)
    if peak > 0.0:
        mix *= np.float32(gain(rng.uniform(*PEAK_DBFS)) / peak)
    mix += _floor(mix.size, sample_rate_hz, floor_dbfs, rng)
    return mix


def faded(sound: Samples, sample_rate_hz: int) -> Samples:
    """The sound with short fades at both ends, in place, so that segments do not click."""
    n_fade = min(int(_FADE_S * sample_rate_hz), sound.size // 2)
    if n_fade:
        fade = np.linspace(0.0, 1.0, n_fade, dtype=np.float32)
        sound[:n_fade] *= fade
        sound[-n_fade:] *= fade[::-1]
    return sound


def gain(level_db: float) -> float:
    """The factor on amplitudes."""
    return 10.0 ** (level_db / 20.0)


def _add_event(
    mix: Samples,
    kind: str,
    segments_s: Sequence[tuple[float, float]],
    sample_rate_hz: int,
    rng: np.random.Generator,
) -> None:
    if kind not in SOURCES:
        raise ValueError(f"no source sounds like {kind!r}; known kinds: {', '.join(SOURCES)}")
    voice = Voice.draw(rng)
    level = gain(rng.uniform(*EVENT_LEVEL_DB))
    sounds: list[tuple[int, Samples]] = []
    for onset_s, offset_s in segments_s:
        start, stop = round(onset_s * sample_rate_hz), round(offset_s * sample_rate_hz)
        if not 0 <= start <= stop <= mix.size:
            raise ValueError(
                f"segment ({onset_s}, {offset_s}) s of {kind!r} is not inside a clip "
                f"of {mix.size / sample_rate_hz} s"
            )
        if start < stop:
            take = Take(stop - start, sample_rate_hz, voice, rng)
            sounds.append((start, faded(SOURCES[kind](take), sample_rate_hz)))
    # One scale for all segments, as they are one source. Neither measure alone is loudness: by
    # power a tick would drown a hum, by peak a hum would drown a tick.
    power = sum(float(np.square(sound).sum()) for _, sound in sounds)
    peak = max((_peak(sound) for _, sound in sounds), default=0.0)
    if peak > 0.0:
        rms = np.sqrt(power / sum(sound.size for _, sound in sounds))
        for start, sound in sounds:
            mix[start : start + sound.size] += np.float32(level / np.sqrt(rms * peak)) * sound


def _floor(
    n_samples: int,
    sample_rate_hz: int,
    level_dbfs: tuple[float, float],
    rng: np.random.Generator,
) -> Samples:
    """The hiss of a recording without any event."""
    gains = rng.uniform(0.5, 1.5, N_BANDS)
    gains *= gain(rng.uniform(*level_dbfs)) / np.linalg.norm(gains)
    return Take(n_samples, sample_rate_hz, Voice.draw(rng), rng).noise(0, gains)


def _peak(sound: Samples) -> float:
    return float(max(sound.max(), -sound.min())) if sound.size else 0.0
