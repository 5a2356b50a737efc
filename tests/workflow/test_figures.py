"""A figure is one file: a changed one is drawn again, and no other one is."""

import re

import pytest
from snakemake_project import Project


def to_draw(project: Project) -> set[str]:
    """Figures that a dry run wants to draw."""
    printed = project.build("--quiet", "host", "--dry-run")
    return set(re.findall(r"(?m)^ +output: results/tiny/figures/(\w+)\.svg", printed))


@pytest.mark.parametrize(
    ("stated", "refusal"),
    [
        ('PLACE = "last"', "training.py: PLACE will not do"),
        ('PLACE = 40\nSETTINGS = ("texts",)', "training.py: SETTINGS names 'texts'"),
    ],
)
def test_a_figure_that_states_what_will_not_do_is_refused_with_its_file(project, stated, refusal):
    module = project.folder / "src/audiophrase/report/figures/training.py"
    module.write_text(module.read_text().replace("PLACE = 40", stated))
    refused = project.snakemake("--dry-run")
    assert refused.returncode != 0
    assert refusal in refused.stdout
    assert "Traceback" not in refused.stdout


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
