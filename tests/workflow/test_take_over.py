"""Files that were pulled become Snakemake's own: by its graph's methods, else by its options."""

import json
import shutil

TIMES_AND_CHANCE = {"starttime", "endtime", "job_hash"}


def records(clone):
    """Snakemake's records by file, without what differs from run to run."""
    folder = clone.folder / ".snakemake/metadata"
    return {
        str(path.relative_to(folder)): {
            key: value
            for key, value in json.loads(path.read_text()).items()
            if key not in TIMES_AND_CHANCE
        }
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_taking_over_records_what_touching_would_where_snakemakes_insides_have_changed(fresh):
    fresh.dvc("pull", *fresh.stages())
    fresh.edit("src/audiophrase/bridge/graph.py", "persistence.started(", "persistence.begun(")
    fresh.audiophrase("adopt")
    assert fresh.planned() == set()
    touched = records(fresh)

    fresh.run("git", "checkout", "src")
    shutil.rmtree(fresh.folder / ".snakemake/metadata")
    assert records(fresh) == {}
    fresh.edit("src/audiophrase/bridge/adopt.py", "subprocess.run(", "subprocess.no_run(")
    fresh.audiophrase("adopt")
    assert fresh.planned() == set()
    assert records(fresh) == touched
