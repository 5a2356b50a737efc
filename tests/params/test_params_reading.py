"""Params files: keys that stand twice are refused, wherever they stand, and nothing else is."""

from pathlib import Path

import pytest
import yaml

from audiophrase.errors import ParamsError
from audiophrase.params.reading import read, refuse_repeated_keys


@pytest.fixture
def file(tmp_path):
    def write(text):
        path = tmp_path / "mine.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("train: {max_epochs: 3}\nbuild: [a]\ntrain: {batch_size: 8}\n", "train: lines 1 and 3"),
        ("train:\n  loss: a\n  'loss': b\n", "train.loss: lines 2 and 3"),
        ("a:\n  - {b: 1, c: 2}\n  - {b: 1, b: 2}\n", "a.1.b: lines 3 and 3"),
        ("a: &x {b: 1,\n  b: 2}\nc: *x\n", "a.b: lines 1 and 2"),
        ('{"a": 1,\n "a": 2}', "a: lines 1 and 2"),
    ],
)
def test_a_key_that_stands_twice_is_named_with_file_and_lines(file, text, told):
    path = file(text)
    for reads in (read, lambda path: refuse_repeated_keys([path])):
        with pytest.raises(ParamsError, match="stand twice") as refusal:
            reads(path)
        assert str(path) in str(refusal.value)
        assert f"  - {told}\n" in str(refusal.value)


def test_every_key_that_stands_twice_is_listed_in_the_order_of_the_file(file):
    with pytest.raises(
        ParamsError, match=r"(?s)a\.x: lines 1 and 1.*b\.y: lines 2 and 2.*a: lines"
    ):
        read(file("a: {x: 1, x: 2}\nb: {y: 1, y: 2}\na: 3\n"))


@pytest.mark.parametrize(
    "text",
    [
        "a: {x: 1}\nc: &c {y: 1}\nb: &b {z: 1}\nd: {<<: *b, <<: *c}\n",
        "a: {x: 1}\nb: {x: 1}\n",
        "a: &a {x: 1}\nb: {<<: *a, x: 2}\nc: {<<: *a, x: 3}\n",  # what is merged in is overridden
        "a: &a {x: 1}\nb: &b {<<: *a, x: 2}\nc: {<<: *b, x: 3}\n",
    ],
)
def test_what_stands_once_is_read_as_yaml_reads_it(file, text):
    assert read(file(text)) == yaml.safe_load(text)
    refuse_repeated_keys([file(text)])


def test_what_snakemake_takes_and_yaml_does_not_is_left_to_it(file):
    path = file('{\t"a": 1}')
    with pytest.raises(yaml.YAMLError):
        yaml.safe_load(path.read_text())
    assert refuse_repeated_keys([path]) is None


def test_nothing_is_executed(file):
    with pytest.raises(ParamsError, match="is not YAML"):
        read(file("a: !!python/object/apply:os.getcwd []\n"))


def test_what_is_no_yaml_is_told_by_the_name_of_the_file(file):
    path = file("a: [1\nb: 2\n")
    with pytest.raises(ParamsError) as refusal:
        read(path)
    assert f"in {path}, line 2" in str(refusal.value)
    assert "unicode string" not in str(refusal.value)


def test_a_file_in_another_encoding_is_told_with_the_line(file):
    path = file("a: 1\n")
    path.write_bytes("a: 1\ntitle: Geräusche\n".encode("latin-1"))
    with pytest.raises(ParamsError, match=r"no text in UTF-8: line 2\n.*save it in UTF-8"):
        read(path)


def test_in_a_folder_of_the_project_it_says_where_the_project_is(tmp_path, monkeypatch):
    (tmp_path / "Snakefile").touch()
    (tmp_path / "params.yaml").write_text("a: 1")
    (tmp_path / "docs").mkdir()
    monkeypatch.chdir(tmp_path / "docs")
    with pytest.raises(ParamsError) as refused:
        read(Path("params.yaml"))
    assert refused.value.remedy == f"`cd {tmp_path}` first"
    with pytest.raises(ParamsError) as refused:
        read(Path("my-params.yaml"))
    assert refused.value.remedy.startswith("name one that there is")
