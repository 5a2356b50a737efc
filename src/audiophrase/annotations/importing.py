"""Files of any form brought to what is kept of each split: rows as `forms.imported` has them.

Everything is checked here, so that what is wrong is told with the user's own file and its lines.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from audiophrase.amounts import counted
from audiophrase.annotations import parsing
from audiophrase.annotations.audio_tables import AudioTable
from audiophrase.annotations.clip_names import Clip
from audiophrase.annotations.forms import clip_list, forms, imported, recognise
from audiophrase.annotations.parameters import SplitParams
from audiophrase.annotations.rows import Form, Row
from audiophrase.errors import AnnotationError
from audiophrase.splits import SPLITS

_LEAST_DRAWN = 2  # clips of a split: one alone has no impostor


def by_split(
    content: Any, file: str, params: SplitParams, *, named: str | None = None
) -> dict[str, dict[str, Any]]:
    """The rows of one file for all splits: where rows do not name their split, it is drawn.

    Args:
        content: as `files.load` has it.
        file: its name, for messages.
        named: the form that it has to have.

    Raises:
        AnnotationError: bad rows, or a split with too few clips.
    """
    form = captioned(content, file, named)
    read = list(_checked(form, content, file, params))
    if not read:
        raise AnnotationError(f"{file} has no rows", "name a file with a row a clip")
    drawn = next((row for row, _ in read if row.split is None), None)
    if drawn is not None and any(row.split for row, _ in read):
        raise AnnotationError(
            f"{file}, {drawn.where}: no split, where others have one",
            "begin each file's name with its split, as in train-00000.parquet, or none",
        )
    rows = [replace(row, split=split) for row, split in read]
    chosen = {split: [row for row in rows if row.split == split] for split in SPLITS}
    n_clips = {split: len({row.filename for row in of_split}) for split, of_split in chosen.items()}
    least = 1 if drawn is None else _LEAST_DRAWN
    if too_few := {split: n for split, n in n_clips.items() if n < least}:
        shares = " and ".join(f"{n or 'none'} went to {split}" for split, n in too_few.items())
        raise AnnotationError(
            f"{file}: of {counted(sum(n_clips.values()), 'clip')} {shares}; each split needs "
            f"{least}",
            "with so few clips raise annotations.split.val and test, or choose another "
            "annotations.split.seed; or name each clip's split, in a column `split` or by its file",
        )
    name = _name_of(form)
    return {split: imported.content_of(name, of_split) for split, of_split in chosen.items()}


def of_split(content: Any, file: str, split: str, *, named: str | None = None) -> dict[str, Any]:
    """The rows of a file that holds one split alone. Raises AnnotationError."""
    form = captioned(content, file, named)
    rows = [row for row, _ in _checked(form, content, file, split)]
    if not rows:
        raise AnnotationError(f"{file} has no rows", "every split needs at least one clip")
    return imported.content_of(_name_of(form), rows)


def remarks(content: Any) -> Iterator[str]:
    """What the log should say of a file's content that is taken over all the same."""
    if isinstance(content, AudioTable):
        yield from (f"warning: {line}" for line in content.absent())


def captioned(content: Any, file: str, named: str | None) -> Form:
    """The form of a file that holds captions. Raises AnnotationError."""
    form = recognise(content, file, named=named)
    if form is clip_list:
        raise AnnotationError(
            f"{file} is a list of clips without captions",
            "name a list as CSV in annotations.list, in place of annotations.files",
        )
    return form


def split_of(row: Row, clip: Clip, params: SplitParams) -> str:
    """The split of a row: its own, or drawn.

    Drawn by a hash of the recording's id, so that clips of one recording stay together and another
    clip moves none.
    """
    if row.split is not None:
        return row.split
    key = f"{params.seed}:{clip.youtube_id}".encode()
    drawn = int.from_bytes(hashlib.sha256(key).digest()[:8], "big") / 2**64
    if drawn < params.test:
        return "test"
    return "val" if drawn < params.test + params.val else "train"


def _checked(
    form: Form, content: Any, file: str, split: SplitParams | str
) -> Iterator[tuple[Row, str]]:
    """Rows with their splits. Raises AnnotationError for bad ones, once all were looked at."""
    tables, bad_rows = parsing.Tables(), parsing.BadRows()
    for row in form.rows(content, file):
        given = split if isinstance(split, str) else None
        try:
            clip = parsing.clip_of(form, row)
            chosen = given or split_of(row, clip, split)
            parsing.add_row(tables, form, row, chosen, n_shards=1)
        except parsing.FieldError as error:
            bad_rows.add(form, row, file, error)
            continue
        yield row, chosen
    bad_rows.refuse()


def _name_of(form: Form) -> str:
    if isinstance(form, imported.Imported):
        form = form.form
    return next(name for name, each in forms().items() if each is form)
