"""Tables of availability from elsewhere: what is taken, and what is refused by name."""

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from audiophrase import tables
from audiophrase.clips import availability_file
from audiophrase.clips.availability import availability_table
from audiophrase.errors import AudiophraseError

CLIPS = [{"clip_id": f"Y{i}_0_1", "split": "test", "shard": "?"} for i in ("-a", "1e5", "nan")]
ROWS = {
    clip["clip_id"]: {"clip_id": clip["clip_id"], "state": state, "reason": reason, "message": "m"}
    for clip, (state, reason) in zip(
        CLIPS, (("ok", None), ("missing", "private"), ("unresolved", "unknown")), strict=True
    )
}
EXPECTED = [
    {"clip_id": "Y-a_0_1", "state": "ok", "split": "test", "reason": None},
    {"clip_id": "Y1e5_0_1", "state": "missing", "split": "test", "reason": "private"},
    {"clip_id": "Ynan_0_1", "state": "unresolved", "split": "test", "reason": "unknown"},
]


def read(path):
    return availability_file.read(path, remedy="fix evaluate.only_clips_of")


@pytest.fixture
def table():
    return availability_table(CLIPS, ROWS, source="local")


def test_parquet_and_csv_say_the_same(tmp_path, table):
    tables.write(tmp_path / "a.parquet", table, stage="availability", settings={})
    tables.write_csv(tmp_path / "a.csv", table.to_pandas())
    assert read(tmp_path / "a.parquet") == read(tmp_path / "a.csv") == EXPECTED


def test_two_columns_are_enough_in_any_order_and_with_others_beside(tmp_path, table):
    frame = table.to_pandas()[["state", "message", "clip_id"]]
    tables.write_csv(tmp_path / "a.csv", frame)
    pq.write_table(pa.Table.from_pandas(frame), tmp_path / "a.parquet")
    expected = [row | {"split": None, "reason": None} for row in EXPECTED]
    assert read(tmp_path / "a.csv") == read(tmp_path / "a.parquet") == expected


def test_a_table_of_ours_that_was_edited_is_refused(tmp_path, table):
    path = tmp_path / "a.parquet"
    tables.write(path, table, stage="availability", settings={})
    edited = pq.read_table(path)
    states = pa.array(["missing", "missing", "ok"])
    edited = edited.set_column(edited.schema.get_field_index("state"), "state", states)
    pq.write_table(edited.cast(pq.read_schema(path)), path)
    with pytest.raises(AudiophraseError, match=r"(?s)is damaged.*fix evaluate.only_clips_of"):
        read(path)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.csv", "clip_id,state\n", "it has no rows"),
        ("a.csv", "", "No columns to parse"),
        ("a.csv", "clip,state\nY,ok\n", "no column clip_id"),
        ("a.csv", "clip_id,status\nY,ok\n", "no column state"),
        ("a.csv", "clip_id,state\nYa_0_1,fine\n", "clip Ya_0_1 has the state 'fine'; known: ok,"),
        ("a.csv", "clip_id,state\nYa_0_1,ok\nYa_0_1,missing\n", "clip Ya_0_1 stands in it twice"),
        ("a.csv", "clip_id,state\n,ok\n", "None is no clip id"),
        ("a.csv", "clip_id,state\n=1+1,ok\n", "'=1+1' is no clip id"),
        ("a.csv", "clip_id,state\nY../x_0_1,ok\n", "'Y../x_0_1' is no clip id"),
        ("a.csv", "clip_id,state\nY\x1b[2J_0_1,ok\n", "is no clip id"),
        ("a.csv", b"clip_id,state\n\xff\xfe,ok\n", "utf-8"),
        ("a.csv", 'clip_id,state\n"Ya,ok\n', "no table of availability"),
        ("a.parquet", "clip_id,state\nYa,ok\n", "magic bytes"),
        ("a.parquet", b"", "no table of availability"),
        ("a.txt", "clip_id,state\nYa,ok\n", "neither in .parquet nor in .csv"),
    ],
)
def test_what_is_no_such_table_is_refused_with_the_reason(tmp_path, name, content, told):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(AudiophraseError) as refusal:
        read(path)
    assert told in refusal.value.problem
    assert str(path) in refusal.value.problem
    assert refusal.value.remedy == "fix evaluate.only_clips_of"


def test_a_missing_file_and_a_folder_are_told(tmp_path):
    with pytest.raises(AudiophraseError, match="there is no file"):
        read(tmp_path / "a.csv")
    (tmp_path / "b.csv").mkdir()
    with pytest.raises(AudiophraseError, match="cannot be read"):
        read(tmp_path / "b.csv")


def test_a_parquet_column_of_another_type_is_refused(tmp_path):
    pd.DataFrame({"clip_id": [1, 2], "state": ["ok", "ok"]}).to_parquet(tmp_path / "a.parquet")
    with pytest.raises(AudiophraseError, match="1 is no clip id"):
        read(tmp_path / "a.parquet")


def test_what_could_steer_a_terminal_is_taken_out(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(
        "clip_id,state,split,reason\nYa_0_1,missing,\x1b[2J,pri\x1b[31mvate" + "x" * 999
    )
    (row,) = read(path)
    assert row["split"] is None
    assert row["reason"].startswith("pri [31mvate")
    assert len(row["reason"]) == availability_file.MAX_CHARACTERS
