"""The lines of docs/own-data.md that write a Parquet, typed as they stand there."""

import re
from pathlib import Path

import fakezenodo

from audiophrase.annotations import files, importing

GUIDE = Path(__file__).parents[2] / "docs" / "own-data.md"


def test_they_make_a_table_that_is_read_of_a_folder_with_folders_in_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for number, name in enumerate(["a.wav", "field/tape 3.wav", "notes.txt"]):
        path = Path("recordings") / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(fakezenodo.wav(number))
    typed = next(
        block
        for block in re.findall(r"```python\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
        if "audio.parquet" in block
    )
    exec(typed, {})  # noqa: S102
    rows = importing.of_split(files.load(Path("audio.parquet")), "mine", "train")["rows"]
    assert [row["caption"] for row in rows] == ["sounds of a", "sounds of tape 3"]
