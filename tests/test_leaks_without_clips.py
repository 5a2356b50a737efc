"""Features that were shared without clips: no clip is got again for a table that it never had."""

import copy
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from audiophrase import artifacts as paths
from audiophrase import params
from audiophrase.errors import AudiophraseError
from audiophrase.jobs.leakage import leakage
from audiophrase.splits import SPLITS

ROOT = Path(__file__).parents[1]


@pytest.fixture
def document(tmp_path, monkeypatch):
    """Parameters, in a project that has the demo's features and nothing else."""
    monkeypatch.chdir(tmp_path)
    document = copy.deepcopy(params.load(ROOT / "params.yaml"))
    touch(*paths.shards(document, "demo", "features/log-mel"))
    return document


def touch(*made):
    for path in map(Path, made):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def test_without_the_table_of_leaks_no_clip_is_asked_for_and_the_job_says_what_to_do(document):
    assert paths.clips_to_compare(document, "demo") == []
    splits = json.dumps({split: ["demo"] for split in SPLITS})
    names = ("clips", "leakage", "leakage-csv", "leakage-md")
    command = ["--splits", splits, *(f"--{name}=data/demo/{name}" for name in names)]
    done = CliRunner().invoke(leakage, command)
    assert isinstance(done.exception, AudiophraseError)
    assert "only the features made of them are here" in str(done.exception)


def test_with_it_nothing_is_asked_for_and_clips_that_are_begun_are_gone_on_with(document):
    shards = paths.shards(document, "demo", "clips")
    touch(*paths.leakage_files("demo"))
    assert paths.clips_to_compare(document, "demo") == shards
    for path in paths.leakage_files("demo"):
        Path(path).unlink()
    touch(shards[0])
    assert paths.clips_to_compare(document, "demo") == shards
