"""A table of audio in several files of Parquet, as large data sets are published."""

import io
import itertools

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import soundfile

from audiophrase.annotations import audio_tables, files, importing
from audiophrase.annotations.parameters import SplitParams
from audiophrase.annotations.patterns import is_pattern, matching
from audiophrase.errors import AnnotationError

AUDIO = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
EVEN = SplitParams(seed=1, val=0.3, test=0.3)
PUBLISHED = (
    "train-00000-of-00002.parquet",
    "train-00001-of-00002.parquet",
    "validation-00000-of-00001.parquet",
    "test-00000-of-00001.parquet",
)


def sound(seed):
    buffer = io.BytesIO()
    samples = np.random.default_rng(seed).uniform(-0.5, 0.5, 800)
    soundfile.write(buffer, samples, 8000, format="WAV")
    return buffer.getvalue()


def write(path, rows, **columns):
    """Parquet of (name, bytes); two rows a group."""
    audio = pa.array([{"bytes": content, "path": name} for name, content in rows], AUDIO)
    table = {"audio": audio, "caption": [f"rain {n}" for n in range(len(rows))]} | columns
    pq.write_table(pa.table(table), path, row_group_size=2)


def shards(folder, names, n_rows=2, named=True):
    """A file for each name, all of its rows with bytes of their own; the pattern that fits them."""
    seeds = itertools.count()
    for name in names:
        rows = []
        for number in range(n_rows):
            rows.append((f"{name[:11]}-{number} é.wav" if named else None, sound(next(seeds))))
        write(folder / name, rows)
    return folder / "*.parquet"


def by_split(path, params=EVEN):
    chosen = importing.by_split(files.load(path), str(path), params)
    return {split: kept["rows"] for split, kept in chosen.items()}


def test_files_of_published_names_are_of_the_splits_that_they_begin_with(tmp_path):
    chosen = by_split(shards(tmp_path, PUBLISHED, named=False))
    assert {split: [row["filename"] for row in rows] for split, rows in chosen.items()} == {
        "train": [f"train-0000{n}-of-00002-row-{row}" for n in (0, 1) for row in (0, 1)],
        "val": ["validation-00000-of-00001-row-0", "validation-00000-of-00001-row-1"],
        "test": ["test-00000-of-00001-row-0", "test-00000-of-00001-row-1"],
    }


@pytest.mark.parametrize("name", ["train-0000{}-of-00009.parquet", "part-{}.parquet"])
def test_files_of_one_split_or_of_none_leave_splits_to_be_drawn(tmp_path, name):
    path = shards(tmp_path, [name.format(n) for n in range(9)])
    assert {row.split for row in importing.forms()["audio_table"].rows(files.load(path), "")} == {
        None
    }
    assert sum(map(len, by_split(path).values())) == 18


def test_a_file_without_a_split_among_others_with_one_is_told(tmp_path):
    path = shards(tmp_path, [*PUBLISHED, "more.parquet"])
    with pytest.raises(AnnotationError, match=r"more\.parquet, row 0: no split, where others"):
        by_split(path)
    # Where the parameters name a file a split, its name is not asked.
    assert len(importing.of_split(files.load(path), "mine", "train")["rows"]) == 10


def test_a_column_of_splits_goes_before_the_names_of_files(tmp_path):
    for name in ("train-0.parquet", "test-0.parquet"):
        rows = [(f"{name}-{n}.wav", sound(n)) for n in range(3)]
        write(tmp_path / name, rows, split=["train", "val", "test"])
    assert [len(rows) for rows in by_split(tmp_path / "*.parquet").values()] == [2, 2, 2]


def test_audio_is_found_in_whichever_file_and_other_row_groups_are_not_read(tmp_path, monkeypatch):
    table = files.load(shards(tmp_path, PUBLISHED, n_rows=6))
    read = []
    real = audio_tables._audio_of

    def recorded(file, group, first, numbers):
        read.append(group)
        return real(file, group, first, numbers)

    monkeypatch.setattr(audio_tables, "_audio_of", recorded)
    wanted = ["train-00000-0 é.wav", "test-00000--5 é.wav", "nowhere.wav"]
    assert dict(table.audio(wanted)) == {wanted[0]: sound(0), wanted[1]: sound(23)}
    assert read == [2, 0]  # of the test split, and of the training split


def test_a_clip_in_two_files_is_read_from_the_first_and_may_not_differ(tmp_path):
    same = [("é.wav", sound(1))]
    write(tmp_path / "a.parquet", same)
    write(tmp_path / "b.parquet", same)
    table = files.load(tmp_path / "*.parquet")
    assert list(table.audio(["é.wav"])) == [("é.wav", sound(1))]
    kept = importing.of_split(table, "mine", "train")
    assert [row["caption_id"] for row in kept["rows"]] == ["é.wav#0", "é.wav#1"]
    write(tmp_path / "b.parquet", [("e\N{COMBINING ACUTE ACCENT}.wav", sound(2))])
    with pytest.raises(AnnotationError) as refused:
        importing.of_split(files.load(tmp_path / "*.parquet"), "mine", "train")
    assert "b.parquet, row 0, field 'audio'" in str(refused.value)
    assert "stands at a.parquet, row 0, too, with other bytes" in str(refused.value)


def test_files_of_different_tables_are_told(tmp_path):
    write(tmp_path / "a.parquet", [("a.wav", sound(1))])
    write(tmp_path / "b.parquet", [("b.wav", sound(2))], label=["x"])
    with pytest.raises(AnnotationError, match=r"b\.parquet and .*a\.parquet differ in .*'label'"):
        files.load(tmp_path / "*.parquet")


OTHER = pa.struct([("bytes", pa.string()), ("path", pa.string())])


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"audio": pa.array([{"bytes": "x", "path": "b"}], OTHER)}, "'audio' is no struct of byt"),
        ({"audio": pa.array([{"bytes": b"x", "path": 1}])}, "'audio' is no struct of bytes and p"),
        ({"caption": [5]}, "'caption' holds int64, not text"),
        ({"caption": [[5]]}, "'caption' holds list<element: int64>, not text"),
        ({"caption": pa.array([b"x"])}, "'caption' holds binary, not text"),
        ({"split": [1]}, "'split' holds int64, not text"),
        ({"split": [["train"]]}, "'split' holds list<element: string>, not text"),
    ],
)
def test_columns_of_other_types_are_told_in_whichever_file(tmp_path, columns, told):
    write(tmp_path / "a.parquet", [("a.wav", sound(1))], split=["train"])
    write(tmp_path / "b.parquet", [("b.wav", sound(2))], **({"split": ["train"]} | columns))
    with pytest.raises(AnnotationError) as refused:
        importing.of_split(files.load(tmp_path / "*.parquet"), "mine", "train")
    assert f"mine: the column {told}" in str(refused.value)


def test_a_column_that_stands_twice_is_told(tmp_path):
    audio = pa.array([{"bytes": sound(1), "path": "a.wav"}], AUDIO)
    table = pa.Table.from_arrays([audio, audio, pa.array(["x"])], ["audio", "audio", "caption"])
    pq.write_table(table, tmp_path / "a.parquet")
    with pytest.raises(AnnotationError, match=r"a\.parquet names a column twice"):
        files.load(tmp_path / "a.parquet")


def test_what_a_pattern_fits(tmp_path):
    names = ["b[1].parquet", "a?.parquet", "a*.parquet"]
    for name in names:
        (tmp_path / name).touch()
    (tmp_path / "folder.parquet").mkdir()
    assert matching(tmp_path / "*.parquet") == sorted(tmp_path / name for name in names)
    assert matching(tmp_path / "*[1].parquet") == [tmp_path / "b[1].parquet"]
    assert not is_pattern(tmp_path / "a*.parquet")  # a file of that name
    with pytest.raises(AnnotationError, match=r"no file fits .*x\*\.parquet"):
        files.load(tmp_path / "x*.parquet")
    with pytest.raises(AnnotationError, match="names several files, as Parquet alone may come"):
        files.load(tmp_path / "*.csv")


def test_a_pattern_fits_so_many_files_and_no_more(tmp_path, monkeypatch):
    shards(tmp_path, PUBLISHED)
    monkeypatch.setattr("audiophrase.annotations.patterns.MAX_FILES", 3)
    with pytest.raises(AnnotationError, match="more than 3 files fit"):
        files.load(tmp_path / "*.parquet")


def test_what_is_called_parquet_and_is_none_is_told(tmp_path):
    path = tmp_path / "a.parquet"
    path.write_text("file,caption\na.wav,rain\n")
    with pytest.raises(AnnotationError, match=r"a\.parquet cannot be read as Parquet"):
        files.load(path)
    with path.open("wb") as file:
        file.truncate(5 << 30)
    with pytest.raises(AnnotationError, match=r"a\.parquet cannot be read as Parquet"):
        files.load(path)
