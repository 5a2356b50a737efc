"""Clips rendered from captions of the grammar: a shard of them."""

from pathlib import Path

import click
import numpy as np

from audiophrase.annotations.kinds import kind_of
from audiophrase.clips.render import render_clip
from audiophrase.clips.synthesis import Samples
from audiophrase.errors import AnnotationError
from audiophrase.jobs.rendered_shard import rendering_options, write_rendered


@click.command()
@rendering_options
def render_clips(settings: dict, shard: str, clips: Path, phrases: Path, output: Path) -> None:
    """Render the clips of a shard from phrases that name the grammar's kinds of sound."""
    write_rendered(settings, shard, clips, phrases, output, _render)


def _render(
    phrases: list[dict], duration_s: float, sample_rate_hz: int, rng: np.random.Generator
) -> Samples:
    return render_clip(
        _events(phrases), duration_s=duration_s, sample_rate_hz=sample_rate_hz, rng=rng
    )


def _events(phrases: list[dict]) -> list[tuple[str, list[tuple[float, float]]]]:
    """A clip's events in the order of their kinds: (kind, [(onset_s, offset_s), ...]).

    Several captions name the same event; the first counts.
    """
    kinds: dict[str, list] = {}
    for row in phrases:
        try:
            kind = kind_of(row["phrase"]).name
        except ValueError as error:
            raise AnnotationError(
                str(error),
                "this renders captions of the grammar alone: audiophrase job render-phrases",
            ) from None
        segments = [(segment["onset_s"], segment["offset_s"]) for segment in row["segments"]]
        kinds.setdefault(kind, segments)
    return sorted(kinds.items())
