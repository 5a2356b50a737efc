"""word2vec files: what is read, as gensim writes and reads it, and what is refused, and where."""

import gzip
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from gensim.models import KeyedVectors

from audiophrase.errors import VectorsError
from audiophrase.text import word2vec
from audiophrase.text.word2vec import read_vectors

GLOVE = Path(__file__).parents[2].parent / "shared" / "vectors" / "glove-100d-21k.bin"


@pytest.fixture
def saved(tmp_path):
    """The same vectors in both forms of a word2vec file, as gensim writes them."""
    vectors = KeyedVectors(4)
    words = ["the", "dog", "bárk", "New_York"]
    vectors.add_vectors(words, np.arange(16, dtype=np.float32).reshape(4, 4))
    vectors.save_word2vec_format(tmp_path / "v.bin", binary=True)
    vectors.save_word2vec_format(tmp_path / "v.txt", binary=False)
    return tmp_path


def gzipped(path):
    """The same file gzipped, its name with .gz behind."""
    packed = path.with_name(f"{path.name}.gz")
    packed.write_bytes(gzip.compress(path.read_bytes()))
    return packed


NAMES = {
    "v.bin": ["v.bin", "vectors", "GoogleNews-300"],
    "v.txt": ["v.txt", "v.vec", "vectors", "words.model"],
}


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(("source", "name"), [(s, name) for s in NAMES for name in NAMES[s]])
def test_either_form_is_told_by_its_name_or_else_by_its_content(saved, source, name, packed):
    path = (saved / source).rename(saved / name)
    found = read_vectors(gzipped(path) if packed else path, {"the", "dog", "bárk", "absent"})
    assert {word: vector.tolist() for word, vector in found.items()} == {
        "the": [0, 1, 2, 3],
        "dog": [4, 5, 6, 7],
        "bárk": [8, 9, 10, 11],
    }


def test_words_may_follow_each_other_without_a_line_feed(tmp_path):
    rows = [(b"ab", [1, 2]), (b"New_York", [3, 4]), (b"ab", [5, 6]), (b"cd", [7, 8])]
    content = b"".join(word + b" " + np.array(v, "<f4").tobytes() for word, v in rows)
    (tmp_path / "v.bin").write_bytes(b"4 2\n" + content)
    found = read_vectors(tmp_path / "v.bin", {"ab", "cd"})
    assert {word: vector.tolist() for word, vector in found.items()} == {"ab": [1, 2], "cd": [7, 8]}


@pytest.mark.parametrize("n_dimensions", [2, 300, 20_000])
def test_rows_that_lie_across_chunks_are_read_whole(tmp_path, monkeypatch, n_dimensions):
    monkeypatch.setattr(word2vec, "CHUNK_BYTES", 1000)
    vectors = KeyedVectors(n_dimensions)
    rng = np.random.default_rng(0)
    words = ["w" * (1 + n % 90) + str(n) for n in range(100)]
    vectors.add_vectors(words, rng.standard_normal((100, n_dimensions)).astype(np.float32))
    vectors.save_word2vec_format(tmp_path / "v.bin", binary=True)
    found = read_vectors(tmp_path / "v.bin", words)
    for word in words:
        np.testing.assert_array_equal(found[word], vectors[word])


@pytest.mark.parametrize("name", ["v.bin", "v.txt"])
def test_wanted_vectors_are_read_and_no_others(saved, name):
    found = read_vectors(saved / name, {"dog", "bárk", "absent"})
    assert set(found) == {"dog", "bárk"}
    np.testing.assert_array_equal(found["bárk"], [8, 9, 10, 11])


@pytest.mark.parametrize("header", [b"3 4", b"5 4", b"4 3", b"4 5", b"4 2", b"8 2", b"2 8"])
def test_a_header_that_lies_of_a_small_file_is_refused(saved, header):
    content = (saved / "v.bin").read_bytes()
    (saved / "v.bin").write_bytes(header + content[content.index(b"\n") :])
    with pytest.raises(VectorsError, match=r"v\.bin, byte \d+: "):
        read_vectors(saved / "v.bin", {"dog"})


@pytest.mark.skipif(not GLOVE.exists(), reason="../shared/vectors/glove-100d-21k.bin is absent")
def test_a_real_file_is_read_as_gensim_reads_it():
    wanted = ["dog", "barks", "rain", "of"]
    theirs = KeyedVectors.load_word2vec_format(GLOVE, binary=True)
    ours = read_vectors(GLOVE, [*wanted, "a"])
    assert "a" not in ours
    for word in wanted:
        np.testing.assert_array_equal(ours[word], theirs[word])


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "byte 0"),
        (b"hello\n", "byte 0"),
        (b"-1 4\n", "byte 0"),
        (b"1 99999999\n", "byte 0"),
        (b"2 2\nab " + bytes(8) + b"\ncd " + bytes(3), "byte 15.*within word 2 of 2"),
        (b"2 2\nab " + bytes(8), "byte 15.*ends behind word 1, where its header tells of 2"),
        (b"1 2\n" + b"x" * 5000, "byte 4"),
        (b"999999999999 65536\nab ", "byte 19.*within word 1 of 999999999999"),
        (b"1 2\nab " + bytes(8) + b"\ncd " + bytes(8), "byte 15.*goes on behind the 1 word of"),
        (b"1 2\nab " + np.array([np.nan, 1], "<f4").tobytes(), "byte 4.*not finite"),
    ],
)
def test_malformed_binary_files_are_refused_with_the_byte_offset(tmp_path, content, told):
    path = tmp_path / "v.bin"
    path.write_bytes(content)
    with pytest.raises(VectorsError, match=told):
        read_vectors(path, {"ab", "cd"})


def test_malformed_text_and_missing_files_are_refused(tmp_path):
    path = tmp_path / "v.txt"
    path.write_text("2 2\nab 1 2\ncd 1\n")
    with pytest.raises(VectorsError, match=r"byte 11.*1 numbers, not 2"):
        read_vectors(path, {"cd"})
    path.write_text("2 2\nab 1 2\n")
    with pytest.raises(VectorsError, match=r"byte 11.*word 2 of 2 is not there"):
        read_vectors(path, {"cd"})
    path.write_text("1 2\nab 1 2\ncd 3 4\n")
    with pytest.raises(VectorsError, match=r"byte 11.*goes on behind the 1 word of"):
        read_vectors(path, {"cd"})
    path.write_text("1 2\nab 1 x\n")
    with pytest.raises(VectorsError, match=r"byte 4: not numbers behind 'ab'"):
        read_vectors(path, {"ab"})
    path.write_text("1 2\nab 1 inf\n")
    with pytest.raises(VectorsError, match=r"byte 4: .* not finite"):
        read_vectors(path, {"ab"})
    with pytest.raises(VectorsError, match="No such file"):
        read_vectors(tmp_path / "absent.bin", {"ab"})


@pytest.mark.skipif(not GLOVE.exists(), reason="../shared/vectors/glove-100d-21k.bin is absent")
@pytest.mark.parametrize(
    "header", [b"20556 100", b"20558 100", b"20557 99", b"20557 101", b"20557 50", b"41114 50"]
)
def test_a_header_that_lies_is_refused(tmp_path, header):
    content = GLOVE.read_bytes()
    (tmp_path / "v.bin").write_bytes(header + content[content.index(b"\n") :])
    with pytest.raises(VectorsError, match=r"v\.bin, byte \d+: "):
        read_vectors(tmp_path / "v.bin", {"dog"})


@pytest.mark.parametrize("harm", ["cut", "flip", "garbage"])
@pytest.mark.parametrize("name", ["v.bin", "v.txt"])
def test_a_damaged_gzip_is_refused(saved, name, harm):
    path = gzipped(saved / name)
    content = bytearray(path.read_bytes())
    if harm == "flip":
        content[-6] ^= 1  # of the check sum
    path.write_bytes({"cut": content[:-9], "flip": content, "garbage": content + b"x"}[harm])
    with pytest.raises(VectorsError, match=r"near byte \d+ of the archive: damaged gzip"):
        read_vectors(path, {"dog"})


def test_memory_stays_flat_over_a_large_file(tmp_path):
    n_words, n_dimensions = 40_000, 300
    row = np.zeros(n_dimensions, "<f4").tobytes()
    with (tmp_path / "v.bin").open("wb") as file:
        file.write(b"%d %d\n" % (n_words, n_dimensions))
        for index in range(n_words):
            file.write(b"word%d " % index + row)
    tracemalloc.start()
    found = read_vectors(tmp_path / "v.bin", {"word7", "word39999"})
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert set(found) == {"word7", "word39999"}
    assert peak_bytes < 5 * word2vec.CHUNK_BYTES < (tmp_path / "v.bin").stat().st_size / 9
