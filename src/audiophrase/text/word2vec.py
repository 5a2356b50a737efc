"""word2vec files: the vectors of a few words out of a large file, in one streaming pass.

The binary form is a line 'WORDS DIMENSIONS', then for each word its letters, a space, and its
values as little-endian float32, with or without a line feed behind; the text form is a line for
each word. Either may be gzipped. What is not wanted is passed over: memory stays flat.
"""

import codecs
import gzip
import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import numpy as np

from audiophrase.amounts import counted
from audiophrase.errors import VectorsError

CHUNK_BYTES = 1 << 18
_MAX_WORD_BYTES = 4096
_MAX_DIMENSIONS = 65536
_MAX_LINE_BYTES = 1 << 22
_GZIP_MAGIC = b"\x1f\x8b"
_IS_BINARY = {".bin": True, ".txt": False, ".vec": False}  # other names are looked into
_FETCH = "fetch the file again"
_FETCH_OR_FIX = "fetch the file again, or fix its header if you wrote it"


def read_vectors(path: Path, wanted: Collection[str]) -> dict[str, np.ndarray]:
    """Vectors (D,) of the wanted words; the first entry of a word counts.

    The whole file is gone through, so that a damaged one is refused whatever is wanted of it; of
    the values, those of the wanted words are looked at.

    Raises:
        VectorsError: the file is missing or malformed; the message gives the byte offset.
    """
    path = Path(path)
    keys = {word.encode("utf-8", "surrogatepass"): word for word in wanted}
    with _opened(path) as file:
        n_words, n_dimensions = _header(path, file)
        entries = _binary_entries if _is_binary(path, file) else _text_entries
        vectors: dict[str, np.ndarray] = {}
        for word, vector in entries(path, file, n_words, n_dimensions, keys):
            vectors.setdefault(word, vector)
    return vectors


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """The file, unpacked on the way if it is gzipped; what breaks in between is told."""
    try:
        with path.open("rb") as raw:
            if raw.peek(2)[:2] != _GZIP_MAGIC:
                yield raw
                return
            try:
                with gzip.GzipFile(fileobj=raw) as file:
                    yield file
            except (gzip.BadGzipFile, EOFError, zlib.error) as error:
                raise VectorsError(
                    f"{path}, near byte {raw.tell()} of the archive: damaged gzip: {error}", _FETCH
                ) from None
    except OSError as error:
        raise VectorsError(
            f"the word vectors {path} cannot be read: {error.strerror or error}",
            "fix text.vectors_file of the data set",
        ) from None


def _header(path: Path, file: BinaryIO) -> tuple[int, int]:
    line = file.readline(256)
    try:
        n_words, n_dimensions = (int(part) for part in line.split())
    except ValueError:
        raise VectorsError(
            f"{path}, byte 0: {line[:60]!r} is not a word2vec header 'WORDS DIMENSIONS'",
            "name a file in the word2vec form",
        ) from None
    if n_words < 1 or not 1 <= n_dimensions <= _MAX_DIMENSIONS:
        raise VectorsError(
            f"{path}, byte 0: a header of {counted(n_words, 'word')} of "
            f"{counted(n_dimensions, 'dimension')}",
            f"name a file of at least one word and at most {_MAX_DIMENSIONS} dimensions",
        )
    return n_words, n_dimensions


def _is_binary(path: Path, file: BinaryIO) -> bool:
    suffix = Path(path.stem).suffix if path.suffix == ".gz" else path.suffix
    if suffix in _IS_BINARY:
        return _IS_BINARY[suffix]
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(file.peek(_MAX_WORD_BYTES))
    except UnicodeDecodeError:
        return True
    return not all(letter.isprintable() or letter.isspace() for letter in text)


def _binary_entries(
    path: Path, file: BinaryIO, n_words: int, n_dimensions: int, wanted: dict[bytes, str]
) -> Iterator[tuple[str, np.ndarray]]:
    row_bytes = 4 * n_dimensions
    entry_bytes = _MAX_WORD_BYTES + 1 + row_bytes  # of the longest entry
    data = bytearray(entry_bytes + CHUNK_BYTES)  # filled again in place: no memory to map and clear
    base = file.tell()  # offset in the file of the first byte of `data`
    start = end = 0  # what of `data` is still to be read
    for index in range(n_words):
        if end - start < entry_bytes:
            data[: end - start] = data[start:end]
            base, start, end = base + start, 0, _fill(data, end - start, file)
        space = data.find(b" ", start, min(start + _MAX_WORD_BYTES + 1, end))
        word = bytes(data[start:space])
        if start == end:
            raise VectorsError(
                f"{path}, byte {base + start}: the file ends behind word {index}, where its header "
                f"tells of {n_words}",
                _FETCH_OR_FIX,
            )
        if space < 0 or b"\0" in word:
            raise VectorsError(
                f"{path}, byte {base + start}: no word where word {index + 1} of {n_words} should "
                f"begin, if the header is right that each has {n_dimensions} dimensions",
                _FETCH_OR_FIX,
            )
        if end - space <= row_bytes:
            raise VectorsError(
                f"{path}, byte {base + start}: the file ends within word {index + 1} of {n_words}",
                _FETCH,
            )
        word = word.lstrip(b"\n")
        if word in wanted:
            vector = np.frombuffer(data, "<f4", n_dimensions, space + 1).copy()
            yield wanted[word], _finite(path, base + start, vector)
        start = space + 1 + row_bytes
    _require_end(path, base + start, bytes(data[start:end]) + file.read(_MAX_WORD_BYTES), n_words)


def _fill(data: bytearray, n_kept: int, file: BinaryIO) -> int:
    """Read on behind the first `n_kept` bytes until `data` is full or the file ends: what is in it."""
    with memoryview(data) as window:
        while n_kept < len(data) and (n_read := file.readinto(window[n_kept:])):
            n_kept += n_read
    return n_kept


def _text_entries(
    path: Path, file: BinaryIO, n_words: int, n_dimensions: int, wanted: dict[bytes, str]
) -> Iterator[tuple[str, np.ndarray]]:
    offset = file.tell()
    for index in range(n_words):
        line = file.readline(_MAX_LINE_BYTES)
        content = line.rstrip()
        n_found = content.count(b" ")
        if n_found != n_dimensions:
            problem = f"has {n_found} numbers, not {n_dimensions}" if line else "is not there"
            raise VectorsError(
                f"{path}, byte {offset}: word {index + 1} of {n_words} {problem}", _FETCH
            )
        word, _, numbers = content.partition(b" ")
        if word in wanted:
            try:
                vector = np.array([float(number) for number in numbers.split(b" ")], np.float32)
            except ValueError:
                raise VectorsError(
                    f"{path}, byte {offset}: not numbers behind {wanted[word]!r}", _FETCH
                ) from None
            yield wanted[word], _finite(path, offset, vector)
        offset += len(line)
    _require_end(path, offset, file.read(_MAX_WORD_BYTES), n_words)


def _require_end(path: Path, offset: int, rest: bytes, n_words: int) -> None:
    if rest.strip():
        raise VectorsError(
            f"{path}, byte {offset}: the file goes on behind the {counted(n_words, 'word')} of its "
            "header",
            _FETCH,
        )


def _finite(path: Path, offset: int, vector: np.ndarray) -> np.ndarray:
    if not np.isfinite(vector).all():
        raise VectorsError(
            f"{path}, byte {offset}: the vector has values that are not finite", _FETCH
        )
    return vector
