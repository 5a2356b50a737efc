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
  export AUDIOPHRASE_MODEL=results/demo/runs/paper/seed-1
  audiophrase ground street.wav "a dog barks" "rain falls"
  audiophrase ground street.wav "a dog barks" --audacity dogs.txt --plot x.png
  audiophrase ground street.wav "a dog barks" --json > segments.json
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
@using.output_option(
    "--audacity", help_text="Write a label track for Audacity.", metavar="LABELS.txt"
)
@using.output_option(
    "--textgrid",
    help_text="Write a TextGrid for Praat or ELAN, a tier a phrase.",
    metavar="FILE.TextGrid",
)
@using.output_option(
    "--plot", help_text="Draw the curves of similarity.", metavar="FILE.png", ending=".png"
)
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
    using.show_listening(model, file)
    with using.remarks():
        result = model.ground(file, list(phrases), threshold=threshold)
    segments = [
        Segment(row.phrase, float(row.onset_s), float(row.offset_s), float(row.score))
        for row in result.segments.itertuples()
    ]
    for note in result.notes:
        using.note(note)
    if as_json:
        click.echo(text.as_json(_as_object(file, segments, result)))
    else:
        _show(segments, result)
    if audacity is not None:
        using.write(audacity, forms.audacity_labels(segments))
    if textgrid is not None:
        using.write(textgrid, forms.textgrid(segments, phrases, result.duration_s))
    if plot is not None:
        from audiophrase.outputs import plot as drawing

        using.write(plot, drawing.curves_png(*_curves(result), segments, result.threshold))


def _curves(result: Any) -> tuple[Any, dict[str, Any]]:
    """Times (T,) in s, and each phrase's similarity (T,)."""
    table = result.curves
    of_phrases = dict(list(table.groupby("phrase", sort=False, observed=True)["similarity"]))
    times_s = table["time_s"].to_numpy()[: len(table) // max(1, len(of_phrases))]
    return times_s, {phrase: values.to_numpy() for phrase, values in of_phrases.items()}


def _as_object(file: Path, segments: Sequence[Segment], result: Any) -> dict[str, Any]:
    phrases = [
        {
            "phrase": row.phrase,
            "heard": bool(row.present),
            "highest_similarity": float(row.similarity),
            "at_s": float(row.at_s),
            "unknown_words": list(row.unknown),
        }
        for row in result.phrases.itertuples()
    ]
    return {
        "file": str(file),
        "duration_s": result.duration_s,
        "threshold": result.threshold,
        "phrases": phrases,
        "segments": [segment._asdict() for segment in segments],
        "notes": list(result.notes),
    }


def _show(segments: Sequence[Segment], result: Any) -> None:
    """A line a segment, by phrase and time; below, of the phrases that are not heard, how near they came."""
    rows = [(s.phrase, f"{s.onset_s:.2f}", f"{s.offset_s:.2f}", f"{s.score:.3f}") for s in segments]
    if rows:
        click.echo(text.columns(Segment._fields, rows, numbers="lrrr"))
    for row in result.phrases.itertuples():
        if not row.present:
            click.echo(
                f"not heard: {text.visible(row.phrase)} (at most {row.similarity:.3f}, at "
                f"{row.at_s:.2f} s; heard from {result.threshold:.3f} on)"
            )
