"""Signal primitives of the sound sources: tones, octave-band noise and slow control curves.

Envelopes and pitch move slowly, so a source describes them at control points 64 samples apart;
only oscillators, noise and the final products run at the sample rate.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
Control = NDArray[np.float64]  # one value a control point

N_BANDS = 9
OCTAVE_EDGES_HZ = 31.25 * 2.0 ** np.arange(N_BANDS + 1)  # 31.25 Hz to 16 kHz
BLOCK = 64  # samples between control points: 1.5 ms at 44.1 kHz
_LOG2_TABLE = 12
_N_TABLE = 1 << _LOG2_TABLE
_N_NOISE = 1 << 18
_COUNT = np.arange(BLOCK, dtype=np.uint32)
_RAMP = (_COUNT / BLOCK).astype(np.float32)


@dataclass(frozen=True)
class Voice:
    """What sets one source of a kind apart from another; each in [-1, 1]."""

    pitch: float
    rate: float
    colour: float

    @classmethod
    def draw(cls, rng: np.random.Generator) -> "Voice":
        """A voice at random."""
        return cls(*(float(value) for value in rng.uniform(-1.0, 1.0, 3)))

    def pitched(self, centre_hz: float, octaves: float) -> float:
        """A frequency at most so many octaves from the centre."""
        return centre_hz * 2.0 ** (octaves * self.pitch)

    def paced(self, centre_hz: float, octaves: float) -> float:
        """A repetition rate at most so many octaves from the centre."""
        return centre_hz * 2.0 ** (octaves * self.rate)


@dataclass(frozen=True)
class Take:
    """One segment for a source to fill: its length, whose voice it is, and its randomness."""

    n_samples: int
    sample_rate_hz: int
    voice: Voice
    rng: np.random.Generator

    @cached_property
    def times_s(self) -> Control:
        """Times of the control points, from the segment's onset to its end or just beyond."""
        n_points = -(-self.n_samples // BLOCK) + 1
        return np.arange(n_points) * (BLOCK / self.sample_rate_hz)

    def shape(self, control: Control) -> Samples:
        """A control curve at the sample rate, by linear interpolation."""
        values = control.astype(np.float32)
        lines = values[:-1, None] + np.diff(values)[:, None] * _RAMP
        return lines.ravel()[: self.n_samples]

    def tone(self, frequency_hz: float | Control, partials: Sequence[float]) -> Samples:
        """A periodic tone: partials[k] is the amplitude of harmonic k + 1, none beyond Nyquist."""
        frequencies_hz = np.broadcast_to(frequency_hz, self.times_s.shape)[:-1]
        n_partials = max(1, int(0.5 * self.sample_rate_hz / frequencies_hz.max()))
        table = _wavetable(tuple(partials[:n_partials]))
        # Phase in 2^-32 cycles: unsigned overflow is the wrap, and no precision is lost with time.
        steps = np.round(frequencies_hz * (2.0**32 / self.sample_rate_hz)).astype(np.uint64)
        starts = np.cumsum(steps * BLOCK) - steps * BLOCK + self.rng.integers(1 << 32, dtype="u8")
        phases = starts.astype(np.uint32)[:, None] + steps.astype(np.uint32)[:, None] * _COUNT
        places = (phases >> np.uint32(32 - _LOG2_TABLE)).ravel()[: self.n_samples]
        return table.take(places, mode="wrap")  # wraps nothing, but spares the bounds check

    def noise(self, first_band: int, gains: Sequence[float]) -> Samples:
        """Noise with the given gains of consecutive octave bands; unit gain is unit variance."""
        bank = _noise_bank(self.sample_rate_hz)[first_band : first_band + len(gains)]
        noise = np.zeros(self.n_samples, dtype=np.float32)
        n_done, place = 0, int(self.rng.integers(_N_NOISE))
        while n_done < self.n_samples:
            n_now = min(self.n_samples - n_done, _N_NOISE - place)
            part = noise[n_done : n_done + n_now]
            # Not a BLAS product: its rounding would depend on the number of threads.
            for gain, loop in zip(gains, bank, strict=True):
                part += np.float32(gain) * loop[place : place + n_now]
            n_done, place = n_done + n_now, 0
        return noise

    def beats(self, rate_hz: float, jitter: float) -> Control:
        """Times of a repeated stroke from the onset on; jitter is relative to the period."""
        n_beats = int(self.times_s[-1] * rate_hz) + 1
        beats_s = np.arange(n_beats) + jitter * self.rng.uniform(0.0, 1.0, n_beats)
        beats_s[0] = 0.0
        return beats_s / rate_hz

    def since(self, beats_s: Control) -> Control:
        """Seconds since the latest stroke at each control point."""
        return self.times_s - beats_s[self._latest(beats_s)]

    def per_beat(self, beats_s: Control, values: Control) -> Control:
        """The value of the latest stroke at each control point, one value a stroke."""
        return values[self._latest(beats_s)]

    def wander(self, rate_hz: float) -> Control:
        """A random curve in [-1, 1] with about so many turns a second."""
        n_knots = math.ceil(self.times_s[-1] * rate_hz) + 2
        knots = self.rng.uniform(-1.0, 1.0, n_knots)
        return np.interp(self.times_s * rate_hz, np.arange(n_knots), knots)

    def _latest(self, beats_s: Control) -> NDArray[np.intp]:
        return np.searchsorted(beats_s, self.times_s, side="right") - 1


def decay(since_s: Control, attack_s: float, decay_s: float) -> Control:
    """The envelope of a stroke: a linear attack, then an exponential decay."""
    return np.minimum(since_s / attack_s, 1.0) * np.exp(-since_s / decay_s)


def arch(since_s: Control, length_s: float | Control) -> Control:
    """The envelope of a call: half a sine period, then silence until the next stroke."""
    return np.sin(np.pi * np.minimum(since_s / length_s, 1.0))


@lru_cache(maxsize=256)
def _wavetable(partials: tuple[float, ...]) -> Samples:
    """One period of a sum of sines, scaled to unit variance."""
    spectrum = np.zeros(_N_TABLE // 2 + 1, dtype=np.complex128)
    # Phases quadratic in the harmonic's number keep a rich spectrum from piling into one spike.
    harmonics = np.arange(1, len(partials) + 1)
    phases = np.pi * harmonics**2 / max(len(partials), 1)
    spectrum[harmonics] = np.asarray(partials) * np.exp(1j * phases)
    table = np.fft.irfft(spectrum)
    return (table / max(table.std(), 1e-12)).astype(np.float32)


@lru_cache(maxsize=4)
def _noise_bank(sample_rate_hz: int) -> Samples:
    """(n_bands, n) seamless loops of octave-band noise of unit variance; bands past Nyquist 0.

    Shared by all clips: drawing and filtering fresh noise would cost more than all the rest.
    """
    rng = np.random.default_rng(sample_rate_hz)
    frequencies_hz = np.fft.rfftfreq(_N_NOISE, 1.0 / sample_rate_hz)
    bank = np.zeros((N_BANDS, _N_NOISE), dtype=np.float32)
    spectrum = np.fft.rfft(rng.standard_normal(_N_NOISE))
    for band, low_hz, high_hz in zip(bank, OCTAVE_EDGES_HZ[:-1], OCTAVE_EDGES_HZ[1:], strict=True):
        inside = (low_hz <= frequencies_hz) & (frequencies_hz < high_hz)
        if inside.any():
            loop = np.fft.irfft(spectrum * inside)
            band[:] = loop / loop.std()
    return bank
