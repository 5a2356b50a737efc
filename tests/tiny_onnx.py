"""Small ONNX files, written field by field: a network that cuts samples into frames and weighs them.

The format is Protocol Buffers; the numbers of the fields are those of onnx.proto3. What they come
to is a convolution, so that a test can say what the frames must be.
"""

from collections.abc import Sequence

import numpy as np

FLOAT = 1


def network(
    weights: np.ndarray,
    hop: int,
    *,
    has_batch: bool = False,
    has_inner_output: bool = False,
    input_type: int = FLOAT,
    weights_in: str | None = None,
) -> bytes:
    """An ONNX file: samples -> "frames", (T, F) or (1, T, F), each window weighed.

    Args:
        weights: float32 (F, n), of a window of n samples.
        hop: samples from one window to the next.
        has_batch: input and output are (1, n_samples) and (1, T, F).
        has_inner_output: also gives "convolved", (1, F, T), out.
        weights_in: name of a file beside that is to hold the weights.
    """
    size = len(weights)
    nodes = [
        _node("Unsqueeze", ["samples", "axes"], ["shaped"]),
        _node(
            "Conv", ["shaped", "weights"], ["convolved"], [("strides", [hop]), ("dilations", [1])]
        ),
        _node("Transpose", ["convolved"], ["framed"], [("perm", [0, 2, 1])]),
        _node("Identity", ["framed"], ["frames"])
        if has_batch
        else _node("Squeeze", ["framed", "first"], ["frames"]),
    ]
    axes = np.array([1] if has_batch else [0, 1], np.int64)
    initializers = [
        _tensor("weights", weights.astype(np.float32)[:, np.newaxis], weights_in),
        _tensor("axes", axes),
        _tensor("first", np.zeros(1, np.int64)),
    ]
    batch = [1] if has_batch else []
    outputs = [_value("frames", FLOAT, [*batch, "T", size])]
    if has_inner_output:
        outputs.append(_value("convolved", FLOAT, [1, size, "T"]))
    graph = b"".join(
        [
            *(_field(1, node) for node in nodes),
            _field(2, b"network"),
            *(_field(5, tensor) for tensor in initializers),
            _field(11, _value("samples", input_type, [*batch, "n_samples"])),
            *(_field(12, output) for output in outputs),
        ]
    )
    opset = _field(1, b"") + _number(2, 13)
    return _number(1, 8) + _field(7, graph) + _field(8, opset)


def _node(
    kind: str,
    inputs: Sequence[str],
    outputs: Sequence[str],
    attributes: Sequence[tuple[str, list[int]]] = (),
) -> bytes:
    parts = [_field(1, name.encode()) for name in inputs]
    parts += [_field(2, name.encode()) for name in outputs]
    parts.append(_field(4, kind.encode()))
    for name, values in attributes:
        numbers = b"".join(_number(8, value) for value in values)
        parts.append(_field(5, _field(1, name.encode()) + numbers + _number(20, 7)))
    return b"".join(parts)


def _tensor(name: str, values: np.ndarray, file: str | None = None) -> bytes:
    kind = {np.dtype(np.float32): FLOAT, np.dtype(np.int64): 7}[values.dtype]
    sizes = b"".join(_number(1, size) for size in values.shape)
    about = sizes + _number(2, kind) + _field(8, name.encode())
    if file is None:
        return about + _field(9, values.tobytes())
    place = _field(1, b"location") + _field(2, file.encode())
    return about + _field(13, place) + _number(14, 1)


def _value(name: str, kind: int, shape: Sequence[int | str]) -> bytes:
    sizes = b"".join(
        _field(1, _number(1, size) if isinstance(size, int) else _field(2, size.encode()))
        for size in shape
    )
    tensor = _number(1, kind) + _field(2, sizes)
    return _field(1, name.encode()) + _field(2, _field(1, tensor))


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _field(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*found, value])
