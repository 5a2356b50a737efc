"""A real network as the front end: YAMNet, as docs/yamnet.py writes it, on recordings."""

import json
from pathlib import Path

import av
import librosa
import numpy as np
import pytest
import yamnet_network
from yamnet_network import RECORDINGS, needs_recordings

from audiophrase.features import onnx as front_end
from audiophrase.features.parameters import OnnxParams
from audiophrase.features.resampling import resample

PARAMS = OnnxParams(output=None, sample_rate_hz=16000, hop_s=0.16)
POOLED = "/model/GlobalAveragePool_output_0_updated"

pytestmark = needs_recordings


@pytest.fixture(scope="module")
def archive():
    return yamnet_network.archive()


@pytest.fixture(scope="module")
def script(archive):
    return yamnet_network.script()


@pytest.fixture(scope="module")
def network(archive, script):
    return front_end.load(PARAMS, script.network(archive).SerializeToString())


@pytest.fixture(scope="module")
def clips():
    """Three clips of the test split: (samples, rate)."""
    names = sorted(set(json.loads((RECORDINGS / "test.json").read_text())["filename"].values()))
    return [decoded(RECORDINGS / "audio" / f"Y{Path(name).stem}.webm") for name in names[:3]]


def decoded(path: Path) -> tuple[np.ndarray, int]:
    with av.open(path) as container:
        parts = [frame.to_ndarray().mean(axis=0) for frame in container.decode(audio=0)]
        return np.concatenate(parts).astype(np.float32), container.streams.audio[0].rate


def test_its_frames_are_those_of_the_network_as_published_every_16_hundredths(
    clips, network, archive, script
):
    """As published it takes a patch at a time; patches are cut here, by numpy, around each hop."""
    for samples, rate_hz in clips:
        frames = front_end.frames(samples, rate_hz, network)
        at_its_rate = resample(samples, rate_hz, 16000)
        assert (frames.dtype, frames.shape) == (np.float32, (1 + len(at_its_rate) // 2560, 1024))
        expected = pooled_as_published(
            patches(at_its_rate, script.mel_weights()), script.published(archive)
        )
        # Of eight bits each: a band that lies between two levels may fall to either.
        assert np.mean(frames == expected) > 0.99
        assert expected.std() > 0.1


def patches(samples: np.ndarray, mel: np.ndarray) -> np.ndarray:
    """Log-mel spectra of .96 s around every .16 s: (n,) -> (T, 96, 64)."""
    beside = (95 * 160 + 400) // 2
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(samples, beside), 400)[::160]
    window = np.hanning(401)[:-1]
    log_mel = np.log(np.abs(np.fft.rfft(windows * window, 512)) @ mel + 0.001)
    return np.stack([log_mel[at : at + 96] for at in range(0, len(log_mel) - 95, 16)])


def pooled_as_published(patches: np.ndarray, model) -> np.ndarray:
    """What the network pools of each patch, an output added to it: (T, 96, 64) -> (T, 1024)."""
    import onnx
    import onnxruntime

    values = {each.name: onnx.numpy_helper.to_array(each) for each in model.graph.initializer}
    levels = np.rint(patches / values["audio_scale"]) + values["audio_zero_point"]
    levels = np.clip(levels, 0, 255).astype(np.uint8)
    model.graph.output.append(onnx.helper.make_tensor_value_info(POOLED, 1, None))
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    return np.stack(
        [session.run([POOLED], {"audio": each[None, None]})[0].ravel() for each in levels]
    )


def test_its_bands_are_triangles_on_htks_scale(script):
    """librosa draws their sides straight over Hz, not over mel: that is the difference."""
    expected = librosa.filters.mel(
        sr=16000, n_fft=512, n_mels=64, fmin=125, fmax=7500, htk=True, norm=None
    )
    np.testing.assert_allclose(script.mel_weights().T, expected, atol=0.005)


def test_a_frame_hears_what_sounds_around_its_time(network):
    """A click in silence is in the frames whose .96 s hold it, and in no other."""
    samples = np.zeros(8 * 16000, np.float32)
    samples[4 * 16000] = 1.0
    frames = front_end.frames(samples, 16000, network)
    differ = np.flatnonzero(np.abs(frames - frames[0]).sum(axis=1))
    np.testing.assert_array_equal(differ, np.arange(22, 29))  # 4 s ± .48 s


def test_the_same_file_and_clip_give_the_same_bits(clips, network, archive, script):
    (samples, rate_hz), *_ = clips
    again = front_end.load(PARAMS, script.network(archive).SerializeToString())
    first, second = (front_end.frames(samples, rate_hz, each) for each in (network, again))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("n_samples", [1600, 16000, 2560 * 7 - 1, 2560 * 7])
def test_clips_of_any_length_have_a_frame_every_hop(n_samples, network):
    assert len(front_end.frames(np.zeros(n_samples, np.float32), 16000, network)) == (
        1 + n_samples // 2560
    )
