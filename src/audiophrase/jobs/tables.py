"""The tables of the report, as CSV and Markdown."""

from pathlib import Path

import click

from audiophrase.jobs.measures import read_compared, read_measures
from audiophrase.jobs.report_options import COMPARE
from audiophrase.options import file_argument, file_option
from audiophrase.report.cells import markdown
from audiophrase.report.tables import all_tables
from audiophrase.tables import write_csv, write_text


@click.command()
@file_option("--measures", "Rows of the data set.")
@click.option("--compare", type=click.Path(path_type=Path), multiple=True, help=COMPARE)
@file_argument("outputs", nargs=-1, required=True)
def tables(measures: Path, compare: tuple[Path, ...], outputs: tuple[Path, ...]) -> None:
    """Write the tables OUTPUTS, named as in `artifacts.TABLES`, as .csv or .md."""
    made = all_tables(read_measures(measures), read_compared(compare))
    for output in outputs:
        if output.stem not in made or output.suffix not in (".csv", ".md"):
            raise click.UsageError(f"{output}: name one of {', '.join(made)}, as .csv or .md")
        table = made[output.stem]
        if output.suffix == ".csv":
            write_csv(output, table.tidy)
        else:
            write_text(output, markdown(table))
    click.echo(f"tables: {len(outputs)} files", err=True)
