"""A study in a real run: trained on captions alone, tested on another data set's grounding."""

import json
from pathlib import Path

import pandas as pd
import pytest
import soundfile
from own_recordings import RATE_HZ, save_vectors, tone
from snakemake_project import TINY, Project

from audiophrase.inference import runs

WORDS = ("a", "low", "high", "hum", "whine")
PHRASES = ("low hum", "high whine")
# Set, split, id of the video, start in seconds, pitch: pitch 7 and 9 are recorded twice.
CAPTIONED = [("train", f"training-{n:02d}", 0, n) for n in range(8)]
CAPTIONED += [("val", "training-00", 30, 20), ("val", "validate-01", 0, 21)]
CAPTIONED += [("test", "unused-test", 0, 22), ("test", "unused-two-", 0, 23)]
GROUNDED = [("test", "training-01", 4, 31), ("test", "another-one", 0, 7)]
GROUNDED += [("test", f"grounding-{n}", 0, 40 + n) for n in range(3)]
GROUNDED += [(split, f"{split:-<9}-{n}", 0, 50 + n) for split in ("train", "val") for n in (0, 1)]
LEAKS = {  # training clip -> what it shares with which clip
    ("video", "Ytraining-00_0_10000", "val", "captions", "Ytraining-00_30000_40000", 0.0),
    ("video", "Ytraining-01_0_10000", "test", "grounding", "Ytraining-01_4000_6000", 2.0),
    ("audio", "Ytraining-07_0_10000", "test", "grounding", "Yanother-one_0_2000", None),
}


@pytest.fixture(scope="module")
def project(shared) -> Project:
    """Two data sets and a study over them, made. Not to be changed."""
    return Project(shared("studies", make) / "project")


def make(folder: Path) -> None:
    """Recordings, a CSV of captions, annotations with phrases, and a project in which a study is made."""
    save_vectors(folder / "vectors.bin", WORDS)
    (folder / "recordings").mkdir()
    rows, of_split = [], {"train": [], "val": [], "test": []}
    for number, (split, video, start_s, pitch) in enumerate(CAPTIONED):
        name = f"{video}_{start_s}.000_{start_s + 10}.000.wav"
        soundfile.write(folder / "recordings" / name, tone(150 + 60 * pitch, 2.0), RATE_HZ)
        rows.append((number, video, start_s, f"A {PHRASES[number % 2]}", split))
    columns = ["audiocap_id", "youtube_id", "start_time", "caption", "split"]
    pd.DataFrame(rows, columns=columns).to_csv(folder / "captions.csv", index=False)
    for number, (split, video, start_s, pitch) in enumerate(GROUNDED):
        name = f"{video}_{start_s}_{start_s + 2}.wav"
        soundfile.write(folder / "recordings" / name, tone(150 + 60 * pitch, 2.0), RATE_HZ)
        of_split[split].append(
            {
                "audiocap_id": number,  # as the captions' CSV counts
                "filename": name,
                "caption": f"a {PHRASES[number % 2]}",
                "tokens": f"a {PHRASES[number % 2]}".split(),
                "soundtag": PHRASES[number % 2],
                "start_word": 1,
                "timestamps": [[0.5, 1.5]],
            }
        )
    for split, content in of_split.items():
        (folder / f"{split}.json").write_text(json.dumps(content))
    tiny = TINY["datasets"]["tiny"]
    common = {
        "features": tiny["features"],
        "text": {"vectors": "file", "vectors_file": "../vectors.bin"},
        "train": tiny["train"] | {"max_epochs": 1},
        "evaluate": tiny["evaluate"],
        "figures": {"dpi": 50, "n_alignments": 1},
    }
    own = common | {"clips": "local", "retrieve": {"folder": "../recordings"}}
    files = {split: f"../{split}.json" for split in of_split}
    datasets = {
        "captions": own
        | {"annotations": {"file": "../captions.csv"}, "shards": {"train": 2, "val": 1, "test": 1}},
        "grounding": own
        | {
            "annotations": {"source": "files", "files": files},
            "shards": {"train": 1, "val": 1, "test": 2},
        },
        "across": common
        | {"splits": {"train": "captions", "test": "grounding"}, "exclude_leaks": True},
    }
    datasets = {name: {"title": f"Set {name}"} | entry for name, entry in datasets.items()}
    project = Project.create(folder / "project", {"build": ["across"], "datasets": datasets})
    project.build()


def test_trained_on_one_set_and_tested_on_another(project):
    made = {path.name for path in (project.folder / "data/across").iterdir()}
    assert not made & {"clips", "features", "manifests", "attempts.parquet"}
    logs = project.folder / "logs"
    assert not (logs / "grounding/features/log-mel.train-00000.log").exists()  # used by nobody
    numbers = json.loads((project.folder / "results/across/metrics.json").read_text())
    assert numbers["retrieval"]["n_clips"] == 5
    assert numbers["sed"]["n_phrases"] == 5
    assert numbers["dataset"]["train"]["clips"] == 8
    captions = pd.read_parquet(project.folder / "data/across/annotations/captions.parquet")
    assert captions["caption_id"].is_unique
    assert set(captions["caption_id"]) >= {"captions:0", "grounding:0"}
    page = (project.folder / "results/across/report.html").read_text()
    assert "train from captions; val from captions; test from grounding" in page


def test_planted_leaks_are_reported_and_left_out_of_training_alone(project):
    leaks = pd.read_csv(project.folder / "results/across/tables/leakage.csv")
    columns = ["kind", "clip_id", "other_split", "other_dataset", "other_clip_id", "overlap_s"]
    seen = leaks[columns].astype(object).where(leaks[columns].notna(), None)
    assert set(seen.itertuples(index=False, name=None)) == LEAKS
    assert leaks["left_out"].all()
    log = (project.folder / "logs/across/train/paper.1.log").read_text()
    assert "train: 3 of 8 clips are left out" in log
    assert "train: 5 clips, 5 pairs" in log
    assert "val: 2 clips, 2 pairs" in log
    told = "3 training clips have their recording in val or test, too. 3 were left out of training"
    assert told in (project.folder / "results/across/tables/leakage.md").read_text()
    assert told in (project.folder / "results/across/report.html").read_text()


@pytest.mark.parametrize(
    "target", ["clips/train-00000.parquet", "features/log-mel/test-00001.parquet"]
)
def test_clips_and_features_are_asked_of_its_sets(project, target):
    done = project.snakemake("--dry-run", f"data/across/{target}")
    assert done.returncode != 0
    assert "'across' is a study and has no clips or features of its own" in done.stdout
    assert "that it is made of: captions, grounding" in done.stdout


def test_nothing_is_left_to_do_and_a_study_makes_nothing_of_its_sets_again(project):
    assert "Nothing to be done" in project.build("--dry-run")
    planned = project.planned("results/captions/report.html")
    assert "train" in planned
    assert not {"local_clips", "import_file", "annotations", "availability"} & planned


def test_its_model_has_the_clips_and_thresholds_of_its_sets(project):
    model = runs.read(project.folder / "results/across/runs/paper/seed-1")
    assert model.about.n_clips == {"train": 8, "val": 2, "test": 5}
    assert model.window_s == 2.0
    assert set(model.thresholds()) == {"mean", "max"}
    assert model.about.audio == "recorded"
