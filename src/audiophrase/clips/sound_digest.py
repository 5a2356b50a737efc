"""What tells that two clips hold the same sound, whatever they are called: a digest of their samples."""

import hashlib

from audiophrase.clips.flac import decode_flac
from audiophrase.errors import ArtifactError

# "fLaC", then a block of metadata, the first of which describes the stream (RFC 9639, section 8.2).
_MARK, _STREAM_INFO, _N_BYTES = b"fLaC", 0, 34
_FORMAT = slice(8 + 10, 8 + 18)  # sampling rate, channels, bits a sample, samples
_MD5 = slice(8 + 18, 8 + 34)  # of the samples; zeros where the encoder left it out


def sound_digest(flac: bytes, clip_id: str) -> str:
    """The digest of a clip's decoded samples and their rate, in hexadecimal.

    A FLAC stream carries the MD5 of its samples, so nothing is decoded; unlike that of its bytes, it
    does not depend on who encoded it.

    Raises:
        ArtifactError: it is no FLAC stream.
    """
    if (
        flac[:4] != _MARK
        or len(flac) < _MD5.stop
        or flac[4] & 0x7F != _STREAM_INFO
        or int.from_bytes(flac[5:8], "big") != _N_BYTES
    ):
        raise ArtifactError(f"the audio of clip {clip_id} is no FLAC stream")
    described, md5 = flac[_FORMAT], flac[_MD5]
    if not any(md5):
        samples, _ = decode_flac(flac, clip_id)
        md5 = hashlib.md5(samples.tobytes(), usedforsecurity=False).digest()
    return (described + md5).hex()
