"""Fetching as the command and the job do it: out of params.yaml, and with what went wrong told."""

import os
import sys
from pathlib import Path

from audiophrase import params
from audiophrase.clips.mixture import Sources
from audiophrase.clips.parameters import RunParams
from audiophrase.configfiles import snakemake_command
from audiophrase.errors import AudiophraseError
from audiophrase.params.sources import sources_of
from audiophrase.params.studies import all_members
from audiophrase.prose import tell
from audiophrase.youtube import engine
from audiophrase.youtube.budget import Exit
from audiophrase.youtube.preflight import FORBIDDEN, SetupError
from audiophrase.youtube.run import DISK_ERRORS

_REMEDY = "see to the disk and to the folder cache/, then run the same command again"


def fetch_or_say_why(
    places: engine.Places, run_params: RunParams, sources: Sources, *, recheck: bool
) -> int:
    """Fetch what is not here yet; the exit code, with its cause told where it is not 0."""
    try:
        return engine.fetch(places, run_params, recheck=recheck, sources=sources)
    except AudiophraseError as error:
        tell(f"error: {error}", err=True)
        return Exit.SETUP
    except OSError as error:
        full = error.errno in DISK_ERRORS and error.errno not in FORBIDDEN
        where = f"{error.filename}: " if error.filename else ""
        tell(f"error: {where}{error.strerror or error}\n  What to do: {_REMEDY}", err=True)
        return Exit.INCOMPLETE if full else Exit.SETUP
    except KeyboardInterrupt:
        tell(
            "interrupted: what was fetched stays, answers since the last canary are asked for "
            "again; run the same command again to go on",
            err=True,
        )
        sys.stderr.flush()
        # Threads that wait for the network would be waited for. Nothing is lost: whatever was
        # logged is on the disk, and the log and the sections bear a death at any moment.
        os._exit(Exit.INTERRUPTED)


def settings_of(dataset: str, configfiles: tuple[Path, ...]) -> tuple[RunParams, Sources]:
    """How YouTube is asked for a data set's clips, and what is asked before. Raises SetupError."""
    loaded = params.load(Path("params.yaml"), *configfiles)
    order = sources_of(params.dataset_entry(loaded, dataset))
    if not order:
        raise SetupError(
            f"'{dataset}' is a study and has no clips of its own",
            f"fetch those of {', '.join(all_members(loaded, dataset))}",
        )
    if "youtube" not in order:
        raise SetupError(
            f"the clips of '{dataset}' do not come from YouTube: clips is '{', '.join(order)}'",
            f"`{snakemake_command(f'results/{dataset}/report.html', configfiles)}` makes them",
        )
    sections = params.effective(loaded, dataset)
    return engine.run_params(sections), Sources.of(order, sections["retrieve"]["folder"])
