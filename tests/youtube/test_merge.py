"""Tables of several labs merged: what is told of them, and what a retrieval goes on from."""

import json
from datetime import timedelta

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from labs import ANSWERS, DAY, attempt, labs

from audiophrase import tables
from audiophrase.clips import foreign_table
from audiophrase.clips.availability import State, availability_table
from audiophrase.errors import AudiophraseError
from audiophrase.youtube import lab_tables
from audiophrase.youtube.attempts import SCHEMA, read_table, write_table
from audiophrase.youtube.evidence import Evidence, PlayerAnswer
from audiophrase.youtube.history import fold
from audiophrase.youtube.lab_tables import Lab
from audiophrase.youtube.merge import GEO_BLOCKED, MISSING, OTHER, PERMANENCE, merge


def kinds(merged) -> dict[str, tuple[str, ...]]:
    return {each.clip_id[1:2]: each.kinds for each in merged.disagreements}


def test_labs_that_say_the_same_disagree_in_nothing():
    rows = [attempt("a", "ok"), attempt("b", "removed"), attempt("c", "bot")]
    merged = merge(labs(one=rows, two=rows))
    assert (list(merged.rows), merged.n_repeated) == (rows, 3)
    assert (merged.disagreements, merged.n_settled, merged.n_judged_otherwise) == ((), 0, 0)
    assert merged.together == merged.by_lab["one"]


def test_each_kind_of_disagreement_is_told_with_what_each_lab_said():
    one = [attempt("m", "removed", 3), attempt("g", "country"), attempt("p", "private")]
    one += [attempt("o", "corrupt"), attempt("u", "bot"), attempt("x", "removed")]
    two = [attempt("m", "ok", 1), attempt("g", "removed", 2), attempt("p", "age", 1)]
    two += [attempt("o", "ok"), attempt("u", "removed")]
    merged = merge(labs(one=one, two=two))
    assert kinds(merged) == {
        "m": (MISSING,),
        "g": (GEO_BLOCKED, PERMANENCE),
        "p": (PERMANENCE,),
        "o": (OTHER,),
    }
    first, second = merged.disagreements[0].statements
    assert (first.lab, first.history.reason, first.row["tried_utc"]) == (
        "one",
        "permanent-removed",
        DAY + timedelta(days=3),
    )
    assert (second.lab, second.history.state) == ("two", State.OK)
    assert merged.n_settled == 1


def test_a_fetch_beats_missing_and_nothing_disputed_is_for_good():
    """Also where it was made before: somebody who has neither tries for himself."""
    one = [attempt("m", "removed", 3), attempt("g", "country", 0), attempt("x", "removed")]
    two = [attempt("m", "ok", 1), attempt("g", "removed", 2)]
    merged = merge(labs(one=one, two=two))
    (of_m,) = (h for h in merged.together.values() if h.clip_id.startswith("Ym"))
    assert (of_m.state, of_m.permanent, of_m.sha256) == (State.OK, None, "m1")
    (of_g,) = (h for h in merged.together.values() if h.clip_id.startswith("Yg"))
    assert (of_g.state, of_g.permanent) == (State.MISSING, False)
    (of_x,) = (h for h in merged.together.values() if h.clip_id.startswith("Yx"))
    assert of_x.permanent, "nobody says otherwise"
    assert len(merged.rows) == 5, "no attempt is lost"


def test_verdicts_are_judged_again_from_the_evidence():
    """What was called missing by a rule that was wrong is so no more, and the other way round."""
    wrong = attempt("a", "bot") | {"state": "missing", "reason": "permanent-removed"}
    late = attempt("b", "removed") | {"state": "unresolved", "reason": "unknown"}
    kept = attempt("c", "removed", evidence=None), attempt("d", "corrupt"), attempt("e", "ok")
    merged = merge(labs(one=[wrong, late], two=kept))
    assert merged.n_judged_otherwise == 2
    assert {row["clip_id"][1]: row["state"] for row in merged.rows} == {
        "a": "unresolved",
        "b": "missing",
        "c": "missing",
        "d": "corrupt",
        "e": "ok",
    }
    assert merged.rows[0]["message"] == ANSWERS["bot"]


def test_two_labs_that_hear_video_unavailable_a_day_apart_are_two_answers():
    one, two = [attempt("a", "bare")], [attempt("a", "bare", 2)]
    merged = merge(labs(one=one, two=two))
    (together,) = merged.together.values()
    assert (together.state, together.permanent) == (State.MISSING, False)
    assert {h.state for of in merged.by_lab.values() for h in of.values()} == {State.UNRESOLVED}


def test_the_latest_verdict_holds_in_whatever_order_tables_come():
    early, late = [attempt("a", "age", 0)], [attempt("a", "private", 5)]
    for tables_ in (labs(one=early, two=late), labs(one=late, two=early), labs(one=early + late)):
        (together,) = merge(tables_).together.values()
        assert together.reason == "private"


def test_an_attempt_that_counts_for_one_table_counts():
    one, two = [attempt("a", "removed", committed=False)], [attempt("a", "removed")]
    merged = merge(labs(one=one, two=two))
    assert [row["committed"] for row in merged.rows] == [True]


def test_of_equal_attempts_in_one_table_none_is_lost():
    twice = [attempt("a", "bot"), attempt("a", "bot")]
    assert len(merge(labs(one=twice, two=twice[:1])).rows) == 2


# Tables as they come.


def write(path, rows) -> Lab:
    if path.suffix == ".csv":
        pd.DataFrame(rows).to_csv(path, index=False)
    else:
        write_table(path, rows)
    return lab_tables.read(path)


def test_parquet_and_csv_of_attempts_say_the_same(tmp_path):
    rows = [attempt("-a", "ok", bytes=5, cookies=True), attempt("b", "removed", http_status=200)]
    ours = write(tmp_path / "a.parquet", rows)
    theirs = write(tmp_path / "a.csv", rows)
    assert list(ours.rows) == list(theirs.rows) == rows
    pq.write_table(
        pq.read_table(tmp_path / "a.parquet").replace_schema_metadata(), tmp_path / "b.parquet"
    )
    assert lab_tables.read(tmp_path / "b.parquet").rows == ours.rows


def test_a_table_of_availability_is_an_attempt_for_each_clip_asked_for(tmp_path):
    rows = [attempt("a", "ok"), attempt("b", "removed", 2), attempt("c", "bot")]
    clips = [{"clip_id": f"Y{c}_0_10000", "split": "test", "shard": "?"} for c in "abcnl"]
    shard = {
        c["clip_id"]: c | {"state": "unresolved", "reason": None, "message": None} for c in clips
    }
    shard |= {row["clip_id"]: shard[row["clip_id"]] | {"state": row["state"]} for row in rows}
    shard["Yl_0_10000"] |= {"state": "ok", "source": "local"}
    table = availability_table(clips, shard, source="youtube", histories=fold(rows))
    tables.write(tmp_path / "a.parquet", table, stage="availability", settings={})
    tables.write_csv(tmp_path / "a.csv", table.to_pandas())
    for name in ("a.parquet", "a.csv"):
        lab = lab_tables.read(tmp_path / name)
        assert lab.name.endswith(name)
        assert lab.n_elsewhere == 1
        assert [(row["clip_id"][1], row["state"], row["committed"]) for row in lab.rows] == [
            ("a", "ok", True),
            ("b", "missing", True),
            ("c", "unresolved", False),
        ]
        assert lab.rows[1]["tried_utc"] == DAY + timedelta(days=2)
    assert merge([lab]).rows[0]["state"] == "ok"


def test_two_columns_are_a_table(tmp_path):
    (tmp_path / "a.csv").write_text("clip_id,state\nYa_0_1,missing\n")
    merged = merge([lab_tables.read(tmp_path / "a.csv"), *labs(b=[attempt("b", "ok")])])
    write_table(tmp_path / "merged.parquet", list(merged.rows))
    table = read_table(tmp_path / "merged.parquet")
    assert table.schema.names == SCHEMA.names
    assert [row["state"] for row in table.to_pylist()] == ["missing", "ok"]


def test_empty_columns_and_lines_that_end_early_are_nothing_said(tmp_path):
    (tmp_path / "a.csv").write_text("clip_id,state,message,reason\nYa_0_1,ok,,\nYb_0_1,ok\n")
    assert {
        (row["message"], row["reason"]) for row in lab_tables.read(tmp_path / "a.csv").rows
    } == {(None, None)}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"clip_id": "../x"}, "'../x' is no clip id"),
        ({"state": "gone"}, "has the state 'gone'"),
        ({"tried_utc": "soon"}, "tried_utc holds 'soon', which is no time"),
        ({"tried_utc": "1969-01-01T00:00:00"}, "tried_utc holds the year 1969"),
        ({"http_status": "1e99"}, "http_status holds '1e99', which is no whole number"),
        ({"http_status": "nan"}, "http_status holds 'nan'"),
        ({"committed": "maybe"}, "committed holds 'maybe', which is neither true nor false"),
    ],
)
def test_a_value_that_is_none_is_refused(tmp_path, change, expected):
    with pytest.raises(AudiophraseError) as refusal:
        write(tmp_path / "a.csv", [attempt("a", "ok") | change])
    assert expected in refusal.value.problem


@pytest.mark.parametrize(
    "evidence",
    [
        "",
        "no JSON",
        "[" * 100_000,
        json.dumps({"stage": "page", "answers": [{"client": 5}]}),
        json.dumps({"stage": "page", "answers": [], "http_statuses": [float("inf")]}),
        json.dumps({"stage": "page", "answers": [], "errors": ["\ud800"]}),
        json.dumps({"stage": "page", "answers": [], "errors": 5}),
        '{"stage": "page", "answers": [], "retry_after_s": ' + "[" * 50_000 + "]" * 50_000 + "}",
        json.dumps({"stage": "page", "answers": [], "errors": ["x" * lab_tables.MAX_EVIDENCE]}),
    ],
)
def test_evidence_that_is_none_is_left_out_and_the_verdict_stands(tmp_path, evidence):
    lab = write(tmp_path / "a.csv", [attempt("a", "removed", evidence=evidence)])
    assert lab.rows[0]["evidence"] is None
    assert merge([lab]).together["Ya_0_10000"].state == State.MISSING


def test_texts_are_bounded_and_evidence_is_written_as_ours(tmp_path):
    answer = PlayerAnswer("web", "ERROR", "x" * 50, None, None, 0)
    evidence = json.loads(Evidence("page", answers=(answer,)).to_json())
    evidence["answers"][0]["reason"] = "y\x1b[2J" * 1000
    rows = [attempt("a", "removed", message="m" * 9999, evidence=json.dumps(evidence))]
    (row,) = write(tmp_path / "a.csv", rows).rows
    assert len(row["message"]) == lab_tables.MAX_CHARACTERS
    assert len(row["evidence"]) < 1000
    assert "\x1b" not in row["evidence"]


def test_a_small_file_that_unpacks_into_a_large_one_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(foreign_table, "MAX_TEXT_BYTES", 1 << 20)
    n = 5000
    table = pa.table({"clip_id": ["Ya_0_1"] * n, "state": ["ok"] * n, "message": ["m" * 1000] * n})
    pq.write_table(table, tmp_path / "a.parquet", compression="zstd")
    assert (tmp_path / "a.parquet").stat().st_size < 10_000
    with pytest.raises(AudiophraseError, match="unpacked it is larger than 1 MiB"):
        lab_tables.read(tmp_path / "a.parquet")


def test_times_beyond_all_clocks_are_refused(tmp_path):
    table = pa.table({"clip_id": ["Ya_0_1"], "state": ["ok"], "tried_utc": [1 << 61]})
    table = table.set_column(2, "tried_utc", table["tried_utc"].cast(pa.timestamp("us", "UTC")))
    pq.write_table(table, tmp_path / "a.parquet")
    with pytest.raises(AudiophraseError, match="no table of attempts or of availability"):
        lab_tables.read(tmp_path / "a.parquet")


def test_our_table_of_something_else_and_one_that_was_edited_are_refused(tmp_path):
    table = pa.table({"clip_id": ["Ya_0_1"], "state": ["ok"]})
    tables.write(tmp_path / "a.parquet", table, stage="clips", settings={})
    with pytest.raises(AudiophraseError, match="it is our table of the stage 'clips'"):
        lab_tables.read(tmp_path / "a.parquet")
    write_table(tmp_path / "b.parquet", [attempt("a", "ok")])
    ours = pq.read_table(tmp_path / "b.parquet")
    pq.write_table(
        ours.set_column(5, "state", pa.array(["missing"])).cast(ours.schema), tmp_path / "b.parquet"
    )
    with pytest.raises(AudiophraseError, match="is damaged"):
        lab_tables.read(tmp_path / "b.parquet")
