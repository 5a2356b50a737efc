"""The tables, one module each, of the name of its files (`artifacts.TABLES`).

Each comes as a tidy frame for scripts and as blocks of text cells for people. Every table states
how many clips it rests on, and the paper's number where the paper stands beside the data set.
"""

from collections.abc import Mapping

from audiophrase.report.cells import Table
from audiophrase.report.measures import Measures
from audiophrase.report.tables.ablations import ablations_table
from audiophrase.report.tables.dataset import dataset_table
from audiophrase.report.tables.events import events_table
from audiophrase.report.tables.retrieval import retrieval_table
from audiophrase.report.tables.sed import sed_table


def all_tables(
    measures: Measures, compared: Mapping[str, Measures] | None = None
) -> dict[str, Table]:
    """The tables by the name of their files; `compared` are the rows of other data sets."""
    return {
        "dataset": dataset_table(measures),
        "retrieval": retrieval_table(measures),
        "sed": sed_table(measures),
        "events": events_table(measures),
        "ablations": ablations_table(measures, compared or {}),
    }
