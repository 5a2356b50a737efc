"""How the page lays tables out."""

import pandas as pd

from audiophrase.report.cells import Block, Table
from audiophrase.report.page_tables import cells, shown


def test_cells_head_a_row_until_rows_are_told_apart():
    frame = pd.DataFrame({"direction": ["a", "a"], "measure": ["R@1", "R@5"], "x": ["1", "2"]})
    assert cells(frame, "t", "A table").n_heads == 2
    assert cells(frame.drop(columns="measure"), "t", "A table").n_heads == 1  # nothing does
    assert cells(frame[:1], "t", "A table").n_heads == 1


def test_numbers_are_known_by_their_cells():
    frame = pd.DataFrame(
        {"a": ["x", "y"], "n": ["0.21 ± 0.04", ""], "w": ["no", "1"], "t": ["< 0.01", "–"]}
    )
    laid_out = cells(frame, "t", "A table")
    assert laid_out.columns == (("a", False), ("n", True), ("w", False), ("t", True))


def test_a_table_too_wide_for_a_telephone_says_so():
    narrow = pd.DataFrame([{"name": "x", "version": "1.2"}])
    assert not cells(narrow, "t", "A table").scrolls
    wide = pd.DataFrame([{f"a measure {n}": "0.21 [0.12, 0.30]" for n in range(4)}])
    assert cells(wide, "t", "A table").classes == "wide"
    wider = pd.DataFrame([{f"a measure {n}": "0.21 [0.12, 0.30]" for n in range(10)}])
    assert cells(wider, "t", "A table").classes == "wide wider many"


def test_a_note_of_several_tables_stands_above_them_and_one_of_the_page_nowhere():
    block = Block("", pd.DataFrame([{"a": "1"}]))
    notes = {"one": ("top", "both", "mine"), "two": ("both", "top"), "none": ("both",)}
    tables = {
        name: Table(name, of_table, () if name == "none" else (block,), pd.DataFrame())
        for name, of_table in notes.items()
    }
    laid_out, shared = shown(tables, said=("top",))
    assert shared == ["both"]
    assert {name: table.notes for name, table in laid_out.items()} == {"one": ("mine",), "two": ()}
