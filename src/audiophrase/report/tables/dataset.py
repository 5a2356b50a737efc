"""The table of the data set, the paper's Table 1: clips, captions and phrases of each split."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from audiophrase.report import paper
from audiophrase.report.cells import Block, Table, phrases_note, rendered_note, restriction_notes
from audiophrase.report.measures import RECORDED, Measures
from audiophrase.splits import SPLITS


def dataset_table(measures: Measures) -> Table:
    """The paper's Table 1, beside ours where it is of the same clips."""
    cells, beside = [], measures.beside_paper
    for split in SPLITS:
        ours, theirs = measures.dataset[split], paper.DATASET[split]
        n_annotated = paper.N_ANNOTATED[split]
        line = {"split": split}
        for name in ("clips", "captions", "phrases"):
            line[name] = f"{ours[name]:,}"
            if beside:
                line[f"{name}, published"] = f"{theirs[name]:,}"
        line["missing clips"] = f"{ours['missing']:,} of {ours['annotated']:,}"
        line["of them unresolved"] = f"{ours['unresolved']:,}"
        if beside:
            line["missing clips, published"] = (
                f"{n_annotated - theirs['clips']:,} of {n_annotated:,}"
            )
        cells.append(line)
    notes = (
        *rendered_note(measures.audio),
        *phrases_note(measures),
        "Clips are those with usable audio, captions and phrases those of these clips; missing "
        "are the annotated clips without usable audio."
        + (
            " The published missing clips follow from the paper's Table 1 and the 4,489/31/70 clips that "
            "AudioGrounding v1 annotates."
            if beside
            else ""
        ),
        *restriction_notes(measures.first),
    )
    title = "Data set: clips, captions and phrases (as in the paper's Table 1)"
    return Table(title, notes, (Block("", pd.DataFrame(cells)),), pd.DataFrame(_tidy(measures)))


def _tidy(measures: Measures) -> Iterator[dict[str, Any]]:
    """A row for each split and source."""
    for split in SPLITS:
        ours = {"audio": measures.audio, "source": "ours", "split": split}
        yield ours | measures.dataset[split]
        if not measures.beside_paper:
            continue
        theirs, n_annotated = paper.DATASET[split], paper.N_ANNOTATED[split]
        missing = {"annotated": n_annotated, "missing": n_annotated - theirs["clips"]}
        yield {"audio": RECORDED, "source": "published", "split": split, **theirs, **missing}
