"""What is made of params laid over others: what they say, else the data sets that they name."""

from pathlib import Path

import pytest

from audiophrase import params

ROOT = Path(__file__).parents[2]
MINE = "datasets: {mine: {title: Mine, clips: rendered, annotations: {source: grammar}, shards: {train: 1, val: 1, test: 1}}}"


@pytest.mark.parametrize(
    ("overlays", "build"),
    [
        ([], ["demo"]),
        ([MINE], ["mine"]),
        ([f"build: [demo]\n{MINE}"], ["demo"]),
        (["build: [demo]", MINE], ["demo"]),
        ([MINE, "train: {max_epochs: 1}"], ["mine"]),
        (["train: {max_epochs: 1}"], ["demo"]),
    ],
)
def test_an_overlay_builds_what_it_says_or_names(tmp_path, overlays, build):
    files = [tmp_path / f"{number}.yaml" for number in range(len(overlays))]
    for file, text in zip(files, overlays, strict=True):
        file.write_text(text)
    assert params.load(ROOT / "params.yaml", *files)["build"] == build


def test_names_that_are_none_are_left_to_the_schema():
    assert params.to_build({"datasets": ["mine"]}) == {}
