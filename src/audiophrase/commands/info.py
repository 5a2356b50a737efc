"""What a run, an exported model or the results of a data set are."""

from pathlib import Path

import click

from audiophrase.commands import using
from audiophrase.errors import AudiophraseError
from audiophrase.outputs import description
from audiophrase.outputs.text import as_json as to_json

_EXAMPLES = """\b
Examples:
  audiophrase info results/demo
  audiophrase info results/demo/runs/paper/seed-1 --json
  audiophrase info my-model
"""


@click.command(epilog=_EXAMPLES)
@click.argument("results", type=click.Path(path_type=Path))
@using.json_option
def info(results: Path, as_json: bool) -> None:
    """Tell what RESULTS are: of a data set (results/DATASET), a run's folder, or an exported model.

    Data, variant, seed, measures, settings and versions, as they stand in the files.
    """
    about = _describe(results)
    click.echo(to_json(about) if as_json else description.as_text(about))


def _describe(folder: Path) -> dict:
    if (folder / description.BUNDLE).is_file():
        from audiophrase.inference import bundle

        return description.of_bundle(bundle.read(folder))
    if (folder / description.MODEL).is_file():
        return description.of_run(folder)
    if (folder / description.MEASURES).is_file():
        return description.of_results(folder)
    if not folder.is_dir():
        raise AudiophraseError(f"there is no folder {folder}", "name one that there is")
    raise AudiophraseError(
        f"{folder} is neither a run, nor an exported model, nor the results of a data set",
        f"name a folder that has a {description.BUNDLE}, {description.MODEL} or "
        f"{description.MEASURES}",
    )
