"""Where phrases are heard in a recording."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from audiophrase import extras
from audiophrase.commands import using
from audiophrase.outputs import segments as forms
from audiophrase.outputs import text
from audiophrase.outputs.segments import Segment

_EXAMPLES = """\b
Examples:
  audiophrase ground street.wav "a dog barks" "rain" -m results/demo/runs/paper/seed-1
  audiophrase ground street.wav "a dog barks" -m my-model --audacity labels.txt --plot street.png
  audiophrase ground street.wav "a dog barks" -m my-model --json > segments.json
"""


@click.command(epilog=_EXAMPLES)
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("phrases", nargs=-1, required=True, metavar="PHRASE...")
@using.model_option
@using.device_option
@click.option(
    "--threshold",
    type=float,
    help="The similarity from which on a phrase counts as heard (default: the model's own).",
)
@using.json_option
@using.output_option("--audacity", "Write a label track for Audacity.", metavar="LABELS.txt")
@using.output_option(
    "--textgrid", "Write a TextGrid for Praat or ELAN, a tier a phrase.", metavar="FILE.TextGrid"
)
@using.output_option("--plot", "Draw the curves of similarity.", metavar="FILE.png")
@using.force_option
def ground(
    file: Path,
    phrases: tuple[str, ...],
    model_path: Path | None,
    device: str,
    threshold: float | None,
    as_json: bool,
    audacity: Path | None,
    textgrid: Path | None,
    plot: Path | None,
    force: bool,
) -> None:
    """Tell where each PHRASE is heard in the audio FILE.

    A phrase that is nowhere as similar as the threshold has no segments.
    """
    using.refuse_to_overwrite(audacity, textgrid, plot, force=force)
    if plot is not None and not extras.has("matplotlib"):
        raise extras.needed("--plot", "matplotlib", extras.EXTRAS["matplotlib"])
    phrases = tuple(dict.fromkeys(phrases))
    model = using.load_model(model_path, device)
    with using.remarks():
        result = model.ground(file, list(phrases), threshold=threshold)
    segments = [
        Segment(row.phrase, float(row.onset_s), float(row.offset_s), float(row.score))
        for row in result.segments.itertuples()
    ]
    if as_json:
        click.echo(text.as_json(_as_object(file, phrases, segments, result)))
    else:
        _show(phrases, segments)
    if audacity is not None:
        using.write(audacity, forms.audacity_labels(segments))
    if textgrid is not None:
        using.write(textgrid, forms.textgrid(segments, phrases, result.duration_s))
    if plot is not None:
        from audiophrase.outputs import plot as drawing

        using.write(plot, drawing.curves_png(result.curves, segments, result.threshold))


def _as_object(
    file: Path, phrases: Sequence[str], segments: Sequence[Segment], result: Any
) -> dict[str, Any]:
    return {
        "file": str(file),
        "duration_s": result.duration_s,
        "threshold": result.threshold,
        "phrases": list(phrases),
        "segments": [segment._asdict() for segment in segments],
    }


def _show(phrases: Sequence[str], segments: Sequence[Segment]) -> None:
    """A line a segment, in the order of the phrases; phrases without any are named below."""
    order = {phrase: number for number, phrase in enumerate(phrases)}
    rows = [
        (s.phrase, f"{s.onset_s:.2f}", f"{s.offset_s:.2f}", f"{s.score:.3f}")
        for s in sorted(segments, key=lambda s: (order[s.phrase], s.onset_s))
    ]
    if rows:
        click.echo(text.columns(Segment._fields, rows, numbers="lrrr"))
    heard = {segment.phrase for segment in segments}
    for phrase in phrases:
        if phrase not in heard:
            click.echo(f"not heard: {text.visible(phrase)}")
