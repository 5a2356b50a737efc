"""Files that were pulled become Snakemake's own: by its graph's methods, else by its options."""

import json
import shutil
from base64 import urlsafe_b64decode

import pytest


def records(clone):
    """Snakemake's records by artifact, without what differs from run to run."""
    found = {}
    for path in (clone.folder / ".snakemake/metadata").iterdir():
        record = json.loads(path.read_text())
        artifact = clone.folder / urlsafe_b64decode(path.name).decode()
        assert record.pop("endtime") == artifact.stat().st_mtime
        assert record.pop("starttime") - artifact.stat().st_mtime < 1
        assert record.pop("job_hash")
        found[str(artifact.relative_to(clone.folder))] = record
    return found


@pytest.mark.long
def test_taking_over_records_what_touching_would_where_snakemakes_insides_have_changed(fresh):
    fresh.dvc("pull")
    fresh.edit("src/audiophrase/bridge/graph.py", "persistence.started(", "persistence.begun(")
    fresh.audiophrase("adopt")
    assert fresh.planned() == set()
    touched = records(fresh)

    fresh.run("git", "checkout", "src")
    shutil.rmtree(fresh.folder / ".snakemake/metadata")
    (fresh.folder / ".snakemake/metadata").mkdir()
    assert records(fresh) == {}
    fresh.edit("src/audiophrase/bridge/adopt.py", "subprocess.run(", "subprocess.no_run(")
    fresh.audiophrase("adopt")
    assert fresh.planned() == set()
    assert records(fresh) == touched
