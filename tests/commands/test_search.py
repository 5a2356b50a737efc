"""`audiophrase search`: its ranking, and an index that follows what is in the folder."""

import json
import os
import shutil

import pytest

import audiophrase
from audiophrase.commands import search as command
from audiophrase.errors import AudiophraseError


@pytest.fixture
def look(run):
    """Function from where to search, and options, to the answer and what was done for the index."""

    def call(place, *options):
        done = run("search", "wind blows", "a dog barks", "--in", place, "--json", *options)
        return json.loads(done.stdout), done.stderr.split(", ", 1)[1].strip()

    return call


def names_of(answer):
    return sorted(each["file"] for each in answer["texts"][0]["files"])


def test_the_ranking_is_the_library_s_and_the_second_time_nothing_is_read(
    look, recordings, bundled, monkeypatch
):
    answer, done = look(recordings)
    assert done == "0 as they were, 2 new or changed, 0 gone"
    expected = audiophrase.load(bundled, "cpu").search(["wind blows", "a dog barks"], recordings)
    by_text = {text: rows for text, rows in expected.groupby("text")}
    for each in answer["texts"]:
        rows = by_text[each["text"]]
        assert [hit["file"] for hit in each["files"]] == rows["file"].tolist()
        assert [hit["score"] for hit in each["files"]] == pytest.approx(rows["score"].tolist())
        assert all(hit["offset_s"] <= 4.0 for hit in each["files"])

    monkeypatch.setattr(command, "_listen", None)
    again, done = look(recordings)
    assert (again, done) == (answer, "2 as they were, 0 new or changed, 0 gone")


def test_new_changed_moved_and_removed_files_are_followed(look, recordings):
    first, _ = look(recordings)
    shutil.copy(recordings / "a.wav", recordings / "c.wav")
    (recordings / "deeper/b.wav").unlink()
    answer, done = look(recordings)
    assert names_of(answer) == ["a.wav", "c.wav"]
    assert done == "1 as they were, 1 new or changed, 1 gone"
    shutil.copy(recordings / "c.wav", recordings / "a.wav")  # the same content, another time
    os.utime(recordings / "a.wav", ns=(1, 1))
    answer, done = look(recordings)
    assert done == "1 as they were, 1 new or changed, 0 gone"
    scores = {hit["file"]: hit["score"] for hit in first["texts"][0]["files"]}
    assert answer["texts"][0]["files"][0]["score"] == scores["a.wav"]


def test_what_cannot_be_heard_is_said_and_not_tried_again(look, recordings, monkeypatch):
    (recordings / "bad <b>\n.wav").write_bytes(b"no audio at all")
    answer, _ = look(recordings)
    assert list(answer["not_searched"]) == ["bad <b>\n.wav"]
    assert len(names_of(answer)) == 2
    monkeypatch.setattr(command, "_listen", None)
    again, _ = look(recordings)
    assert again == answer


def test_the_table_and_what_is_below_it(run, recordings):
    (recordings / "bad <b>\n\u202e.wav").write_bytes(b"no audio at all")
    done = run("search", "wind blows", "--in", recordings, "--top", "1")
    title, names, hit = done.stdout.splitlines()
    assert title == "wind blows"
    assert names.split() == ["rank", "score", "onset_s", "offset_s", "file"]
    assert hit.split()[0] == "1"
    assert "not searched: bad <b>\\n\\u202e.wav: " in done.stderr


def test_clips_of_a_data_set_are_searched_by_its_name(look, built, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copytree(built.folder / "data/tiny/clips", tmp_path / "data/tiny/clips")
    answer, done = look("tiny", "--top", "3")
    assert done == "0 as they were, 20 new or changed, 0 gone"
    assert len(names_of(answer)) == 3
    assert (tmp_path / "cache/tiny/search").is_dir()
    assert not (tmp_path / "data/tiny/clips/.audiophrase").exists()


def test_the_index_lies_where_it_is_told(look, recordings, tmp_path):
    look(recordings, "--index", tmp_path / "index")
    assert not (recordings / ".audiophrase").exists()
    assert len(list((tmp_path / "index").rglob("*.parquet"))) == 2


def test_a_place_that_is_none_is_refused(run):
    with pytest.raises(AudiophraseError, match="there is no folder nowhere, and no data set"):
        run("search", "wind", "--in", "nowhere")


def test_a_folder_that_may_not_be_written_to_needs_another_place(run, recordings, monkeypatch):
    monkeypatch.setattr(command.os, "access", lambda path, mode: path != recordings)
    with pytest.raises(AudiophraseError, match="--index FOLDER"):
        run("search", "wind", "--in", recordings)
