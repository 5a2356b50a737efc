"""The diagram in docs/: its modules exist, and nothing in it is clipped or lies over another thing."""

import importlib.util
import itertools
from pathlib import Path

import pytest
from matplotlib.patches import FancyBboxPatch

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def framework():
    spec = importlib.util.spec_from_file_location("framework", ROOT / "docs/framework.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_its_modules_exist(framework):
    for box in framework.BOXES.values():
        assert (ROOT / "src/audiophrase" / box.module).exists(), box.module


def test_every_text_lies_in_its_box_and_no_box_over_another(framework):
    figure = framework.draw()
    figure.canvas.draw()
    (axes,) = figure.axes
    boxes = {
        patch.get_gid().removeprefix("box-"): patch.get_window_extent()
        for patch in axes.patches
        if isinstance(patch, FancyBboxPatch)
    }
    assert boxes.keys() == framework.BOXES.keys()
    for one, other in itertools.combinations(boxes.values(), 2):
        assert not one.overlaps(other)
    named = [text for text in axes.texts if text.get_gid()]
    assert len(named) == 3 * len(boxes)
    for text in named:
        inside, box = text.get_window_extent(), boxes[text.get_gid().removeprefix("text-")]
        assert box.x0 < inside.x0, text
        assert inside.x1 < box.x1, text
        assert box.y0 < inside.y0, text
        assert inside.y1 < box.y1, text
    for text in axes.texts:
        if not text.get_gid():
            assert not any(text.get_window_extent().overlaps(box) for box in boxes.values()), text
    page, tight = figure.bbox_inches, figure.get_tightbbox()
    assert tight.x0 >= 0
    assert tight.y0 >= 0
    assert tight.x1 <= page.width
    assert tight.y1 <= page.height


def test_the_drawing_at_hand_is_of_these_boxes(framework):
    drawn = (ROOT / "docs/framework.svg").read_text(encoding="utf-8")
    again = framework.svg(framework.draw()).decode()
    for key in framework.BOXES:
        for text in (drawn, again):
            assert text.count(f'id="box-{key}"') == 1, "python docs/framework.py"
