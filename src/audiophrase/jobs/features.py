"""A shard's clips as frames of a front end."""

import hashlib
from pathlib import Path
from types import ModuleType

import click
import numpy as np
import pyarrow as pa

from audiophrase import named, tables
from audiophrase.clips.availability import USABLE
from audiophrase.clips.flac import decode_flac
from audiophrase.errors import AudiophraseError
from audiophrase.features import module_of, shards
from audiophrase.jobs.network_option import network_option
from audiophrase.options import file_argument, settings
from audiophrase.settings import structure


@click.command()
@settings
@click.option("--front-end", required=True, help="Its name.")
@network_option
@file_argument("clips")
@file_argument("output")
def features(
    settings: dict, front_end: str, network: Path | None, clips: Path, output: Path
) -> None:
    """Frames of a shard of clips."""
    module = named.load(module_of(front_end), "COLUMN", "UNIT", "frames", "hop_s")
    section = next((name for name in settings if name.split(".")[0] == "features"), "features")
    params = structure(settings, section)
    table, provenance = tables.read_with_provenance(clips, stage="clips", settings=settings)
    inputs = {"clips": provenance["sha256"], "front_end": front_end}
    if network is not None:
        content = network.read_bytes()
        named.require(module, "load")
        params = module.load(params, content)
        inputs["network"] = hashlib.sha256(content).hexdigest()
    rows = []
    for row in table.to_pylist():
        if row["state"] not in USABLE:
            rows.append({"clip_id": row["clip_id"], "n_frames": 0})
            continue
        samples, sample_rate_hz = decode_flac(row["audio"]["bytes"], row["clip_id"])
        frames = _frames(module, samples, sample_rate_hz, params, clip_id=row["clip_id"])
        rows.append(
            {
                "clip_id": row["clip_id"],
                "n_frames": len(frames),
                "hop_s": module.hop_s(sample_rate_hz, params),
                module.COLUMN: frames.ravel(),
            }
        )
    tables.write(
        output,
        pa.Table.from_pylist(rows, shards.schema(module.COLUMN)),
        stage=shards.STAGE,
        settings=settings,
        inputs=inputs,
        units=shards.units(module.COLUMN, module.UNIT),
    )
    n_frames = np.sum([row["n_frames"] for row in rows], dtype=int)
    click.echo(f"{output.stem}: {len(rows)} clips, {n_frames} frames", err=True)


def _frames(
    module: ModuleType, samples: np.ndarray, sample_rate_hz: int, params: object, *, clip_id: str
) -> np.ndarray:
    try:
        return module.frames(samples, sample_rate_hz, params)
    except AudiophraseError as error:
        raise type(error)(f"clip {clip_id}: {error.problem}", error.remedy) from None
