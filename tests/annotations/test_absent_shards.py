"""A file of a table that is published in several, and is not there, is not passed over in silence."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from audiophrase.annotations.audio_tables import AudioTable
from audiophrase.cli import job

AUDIO = pa.struct([("bytes", pa.binary()), ("path", pa.string())])


def write(folder, *names):
    """A file of two rows for each name; the pattern that fits them."""
    for name in names:
        audio = pa.array([{"bytes": b"not looked at", "path": f"{name}-{n}"} for n in "ab"], AUDIO)
        pq.write_table(pa.table({"audio": audio, "text": ["rain", "wind"]}), folder / name)
    return folder / "*.parquet"


def test_files_that_names_tell_of_and_that_are_not_there_are_named(tmp_path):
    table = AudioTable(
        write(
            tmp_path,
            "train-00000-of-00004-0f3a.parquet",  # as older versions of the library called them
            "train-00002-of-00004-b1c2.parquet",
            "validation-00000-of-00001.parquet",
            "test-00001-of-00002.parquet",
        )
    )
    lines = [line.removeprefix(f"{tmp_path}/*.parquet: ") for line in table.absent()]
    rest = "clips there are in no table"
    assert lines == [
        f"of 2 files that names of test tell, 1 is here; not, for one, test-00000-of-00002: {rest}",
        f"of 4 files that names of train tell, 2 are here; not, for one, train-00001-of-00004: {rest}",
    ]


@pytest.mark.parametrize(
    "names",
    [
        ["train-00000-of-00002.parquet", "train-00001-of-00002.parquet"],
        ["clips.parquet"],
        ["part-0.parquet", "part-7.parquet"],
    ],
)
def test_of_files_that_are_all_there_or_tell_no_number_nothing_is_said(tmp_path, names):
    assert list(AudioTable(write(tmp_path, *names)).absent()) == []


@pytest.mark.parametrize("n_outputs", [1, 3])
def test_the_job_that_takes_them_over_warns(tmp_path, n_outputs):
    names = [f"{split}-00000-of-00001.parquet" for split in ("validation", "test")]
    path = write(tmp_path, "train-00001-of-00002.parquet", *names)
    outputs = [str(tmp_path / f"{split}.json") for split in ("train", "val", "test")[:n_outputs]]
    settings = json.dumps({"annotations.split": {"seed": 1, "val": 0.1, "test": 0.1}})
    command = ["import-file", "--settings", settings] if n_outputs == 3 else ["import-annotations"]
    done = CliRunner().invoke(job, [*command, str(path), *outputs])
    assert done.exit_code == 0, done.exception
    assert "warning: " in done.output
    assert "not, for one, train-00000-of-00002: clips there are in no table" in done.output
