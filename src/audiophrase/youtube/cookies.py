"""Cookies of a browser, from a file that is read once, never written, and never quoted."""

import io
import re
from pathlib import Path

from audiophrase.errors import AudiophraseError

MAX_FILE_BYTES = 1 << 20
_DOMAIN = re.compile(r"(#HttpOnly_)?\.?([0-9a-z-]+\.)*(youtube|google)\.com", re.IGNORECASE)
_EXPIRY = re.compile(r"([0-9]+(\.[0-9]+)?)?")
_REMEDY = "export it again in the Netscape format (cookies.txt), as yt-dlp's wiki describes"


def read_cookies(path: Path) -> io.StringIO:
    """The lines about YouTube and Google, as the file that yt-dlp may read, and write to.

    Raises:
        AudiophraseError: the file cannot be read or is no such file; it quotes nothing of it.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise AudiophraseError(
            f"the file of cookies cannot be read: {error.strerror}", "name another, or none"
        ) from None
    if len(content) > MAX_FILE_BYTES:
        raise AudiophraseError("the file of cookies is longer than 1 MB", _REMEDY)
    kept = ["# Netscape HTTP Cookie File\n"]
    for number, line in enumerate(content.decode("utf-8", errors="replace").splitlines(), 1):
        if not line.strip() or (line.startswith("#") and not line.startswith("#HttpOnly_")):
            continue
        fields = line.split("\t")
        if len(fields) != 7 or not _EXPIRY.fullmatch(fields[4]):
            raise AudiophraseError(f"line {number} of the file of cookies is not a cookie", _REMEDY)
        if _DOMAIN.fullmatch(fields[0]):
            kept.append(f"{line}\n")
    if len(kept) == 1:
        raise AudiophraseError("the file of cookies holds none of youtube.com", _REMEDY)
    return io.StringIO("".join(kept))
