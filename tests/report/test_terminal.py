"""Tables on a terminal: none is wider than that."""

import pandas as pd
import pytest

from audiophrase.report.cells import Block
from audiophrase.report.merging import labels
from audiophrase.report.terminal import show

BLOCK = Block("Lost: 1", pd.DataFrame([{"clip": "Y" + "a" * 40, "old": "b" * 30, "new": "c" * 30}]))


@pytest.mark.parametrize("width", [80, 120])
def test_a_table_too_wide_for_a_terminal_is_a_value_a_line(monkeypatch, capsys, width):
    monkeypatch.setenv("COLUMNS", str(width))
    show([BLOCK])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 4, "no terminal: a file or a pipe has the table"
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    show([BLOCK])
    on_terminal = capsys.readouterr().out.splitlines()
    assert max(map(len, on_terminal)) <= width
    if width == 80:
        assert on_terminal[2:] == ["Y" + "a" * 40, "  old  " + "b" * 30, "  new  " + "c" * 30]
    else:
        assert on_terminal == lines


def test_labels_do_not_run_out():
    names = [f"table {number}" for number in range(60)]
    short = labels(names)
    assert list(short) == names
    assert len(set(short.values())) == 60
    assert (short["table 0"], short["table 26"]) == ("A", "A2")
