"""What jobs load before they begin: nothing heavy that they have no use for."""

import subprocess
import sys

import pytest

HEAVY = {"gensim", "jsonschema", "librosa", "matplotlib", "pandas", "scipy", "torch", "yaml"}


def loaded(code):
    """Which of `HEAVY` a process has loaded after running some code."""
    listing = f"import sys; print(*({HEAVY!r} & set(sys.modules)))"
    return set(
        subprocess.check_output([sys.executable, "-c", f"{code}\n{listing}"], text=True).split()
    )


@pytest.mark.parametrize(
    ("job", "expected"),
    [
        ("render_clips", set()),
        ("clips_manifest", set()),
        ("generate_annotations", set()),
        ("import_annotations", set()),
        ("metrics", set()),
        ("figure", {"matplotlib"}),
    ],
)
def test_a_job_loads_what_it_uses(job, expected):
    assert loaded(f"import audiophrase.jobs.{job}") <= expected


def test_tables_of_python_objects_are_written_and_read_without_pandas(tmp_path):
    path = str(tmp_path / "t.parquet")
    write_and_read = (
        "import pyarrow as pa\n"
        "from audiophrase import arrow, tables\n"
        "arrow.leave_pandas_out()\n"
        "table = pa.Table.from_pylist([{'a': 1, 'b': ['x'], 'c': None}])\n"
        f"tables.write({path!r}, table, stage='s', settings={{}})\n"
        f"assert tables.read({path!r}, stage='s').to_pylist() == table.to_pylist()\n"
    )
    assert loaded(write_and_read) == set()
    as_frame = "assert table.to_pandas()['a'].tolist() == [1]\n"
    assert loaded(write_and_read + as_frame) == {"pandas"}


def test_whoever_has_pandas_loaded_keeps_it():
    code = (
        "import sys, pandas as pd, pyarrow as pa\n"
        "from audiophrase import arrow\n"
        "finders = list(sys.meta_path)\n"
        "arrow.leave_pandas_out()\n"
        "assert sys.meta_path == finders\n"
        "assert pa.array(pd.Series([1.0, None])).null_count == 1\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
