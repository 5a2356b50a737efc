"""docs/extending.md, performed in a copy of a finished project: what each recipe makes."""

import base64
import copy
import html
import json
import re

import pytest
from recipes import merge, perform
from snakemake_project import TINY

from audiophrase import tables
from audiophrase.report import catalogue
from audiophrase.splits import SPLITS

OF_A_RUN = {"train", "evaluate_retrieval", "evaluate_sed", "inspect_run"}
SHOWING = {"metrics", "tables", "report", "explorer"}


@pytest.mark.parametrize("title", [pytest.param("A loss", marks=pytest.mark.long), "An encoder"])
def test_a_loss_or_an_encoder_is_two_files_and_trains_beside_the_papers(project, title):
    touched = perform(project, title)
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


def test_a_recipes_variant_is_known_to_dvc_though_its_parameters_are_defaults(made):
    perform(made, "A loss")
    changes = {
        "variants": {"hardest": {"train": {"loss": "hardest"}}},
        "datasets": {"tiny": {"variants": ["paper", "hardest"]}},
    }
    made.write_params(merge(made.params(), changes))
    made.audiophrase("dvc-stages")
    assert "train@tiny.hardest.1" in made.stages()
    assert {stage for stage in made.changed() if "paper" in stage} == set()


def test_a_figure_is_one_file_and_no_other_one_is_drawn_again(project):
    before = project.digests()
    [path] = perform(project, "A figure")
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
    shown = re.findall(r'<h3 id="figure-(\w+)">', text)
    assert shown == list(catalogue.figures(module.parent))
    assert f">{about.title}</h3>" in html.unescape(text)
    assert f"{about.caption}</figcaption>" in html.unescape(text)
    assert f'alt="{about.alt}"' in text
    svg = (project.folder / f"{picture}.svg").read_bytes()
    assert base64.b64encode(svg).decode() in text
    assert (project.folder / f"logs/tiny/figure/{about.name}.log").exists()


@pytest.mark.long
def test_a_front_end_is_two_files_and_shares_the_clips(project):
    assert len(perform(project, "A front end")) == 2
    assert project.planned() == {"features", "features_manifest", *OF_A_RUN, *SHOWING}
    before = project.digests()
    project.build()
    after = project.digests()
    kept = {path: digest for path, digest in before.items() if path.startswith("data/")}
    assert kept.items() <= after.items()
    made = {path for path in after if path.startswith("data/") and path not in before}
    assert {path.split("/")[3] for path in made if path.endswith(".parquet")} == {"log-mel-deltas"}
    model = tables.read_json(project.folder / "results/tiny/runs/deltas/seed-1/model.json")
    assert model["n_features"] == 128


def test_a_form_is_two_files(project):
    assert len(perform(project, "A form of annotations")) == 2
    assert project.planned() == set()  # the tiny data set has another
    params = copy.deepcopy(TINY)
    files = {split: f"{split}.json" for split in SPLITS}
    for number, name in enumerate(files.values()):
        clips = [f"Ya1b2c3d4e{number}_{start_s}_{start_s + 10}.wav" for start_s in (0, 20)]
        captions = {clip: ["a dog barks", "barking, twice"] for clip in clips}
        (project.folder / name).write_text(json.dumps(captions))
    params["datasets"]["mine"] = {
        "title": "Captions by file",
        "clips": "local",
        "shards": dict.fromkeys(SPLITS, 1),
        "annotations": {"source": "files", "files": files},
        "retrieve": {"folder": "recordings"},
    }
    project.set_params(params)
    project.build("data/mine/annotations/captions.parquet")
    captions = tables.read(
        project.folder / "data/mine/annotations/captions.parquet", stage="annotations.captions"
    ).to_pylist()
    assert [row["caption"] for row in captions] == ["a dog barks", "barking, twice"] * 6
    assert captions[1]["tokens"] == ["barking", ",", "twice"]


DETECTION = {"evaluate_sed", "figure", *SHOWING}


KEYS = {  # the last key of a section, the section, and what is made again for one beside it
    ("report", "    n_alignments: Annotated[int, Meta(ge=1, le=12)]\n"): (
        ("figures",),
        {"figure", "report"},
    ),
    ("evaluate", "    th_auc: ThAucParams\n"): (("evaluate", "sed"), DETECTION),
    ("model", "    fixed_validation_impostors: bool\n"): (("train",), OF_A_RUN | DETECTION),
}


def with_added(value: int, *sections: tuple[str, ...]) -> dict:
    params = copy.deepcopy(TINY)
    for section in sections:
        of_section = params["datasets"]["tiny"]
        for key in section:
            of_section = of_section.setdefault(key, {})
        of_section["added"] = value
    return params


def test_a_new_key_makes_stale_what_is_given_it_and_only_if_it_is_set(project):
    for path, last in KEYS:
        declared = project.folder / f"src/audiophrase/{path}/parameters.py"
        text = declared.read_text()
        assert text.count(last) == 1
        declared.write_text(text.replace(last, f"{last}    added: int = 1\n"))
    assert project.planned() <= {"report"}
    project.set_params(with_added(1, *(section for section, _ in KEYS.values())))
    assert project.planned() == {"report"}
    for section, stale in KEYS.values():
        project.set_params(with_added(2, section))
        assert project.planned() == stale


def test_a_docstring_of_the_page_remakes_the_page_alone(project):
    page = project.folder / "src/audiophrase/report/page.py"
    page.write_text(page.read_text().replace('"""', '"""Reworded. ', 1))
    assert project.planned() == {"report"}
