"""Evaluating only the clips that another lab could have too, so that like meets like."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import click

from audiophrase.clips.availability import USABLE
from audiophrase.errors import AudiophraseError
from audiophrase.training_data import Clips

KEY = "evaluate.only_clips_of"

only_clips_option = click.option(
    "--only-clips-of",
    type=click.Path(path_type=Path),
    help="A table of availability, .parquet or .csv: clips that are not usable there are left out.",
)


@dataclass(frozen=True, slots=True)
class Restriction:
    """What was left out, and by which file."""

    sha256: str
    n_clips_here: int
    n_clips_common: int

    @property
    def counts(self) -> dict[str, int]:
        """For the numbers of an evaluation."""
        return {"n_clips_here": self.n_clips_here, "n_clips_common": self.n_clips_common}


def restrict(clips: Clips, path: Path | None) -> tuple[Clips, Restriction | None]:
    """The clips that are usable in the table at `path` too; without one, all.

    Raises:
        AudiophraseError: it is no table of availability, or shares no usable clip with these.
    """
    if path is None:
        return clips, None
    from audiophrase.clips import availability_file  # pandas, which evaluation does without

    remedy = f"fix {KEY}: another lab's availability.parquet or .csv of this data set, or null"
    rows = availability_file.read(path, remedy=remedy)
    usable = {row["clip_id"] for row in rows if row["state"] in USABLE}
    kept = [index for index, clip_id in enumerate(clips.ids) if clip_id in usable]
    if not kept:
        raise AudiophraseError(
            f"{path} has none of the {len(clips.ids)} clips with audio here among its usable ones",
            remedy,
        )
    common = clips.select(kept)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    click.echo(f"only clips of {path}: {len(kept)} of {len(clips.ids)} are evaluated", err=True)
    return common, Restriction(sha256, len(clips.ids), len(kept))
