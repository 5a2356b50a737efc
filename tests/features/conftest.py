"""librosa, with which features are compared."""

import librosa
import numpy as np
import pytest


@pytest.fixture(scope="session")
def compiled_librosa(shared):
    """librosa compiles itself when first used, for a quarter of a minute: one worker does, the others wait."""
    silence = np.zeros(4000, np.float32)
    shared("librosa", lambda _: librosa.feature.melspectrogram(y=silence, sr=16000))
