"""What words sound like where audio is made from annotated phrases: each content word its own way.

A word's signature is drawn from a hash of its lemma's stem, so that related forms share it and it
is the same in every clip: a few motifs, each with its own region of pitch, shape and rhythm.
Function words have none.
"""

import hashlib
import re
from functools import lru_cache

import numpy as np
import simplemma
import snowballstemmer

from audiophrase.clips.synthesis import BLOCK, Control, Samples, Take, Voice

LOOP_S = 0.8  # about; a signature repeats: rhythms are whole numbers of beats in a loop
# The encoder pools the mel axis down to one value, so that it tells pitches by region alone; what
# it tells well are shapes. Edges of equal widths on the mel scale, below the features' 8 kHz.
REGION_EDGES_HZ = (150.0, 428.0, 798.0, 1289.0, 1940.0, 2805.0, 3953.0, 5477.0, 7500.0)
# Clips of five captions hold twenty words at once: few motifs and short beats leave room for all.
N_MOTIFS = 2
_N_BEATS = (3, 4, 5, 6, 8)  # in a loop: 3.75 to 10 Hz
_DUTIES = (0.3, 0.5, 0.8)  # share of a beat that sounds fully
_REST = 0.1  # amplitude between the beats: a word is heard throughout its segments
_SHAPES = ("chord", "rise", "fall", "warble", "noise")
_LETTERS = re.compile(r"[^\W\d_]+")
_WORDS = re.compile(r"\w+")
_STEMMER = snowballstemmer.stemmer("english")

# Closed classes: articles and determiners, pronouns, auxiliaries, prepositions, conjunctions,
# and the adverbs that only join or place phrases. Single letters are what tokenisers cut off.
_FUNCTION_WORDS = """
    a an the this that these those some any each every all both either neither no another other
    others such i you he she it we they me him her us them my your his its our their who whom
    whose which what one ones something itself themselves
    am is are was were be been being have has had having do does did will would can could may might
    shall should must not
    of in on onto into at by to from with without within for over under above below between among
    around about across along against through throughout up down off out near behind beside during
    before after until till since toward towards upon past via
    and or but nor so as if then than while when where whereas because though although followed
    also too very just there here s t d m re ve ll
"""
FUNCTION_WORDS = frozenset(_FUNCTION_WORDS.split())


def families(phrase: str) -> list[str]:
    """The signatures that a phrase sounds: its content words, related forms as one, in order.

    A phrase of function words alone is heard all the same: they then count as content, and so do
    the numbers of one without any letters.
    """
    words = _LETTERS.findall(phrase.lower().replace("\u2019", "'"))
    content = (
        [word for word in words if word not in FUNCTION_WORDS] or words or _WORDS.findall(phrase)
    )
    return list(dict.fromkeys(family(word) for word in content))


@lru_cache(maxsize=1 << 14)
def family(word: str) -> str:
    """The stem of a word's lemma, which its related forms share."""
    return _STEMMER.stemWord(simplemma.lemmatize(word, lang="en").lower())


@lru_cache(maxsize=512)
def signature(name: str, sample_rate_hz: int) -> Samples:
    """One seamless loop of about LOOP_S seconds of a family's sound, of unit variance."""
    digest = hashlib.sha256(name.encode()).digest()
    rng = np.random.default_rng(int.from_bytes(digest[:8], "big"))
    n_samples = BLOCK * round(LOOP_S * sample_rate_hz / BLOCK)
    take = Take(n_samples, sample_rate_hz, Voice(0.0, 0.0, 0.0), rng)
    loop = np.zeros(n_samples, dtype=np.float32)
    # At rates below 15 kHz the highest regions cannot sound: the next ones in turn take their place.
    regions = [
        region
        for region in rng.permutation(len(REGION_EDGES_HZ) - 1)
        if REGION_EDGES_HZ[region + 1] < 0.5 * sample_rate_hz
    ]
    for region in regions[:N_MOTIFS]:
        motif = _motif(take, REGION_EDGES_HZ[region], REGION_EDGES_HZ[region + 1])
        loop += motif / np.float32(motif.std())
    return loop / np.float32(loop.std())


def _motif(take: Take, low_hz: float, high_hz: float) -> Samples:
    """A shape within a region of pitch, in a rhythm; (take.n_samples,)."""
    rng = take.rng
    n_beats, duty = int(rng.choice(_N_BEATS)), float(rng.choice(_DUTIES))
    phase = np.arange(take.times_s.size) * (n_beats * BLOCK / take.n_samples) % 1.0
    shape = _SHAPES[rng.integers(len(_SHAPES))]
    width, place = rng.uniform(0.5, 0.9), rng.uniform()  # within the region, in octaves
    bottom_hz = low_hz * (high_hz / low_hz) ** ((1.0 - width) * place)
    top_hz = bottom_hz * (high_hz / low_hz) ** width
    if shape == "chord":
        sound = _tone(take, bottom_hz) + _tone(take, top_hz)
    elif shape == "noise":
        sound = _noise(take, bottom_hz, top_hz)
    else:
        heights = {"rise": phase, "fall": 1.0 - phase, "warble": _arches(phase)}
        sound = _tone(take, bottom_hz * (top_hz / bottom_hz) ** heights[shape])
    pulses = np.sqrt(_arches(np.minimum(phase / duty, 1.0)))
    return sound * take.shape(_REST + (1.0 - _REST) * pulses)


def _arches(phase: Control) -> Control:
    """Up and down once a beat, smoothly."""
    return 0.5 - 0.5 * np.cos(2.0 * np.pi * phase)


def _tone(take: Take, frequency_hz: float | Control) -> Samples:
    """A sine that follows a pitch, bent a little so that whole periods fill the loop."""
    frequencies_hz = np.broadcast_to(frequency_hz, take.times_s.shape)
    n_periods = frequencies_hz[:-1].sum() * (BLOCK / take.sample_rate_hz)
    return take.tone(frequencies_hz * (np.round(n_periods) / n_periods), (1.0,))


def _noise(take: Take, low_hz: float, high_hz: float) -> Samples:
    """Noise between two frequencies, without a seam."""
    spectrum = np.zeros(take.n_samples // 2 + 1, dtype=np.complex64)
    first, last = (round(hz * take.n_samples / take.sample_rate_hz) for hz in (low_hz, high_hz))
    inside = spectrum[first : last + 1]
    inside[:] = np.exp(2j * np.pi * take.rng.uniform(size=inside.size))
    return np.fft.irfft(spectrum, take.n_samples)
