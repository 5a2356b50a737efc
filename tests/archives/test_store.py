"""An archived data set over real HTTP on loopback: taken once, verified, unpacked, and nothing more."""

import json
import re
import zipfile

import fakezenodo
import pytest

from audiophrase.archives import labels, store, unpacking, zenodo
from audiophrase.downloads import transfer
from audiophrase.errors import AnnotationError, AudiophraseError, DownloadError

WAV = fakezenodo.wav(0)
LABELS = {f"{split}.json": b"[]" for split in fakezenodo.SPLITS}
SMALL = {**LABELS, "train/Y00000000000.wav": WAV}


@pytest.fixture
def server():
    with fakezenodo.Zenodo(fakezenodo.record(SMALL)) as server:
        yield server


def take(server, tmp_path):
    pauses = []
    return store.unpacked(
        server.url, cache=tmp_path / "a", downloads=tmp_path / "d", sleep=pauses.append
    )


def refusal(server, tmp_path):
    with pytest.raises(DownloadError) as refused:
        take(server, tmp_path)
    assert not store.folder_of(server.url, tmp_path / "a").exists()
    assert refused.value.remedy
    return str(refused.value)


def test_labels_and_audio_are_taken_once_and_told_with_their_size(server, tmp_path, capsys):
    folder = take(server, tmp_path)
    assert (folder / "audio/train/Y00000000000.wav").read_bytes() == WAV
    assert set(labels.label_files(folder)) == set(fakezenodo.SPLITS)
    printed = capsys.readouterr().err
    assert "left alone of the record: README.md" in printed
    assert re.search(
        r"to download: [\d.]+ MB in 4 files; unpacked, they take at least [\d.]+ MB more", printed
    )
    paths = [path for path, _ in server.asked]
    assert len(paths) == len(set(paths)) == 5  # the list, the archive and three labels
    assert take(server, tmp_path) == folder
    assert len(server.asked) == 5


def test_what_was_lost_of_it_is_unpacked_again_without_a_download(server, tmp_path):
    folder = take(server, tmp_path)
    (folder / "audio/train/Y00000000000.wav").unlink()
    assert take(server, tmp_path) == folder
    assert (folder / "audio/train/Y00000000000.wav").read_bytes() == WAV
    assert len(server.asked) == 6  # the list alone


def test_a_server_that_stops_midway_is_asked_for_the_rest(server, tmp_path):
    server.files = {"audio.zip": fakezenodo.zipped({"train/Y00000000000.wav": WAV * 20}), **LABELS}
    n_bytes = len(server.files["audio.zip"])
    assert n_bytes > 3 * transfer.CHUNK_BYTES
    server.break_after = [2 * transfer.CHUNK_BYTES]
    take(server, tmp_path)
    ranges = [asked for path, asked in server.asked if "audio.zip" in path]
    assert ranges == [None, f"bytes={2 * transfer.CHUNK_BYTES}-"]


def test_a_wrong_checksum_is_never_used(server, tmp_path):
    server.checksums = {"audio.zip": f"md5:{'0' * 32}"}
    assert re.search(r"audio\.zip cannot be downloaded: .* sent has md5", refusal(server, tmp_path))
    assert not list((tmp_path / "d").glob("[!.]*audio.zip"))


def test_an_archive_that_is_cut_short_is_told(server, tmp_path):
    server.files["audio.zip"] = server.files["audio.zip"][:-40]
    assert "audio.zip is no sound ZIP archive, or cut short" in refusal(server, tmp_path)


def test_a_damaged_member_is_told_and_nothing_is_left(server, tmp_path):
    content = bytearray(server.files["audio.zip"])
    content[200:260] = bytes(60)
    server.files["audio.zip"] = bytes(content)
    assert "is no sound ZIP archive" in refusal(server, tmp_path)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("../Y00000000000.wav", "leads out of the folder"),
        ("train/../../Y00000000000.wav", "leads out of the folder"),
        ("/tmp/Y00000000000.wav", "has an absolute path"),
        ("C:Y00000000000.wav", "has an absolute path, or one of Windows"),
        ("..\\Y00000000000.wav", "one of Windows"),
        ("train/Y0\n.wav", "has a name that no file can have"),
        ("a/b/c/d/Y00000000000.wav", "folders deep"),
        ("train/link.wav", "is a link"),
    ],
)
def test_a_member_that_leads_elsewhere_refuses_the_archive(server, tmp_path, name, told):
    bad = fakezenodo.zipped({"train/Y1.wav": WAV, name: WAV}, links=("train/link.wav",))
    server.files["audio.zip"] = bad
    refused = refusal(server, tmp_path)
    assert "audio.zip is not unpacked: its member" in refused
    assert told in refused
    assert not list(tmp_path.rglob("*.wav"))


@pytest.mark.parametrize(
    ("bound", "value", "told"),
    [
        ("MAX_MEMBERS", 1, "it has 2 members, more than 1"),
        ("MAX_MEMBER_BYTES", len(WAV) - 1, f"has {len(WAV):,} bytes, more than"),
        ("MAX_TOTAL_BYTES", 2 * len(WAV) - 1, f"it unpacks to {2 * len(WAV):,} bytes"),
    ],
)
def test_an_archive_larger_than_a_data_set_is_refused(tmp_path, monkeypatch, bound, value, told):
    archive = tmp_path / "audio.zip"
    archive.write_bytes(fakezenodo.zipped({"Y1.wav": WAV, "Y2.wav": WAV}))
    assert len(unpacking.members(archive)) == 2
    monkeypatch.setattr(unpacking, bound, value)
    with pytest.raises(DownloadError, match=re.escape(told)):
        unpacking.members(archive)


def test_other_things_in_an_archive_stay_there(tmp_path):
    archive = tmp_path / "audio.zip"
    with zipfile.ZipFile(archive, "w") as opened:
        for name in (
            "t/Y1.wav",
            "t/run.py",
            "t/.hidden.wav",
            "__MACOSX/t/._Y1.wav",
            "t/label.json",
        ):
            opened.writestr(name, b"x")
    assert [member.filename for member in unpacking.members(archive)] == [
        "t/Y1.wav",
        "t/label.json",
    ]


def test_a_disk_that_is_too_small_is_told_before_anything_comes(server, tmp_path, monkeypatch):
    usage = store.shutil.disk_usage(tmp_path)._replace(free=10_000)  # the list fits
    monkeypatch.setattr(store.shutil, "disk_usage", lambda _: usage)
    assert re.search(r"MB are needed in .*, 0\.0 MB are free there", refusal(server, tmp_path))
    assert len(server.asked) == 1


def test_a_server_that_is_not_there_is_told(server, tmp_path):
    url = server.url.replace(str(server.server_port), "1")
    with pytest.raises(DownloadError, match="Connection refused") as refused:
        store.unpacked(url, cache=tmp_path, downloads=tmp_path, sleep=lambda _: None)
    assert "where the network can be reached" in refused.value.remedy


def test_a_record_that_there_is_not_is_told(server, tmp_path):
    url = f"{server.host}/api/records/1"
    with pytest.raises(DownloadError, match=r"HTTP 404 \(there is no such record\)") as refused:
        store.unpacked(url, cache=tmp_path, downloads=tmp_path)
    assert url in str(refused.value)
    assert "retrieve.folder" in refused.value.remedy


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (b"<html>Busy</html>", "is not JSON: it begins with '<html>Busy</html>'"),
        (b"[" * 100_000, "is not JSON"),
        (b" " * (zenodo.MAX_ANSWER_BYTES + 1), "more than the 1,048,576 expected"),
        (b"[1]", "lists no files"),
        (b'{"files": []}', "lists no files"),
        (b'{"files": [7]}', "files[0]: 7 is no object"),
    ],
)
def test_an_answer_that_is_no_list_of_files_is_told(server, tmp_path, answer, told):
    server.answer = answer
    assert told in refusal(server, tmp_path)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"key": "../audio.zip"}, "key '../audio.zip' is no plain name"),
        ({"key": ".audio.zip"}, "is no plain name"),
        ({"size": -1}, "size -1 is no number"),
        ({"size": True}, "size True is no number"),
        ({"size": 1 << 50}, "lists more than 64 GiB"),
        ({"checksum": "md5:abc"}, "checksum 'md5:abc' is neither"),
        ({"links": {"self": "https://elsewhere.example/a.zip"}}, "none of the API's own host"),
        ({"links": {"self": "file:///etc/passwd"}}, "none of the API's own host"),
        ({"links": None}, "link None"),
    ],
)
def test_nothing_of_an_answer_is_believed(server, changed, told):
    listed = server.listed()
    listed[0] |= changed
    with pytest.raises(DownloadError, match=re.escape(told)):
        zenodo.parse(json.dumps({"files": listed}).encode(), server.url)
    with pytest.raises(DownloadError, match=r"lists 'readme\.md' twice"):
        zenodo.parse(json.dumps({"files": [server.listed()[-1]] * 2}).encode(), server.url)


def test_the_other_form_of_the_api_is_read_too(server):
    listed = server.listed()
    entries = {
        entry["key"]: entry
        | {"links": {"self": f"{server.url}/x", "content": entry["links"]["self"]}}
        for entry in listed
    }
    other = zenodo.parse(json.dumps({"files": {"entries": entries}}).encode(), server.url)
    assert other == zenodo.parse(json.dumps({"files": listed}).encode(), server.url)


@pytest.mark.parametrize(
    "names",
    [
        ["train.json", "val.json", "test.json"],
        ["a/train/label.json", "a/val/label.json", "a/test/label.json"],
        ["train/train.json", "val/val.json", "test/test.json", "train/other.json", "notes.json"],
        ["label_train.json", "label_val.json", "label_test.json", "train_val_test.json"],
    ],
)
def test_labels_are_known_by_the_split_in_their_path(names):
    assert list(labels.by_split(names, "F").values()) == names[:3]


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["train.json", "val.json"], "F has no labels of test; JSON files there: train.json, val"),
        ([], "F has no labels of train; JSON files there: none at all"),
        (["train/a.json", "train/b.json"], "could be the labels of train: train/a.json, train/b"),
    ],
)
def test_labels_that_are_not_sure_are_refused(names, told):
    with pytest.raises(AnnotationError, match=re.escape(told)):
        labels.by_split(names, "F")


def test_a_record_without_labels_of_a_split_is_refused(server, tmp_path):
    del server.files["test.json"]
    with pytest.raises(AudiophraseError, match="has no labels of test"):
        take(server, tmp_path)
    server.files = {**LABELS, "audio.tar.gz": b"x"}
    assert "no audio that is read" in refusal(server, tmp_path)
    server.files = {"model.pth": b"x"}
    assert "neither ZIP archives nor JSON nor audio" in refusal(server, tmp_path)
