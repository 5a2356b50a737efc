"""What a model says of odd recordings and odd machines, whatever it was trained on."""

import shutil

import numpy as np
import pytest
import torch

import audiophrase
from audiophrase.errors import ArtifactError, AudiophraseError, ParamsError
from audiophrase.inference import listening
from audiophrase.inference.audio import opened
from audiophrase.inference.samples import AudioError

RATE_HZ = 22050
NOISE = np.random.default_rng(0).normal(0, 0.1, RATE_HZ).astype(np.float32)


def notes(model, samples):
    return " ".join(model.embed(samples, RATE_HZ).notes)


def test_channels_that_cancel_each_other_are_told_from_silence(model):
    assert "cancel each other" in notes(model, np.stack([NOISE, -NOISE], axis=1))
    silent = notes(model, np.zeros((RATE_HZ, 2)))
    assert "silent" in silent
    assert "cancel" not in silent


def test_what_is_cut_off_at_full_scale_is_said(model):
    assert "cut off at full scale" in notes(model, NOISE * 20)
    assert notes(model, NOISE) == ""


@pytest.mark.parametrize(
    ("device", "problem"), [("tpu", "no device 'tpu'"), ("cuda", "sees no GPU here")]
)
def test_devices_that_are_not_here_are_refused(bundled, monkeypatch, device, problem):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(AudiophraseError, match=problem) as raised:
        audiophrase.load(bundled, device)
    assert "train" not in str(raised.value)


def failing(error):
    def raises(*arguments):
        raise error

    return raises


def test_a_gpu_without_memory_is_told_of_without_settings_of_training(model, monkeypatch):
    monkeypatch.setattr(listening, "encode", failing(torch.OutOfMemoryError("2 GiB")))
    with pytest.raises(AudiophraseError, match="2 GiB") as raised:
        model.embed(NOISE, RATE_HZ)
    assert not isinstance(raised.value, AudioError)
    assert "train." not in str(raised.value)


def test_frames_that_are_not_finite_are_refused(model, monkeypatch):
    bad = torch.full((1, 3, 2), float("nan"))
    monkeypatch.setattr(listening, "encode", lambda encoder, frames: [([0], bad)])
    with pytest.raises(ArtifactError, match="not finite"):
        model.embed(NOISE, RATE_HZ)


def test_one_recording_that_a_network_makes_nothing_of_is_no_end_of_a_search(
    model, monkeypatch, tmp_path, clips
):
    (tmp_path / "clip.flac").write_bytes(next(iter(clips.values())))
    error = ParamsError("the network makes no frame", "raise retrieve.min_length_s")
    monkeypatch.setattr(type(model._listener._front_end), "frames", failing(error))
    (problem,) = model.search("wind blows", tmp_path)["problem"]
    assert problem.endswith("clip.flac: the network makes no frame")


def test_a_file_that_may_not_be_read_is_an_answer_of_its_own(monkeypatch, tmp_path):
    path = tmp_path / "x.wav"
    path.write_bytes(b"RIFF")
    error = PermissionError(13, "Permission denied", str(path))
    monkeypatch.setattr(type(path), "open", failing(error))
    with pytest.raises(AudioError, match="cannot be read: Permission denied"), opened(path):
        pass


def test_a_run_is_known_by_any_way_to_it(built, monkeypatch):
    run = built.folder / "results/tiny/runs/paper/seed-1"
    monkeypatch.chdir(run.parent)
    assert audiophrase.load("../paper/seed-1", "cpu").about.variant == "paper"


def test_a_bundle_needs_no_network_beside_it(bundled, tmp_path):
    with pytest.raises(AudiophraseError, match="leave out network"):
        audiophrase.load(bundled, network=tmp_path / "x.onnx")


def test_the_network_of_a_run_is_compared_with_its_features(built, tmp_path):
    project = tmp_path / "project"
    for part in ("data/tiny", "results/tiny/runs"):
        shutil.copytree(built.folder / part, project / part)
    (tmp_path / "x.onnx").write_bytes(b"another")
    run = project / "results/tiny/runs/paper/seed-1"
    with pytest.raises(AudiophraseError, match="is not the network that"):
        audiophrase.load(run, "cpu", network=tmp_path / "x.onnx")
