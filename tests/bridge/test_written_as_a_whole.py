"""A folder that one job writes as a whole: what belongs there, and whether it goes to a remote."""

import copy
from pathlib import Path

import pytest

from audiophrase import params
from audiophrase.bridge import stages, survey
from audiophrase.explorer.folder import replace_folder

ROOT = Path(__file__).parents[2]
LISTING = "results/x/explorer/files.json"


@pytest.fixture
def stage(tmp_path, monkeypatch):
    """The explorer of a data set, as it lies here."""
    monkeypatch.chdir(tmp_path)
    replace_folder(Path("results/x/explorer"), [("clips/0.js", b"0"), ("index.html", b"page")])
    outputs = ("results/x/explorer/index.html", LISTING)
    job = stages.Job("explorer", "", {"dataset": "x"}, (), outputs, {}, False, True)
    return stages._stage(
        "explorer",
        "x",
        (job,),
        {},
        {
            "stages": {
                "explorer": {
                    "rules": ["explorer"],
                    "folder": "results/{dataset}/explorer",
                    "listing": "results/{dataset}/explorer/files.json",
                }
            },
            "params": {},
        },
        {"datasets": {"x": {"clips": "rendered"}}},
    )


def test_files_that_the_listing_names_belong_there_and_others_do_not(stage):
    assert stage.outs == ("results/x/explorer",)
    assert list(survey.unsound_files(stage)) == []
    Path("results/x/explorer/clips/1.js").write_text("strange")
    Path("results/x/explorer/clips/0.js").write_text("altered")
    altered, strange = survey.unsound_files(stage)
    assert altered.startswith("results/x/explorer/clips/0.js has MD5")
    assert strange.startswith("results/x/explorer/clips/1.js is nothing that explorer@x makes")
    Path("results/x/explorer/clips/0.js").unlink()
    assert "results/x/explorer/clips/0.js is missing" in survey.unsound_files(stage)


def test_an_edited_listing_is_named(stage):
    listing = Path(LISTING)
    listing.write_text(listing.read_text().replace("index.html", "other.html"))
    assert any("files.json was edited" in line for line in survey.unsound_files(stage))


def test_the_explorer_is_pushed_as_the_clips_are_where_it_carries_their_sound():
    document = copy.deepcopy(params.load(ROOT / "params.yaml"))
    assert stages._is_pushed("sound", "demo", document)
    assert stages._is_pushed("sound", "audiogrounding", document), "it has no sound"
    document["figures"]["audio"] = True
    assert not stages._is_pushed("sound", "audiogrounding", document)
    document["datasets"]["audiogrounding"]["push_clips"] = True
    assert stages._is_pushed("sound", "audiogrounding", document)
    assert stages._is_pushed(None, "audiogrounding", document)


def test_a_key_of_several_that_stands_nowhere_is_no_parameter_of_dvc():
    document = {"figures": {"audio": None}, "datasets": {"x": {"clips": "local"}}}
    at = ["datasets.x"]
    assert stages._paths_of("entry.push_clips", "x", at, document) == set()
    assert stages._paths_of("entry.clips", "x", at, document) == {"datasets.x.clips"}
    assert stages._paths_of("figures.audio", "x", at, document) == {"figures.audio"}
    document["datasets"]["x"]["figures"] = {"audio": True}
    assert stages._paths_of("figures.audio", "x", at, document) == {"datasets.x.figures.audio"}
