"""Clones of a project with a tiny data set, for tests that run the real Snakemake, DVC and git."""

import copy
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import preloaded
import yaml
from snakemake_project import PARTS, ROOT, TINY, Project, compile_sources, copy_repository

COMMITTED = (*PARTS, "dvc.yaml", ".dvcignore", ".gitignore")


class Clone(Project):
    """A git clone whose params.yaml has a tiny data set, so that DVC can track its parameters."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        binaries = str(Path(sys.executable).parent)
        self.environment |= {
            "PATH": f"{binaries}{os.pathsep}{self.environment['PATH']}",
            "DVC_SITE_CACHE_DIR": str(folder.parent / f"{folder.name}-dvc-memory"),
            "DVC_NO_ANALYTICS": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_SYSTEM": os.devnull,
            **{f"GIT_{who}_NAME": "Tester" for who in ("AUTHOR", "COMMITTER")},
            **{f"GIT_{who}_EMAIL": "tester@example.org" for who in ("AUTHOR", "COMMITTER")},
        }

    @classmethod
    def origin(cls, folder: Path, dataset: dict | None = None) -> "Clone":
        """A repository with everything committed and nothing made."""
        copy_repository(folder, COMMITTED)
        (folder / ".dvc").mkdir()
        shutil.copy(ROOT / ".dvc/config", folder / ".dvc/config")
        shutil.copy(ROOT / ".dvc/.gitignore", folder / ".dvc/.gitignore")
        shutil.copytree(
            ROOT / ".dvc/plots", folder / ".dvc/plots", ignore=shutil.ignore_patterns("*.html")
        )
        clone = cls(folder)
        params = yaml.safe_load((folder / "params.yaml").read_text())
        params["build"] = ["tiny"]
        params["datasets"] = {"tiny": dataset or copy.deepcopy(TINY["datasets"]["tiny"])}
        clone.write_params(params)
        clone.run("git", "init", "--quiet", "--initial-branch=main")
        clone.audiophrase("dvc-stages")
        clone.commit("tiny")
        return clone

    def clone(self, folder: Path) -> "Clone":
        """What git has of it, elsewhere."""
        subprocess.run(
            ["git", "clone", "--quiet", str(self.folder), str(folder)],
            check=True,
            env=self.environment,
        )
        compile_sources(folder)
        return Clone(folder)

    def edit(self, path: str, old: str, new: str) -> None:
        """Replace a text that stands in a file."""
        text = (self.folder / path).read_text()
        assert old in text, f"{path} has no {old!r}"
        (self.folder / path).write_text(text.replace(old, new))

    def command(self, *arguments: str, cores: int = 2) -> list[str]:
        return [sys.executable, "-m", "snakemake", "--cores", str(cores), *arguments]

    def run(self, *command: str, code: int | None = 0) -> str:
        """Run a command in the clone; what it printed. A stack trace is never right."""
        done = preloaded.run(command, folder=self.folder, environment=self.environment)
        assert "Traceback" not in done.stdout, done.stdout
        assert code is None or done.returncode == code, (
            f"{command}: {done.returncode}\n{done.stdout}"
        )
        return done.stdout

    def audiophrase(self, *arguments: str, code: int = 0) -> str:
        return self.run(sys.executable, "-m", "audiophrase", *arguments, code=code)

    def dvc(self, *arguments: str, code: int = 0) -> str:
        return self.run(sys.executable, "-m", "dvc", *arguments, code=code)

    def commit(self, message: str) -> None:
        self.run("git", "add", "--all")
        self.run("git", "commit", "--quiet", "--message", message)

    def params(self) -> dict:
        return yaml.safe_load((self.folder / "params.yaml").read_text())

    def write_params(self, params: dict) -> None:
        (self.folder / "params.yaml").write_text(yaml.safe_dump(params, sort_keys=False))

    def lock(self) -> str:
        return (self.folder / "dvc.lock").read_text()

    def stages(self) -> list[str]:
        """All stages of dvc.yaml, upstream ones first, as `audiophrase stages tiny` lists them."""
        families = yaml.safe_load((self.folder / "dvc.yaml").read_text())["stages"]
        return [f"{name}@{key}" for name, family in families.items() for key in family["foreach"]]

    def changed(self) -> dict:
        """What `dvc status` says."""
        return json.loads(self.dvc("status", "--json").splitlines()[-1])

    def reproduced(self, *targets: str) -> set[str]:
        """Families that `dvc repro` runs."""
        printed = self.dvc("repro", *targets)
        return {
            line.split("'")[1].split("@")[0]
            for line in printed.splitlines()
            if line.startswith("Running stage '")
        }
