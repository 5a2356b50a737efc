"""One of the figures, as SVG for the page and as PNG for everything else."""

from pathlib import Path

import click

from audiophrase import named, tables
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
    module = named.load(f"audiophrase.report.figures.{name}", "READS", "draw")
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
