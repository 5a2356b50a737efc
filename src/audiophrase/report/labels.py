"""How measures are called where people read them.

Measures of retrieval are shown as they come; those of detection are shown if they stand here, in one
of their two tables, and in this order.
"""

from dataclasses import dataclass

from audiophrase.evaluate.rows import Row

RETRIEVAL = {"recall": "R", "map": "mAP", "share_found": "share"}  # others by their own name


@dataclass(frozen=True, slots=True)
class Shown:
    """A measure of detection."""

    label: str
    short: str | None = None  # its name where variants are compared, if it is shown there
    main: bool = False  # shown with its interval, and for every run
    over_seeds: bool = True


DETECTION = {
    "precision": Shown("precision"),
    "recall": Shown("recall"),
    "f1": Shown("F1", short="F1", main=True),
    "best_f1": Shown("best F1", short="best F1"),
    "best_threshold": Shown("its threshold", over_seeds=False),
    "average_precision": Shown("average precision", short="AP", main=True),
}
EVENTS = {  # those of the second table of detection, in its order
    "psds": "PSDS",
    "event_f1": "event F1",
    "best_event_f1": "best event F1",
    "intersection_f1": "intersection F1",
    "best_intersection_f1": "best intersection F1",
    "th_auc": "Th-AUC",
    "auroc": "AUROC",
}
MAIN = [name for name, shown in DETECTION.items() if shown.main]
COMPARED = [name for name, shown in DETECTION.items() if shown.short is not None]


def ranked(row: Row) -> str:
    """A measure of retrieval: `R@5`, `mAP@10`, `median rank`."""
    label = RETRIEVAL.get(row.measure, row.measure.replace("_", " "))
    return label if row.parameter is None else f"{label}@{row.parameter:.0f}"


def detected(row: Row, label: str) -> str:
    """A measure of detection, with the threshold it is taken at: `F1 at 0.5`."""
    return label if row.parameter is None else f"{label} at {row.parameter:g}"
