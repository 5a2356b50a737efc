"""Sound that browsers play: a clip as Ogg Opus, mono, the same bytes for the same samples."""

import io

import av
import numpy as np

BIT_RATE = 48_000  # bits a second
MEDIA_TYPE = "audio/ogg"
_RATE_HZ = 48_000  # what Opus works at, whatever it is given
_SAME_BYTES = "+bitexact"  # no version of FFmpeg and no random serial number in the file


def encode_opus(samples: np.ndarray, sample_rate_hz: int) -> bytes:
    """An Ogg file of float samples (n_samples,), full scale at 1; louder ones are cut there.

    Raises:
        ValueError: there are no samples, or some that are not finite.
    """
    if samples.ndim != 1 or not len(samples) or not np.isfinite(samples).all():
        raise ValueError("Opus takes one channel of finite samples, one at least")
    within = np.clip(samples, -1, 1).astype(np.float32)
    within = np.pad(within, (0, max(0, sample_rate_hz // 25 - len(within))))  # two packets at least
    whole = av.AudioFrame.from_ndarray(within[None], "flt", "mono")
    whole.sample_rate = sample_rate_hz
    resampler = av.AudioResampler("flt", "mono", _RATE_HZ)
    written = io.BytesIO()
    with av.open(written, "w", format="ogg", options={"fflags": _SAME_BYTES}) as container:
        stream = container.add_stream("libopus", rate=_RATE_HZ, layout="mono")
        stream.bit_rate = BIT_RATE
        stream.codec_context.options = {"flags": _SAME_BYTES, "compression_level": "5"}
        for frame in (*resampler.resample(whole), *resampler.resample(None), None):
            container.mux(stream.encode(frame))
    return written.getvalue()
