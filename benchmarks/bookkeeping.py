"""Time and memory of the versioning commands over a data set of many clips, simulated.

Manifests are full size; shards, tables and models are placeholders of a few hundred bytes, so that
what is measured is the bookkeeping: reading the graph, hashing many files, DVC's and Snakemake's
records. Prints a table in Markdown; nothing is compared with a time that was.

Usage: python benchmarks/bookkeeping.py [--clips 100000]
"""

import argparse
import hashlib
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pyarrow as pa

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from versioned_project import Clone

from audiophrase import manifests, tables
from audiophrase.bridge.adopt import touch
from audiophrase.bridge.graph import read_graph

CLIPS_PER_SHARD = 64


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=int, default=100_000, help="default: %(default)s")
    n_clips = parser.parse_args().clips
    with tempfile.TemporaryDirectory(prefix="audiophrase-bench-") as folder:
        run(Path(folder), n_clips)


def run(folder: Path, n_clips: int) -> None:
    n_shards = -(-n_clips // CLIPS_PER_SHARD)
    shards = {"train": n_shards - 4, "val": 2, "test": 2}
    entry = {
        "title": "Simulated",
        "clips": "rendered",
        "shards": shards,
        "annotations": {"source": "grammar"},
        "retrieve": {"render": {"n_withdrawn": {"train": 0, "val": 0, "test": 0}}},
    }
    made = Clone.origin(folder / "made", entry)
    # In a process of its own: whoever reads the graph counts as a run of Snakemake until its end.
    worker = multiprocessing.get_context("spawn").Process(target=fake, args=(made,))
    worker.start()
    worker.join()
    assert worker.exitcode == 0
    snakemake = [sys.executable, "-m", "snakemake", "--quiet", "all", "--dry-run"]
    audiophrase = [sys.executable, "-m", "audiophrase"]
    dvc = [sys.executable, "-m", "dvc"]
    rows = [
        ("`snakemake -n`, nothing to do", *measure(made, snakemake)),
        ("`audiophrase record`, the first time", *measure(made, [*audiophrase, "record"])),
        ("`audiophrase record`, nothing new", *measure(made, [*audiophrase, "record"])),
        ("`dvc status`, the first time", *measure(made, [*dvc, "status"])),
        ("`dvc status`, again", *measure(made, [*dvc, "status"])),
    ]
    made.dvc("remote", "add", "--default", "lab", str(folder / "remote"))
    made.commit("made")
    rows.append(("`dvc push` to a folder", *measure(made, [*dvc, "push"])))
    pulled = made.clone(folder / "pulled")
    rows += [
        ("`dvc pull` from a folder", *measure(pulled, [*dvc, "pull"])),
        ("`audiophrase adopt` after it", *measure(pulled, [*audiophrase, "adopt"])),
        ("`snakemake -n` after it", *measure(pulled, snakemake)),
    ]
    assert pulled.planned() == set(), "adopted, and yet Snakemake has something to do"
    print(f"\n{n_clips} clips in {n_shards} shards each of clips and features:\n")
    print("| command | time, s | memory, MB |\n|---|---:|---:|")
    for name, seconds, megabytes in rows:
        print(f"| {name} | {seconds:.1f} | {megabytes:.0f} |")


def fake(project: Clone) -> None:
    """Write every artifact as a small placeholder that passes for sound."""
    os.chdir(project.folder)
    os.environ.update(project.environment)
    graph = read_graph(["tiny"])
    for job in graph.jobs:
        for name in job.outputs:
            path = Path(name)
            if path.suffix == ".parquet":
                tables.write(path, pa.table({"clip_id": [name]}), stage=job.rule, settings={})
            elif path.suffix == ".safetensors":
                tables.write_text(path, name)
            elif name.endswith("model.json"):
                digest = hashlib.sha256(name.replace(".json", ".safetensors").encode()).hexdigest()
                tables.write_json(path, {"sha256": digest})
            elif "manifests/" in name:
                shards = {
                    Path(shard).name: {
                        "md5": manifests.md5(Path(shard)),
                        "sha256": "0" * 64,
                        "n_clips": CLIPS_PER_SHARD,
                    }
                    for shard in job.inputs
                    if "-0" in shard and shard.endswith(".parquet")
                }
                tables.write_json(path, {"stage": job.rule, "settings": {}, "shards": shards})
            elif path.suffix == ".json":
                tables.write_json(path, {"name": name}, sealed=False)
            else:
                tables.write_text(path, f"{name}\n")
    makers = [rule for rule in graph.rules if not rule.startswith("unknown_")]
    touch("tiny", makers, [p for j in graph.jobs for p in j.outputs])


def measure(project: Clone, command: list[str]) -> tuple[float, float]:
    """Wall time in seconds and peak memory in MB of a command, which must succeed."""
    began = time.monotonic()
    with (project.folder.parent / "log").open("w+") as log:
        process = subprocess.Popen(
            command, cwd=project.folder, env=project.environment, stdout=log, stderr=log
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - began
        log.seek(0)
        assert process.returncode == 0, log.read()[-3000:]
    print(f"{seconds:7.1f} s  {' '.join(command[2:])}", file=sys.stderr)
    return seconds, usage.ru_maxrss / 1024


if __name__ == "__main__":
    main()
