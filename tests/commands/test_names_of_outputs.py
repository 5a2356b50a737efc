"""Files are of the form that their names say, and a model that is packed is not packed once more."""

import pytest

from audiophrase.errors import AudiophraseError


@pytest.mark.parametrize("name", ["x.pdf", "x", "x.png.svg", "\x1b[31mx.csv"])
def test_a_file_is_written_under_no_other_ending(run, tmp_path, name):
    path = tmp_path / name
    picture = run("ground", tmp_path / "a.wav", "wind", "--plot", path)
    table = run("embed", tmp_path / "a.wav", "-o", path)
    for done, ending in ((picture, ".png"), (table, ".parquet")):
        assert done.exit_code == 2
        assert f"name a file that ends in {ending}" in done.stderr
        assert "\x1b" not in done.stderr


def test_an_ending_may_be_written_in_capitals(run, recordings, tmp_path):
    assert run("embed", recordings / "a.wav", "-o", tmp_path / "X.PARQUET").exit_code == 0


def test_what_cannot_be_exported_is_answered_with_what_can(run, bundled, tmp_path):
    with pytest.raises(AudiophraseError, match="is an exported model already") as packed:
        run("export", bundled, tmp_path / "again")
    with pytest.raises(AudiophraseError, match="is not the folder of a run") as other:
        run("export", tmp_path, tmp_path / "again")
    for each in (packed, other):
        assert "results/{dataset}/runs/" in each.value.remedy
        assert "that `audiophrase export` made" not in each.value.remedy
