"""The availability record: one row a clip, whether it could be had, and why not."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

import pyarrow as pa

from audiophrase.errors import ArtifactError


class State(StrEnum):
    """What became of a clip."""

    OK = "ok"
    OK_SHORT = "ok_short"  # the recording ends before the clip does; the real length is kept
    SILENT = "silent"  # kept in the tables, not used
    CORRUPT = "corrupt"  # kept in the tables, not used
    MISSING = "missing"  # for good, and evidence says so
    RESTRICTED = "restricted"  # age, members, premium, private to an account
    GEO_BLOCKED = "geo_blocked"
    UPCOMING = "upcoming"
    UNRESOLVED = "unresolved"  # try again: says nothing about the clip


USABLE = (State.OK, State.OK_SHORT)

AVAILABILITY_SCHEMA = pa.schema(
    [
        ("clip_id", pa.string()),
        ("split", pa.string()),
        ("state", pa.string()),
        ("reason", pa.string()),
        ("permanent", pa.bool_()),
        ("message", pa.string()),
        ("source", pa.string()),
        ("attempts", pa.int32()),
        ("first_tried_utc", pa.timestamp("s", tz="UTC")),
        ("last_tried_utc", pa.timestamp("s", tz="UTC")),
    ]
)
ATTEMPTS_SCHEMA = pa.schema(
    [
        ("clip_id", pa.string()),
        ("number", pa.int32()),
        ("versions", pa.string()),
        ("tried_utc", pa.timestamp("s", tz="UTC")),
        ("source", pa.string()),
        ("state", pa.string()),
        ("reason", pa.string()),
        ("message", pa.string()),
    ]
)


def tables(
    clips: Iterable[Mapping[str, Any]],
    shard_rows: Mapping[str, Mapping[str, Any]],
    *,
    source: str,
    versions: str,
) -> tuple[pa.Table, pa.Table]:
    """Availability and attempts of clips that no network was asked for.

    Each was tried once, when its shard was made; the times are null, since they would change the
    artifact while its inputs stay.

    Args:
        clips: rows of clips.parquet.
        shard_rows: the row of each clip in its shard, by clip id.
        source: where the audio came from, such as `rendered` or `local`.
        versions: of the tools that made or read it.

    Raises:
        ArtifactError: a shard lacks one of its clips.
    """
    availability, attempts = [], []
    for clip in clips:
        if clip["clip_id"] not in shard_rows:
            raise ArtifactError(
                f"the shard {clip['shard']} has no row of clip {clip['clip_id']}",
                "delete that shard of clips and run the same command again",
            )
        row = shard_rows[clip["clip_id"]]
        verdict = {key: row[key] for key in ("clip_id", "state", "reason", "message")}
        usable = row["state"] in USABLE
        availability.append(
            verdict
            | {
                "split": clip["split"],
                "permanent": None if usable else row["state"] == State.MISSING,
                "source": source,
                "attempts": 1,
            }
        )
        attempts.append(verdict | {"number": 1, "source": source, "versions": versions})
    return (
        pa.Table.from_pylist(availability, AVAILABILITY_SCHEMA),
        pa.Table.from_pylist(attempts, ATTEMPTS_SCHEMA),
    )
