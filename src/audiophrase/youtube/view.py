"""A data set's view of the log: the attempts at its own clips, as attempts.parquet has them.

Nothing here writes or takes the lock: a run may be under way.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from audiophrase.youtube.history import FETCHED, fold
from audiophrase.youtube.ledger import read_log
from audiophrase.youtube.names import Names
from audiophrase.youtube.section_files import sections_at_hand

Row = dict[str, Any]


def read_view(
    folder: Path, clips: Sequence[Mapping[str, Any]], seed: Path | None = None
) -> list[Row]:
    """The rows that attempts.parquet would have if it were written now.

    Args:
        folder: of the log, `cache/youtube`; it may not be there.
        clips: rows of the data set's clips.parquet.
        seed: its attempts.parquet, if there is one.

    Raises:
        ArtifactError: the seed is damaged.
    """
    names = Names(clips)
    rows = names.of_dataset(read_log(folder, seed, names))
    histories = fold(rows)
    lost = {id_ for id_, history in histories.items() if history.state not in FETCHED}
    wanted = {id_: digests for id_, digests in fetched_digests(rows).items() if id_ in lost}
    shared = {names.ids[id_]: digests for id_, digests in wanted.items()}
    at_hand = sections_at_hand(folder, shared, {})
    return settle(
        rows, {id_: at_hand[names.ids[id_]] for id_ in wanted if names.ids[id_] in at_hand}
    )


def fetched_digests(rows: Iterable[Mapping[str, Any]]) -> dict[str, set[str]]:
    """By clip id, the digests of all that was ever fetched of it."""
    digests: dict[str, set[str]] = {}
    for row in rows:
        if row["state"] in FETCHED and row["sha256"]:
            digests.setdefault(row["clip_id"], set()).add(row["sha256"])
    return digests


def settle(rows: Sequence[Row], at_hand: Mapping[str, str]) -> list[Row]:
    """Let the attempt that fetched what lies here be the last of its clip, and so the one that counts.

    What was fetched and is here is usable, whatever a wrong clock or another machine's attempts
    make of it.

    Args:
        rows: in the order in which they count.
        at_hand: by clip id, the digest of what lies here.
    """
    histories = fold(rows)
    last: dict[str, int] = {}
    moved: dict[str, int] = {}
    for index, row in enumerate(rows):
        id_, digest = row["clip_id"], at_hand.get(row["clip_id"])
        if digest is None or histories[id_].sha256 == digest:
            continue
        last[id_] = index
        if row["state"] in FETCHED and row["sha256"] == digest:
            moved[id_] = index
    behind = {last[id_]: index for id_, index in moved.items() if last[id_] != index}
    taken = set(behind.values())
    settled = []
    for index, row in enumerate(rows):
        if index not in taken:
            settled.append(row)
        if index in behind:
            settled.append(rows[behind[index]])
    return settled
