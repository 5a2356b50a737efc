"""A figure is one file: the workflow finds it, draws it, shows it, and draws no other one again."""

import base64
import re

from snakemake_project import Project

ADDED = '''"""How long the clips are."""

from audiophrase.report.style import canvas, look

PLACE = {place}
TITLE = "Lengths"
CAPTION = "Frames & seconds of every test clip."
ALT = "A dot for each clip."
READS = {{
    "features": "data/{{dataset}}/features/{{test_shard}}.parquet",
    "words": "data/{{dataset}}/text/coverage.csv",
    "models": "results/{{dataset}}/runs/paper/seed-{{seed}}/model.json",
}}
SETTINGS = ("features", "text")


@look()
def draw(*, features, words, models, settings, audio):
    assert len(words) and list(models) == ["1"] and settings["text"].vectors
    figure = canvas(2.0, audio=audio)
    axes = figure.subplots()
    for spectrum in features.values():
        axes.plot(len(spectrum.log_mel), len(spectrum.log_mel) * spectrum.hop_s, "o")
    return figure
'''


def to_draw(project: Project) -> set[str]:
    """Figures that a dry run wants to draw."""
    printed = project.build("--quiet", "host", "--dry-run")
    return set(re.findall(r"(?m)^ +output: results/tiny/figures/(\w+)\.svg", printed))


def refusal(project: Project) -> str:
    """What a dry run says that ends with an error."""
    refused = project.snakemake("--dry-run")
    assert refused.returncode != 0
    assert "Traceback" not in refused.stdout
    return refused.stdout


def test_a_file_is_all_that_a_new_figure_takes(project):
    before = project.digests()
    module = project.folder / "src/audiophrase/report/figures/lengths.py"
    module.write_text(ADDED.format(place='"last"'))
    assert "lengths.py: PLACE will not do" in refusal(project)
    module.write_text(ADDED.format(place=35).replace('"text")', '"texts")'))
    assert "lengths.py: SETTINGS names 'texts'" in refusal(project)

    module.write_text(ADDED.format(place=35))
    assert to_draw(project) == {"lengths"}
    assert project.planned() == {"figure", "report"}

    project.build()
    assert "Nothing to be done" in project.build()
    after = project.digests()
    svg, page = "results/tiny/figures/lengths.svg", "results/tiny/report.html"
    changed = {path for path in after if before.get(path) != after[path]}
    assert changed == {svg, svg.replace(".svg", ".png"), page}
    html = (project.folder / page).read_text()
    shown = re.findall(r'<figure id="figure-(\w+)">', html)
    assert shown[-3:] == ["lengths", "training", "availability"]
    assert "<b>Lengths.</b> Frames &amp; seconds of every test clip.</figcaption>" in html
    assert 'alt="A dot for each clip."' in html
    assert base64.b64encode((project.folder / svg).read_bytes()).decode() in html
    assert (project.folder / "logs/tiny/figures/lengths.log").exists()


def test_a_changed_figure_is_drawn_again_and_no_other_one_is(project):
    report = project.folder / "src/audiophrase/report"
    training = report / "figures/training.py"
    training.write_text(training.read_text().replace('= "Training"', '= "How it went"'))
    assert to_draw(project) == {"training"}
    assert project.planned() == {"figure", "report"}
    # The words alone have changed, and the picture is as it was: the page is made again all the same.
    project.build("results/tiny/figures/training.svg")
    assert project.planned() == {"report"}

    shared = report / "examples.py"
    shared.write_text(shared.read_text() + "\n# changed\n")
    assert to_draw(project) == {"example_pair", "alignment"}
    assert project.planned() == {"figure", "report"}
