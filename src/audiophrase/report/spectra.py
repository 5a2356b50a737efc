"""What the figures that show clips share: the spectrum, its axes, and how a phrase is written."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.image import AxesImage

from audiophrase.features.mel_bands import mel_frequencies_hz
from audiophrase.features.parameters import LogMelParams
from audiophrase.report.examples import Event
from audiophrase.report.inputs import Spectrum
from audiophrase.report.style import wrap

LINE_IN = 0.16  # height of a line of text
_TICKS_HZ = 125.0 * 2.0 ** np.arange(1, 9)
_DYNAMIC_RANGE = np.log(1e8)  # 80 dB of log power: what lies lower is drawn as silence


def band_centres_hz(params: LogMelParams | None) -> np.ndarray | None:
    """Centre frequencies of the mel bands: (n_mels,); None of other frames, which have no such parameters."""
    if params is None:
        return None
    edges_hz = mel_frequencies_hz(params.n_mels + 2, params.fmin_hz, params.fmax_hz)
    return edges_hz[1:-1]


def draw_log_mel(
    axes: Axes,
    log_mel: np.ndarray,
    hop_s: float,
    centres_hz: np.ndarray | None,
    *,
    lowest_tick_hz: float,
) -> AxesImage:
    """A spectrum (T, n_mels) over time and mel band; the image is returned for a colour bar.

    Without `centres_hz` the frames of another front end, (T, F) over time and value.
    """
    n_frames, n_mels = log_mel.shape
    if centres_hz is not None and len(centres_hz) != n_mels:
        centres_hz = None
    bottom, top = float(log_mel.min()), float(log_mel.max())
    if centres_hz is not None:
        bottom = max(bottom, top - _DYNAMIC_RANGE)
    image = axes.imshow(
        log_mel.T,
        origin="lower",
        aspect="auto",
        interpolation="none",
        cmap="magma",
        vmin=bottom,
        vmax=top,
        # Frame t is centred on t hops, as librosa centres it.
        extent=(-hop_s / 2, (n_frames - 0.5) * hop_s, -0.5, n_mels - 0.5),
    )
    if centres_hz is None:
        axes.set_ylabel("number of the value\nin a frame")
        return image
    lowest_tick_hz = max(lowest_tick_hz, centres_hz[0])
    ticks_hz = _TICKS_HZ[(lowest_tick_hz <= _TICKS_HZ) & (centres_hz[-1] >= _TICKS_HZ)]
    bands = np.interp(ticks_hz, centres_hz, np.arange(n_mels))
    axes.set_yticks(bands, [f"{tick_hz / 1000:g}" for tick_hz in ticks_hz])
    axes.set_ylabel("mel band centre\nfrequency (kHz)")
    return image


def time_axis(upper: Axes, lower: Axes, spectrum: Spectrum) -> None:
    """The same time below both axes, which may be one, from the first frame to the last."""
    if upper is not lower:
        upper.tick_params(labelbottom=False)
    lower.set_xlim(-spectrum.hop_s / 2, (len(spectrum.log_mel) - 0.5) * spectrum.hop_s)
    lower.set_xlabel("time (s)")


def phrase_label(event: Event, width: int) -> str:
    """A phrase, in lines of `width` characters at most; that it is never heard is said."""
    heard = "" if event.segments_s else " (not heard)"
    return wrap(event.phrase + heard, width, max_lines=4)
