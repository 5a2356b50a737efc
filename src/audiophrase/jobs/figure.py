"""One of the figures, as SVG for the page and as PNG for everything else."""

import importlib
from pathlib import Path
from types import ModuleType

import click

from audiophrase import tables
from audiophrase.jobs.report_options import annotations_option, audio_option
from audiophrase.options import file_option, settings
from audiophrase.report import inputs, paper, style
from audiophrase.settings import structure


class _Input(click.ParamType):
    name = "input"

    def convert(self, value, param, ctx):
        name, equals, path = value.partition("=")
        return (name, Path(path)) if equals else self.fail(f"{value} is not INPUT=FILE", param, ctx)


@click.command()
@settings
@audio_option
@annotations_option
@file_option("--svg", "Picture to write (SVG).")
@file_option("--png", "Picture to write (PNG).")
@click.argument("name")
@click.argument("files", nargs=-1, required=True, type=_Input())
def figure(
    name: str,
    files: tuple[tuple[str, Path], ...],
    settings: dict,
    audio: str,
    annotations: str,
    svg: Path,
    png: Path,
) -> None:
    """Draw the figure NAME out of FILES, each INPUT=FILE, the inputs being those that it reads."""
    module = _module(name)
    paths: dict[str, list[Path]] = {}
    for input_name, path in files:
        paths.setdefault(input_name, []).append(path)
    if set(paths) != set(module.READS):
        raise click.UsageError(f"the figure {name} reads {', '.join(module.READS)}")
    drawn = module.draw(
        **{key: inputs.read(form, paths[key], settings) for key, form in module.READS.items()},
        settings={section: structure(settings, section) for section in settings},
        audio=audio,
        beside_paper=paper.stands_beside(annotations),
    )
    tables.write_bytes(svg, style.svg(drawn))
    tables.write_bytes(png, style.png(drawn, dpi=structure(settings, "figures").dpi))


def _module(name: str) -> ModuleType:
    """A figure's module. Imported by its name, so that a figure is made of itself alone."""
    module = f"audiophrase.report.figures.{name}"
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name != module:
            raise
        raise click.UsageError(f"there is no figure {name}") from None
