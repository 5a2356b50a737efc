"""The recipes of docs/extending.md, performed: their files written and their edits made."""

import copy
import re

import yaml
from snakemake_project import ROOT, TINY, Project, compile_sources

RECIPES = {
    title: body
    for title, body in re.findall(
        r"(?ms)^## ([^\n]+)\n(.*?)(?=^## |\Z)", (ROOT / "docs/extending.md").read_text()
    )
}


def merge(base: dict, override: dict) -> dict:
    """Lay one object over another, in place."""
    for key, value in override.items():
        if isinstance(value, dict) and isinstance(base.get(key), dict):
            merge(base[key], value)
        else:
            base[key] = value
    return base


def perform(project: Project, title: str) -> set[str]:
    """Do what a recipe says; the paths that it names, those of parameters aside."""
    recipe, touched, params = RECIPES[title], [], copy.deepcopy(TINY)
    for path, blocks in re.findall(r"(?ms)^`([^`\n]+)`\n((?:```\w+\n.*?^```\n)+)", recipe):
        for kind, block in re.findall(r"(?ms)^```(\w+)\n(.*?)^```\n", blocks):
            if kind == "yaml":
                merge(params, yaml.safe_load(block))
                continue
            touched.append(path)
            file = project.folder / path
            if kind == "diff":
                lines = block.splitlines(keepends=True)
                before = "".join(line[1:] for line in lines if not line.startswith("+"))
                after = "".join(line[1:] for line in lines if not line.startswith("-"))
                text = file.read_text()
                assert text.count(before) == 1, f"{path} has {text.count(before)} times {before!r}"
                file.write_text(text.replace(before, after))
            else:
                assert not file.exists()
                file.write_text(block)
    project.set_params(params)
    compile_sources(project.folder)
    return set(touched)
