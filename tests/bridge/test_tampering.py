"""A damaged or edited artifact is named, and never recorded, pushed or consumed."""

import os
import shutil
import sys
from pathlib import Path

import pytest
from versioned_project import ROOT

ARTIFACTS = {  # artifact -> (its stage, a rule that reads it)
    "data/tiny/clips/train-00001.parquet": ("clips@tiny", "features"),
    "data/tiny/features/log-mel/train-00001.parquet": (
        "features@tiny.log-mel",
        "features_manifest",
    ),
    "data/tiny/text/vocabulary.parquet": ("text@tiny", "evaluate_retrieval"),
    "results/tiny/runs/paper/seed-1/model.safetensors": ("train@tiny.paper.1", "evaluate_sed"),
}


def flip_byte(path: Path) -> None:
    """Change one bit in place; the time stamp stays, and so does the inode."""
    stat = path.stat()
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    with path.open("r+b") as file:
        file.write(content)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def push(clone, *, code: int) -> str:
    """`make push`, in the environment that runs the tests."""
    shutil.copy(ROOT / "Makefile", clone.folder)
    venv = Path(sys.prefix)
    installed = f"{venv}/installed"
    return clone.run(
        "make", "push", f"VENV={venv}", "DATASET=tiny", f"--old-file={installed}", code=code
    )


@pytest.mark.long
@pytest.mark.parametrize("names", [list(ARTIFACTS)[:3], list(ARTIFACTS)[3:]], ids=["data", "model"])
def test_flipped_bytes_are_refused_by_all_and_the_way_out_works(made, names):
    """In a shard of clips, in one of features and in the vocabulary; in the model."""
    chosen = {name: ARTIFACTS[name] for name in names}
    lock = made.lock()
    assert made.changed() == {}
    for name in chosen:
        flip_byte(made.folder / name)
    assert made.changed() == {}, "DVC does not look at a file whose time stamp is as before"
    stages = " ".join(stage for stage, _ in chosen.values())
    for said in (
        made.audiophrase("record", code=1),
        made.audiophrase("adopt", code=1),
        push(made, code=2),  # which is `verify`, and no more
    ):
        for name, (stage, _) in chosen.items():
            assert f"{stage}: {name} has MD5" in said
        assert "expected" in said
        assert f"dvc checkout {stages} && audiophrase adopt tiny" in said
    assert made.lock() == lock

    for name, (_, reader) in chosen.items():
        refused = made.copy(made.folder.parent / f"for-{reader}")
        assert name in refused.run(
            *refused.command("--forcerun", reader, "--until", reader), code=1
        )

    for name in chosen:
        (made.folder / name).unlink()
    made.dvc("checkout", *stages.split())
    made.audiophrase("adopt")
    assert made.planned() == set()
    assert "everything was recorded already" in made.audiophrase("record")
    assert made.lock() == lock


@pytest.mark.long
def test_an_edit_is_refused_though_the_cache_is_lost(made):
    """DVC says of such a file that it is not in the cache, and nothing of what it holds."""
    shutil.rmtree(made.folder / ".dvc/cache")
    names = ("data/tiny/text/coverage.csv", "results/tiny/runs/paper/seed-1/history.csv")
    for name in names:
        flip_byte(made.folder / name)
    lock = made.lock()
    for command in ("record", "verify"):
        said = made.audiophrase(command, code=1)
        assert "history.csv has MD5" in said
        assert "data/tiny/text has the digest" in said
    assert made.lock() == lock


def test_sources_edited_while_a_job_ran_are_not_recorded_as_what_made_it(made):
    """By time stamps alone Snakemake has nothing to do."""
    made.edit(
        "src/audiophrase/evaluate/sed.py",
        "scores[order], active[order]",
        "scores[order], 1 * active[order]",
    )
    os.utime(made.folder / "src/audiophrase/evaluate/sed.py", (1_000_000_000, 1_000_000_000))
    assert made.planned() == set()
    said = made.audiophrase("record")
    assert "snakemake --forcerun evaluate_sed" in said
    assert "sed@tiny.paper.1" in made.changed()


def test_a_damaged_listing_in_the_cache_is_named(made):
    for path in (made.folder / ".dvc/cache/files/md5").rglob("*.dir"):
        path.chmod(0o644)
        path.write_bytes(b"\xff" + path.read_bytes())
    said = made.audiophrase("verify", code=1)
    assert "data/tiny/features/log-mel: object" in said
    assert "is damaged" in said


def test_a_flipped_byte_is_refused_before_anything_was_recorded(made):
    (made.folder / "dvc.lock").unlink()
    name = "data/tiny/features/log-mel/train-00001.parquet"
    flip_byte(made.folder / name)
    assert name in made.audiophrase("record", code=1)
    assert name in made.audiophrase("verify", code=1)
    assert not (made.folder / "dvc.lock").exists()


def test_a_hand_edited_table_is_not_recorded(made):
    name = "results/tiny/runs/paper/seed-1/retrieval.csv"
    made.edit(name, "audio_to_caption,1,", "audio_to_caption,1,0.9 ")
    lock = made.lock()
    said = made.audiophrase("record", code=1)
    assert name in said
    assert "retrieval@tiny.paper.1" in said
    assert made.lock() == lock


def test_hand_edited_measures_are_not_read(made):
    name = "results/tiny/runs/paper/seed-1/sed.json"
    made.edit(name, '"n_clips"', '"n_clip" ')
    said = made.run(*made.command(), code=1)
    assert f"{name} was edited or damaged" in said


@pytest.mark.long
def test_files_of_another_machine_can_be_accepted(made):
    name = "results/tiny/runs/paper/seed-1/history.csv"
    made.edit(name, "\n1,0.001,", "\n1,0.0010,")
    made.audiophrase("record", code=1)
    made.audiophrase("record", "--accept", "train@tiny.paper.1")
    assert "train@tiny.paper.1" not in made.changed()
    assert "there is no stage" in made.audiophrase("record", "--accept", "nope@tiny", code=1)


def test_a_stranger_among_the_shards_is_told(made):
    stranger = made.folder / "data/tiny/features/log-mel/notes.txt"
    stranger.write_text("mine")
    said = made.audiophrase("record", code=1)
    assert "data/tiny/features/log-mel/notes.txt" in said
    assert stranger.exists()


def test_shards_of_another_count_are_removed(made):
    params = made.params()
    params["datasets"]["tiny"]["shards"]["train"] = 1
    made.write_params(params)
    made.build("data/tiny/manifests/features-log-mel-train.json")
    names = {path.name for path in (made.folder / "data/tiny/features/log-mel").iterdir()}
    assert names == {"train-00000.parquet", "val-00000.parquet", "test-00000.parquet"}


@pytest.mark.long
def test_dvc_does_not_bless_shards_that_snakemake_knows_nothing_of(fresh):
    """Pulled and not adopted, with sources changed since: all of them are made again."""
    fresh.dvc("pull")
    fresh.edit("src/audiophrase/features/log_mel.py", "return np.log(", "return 2 * np.log(")
    for path in (fresh.folder / "src").rglob("*.py"):
        os.utime(path, (1_000_000_000, 1_000_000_000))  # older than what was pulled
    before = fresh.digests()
    fresh.dvc("repro", "--single-item", "features@tiny.log-mel")
    changed = {name for name, digest in fresh.digests().items() if digest != before[name]}
    assert {name for name in before if name.startswith("data/tiny/features/log-mel/")} <= changed
