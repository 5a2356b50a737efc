"""The frames of recordings, for use elsewhere."""

from pathlib import Path

import click

from audiophrase.commands import using
from audiophrase.outputs.text import visible

_EXAMPLES = """\b
Examples:
  audiophrase embed street.wav rain.wav -m my-model -o frames.parquet
  python -c "import pandas; print(pandas.read_parquet('frames.parquet'))"
"""


@click.command(epilog=_EXAMPLES)
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE..."
)
@using.output_option(
    "--output",
    "-o",
    help_text="Where to write.",
    metavar="FRAMES.parquet",
    ending=".parquet",
    required=True,
)
@using.model_option
@using.device_option
@using.force_option
def embed(
    files: tuple[Path, ...], output: Path, model_path: Path | None, device: str, force: bool
) -> None:
    """Write the frames of each audio FILE as one Parquet table, a row a frame.

    Columns: file, time_s (the middle of what the frame stands for), frame (D numbers, of length
    one). They are aligned with the word vectors of the model: the dot product with a word's, where
    it is above zero, is how much a frame is like the word.
    """
    using.refuse_to_overwrite(output, force=force)
    model = using.load_model(model_path, device)
    from audiophrase.outputs.frames import write_frames

    once = list(dict.fromkeys(files))
    n_frames = write_frames(output, using.progress(once, "file"), model, say=using.note)
    click.echo(f"written: {visible(str(output))}, {n_frames:,} frames", err=True)
