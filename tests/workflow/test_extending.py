"""docs/extending.md, performed: its files written and its edits made in a copy of a finished project."""

import base64
import copy
import html
import re

import pytest
import yaml
from snakemake_project import ROOT, TINY, compile_sources

from audiophrase import tables
from audiophrase.report import catalogue

RECIPES = {
    title: body
    for title, body in re.findall(
        r"(?ms)^## ([^\n]+)\n(.*?)(?=^## |\Z)", (ROOT / "docs/extending.md").read_text()
    )
}
OF_A_RUN = {"train", "evaluate_retrieval", "evaluate_sed"}
SHOWING = {"metrics", "tables", "report"}


def merge(base, override):
    for key, value in override.items():
        if isinstance(value, dict) and isinstance(base.get(key), dict):
            merge(base[key], value)
        else:
            base[key] = value
    return base


def perform(project, recipe):
    """Do what a recipe says; the paths that it names, those of parameters aside."""
    touched, params = [], copy.deepcopy(TINY)
    for path, blocks in re.findall(r"(?ms)^`([^`\n]+)`\n((?:```\w+\n.*?^```\n)+)", recipe):
        for kind, block in re.findall(r"(?ms)^```(\w+)\n(.*?)^```\n", blocks):
            if kind == "yaml":
                merge(params, yaml.safe_load(block))
                continue
            touched.append(path)
            file = project.folder / path
            if kind == "diff":
                lines = block.splitlines(keepends=True)
                before = "".join(line[1:] for line in lines if not line.startswith("+"))
                after = "".join(line[1:] for line in lines if not line.startswith("-"))
                text = file.read_text()
                assert text.count(before) == 1, f"{path} has {text.count(before)} times {before!r}"
                file.write_text(text.replace(before, after))
            else:
                assert not file.exists()
                file.write_text(block)
    project.set_params(params)
    compile_sources(project.folder)
    return set(touched)


@pytest.mark.parametrize("title", [title for title in ("A loss", "An encoder")])
def test_a_loss_or_an_encoder_is_two_files_and_trains_beside_the_papers(project, title):
    touched = perform(project, RECIPES[title])
    assert len(touched) == 2
    assert project.planned() == OF_A_RUN | SHOWING
    before = project.digests()
    project.build()
    [name] = set(TINY["datasets"]["tiny"].get("variants", [])) ^ {
        run.name for run in (project.folder / "results/tiny/runs").iterdir()
    } - {"paper"}
    after = project.digests()
    of_paper = {path: digest for path, digest in before.items() if "/runs/paper/" in path}
    assert of_paper
    assert of_paper.items() <= after.items()
    assert (
        tables.read_json(project.folder / f"results/tiny/runs/{name}/seed-1/model.json")[
            "settings"
        ]["train"]
        != tables.read_json(project.folder / "results/tiny/runs/paper/seed-1/model.json")[
            "settings"
        ]["train"]
    )
    assert name in (project.folder / "results/tiny/report.html").read_text()


def test_a_figure_is_one_file_and_no_other_one_is_drawn_again(project):
    before = project.digests()
    [path] = perform(project, RECIPES["A figure"])
    assert project.planned() == {"figure", "report"}
    project.build()
    assert "Nothing to be done" in project.build()

    module = project.folder / path
    about = catalogue.figures(module.parent)[module.stem]
    picture, page = f"results/tiny/figures/{about.name}", "results/tiny/report.html"
    after = project.digests()
    changed = {path for path in after if before.get(path) != after[path]}
    assert changed == {f"{picture}.svg", f"{picture}.png", page}
    text = (project.folder / page).read_text()
    shown = re.findall(r'<figure id="figure-(\w+)">', text)
    assert shown == list(catalogue.figures(module.parent))
    assert f"<b>{about.title}.</b> {about.caption}</figcaption>" in html.unescape(text)
    assert f'alt="{about.alt}"' in text
    svg = (project.folder / f"{picture}.svg").read_bytes()
    assert base64.b64encode(svg).decode() in text
    assert (project.folder / f"logs/tiny/figures/{about.name}.log").exists()


DETECTION = {"evaluate_sed", "figure", *SHOWING}


@pytest.mark.parametrize(
    ("path", "last", "section", "stale"),
    [
        (
            "report",
            "    n_alignments: Annotated[int, Meta(ge=1, le=12)]\n",
            ("figures",),
            {"figure", "report"},
        ),
        (
            "evaluate",
            "    partial_below: Annotated[float, Meta(gt=0, le=1)]\n",
            ("evaluate", "sed"),
            DETECTION,
        ),
        (
            "model",
            "    fixed_validation_impostors: bool\n",
            ("train",),
            OF_A_RUN | DETECTION,
        ),
    ],
)
def test_a_new_key_makes_stale_what_is_given_it_and_only_if_it_is_set(
    project, path, last, section, stale
):
    declared = project.folder / f"src/audiophrase/{path}/parameters.py"
    text = declared.read_text()
    assert text.count(last) == 1
    declared.write_text(text.replace(last, f"{last}    added: int = 1\n"))
    assert project.planned() <= {"report"}
    for value, expected in ((1, {"report"}), (2, stale)):
        params = copy.deepcopy(TINY)
        of_section = params["datasets"]["tiny"]
        for key in section:
            of_section = of_section.setdefault(key, {})
        of_section["added"] = value
        project.set_params(params)
        assert project.planned() == expected


def test_a_docstring_of_the_page_remakes_the_page_alone(project):
    page = project.folder / "src/audiophrase/report/page.py"
    page.write_text(page.read_text().replace('"""', '"""Reworded. ', 1))
    assert project.planned() == {"report"}
