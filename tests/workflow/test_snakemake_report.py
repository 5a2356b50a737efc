"""What `snakemake --report` shows: results with captions that say what the figures' modules say."""

import json
import re

import pytest
from docutils.core import publish_parts

from audiophrase.report import catalogue


@pytest.fixture(scope="module")
def shown(built, tmp_path_factory):
    """The entries of a report, by path, out of its page."""
    project = built.copy(tmp_path_factory.mktemp("report") / "project")
    project.build("--report", "report.html")
    page = (project.folder / "report.html").read_text()
    assert not re.search(r'<(script|link|img)[^>]* (src|href)="(?!data:)', page), "from elsewhere"
    (results,) = re.findall(r"var results = (\{.*\});", page)
    (categories,) = re.findall(r"var categories = (\{.*\});", page)
    return json.loads(results), json.loads(categories)


def test_page_figures_tables_and_runs_stand_under_their_data_set(shown):
    results, categories = shown
    figures = catalogue.figures()
    top = "results/tiny"
    assert {f"{top}/report.html", *(f"{top}/figures/{name}.svg" for name in figures)} <= set(
        results
    )
    assert set(categories) == {"tiny"}
    assert {"page", "figures", "tables", "variant paper"} == set(categories["tiny"])
    run = results[f"{top}/runs/paper/seed-1/sed_curve.csv"]
    assert run["labels"] == {"table": "detection over thresholds", "seed": "1"}


def test_a_figure_has_the_title_and_caption_that_its_module_states(shown):
    results, _ = shown
    for name, about in catalogue.figures().items():
        entry = results[f"results/tiny/figures/{name}.svg"]
        assert entry["labels"] == {"figure": about.title}
        assert about.caption in " ".join(re.sub("<[^>]*>", "", entry["caption"]).split())


@pytest.mark.parametrize(
    "text", ["a*b* and `c`", "frame_ and |x|", r"back\slash", "* no list", "-- or 1. two"]
)
def test_a_caption_is_no_markup(text):
    parts = publish_parts(
        catalogue.as_rst(text), writer="html", settings_overrides={"report_level": 5}
    )
    assert re.sub("<[^>]*>", "", parts["body"]).strip() == text
    assert "system-message" not in parts["body"]
