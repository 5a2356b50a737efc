"""Reading a table of availability that may come from another lab, as Parquet or as CSV."""

from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from audiophrase import tables
from audiophrase.clip_ids import is_clip_id
from audiophrase.clips.availability import State
from audiophrase.clips.messages import single_line
from audiophrase.errors import ArtifactError, AudiophraseError
from audiophrase.splits import SPLITS

MAX_FILE_BYTES = 200_000_000
MAX_ROWS = 5_000_000
MAX_CHARACTERS = 100  # of a reason
_NEEDED = ("clip_id", "state")
_COLUMNS = (*_NEEDED, "split", "reason")


def read(path: Path, *, remedy: str) -> list[dict[str, Any]]:
    """Rows of clip_id, state, split and reason; what a file does not tell is None.

    A Parquet file that carries the digest of ours is checked against it.

    Args:
        remedy: what to do where the file cannot be used, such as which key names it.

    Raises:
        AudiophraseError: there is no such file, it is no such table, or it contradicts itself.
    """

    def refuse(problem: str) -> None:
        raise AudiophraseError(f"{path} is no table of availability: {problem}", remedy)

    path = Path(path)
    if path.suffix not in (".parquet", ".csv"):
        refuse("its name ends neither in .parquet nor in .csv")
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            refuse(f"it is larger than {MAX_FILE_BYTES / 1e6:.0f} MB")
        frame = _read_parquet(path) if path.suffix == ".parquet" else _read_csv(path)
    except ArtifactError as error:
        raise AudiophraseError(error.problem, remedy) from None
    except FileNotFoundError:
        raise AudiophraseError(f"there is no file {path}", remedy) from None
    except OSError as error:
        raise AudiophraseError(
            f"{path} cannot be read: {error.strerror or error}", remedy
        ) from None
    except (pa.ArrowException, ValueError) as error:  # those of pandas are ValueErrors too
        refuse(str(error).partition("\n")[0])
    lacking = [name for name in _NEEDED if name not in frame.columns]
    if lacking:
        refuse(f"it has no column {' and no column '.join(lacking)}")
    frame = frame.reindex(columns=list(_COLUMNS)).astype(object)
    rows = frame.where(frame.notna(), None).to_dict("records")
    seen: set[str] = set()
    for row in rows:
        clip_id, state = row["clip_id"], row["state"]
        if not isinstance(clip_id, str) or not is_clip_id(clip_id):
            refuse(f"{clip_id!r} is no clip id")
        if state not in set(State):
            refuse(f"clip {clip_id} has the state {state!r}; known: {', '.join(State)}")
        if clip_id in seen:
            refuse(f"clip {clip_id} stands in it twice")
        seen.add(clip_id)
        row["split"] = row["split"] if row["split"] in SPLITS else None
        row["reason"] = single_line(str(row["reason"]))[:MAX_CHARACTERS] if row["reason"] else None
    if not rows:
        refuse("it has no rows")
    return rows


def _read_parquet(path: Path) -> pd.DataFrame:
    with pq.ParquetFile(path) as file:
        if file.metadata.num_rows > MAX_ROWS:
            raise ValueError(f"it has more than {MAX_ROWS:,} rows")
        carries_digest = tables.PROVENANCE_KEY in (file.schema_arrow.metadata or {})
        if carries_digest:
            return tables.read(path, stage="availability").to_pandas(use_threads=False)
        return file.read([n for n in _COLUMNS if n in file.schema_arrow.names]).to_pandas(
            use_threads=False
        )


def _read_csv(path: Path) -> pd.DataFrame:
    # Nothing is guessed: an id such as 1e5 or nan stays what it is.
    frame = pd.read_csv(
        path,
        dtype=str,
        keep_default_na=False,
        usecols=lambda name: name in _COLUMNS,
        nrows=MAX_ROWS + 1,
        encoding="utf-8-sig",
    )
    if len(frame) > MAX_ROWS:
        raise ValueError(f"it has more than {MAX_ROWS:,} rows")
    return frame.replace("", None)
