"""Before any job the clips of annotation files are known as the tables will have them."""

import json

import pytest

from audiophrase.annotations.named_clips import named_clips
from audiophrase.annotations.parsing import parse
from audiophrase.errors import AnnotationError
from audiophrase.splits import SPLITS

N_SHARDS = {"train": 3, "val": 1, "test": 2}
V1 = {
    "audiocap_id": {"0": 1, "1": 2, "2": 3},
    "filename": {"0": "a_0_10.wav", "1": "a_0_10.wav", "2": "b_1.5_2.wav"},
    "caption": {"0": "a dog", "1": "a cat", "2": "rain"},
}
V2 = [
    {"audiocap_id": 7, "audio_id": "Yr3kQ-x_7Qab.wav", "tokens": "a dog barks"},
    {"audiocap_id": 8, "audio_id": "Yr3kQ-x_7Qac_3_4.wav", "tokens": "a dog barks"},
]


def test_they_are_those_of_the_table(tmp_path):
    other = json.loads(json.dumps(V1).replace("_10.wav", "_11.wav").replace("_2.wav", "_3.wav"))
    for key in other["audiocap_id"]:
        other["audiocap_id"][key] += 10
    content = {"train": V1, "val": V2, "test": other}
    files = {split: tmp_path / f"{split}.json" for split in SPLITS}
    for split, path in files.items():
        path.write_text(json.dumps(content[split]))
    assert named_clips(files, N_SHARDS) == parse(content, N_SHARDS)["clips"].to_pylist()
    content["train"]["filename"]["0"] = 3
    content["train"]["filename"]["1"] = "nonsense"
    files["train"].write_text(json.dumps(content["train"]))
    of_train = [row["clip_id"] for row in named_clips(files, N_SHARDS) if row["split"] == "train"]
    assert of_train == ["Yb_1500_2000"]
    files["train"].write_text("{")
    with pytest.raises(AnnotationError, match="is not JSON"):
        named_clips(files, N_SHARDS)


def test_of_two_names_of_a_clip_it_is_the_one_that_the_table_has(tmp_path):
    content = json.loads(json.dumps(dict.fromkeys(SPLITS, V1)))
    for number, split in enumerate(SPLITS):
        for column in content[split].values():
            column.update({"2": column["1"]})
        content[split]["filename"] = {
            "0": f"{split}_0_10.wav",
            "1": f"{split}_0.000_10.000.wav",
            "2": f"{split}_0.000_10.000.wav",
        }
        content[split]["audiocap_id"] = {key: f"{number}-{key}" for key in "012"}
    files = {split: tmp_path / f"{split}.json" for split in SPLITS}
    for split, path in files.items():
        path.write_text(json.dumps(content[split]))
    clips = named_clips(files, N_SHARDS)
    assert clips == parse(content, N_SHARDS)["clips"].to_pylist()
    assert clips[0]["filename"] == "train_0_10.wav"
