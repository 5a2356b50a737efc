"""Recordings of a user's own, and commands run in this process."""

import io
import os

import pyarrow.parquet as pq
import pytest
import soundfile
from click.testing import CliRunner

from audiophrase.cli import cli


@pytest.fixture
def recordings(built, tmp_path):
    """A folder of two recordings; what is in it and is none is left alone."""
    rows = pq.read_table(built.folder / "data/tiny/clips/test-00000.parquet").to_pylist()
    usable = [row["audio"]["bytes"] for row in rows if row["state"] == "ok"]
    folder = tmp_path / "recordings"
    (folder / "deeper").mkdir(parents=True)
    for name, content in zip(("a.wav", "deeper/b.wav"), usable, strict=False):
        soundfile.write(folder / name, *soundfile.read(io.BytesIO(content)))
    (folder / "notes.txt").write_text("no audio")
    return folder


@pytest.fixture
def run(bundled, monkeypatch):
    """Function from the words of a command to its exit code, output and errors; with the bundle."""
    monkeypatch.setenv("AUDIOPHRASE_MODEL", str(bundled))

    def call(*arguments):
        done = CliRunner().invoke(cli, list(map(os.fspath, map(_word, arguments))))
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done

    return call


def _word(argument):
    return argument if isinstance(argument, os.PathLike) else str(argument)
