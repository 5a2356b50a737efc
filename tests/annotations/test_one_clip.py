"""A split of one clip, which could not be trained on, is refused before any clip is looked for."""

import json

import pytest
from click.testing import CliRunner

from audiophrase.errors import AnnotationError
from audiophrase.jobs.annotations import annotations
from audiophrase.splits import SPLITS


def parse(folder, n_clips):
    """The job's result, on so many clips a split, each with two captions."""
    for split, n in n_clips.items():
        names = [f"{split}-{number}_0_10.wav" for number in range(n) for _ in range(2)]
        rows = [
            {"audiocap_id": f"{split}{number}", "filename": name, "caption": "a dog barks"}
            for number, name in enumerate(names)
        ]
        (folder / f"{split}.json").write_text(json.dumps(rows))
    tables = [f"--{name}={folder}/{name}" for name in ("clips", "captions", "phrases", "counts")]
    sources = [str(folder / f"{split}.json") for split in SPLITS]
    return CliRunner().invoke(annotations, ["--n-shards", "1", "1", "1", *tables, *sources])


@pytest.mark.parametrize("split", ["train", "val"])
def test_one_clip_is_too_few_to_train_on(tmp_path, split):
    done = parse(tmp_path, {"train": 2, "val": 2, "test": 2} | {split: 1})
    assert isinstance(done.exception, AnnotationError)
    assert done.exception.problem == (
        f"the split {split} has 1 clip with captions: training needs two of them"
    )
    assert f"move some of another split to {split}" in done.exception.remedy
    assert not (tmp_path / "clips").exists()


def test_two_are_enough_and_one_may_be_tested_on(tmp_path):
    assert parse(tmp_path, {"train": 2, "val": 2, "test": 1}).exception is None
