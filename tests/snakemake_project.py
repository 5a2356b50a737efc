"""Copies of the repository with a tiny data set, for tests that run the real Snakemake."""

import atexit
import compileall
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from py_compile import PycInvalidationMode
from typing import Self

import preloaded
import yaml

ROOT = Path(__file__).parents[1]
PARTS = ("Snakefile", "params.yaml", "workflow", "profiles", "src")
TINY = {
    "build": ["tiny"],
    "datasets": {
        "tiny": {
            "title": "A handful of rendered clips",
            "clips": "rendered",
            "shards": {"train": 2, "val": 1, "test": 1},
            "annotations": {
                "source": "grammar",
                "grammar": {
                    "duration_s": 4.0,
                    "n_clips": {"train": 12, "val": 4, "test": 6},
                    "captions_per_clip": {"train": 1, "val": 2, "test": 2},
                },
            },
            "retrieve": {
                "render": {
                    "sample_rate_hz": 22050,
                    "n_withdrawn": {"train": 1, "val": 0, "test": 1},
                }
            },
            "features": {"sample_rate_hz": 16000},
            "evaluate": {"bootstrap": {"n_resamples": 100}, "retrieval": {"n_repeats": 5}},
            "text": {"word2vec": {"n_dimensions": 8, "n_epochs": 5}},
            "train": {
                "max_epochs": 12,
                "n_threads": 1,
                "batch_size": 6,
                "crnn": {"n_channels": [2, 4, 4, 4, 4]},
            },
            "figures": {"dpi": 60, "n_alignments": 2},
        }
    },
}


# What both tools and Python leave behind when they only look.
_TRACES = {".snakemake", "logs", ".git", "tmp", "__pycache__"}


def copy_repository(folder: Path, parts: Sequence[str]) -> None:
    """Copy files and folders of the repository, compiled afresh."""
    folder.mkdir(parents=True)
    ignore = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for part in parts:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, folder / part, ignore=ignore)
        else:
            shutil.copy(ROOT / part, folder / part)
    compile_sources(folder)


def compile_sources(folder: Path) -> None:
    """Give a project its sources compiled, for all of its jobs; by content, as tests edit them."""
    shutil.copytree(_compiled(), folder / "src", dirs_exist_ok=True)


@cache
def _compiled() -> Path:
    """What the repository's sources are when compiled, and nothing else: for this process."""
    folder = Path(tempfile.mkdtemp(prefix="compiled-"))
    atexit.register(shutil.rmtree, folder)
    shutil.copytree(ROOT / "src", folder / "src", ignore=shutil.ignore_patterns("*.pyc"))
    mode = PycInvalidationMode.CHECKED_HASH
    assert compileall.compile_dir(folder / "src", quiet=1, invalidation_mode=mode)
    for path in (folder / "src").rglob("*"):
        if path.is_file() and path.suffix != ".pyc":
            path.unlink()
    return folder / "src"


def digests_below(folder: Path) -> dict[str, str]:
    """Relative path -> SHA-256 of every file, those aside that a tool leaves when it only looks."""
    files = [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not _TRACES & set(path.relative_to(folder).parts)
    ]
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }


class Project:
    """A copy of the repository, with a params file of its own laid over params.yaml."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.overlay = folder / "overlay.yaml"
        self.environment = os.environ | {"PYTHONPATH": str(folder / "src"), "COLUMNS": "200"}

    @classmethod
    def create(cls, folder: Path, params: dict = TINY) -> Self:
        copy_repository(folder, PARTS)
        project = cls(folder)
        project.set_params(params)
        return project

    def copy(self, folder: Path) -> Self:
        """The same project elsewhere, with time stamps, caches and the tools' records."""
        shutil.copytree(self.folder, folder, symlinks=True)
        return type(self)(folder)

    def set_params(self, params: dict) -> None:
        self.overlay.write_text(yaml.safe_dump(params))

    def command(self, *arguments: str, cores: int = 2) -> list[str]:
        base = [sys.executable, "-m", "snakemake", "--configfile", str(self.overlay)]
        return [*base, "--cores", str(cores), *arguments]

    def snakemake(self, *arguments: str) -> subprocess.CompletedProcess:
        return preloaded.run(
            self.command(*arguments), folder=self.folder, environment=self.environment
        )

    def build(self, *arguments: str) -> str:
        done = self.snakemake(*arguments)
        assert done.returncode == 0, done.stdout
        return done.stdout

    def interrupt_when(self, path: str, *, after_s: float, by: signal.Signals) -> str:
        """Start a run, send a signal after it has made `path` (a glob), and say what it printed."""
        began = time.time()
        process = subprocess.Popen(
            self.command(),
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        deadline = time.monotonic() + 300
        while not any(found.stat().st_mtime > began for found in self.folder.glob(path)):
            assert process.poll() is None, process.communicate()[0]
            assert time.monotonic() < deadline, f"{path} did not come"
            time.sleep(0.02)
        time.sleep(after_s)
        os.killpg(process.pid, by)
        printed, _ = process.communicate(timeout=120)
        assert process.returncode != 0
        return printed

    def planned(self, *arguments: str) -> set[str]:
        """Names of the rules that a dry run wants to run."""
        printed = self.build("--dry-run", *arguments)
        table = printed.partition("Job stats:")[2].partition("total")[0]
        return set(re.findall(r"(?m)^(\w+) +\d+$", table)) - {"all"}

    def digests(self) -> dict[str, str]:
        """SHA-256 of every artifact."""
        return {
            f"{top}/{path}": digest
            for top in ("data", "results")
            for path, digest in digests_below(self.folder / top).items()
            if not Path(path).name.startswith(".")
        }
