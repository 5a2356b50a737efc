"""The explorer at the end of the chain: its numbers are those of the measures."""

import json
import shutil

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

RUN = "results/tiny/runs/paper/seed-1"
EXPLORER = "results/tiny/explorer"


def handed_over(path):
    text = path.read_text().removeprefix("audiophrase.arrived(").removesuffix(");\n")
    return json.loads(f"[{text}]")[1]


@pytest.fixture(scope="module")
def data(built):
    return handed_over(built.folder / EXPLORER / "data.js")


@pytest.fixture(scope="module")
def summary(built):
    return handed_over(built.folder / EXPLORER / "runs/0/all.js")


@pytest.fixture(scope="module")
def measures(built):
    return pd.read_parquet(built.folder / "results/tiny/measures.parquet")


def only(measures, **values):
    for name, value in values.items():
        measures = measures[measures[name] == value]
    (found,) = measures["value"]
    return found


def test_clips_come_to_the_data_set_s_detection(data, summary, measures):
    k, detected = data["reported"], summary["detection"]
    predicted, hit = (np.array(detected[key])[:, k].sum() for key in ("predicted", "hit"))
    active = sum(detected["active"])
    of_all = {"task": "sed", "part": "all", "scores": "mean", "parameter": 0.5}
    assert hit / predicted == only(measures, measure="precision", **of_all)
    assert hit / active == only(measures, measure="recall", **of_all)
    assert 2 * hit / (predicted + active) == only(measures, measure="f1", **of_all)


def test_ranks_come_to_the_data_set_s_retrieval(summary, measures):
    for direction, key in (
        ("audio_to_caption", "clip_rank"),
        ("caption_to_audio", "caption_rank"),
    ):
        ranks = np.array([rank for rank in summary[key] if rank is not None])
        among_all = {"task": "retrieval", "part": "full_pool", "scores": direction}
        for k in (1, 5, 10):
            measured = only(measures, measure="recall", parameter=k, **among_all)
            assert (ranks <= k).mean() == pytest.approx(measured, abs=1e-12)
        assert np.median(ranks) == only(measures, measure="median_rank", **among_all)


def test_every_test_clip_with_audio_is_there_with_its_sound(built, data):
    states = pd.read_parquet(built.folder / "data/tiny/availability.parquet")
    usable = states[(states["split"] == "test") & states["state"].isin(["ok", "ok_short"])]
    assert {clip["id"] for clip in data["clips"]} == set(usable["clip_id"])
    assert all(clip["heard"] for clip in data["clips"])
    sounds = (built.folder / EXPLORER / "clips").glob("*.ogg")
    assert len(list(sounds)) == len(usable)


def test_frame_word_similarities_are_of_the_clip_s_own_words(built):
    table = pq.read_table(built.folder / RUN / "frame_words.parquet").to_pylist()
    captions = pq.read_table(built.folder / "data/tiny/annotations/captions.parquet").to_pylist()
    words = pq.read_table(built.folder / "data/tiny/text/captions.parquet").to_pylist()
    ids_of = {row["caption_id"]: row["word_ids"] for row in words}
    for row in table:
        own = {
            word
            for caption in captions
            if caption["clip_id"] == row["clip_id"]
            for word in ids_of[caption["caption_id"]]
        }
        assert row["word_ids"] == sorted(own)
        assert len(row["similarities"]) == row["n_frames"] * len(own)


def test_the_report_asks_for_no_explorer_and_plain_snakemake_does(project):
    shutil.rmtree(project.folder / "results/tiny/explorer")
    (project.folder / "results/tiny/report.html").unlink()
    assert "explorer" not in project.planned("results/tiny/report.html")
    assert "explorer" in project.planned()
