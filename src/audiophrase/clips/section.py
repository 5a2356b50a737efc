"""Cutting a section out of encoded audio, to the exact sample, with PyAV."""

import ctypes
from collections.abc import Iterator

import av
import numpy as np

# Decoded and dropped, so that the codec has settled where the section starts. What Opus remembers
# halves with each packet: half a second leaves differences of 1e-7, a second none.
PRE_ROLL_S, OPUS_PRE_ROLL_S = 0.5, 1.0
_OPUS = ("opus", "libopus")
MAX_RATE_HZ = 384_000
MAX_CHANNELS = 64
MAX_GAP_S = 0.1  # time stamps are rounded, and the first frames of a codec may be left out
# The header of a damaged or hostile container may claim a billion samples, and FFmpeg would make
# room for all. PyAV has no setting for it; the function is found through PyAV's own libraries.
MAX_ALLOCATION_BYTES = 128 << 20
ctypes.CDLL(av.error.__file__).av_max_alloc(ctypes.c_size_t(MAX_ALLOCATION_BYTES))


class NoAudioError(ValueError):
    """The container holds no audio stream, or nothing in it decodes."""


def duration_s(container: av.container.InputContainer) -> float:
    """How long the audio is, as the container says, or by decoding all where it does not say."""
    declared_s = declared_duration_s(container)
    if declared_s is not None:
        return declared_s
    stream = _audio_stream(container)
    length_s = sum(frame.samples / frame.sample_rate for frame in container.decode(stream))
    container.seek(0)
    return length_s


def declared_duration_s(container: av.container.InputContainer) -> float | None:
    """How long the audio is, as the container says."""
    stream = _audio_stream(container)
    if stream.duration is not None:
        return float(stream.duration * stream.time_base)
    return None if container.duration is None else container.duration / av.time_base


def pre_roll_s(stream: av.AudioStream) -> float:
    """How long before a section decoding begins, in s."""
    return OPUS_PRE_ROLL_S if stream.codec_context.name in _OPUS else PRE_ROLL_S


def read_section(
    container: av.container.InputContainer,
    *,
    start_s: float,
    length_s: float,
    max_lead_s: float | None = None,
    packets: range | None = None,
) -> tuple[np.ndarray, int]:
    """Mono float32 samples (n_samples,) of a section, and the sampling rate in Hz.

    The first frame is placed by its time stamp, the others follow without a gap. Where the
    recording ends early the result is shorter than asked: nothing is padded.

    Args:
        max_lead_s: for containers from outside: how much may be decoded before the section. Then a
            gap between frames is an error too, since what follows would be placed too early.
        packets: where in the container, in bytes, those lie that may be decoded; None: all.

    Raises:
        NoAudioError: there is no audio stream, no frame of it decodes, or they lie elsewhere.
    """
    stream = _audio_stream(container)
    lead_s = pre_roll_s(stream)
    seeked = start_s > lead_s
    if seeked:
        offset = int((start_s - lead_s) / stream.time_base)
        container.seek(offset, stream=stream, backward=True)
    converter, layout = None, None
    rate_hz, first, position, pieces = 0, 0, None, []
    try:
        for frame in _frames(container, stream, packets):
            if not rate_hz:
                rate_hz, first = frame.sample_rate, round(start_s * frame.sample_rate)
                _check_size(frame)
            if position is None:
                position = _first_position(frame, stream, rate_hz, seeked=seeked)
                # Asked of the stream for each frame, they would take as long as the frame itself.
                tick_s, origin = float(stream.time_base), stream.start_time or 0
                if seeked and max_lead_s is not None:
                    _check_lead(first - position, max_lead_s=max_lead_s, rate_hz=rate_hz)
            elif max_lead_s is not None and frame.pts is not None:
                _check_gap((frame.pts - origin) * tick_s, position / rate_hz)
            if frame.sample_rate != rate_hz:
                break  # another recording behind this one
            if layout != (frame.format.name, frame.layout.name):
                converter = av.AudioResampler(format="fltp")
                layout = (frame.format.name, frame.layout.name)
            for part in converter.resample(frame):
                if position + part.samples > first:
                    pieces.append((position, _mono(part)))
                position += part.samples
            if position >= first + round(length_s * rate_hz):
                break
    except av.error.FFmpegError as error:
        if position is None:
            raise NoAudioError(f"nothing in it decodes: {error}") from None
    return _cut(pieces, first, round(length_s * rate_hz)), rate_hz


def _frames(
    container: av.container.InputContainer, stream: av.AudioStream, packets: range | None
) -> Iterator[av.AudioFrame]:
    for packet in container.demux(stream):
        if packets is None or packet.size == 0 or packet.pos in packets:  # the last one is empty
            yield from packet.decode()


def _audio_stream(container: av.container.InputContainer) -> av.AudioStream:
    if not container.streams.audio:
        raise NoAudioError("it has no audio stream")
    stream = container.streams.audio[0]
    if stream.codec_context is None:
        raise NoAudioError("nothing here decodes its codec")
    return stream


def _check_size(frame: av.AudioFrame) -> None:
    n_channels = frame.layout.nb_channels
    if frame.sample_rate > MAX_RATE_HZ or n_channels > MAX_CHANNELS:
        raise NoAudioError(
            f"{n_channels} channels at {frame.sample_rate} Hz are not taken for audio"
        )


def _check_lead(n_lead: int, *, max_lead_s: float, rate_hz: int) -> None:
    if not 0 <= n_lead <= max_lead_s * rate_hz:
        raise NoAudioError(f"decoding would begin {n_lead / rate_hz:.3f} s before the section")


def _check_gap(stated_s: float, expected_s: float) -> None:
    gap_s = stated_s - expected_s
    if abs(gap_s) > MAX_GAP_S:
        raise NoAudioError(f"a gap of {gap_s:.3f} s between frames at {expected_s:.3f} s")


def _first_position(
    frame: av.AudioFrame, stream: av.AudioStream, rate_hz: int, *, seeked: bool
) -> int:
    """The sample number of a frame; without a seek, the first frame is the beginning."""
    if not seeked or frame.pts is None:
        return 0
    start = stream.start_time or 0
    position = round(float((frame.pts - start) * stream.time_base) * rate_hz)
    if stream.codec_context.name in _OPUS and stream.time_base * rate_hz > 1:
        # WebM rounds to milliseconds, but packets end at multiples of 2.5 ms from the first's start.
        step = rate_hz // 400
        end = position + frame.samples + stream.codec_context.delay
        position += round(end / step) * step - end
    return position


def _mono(frame: av.AudioFrame) -> np.ndarray:
    """The mean of the channels, float32 (n_samples,)."""
    channels = frame.to_ndarray()
    return channels[0] if len(channels) == 1 else channels.mean(axis=0, dtype=np.float32)


def _cut(pieces: list[tuple[int, np.ndarray]], first: int, n_samples: int) -> np.ndarray:
    kept = [
        samples[max(0, first - position) : max(0, first + n_samples - position)]
        for position, samples in pieces
    ]
    return np.concatenate(kept) if kept else np.zeros(0, np.float32)
