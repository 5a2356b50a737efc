"""`audiophrase fetch` where there is a workflow: what is told, and what lies in the log."""

import json
import shutil
import subprocess
import sys

import pyarrow.parquet as pq
import pytest
from youtube_project import FAST, ROOT


@pytest.mark.long
def test_the_summary_is_told_once_and_the_log_names_what_was_renewed(project):
    for name in ("Snakefile", "workflow", "profiles", "src", "params.yaml"):
        source, copy = ROOT / name, project.folder / name
        shutil.copytree(source, copy) if source.is_dir() else shutil.copy(source, copy)
    n_clips = {"train": 3, "val": 2, "test": 1}
    entry = {"title": "Made-up ids", "clips": "youtube", "shards": dict.fromkeys(n_clips, 1)}
    entry |= {"annotations": {"source": "grammar", "grammar": {"n_clips": n_clips}}}
    (project.folder / "my.yaml").write_text(
        json.dumps({"datasets": {"yt": entry | {"retrieve": FAST}}})
    )

    def fetch(*arguments):
        command = [sys.executable, "-m", "audiophrase", "fetch", "yt", *arguments]
        command += ["--configfile", "my.yaml"]
        done = subprocess.run(
            command, env=project.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stderr

    fetch("--dry-run")
    clips = pq.read_table(project.folder / "data/yt/annotations/clips.parquet")
    poisoned = clips["youtube_id"][1].as_py()
    project.fake.configure({poisoned: "bot-check"}, sessions={"1": "sabr-only"})
    told = fetch()
    log = (project.folder / "logs/yt/fetch_clips.log").read_text()
    assert told.count("fetched: ") == log.count("fetched: ") == 1
    for text in (told, log):
        assert "session 1 was replaced by 2" in text
        assert "po-token/SABR" in text
        assert f"put last although the canaries played: {poisoned} (bot-check)" in text
