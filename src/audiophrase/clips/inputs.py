"""What a shard of clips is made of, in digests: for whoever makes it, and for whoever checks it."""

import pyarrow as pa
import pyarrow.compute as pc

from audiophrase import tables


def input_digests(shard: str, clips: pa.Table, phrases: pa.Table | None = None) -> dict[str, str]:
    """Digests of the annotations that a shard is made of: its own rows, so that others may change.

    Args:
        clips: columns clip_id and shard among others.
        phrases: column clip_id among others; only where clips are rendered from them.
    """
    own = clips.filter(pc.equal(clips["shard"], shard))
    digests = {"clips": tables.digest(own)}
    if phrases is not None:
        is_own = pc.is_in(phrases["clip_id"], value_set=own["clip_id"].combine_chunks())
        digests["phrases"] = tables.digest(phrases.filter(is_own))
    return digests
