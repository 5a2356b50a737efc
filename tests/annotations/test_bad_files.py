"""What is wrong with a user's file is told with its place, its field and what to do."""

import json
import os

import pytest

from audiophrase.annotations import files, importing
from audiophrase.annotations.parameters import SplitParams
from audiophrase.errors import AnnotationError

NFC, NFD = "Caf\N{LATIN SMALL LETTER E WITH ACUTE}", "Cafe\N{COMBINING ACUTE ACCENT}"
ROW = {
    "audiocap_id": 7,
    "filename": "r3kQ-x_7Qab_40_50.wav",
    "caption": "a dog barks",
    "soundtag": "a dog",
    "timestamps": [[0.5, 1.0]],
}
AUDIOCAPS = "audiocap_id,youtube_id,start_time,caption\n1,vfY_TJq7n_U,130,rain\n"
V2 = {"audiocap_id": 7, "audio_id": "Yr3kQ-x_7Qab.wav", "tokens": "a dog", "phrases": []}
MACS_OF_TWO = f"""files:
- {{filename: {NFC}.wav, annotations: [{{sentence: rain}}]}}
- {{filename: {NFD}.wav, annotations: [{{sentence: wind}}]}}
"""


def written(folder, name, content):
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return path


def refusal(path):
    with pytest.raises(AnnotationError) as refused:
        importing.of_split(files.load(path), "mine", "train")
    return str(refused.value)


@pytest.mark.parametrize("lacked", ["audiocap_id", "youtube_id", "start_time", "caption"])
def test_any_column_that_audiocaps_lacks_is_the_one_named(tmp_path, lacked):
    path = written(tmp_path, "a.csv", AUDIOCAPS.replace(lacked, "other"))
    assert f"a.csv lacks the column {lacked}; it has " in refusal(path)
    path = written(tmp_path, "a.csv", "youtube_id,words\nvfY_TJq7n_U,rain\n")
    assert "a.csv lacks the column audiocap_id, start_time, caption" in refusal(path)


def test_a_table_of_files_may_tell_their_videos_besides(tmp_path):
    path = written(tmp_path, "a.csv", "file,caption,youtube_id\na.wav,rain,vfY_TJq7n_U\n")
    assert importing.of_split(files.load(path), "mine", "train")["form"] == "file_captions"


@pytest.mark.parametrize("lacked", ["audiocap_id", "filename", "caption", "soundtag", "timestamps"])
def test_any_key_that_a_row_of_v1_lacks_is_the_one_named(tmp_path, lacked):
    row = {key: value for key, value in ROW.items() if key != lacked}
    assert f"mine, row 0 lacks {lacked}" in refusal(written(tmp_path, "a.json", json.dumps([row])))


@pytest.mark.parametrize("lacked", ["audiocap_id", "audio_id", "tokens"])
def test_any_key_that_a_caption_of_v2_lacks_is_the_one_named(tmp_path, lacked):
    caption = {key: value for key, value in V2.items() if key != lacked}
    told = refusal(written(tmp_path, "a.json", json.dumps([caption])))
    assert f"mine, row 0 lacks {lacked}" in told


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.csv", f"file_name,caption_1\n{NFC}.wav,rain\n{NFD}.wav,wind\n", "line 3, field 'file_"),
        (
            "a.yaml",
            MACS_OF_TWO,
            "file 1, annotation 0, field 'filename'",
        ),
    ],
)
def test_a_file_named_twice_is_told_however_its_accents_are_written(tmp_path, name, content, told):
    assert told in refusal(written(tmp_path, name, content))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (AUDIOCAPS.replace("\n1,", "\n,"), "line 2, field 'audiocap_id': it is empty"),
        (
            AUDIOCAPS.replace("130", "999995"),
            "line 2, field 'start_time': the end 1,000,005 s lies",
        ),
    ],
)
def test_values_that_no_clip_can_have_are_told(tmp_path, content, told):
    assert told in refusal(written(tmp_path, "a.csv", content))


@pytest.mark.parametrize(
    ("times", "told"),
    [
        ([[10.2, 11]], "[10.2, 11]: the onset lies beyond the clip, of 10 s"),
        ([[float("nan"), 1]], "[nan, 1] is not [onset, offset]"),
        ([[0, float("inf")]], "[0, inf] is not [onset, offset]"),
        ([[-1, 1]], "[-1, 1]: the onset lies before the clip"),
        ([[2, 1]], "[2, 1]: the onset comes after the offset"),
    ],
)
def test_times_that_cannot_be_are_told(tmp_path, times, told):
    path = written(tmp_path, "a.json", json.dumps([ROW | {"timestamps": times}]))
    assert f"mine, row 0, field 'timestamps': {told}" in refusal(path)


def test_an_offset_a_little_beyond_the_clip_is_taken(tmp_path):
    path = written(
        tmp_path, "a.json", json.dumps([ROW | {"timestamps": [[10.02, 10.02], [1, 12]]}])
    )
    assert len(importing.of_split(files.load(path), "mine", "train")["rows"]) == 1


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.json", '{"filename": {"0": "a", "0": "b"}}', "the key '0' stands twice in one object"),
        ("a.yaml", "files:\n- {filename: a, filename: b}\n", "a key stands twice"),
        ("a.json", '{"a": 1}\n{"a": 2}\n', "make one list of what stands there"),
        ("a.json", '[{"a": 1}', "a file that ends too early has to be copied again"),
        ("a.json", '{"a":' * 100_000, "is nested too deeply"),
        ("a.csv", "[" * 100_000, "is nested too deeply"),
        ("a.csv", "file\na.wav\n", "neither JSON nor a table: its first line is 'file'"),
        ("a.csv", "file|caption\na.wav|rain\n", "neither JSON nor a table: its first line is 'f"),
    ],
)
def test_what_cannot_be_read_is_told_with_what_to_do(tmp_path, name, content, told):
    assert told in refusal(written(tmp_path, name, content))


@pytest.mark.parametrize("ending", [".csv", ".json", ".yaml"])
def test_what_is_no_file_of_annotations_is_told_with_the_key_that_names_it(tmp_path, ending):
    path = tmp_path / f"a{ending}"
    path.mkdir()
    with pytest.raises(AnnotationError, match=r"cannot be read.*\n.*annotations\.file\b"):
        files.load(path, key="annotations.file")
    path.rmdir()
    path.touch()
    os.truncate(path, 5 << 30)
    with pytest.raises(AnnotationError, match=r"no annotation file .*\n.*annotations\.file\b"):
        files.load(path, key="annotations.file")


def test_drawn_splits_have_two_clips_each_or_are_told(tmp_path):
    lines = [f"clip {n}.wav,rain {n}\n" for n in range(24)]
    content = files.load(written(tmp_path, "a.csv", "file,caption\n" + "".join(lines)))
    with pytest.raises(AnnotationError, match=r"of 24 clips 1 went to val.*each split needs 2"):
        importing.by_split(content, "mine", SplitParams(seed=3, val=0.1, test=0.3))


def test_rows_that_were_taken_over_before_can_be_drawn_again(tmp_path):
    rows = [
        {"where": f"line {n}", "filename": f"{n}.wav", "caption_id": f"{n}", "caption": "rain"}
        for n in range(40)
    ]
    path = written(tmp_path, "a.json", json.dumps({"form": "clotho", "rows": rows}))
    params = SplitParams(seed=1, val=0.3, test=0.3)
    chosen = importing.by_split(files.load(path), "mine", params)
    assert {kept["form"] for kept in chosen.values()} == {"clotho"}
