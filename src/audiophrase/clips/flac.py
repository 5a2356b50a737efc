"""Decoding the FLAC audio of a clip shard: 16 bits, mono.

FFmpeg's decoder gets all frames as one packet. Opened as a file, it is no faster than libsndfile,
since FFmpeg first looks for the borders of the frames, which the decoder finds by itself.
"""

import av
import numpy as np

from audiophrase.errors import ArtifactError

# Without it a frame is taken whatever its checksum.
_STRICT = {"err_detect": "crccheck+explode"}
_STREAM_INFO_BYTES = 34
_FRAME_MARKS = (b"\xff\xf8", b"\xff\xf9")  # of blocks of one size, and of several
_CHANCE_SAMPLES = 2**22  # compressed samples may look like a mark, too


def decode_flac(content: bytes, clip_id: str) -> tuple[np.ndarray, int]:
    """Float32 samples (n_samples,), full scale at 1, and the sampling rate in Hz.

    Raises:
        ArtifactError: damaged, truncated, or not 16-bit mono.
    """
    try:
        return _decode(content)
    except av.error.FFmpegError as error:
        reason = error.strerror
    except ValueError as error:
        reason = str(error)
    raise ArtifactError(f"the FLAC audio of clip {clip_id} cannot be decoded: {reason}")


def _decode(content: bytes) -> tuple[np.ndarray, int]:
    stream_info, start = _stream_info(content)
    # 20 bits of sampling rate, 3 of channels - 1, 5 of bits a sample - 1, 36 of samples
    fields = int.from_bytes(stream_info[10:18], "big")
    sample_rate_hz, n_declared = fields >> 44, fields & (1 << 36) - 1
    n_channels, n_bits = (fields >> 41 & 7) + 1, (fields >> 36 & 31) + 1
    if (n_channels, n_bits) != (1, 16):
        raise ValueError(f"it is {n_bits}-bit audio of {n_channels} channel(s), not 16-bit mono")
    # FFmpeg refuses a frame with more samples than the block of metadata allows, and all frames are
    # decoded at once: so many must not come out of a few bytes.
    n_frames = sum(content.count(mark, start) for mark in _FRAME_MARKS)
    if n_frames * int.from_bytes(stream_info[2:4], "big") > 2 * n_declared + _CHANCE_SAMPLES:
        raise ValueError(f"its frames hold more than the {n_declared} samples declared")
    decoder = av.CodecContext.create("flac", "r")
    decoder.extradata = stream_info
    decoder.options = _STRICT
    decoder.thread_count = 1
    frames = decoder.decode(av.Packet(memoryview(content)[start:]))
    n_samples = sum(frame.samples for frame in frames)
    alike = {(frame.format.name, frame.layout.nb_channels, frame.sample_rate) for frame in frames}
    if not sample_rate_hz or not alike <= {("s16", 1, sample_rate_hz)}:
        raise ValueError("its frames are not what its header says")
    if n_samples != n_declared:
        raise ValueError(f"{n_samples} samples instead of {n_declared}")
    samples, end = np.empty(n_samples, np.float32), 0
    for frame in frames:
        start, end = end, end + frame.samples
        samples[start:end] = np.frombuffer(frame.planes[0], np.int16, frame.samples)
    samples *= np.float32(1 / 32768)
    return samples, sample_rate_hz


def _stream_info(content: bytes) -> tuple[bytes, int]:
    """The block of metadata that tells what the stream holds, and where the first frame begins."""
    if content[:4] != b"fLaC":
        raise ValueError("it does not begin as FLAC does")
    stream_info, start, is_last = b"", 4, False
    while not is_last:
        header = content[start : start + 4]
        if len(header) < 4:
            raise ValueError("it ends within its metadata")
        is_last, kind = bool(header[0] & 0x80), header[0] & 0x7F
        end = start + 4 + int.from_bytes(header[1:], "big")
        if kind == 0:
            stream_info = content[start + 4 : end]
        start = end
    if len(stream_info) != _STREAM_INFO_BYTES:
        raise ValueError("it ends within its metadata")
    return stream_info, start
