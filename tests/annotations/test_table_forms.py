"""Tables of captions in the forms that people have: what is read of them, and what is refused."""

import io
import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import soundfile

from audiophrase.annotations import files, importing, parsing
from audiophrase.annotations.parameters import SplitParams
from audiophrase.errors import AnnotationError

PARAMS = SplitParams(seed=1, val=0.2, test=0.3)
AUDIOCAPS = """audiocap_id,youtube_id,start_time,caption
97151,vfY_TJq7n_U,130,"Rustling occurs, ducks quack"
97152,vfY_TJq7n_U,130,"Ducks quack
twice"
97153,--4gqARaEJE,0.5,Rain
"""
CLOTHO = """file_name,caption_1,caption_2
Été à la plage (1).wav,waves,a sea
Distorted AM Radio noise.wav,"noise, static",a hum
"""
FILES = """file;caption;split
a b.wav;rain;train
field/a b.wav;wind;validation
ça {1}.mp3;a dog;evaluation
a b.wav;more rain;train
"""
MACS = """files:
- filename: airport-0-a.wav
  annotations:
  - {annotator_id: 50, sentence: people talk, tags: [talking]}
  - annotator_id: 51
    sentence: yes
- filename: park 1.wav
  annotations:
  - sentence: birds
"""
V1_ROWS = json.dumps(
    [
        {
            "audiocap_id": 7,
            "filename": "r3kQ-x_7Qab_40_50.wav",
            "caption": "a dog barks",
            "tokens": ["a", "dog", "barks"],
            "soundtag": tag,
            "start_word": start,
            "timestamps": times,
        }
        for tag, start, times in (("a dog", 0, [[0.5, 1.0]]), ("barks", 2, [[0, 1]]))
    ]
)
OF_FORM = {  # name -> ending and content of a file that is right
    "audiocaps": (".csv", AUDIOCAPS),
    "clotho": (".csv", CLOTHO),
    "file_captions": (".csv", FILES),
    "macs": (".yaml", MACS),
    "audiogrounding_v1_rows": (".json", V1_ROWS),
}


def sound(seed=0):
    buffer = io.BytesIO()
    samples = np.random.default_rng(seed).uniform(-0.5, 0.5, 800)
    soundfile.write(buffer, samples, 8000, format="WAV")
    return buffer.getvalue()


def write_audio(path, rows, caption_type=None):
    """Parquet of (name, bytes, caption)."""
    audio = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    columns = {
        "audio": pa.array([{"bytes": b, "path": name} for name, b, _ in rows], audio),
        "caption": pa.array([caption for *_, caption in rows], caption_type or pa.string()),
    }
    pq.write_table(pa.table(columns), path)
    return path


def load(tmp_path, content, ending=".csv"):
    path = tmp_path / f"mine{ending}"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return files.load(path)


def taken(content, named=None):
    """Rows as they are kept of a file of one split."""
    return importing.of_split(content, "mine", "train", named=named)


def refusal(content, named=None):
    with pytest.raises(AnnotationError) as refused:
        taken(content, named)
    return str(refused.value)


def tables(imported):
    content = {"train": imported, "val": {"clips": []}, "test": {"clips": []}}
    return parsing.parse(content, dict.fromkeys(content, 1))


@pytest.mark.parametrize("form", OF_FORM)
def test_a_form_is_recognised_by_its_content(tmp_path, form):
    ending, content = OF_FORM[form]
    assert taken(load(tmp_path, content, ending))["form"] == form
    assert taken(load(tmp_path, content, ending), named=form)["form"] == form


def test_audiocaps_names_clips_of_ten_seconds(tmp_path):
    made = tables(taken(load(tmp_path, AUDIOCAPS)))
    assert made["clips"].select(["clip_id", "start_s", "end_s"]).to_pylist() == [
        {"clip_id": "YvfY_TJq7n_U_130000_140000", "start_s": 130.0, "end_s": 140.0},
        {"clip_id": "Y--4gqARaEJE_500_10500", "start_s": 0.5, "end_s": 10.5},
    ]
    assert made["captions"]["caption_id"].to_pylist() == ["97151", "97152", "97153"]
    assert made["captions"]["caption"][1].as_py() == "Ducks quack\ntwice"


def test_clotho_holds_the_captions_of_a_file_side_by_side(tmp_path):
    made = tables(taken(load(tmp_path, CLOTHO)))
    assert made["clips"]["filename"].to_pylist() == [
        "Été à la plage (1).wav",
        "Distorted AM Radio noise.wav",
    ]
    assert made["clips"]["start_s"].to_pylist() == [None, None]
    assert made["clips"]["clip_id"][0].as_py().startswith("YEte-a-la-plage-1-")
    assert made["captions"]["caption"].to_pylist() == ["waves", "a sea", "noise, static", "a hum"]


def test_macs_is_text_whatever_yaml_would_make_of_it(tmp_path):
    rows = taken(load(tmp_path, MACS, ".yaml"))["rows"]
    assert [row["caption"] for row in rows] == ["people talk", "yes", "birds"]
    assert [row["caption_id"] for row in rows] == [
        "airport-0-a.wav#0",
        "airport-0-a.wav#1",
        "park 1.wav#0",
    ]


def test_v1_as_rows_says_what_v1_says(tmp_path):
    listed = json.loads(V1_ROWS)
    as_v1 = {key: {str(n): row[key] for n, row in enumerate(listed)} for key in listed[0]}
    made, expected = tables(taken(load(tmp_path, V1_ROWS, ".json"))), tables(as_v1)
    for name in ("clips", "captions", "phrases"):
        assert made[name].equals(expected[name])
    assert len(made["phrases"]) == 2


def test_splits_that_rows_name_are_theirs(tmp_path):
    chosen = importing.by_split(load(tmp_path, FILES), "mine.csv", PARAMS)
    names = {split: [row["filename"] for row in kept["rows"]] for split, kept in chosen.items()}
    assert names == {
        "train": ["a b.wav", "a b.wav"],
        "val": ["field/a b.wav"],
        "test": ["ça {1}.mp3"],
    }


def many(n, *, first=0):
    return "file,caption\n" + "".join(f"clip {i}.wav,rain {i}\n" for i in range(first, n))


def splits(tmp_path, content, params=PARAMS):
    chosen = importing.by_split(load(tmp_path, content), "mine.csv", params)
    return {row["filename"]: split for split, kept in chosen.items() for row in kept["rows"]}


def test_drawn_splits_have_their_shares_and_another_clip_moves_none(tmp_path):
    drawn = splits(tmp_path, many(1000))
    shares = [list(drawn.values()).count(split) / 1000 for split in ("train", "val", "test")]
    assert shares == pytest.approx([0.5, 0.2, 0.3], abs=0.05)
    more = splits(tmp_path, many(1200, first=100))
    assert all(drawn[name] == split for name, split in more.items() if name in drawn)
    assert splits(tmp_path, many(1000), SplitParams(seed=2, val=0.2, test=0.3)) != drawn


def test_clips_of_one_recording_are_drawn_together(tmp_path):
    lines = [f"{2 * n + m},{n:011d},{20 * m},rain\n" for n in range(50) for m in range(2)]
    content = "audiocap_id,youtube_id,start_time,caption\n" + "".join(lines)
    of_video = {}
    for name, split in splits(tmp_path, content).items():
        of_video.setdefault(name[:11], set()).add(split)
    assert {len(drawn) for drawn in of_video.values()} == {1}


def test_a_split_that_gets_no_clip_is_told(tmp_path):
    with pytest.raises(
        AnnotationError,
        match=r"(?s)of 1 clip none went to .*; each split needs 2\n.*annotations\.split",
    ):
        splits(tmp_path, "file,caption\na.wav,rain\n")
    with pytest.raises(AnnotationError, match=r"mine\.csv has no rows"):
        splits(tmp_path, "file,caption\n")


def test_a_wrong_form_is_said_with_the_right_one(tmp_path):
    told = refusal(load(tmp_path, AUDIOCAPS), named="clotho")
    assert "a CSV with the columns audiocap_id, youtube_id, start_time, caption" in told
    assert "set annotations.form: audiocaps" in told
    assert "annotations.form 'clothes' is no form" in refusal(load(tmp_path, CLOTHO), "clothes")
    told = refusal(load(tmp_path, "sound,words\na.wav,rain\n"))
    assert "has no form that is read: it is a CSV with the columns sound, words" in told
    assert "file_captions: CSV with the columns file and caption" in told


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (AUDIOCAPS.replace("audiocap_id,", "id,", 1), "lacks the column audiocap_id; it has id"),
        (CLOTHO.replace("file_name", "title"), "lacks the column file_name; it has title"),
        (FILES.replace("caption", "words"), "lacks the column caption; it has file, words"),
        (FILES.replace("file;", "sound;"), "lacks the column file; it has sound, caption"),
        (AUDIOCAPS.replace("97153", "97151"), "line 5, field 'audiocap_id': '97151' stands in li"),
        (AUDIOCAPS.replace(",130,", ",13:0,", 1), "line 2, field 'start_time': the start '13:0'"),
        (AUDIOCAPS.replace(",0.5,", ",-1,"), "line 5, field 'start_time': the start '-1' lies bef"),
        (AUDIOCAPS.replace("--4gqARaEJE", "x/../"), "line 5, field 'youtube_id': 'x/../' is no"),
        (AUDIOCAPS.replace("Rain", ""), "line 5, field 'caption': '' has no words"),
        (CLOTHO.replace("a sea", ""), "line 2, field 'caption_2': '' has no words"),
        (CLOTHO + "Été à la plage (1).wav,a,b\n", "line 4, field 'file_name': 'Été à la plage"),
        (CLOTHO + ",a,b\n", "line 4, field 'file_name': '' is no name of a file"),
        (CLOTHO + "../a.wav,a,b\n", "line 4, field 'file_name': '../a.wav' is no name"),
        (CLOTHO + f"{'x' * 256}.wav,a,b\n", "line 4, field 'file_name'"),
        (CLOTHO + "a.wav,a\n", "line 4: the header names 3 columns, the line has 2"),
        (FILES.replace("rain", "..."[:0], 1), "line 2, field 'caption': '' has no words"),
        (FILES.replace("evaluation", "dev"), "line 4, field 'split': 'dev' is no split"),
        (FILES.replace(";evaluation", ";"), "line 4, field 'split': '' is no split"),
        (FILES.replace("file", "caption"), "names a column twice: caption"),
    ],
)
def test_a_bad_table_is_told_by_line_and_column(tmp_path, content, told):
    with pytest.raises(AnnotationError) as refused:
        importing.by_split(load(tmp_path, content), "mine.csv", PARAMS)
    assert told in str(refused.value)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (MACS.replace("park 1", "airport-0-a"), "file 1, annotation 0, field 'filename': 'airpo"),
        (MACS.replace("birds", "''"), "file 1, annotation 0, field 'sentence': '' has no words"),
        (MACS.replace("sentence: birds", "words: birds"), "file 1, annotation 0 lacks sentence"),
        (MACS.replace("- filename: park", "- name: park"), "file 1 lacks filename"),
        (MACS.replace("\n  - sentence: birds", " []"), "file 1: 'annotations' is not a list of"),
        ("files: 5", "'files' is not a list of one or more"),
    ],
)
def test_bad_yaml_is_told_by_its_place(tmp_path, content, told):
    assert told in refusal(load(tmp_path, content, ".yaml"))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("files: &a [x]\nmore: *a\n", "line 2: an alias"),
        ("[" * 40 + "]" * 40, "nested too deeply"),
        ("files: [", "is not YAML"),
        ("files: !!python/object:os.system []", "'files' is not a list"),
    ],
)
def test_yaml_is_bounded(tmp_path, content, told):
    with pytest.raises(AnnotationError) as refused:
        taken(load(tmp_path, content, ".yaml"))
    assert told in str(refused.value)


@pytest.mark.parametrize("ending", [".csv", ".yaml", ".json"])
def test_another_encoding_is_told_with_its_line(tmp_path, ending):
    latin = "file,caption\na.wav,rain\nb.wav,Été\n".encode("latin-1")
    with pytest.raises(AnnotationError, match=r"mine\.\w+ is no text in UTF-8: line 3"):
        load(tmp_path, latin, ending)
    with pytest.raises(AnnotationError, match="is no text in UTF-8"):
        load(tmp_path, FILES.encode("utf-16"), ending)


@pytest.mark.parametrize("ending", [".csv", ".yaml", ".json"])
def test_a_file_that_is_too_large_is_not_read(tmp_path, ending):
    path = tmp_path / f"mine{ending}"
    with path.open("wb") as file:
        file.truncate(5 << 30)  # no bytes on the disk
    with pytest.raises(AnnotationError, match="no annotation file is that large"):
        files.load(path)


def test_yaml_is_bounded_below_the_other_forms(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "MAX_YAML_BYTES", 10)
    with pytest.raises(AnnotationError, match="no annotation file is that large"):
        load(tmp_path, MACS, ".yaml")
    assert load(tmp_path, CLOTHO).columns


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path):
    assert taken(load(tmp_path, CLOTHO.encode("utf-8-sig")))["form"] == "clotho"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"caption": ""}, "row 1, field 'caption'"),
        ({"timestamps": [[2, 1]]}, "row 1, field 'timestamps': [2, 1]: the onset comes after"),
        ({"filename": "x.wav"}, "row 1, field 'filename'"),
        ({"soundtag": "cat"}, "row 1, field 'soundtag': 'cat' is not in its caption's tokens"),
    ],
)
def test_bad_rows_of_v1_are_told_likewise(tmp_path, change, told):
    listed = json.loads(V1_ROWS)
    listed[1] |= change
    assert told in refusal(load(tmp_path, json.dumps(listed), ".json"))
    del listed[1]["filename"]
    assert "row 1 lacks filename" in refusal(load(tmp_path, json.dumps(listed), ".json"))


def test_a_table_of_audio_holds_captions_of_the_audio_it_holds(tmp_path):
    rows = [
        ("Été 1.wav", sound(0), "rain"),
        (None, sound(1), "wind"),
        ("Été 1.wav", sound(0), "more rain"),
        (None, sound(1), "a storm"),
    ]
    table = files.load(write_audio(tmp_path / "mine.parquet", rows))
    made = tables(taken(table))
    assert made["clips"]["filename"].to_pylist() == ["Été 1.wav", "row-1"]
    assert made["captions"]["caption"].to_pylist() == ["rain", "wind", "more rain", "a storm"]
    assert dict(table.audio(["row-1", "Été 1.wav", "none"])) == {
        "Été 1.wav": sound(0),
        "row-1": sound(1),
    }


def test_captions_of_a_table_of_audio_may_be_lists(tmp_path):
    rows = [("a.wav", sound(), ["rain", "wind"]), ("b.wav", sound(), ["a dog"])]
    table = files.load(write_audio(tmp_path / "mine.parquet", rows, pa.list_(pa.string())))
    assert [row["caption_id"] for row in taken(table)["rows"]] == ["a.wav#0", "a.wav#1", "b.wav#0"]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (
            ("a.wav", sound(5), "x"),
            "row 1, field 'audio': 'a.wav' stands at row 0, too, with other",
        ),
        (("b.wav", None, "x"), "row 1, field 'audio': holds no bytes"),
        (("b.wav", sound(), None), "row 1, field 'caption': None is not of type str"),
        (("b.wav", sound(), ""), "row 1, field 'caption': '' has no words"),
        (("../b.wav", sound(), "x"), "row 1, field 'audio': '../b.wav' is no name of a file"),
    ],
)
def test_bad_rows_of_a_table_of_audio_are_told(tmp_path, row, told):
    path = write_audio(tmp_path / "mine.parquet", [("a.wav", sound(), "rain"), row])
    assert told in refusal(files.load(path))


def test_parquet_that_is_no_table_of_audio_is_told(tmp_path, monkeypatch):
    path = tmp_path / "mine.parquet"
    pq.write_table(pa.table({"audio": ["a.wav"], "text": ["rain"]}), path)
    assert "the column 'audio' is no struct of bytes and path" in refusal(files.load(path))
    pq.write_table(pa.table({"sound": ["a.wav"]}), path)
    assert "lacks the column audio, caption; it has sound" in refusal(files.load(path))
    path.write_bytes(b"PAR1 and no more")
    with pytest.raises(AnnotationError, match="cannot be read as Parquet"):
        files.load(path)
    monkeypatch.setattr("audiophrase.annotations.forms.audio_table.MAX_AUDIO_BYTES", 100)
    write_audio(path, [("a.wav", sound(), "rain")])
    assert "row 0, field 'audio': has more than" in refusal(files.load(path))


def test_rows_larger_than_clips_are_refused_before_any_is_read(tmp_path, monkeypatch):
    path = tmp_path / "mine.parquet"
    write_audio(path, [("a.wav", sound(), "rain"), ("b.wav", bytes(1 << 20), "wind")])
    assert path.stat().st_size < 1 << 17
    monkeypatch.setattr("audiophrase.annotations.audio_tables.MAX_AUDIO_BYTES", 1 << 18)
    with pytest.raises(
        AnnotationError, match=r"rows 0 to 1 have more than .* no clip is that large"
    ):
        files.load(path)


def test_what_was_taken_over_is_read_as_it_was(tmp_path):
    kept = json.loads(json.dumps(taken(load(tmp_path, V1_ROWS, ".json"))))
    assert tables(kept)["phrases"]["segments"].to_pylist()[0] == [{"onset_s": 0.5, "offset_s": 1.0}]
    kept["rows"][1]["caption"] = ""
    with pytest.raises(AnnotationError, match=r"split train, row 1, field 'caption'"):
        tables(kept)


DOCUMENT = (Path(__file__).parents[2] / "docs/own-data.md").read_text()


@pytest.mark.parametrize(
    ("fence", "ending", "forms"),
    [
        ("csv", ".csv", ["file_captions", "clotho", "audiocaps"]),
        ("yaml\nfiles:", ".yaml", ["macs"]),
    ],
)
def test_the_documented_examples_are_read(tmp_path, fence, ending, forms):
    blocks = re.findall(rf"```({fence}.*?)```", DOCUMENT, re.DOTALL)
    examples = [block.partition("\n")[2] for block in blocks]
    read = [taken(load(tmp_path, example, ending)) for example in examples]
    assert [rows["form"] for rows in read] == forms
    assert all(len(tables(rows)["captions"]) >= 2 for rows in read)


def test_the_documented_parquet_is_read(tmp_path):
    (tmp_path / "recordings").mkdir()
    (tmp_path / "recordings/tape 3.wav").write_bytes(sound())

    (code,) = re.findall(r"```python\n(.*?)```", DOCUMENT, re.DOTALL)
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True)
    rows = taken(files.load(tmp_path / "audio.parquet"))["rows"]
    assert [(row["filename"], row["caption"]) for row in rows] == [
        ("tape 3.wav", "sounds of tape 3")
    ]
