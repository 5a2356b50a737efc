"""Signatures of words: shared by related forms, the same everywhere, and told apart by ear."""

import hashlib
import itertools
import subprocess
import sys

import numpy as np
import pytest

from audiophrase.clips.signatures import FUNCTION_WORDS, LOOP_S, families, family, signature
from audiophrase.features.log_mel import frames as log_mel
from audiophrase.features.parameters import LogMelParams

FEATURES = LogMelParams(0.04, 0.02, 64, 12.0, 8000.0, 2.22e-16, sample_rate_hz=32000)
WORDS = families(
    "dog bark man speak engine train horn vehicle blow woman car rev cat meow wind pass laugh idle "
    "whimper growl motor siren water honk bird tire track speech race chirp splash railroad bell"
)


@pytest.mark.parametrize("phrase", ["911", "the", "of the"])
def test_every_phrase_is_heard(phrase):
    assert families(phrase)


@pytest.mark.parametrize(
    "forms",
    [
        ["dog", "dogs", "Dogs", "dog's"],
        ["bark", "barks", "barking", "barked"],
        ["speak", "speaks", "spoke", "spoken", "speaking"],
        ["idle", "idles", "idling"],
        ["man", "men", "man's"],
        ["blow", "blows", "blew", "blowing"],
    ],
)
def test_related_forms_share_a_signature(forms):
    assert len({tuple(families(form)) for form in forms}) == 1


def test_different_words_have_different_families_and_sounds():
    assert len(WORDS) == 33
    spectra = {word: np.abs(np.fft.rfft(signature(word, 16000))) for word in WORDS}
    for one, other in itertools.combinations(spectra.values(), 2):
        assert one @ other < 0.9 * np.linalg.norm(one) * np.linalg.norm(other)


def test_function_words_sound_only_where_a_phrase_has_no_others():
    assert families("a dog is barking in the distance") == ["dog", "bark", "distanc"]
    assert families("the train's horn and a train") == ["train", "horn"]
    assert families("something") == [family("something")]
    assert families("clickety-clacking train") == ["clicketi", "clack", "train"]
    assert families("123 , --") == ["123"]
    assert families(" , --") == []
    assert "not" in FUNCTION_WORDS


@pytest.mark.parametrize("sample_rate_hz", [8000, 16000, 32000, 44100])
def test_a_signature_is_a_seamless_loop_of_unit_variance(sample_rate_hz):
    for word in WORDS:
        loop = signature(word, sample_rate_hz)
        assert loop.dtype == np.float32
        assert loop.size == pytest.approx(LOOP_S * sample_rate_hz, abs=64)
        assert loop.std() == pytest.approx(1.0, abs=1e-3)
        assert abs(loop.mean()) < 0.1
        # Across the seam it moves no faster than it does elsewhere.
        steps = np.abs(np.diff(loop, append=loop[0]))
        assert steps[-1] <= steps[:-1].max() * 1.01


def test_a_signature_is_heard_in_every_frame():
    for word in WORDS:
        sound = np.tile(signature(word, 32000), 3)
        levels = log_mel(sound, 32000, FEATURES).max(axis=1)[3:-3]
        assert levels.min() > levels.max() - np.log(10.0**4.5)


def test_signatures_are_the_same_in_another_process():
    code = (
        "from audiophrase.clips.signatures import *; import hashlib;"
        "print(hashlib.sha256(signature(family('dogs'), 22050).tobytes()).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout
        for _ in range(2)
    }
    here = signature(family("dog"), 22050)
    assert digests == {hashlib.sha256(here.tobytes()).hexdigest() + "\n"}


def test_a_lone_word_is_named_by_its_log_mel_spectrum():
    """Mean and deviation of each log-mel band over one second suffice, at any place of the loop."""

    def statistics(word, seed):
        rng = np.random.default_rng(seed)
        loop = np.roll(signature(word, 32000), rng.integers(20000))
        sound = np.resize(loop, 32000) * 0.1 + 0.001 * rng.standard_normal(32000)
        spectrum = log_mel(sound.astype(np.float32), 32000, FEATURES)
        return np.concatenate([spectrum.mean(0), spectrum.std(0)])

    known = np.array([statistics(word, 1) for word in WORDS])
    for index, word in enumerate(WORDS):
        distances = np.linalg.norm(known - statistics(word, 2), axis=1)
        assert distances.argmin() == index, word
