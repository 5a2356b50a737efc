"""What a model learnt from, as its card says it: of the clips that were used, by their sources."""

import pyarrow as pa
import pytest

from audiophrase import paths, tables
from audiophrase.inference import card, runs


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        (["rendered", "rendered"], "rendered"),
        (["rendered", "local"], "mixed"),
        (["local", "youtube"], "youtube"),
        (["local", "local"], "recorded"),
    ],
)
def test_it_is_told_from_the_clips_that_were_trained_on(tmp_path, sources, expected):
    rows = [{"split": "train", "state": "ok", "source": source} for source in sources]
    rows += [
        {"split": "test", "state": "ok", "source": "youtube"},
        {"split": "train", "state": "missing", "source": "rendered"},
    ]
    path = tmp_path / paths.availability("mine")
    tables.write(path, pa.Table.from_pylist(rows), stage="availability", settings={})
    assert runs._audio(tmp_path, "mine") == expected
    assert expected in card._AUDIO


def test_without_the_table_it_is_not_known(tmp_path):
    assert runs._audio(tmp_path, "mine") is None
