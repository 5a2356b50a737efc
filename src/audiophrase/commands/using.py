"""What the commands for using a model share: naming it, where it computes, and what they write."""

import sys
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from audiophrase import tables
from audiophrase.errors import AudiophraseError
from audiophrase.outputs.text import visible
from audiophrase.prose import tell

MODEL_VARIABLE = "AUDIOPHRASE_MODEL"
_RUNS = "results/*/runs/*/seed-*/model.json"
_MAX_NAMED = 5

model_option = click.option(
    "--model",
    "-m",
    "model_path",
    envvar=MODEL_VARIABLE,
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help=f"A run's folder or an exported model; the variable {MODEL_VARIABLE} names it likewise.",
)
device_option = click.option(
    "--device",
    type=click.Choice(["auto", "cpu", "cuda"]),
    default="auto",
    show_default=True,
    help="Where to compute; auto is a GPU where there is one.",
)
force_option = click.option("--force", "-f", is_flag=True, help="Write over files that exist.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def output_option(
    *names: str, help_text: str, metavar: str, ending: str | None = None, **attributes: Any
):
    """An option that names a file to write.

    Args:
        ending: which the name must have, as `.png`: other programs go by it.
    """

    def checked(context: click.Context, option: click.Parameter, path: Path | None) -> Path | None:
        if path is not None and ending is not None and path.suffix.lower() != ending:
            named = visible(str(path))
            raise click.BadParameter(f"name a file that ends in {ending}: '{named}' does not")
        return path

    return click.option(
        *names,
        type=click.Path(path_type=Path, dir_okay=False),
        metavar=metavar,
        help=help_text,
        callback=checked,
        **attributes,
    )


def load_model(path: Path | None, device: str) -> Any:
    """The model that was named. Raises AudiophraseError where none was, or none is there."""
    if path is None:
        raise AudiophraseError("no model is named", _how_to_name())
    import audiophrase

    return audiophrase.load(path, device=device)


def refuse_to_overwrite(*paths: Path | None, force: bool) -> None:
    """Refuse files that exist, before anything long is done. Raises AudiophraseError."""
    for path in paths:
        if path is not None and path.exists() and not force:
            raise AudiophraseError(f"{path} exists", "name another file, or add --force")


def write(path: Path, content: bytes | str) -> None:
    """Write a file atomically, and say so."""
    tables.write_bytes(path, content.encode("utf-8") if isinstance(content, str) else content)
    click.echo(f"written: {visible(str(path))}", err=True)


def _how_to_name() -> str:
    runs = sorted(str(path.parent) for path in Path().glob(_RUNS))
    if not runs:
        return (
            f"--model FOLDER, or the variable {MODEL_VARIABLE}: a model that "
            "`audiophrase export` packed, or the folder of a run"
        )
    more = f" (and {len(runs) - _MAX_NAMED} more)" if len(runs) > _MAX_NAMED else ""
    listed = ", ".join(f"--model {run}" for run in runs[:_MAX_NAMED])
    return f"name one that lies here{more}: {listed}"


@contextmanager
def remarks() -> Iterator[None]:
    """What the model warns of, such as words that it does not know, as notes, once each."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        try:
            yield
        finally:
            ours = [w for w in caught if w.category.__module__.startswith("audiophrase.")]
            for remark in dict.fromkeys(str(w.message) for w in ours):
                note(remark)


def note(text: str) -> None:
    """Say what is to be known beside the answer."""
    tell(f"note: {visible(text)}", err=True)


def show_listening(model: Any, file: Path) -> None:
    """Have a bar on standard error follow the model through a recording, where that is a terminal."""
    if sys.stderr.isatty():
        length_s = _length_s(file)
        model.watch = lambda stream: replace(stream, pieces=_followed(stream, length_s))


def _followed(stream: Any, length_s: float | None) -> Iterator[Any]:
    from tqdm import tqdm

    shown = "{l_bar}{bar}| {n:.0f}/{total:.0f} s [{elapsed}<{remaining}]"
    with tqdm(total=length_s, leave=False, bar_format=shown if length_s else None) as bar:
        for piece in stream.pieces:
            bar.update(stream.duration_s - bar.n)
            yield piece


def _length_s(file: Path) -> float | None:
    """The length of a recording; None where libsndfile cannot say it."""
    import soundfile

    try:
        return soundfile.info(str(file)).duration
    except (soundfile.SoundFileError, TypeError, ValueError):
        return None


def progress(items: Sequence[Any], unit: str) -> Iterable[Any]:
    """A bar on standard error, where that is a terminal."""
    from tqdm import tqdm

    return tqdm(items, unit=unit, leave=False, disable=not sys.stderr.isatty())
