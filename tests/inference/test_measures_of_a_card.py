"""Ranks mean nothing without the number of those that are ranked: who names them, says among how many."""

import json

import pyarrow.parquet as pq
from click.testing import CliRunner

from audiophrase.cli import cli


def info(*arguments):
    return CliRunner().invoke(cli, ["info", *map(str, arguments)]).stdout


def test_a_card_and_info_say_among_how_many_a_rank_is(bundled, built):
    rows = pq.read_table(built.folder / "results/tiny/measures.parquet").to_pylist()
    (size,) = {int(row["value"]) for row in rows if row["measure"] == "pool_size"}
    card = (bundled / "README.md").read_text()
    assert f"retrieval among {size} clips or captions" in card
    assert "pool_size" not in card
    assert f"| retrieval | chance | r1 | {1 / size:.3f} |" in card
    of_model = json.loads(info(bundled, "--json"))["measures"]
    assert {"task": "retrieval", "scores": None, "measure": "pool_size", "value": size} in [
        {key: row[key] for key in ("task", "scores", "measure", "value")} for row in of_model
    ]
    assert json.loads(info(built.folder / "results/tiny", "--json"))["pool_size"] == size
    assert f"pool_size    {size}\n" in info(built.folder / "results/tiny")
