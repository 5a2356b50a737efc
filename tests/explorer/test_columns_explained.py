"""Whoever opens the explorer first reads on it what its short headings mean."""

from dataclasses import replace

import pytest
from explorer_contents import contents

from audiophrase.explorer import site

OF_DETECTION = ("F1", "AP", "Active", "Times")


@pytest.fixture(scope="module")
def pages():
    """The first page with detection and without."""
    whole = contents()
    kinds = {"with": whole, "without": replace(whole, runs=[])}
    return {name: dict(site.files(kind))["index.html"].decode() for name, kind in kinds.items()}


@pytest.mark.parametrize("heading", OF_DETECTION)
def test_headings_of_detection_are_explained_where_there_is_some(pages, heading):
    assert f"{heading}:" in pages["with"]
    assert f"{heading}:" not in pages["without"]


def test_ranks_and_colours_are_explained_on_every_page(pages):
    for page in pages.values():
        assert "Rank:" in page
        assert "The stronger the colour" in page
