"""What is wrong with annotations is told with a name that the user knows: the file's, or the split."""

import json

import pytest
from click.testing import CliRunner

from audiophrase.cli import job
from audiophrase.errors import AnnotationError

V1 = {
    "audiocap_id": 7,
    "filename": "r3kQ-x_7Qab_40_50.wav",
    "caption": "a dog barks",
    "soundtag": "a dog",
    "timestamps": [[2, 1]],
}
COLUMNS = {name: {"0": value} for name, value in V1.items()}
V2 = {
    "audiocap_id": 7,
    "audio_id": "Yr3kQ-x_7Qab.wav",
    "tokens": "a dog barks",
    "phrases": [{"phrase": "a dog", "start_index": 0, "end_index": 1, "segments": [[2, 1]]}],
}


def run(*arguments):
    return CliRunner().invoke(job, [*map(str, arguments)])


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ([V1], "labels of mine.json, row 0, field 'timestamps': [2, 1]: the onset comes after"),
        (COLUMNS, "labels of mine.json, row 0, field 'timestamps': [2, 1]: the onset comes after"),
        ([V2], "labels of mine.json, row 0, phrase 0, field 'segments': [2, 1]: the onset comes"),
    ],
)
def test_a_bad_row_of_json_is_told_by_the_users_own_file(tmp_path, content, told):
    source, output = tmp_path / "labels of mine.json", tmp_path / "train.json"
    source.write_text(json.dumps(content))
    refused = run("import-annotations", source, output).exception
    assert isinstance(refused, AnnotationError)
    assert told in str(refused)
    assert not output.exists()


def test_what_two_files_make_of_a_clip_names_no_file_that_nobody_has(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.csv").write_text("file,caption\na.wav,rain\nb.wav,wind\n")
    for split in ("train", "val", "test"):
        assert run("import-annotations", "mine.csv", f"{split}.json").exit_code == 0
    tables = ("--clips", "c.parquet", "--captions", "d.parquet", "--phrases", "p.parquet")
    counts = ("--counts", "counts.csv", "train.json", "val.json", "test.json")
    refused = run("annotations", "--n-shards", 1, 1, 1, *tables, *counts).exception
    assert "split val, line 2, field 'filename': the clip is also in the split train" in str(
        refused
    )
    assert "json" not in str(refused)
