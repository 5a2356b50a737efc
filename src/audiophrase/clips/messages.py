"""Messages that came over a network or out of a file, made safe to show and to hand on."""

_FORMULA = tuple("=+-@＝＋－＠")  # the wide ones too: Japanese spreadsheets take them


def single_line(text: str | None) -> str | None:
    """The text in one line, without characters that steer a terminal or turn its reading around."""
    if text is None:
        return None
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def spreadsheet_cell(text: str | None) -> str | None:
    """The text for a cell of a CSV file: one that a spreadsheet would run as a formula gets a `'`."""
    line = single_line(text)
    return f"'{line}" if line and line.startswith(_FORMULA) else line
