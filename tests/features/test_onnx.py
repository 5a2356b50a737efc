"""A frozen network as a front end, on small ONNX files written here."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tiny_onnx
from tiny_onnx import network

from audiophrase.errors import AudiophraseError, ParamsError
from audiophrase.features import onnx
from audiophrase.features.parameters import OnnxParams
from audiophrase.features.resampling import resample

RATE_HZ, HOP, WINDOW, F = 16000, 320, 400, 5
PARAMS = OnnxParams(output=None, sample_rate_hz=RATE_HZ, hop_s=HOP / RATE_HZ)
WEIGHTS = np.random.default_rng(0).standard_normal((F, WINDOW)).astype(np.float32)


def with_params(**changed) -> OnnxParams:
    return OnnxParams(**{"output": None, "sample_rate_hz": RATE_HZ, "hop_s": 0.02} | changed)


def sound(n_samples: int) -> np.ndarray:
    return np.random.default_rng(1).standard_normal(n_samples).astype(np.float32)


@pytest.mark.parametrize("has_batch", [False, True])
def test_frames_are_what_the_network_makes_of_the_samples(has_batch):
    samples = sound(2 * RATE_HZ)
    made_with = onnx.load(PARAMS, network(WEIGHTS, HOP, has_batch=has_batch))
    windows = np.lib.stride_tricks.sliding_window_view(samples, WINDOW)[::HOP]
    frames = onnx.frames(samples, RATE_HZ, made_with)
    assert (frames.dtype, frames.shape) == (np.float32, (99, F))
    np.testing.assert_allclose(frames, windows @ WEIGHTS.T, atol=1e-3)
    assert onnx.hop_s(44100, made_with) == 0.02


def test_a_clip_of_another_rate_is_resampled_to_the_networks():
    samples, made_with = sound(2 * 44100), onnx.load(PARAMS, network(WEIGHTS, HOP))
    expected = onnx.frames(resample(samples, 44100, RATE_HZ), RATE_HZ, made_with)
    np.testing.assert_array_equal(onnx.frames(samples, 44100, made_with), expected)


def test_the_same_clip_gives_the_same_bits():
    content, samples = network(WEIGHTS, HOP), sound(3 * RATE_HZ)
    first, second = (onnx.frames(samples, RATE_HZ, onnx.load(PARAMS, content)) for _ in range(2))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"sample_rate_hz": 32000}, "at 32000 Hz .* makes 400 frames more, .* every 0.02 s"),
        ({"sample_rate_hz": 14700}, "makes 18[34] frames more"),
        ({"hop_s": 0.01}, "of 4 s more at 16000 Hz .* makes 200 frames more"),
        ({"output": "embeddings"}, "no output 'embeddings'(?s:.*)to one of: frames$"),
    ],
)
def test_parameters_that_are_not_the_networks_are_refused(changed, told):
    with pytest.raises(ParamsError, match=told):
        onnx.load(with_params(**changed), network(WEIGHTS, HOP))


def test_one_of_several_outputs_must_be_named():
    content = network(WEIGHTS, HOP, has_inner_output=True)
    with pytest.raises(ParamsError, match=r"several outputs(?s:.*)one of: frames, convolved"):
        onnx.load(PARAMS, content)
    made_with = onnx.load(with_params(output="frames"), content)
    assert onnx.frames(sound(RATE_HZ), RATE_HZ, made_with).shape == (49, F)


@pytest.mark.parametrize("part", [0, 0.01, 0.1, 0.5, 0.9, 0.999])
def test_a_truncated_file_is_refused(part):
    content = network(WEIGHTS, HOP)
    with pytest.raises(ParamsError, match=r"features\.onnx\.file is not a network"):
        onnx.load(PARAMS, content[: int(part * len(content))])


def test_what_takes_no_samples_is_refused():
    with pytest.raises(ParamsError, match=r"takes samples: tensor\(double\)|not a network"):
        onnx.load(PARAMS, network(WEIGHTS, HOP, input_type=11))


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_frames_that_are_no_numbers_are_refused(bad):
    made_with = onnx.load(PARAMS, network(WEIGHTS, HOP))
    samples = sound(RATE_HZ)
    samples[8000] = bad
    with pytest.raises(ParamsError, match="in place of finite float32 frames"):
        onnx.frames(samples, RATE_HZ, made_with)


def test_a_clip_too_short_for_the_network_is_told():
    made_with = onnx.load(PARAMS, network(WEIGHTS, HOP))
    with pytest.raises(ParamsError, match=r"(?s)cannot take 399 samples.*min_length_s"):
        onnx.frames(sound(WINDOW - 1), RATE_HZ, made_with)


def test_without_onnxruntime_it_is_said_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(AudiophraseError, match=r"(?s)not installed.*pip install onnxruntime"):
        onnx.load(PARAMS, network(WEIGHTS, HOP))


def test_the_module_loads_onnxruntime_only_for_a_network():
    code = "import sys, audiophrase.features.onnx; print('onnxruntime' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "False\n"


def test_nothing_is_told_to_anybody_and_nothing_is_left_in_the_users_cache(tmp_path):
    """onnxruntime's telemetry would leave a number of the device there, and report."""
    code = (
        "import numpy as np, time\n"
        "from tiny_onnx import network\n"
        "from audiophrase.features import onnx\n"
        "from audiophrase.features.parameters import OnnxParams\n"
        "onnx.load(OnnxParams(None, 16000, 0.02), network(np.ones((3, 400)), 320))\n"
    )
    places = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    path = os.pathsep.join([str(Path(tiny_onnx.__file__).parent), *sys.path])
    environment = {k: v for k, v in os.environ.items() if k != "ORT_DISABLE_TELEMETRY"}
    environment |= {**places, "PYTHONPATH": path}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)
    assert not list(tmp_path.iterdir())


def test_weights_in_a_file_beside_are_refused_wherever_it_lies(tmp_path, monkeypatch):
    """They would stand in no digest: other weights, and the features would stay what they were."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "w.bin").write_bytes(WEIGHTS.tobytes())
    with pytest.raises(ParamsError, match=r"(?s)cannot be run|can be run.*weights within itself"):
        onnx.load(PARAMS, network(WEIGHTS, HOP, weights_in="w.bin"))


@pytest.mark.parametrize("changed", [{"sample_rate_hz": 22050}, {"hop_s": 0.7}, {"hop_s": 1.9}])
def test_a_wrong_rate_or_hop_is_refused_however_far_the_frames_lie_apart(changed):
    coarse = network(np.ones((2, WINDOW)), round(0.96 * RATE_HZ))
    onnx.load(with_params(hop_s=0.96), coarse)
    with pytest.raises(ParamsError, match="which is not one every"):
        onnx.load(with_params(**{"hop_s": 0.96} | changed), coarse)
