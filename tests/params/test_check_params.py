"""`audiophrase check-params`: what is called valid could be made."""

from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from audiophrase.commands.check_params import check_params
from audiophrase.errors import AudiophraseError

ROOT = Path(__file__).parents[2]
MINE = {
    "title": "Of our own",
    "clips": "local",
    "shards": {"train": 1, "val": 1, "test": 1},
    "annotations": {"files": {split: f"{split}.json" for split in ("train", "val", "test")}},
}


@pytest.fixture
def check(tmp_path, monkeypatch):
    """What is printed of an entry `mine`, and of what is built."""
    monkeypatch.chdir(tmp_path)

    def call(entry, build=("demo",)):
        Path("my.yaml").write_text(
            yaml.safe_dump({"build": list(build), "datasets": {"mine": entry}})
        )
        paths = [str(ROOT / "params.yaml"), "my.yaml"]
        done = CliRunner().invoke(check_params, paths, standalone_mode=False)
        if done.exception:
            raise done.exception
        return done.output

    return call


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({}, "clips is 'local' but retrieve.folder is empty"),
        ({"retrieve": {"folder": "gone"}}, "there is no file train.json"),
        ({"annotations": {"list": "gone.csv"}, "clips": "youtube"}, "there is no file gone.csv"),
    ],
)
def test_a_data_set_whose_files_are_not_there_is_not_among_the_valid(check, more, told):
    valid, *others = check(MINE | more).splitlines()
    assert valid == "valid; data sets: demo, audiogrounding, audiogrounding-v2"
    assert any(
        line.startswith("not under `build`, nor to be made yet: data set 'mine'") for line in others
    )
    assert told in "\n".join(others)
    assert "What to do" not in "\n".join(others), "nobody asked for these"
    with pytest.raises(AudiophraseError, match=f"data set 'mine': {told}"):
        check(MINE | more, build=["mine"])


def test_a_folder_of_recordings_must_be_there(check):
    for split in ("train", "val", "test"):
        Path(f"{split}.json").touch()
    with pytest.raises(AudiophraseError, match="folder of clips gone cannot be read"):
        check(MINE | {"retrieve": {"folder": "gone"}}, build=["mine"])
    Path("gone").mkdir()
    assert "mine" in check(MINE | {"retrieve": {"folder": "gone"}}, build=["mine"]).splitlines()[0]
