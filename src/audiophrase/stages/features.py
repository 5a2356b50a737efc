"""Stage features: log-mel spectra of a shard."""

from pathlib import Path

import click
import numpy as np
import pyarrow as pa

from audiophrase import tables
from audiophrase.clips.availability import USABLE
from audiophrase.clips.flac import decode_flac
from audiophrase.features import logmel as features
from audiophrase.settings import structure
from audiophrase.stages.options import file_argument, settings


@click.command()
@settings
@file_argument("clips")
@file_argument("output")
def logmel(settings: dict, clips: Path, output: Path) -> None:
    """Log-mel spectra of a shard of clips."""
    params = structure(settings, "features")
    table, provenance = tables.read_with_provenance(clips, stage="clips", settings=settings)
    rows = []
    for row in table.to_pylist():
        if row["state"] not in USABLE:
            rows.append({"clip_id": row["clip_id"], "n_frames": 0})
            continue
        samples, sample_rate_hz = decode_flac(row["audio"]["bytes"], row["clip_id"])
        spectra = features.log_mel(samples, sample_rate_hz, params)
        rows.append(
            {
                "clip_id": row["clip_id"],
                "n_frames": len(spectra),
                "hop_s": features.hop_s(sample_rate_hz, params),
                "log_mel": spectra.ravel(),
            }
        )
    tables.write(
        output,
        pa.Table.from_pylist(rows, features.SCHEMA),
        stage="features",
        settings=settings,
        inputs={"clips": provenance["sha256"]},
        units=features.UNITS,
    )
    n_frames = np.sum([row["n_frames"] for row in rows], dtype=int)
    click.echo(f"{output.stem}: {len(rows)} clips, {n_frames} frames", err=True)
