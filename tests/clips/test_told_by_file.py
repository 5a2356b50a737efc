"""What is wrong with a clip is told with its file: an id keeps little of a name in another script."""

import io

import numpy as np
import pytest
import soundfile

from audiophrase.annotations.clip_names import named_clip
from audiophrase.clips.archive import Matches
from audiophrase.clips.local import clip_row, table_row
from audiophrase.clips.parameters import ClipParams

PARAMS = ClipParams(silent_below_dbfs=-90.0, short_by_s=0.1, min_length_s=0.1)
RATE_HZ = 8000
NOISE = np.random.default_rng(1).uniform(-0.5, 0.5, RATE_HZ)
NAME = "лес/дождь.wav"
FAULTS = {
    "silent": 0 * NOISE,
    "too-short": NOISE[:200],
    "no-samples": NOISE[:0],
    "too-long": np.tile(NOISE, 61),
}


def clip(filename):
    named = named_clip(filename)
    times = {"start_s": named.start_s, "end_s": named.end_s}
    return {"clip_id": named.clip_id, "youtube_id": named.youtube_id, "filename": filename} | times


def wav(samples):
    content = io.BytesIO()
    soundfile.write(content, samples, RATE_HZ, format="WAV")
    return content.getvalue()


@pytest.mark.parametrize("reason", FAULTS)
def test_in_a_folder_and_in_a_table(tmp_path, reason):
    content, own = wav(FAULTS[reason]), clip(NAME)
    path = tmp_path / NAME
    path.parent.mkdir()
    path.write_bytes(content)
    for row in (
        clip_row(tmp_path, Matches([NAME], [own]), own, PARAMS),
        table_row(content, own, PARAMS),
    ):
        assert row["reason"] == reason
        assert row["message"].startswith(f"{NAME}: ")


def test_a_clip_that_is_well_has_nothing_to_tell(tmp_path):
    own = clip("дождь.wav")
    (tmp_path / own["filename"]).write_bytes(wav(NOISE))
    assert clip_row(tmp_path, Matches(["дождь.wav"], [own]), own, PARAMS)["message"] is None
