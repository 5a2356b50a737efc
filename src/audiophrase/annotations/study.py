"""The tables of a study: rows of the data sets that its splits come from, each with its set's name.

A clip keeps its id, by which the shards of its set know it; `dataset` says which set that is. Ids of
captions and phrases begin with the set's name, as sets count theirs alike.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from audiophrase.errors import AnnotationError
from audiophrase.splits import SPLITS

DATASET = "dataset"  # the column that names the set
_OWN_IDS = ("caption_id", "phrase_id")

Tables = Mapping[str, pa.Table]


def merge(splits: Mapping[str, Sequence[str]], tables: Mapping[str, Tables]) -> dict[str, pa.Table]:
    """`clips`, `captions` and `phrases` of a study.

    Where the test split has no phrases, nothing is detected, and those of other splits are left out.

    Args:
        splits: the data sets that each split comes from.
        tables: the same tables of each of them, by its name.

    Raises:
        AnnotationError: a set has no clips in a split that is taken from it, or two sets of one split
            name a clip alike.
    """
    merged = {}
    for name in ("clips", "captions", "phrases"):
        parts = [
            of_study(tables[dataset][name], dataset, split)
            for split in SPLITS
            for dataset in splits[split]
        ]
        merged[name] = pa.concat_tables(parts).combine_chunks()
    _require_clips(splits, merged["clips"])
    _require_own_names(merged["clips"])
    if "test" not in merged["phrases"]["split"].to_pylist():
        merged["phrases"] = merged["phrases"].slice(0, 0)
    return merged


def of_study(table: pa.Table, dataset: str, split: str) -> pa.Table:
    """The rows of one split of a data set as they stand in a study."""
    rows = table.filter(pc.equal(table["split"], split)).replace_schema_metadata(None)
    for name in _OWN_IDS:
        if name in rows.column_names:
            prefixed = pc.binary_join_element_wise(f"{dataset}:", rows[name], "")
            rows = rows.set_column(rows.column_names.index(name), name, prefixed)
    fields = [field.remove_metadata() for field in rows.schema]
    named = pa.array([dataset] * len(rows), pa.string())
    return rows.cast(pa.schema(fields)).append_column(DATASET, named)


def _require_clips(splits: Mapping[str, Sequence[str]], clips: pa.Table) -> None:
    known = Counter(zip(clips["split"].to_pylist(), clips[DATASET].to_pylist(), strict=True))
    for split in SPLITS:
        for dataset in splits[split]:
            if not known[split, dataset]:
                raise AnnotationError(
                    f"data set '{dataset}' has no clips in its split {split}, which the study takes "
                    "from it",
                    f"name another data set for `splits.{split}`",
                )


def _require_own_names(clips: pa.Table) -> None:
    sets: dict[tuple[str, str], list[str]] = {}
    for row in clips.select(["split", "clip_id", DATASET]).to_pylist():
        sets.setdefault((row["split"], row["clip_id"]), []).append(row[DATASET])
    shared = {key: names for key, names in sets.items() if len(names) > 1}
    if not shared:
        return
    (split, clip_id), names = next(iter(shared.items()))
    noun = f"clip {clip_id}" if len(shared) == 1 else f"{len(shared):,} clips, such as {clip_id},"
    raise AnnotationError(
        f"{noun} in the split {split} of both {' and '.join(names)}: within a split, clips are told "
        "apart by their ids",
        f"name one of these data sets for `splits.{split}`, or leave those clips out of one of them",
    )
