"""The availability record: one row a clip, whether it could be had, and why not."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

import pyarrow as pa

from audiophrase.clips.messages import single_line
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
YOUTUBE = "youtube"

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


class History(Protocol):
    """What all attempts to get one clip from YouTube come to; youtube.history has them."""

    n_attempts: int
    first_tried_utc: datetime | None
    last_tried_utc: datetime | None
    state: str  # the verdict; the shard says what became of audio that was fetched
    permanent: bool | None


def availability_table(
    clips: Iterable[Mapping[str, Any]],
    shard_rows: Mapping[str, Mapping[str, Any]],
    *,
    source: str,
    histories: Mapping[str, History] | None = None,
) -> pa.Table:
    """One row a clip; the state is its shard's, so that it is what all later stages see.

    A clip that no network was asked for was tried once, when its shard was made; its times are
    null, since they would change the artifact while its inputs stay.

    Args:
        clips: rows of clips.parquet.
        shard_rows: the row of each clip in its shard, by clip id.
        source: where the audio came from: `rendered`, `local` or `youtube`; a shard's row may name
            its own.
        histories: of the clips that YouTube was asked for, by clip id.

    Raises:
        ArtifactError: a shard lacks one of its clips.
    """
    availability = []
    for clip in clips:
        if clip["clip_id"] not in shard_rows:
            raise ArtifactError(
                f"the shard {clip['shard']} has no row of clip {clip['clip_id']}",
                "delete that shard of clips and run the same command again",
            )
        row = shard_rows[clip["clip_id"]]
        came_from = row.get("source") or source
        entry = {key: row[key] for key in ("clip_id", "state", "reason")}
        entry |= {
            "split": clip["split"],
            "source": came_from,
            "message": single_line(row["message"]),
        }
        if came_from == YOUTUBE:
            entry |= _asked(row["state"], (histories or {}).get(clip["clip_id"]))
        else:
            usable = row["state"] in USABLE
            entry |= {"permanent": None if usable else row["state"] == State.MISSING, "attempts": 1}
        availability.append(entry)
    return pa.Table.from_pylist(availability, AVAILABILITY_SCHEMA)


def attempts_table(availability: pa.Table, *, versions: str) -> pa.Table:
    """The attempts at clips that no network was asked for: one each, when its shard was made.

    Args:
        versions: of the tools that made or read the audio.
    """
    names = ("clip_id", "source", "state", "reason", "message")
    return pa.Table.from_pylist(
        [
            {name: row[name] for name in names} | {"number": 1, "versions": versions}
            for row in availability.to_pylist()
        ],
        ATTEMPTS_SCHEMA,
    )


def _asked(state: str, history: History | None) -> dict[str, Any]:
    """What the attempts say of a clip whose shard has `state`; never asked, nothing is for good."""
    if history is None:
        return {"permanent": None if state in USABLE else False, "attempts": 0}
    # A permanent verdict is on what could not be fetched. Of audio that was, another cut may be
    # made: silence and damage are for good no more than the thresholds that tell them.
    permanent = bool(history.permanent) and history.state == state
    return {
        "permanent": None if state in USABLE else permanent,
        "attempts": history.n_attempts,
        "first_tried_utc": history.first_tried_utc,
        "last_tried_utc": history.last_tried_utc,
    }
