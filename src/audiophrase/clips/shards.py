"""Clip shards: FLAC audio in Parquet, one row a clip whether it could be had or not."""

import hashlib
import io
import json
import math
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import soundfile

from audiophrase.clips.availability import State
from audiophrase.clips.parameters import ClipParams

SCHEMA = pa.schema(
    [
        ("clip_id", pa.string()),
        ("audio", pa.struct([("bytes", pa.binary()), ("path", pa.string())])),
        ("sample_rate_hz", pa.int32()),
        ("n_samples", pa.int64()),
        ("sha256", pa.string()),
        ("state", pa.string()),
        ("reason", pa.string()),
        ("message", pa.string()),
    ]
)
# Where the clips of one shard come from several sources, a column more.
MIXED_SCHEMA = SCHEMA.append(pa.field("source", pa.string()))
UNITS = {"sample_rate_hz": "Hz", "n_samples": "samples"}


@dataclass(frozen=True, slots=True)
class Failure:
    """A clip that could not be had: its state, the class of the cause, and what was seen."""

    state: State
    reason: str
    message: str


def audio_row(
    clip_id: str,
    samples: np.ndarray,
    sample_rate_hz: int,
    duration_s: float | None,
    params: ClipParams,
) -> dict:
    """The row of a clip that was read: `ok`, `ok_short`, `silent`, or `corrupt` without samples.

    Args:
        samples: float32, (n_samples,), full scale at 1.
        duration_s: as annotated; None: as long as it is.
    """
    if not len(samples):
        return failure_row(
            clip_id, Failure(State.CORRUPT, "no-samples", "the audio has no samples")
        )
    if not np.isfinite(samples).all():
        message = "the audio has samples that are not finite"
        return failure_row(clip_id, Failure(State.CORRUPT, "not-finite", message))
    length_s = len(samples) / sample_rate_hz
    if length_s < params.min_length_s:
        message = f"{length_s:.3f} s is too short to use"
        return failure_row(clip_id, Failure(State.CORRUPT, "too-short", message))
    flac = encode_flac(samples, sample_rate_hz)
    peak = float(np.abs(samples).max())
    peak_dbfs = 20 * math.log10(peak) if peak > 0 else -math.inf
    state, reason, message = State.OK, None, None
    if peak_dbfs < params.silent_below_dbfs:
        state, reason = State.SILENT, "silent"
        level = f"the peak lies at {peak_dbfs:.1f} dBFS" if peak else "every sample is zero"
        message = f"{level}: below {params.silent_below_dbfs} dBFS"
    elif duration_s is not None and length_s < duration_s - params.short_by_s:
        state, reason = State.OK_SHORT, "short"
        message = f"{length_s:.3f} s of {duration_s:.3f} s"
    return {
        "clip_id": clip_id,
        "audio": {"bytes": flac, "path": f"{clip_id}.flac"},
        "sample_rate_hz": sample_rate_hz,
        "n_samples": len(samples),
        "sha256": hashlib.sha256(flac).hexdigest(),
        "state": state,
        "reason": reason,
        "message": message,
    }


def failure_row(clip_id: str, failure: Failure) -> dict:
    """The row of a clip that could not be had."""
    return {
        "clip_id": clip_id,
        "state": failure.state,
        "reason": failure.reason,
        "message": failure.message,
    }


def table(rows: list[dict]) -> pa.Table:
    """Rows as a table of `SCHEMA`, or `MIXED_SCHEMA` where they name their source.

    What a row lacks is null.
    """
    mixed = any("source" in row for row in rows)
    return pa.Table.from_pylist(rows, MIXED_SCHEMA if mixed else SCHEMA)


def huggingface_metadata(schema: pa.Schema) -> dict[str, str]:
    """What the library `datasets` looks for, so that it decodes and plays the column `audio`."""
    features = {
        field.name: {"_type": "Audio"}
        if field.name == "audio"
        else {"dtype": str(field.type), "_type": "Value"}
        for field in schema
    }
    return {"huggingface": json.dumps({"info": {"features": features}})}


def encode_flac(samples: np.ndarray, sample_rate_hz: int) -> bytes:
    """16-bit mono FLAC of float samples (n_samples,), full scale at 1."""
    pcm = np.clip(np.rint(samples * 32768.0), -32768, 32767).astype(np.int16)
    buffer = io.BytesIO()
    with _interrupt_after():
        soundfile.write(buffer, pcm, sample_rate_hz, format="FLAC", subtype="PCM_16")
    return buffer.getvalue()


@contextmanager
def _interrupt_after() -> Iterator[None]:
    """Ctrl-C raises behind the block, not in it: what libsndfile calls back must not raise.

    It would be printed as a trace, and the block would go on with half of its bytes.
    """
    before = signal.getsignal(signal.SIGINT)
    in_main_thread = threading.current_thread() is threading.main_thread()
    if before is not signal.default_int_handler or not in_main_thread:
        yield  # nothing raises here
        return
    pressed = threading.Event()
    signal.signal(signal.SIGINT, lambda number, frame: pressed.set())
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if pressed.is_set():
        raise KeyboardInterrupt
