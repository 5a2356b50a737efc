"""Spectra as small pictures, and what stands at their frequency axis."""

import io

import numpy as np
from matplotlib import colormaps
from PIL import Image

from audiophrase.features.mel_bands import mel_frequencies_hz
from audiophrase.features.parameters import LogMelParams

MAX_COLUMNS = 2000
_DYNAMIC_RANGE = np.log(1e8)  # 80 dB of log power: what lies lower is drawn as silence
_TICKS_HZ = (125, 250, 500, 1000, 2000, 4000, 8000, 16_000)


def png(frames: np.ndarray, *, is_log_power: bool) -> bytes:
    """A picture of frames (T, F), time to the right, one pixel a value, the first value lowest.

    Of very many frames some beside each other share a column, which shows the highest of each value.
    """
    n_together = -(-len(frames) // MAX_COLUMNS)
    shown = np.maximum.reduceat(frames, np.arange(0, len(frames), n_together), axis=0)
    top, bottom = float(shown.max()), float(shown.min())
    if is_log_power:
        bottom = max(bottom, top - float(_DYNAMIC_RANGE))
    steps = np.clip((shown - bottom) / ((top - bottom) or 1.0), 0, 1) * 255
    image = Image.fromarray(np.ascontiguousarray(np.rint(steps).astype(np.uint8).T[::-1]))
    image.putpalette(
        (colormaps["magma"](np.arange(256))[:, :3] * 255).round().astype(np.uint8).tobytes()
    )
    written = io.BytesIO()
    image.save(written, "PNG", optimize=True)
    return written.getvalue()


def ticks(params: LogMelParams | None, n_values: int) -> list[list[float]]:
    """[frequency in kHz, height from 0 at the lowest edge to 1] of a log-mel spectrum's axis.

    None of other frames, whose values lie at no frequency.
    """
    if params is None or params.n_mels != n_values:
        return []
    edges_hz = mel_frequencies_hz(params.n_mels + 2, params.fmin_hz, params.fmax_hz)
    centres_hz = edges_hz[1:-1]
    bands = np.arange(n_values)
    return [
        [hz / 1000, round(float((np.interp(hz, centres_hz, bands) + 0.5) / n_values), 4)]
        for hz in _TICKS_HZ
        if max(500, centres_hz[0]) <= hz <= centres_hz[-1]
    ]
