"""Clips from YouTube through the whole chain: the real Snakemake, DVC and yt-dlp, a fake YouTube."""

import copy
import json
import re

import pandas as pd
import pytest
from fakeyoutube import FakeYoutube
from snakemake_project import TINY
from versioned_project import Clone

from audiophrase.annotations import grammar
from audiophrase.splits import SPLITS

CANARY = "canary_-000"
NOWHERE = dict.fromkeys(("HTTPS_PROXY", "https_proxy"), "http://127.0.0.1:9")
SHARD = "data/tiny/clips/train-00000.parquet"


@pytest.fixture(scope="module")
def youtube(session_folder):
    with FakeYoutube(media=session_folder / "fakeyoutube") as server:
        yield server


def write_annotations(folder) -> None:
    """Files in AudioGrounding's form, of clips from 3 to 7 s."""
    folder.mkdir()
    tiny = TINY["datasets"]["tiny"]["annotations"]["grammar"]
    for split, columns in grammar.generate(**tiny, seed=1).items():
        names = columns["filename"]
        for row, name in names.items():
            names[row] = f"{name[:11]}_3.000_7.000.wav"
        (folder / f"{split}.json").write_text(json.dumps(columns))


def videos_below(folder) -> dict[str, list[str]]:
    """The videos of each split."""
    names = {s: json.loads((folder / f"{s}.json").read_text())["filename"] for s in SPLITS}
    return {s: list(dict.fromkeys(name[:11] for name in names[s].values())) for s in SPLITS}


def make(folder) -> None:
    """Annotations, and a repository with a data set from YouTube, nothing made."""
    annotations = folder / "annotations"
    write_annotations(annotations)
    dataset = copy.deepcopy(TINY["datasets"]["tiny"])
    dataset |= {
        "clips": "youtube",
        "annotations": {
            "source": "files",
            "files": {split: str(annotations / f"{split}.json") for split in SPLITS},
        },
        "retrieve": {
            "canaries": [CANARY],
            "videos_per_hour": 720_000,
            "backoff_s": 0.01,
            "timeout_s": 5.0,
            "attempts": 2,
        },
    }
    Clone.origin(folder / "origin", dataset)


@pytest.fixture
def origin(youtube, shared, tmp_path):
    """A repository with a data set from YouTube, nothing made; and its videos by split."""
    youtube.reset()
    folder = shared("youtube", make)
    clone = Clone(folder / "origin").copy(tmp_path / "origin")
    clone.environment |= youtube.environment
    return clone, videos_below(folder / "annotations")


def availability(clone) -> pd.DataFrame:
    return pd.read_csv(clone.folder / "data/tiny/availability.csv").set_index("clip_id")


def states(clone) -> dict[str, str]:
    return {clip[1:12]: row.state for clip, row in availability(clone).iterrows()}


@pytest.mark.long
def test_from_youtube_to_the_report_shared_and_checked_again(origin, youtube, tmp_path):
    clone, videos = origin
    removed, private = videos["train"][:2]
    youtube.configure({removed: "removed", private: "private"})
    said = clone.build()
    assert "22 clips" in said
    found = states(clone)
    assert (found[removed], found[private]) == ("missing", "restricted")
    assert sum(state == "ok" for state in found.values()) == 20
    assert "canary" not in (clone.folder / "data/tiny/availability.csv").read_text()
    assert (clone.folder / "logs/tiny/fetch_clips.log").read_text()
    assert (clone.planned(), clone.planned("results/tiny/report.html")) == (set(), set())
    clone.audiophrase("record")
    assert clone.changed() == {}

    # Whoever pulls gets everything but the clips, and has nothing to do.
    clone.dvc("remote", "add", "--default", "lab", str(tmp_path / "remote"))
    clone.commit("made")
    clone.dvc("push", *clone.audiophrase("stages", "--recorded", "tiny").split())
    lab = clone.clone(tmp_path / "lab")
    lab.environment |= youtube.environment | NOWHERE
    lab.dvc("pull", *lab.audiophrase("stages", "--recorded", "tiny").split())
    lab.audiophrase("adopt")
    assert not (lab.folder / "data/tiny/clips").exists()
    assert lab.planned() == set()
    assert set(lab.changed()) == {"clips_kept@tiny"}

    # A re-check that YouTube blocks changes nothing.
    before = clone.digests()
    youtube.configure(fault="bot-check")  # of canaries, too
    said = clone.audiophrase("audit", "tiny", "--recheck", code=4)
    assert "the re-check did not come to its end: the tables stay as they were" in said
    assert clone.digests() == before

    # The uploader has thought better of it: the verdict is reversed, its history kept.
    youtube.reset()
    youtube.configure({private: "private"})
    n_asked = sum(counter["page"] for counter in youtube.counts.values())
    said = clone.audiophrase("audit", "tiny", "--recheck", "--export", "missing.csv")
    n_asked = sum(counter["page"] for counter in youtube.counts.values()) - n_asked
    assert n_asked <= 2 + 2 * 2, "the missing ones and canaries"
    assert "Became available: 1\n" in said
    assert re.search(rf"Y{removed}_3000_7000 +train +missing \(permanent-removed\) +ok", said)
    [line] = (clone.folder / "missing.csv").read_text().splitlines()[1:]
    assert line.startswith(f"Y{private}_3000_7000,{private},3.0,7.0,train,restricted,private,True")
    assert states(clone) == found | {removed: "ok"}
    row = availability(clone).filter(like=removed, axis=0).iloc[0]
    assert row["attempts"] == 2
    after = clone.digests()
    changed = {path for path, digest in after.items() if before[path] != digest}
    assert {path for path in changed if "/clips/" not in path and "/clips-" not in path} == {
        "data/tiny/attempts.parquet",
        "data/tiny/availability.parquet",
        "data/tiny/availability.csv",
    }
    assert {"train", "report"} <= clone.planned()
    assert "fetch_clips" not in clone.planned()
    clone.build()
    clone.audiophrase("record")
    assert (clone.planned(), clone.changed()) == (set(), {})

    # What stands in the table by somebody's hand is no answer of YouTube's.
    path = clone.folder / "data/tiny/attempts.parquet"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert "data/tiny/attempts.parquet" in clone.audiophrase("record", code=1)


def test_thresholds_new_tools_and_lost_caches_fetch_nothing_anew(origin, youtube):
    clone, _ = origin
    clone.build("data/tiny/availability.csv")
    shard = (clone.folder / SHARD).read_bytes()
    clone.environment |= NOWHERE  # from here on there is no YouTube
    clone.edit("src/audiophrase/youtube/client.py", "ANSWER_TIMEOUTS = 3", "ANSWER_TIMEOUTS = 4")
    params = clone.params()
    params["retrieve"]["n_threads"] = 3
    params["datasets"]["tiny"]["retrieve"]["videos_per_hour"] = 300
    clone.write_params(params)
    assert clone.planned("data/tiny/availability.csv") == set()
    clone.run("rm", "-r", "cache")
    params["retrieve"]["short_by_s"] = 0.2
    clone.write_params(params)
    assert "youtube_clips" in clone.planned("data/tiny/availability.csv")
    clone.build("data/tiny/availability.csv")
    assert (clone.folder / SHARD).read_bytes() != shard, "its settings stand in it"
    (clone.folder / SHARD).unlink()
    said = clone.run(*clone.command(SHARD), code=1)
    assert "its audio is neither in cache/youtube nor in the shard" in said
    assert "audiophrase fetch tiny" in said


@pytest.mark.long
def test_recordings_of_a_folder_are_not_asked_of_youtube(origin, youtube, tmp_path):
    clone, videos = origin
    import soundfile  # what a lab has in its archive
    from numpy.random import default_rng

    archive = tmp_path / "archive"
    archive.mkdir()
    own = videos["test"][0]
    noise = default_rng(1).normal(0, 0.1, 4 * 16_000)
    soundfile.write(archive / f"Y{own}.wav", noise, 16_000)
    params = clone.params()
    params["datasets"]["tiny"]["clips"] = ["local", "youtube"]
    params["datasets"]["tiny"]["retrieve"]["folder"] = str(archive)
    clone.write_params(params)
    clone.build("data/tiny/availability.csv")
    found = availability(clone)
    assert set(found["state"]) == {"ok"}
    sources = {clip[1:12]: row.source for clip, row in found.iterrows()}
    assert [video for video, source in sources.items() if source == "local"] == [own]
    assert own not in youtube.counts


def test_without_a_way_to_youtube_nothing_is_recorded_of_any_clip(origin):
    clone, _ = origin
    clone.environment |= NOWHERE
    said = clone.run(*clone.command(), code=1)
    assert "nothing was asked of YouTube, and nothing recorded of any clip" in said
    assert "the proxy in HTTPS_PROXY cannot be reached" in said
    assert clone.audiophrase("fetch", "tiny", code=5)
    assert not (clone.folder / "data/tiny/attempts.parquet").exists()
    log = clone.folder / "cache/youtube/attempts.jsonl"
    assert not log.exists() or '"clip_id"' not in log.read_text()
