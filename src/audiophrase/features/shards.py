"""Shards of features: a row a clip, whichever front end made them.

The last column holds the frames, T x F values one after the other; what F is follows from the
shard, so that whoever reads one needs to know nothing of its front end.
"""

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from audiophrase import tables
from audiophrase.errors import ArtifactError
from audiophrase.settings import Settings

STAGE = "features"


def schema(column: str) -> pa.Schema:
    """The columns of a shard, where `column` is the front end's."""
    return pa.schema(
        [
            ("clip_id", pa.string()),
            ("n_frames", pa.int32()),
            ("hop_s", pa.float64()),
            (column, pa.list_(pa.float32())),
        ]
    )


def units(column: str, unit: str) -> dict[str, str]:
    """Units by column; a front end whose values have none says so with an empty text."""
    return {"n_frames": "frames", "hop_s": "s"} | ({column: unit} if unit else {})


def read_shard(path: Path, settings: Settings) -> pa.Table:
    """A shard for a job with these settings, made by the front end whose folder it lies in.

    Two front ends may have the same settings, and those of different sections are not compared: so
    that of the shard is looked at besides.

    Raises:
        ArtifactError: missing, damaged, made with other settings, or by another front end.
    """
    path = Path(path)
    table, provenance = tables.read_with_provenance(path, stage=STAGE, settings=settings)
    expected, made_by = path.parent.name, provenance.get("inputs", {}).get("front_end")
    if made_by != expected:
        raise ArtifactError(
            f"{path} was made by the front end {made_by!r}, and lies in the folder of {expected!r}",
            tables.REMAKE,
        )
    of_job, of_shard = (
        {name for name in names if name.split(".")[0] == STAGE}
        for names in (settings, provenance["settings"])
    )
    if of_job and of_job != of_shard:
        raise ArtifactError(
            f"{path} was made with the parameters of {', '.join(sorted(of_shard)) or 'nothing'}, "
            f"and this job is about those of {', '.join(sorted(of_job))}",
            tables.REMAKE,
        )
    return table


def column_of_frames(table: pa.Table) -> str:
    """The name of the column that holds the frames."""
    return table.column_names[-1]


def extent(shards: Iterable[Path]) -> tuple[int, int]:
    """Frames, and values of all frames, of some shards, without reading the values.

    A shard that cannot be read counts nothing: whoever reads it says so.
    """
    n_frames = n_values = 0
    for shard in shards:
        try:
            with pq.ParquetFile(shard) as file:
                lengths = file.read(["n_frames"], use_threads=False)["n_frames"]
                groups = [file.metadata.row_group(n) for n in range(file.num_row_groups)]
        except (pa.ArrowException, OSError, KeyError):
            continue
        n_frames += pc.sum(lengths).as_py() or 0
        # Parquet counts a clip without frames as one value, which is null.
        n_empty = pc.sum(pc.equal(lengths, 0)).as_py() or 0
        n_values += sum(group.column(group.num_columns - 1).num_values for group in groups)
        n_values -= n_empty
    return n_frames, n_values


def frame_size(shards: Iterable[Path]) -> int:
    """F, the number of values a frame; 0 where no clip has any frame."""
    n_frames, n_values = extent(shards)
    return n_values // n_frames if n_frames else 0
