"""Clips rendered from annotated phrases: a shard of them."""

from pathlib import Path

import click
import numpy as np

from audiophrase.clips.phrase_render import render_phrases as render
from audiophrase.clips.phrase_render import words_of_clip
from audiophrase.clips.synthesis import Samples
from audiophrase.jobs.rendered_shard import rendering_options, write_rendered


@click.command()
@rendering_options
def render_phrases(settings: dict, shard: str, clips: Path, phrases: Path, output: Path) -> None:
    """Render the clips of a shard from the words of any phrases, each with its own signature."""
    write_rendered(settings, shard, clips, phrases, output, _render)


def _render(
    phrases: list[dict], duration_s: float, sample_rate_hz: int, rng: np.random.Generator
) -> Samples:
    return render(
        words_of_clip(phrases), duration_s=duration_s, sample_rate_hz=sample_rate_hz, rng=rng
    )
