"""The sound of the clips that figures show, for the page to play."""

import base64
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from audiophrase.clips.availability import USABLE
from audiophrase.clips.flac import decode_flac
from audiophrase.clips.opus import MEDIA_TYPE, encode_opus


@dataclass(frozen=True, slots=True)
class Player:
    """A clip with its caption, and its sound where the page has it."""

    name: str  # of its file, or its id
    caption: str
    source: str  # a `data:` address; empty where the page has no sound


def sounds(shards: Iterable[pa.Table], clip_ids: Iterable[str]) -> dict[str, str]:
    """Clip id -> its sound as a `data:` address, of the clips that the shards have audio of."""
    wanted = pa.array(sorted(set(clip_ids)), pa.string())
    return {
        row["clip_id"]: _address(row)
        for table in shards
        for row in table.filter(pc.is_in(table["clip_id"], wanted)).to_pylist()
        if row["state"] in USABLE
    }


def players(
    clips: Iterable[tuple[str, str]], known: Mapping[str, str], names: Mapping[str, str]
) -> Iterator[Player]:
    """One for each clip (id, caption) of a figure, in its order.

    Args:
        known: clip id -> sound, as `sounds` returns it.
        names: clip id -> name, as `clips.file_names` returns it.
    """
    for clip_id, caption in clips:
        yield Player(names.get(clip_id, clip_id), caption, known.get(clip_id, ""))


def _address(row: dict[str, Any]) -> str:
    samples, sample_rate_hz = decode_flac(row["audio"]["bytes"], row["clip_id"])
    content = encode_opus(samples, sample_rate_hz)
    return f"data:{MEDIA_TYPE};base64,{base64.b64encode(content).decode('ascii')}"
