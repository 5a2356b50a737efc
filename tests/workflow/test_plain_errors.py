"""What a user gets wrong is told by Snakemake's dry run in a sentence, without a stack trace."""

import pytest
from snakemake_project import TINY, Project


@pytest.fixture(scope="module")
def fresh(tmp_path_factory) -> Project:
    """A project in which nothing has been made."""
    return Project.create(tmp_path_factory.mktemp("plain") / "project")


def refused(project: Project, *arguments: str) -> str:
    """What a dry run prints that must fail, and must not show a stack trace."""
    done = project.snakemake("-n", *arguments)
    assert done.returncode != 0, done.stdout
    assert "Traceback" not in done.stdout
    return done.stdout


def test_a_key_that_stands_twice_is_refused_in_any_file_that_snakemake_reads(fresh):
    fresh.overlay.write_text("build: [tiny]\ntrain: {seeds: [1]}\ntrain: {seeds: [2]}\n")
    assert "train: lines 2 and 3" in refused(fresh)
    fresh.set_params(TINY)
    params = fresh.folder / "params.yaml"
    before = params.read_text()
    params.write_text(f"{before}\nbuild: [audiogrounding]\n")
    try:
        printed = refused(fresh)
    finally:
        params.write_text(before)
    assert f"{params.name} has keys that stand twice" in printed
    assert "  - build: lines " in printed


@pytest.mark.parametrize(
    ("path", "before", "after", "told"),
    [
        (
            "model/parameters.py",
            '"infonce": InfoNCEParams,',
            '"infonce": InfoNCEParams,\n    "hardest": TripletParams(margin=0.2),',
            "there is no file src/audiophrase/model/losses/hardest.py",
        ),
        (
            "annotations/parameters.py",
            '    "audiogrounding_v2",\n',
            '    "audiogrounding_v2",\n    "captions_by_file",\n',
            "there is no file src/audiophrase/annotations/forms/captions_by_file.py",
        ),
        (
            "report/figures/training.py",
            "def draw(",
            "def drawn(",
            "training.py has no function draw",
        ),
    ],
)
def test_what_is_listed_and_half_done_is_told_by_file(fresh, path, before, after, told):
    fresh.set_params(TINY)
    file = fresh.folder / "src/audiophrase" / path
    whole = file.read_text()
    assert before in whole
    file.write_text(whole.replace(before, after))
    try:
        printed = refused(fresh)
    finally:
        file.write_text(whole)
    assert printed.count(told) == printed.count("docs/extending.md") == 1


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("data/tinny/manifests/clips-train.json", "did you mean 'tiny'"),
        ("results/tinny/measures.parquet", "unknown data set 'tinny'"),
        ("results/tinny/explorer/index.html", "unknown data set 'tinny'"),
        ("data/tiny/features/mel/train-00000.parquet", "no front end 'mel'"),
        ("data/tiny/features/log-mel-/train-00000.parquet", "did you mean 'log-mel'"),
        ("data/tiny/manifests/features-log-mal-train.json", "known: log-mel, log-mel-native, onnx"),
        ("data/tiny/clips/train-00009.parquet", "no shard 'train-00009'"),
        ("data/tiny/features/log-mel/val-00001.parquet", "known: val-00000"),
        ("results/tiny/runs/paper/seed-7/model.safetensors", "there is no seed '7'"),
        ("results/tiny/runs/paper/seed-7/retrieval.json", "known: 1"),
        ("results/tiny/figures/trainings.svg", "did you mean 'training'"),
        ("results/tiny/tables/seds.csv", "known: dataset, retrieval, sed, events, ablations"),
    ],
)
def test_a_target_that_names_what_there_is_not_says_what_there_is(fresh, target, told):
    fresh.set_params(TINY)
    assert told in refused(fresh, target)


def test_targets_that_there_are_are_made_by_their_own_rules(fresh):
    fresh.set_params(TINY)
    targets = [
        "data/tiny/manifests/features-log-mel-native-train.json",
        "data/tiny/features/onnx/val-00000.parquet",
        "results/tiny/figures/training.png",
        "results/tiny/tables/sed.md",
    ]
    for target in targets[:1] + targets[2:]:
        done = fresh.snakemake("-n", target)
        assert done.returncode == 0, done.stdout
    assert "features.onnx.file is empty" in refused(fresh, targets[1])
