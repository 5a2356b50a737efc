"""Frames of a frozen network, given as an ONNX file: mono samples at its rate in, (T, F) out.

The file has one input, float32 of shape (n_samples,) or (1, n_samples), and its weights within
itself. The output that is read has the shape (T, F) or (1, T, F). Nothing in a file says what rate
it was trained at or how far its frames lie apart, so it is tried: of a few seconds more it must
make as many frames more as the parameters say.
"""

import math
import os
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from audiophrase.errors import AudiophraseError, ParamsError
from audiophrase.features.parameters import OnnxParams
from audiophrase.features.resampling import resample

if TYPE_CHECKING:
    import onnxruntime

COLUMN, UNIT = "frames", ""

_TRIED_S, _MORE_HOPS = 4, 100  # of silence that a network is tried with, and then of how much more
_WEIGHTS_BESIDE = "session.model_external_initializers_file_folder_path"
_QUIET = 4  # of onnxruntime's log: what goes wrong is told by its exceptions


@dataclass(frozen=True, slots=True)
class Network:
    """A network that can be run, and what it is run with."""

    params: OnnxParams
    session: "onnxruntime.InferenceSession"
    output: str
    has_batch: bool  # whether the input is (1, n_samples)


def load(params: OnnxParams, content: bytes) -> Network:
    """The network in an ONNX file's bytes.

    Raises:
        AudiophraseError: onnxruntime is not installed.
        ParamsError: the file is not a network, or not one that takes samples; it lacks the output;
            the parameters' rate and hop are not the network's.
    """
    session = _session(content)
    network = Network(params, session, _output(session, params), _has_batch(session))
    _check_hop(network)
    return network


def frames(samples: np.ndarray, sample_rate_hz: int, network: Network) -> np.ndarray:
    """The network's frames of one clip: float32 (n_samples,) -> float32 (T, F).

    Raises:
        ParamsError: the network cannot take the clip, or its output is not (T, F).
    """
    rate_hz = network.params.sample_rate_hz
    output = _run(network, resample(samples, sample_rate_hz, rate_hz))
    if not output.size:
        raise ParamsError(
            f"the network makes no frame of a clip of {len(samples) / sample_rate_hz:.3g} s",
            "raise retrieve.min_length_s",
        )
    return output


def hop_s(sample_rate_hz: int, network: Network) -> float:
    """The time between two frames in seconds, whatever the rate of the clip."""
    return network.params.hop_s


def _session(content: bytes) -> "onnxruntime.InferenceSession":
    # Or it writes a number of this device into the user's cache, and reports to Microsoft's server.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    try:
        import onnxruntime
    except ImportError:
        raise AudiophraseError(
            "features.front_end is 'onnx', but onnxruntime is not installed",
            "install what requirements.lock or environment.yml names, or: pip install onnxruntime",
        ) from None
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.use_deterministic_compute = True
    options.log_severity_level = _QUIET
    try:
        # Weights in files beside would be looked for in the working folder, and stand in no digest.
        with tempfile.TemporaryDirectory() as nothing:
            options.add_session_config_entry(_WEIGHTS_BESIDE, nothing)
            return onnxruntime.InferenceSession(
                content, options, providers=["CPUExecutionProvider"]
            )
    except Exception as error:  # noqa: BLE001 onnxruntime has a dozen, without a common parent
        raise ParamsError(
            f"features.onnx.file is not a network that can be run: {_first_line(error)}",
            "name an ONNX file that is whole, and has its weights within itself",
        ) from None


def _has_batch(session: "onnxruntime.InferenceSession") -> bool:
    inputs = session.get_inputs()
    described = ", ".join(f"{each.name}: {each.type} {each.shape}" for each in inputs)
    if len(inputs) != 1 or inputs[0].type != "tensor(float)" or len(inputs[0].shape) not in (1, 2):
        raise ParamsError(
            f"the network of features.onnx.file takes {described or 'nothing'}",
            "export one with a single input, float32 of shape (n_samples,) or (1, n_samples)",
        )
    return len(inputs[0].shape) == 2


def _output(session: "onnxruntime.InferenceSession", params: OnnxParams) -> str:
    names = [output.name for output in session.get_outputs()]
    if params.output is None and len(names) == 1:
        return names[0]
    if params.output not in names:
        lacks = (
            "has several outputs"
            if params.output is None
            else f"has no output '{params.output}', which features.onnx.output names"
        )
        raise ParamsError(
            f"the network of features.onnx.file {lacks}",
            f"set features.onnx.output to one of: {', '.join(names)}",
        )
    return params.output


def _check_hop(network: Network) -> None:
    """Refuse a rate or a hop that is not the network's: detection would look at other times."""
    params = network.params
    added_s = max(_TRIED_S, math.ceil(_MORE_HOPS * params.hop_s))
    fewer, more = (
        len(_run(network, np.zeros(seconds * params.sample_rate_hz, np.float32)))
        for seconds in (_TRIED_S, _TRIED_S + added_s)
    )
    if abs((more - fewer) * params.hop_s - added_s) > 2 * params.hop_s:
        raise ParamsError(
            f"of {added_s} s more at {params.sample_rate_hz} Hz the network of features.onnx.file "
            f"makes {more - fewer} frames more, which is not one every {params.hop_s:g} s",
            "set features.onnx.sample_rate_hz and hop_s to what the network was trained with",
        )


def _run(network: Network, samples: np.ndarray) -> np.ndarray:
    (described,) = network.session.get_inputs()
    given = samples[np.newaxis] if network.has_batch else samples
    try:
        (output,) = network.session.run([network.output], {described.name: given})
    except Exception as error:  # noqa: BLE001 as above
        raise ParamsError(
            f"the network of features.onnx.file cannot take {len(samples)} samples at "
            f"{network.params.sample_rate_hz} Hz: {_first_line(error)}",
            "export it for any number of samples (a dynamic axis); if clips are too short for it, "
            "raise retrieve.min_length_s",
        ) from None
    output = np.asarray(output)
    if output.ndim == 3 and len(output) == 1:
        output = output[0]
    if output.ndim != 2 or output.dtype != np.float32 or not np.isfinite(output).all():
        raise ParamsError(
            f"the output '{network.output}' of features.onnx.file is {output.dtype} of shape "
            f"{output.shape}, in place of finite float32 frames (T, F)",
            "name another under features.onnx.output, or export the network with such a one",
        )
    return output


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
