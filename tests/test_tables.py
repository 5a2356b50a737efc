"""Artifacts: what is written is what is read, and anything else is refused."""

import errno
import hashlib
import os
import random
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from audiophrase import tables
from audiophrase.annotations.schemas import PHRASES_SCHEMA
from audiophrase.clips import shards
from audiophrase.clips.availability import AVAILABILITY_SCHEMA
from audiophrase.errors import ArtifactError

SETTINGS = {"features": {"hop_s": 0.02, "n_mels": 64}}
WHEN = datetime(2024, 2, 29, 23, 59, 58, tzinfo=UTC)
SEGMENTS = pa.list_(pa.struct([("onset_s", pa.float64()), ("offset_s", pa.float64())]))
AUDIO = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
COLUMNS = {
    "text": pa.array(["dog", None, "", "ü\x00…"]),
    "audio": pa.array([{"bytes": b"\x00\xff", "path": "a"}, None, {"bytes": None}, {}], AUDIO),
    "log_mel": pa.array([[1.5, -0.0], None, [], [float("inf"), None]], pa.list_(pa.float32())),
    "segments": pa.array([[{"onset_s": 0.0, "offset_s": 1.5}], [], None, [None]], SEGMENTS),
    "words": pa.array([["a", None], [], None, ["b"]], pa.list_(pa.string())),
    "count": pa.array([1, None, -3, 2**31 - 1], pa.int32()),
    "start_s": pa.array([0.1, None, 1e-300, -1.0]),
    "when": pa.array([WHEN, None, None, WHEN], pa.timestamp("ms", tz="UTC")),
    "permanent": pa.array([True, None, False, True]),
}


def write(path, table, **keywords):
    tables.write(path, table, **({"stage": "features", "settings": SETTINGS} | keywords))
    return path


@pytest.fixture
def path(tmp_path):
    return tmp_path / "table.parquet"


@pytest.mark.parametrize("name", COLUMNS)
@pytest.mark.parametrize("n_rows", [0, 1, 4])
def test_every_kind_of_column_comes_back(path, name, n_rows):
    table = pa.table({name: COLUMNS[name]}).slice(0, n_rows)
    write(path, table)
    assert tables.read(path, stage="features", settings=SETTINGS).equals(table)


@pytest.mark.parametrize("schema", [PHRASES_SCHEMA, shards.SCHEMA, AVAILABILITY_SCHEMA])
def test_tables_of_the_stages_come_back_empty_or_full_of_nulls(path, schema):
    for rows in ([], [{}], [{}, {}]):
        table = pa.Table.from_pylist(rows, schema)
        write(path, table)
        assert tables.read(path, stage="features").to_pylist() == table.to_pylist()


def test_times_in_seconds_come_back(path):
    """Parquet knows no seconds: they are read as milliseconds, and are no damage."""
    table = pa.table({"when": pa.array([WHEN, None], pa.timestamp("s", tz="UTC"))})
    write(path, table)
    assert tables.read(path, stage="features")["when"].to_pylist() == [WHEN, None]


def test_columns_can_be_chosen(path):
    write(path, pa.table(COLUMNS))
    chosen = tables.read(path, stage="features", columns=["count", "text"])
    assert chosen.column_names == ["count", "text"]


def test_units_and_metadata_stand_in_the_schema(path):
    write(path, pa.table(COLUMNS), units={"start_s": "s"}, metadata={"huggingface": "{}"})
    schema = pq.read_schema(path)
    assert schema.field("start_s").metadata[b"unit"] == b"s"
    assert schema.metadata[b"huggingface"] == b"{}"
    assert tables.read(path, stage="features").num_rows == 4


def test_the_same_table_gives_the_same_bytes(tmp_path):
    first = write(tmp_path / "first", pa.table(COLUMNS))
    reordered = {"features": dict(reversed(SETTINGS["features"].items()))}
    second = write(tmp_path / "second", pa.table(COLUMNS), settings=reordered)
    assert first.read_bytes() == second.read_bytes()


def digest_of(path):
    return pq.read_schema(path).metadata[tables.PROVENANCE_KEY]


def test_the_digest_does_not_depend_on_how_arrow_holds_the_table(tmp_path):
    table = pa.table(COLUMNS)
    expected = digest_of(write(tmp_path / "whole", table))
    chunked = pa.concat_tables([table.slice(0, 1), table.slice(1, 0), table.slice(1)])
    padded = pa.concat_tables([table, table, table]).combine_chunks().slice(4, 4)
    rebuilt = pa.Table.from_pylist(table.to_pylist(), table.schema)
    for name, twin in {"chunked": chunked, "padded": padded, "rebuilt": rebuilt}.items():
        assert digest_of(write(tmp_path / name, twin)) == expected, name


def test_digests_of_text_are_those_that_stand_in_the_files_there_are():
    """A change would make every table that anyone has look damaged."""
    words = pa.array(["x", "yy", None, "", "zzz", None, "é"])
    known = {
        "619a18bd8525": words,
        "eaed7209ab57": words[:2][1:],
        "5d2208974d8a": words[1:5],
        "fad2a81748be": pa.array([["a", None], None, [], ["bc"]]),
        "dd5a226cd7e1": pa.array(["", ""]),
        "3857d6a938c1": pa.array([b"\0", None, b"ab"]),
    }
    for expected, values in known.items():
        assert tables.digest(pa.table({"a": values}))[:12] == expected


def test_a_window_on_text_is_digested_as_what_it_shows():
    words = pa.array(["x", "yy", "zzz"])
    window, copied = hashlib.sha256(), hashlib.sha256()
    tables._feed(window, words[1:])
    tables._feed(copied, pa.array(["yy", "zzz"]))
    assert window.digest() == copied.digest()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (pa.array([None, 0]), pa.array([0, None])),
        (pa.array(["ab", "c"]), pa.array(["a", "bc"])),
        (pa.array([""]), pa.array([None], pa.string())),
        (pa.array([[1], [2, 3]]), pa.array([[1, 2], [3]])),
        (pa.array([[], None], pa.list_(pa.int64())), pa.array([None, []], pa.list_(pa.int64()))),
        (pa.array([1], pa.int32()), pa.array([1], pa.int64())),
        (pa.array([0.0]), pa.array([-0.0])),
        (pa.array([{"a": None}]), pa.array([None], pa.struct([("a", pa.null())]))),
    ],
)
def test_tables_that_look_alike_have_digests_of_their_own(tmp_path, one, other):
    digests = {digest_of(write(tmp_path / "t", pa.table({"x": x}))) for x in (one, other)}
    assert len(digests) == 2


SMALL = pa.table({name: COLUMNS[name].slice(0, 2) for name in ("text", "audio", "segments")})


@pytest.fixture(scope="module")
def small_file(tmp_path_factory):
    path = write(tmp_path_factory.mktemp("small") / "t", SMALL, units={"text": "word"})
    return path, path.read_bytes()


@settings(max_examples=400, deadline=None)
@given(place=st.floats(0, 1, exclude_max=True), flip=st.integers(1, 255))
@example(place=0.0, flip=1)
def test_a_changed_byte_is_never_read_as_other_content(small_file, place, flip):
    path, content = small_file
    damaged = bytearray(content)
    damaged[int(place * len(content))] ^= flip
    path.write_bytes(damaged)
    try:
        read = tables.read(path, stage="features", settings=SETTINGS)
    except ArtifactError:
        return
    assert read.equals(SMALL)


def test_content_that_was_exchanged_is_found_out(path):
    """A valid file with the provenance of another table."""
    write(path, SMALL)
    other = SMALL.set_column(0, "text", pa.array(["cat", None]))
    pq.write_table(other.replace_schema_metadata(pq.read_schema(path).metadata), path)
    with pytest.raises(ArtifactError, match=r"is damaged: its content has SHA-256 \w{16}"):
        tables.read(path, stage="features")


@pytest.mark.parametrize("kept", [0.0, 0.3, 0.999])
def test_truncated_files_are_refused(path, kept):
    content = write(path, SMALL).read_bytes()
    path.write_bytes(content[: int(kept * len(content))])
    with pytest.raises(ArtifactError, match="cannot be read"):
        tables.read(path, stage="features")


def test_files_of_others_are_refused(path):
    pq.write_table(SMALL, path)
    with pytest.raises(ArtifactError, match="cannot be read"):
        tables.read(path, stage="features")
    with pytest.raises(ArtifactError, match=r"is missing\n.*snakemake"):
        tables.read(path.with_name("none.parquet"), stage="features")
    with pytest.raises(ArtifactError, match="cannot be read"):
        tables.read(path.parent, stage="features")


def test_a_table_of_another_stage_is_refused(path):
    write(path, SMALL, stage="clips")
    with pytest.raises(ArtifactError, match="of the stage 'clips', not of 'features'"):
        tables.read(path, stage="features")


def test_other_settings_are_told_with_both_values(path):
    write(path, SMALL)
    wanted = {"features": {"hop_s": 0.01, "n_mels": 64}}
    with pytest.raises(ArtifactError) as refusal:
        tables.read(path, stage="features", settings=wanted)
    assert "features.hop_s = 0.02 (now 0.01)" in str(refusal.value)
    assert "n_mels" not in str(refusal.value)


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ({"hop_s": 0.02, "n_mels": 64, "new": 1}, r"features\.new = None \(now 1\)"),
        ({"hop_s": 0.02}, r"features\.n_mels = 64 \(now None\)"),
    ],
)
def test_settings_with_a_key_more_or_less_are_told(path, wanted, told):
    write(path, SMALL)
    with pytest.raises(ArtifactError, match=told):
        tables.read(path, stage="features", settings={"features": wanted})


def test_only_sections_that_both_sides_know_are_compared(path):
    write(path, SMALL)
    assert tables.read(path, stage="features", settings={"train": {"margin": 1.0}}).equals(SMALL)


def test_settings_with_tuples_equal_those_with_lists(path):
    write(path, SMALL, settings={"train": {"kernels": ((2, 4), None)}})
    read = tables.read(path, stage="features", settings={"train": {"kernels": [(2, 4), None]}})
    assert read.equals(SMALL)


@pytest.mark.parametrize("failing", ["fsync", "replace"])
@pytest.mark.parametrize("cause", [OSError(errno.ENOSPC, "No space"), KeyboardInterrupt()])
def test_a_failing_write_leaves_the_old_file_alone(path, monkeypatch, failing, cause):
    tables.write_text(path, "old")

    def fail(*_):
        raise cause

    monkeypatch.setattr(os if failing == "fsync" else Path, failing, fail)
    expected = ArtifactError if isinstance(cause, OSError) else KeyboardInterrupt
    with pytest.raises(expected):
        tables.write_text(path, "new")
    assert {file.name: file.read_text() for file in path.parent.iterdir()} == {path.name: "old"}


def test_a_folder_that_is_a_file_is_told(tmp_path):
    (tmp_path / "data").write_text("")
    with pytest.raises(ArtifactError, match=r"cannot write .*data/table\.csv: .*\n.*What to do"):
        tables.write_text(tmp_path / "data" / "table.csv", "")


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 64 kB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"cannot mount a small file system here: {error}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_is_told_and_loses_nothing(small_disk):
    path = write(small_disk / "table.parquet", SMALL)
    noise = pa.table({"x": pa.array([random.Random(1).randbytes(200_000)])})
    with pytest.raises(ArtifactError, match=r"cannot write .*No space.*\n.*free some space"):
        write(path, noise)
    assert tables.read(path, stage="features").equals(SMALL)
    assert os.listdir(small_disk) == ["table.parquet"]


def test_a_read_only_disk_is_told(small_disk):
    path = write(small_disk / "table.parquet", SMALL)
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(ArtifactError, match=r"Read-only.*\n.*work where you may write"):
        write(path, SMALL)
    assert tables.read(path, stage="features").equals(SMALL)


@pytest.mark.skipif(os.geteuid() == 0, reason="permissions do not bind root")
def test_a_folder_without_permission_is_told(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(ArtifactError, match="give yourself write permission"):
        tables.write_text(tmp_path / "t.csv", "")


@pytest.mark.parametrize("number", [float("nan"), float("-inf")])
def test_json_with_a_number_that_is_none_is_not_written(path, number):
    tables.write_json(path, {"ü": 1.5})
    with pytest.raises(ValueError, match="JSON"):
        tables.write_json(path, {"recall": [number]})
    assert tables.read_json(path) == {"ü": 1.5}


def test_json_and_csv_that_cannot_be_read_are_told(path):
    for read in (tables.read_json, tables.read_csv):
        with pytest.raises(ArtifactError, match="is missing"):
            read(path)
    path.write_bytes(b"\xff\xfe{")
    for read in (tables.read_json, tables.read_csv):
        with pytest.raises(ArtifactError, match="cannot be read"):
            read(path)


def test_csv_floats_read_back_equal(path):
    numbers = [0.1, 1 / 3, 1e-300, 2.220446049250313e-16]
    tables.write_csv(path, pa.table({"x": numbers}).to_pandas())
    assert tables.read_csv(path)["x"].tolist() == numbers


def test_csv_of_rows_has_the_bytes_of_a_frames(path):
    frame = pd.DataFrame(
        {
            "name": ["a,b", 'c"d', "é", None],
            "count": [1, 2, 3, 4],
            "value": [0.1 + 0.2, 1e-300, 1e16, np.nan],
            "share": [1.0, 2.5e-05, -0.0, 123456789.125],
        }
    )
    tables.write_csv(path, frame)
    expected = path.read_bytes()
    rows = frame.astype(object).where(frame.notna(), None).to_numpy().tolist()
    tables.write_csv_rows(path, list(frame), rows)
    assert path.read_bytes() == expected
