"""The tiny explorers that tests open, made once."""

from dataclasses import replace
from types import SimpleNamespace

import pyarrow as pa
import pytest
from explorer_contents import clips, contents, labels, points, run, scored

from audiophrase.explorer import site
from audiophrase.explorer.folder import replace_folder


@pytest.fixture(scope="session")
def explorer(shared):
    """The folder of the tiny explorer. Not to be changed."""
    folder = shared("explorer", lambda folder: replace_folder(folder, site.files(contents())))
    return folder / "index.html"


@pytest.fixture(scope="session")
def without_phrases(shared):
    """The same of a data set whose captions have no phrases, and whose clips are not passed on."""

    def make(folder):
        bare = [
            replace(clip, captions=tuple(replace(c, phrases=()) for c in clip.captions))
            for clip in clips()
        ]
        empty = pa.table(
            {"phrase_id": pa.array([], pa.string()), "scores": pa.array([], pa.list_(pa.float32()))}
        )
        runs = [replace(run("paper/1", 1), scores=empty, curve=[])]
        made = contents(clips=bare, runs=runs, sound=site.LEFT_OUT, opus_of=lambda clip_id: None)
        replace_folder(folder, site.files(made))

    return shared("without_phrases", make) / "index.html"


@pytest.fixture
def expected():
    """What evaluation says of the tiny runs."""
    return SimpleNamespace(
        curves=[points(scored(seed)) for seed in (1, 2)], scores=scored(1), active=labels()
    )
