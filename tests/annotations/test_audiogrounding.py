"""AudioGrounding v1: what a file holds, and what is said about one that is not right."""

import copy
import json
from pathlib import Path

import pytest

from audiophrase.annotations import files, parsing
from audiophrase.annotations.counts import counts
from audiophrase.annotations.forms.audiogrounding_v1 import COLUMNS
from audiophrase.annotations.schemas import PHRASES_SCHEMA
from audiophrase.errors import AnnotationError
from audiophrase.splits import SPLITS

ORIGINALS = Path(__file__).parents[3] / "shared" / "audiogrounding"
ORIGINAL_SHARDS = {"train": 70, "val": 1, "test": 2}
N_SHARDS = {"train": 3, "val": 1, "test": 1}
# filename, audiocap_id, caption, phrase, start_word, timestamps
ROWS = {
    "train": [
        ("-a_b-c_1-_d_30.000_40.000.wav", 7, "a dog barks twice", "a dog", 0, [[0.5, 1], [2, 2.5]]),
        ("-a_b-c_1-_d_30.000_40.000.wav", 7, "a dog barks twice", "barks", 2, [[0.5, 10.02]]),
        ("AAAAAAAAAAA_2.5_7.wav", 8, "rain", "rain", 0, [[0, 0]]),
    ],
    "val": [
        ("BBBBBBBBBBB_0.000_10.000.wav", 9, "wind blows", "wind", 0, []),
        ("BBBBBBBBBBB_0.000_10.000.wav", 10, "wind blows", "wind", 0, [[1, 2]]),
    ],
    "test": [("C_C_C_C_C_C_0.000_10.000.wav", "x1", "birds sing", "birds sing", 1, [[0, 3]])],
}


def columns(rows):
    names = ("filename", "audiocap_id", "caption", "soundtag", "start_word", "timestamps")
    form = {name: {str(i): row[k] for i, row in enumerate(rows)} for k, name in enumerate(names)}
    form["tokens"] = {str(i): row[2].split() for i, row in enumerate(rows)}
    return form


def times(segments):
    return [(segment["onset_s"], segment["offset_s"]) for segment in segments]


@pytest.fixture
def annotations():
    return copy.deepcopy({split: columns(rows) for split, rows in ROWS.items()})


@pytest.fixture
def parsed(annotations):
    tables = parsing.parse(annotations, N_SHARDS)
    return {name: table.to_pylist() for name, table in tables.items()}


def test_a_clip_is_told_by_its_file_name(parsed):
    assert len(parsed["clips"]) == 4
    first = parsed["clips"][0]
    assert first.pop("shard") in ("train-00000", "train-00001", "train-00002")
    assert first == {
        "clip_id": "Y-a_b-c_1-_d_30000_40000",
        "youtube_id": "-a_b-c_1-_d",
        "start_s": 30.0,
        "end_s": 40.0,
        "split": "train",
        "filename": "-a_b-c_1-_d_30.000_40.000.wav",
    }
    assert [clip["youtube_id"] for clip in parsed["clips"]][-1] == "C_C_C_C_C_C"


def test_a_clip_shorter_than_ten_seconds_keeps_its_length(parsed):
    short = parsed["clips"][1]
    assert (short["clip_id"], short["start_s"], short["end_s"]) == (
        "YAAAAAAAAAAA_2500_7000",
        2.5,
        7,
    )


def test_captions_of_equal_text_stay_two(parsed):
    assert [(c["caption_id"], c["caption"], c["tokens"]) for c in parsed["captions"]] == [
        ("7", "a dog barks twice", ["a", "dog", "barks", "twice"]),
        ("8", "rain", ["rain"]),
        ("9", "wind blows", ["wind", "blows"]),
        ("10", "wind blows", ["wind", "blows"]),
        ("x1", "birds sing", ["birds", "sing"]),
    ]


def test_phrases_keep_every_segment_even_those_of_no_length(parsed):
    found = [
        (p["phrase_id"], p["caption_id"], p["phrase"], p["first_token"], times(p["segments"]))
        for p in parsed["phrases"]
    ]
    assert found == [
        ("7-0", "7", "a dog", 0, [(0.5, 1.0), (2.0, 2.5)]),
        ("7-1", "7", "barks", 2, [(0.5, 10.02)]),
        ("8-0", "8", "rain", 0, [(0.0, 0.0)]),
        ("9-0", "9", "wind", 0, []),
        ("10-0", "10", "wind", 0, [(1.0, 2.0)]),
        ("x1-0", "x1", "birds sing", 1, [(0.0, 3.0)]),
    ]


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("filename", "dog.wav", "not of the form ID_START_END.wav"),
        ("filename", "../AAAAAAAAAAA_0_10.wav", "not of the form"),
        ("filename", "AAAAAAAAAAA_0_10.wav/../x", "not of the form"),
        ("filename", "AAAAAAAAAAA_0_10.wav\n", "not of the form"),
        ("filename", "AAAAAAAAAAA_10_0.wav", "ends before it starts"),
        ("filename", "AAAAAAAAAAA_10_10.wav", "ends before it starts"),
        ("filename", "AAAAAAAAAAA_-1_10.wav", "not of the form"),
        ("filename", None, "not of type str"),
        ("caption", ["rain"], "not of type str"),
        ("soundtag", "  ", "the phrase is empty"),
        ("tokens", "rain", "not a list of words"),
        ("tokens", [], "not a list of words"),
        ("tokens", ["rain", 1], "not a list of words"),
        ("start_word", 1, "1 lies outside of 1 token"),
        ("start_word", -1, "-1 lies outside"),
        ("start_word", "0", "not of type int"),
        ("start_word", False, "not of type int"),
        ("timestamps", None, "not a list"),
        ("timestamps", [0, 1], "not [onset, offset]"),
        ("timestamps", [[0, 1, 2]], "not [onset, offset]"),
        ("timestamps", [["0", "1"]], "not [onset, offset]"),
        ("timestamps", [[0, float("nan")]], "not [onset, offset]"),
        ("timestamps", [[0, float("inf")]], "not [onset, offset]"),
        ("timestamps", [[0, 10**400]], "not [onset, offset]"),
        ("timestamps", [[0, True]], "not [onset, offset]"),
        ("timestamps", [[0, 1], [-0.1, 1]], "[-0.1, 1]: the onset lies before the clip"),
        ("timestamps", [[2, 1]], "[2, 1]: the onset comes after the offset"),
        ("soundtag", "rain falls", "'rain falls' is not in its caption's tokens 'rain'"),
        ("soundtag", "ra", "is not in its caption's tokens"),
        ("audiocap_id", 7, "7 also stands at another caption or clip: train, row "),
        ("audiocap_id", None, "no id"),
        ("audiocap_id", True, "no id"),
        ("audiocap_id", "\ud800", "not text"),
        ("caption", "\ud800", "not text"),
    ],
)
def test_a_bad_field_is_told_with_split_and_row(annotations, field, value, told):
    annotations["train"][field]["2"] = value
    with pytest.raises(AnnotationError) as refusal:
        parsing.parse(annotations, N_SHARDS)
    assert "1 row of the annotations is not right" in str(refusal.value)
    assert f"split train, row 2, field '{field}': " in str(refusal.value)
    assert told in str(refusal.value)


def test_the_first_bad_rows_are_listed_and_the_others_counted(annotations):
    rows = ROWS["train"][:1] * 14
    annotations["train"] = columns(rows)
    for number in range(1, 14):
        annotations["train"]["timestamps"][str(number)] = [[3, 2]]
    annotations["test"]["start_word"]["0"] = 2
    with pytest.raises(AnnotationError) as refusal:
        parsing.parse(annotations, N_SHARDS)
    told = str(refusal.value)
    assert "14 rows of the annotations are not right" in told
    assert [f"row {n}," in told for n in range(14)] == [False, *[True] * 10, *[False] * 3]
    assert "… and 4 more" in told


def test_a_long_bad_value_is_cut_short(annotations):
    annotations["train"]["soundtag"]["0"] = "woof" * 100_000
    annotations["train"]["filename"]["1"] = "x" * 100_000
    with pytest.raises(AnnotationError) as refusal:
        parsing.parse(annotations, N_SHARDS)
    assert len(str(refusal.value)) < 1000


def test_a_phrase_may_be_cut_into_words_otherwise_than_its_caption(annotations):
    annotations["train"]["tokens"]["2"] = ["Rain", "-", "drops"]
    annotations["train"]["soundtag"]["2"] = "rain-drops"
    phrases = parsing.parse(annotations, N_SHARDS)["phrases"].to_pylist()
    assert phrases[2]["phrase"] == "rain-drops"


def test_a_clip_in_two_splits_is_refused(annotations):
    annotations["test"]["filename"]["0"] = ROWS["val"][0][0]
    with pytest.raises(AnnotationError, match=r"split test, row 0, field 'filename'.*split val"):
        parsing.parse(annotations, N_SHARDS)


def test_a_caption_id_of_another_text_is_refused(annotations):
    annotations["train"]["caption"]["1"] = "a cat"
    with pytest.raises(AnnotationError, match=r"split train, row 1, field 'audiocap_id': 7 also"):
        parsing.parse(annotations, N_SHARDS)


@pytest.mark.parametrize("column", COLUMNS)
def test_a_missing_or_uneven_column_is_named(annotations, column):
    del annotations["val"][column]["1"]
    with pytest.raises(AnnotationError, match=r"split val: the column '\w+' has other rows than"):
        parsing.parse(annotations, N_SHARDS)
    del annotations["val"][column]
    if column not in ("tokens", "start_word"):
        with pytest.raises(AnnotationError, match=rf"split val lacks the column {column}"):
            parsing.parse(annotations, N_SHARDS)


def test_where_a_phrase_begins_is_looked_for_if_the_file_does_not_say(annotations):
    del annotations["train"]["start_word"]
    phrases = parsing.parse(annotations, N_SHARDS)["phrases"].to_pylist()
    assert [phrase["first_token"] for phrase in phrases[:3]] == [0, 2, 0]


def test_captions_without_tokens_are_cut_and_the_files_indices_left_alone(annotations):
    del annotations["train"]["tokens"]
    annotations["train"]["caption"] = {row: "Then, a dog barks" for row in "01"} | {"2": "rain"}
    annotations["train"]["start_word"]["0"] = 99  # counts tokens that are not here
    tables = parsing.parse(annotations, N_SHARDS)
    assert tables["captions"]["tokens"].to_pylist()[0] == ["Then", ",", "a", "dog", "barks"]
    assert tables["phrases"]["first_token"].to_pylist()[:2] == [2, 4]


def test_a_caption_without_any_word_is_refused(annotations):
    del annotations["train"]["tokens"]
    annotations["train"]["caption"]["2"] = "  "
    with pytest.raises(AnnotationError, match=r"row 2, field 'caption': '  ' has no words"):
        parsing.parse(annotations, N_SHARDS)


def test_captions_need_no_phrases(annotations):
    for columns_of_split in annotations.values():
        for column in ("tokens", "soundtag", "start_word", "timestamps"):
            del columns_of_split[column]
    tables = parsing.parse(annotations, N_SHARDS)
    assert tables["clips"].num_rows == 4
    assert tables["captions"]["caption_id"].to_pylist() == ["7", "8", "9", "10", "x1"]
    assert tables["phrases"].num_rows == 0
    assert tables["phrases"].schema.equals(PHRASES_SCHEMA)
    counted = counts(tables).set_index("what")["all"]
    assert (counted["phrases"], counted["clips without any phrase"]) == (0, 4)
    parsing.require_test_phrases(tables["phrases"])  # nothing is to be detected


def test_nulls_stand_for_no_phrase(annotations):
    for column in ("soundtag", "start_word", "timestamps"):
        annotations["train"][column]["2"] = None
    tables = parsing.parse(annotations, N_SHARDS)
    assert "8" in tables["captions"]["caption_id"].to_pylist()
    assert "8" not in tables["phrases"]["caption_id"].to_pylist()
    annotations["train"]["timestamps"]["2"] = [[1, 2]]
    with pytest.raises(AnnotationError, match=r"row 2, field 'soundtag': None is not of type str"):
        parsing.parse(annotations, N_SHARDS)


def test_a_split_without_rows_is_refused(annotations):
    annotations["test"] = columns([])
    with pytest.raises(AnnotationError, match=r"split test has no rows"):
        parsing.parse(annotations, N_SHARDS)


@pytest.mark.parametrize("column", [[1], "text", None])
def test_a_column_that_is_not_keyed_by_row_is_named(annotations, column):
    annotations["val"]["caption"] = column
    with pytest.raises(AnnotationError, match=r"split val: the column 'caption' is not an object"):
        parsing.parse(annotations, N_SHARDS)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"{", "is not JSON: Expecting"),
        (b'{"a": 1} b', "is not JSON: Extra data"),
        (b"rain", "is neither JSON nor a table: its first line is 'rain'"),
    ],
)
def test_a_file_that_is_not_json_is_refused(tmp_path, content, told):
    path = tmp_path / "train.json"
    with pytest.raises(AnnotationError, match=r"no annotation file .*train\.json"):
        files.load(path)
    path.write_bytes(content)
    with pytest.raises(AnnotationError) as refusal:
        files.load(path)
    assert f"train.json {told}" in str(refusal.value)


def test_a_file_without_anything_is_told_to_be_empty(tmp_path):
    path = tmp_path / "train.json"
    path.write_bytes(b"")
    with pytest.raises(AnnotationError, match=r"train\.json is empty"):
        files.load(path)


def test_a_file_too_large_for_annotations_is_not_read(tmp_path):
    path = tmp_path / "train.json"
    with path.open("wb") as file:
        file.truncate(files.MAX_FILE_BYTES + 1)
    with pytest.raises(AnnotationError, match="more than 256 MiB"):
        files.load(path)


@pytest.fixture(scope="module")
def original_columns():
    files = {split: ORIGINALS / f"{split}.json" for split in SPLITS}
    if not all(file.is_file() for file in files.values()):
        pytest.skip(f"the published annotation files are not in {ORIGINALS}")
    return {split: json.loads(file.read_text()) for split, file in files.items()}


@pytest.fixture(scope="module")
def original_tables(original_columns):
    return parsing.parse(original_columns, ORIGINAL_SHARDS)


@pytest.fixture(scope="module")
def originals(original_tables):
    return {name: table.to_pandas() for name, table in original_tables.items()}


def by_split(rows):
    return rows["split"].value_counts()[list(SPLITS)].tolist()


def test_the_published_files_have_the_published_counts(originals):
    assert by_split(originals["clips"]) == [4489, 31, 70]
    assert by_split(originals["captions"]) == [4489, 155, 350]
    assert by_split(originals["phrases"]) == [12373, 451, 1161]
    assert originals["phrases"]["phrase_id"].is_unique


def test_the_published_files_have_no_clip_in_two_splits(originals):
    assert originals["clips"]["clip_id"].is_unique
    assert (originals["clips"].groupby("youtube_id")["split"].nunique() == 1).all()


def test_the_oddities_of_the_published_files_are_counted(original_tables):
    counted = counts(original_tables).set_index("what").T.to_dict("list")
    assert counted == {
        "clips": [4489, 31, 70, 4590],
        "captions": [4489, 155, 350, 4994],
        "phrases": [12373, 451, 1161, 13985],
        "phrases never heard (the single segment [0, 0], or none)": [383, 7, 46, 436],
        "phrases elsewhere in their caption than their index says": [0, 0, 0, 0],
        "phrases with a segment of no length that is not [0, 0]": [0, 0, 0, 0],
        "phrases with a segment beyond their clip's end (cut there)": [0, 0, 0, 0],
        "captions equal to an earlier one of their clip": [0, 3, 6, 9],
        "clips without any phrase": [0, 0, 0, 0],
        "clips annotated as shorter than 10 s": [85, 1, 1, 87],
        "ids that begin with -": [302, 0, 3, 305],
        "ids that contain - or _": [1353, 7, 16, 1376],
    }


def v2_of(columns, *, y=""):
    """The same content as a list of captions, as v2 has it: tokens as text, ends included."""
    captions = {}
    for row in columns["filename"]:
        of_row = {name: column[row] for name, column in columns.items()}
        item = captions.setdefault(
            of_row["audiocap_id"],
            {
                "audiocap_id": of_row["audiocap_id"],
                "audio_id": y + of_row["filename"],
                "tokens": " ".join(of_row["tokens"]),
                "phrases": [],
            },
        )
        start = of_row["start_word"]
        item["phrases"].append(
            {
                "phrase": of_row["soundtag"],
                "start_index": start,
                "end_index": start + len(of_row["soundtag"].split()) - 1,
                "segments": of_row["timestamps"],
            }
        )
    return list(captions.values())


@pytest.mark.parametrize("y", ["", "Y"])
def test_the_published_files_in_the_second_form_give_the_same_tables(
    original_columns, original_tables, y
):
    lists = {split: v2_of(columns, y=y) for split, columns in original_columns.items()}
    lists = json.loads(json.dumps(lists))
    assert parsing.parse(lists, ORIGINAL_SHARDS) == original_tables


def test_the_published_files_have_phrases_without_any_sound(originals):
    segments = originals["phrases"]["segments"]
    silent = segments.map(lambda s: times(s) == [(0.0, 0.0)])
    assert by_split(originals["phrases"][silent]) == [383, 7, 46]


def test_the_published_files_have_odd_ids_and_short_clips(originals):
    clips = originals["clips"]
    assert clips["youtube_id"].str.fullmatch("[0-9A-Za-z_-]{11}").all()
    assert clips["youtube_id"].str.startswith("-").sum() == 305
    length_s = clips["end_s"] - clips["start_s"]
    assert (length_s < 10).sum() == 87
    assert length_s.between(3, 10).all()


def test_the_published_files_fill_their_shards_evenly(originals):
    sizes = originals["clips"].groupby("split")["shard"].value_counts()["train"]
    assert len(sizes) == 70
    assert sizes.between(64 - 4 * 8, 64 + 4 * 8).all()  # four standard deviations
