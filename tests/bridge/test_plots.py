"""DVC's plots: what dvc.yaml asks for, the templates, and the page that opens offline."""

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from dvc_render import VegaRenderer, render_html

from audiophrase.bridge import plots_page
from audiophrase.bridge.dvc import Dvc
from audiophrase.commands.offline_plots import offline_plots
from audiophrase.errors import AudiophraseError

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / ".dvc/plots"


@pytest.fixture(scope="module")
def plots():
    """What dvc.yaml says of each file to draw."""
    listed = yaml.safe_load((ROOT / "dvc.yaml").read_text())["plots"]
    return {path: plot for entry in listed for path, plot in entry.items()}


def test_every_plot_names_its_run_its_axes_and_a_template_that_there_is(plots):
    assert {Path(path).name for path in plots} == {"history.csv", "sed_curve.csv", "retrieval.csv"}
    for path, plot in plots.items():
        _, dataset, _, variant, seed, _ = Path(path).parts
        assert plot["title"].startswith(f"{dataset}, {variant}, {seed.replace('-', ' ')}: ")
        assert plot["x_label"]
        assert plot["y_label"]
        if "template" in plot:
            assert (TEMPLATES / f"{plot['template']}.json").exists()


@pytest.mark.parametrize("name", ["detection", "recall"])
def test_a_template_is_filled_to_the_last_anchor(name):
    rows = [{"k": 1, "recall": 0.5, "direction": "a", "rev": "workspace", "field": "recall"}]
    filled = VegaRenderer(
        rows, "x", x="k", y="recall", title="t", template=name, template_dir=str(TEMPLATES)
    ).get_filled_template()
    assert "DVC_METRIC" not in json.dumps(filled)


def test_a_page_of_plots_asks_nobody_for_anything(tmp_path):
    rows = [
        {"epoch": 1, "loss": 2.0, "rev": "workspace"},
        {"epoch": 2, "loss": 1.0, "rev": "workspace"},
    ]
    plot = VegaRenderer(rows, "history", x="epoch", y="loss")
    (tmp_path / "page.html").write_text(plots_page.page())
    written = render_html([plot], tmp_path / "out/index.html", tmp_path / "page.html")
    text = Path(written).read_text()
    assert "<script src" not in text
    assert "cdn.jsdelivr.net/npm/vega@" not in text
    assert text.index("vegaEmbed") < text.index('"loss"')
    assert not {"{scripts}", "{plot_divs}", "{refresh_tag}"} & set(text.split())


def test_a_clone_is_told_once(tmp_path, monkeypatch):
    told = []
    monkeypatch.setattr(Dvc, "set_here", lambda self, *words: told.append(words))
    monkeypatch.chdir(tmp_path)
    refused = CliRunner().invoke(offline_plots)
    assert isinstance(refused.exception, AudiophraseError)
    (tmp_path / ".dvc/plots").mkdir(parents=True)
    assert CliRunner().invoke(offline_plots).exit_code == 0
    # DVC counts the path from its own folder on.
    assert told == [("plots.html_template", "plots/offline.html")]
    assert (tmp_path / ".dvc/plots/offline.html").read_text() == plots_page.page()


def test_a_snakemake_without_vega_is_named(monkeypatch):
    monkeypatch.setattr(plots_page, "_LIBRARIES", ("no-such-library",))
    with pytest.raises(AudiophraseError, match="no no-such-library with it"):
        plots_page.page()
