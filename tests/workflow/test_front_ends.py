"""Several front ends of one data set in the real chain: they share its clips, and nothing else."""

import copy
import re
import shutil

import numpy as np
import pyarrow.parquet as pq
import pytest
import yaml
from snakemake_project import TINY
from tiny_onnx import network
from versioned_project import Clone

NATIVE_RUN = "results/tiny/runs/log-mel-native/seed-1"
FROZEN_RUN = "results/tiny/runs/frozen/seed-1"
SHARD = "data/tiny/features/{}/test-00000.parquet"
AFTER_FEATURES = {"features", "features_manifest", "train", "evaluate_retrieval", "evaluate_sed"}
NOT_FEATURES = {"render_clips", "clips_manifest", "text", "annotations", "availability"}


@pytest.fixture(scope="module")
def lab_of_two(shared, built):
    """The folder of a project with the variants `paper` and `log-mel-native`, made and recorded."""

    def make(folder):
        entry = copy.deepcopy(TINY["datasets"]["tiny"])
        both = Clone.origin(folder / "project", entry | {"variants": ["paper", "log-mel-native"]})
        for part in ("data", "results", "logs", ".snakemake"):
            shutil.copytree(built.folder / part, both.folder / part, dirs_exist_ok=True)
        printed = both.build()
        (folder / "printed").write_text(printed)
        both.audiophrase("record")

    return shared("front-ends", make)


@pytest.fixture
def both(lab_of_two, tmp_path) -> Clone:
    """A copy of it to do harm to."""
    return Clone(lab_of_two / "project").copy(tmp_path / "both")


def change(clone, section, **values):
    params = clone.params()
    params[section] |= values
    clone.write_params(params)


def test_one_set_of_clips_and_two_of_features(built, lab_of_two):
    two = Clone(lab_of_two / "project")
    assert "rule render_clips" not in (lab_of_two / "printed").read_text()
    of_one = {p: d for p, d in built.digests().items() if p.startswith("data/")}
    of_two = {p: d for p, d in two.digests().items() if p.startswith("data/")}
    assert of_one.items() <= of_two.items(), "what there was is as it was"
    names = {path.removeprefix("data/tiny/") for path in of_two.keys() - of_one.keys()}
    assert names == {
        *(
            f"features/log-mel-native/{shard}.parquet"
            for shard in ("train-00000", "train-00001", "val-00000", "test-00000")
        ),
        *(f"manifests/features-log-mel-native-{split}.json" for split in ("train", "val", "test")),
    }
    hops_s = {
        name: set(pq.read_table(two.folder / SHARD.format(name))["hop_s"].to_pylist()) - {None}
        for name in ("log-mel", "log-mel-native")
    }
    assert hops_s == {"log-mel": {320 / 16000}, "log-mel-native": {441 / 22050}}
    weights = [
        (two.folder / f"results/tiny/runs/{name}/seed-1/model.safetensors").read_bytes()
        for name in ("paper", "log-mel-native")
    ]
    assert weights[0] != weights[1]


def test_both_tools_know_a_stage_of_each_front_end_and_have_nothing_to_do(both):
    names = both.audiophrase("stages", "tiny", "features").split()
    assert sorted(names) == ["features@tiny.log-mel", "features@tiny.log-mel-native"]
    assert (both.planned(), both.changed()) == (set(), {})
    locked = yaml.safe_load(both.lock())["stages"]
    of_native = locked["train@tiny.log-mel-native.1"]
    deps = [entry["path"] for entry in of_native["deps"]]
    assert "data/tiny/manifests/features-log-mel-native-train.json" in deps
    assert "data/tiny/manifests/features-log-mel-train.json" not in deps
    assert "features.sample_rate_hz" not in of_native["params"]["params.yaml"]
    said = both.audiophrase("verify")
    assert re.search(r"here: features@tiny\.log-mel-native +7 sound", said)


def test_a_network_is_what_its_stage_depends_on_and_no_other_one(both):
    (both.folder / "net.onnx").write_bytes(b"read by no rule yet")
    params = both.params()
    params["features"]["onnx"]["file"] = "net.onnx"
    params["variants"]["frozen"] = {"features": {"front_end": "onnx"}}
    params["datasets"]["tiny"]["variants"] = ["paper", "frozen"]
    both.write_params(params)
    both.audiophrase("dvc-stages")
    family = yaml.safe_load((both.folder / "dvc.yaml").read_text())["stages"]["features"]
    own = {
        key: {
            value.removeprefix("src/audiophrase/features/")
            for name, value in item.items()
            if name.startswith(("deps", "params"))
        }
        for key, item in family["foreach"].items()
    }
    ours = {"net.onnx", "onnx.py", "features.onnx.hop_s", "features.onnx.output"}
    assert ours <= own["tiny.onnx"]
    assert not own["tiny.log-mel"] & ours
    assert {"log_mel.py", "features.fmax_hz"} <= own["tiny.log-mel"]
    assert not own["tiny.onnx"] & {"log_mel.py", "features.fmax_hz"}


def test_what_one_front_end_depends_on_makes_no_other_stale(both):
    change(both, "features", fmax_hz=7500.0)
    assert both.planned() >= AFTER_FEATURES
    assert not NOT_FEATURES & both.planned()
    change(both, "features", fmax_hz=8000.0)

    params = both.params()
    params["datasets"]["tiny"]["features"]["sample_rate_hz"] = 22050
    both.write_params(params)
    assert both.planned(SHARD.format("log-mel")) == {"features"}
    assert both.planned(SHARD.format("log-mel-native"), f"{NATIVE_RUN}/sed.json") == set()
    changed = {stage for stage in both.changed() if not stage.startswith("report")}
    assert {"features@tiny.log-mel", "train@tiny.paper.1"} <= changed
    assert not any("native" in stage for stage in changed)
    params["datasets"]["tiny"]["features"]["sample_rate_hz"] = 16000
    params["features"]["onnx"]["hop_s"] = 0.5
    both.write_params(params)
    assert both.planned() <= {"report"}  # which shows all parameters

    source = both.folder / "src/audiophrase/features"
    (source / "onnx.py").write_text((source / "onnx.py").read_text() + "\n# changed\n")
    assert both.planned() <= {"report"}
    (source / "log_mel_native.py").write_text("# changed\n" + (source / "log_mel.py").read_text())
    assert both.planned(SHARD.format("log-mel")) == set()
    assert both.planned(SHARD.format("log-mel-native")) == {"features"}


def test_without_clips_the_features_of_every_front_end_are_enough(both):
    shutil.rmtree(both.folder / "data/tiny/clips")
    assert both.planned() == set()
    (both.folder / SHARD.format("log-mel-native")).unlink()
    assert {"render_clips", "features"} <= both.planned()


def test_a_front_end_that_no_variant_names_is_made_for_whoever_asks(both):
    params = both.params()
    params["datasets"]["tiny"]["variants"] = ["paper"]
    both.write_params(params)
    shutil.rmtree(both.folder / "data/tiny/features/log-mel-native")
    assert not both.planned() & NOT_FEATURES
    assert "features" not in both.planned()
    assert both.planned(SHARD.format("log-mel-native")) == {"features"}
    done = both.snakemake("--dry-run", SHARD.format("onnx"))
    assert done.returncode != 0
    assert "features.onnx.file is empty" in done.stdout


@pytest.fixture
def frozen(project):
    """A project with a variant whose front end is a network, its head an MLP, and the file of that."""
    path = project.folder / "net.onnx"
    weights = np.random.default_rng(0).standard_normal((7, 400))
    path.write_bytes(network(weights, 320))
    params = copy.deepcopy(TINY)
    params["datasets"]["tiny"] |= {"variants": ["paper", "frozen"]}
    params["datasets"]["tiny"]["features"] |= {"onnx": {"file": "net.onnx"}}
    frozen = {"features": {"front_end": "onnx"}, "train": {"encoder": "mlp"}}
    params["variants"] = {"frozen": frozen}
    project.set_params(params)
    return project


def refused(project, *targets):
    """What a run says that fails; a stack trace is never right."""
    done = project.snakemake(*targets)
    assert done.returncode != 0
    assert "Traceback" not in done.stdout, done.stdout
    return done.stdout


@pytest.mark.long
def test_a_changed_network_makes_its_features_stale_and_no_others(frozen, built):
    measures = (f"{FROZEN_RUN}/retrieval.json", f"{FROZEN_RUN}/sed.json")
    frozen.build(*measures)
    assert frozen.planned(*measures) == set()
    before = frozen.digests()
    assert {p: d for p, d in built.digests().items() if p.startswith("data/")}.items() <= (
        before.items()
    )
    path = frozen.folder / "net.onnx"
    path.write_bytes(network(np.random.default_rng(1).standard_normal((7, 400)), 320))
    assert AFTER_FEATURES - {"features_manifest"} <= frozen.planned(*measures)
    assert not NOT_FEATURES & frozen.planned(*measures)
    assert frozen.planned("results/tiny/runs/paper/seed-1/sed.json") == set()

    shard = SHARD.format("onnx")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert "features.onnx.file is not a network that can be run" in refused(frozen, shard)
    path.write_bytes(network(np.ones((7, 400)), 160))
    assert "makes 400 frames more, which is not one every 0.02 s" in refused(frozen, shard)
    path.write_bytes(whole)
    params = copy.deepcopy(TINY)
    params["datasets"]["tiny"] |= {"variants": ["paper", "frozen"]}
    params["datasets"]["tiny"]["features"] |= {"onnx": {"file": "net.onnx"}}
    params["variants"] = {"frozen": {"features": {"front_end": "onnx"}}}
    frozen.set_params(params)
    said = refused(frozen, f"{FROZEN_RUN}/model.json")
    assert "divides the mel bands by 64, but a frame of the features has 7 values" in said
    assert "choose another encoder" in said
    path.unlink()
    said = refused(frozen, shard)
    assert "there is no file net.onnx" in said
    assert "features.onnx.file" in said
