"""Procedural sound sources, one for each kind of event in the caption grammar.

Each source keeps to its own corner of pitch, timbre and rhythm, so that a kind can be recognised,
and moves within it with the voice, so that no two instances are alike. Levels are left to the
renderer, which scales every event. Noise bands: 0 starts at 31 Hz, 5 at 1 kHz, 8 at 8 kHz.
"""

from collections.abc import Callable, Sequence

import numpy as np

from audiophrase.clips.synthesis import Control, Samples, Take, arch, decay

Source = Callable[[Take], Samples]

# Formants of five vowels in Hz: two resonances each carry the identity, the third the brightness.
_VOWELS_HZ = (
    (730, 1090, 2440),
    (530, 1840, 2480),
    (270, 2290, 3010),
    (570, 840, 2410),
    (300, 870, 2240),
)


def alarm(take: Take) -> Samples:
    """A piercing electronic beep, switched on and off."""
    phase = take.times_s * take.voice.paced(2.6, 0.4) % 1.0
    beep = take.tone(take.voice.pitched(2900.0, 0.14), (1.0, 0.05, 0.2))
    return beep * take.shape((phase < 0.5).astype(float))


def applause(take: Take) -> Samples:
    """Many hands: noise in the middle of the spectrum, dense with spikes."""
    colour = take.voice.colour
    claps = take.rng.standard_exponential(take.times_s.size) ** 2.0
    noise = take.noise(4, (0.5 - 0.3 * colour, 1.0, 0.8 + 0.4 * colour, 0.15))
    return noise * take.shape((0.3 + claps) * (1.0 + 0.3 * take.wander(0.8)))


def baby(take: Take) -> Samples:
    """Long rich cries that rise and fall, a breath between them."""
    beats_s = take.beats(take.voice.paced(0.85, 0.2), 0.15)
    cry = arch(take.since(beats_s), 0.9 / take.voice.paced(0.85, 0.2))
    vibrato = 1.0 + 0.03 * np.sin(2.0 * np.pi * 6.0 * take.times_s)
    pitch_hz = take.voice.pitched(430.0, 0.2) * (0.85 + 0.25 * cry) * vibrato
    return take.tone(pitch_hz, (0.5, 0.9, 1.0, 0.7, 0.4, 0.5, 0.6, 0.3)) * take.shape(cry**0.5)


def bell(take: Take) -> Samples:
    """Slow strokes on inharmonic partials: hum, prime, tierce, quint, nominal and above."""
    beats_s = take.beats(take.voice.paced(0.8, 0.3), 0.05)
    since_s = take.since(beats_s)
    # A tenth of the prime is the fundamental here, so that a bell's ratios are whole numbers.
    low, high = _partials({5: 0.6, 10: 0.8, 12: 1.0}), _partials({15: 0.4, 20: 1.0, 27: 0.5})
    fundamental_hz = take.voice.pitched(46.0, 0.25)
    ring = take.tone(fundamental_hz, low) * take.shape(decay(since_s, 0.004, 1.2))
    return ring + take.tone(fundamental_hz, high) * take.shape(decay(since_s, 0.004, 0.35))


def bird(take: Take) -> Samples:
    """Quick whistled chirps that sweep through a third of an octave or more."""
    beats_s = take.beats(take.voice.paced(5.5, 0.4), 0.4)
    since_s = take.since(beats_s)
    sweeps = take.per_beat(beats_s, take.rng.uniform(-0.3, 0.6, beats_s.size))
    sung = (take.rng.uniform(size=beats_s.size) < 0.75) * 1.0
    sung[0] = 1.0  # an event is heard from its onset on
    pitch_hz = take.voice.pitched(3700.0, 0.25) * (1.0 + sweeps * np.minimum(since_s / 0.1, 1.0))
    return take.tone(pitch_hz, (1.0, 0.1)) * take.shape(
        take.per_beat(beats_s, sung) * arch(since_s, 0.1)
    )


def cat(take: Take) -> Samples:
    """Single meows: a mouth that opens and closes over a gliding pitch."""
    rate_hz = take.voice.paced(0.9, 0.3)
    meow = arch(take.since(take.beats(rate_hz, 0.2)), 0.6 / rate_hz)
    pitch_hz = take.voice.pitched(760.0, 0.2) * (0.75 + 0.35 * meow)
    closed = take.tone(pitch_hz, (1.0, 0.25))
    opened = take.tone(pitch_hz, (0.4, 1.0, 0.5, 0.15))
    return closed * take.shape(meow) + opened * take.shape(meow**3)


def clock(take: Take) -> Samples:
    """Dry ticks and tocks, very short and high."""
    beats_s = take.beats(take.voice.paced(2.2, 0.3), 0.0)
    tocks = 1.0 - 0.4 * (np.arange(beats_s.size) % 2)
    click = take.shape(take.per_beat(beats_s, tocks) * decay(take.since(beats_s), 0.001, 0.012))
    case = take.tone(take.voice.pitched(2300.0, 0.15), (1.0,))
    return (case + take.noise(6, (0.6, 1.0))) * click


def cricket(take: Take) -> Samples:
    """A very high tone in trains of pulses."""
    train = take.times_s * take.voice.paced(1.6, 0.3) % 1.0 < 0.7
    pulses = np.maximum(np.sin(2.0 * np.pi * take.voice.paced(26.0, 0.2) * take.times_s), 0.0)
    return take.tone(take.voice.pitched(5600.0, 0.15), (1.0,)) * take.shape(pulses * train)


def dog(take: Take) -> Samples:
    """Short rough barks with a falling pitch."""
    beats_s = take.beats(take.voice.paced(2.3, 0.4), 0.25)
    since_s = take.since(beats_s)
    pitch_hz = take.voice.pitched(400.0, 0.35) * (0.75 + 0.6 * np.exp(-since_s / 0.06))
    throat = take.tone(pitch_hz, (0.6, 1.0, 0.9, 0.6, 0.4, 0.3, 0.2, 0.1))
    rasp = take.noise(4, (0.3, 0.4, 0.25))
    return (throat + rasp) * take.shape(decay(since_s, 0.008, 0.075))


def engine(take: Take) -> Samples:
    """Low, steady firing strokes."""
    firing_hz = take.voice.pitched(30.0, 0.35) * (1.0 + 0.03 * take.wander(2.0))
    strokes = take.tone(firing_hz, [1.0 / (1.0 + (k / 5.0) ** 2) for k in range(30)])
    return strokes + take.noise(2, (0.3, 0.25, 0.1))


def footsteps(take: Take) -> Samples:
    """Steps on gravel: bursts of grainy crunch at walking pace."""
    since_s = take.since(take.beats(take.voice.paced(1.8, 0.3), 0.1))
    grains = take.rng.standard_exponential(since_s.size) ** 1.5
    crunch = take.noise(5, (0.35, 0.9, 1.0 + 0.2 * take.voice.colour))
    return crunch * take.shape(grains * arch(since_s, 0.22))


def frog(take: Take) -> Samples:
    """Croaks: a nasal tone chopped into slow pulses."""
    rate_hz = take.voice.paced(1.5, 0.3)
    croak = arch(take.since(take.beats(rate_hz, 0.15)), 0.65 / rate_hz)
    pulses = np.abs(np.sin(np.pi * take.voice.paced(38.0, 0.2) * take.times_s)) ** 3
    throat = take.tone(take.voice.pitched(270.0, 0.2), (0.3, 0.6, 0.2, 0.7, 1.0, 0.3))
    return throat * take.shape(croak * pulses)


def horn(take: Take) -> Samples:
    """A loud steady chord of three pipes."""
    reeds = {4: 1.0, 5: 1.0, 6: 1.0, 8: 0.8, 10: 0.8, 12: 0.8, 15: 0.5, 16: 0.4, 18: 0.5, 20: 0.3}
    blast = take.tone(take.voice.pitched(72.0, 0.15), _partials(reeds))
    return blast * take.shape(np.minimum(take.times_s / 0.08, 1.0) * (1.0 + 0.1 * take.wander(3.0)))


def knock(take: Take) -> Samples:
    """Dull wooden thuds, three or four and a rest."""
    beats_s = take.beats(take.voice.paced(4.5, 0.25), 0.05)
    since_s = take.since(beats_s)
    group = 4 + (take.voice.colour > 0.0)
    struck = take.per_beat(beats_s, (np.arange(beats_s.size) % group < group - 1) * 1.0)
    panel = take.tone(take.voice.pitched(190.0, 0.25), (1.0, 0.5)) + take.noise(3, (0.6, 0.4))
    return panel * take.shape(struck * decay(since_s, 0.002, 0.03))


def man(take: Take) -> Samples:
    """A low speaking voice."""
    return _speech(take, 115.0, 1.0)


def rain(take: Take) -> Samples:
    """Broad steady noise, a fine patter on it."""
    patter = 1.0 + 0.5 * take.rng.uniform(-1.0, 1.0, take.times_s.size)
    tilt = 0.25 * take.voice.colour
    noise = take.noise(3, (0.25 - tilt / 2, 0.5 - tilt, 0.8, 1.0, 1.0 + tilt, 0.8 + tilt))
    return noise * take.shape(patter * (1.0 + 0.15 * take.wander(0.5)))


def saw(take: Take) -> Samples:
    """A rasping two-stroke motor that revs up and down."""
    revs = 1.0 + 0.25 * take.wander(take.voice.paced(0.8, 0.4))
    teeth = take.tone(
        take.voice.pitched(125.0, 0.25) * revs, [1.0 / (1 + k) ** 0.3 for k in range(40)]
    )
    return teeth * take.shape(0.4 + 0.6 * revs) + take.noise(5, (0.2, 0.3))


def siren(take: Take) -> Samples:
    """A wail that sweeps up and down over an octave."""
    sweep = np.sin(
        2.0 * np.pi * take.voice.paced(0.4, 0.4) * take.times_s + 6.0 * take.rng.uniform()
    )
    return take.tone(take.voice.pitched(950.0, 0.15) * 2.0 ** (0.55 * sweep), (1.0, 0.4, 0.35))


def steam(take: Take) -> Samples:
    """A sharp steady hiss."""
    hiss = take.noise(6, (0.08, 0.8 + 0.2 * take.voice.colour, 1.0))
    return hiss * take.shape(1.0 + 0.1 * take.wander(1.0))


def telephone(take: Take) -> Samples:
    """Two bells struck in a fast warble, one second on and half a second off."""
    ringing = take.times_s * take.voice.paced(0.67, 0.2) % 1.0 < 0.67
    warble = 0.25 + np.maximum(
        np.sin(2.0 * np.pi * take.voice.paced(17.0, 0.15) * take.times_s), 0.0
    )
    chime = take.tone(take.voice.pitched(400.0, 0.12), _partials({4: 1.0, 5: 1.0, 8: 0.3, 12: 0.3}))
    return chime * take.shape(ringing * warble)


def thunder(take: Take) -> Samples:
    """A crack, then a very low rumble that rolls away."""
    since_s = take.since(take.beats(take.voice.paced(0.4, 0.4), 0.2))
    roll = decay(since_s, 0.03, 1.3) * (1.0 + 0.6 * take.wander(7.0))
    rumble = take.noise(0, (1.0, 1.0, 0.5 + 0.2 * take.voice.colour)) * take.shape(roll)
    return rumble + take.noise(3, (0.5, 0.4, 0.3)) * take.shape(decay(since_s, 0.005, 0.12))


def whistle(take: Take) -> Samples:
    """A tune of pure notes, each with a slight vibrato."""
    beats_s = take.beats(take.voice.paced(2.8, 0.4), 0.1)
    steps = np.array([0, 2, 4, 7, 9, 12]) / 12.0
    notes = take.per_beat(beats_s, 2.0 ** take.rng.choice(steps, beats_s.size))
    vibrato = 1.0 + 0.012 * np.sin(2.0 * np.pi * 5.5 * take.times_s)
    note = take.tone(take.voice.pitched(1250.0, 0.2) * notes * vibrato, (1.0, 0.03))
    attack = np.minimum(take.since(beats_s) / 0.05, 1.0)
    return (note + take.noise(5, (0.01, 0.015))) * take.shape(attack)


def wind(take: Take) -> Samples:
    """Low noise in slow gusts, the higher bands only at their height."""
    pitch, colour = take.voice.pitch, take.voice.colour
    gust = 0.6 + 0.4 * take.wander(take.voice.paced(0.9, 0.4))
    body = take.noise(2, (0.6 - 0.4 * pitch, 1.0, 0.6 + 0.3 * pitch)) * take.shape(gust)
    return body + take.noise(4, (0.35 + 0.25 * colour, 0.1 + 0.05 * colour)) * take.shape(gust**2)


def woman(take: Take) -> Samples:
    """A high speaking voice."""
    return _speech(take, 215.0, 1.17)


SOURCES: dict[str, Source] = {
    source.__name__: source
    for source in (
        alarm,
        applause,
        baby,
        bell,
        bird,
        cat,
        clock,
        cricket,
        dog,
        engine,
        footsteps,
        frog,
        horn,
        knock,
        man,
        rain,
        saw,
        siren,
        steam,
        telephone,
        thunder,
        whistle,
        wind,
        woman,
    )
}


def _partials(amplitudes: dict[int, float]) -> list[float]:
    """Amplitudes by harmonic number as a dense sequence from the first harmonic on."""
    return [amplitudes.get(harmonic, 0.0) for harmonic in range(1, max(amplitudes) + 1)]


def _speech(take: Take, pitch_hz: float, formant_scale: float) -> Samples:
    """Syllables: a voiced tone that moves between two vowels, and hissed consonants between."""
    beats_s = take.beats(take.voice.paced(4.2, 0.25), 0.4)
    since_s = take.since(beats_s)
    accents = take.per_beat(beats_s, take.rng.uniform(0.4, 1.0, beats_s.size))
    voiced = accents * arch(since_s, 0.24)
    melody = 2.0 ** (0.25 * take.wander(1.5) + 0.15 * voiced)
    glottis_hz = take.voice.pitched(pitch_hz, 0.2) * melody
    first, second = take.rng.choice(len(_VOWELS_HZ), 2, replace=False)
    mouth: Control = 0.5 + 0.5 * take.wander(4.0)
    speech = take.shape(voiced * mouth) * take.tone(
        glottis_hz, _vowel(_VOWELS_HZ[first], pitch_hz, formant_scale)
    )
    speech += take.shape(voiced * (1.0 - mouth)) * take.tone(
        glottis_hz, _vowel(_VOWELS_HZ[second], pitch_hz, formant_scale)
    )
    hissed = take.per_beat(beats_s, (take.rng.uniform(size=beats_s.size) < 0.4) * 0.25)
    return speech + take.noise(6, (0.3, 1.0)) * take.shape(hissed * decay(since_s, 0.01, 0.03))


def _vowel(formants_hz: Sequence[float], pitch_hz: float, formant_scale: float) -> list[float]:
    """Amplitudes of the harmonics of a glottal tone behind three resonances."""
    harmonics_hz = pitch_hz * np.arange(1, int(4000.0 / pitch_hz) + 1)
    gains = np.zeros_like(harmonics_hz)
    for formant_hz, gain in zip(formants_hz, (1.0, 0.6, 0.3), strict=True):
        distance = (harmonics_hz - formant_scale * formant_hz) / (60.0 + 0.06 * formant_hz)
        gains += gain / (1.0 + distance**2)
    return [float(gain) for gain in gains + 0.02]
