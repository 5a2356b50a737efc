"""Which figures there are: what their modules state, and what is said of one that states too little."""

import subprocess
import sys

import pytest

from audiophrase.errors import AudiophraseError
from audiophrase.report import catalogue

MODULE = '''"""Some figure."""
import no_such_module
from audiophrase.report import style

PLACE = {place}
TITLE = "A title"
CAPTION = (
    "One sentence. "
    "Another."
)
ALT = "Some lines."
READS = {{"table": "{path}"}}
_WIDTH = style.WIDTH_IN


def draw(): ...
'''
PATH = "data/{dataset}/availability.parquet"


def write(folder, name, text=None, place="1", path=PATH):
    (folder / f"{name}.py").write_text(text or MODULE.format(place=place, path=path))


def test_the_papers_figures_come_in_its_order():
    names = ["example_pair", "sed_thresholds", "alignment", "training", "availability"]
    assert [name for name in catalogue.figures() if name in names] == names


def test_figures_of_detection_say_that_they_need_phrases():
    for about in catalogue.figures().values():
        assert about.needs_phrases == any("/sed" in path for path in about.reads.values())


@pytest.mark.parametrize(
    ("holds", "text"),
    [
        ({"has_phrases": False, "beside_paper": False}, "A caption."),
        ({"has_phrases": True, "beside_paper": False}, "A caption. Of phrases."),
        ({"has_phrases": False, "beside_paper": True}, "A caption. Of the paper."),
        ({"has_phrases": True, "beside_paper": True}, "A caption. Of phrases. Of the paper."),
    ],
)
def test_a_caption_says_more_where_there_is_more(tmp_path, holds, text):
    more = 'CAPTION_OF_PHRASES = "Of phrases."\nCAPTION_OF_PAPER = "Of the paper."\n'
    module = MODULE.format(place="1", path=PATH)
    caption = 'CAPTION = (\n    "One sentence. "\n    "Another."\n)\n'
    assert caption in module
    write(tmp_path, "plain", text=module)
    write(tmp_path, "more", text=module.replace(caption, 'CAPTION = "A caption."\n' + more))
    listed = catalogue.figures(tmp_path)
    assert listed["more"].text(**holds) == text
    assert listed["plain"].text(**holds) == "One sentence. Another."


def test_a_module_is_a_figure_by_its_place_and_nothing_of_it_is_executed(tmp_path):
    write(tmp_path, "second", place="2")
    write(tmp_path, "third", place="10")
    write(tmp_path, "first", place="2")
    write(tmp_path, "_shared", text="A = 1")
    write(tmp_path, "__init__", text="A = 1")
    listed = catalogue.figures(tmp_path)
    assert list(listed) == ["first", "second", "third"]
    about = listed["third"]
    assert about.path == tmp_path / "third.py"
    assert (about.title, about.caption) == ("A title", "One sentence. Another.")
    assert about.reads == {"table": PATH}
    assert (about.settings, about.needs_phrases) == ((), False)


@pytest.mark.parametrize(
    ("stated", "instead", "problem"),
    [
        ("PLACE = 1\n", "", "states no PLACE"),
        ("def draw()", "def drawn()", "has no function draw"),
        ("PLACE = 1", "PLACE = 1.5", "PLACE will not do"),
        ('ALT = "Some lines."', "ALT = TITLE.lower()", "ALT will not do"),
        ('"A title"', '" "', "TITLE will not do"),
        ("_WIDTH = style.WIDTH_IN", 'SETTINGS = "features"', "SETTINGS will not do"),
        ("_WIDTH = style.WIDTH_IN", "CAPTION_OF_PAPER = 1", "CAPTION_OF_PAPER will not do"),
        ("_WIDTH = style.WIDTH_IN", "NEEDS_PHRASES = None", "NEEDS_PHRASES will not do"),
        ("_WIDTH =", "_WIDTH = =", r"new\.py:13: invalid syntax"),
    ],
)
def test_what_is_not_stated_as_it_must_be_is_named_with_a_remedy(
    tmp_path, stated, instead, problem
):
    text = MODULE.format(place="1", path=PATH)
    assert stated in text
    write(tmp_path, "new", text=text.replace(stated, instead))
    with pytest.raises(AudiophraseError, match=problem) as error:
        catalogue.figures(tmp_path)
    assert error.value.remedy


@pytest.mark.parametrize(
    "path",
    [
        "availability.parquet",
        "data/demo/availability.parquet",
        "data/{dataset}/{shard}.parquet",
        "data/{dataset}/{.parquet",
        "data/{dataset}/annotations",
        "results/{dataset}/report.html",
        "",
    ],
)
def test_a_path_that_the_workflow_cannot_fill_in_is_refused(tmp_path, path):
    write(tmp_path, "new", path=path)
    with pytest.raises(AudiophraseError, match="READS will not do"):
        catalogue.figures(tmp_path)


def test_the_workflow_learns_of_figures_without_what_draws_them():
    code = (
        "import sys; from audiophrase.report import catalogue; assert catalogue.figures()\n"
        "print(*{'numpy', 'pyarrow', 'pandas', 'matplotlib'} & set(sys.modules))"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "\n"
