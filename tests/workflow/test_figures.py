"""A figure is one file: a changed one is drawn again, and no other one is."""

import re

from snakemake_project import Project


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


def test_a_figure_that_states_what_will_not_do_is_refused_with_its_file(project):
    module = project.folder / "src/audiophrase/report/figures/training.py"
    text = module.read_text()
    module.write_text(text.replace("PLACE = 40", 'PLACE = "last"'))
    assert "training.py: PLACE will not do" in refusal(project)
    module.write_text(text.replace("PLACE = 40", 'PLACE = 40\nSETTINGS = ("texts",)'))
    assert "training.py: SETTINGS names 'texts'" in refusal(project)


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
