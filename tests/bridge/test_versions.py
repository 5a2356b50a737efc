"""Snakemake and DVC agree: the real tools, on clones of a tiny project."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest
import yaml

OF_YOUTUBE = {"attempts", "audit"}
AFTER_TRAINING = {"train", "retrieval", "sed", "inspection", "explorer", "report"}
PAGES = ("report@tiny", "explorer@tiny")
FAMILY_OF = {  # rule -> DVC stage
    rule: family
    for family, entry in yaml.safe_load(
        (Path(__file__).parents[2] / "workflow/stages.yaml").read_text()
    )["stages"].items()
    for rule in entry["rules"]
}


def families(rules):
    return {FAMILY_OF[rule] for rule in rules}


def settled(clone):
    """Whether both tools say that there is nothing to do."""
    return (clone.planned(), clone.changed()) == (set(), {})


def change(clone, section, key, value):
    params = clone.params()
    params[section][key] = value
    clone.write_params(params)


def test_made_by_snakemake_and_recorded_or_made_by_dvc_it_is_the_same(made, fresh):
    assert settled(made)
    assert made.reproduced(*PAGES) == set()
    (fresh.folder / "dvc.lock").unlink()
    assert fresh.reproduced(*PAGES) == set(FAMILY_OF.values()) - OF_YOUTUBE
    assert settled(fresh)
    assert fresh.lock() == made.lock()
    assert fresh.digests() == made.digests()


def test_recording_twice_changes_nothing(made):
    lock = made.lock()
    assert "everything was recorded already" in made.audiophrase("record")
    assert made.lock() == lock


def test_pulled_and_adopted_it_is_as_if_made_here(made, fresh):
    fresh.dvc("pull")
    assert "train" in fresh.planned(), "Snakemake knows nothing of files that DVC has laid out"
    assert "train@tiny.paper.1" in fresh.audiophrase("adopt", "--dry-run")
    assert "train" in fresh.planned(), "a dry run changes nothing"
    fresh.audiophrase("adopt")
    assert settled(fresh)
    assert fresh.digests() == made.digests()
    assert fresh.lock() == made.lock()

    change(fresh, "train", "learning_rate", 0.002)
    assert families(fresh.planned()) == AFTER_TRAINING
    # DVC does not see yet that the explorer follows: no parameter of training is one of its own.
    assert {stage.split("@")[0] for stage in fresh.changed()} == AFTER_TRAINING - {"explorer"}
    assert fresh.reproduced(*PAGES) == AFTER_TRAINING
    assert settled(fresh)


def heard_nowhere(clone):
    """What was recorded, but for page and explorer, which have no sound where the clips are not."""
    recorded = yaml.safe_load(clone.lock())["stages"]
    return {name: entry for name, entry in recorded.items() if name not in PAGES}


@pytest.mark.long
def test_features_and_text_are_enough_to_train(made, fresh):
    fresh.dvc("pull", "features@tiny.log-mel", "text@tiny")
    printed = fresh.audiophrase("adopt")
    assert "fetched" in printed
    assert not (fresh.folder / "data/tiny/clips").exists()
    assert families(fresh.planned()) == AFTER_TRAINING
    for stage in ("features@tiny.log-mel", "text@tiny", "annotations@tiny", "availability@tiny"):
        assert fresh.dvc("status", stage).strip().endswith("up to date.")

    by_dvc = fresh.copy(fresh.folder.parent / "by-dvc")
    fresh.build()
    assert not (fresh.folder / "data/tiny/clips").exists()
    # Pages have no sound where the clips are not: other files, which are recorded when asked for.
    assert "report@tiny" in fresh.audiophrase("record", code=1)
    fresh.audiophrase("record", "tiny", *(f"--accept={page}" for page in PAGES))
    assert fresh.planned() == set()
    assert set(fresh.changed()) == {"clips@tiny"}, "only the clips are not here"
    assert heard_nowhere(fresh) == heard_nowhere(made)

    later = [name for name in by_dvc.stages() if name.split("@")[0] in AFTER_TRAINING]
    assert by_dvc.reproduced("--single-item", *later) == AFTER_TRAINING
    assert by_dvc.planned() == set()
    assert heard_nowhere(by_dvc) == heard_nowhere(made)
    assert by_dvc.reproduced("--allow-missing", "report@tiny") == set()


@pytest.mark.long
def test_a_changed_source_file_makes_both_tools_run_the_same_stages(made):
    made.edit(
        "src/audiophrase/evaluate/sed.py",
        "scores[order], active[order]",
        "scores[order], 1 * active[order]",
    )
    assert {stage.split("@")[0] for stage in made.changed()} == {"sed", "explorer"}
    by_dvc = made.copy(made.folder.parent / "by-dvc")
    assert families(made.planned()) == {"sed", "report", "explorer"}
    made.build()
    made.audiophrase("record")
    # The measures come out as before, so that DVC, which asks for content, leaves the report.
    assert by_dvc.reproduced(*PAGES) == {"sed", "explorer"}
    assert settled(made)
    assert settled(by_dvc)
    assert by_dvc.lock() == made.lock()
    assert by_dvc.digests() == made.digests()


def test_a_changed_parameter_is_noticed_by_both_tools_where_it_counts(made):
    change(made, "features", "fmax_hz", 7000.0)
    assert families(made.planned()) == {"features"} | AFTER_TRAINING
    changed = made.changed()
    assert {stage.split("@")[0] for stage in changed} == {"features"} | AFTER_TRAINING
    assert {"changed deps": {"params.yaml": {"features.fmax_hz": "modified"}}} in changed[
        "features@tiny.log-mel"
    ]


def test_a_rule_and_an_annotation_are_noticed_by_both_tools(made):
    made.edit("workflow/rules/evaluate.smk", "evaluate-sed ", "evaluate-sed  ")
    assert "not what the workflow says" in made.audiophrase("adopt", code=1)
    made.audiophrase("dvc-stages")  # a rule's text stands in dvc.yaml, by its digest
    assert families(made.planned()) == {"sed", "report", "explorer"}
    assert set(made.changed()) == {"sed@tiny.paper.1"}

    captions = made.folder / "data/tiny/annotations/captions.parquet"
    other = pq.read_table(captions)
    pq.write_table(other.slice(0, other.num_rows - 1), captions)
    assert {"text", "train", "retrieval"} <= families(made.planned())
    assert {"text@tiny", "train@tiny.paper.1", "retrieval@tiny.paper.1"} <= set(made.changed())
