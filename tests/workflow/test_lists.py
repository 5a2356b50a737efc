"""Plain lists of clips: fetched from a fake YouTube and audited, with no other annotation."""

import re
import sys

import pandas as pd
import preloaded
import pytest
from fakeyoutube import FakeYoutube
from snakemake_project import Project

AUDIOSET = """# Segments csv created Sun Mar  5 10:54:25 2017
# num_ytids=3, num_segs=3, num_unique_labels=2, num_positive_labels=4
# YTID, start_seconds, end_seconds, positive_labels
--4gqARaEJE, 0.000, 10.000, "/m/068hy,/m/07q6cd_"
--BfvyPmVMo, 20.000, 30.000, "/m/03l9g"
--U7joUcTCo, 0.000, 9.000, "/m/01b_21"
"""
AUDIOCAPS = """audiocap_id,youtube_id,start_time,caption
1,rqfQRErjfk8,17,"A large crowd cheers, and applauds"
2,rqfQRErjfk8,17,A crowd
3,_z-bidQYVao,20,=Rain
"""


def entry(path: str) -> dict:
    return {
        "title": path,
        "clips": "youtube",
        "shards": {"train": 2, "val": 1, "test": 1},
        "annotations": {"list": path},
        "retrieve": {
            "canaries": ["canary_-000"],
            "videos_per_hour": 720_000,
            "backoff_s": 0.01,
            "timeout_s": 5.0,
            "attempts": 2,
        },
    }


@pytest.fixture(scope="module")
def youtube(session_folder):
    with FakeYoutube(media=session_folder / "fakeyoutube") as server:
        yield server


@pytest.fixture
def listed(youtube, tmp_path) -> Project:
    """A project with the two lists, nothing fetched."""
    youtube.reset()
    datasets = {"eval": entry("eval_segments.csv"), "caps": entry("caps.csv")}
    project = Project.create(tmp_path / "p", {"build": ["eval", "caps"], "datasets": datasets})
    (project.folder / "eval_segments.csv").write_text(AUDIOSET)
    (project.folder / "caps.csv").write_text(AUDIOCAPS)
    project.environment |= youtube.environment
    return project


def audit(project: Project, *arguments: str) -> str:
    command = [sys.executable, "-m", "audiophrase", "audit", *arguments]
    command += ["--configfile", str(project.overlay)]
    done = preloaded.run(command, folder=project.folder, environment=project.environment)
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_the_lists_of_audioset_and_audiocaps_are_fetched_and_audited(listed, youtube):
    youtube.configure({"--BfvyPmVMo": "removed", "_z-bidQYVao": "private"})
    listed.build("data/eval/availability.csv", "data/caps/availability.csv")
    said = audit(listed, "eval")
    assert re.search(r"(?m)^train +2 of 3 \(66\.7 %\)", said)
    assert re.search(r"(?m)^missing +permanent-removed +no +1", said)
    assert "paper" not in said
    assert not re.search(r"(?m)^val", said), "it has no such clips"
    said = audit(listed, "caps", "--export", "missing.csv")
    assert re.search(r"(?m)^train +1 of 2 \(50\.0 %\)", said)
    missing = pd.read_csv(listed.folder / "missing.csv")
    assert missing["clip_id"].to_list() == ["Y_z-bidQYVao_20000_30000"]
    table = pd.read_csv(listed.folder / "data/eval/availability.csv").set_index("clip_id")
    assert table["state"].to_dict() == {
        "Y--4gqARaEJE_0_10000": "ok",
        "Y--BfvyPmVMo_20000_30000": "missing",
        "Y--U7joUcTCo_0_9000": "ok",
    }
    # All that there is to make of a list is made, and stays made.
    listed.build()
    assert listed.planned() == set()
    assert not (listed.folder / "results").exists()


def test_results_of_a_list_are_refused_before_anything_is_fetched(listed, youtube):
    done = listed.snakemake("results/eval/report.html")
    assert done.returncode != 0
    assert "'eval' is a list of clips without captions" in done.stdout
    assert "`snakemake data/eval/availability.csv --configfile overlay.yaml` fetches" in done.stdout
    assert "Traceback" not in done.stdout
    assert not youtube.counts


def test_a_bad_list_ends_with_its_line(listed):
    (listed.folder / "caps.csv").write_text(AUDIOCAPS + "4,rqfQRErjfk8,-3,x\n")
    done = listed.snakemake("data/caps/availability.csv")
    assert done.returncode != 0
    assert "caps.csv: 1 line cannot be read" in done.stdout
    assert "line 5: the start '-3' lies before the recording" in done.stdout
    assert "Traceback" not in done.stdout
