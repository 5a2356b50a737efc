"""What DVC is asked about: all stages at once where that makes it hash nothing more."""

from types import SimpleNamespace

import pytest

from audiophrase.bridge import survey
from audiophrase.bridge.dvc import Dvc

CHANGES = '{"text@mine": ["changed command"], "text@other": ["changed command"]}'


@pytest.mark.parametrize(("others", "asked"), [((), ()), (("other",), ("text@mine",))])
def test_by_name_only_where_another_data_set_lies_here(tmp_path, monkeypatch, others, asked):
    monkeypatch.chdir(tmp_path)
    for name in ("mine", *others):
        (tmp_path / "data" / name).mkdir(parents=True)
    (tmp_path / "data/README.md").write_text("no data set")
    words_of = []
    monkeypatch.setattr(Dvc, "_run", lambda self, *words: words_of.append(words) or CHANGES)
    alone = survey._are_alone([SimpleNamespace(dataset="mine")])
    changes = Dvc(tmp_path).status(["text@mine"], alone=alone)
    assert words_of == [("status", "--json", *asked)]
    assert changes == {"text@mine": ["changed command"]}


def test_where_nothing_is_recorded_dvc_is_not_asked(tmp_path):
    assert Dvc(tmp_path).status([], alone=True) == {}
