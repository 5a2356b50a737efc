"""What DVC is asked about: all of dvc.yaml at once where that makes it hash nothing more."""

from types import SimpleNamespace

import pytest

from audiophrase.bridge import survey
from audiophrase.bridge.dvc import Dvc

CHANGES = '{"clips@mine": ["changed command"], "clips@other": ["changed command"]}'
DVC_YAML = """
stages:
  clips:
    foreach:
      mine: {dataset: mine, deps_0: recordings}
      other: {dataset: other, deps_0: their/recordings}
    do:
      deps: ['src/audiophrase/jobs/local_clips.py', 'of-both.csv', '${item.deps_0}']
      outs: [{'data/${item.dataset}/clips': {persist: true}}]
      metrics: ['results/${item.dataset}/metrics.json']
"""
BY_NAME, AT_ONCE = ("clips@mine",), ("dvc.yaml",)


@pytest.fixture
def asked(tmp_path, monkeypatch):
    """`asked(name)`: what DVC is asked about when that stage is surveyed."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dvc.yaml").write_text(DVC_YAML)
    (tmp_path / "src/audiophrase/jobs/local_clips.py").mkdir(parents=True)

    def ask(name="clips@mine"):
        words_of = []
        monkeypatch.setattr(Dvc, "_run", lambda self, *words: words_of.append(words) or CHANGES)
        changes = Dvc(tmp_path).status(
            [name], alone=survey._are_alone([SimpleNamespace(name=name)])
        )
        assert set(changes) <= {name}
        return words_of[0][2:]

    return ask


def test_at_once_where_nothing_of_another_data_set_lies_here(asked, tmp_path):
    for path in ("data/mine/clips", "recordings", "of-both.csv", "data/of-no-stage"):
        (tmp_path / path).mkdir(parents=True)
    assert asked() == AT_ONCE


@pytest.mark.parametrize(
    "path", ["data/other/clips", "results/other/metrics.json", "their/recordings"]
)
def test_by_name_where_another_data_set_has_something_to_hash(asked, tmp_path, path):
    (tmp_path / path).mkdir(parents=True)
    assert asked() == BY_NAME


def test_a_stage_that_dvc_does_not_know_is_asked_by_name(asked):
    """Asked about all, DVC would not say that it knows none of that name."""
    assert asked("clips@renamed") == ("clips@renamed",)


@pytest.mark.parametrize("text", ["<<<<<<< HEAD\n: [", "", "stages: {clips: {cmd: x}}", "\0"])
def test_what_is_wrong_with_dvc_yaml_is_left_for_dvc_to_say(asked, tmp_path, text):
    (tmp_path / "dvc.yaml").write_text(text)
    assert asked() == BY_NAME
    (tmp_path / "dvc.yaml").unlink()
    assert asked() == BY_NAME


def test_where_nothing_is_recorded_dvc_is_not_asked(tmp_path):
    assert Dvc(tmp_path).status([], alone=True) == {}
