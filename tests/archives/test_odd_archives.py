"""Archives that are damaged inside, or stand in each other's way: told, and nothing half is left."""

import json
import zipfile

import fakezenodo
import pytest

from audiophrase.archives import store, unpacking, zenodo
from audiophrase.downloads.pinned import Pinned
from audiophrase.errors import DownloadError

WAV = fakezenodo.wav(0)
METHODS = {"deflate": zipfile.ZIP_DEFLATED, "bzip2": zipfile.ZIP_BZIP2, "lzma": zipfile.ZIP_LZMA}


@pytest.mark.parametrize("method", METHODS)
def test_a_member_whose_bytes_are_damaged_is_told_however_it_was_packed(tmp_path, method):
    path = tmp_path / "audio.zip"
    with zipfile.ZipFile(path, "w", METHODS[method]) as archive:
        archive.writestr("a.wav", WAV)
    content = bytearray(path.read_bytes())
    for place in range(45, len(content) // 2):  # within the packed bytes, behind their headers
        content[place] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(DownloadError, match="is no sound ZIP archive, or cut short"):
        unpacking.unpack(path, tmp_path / "out", lambda _: None)
    assert not (tmp_path / "out").exists()


def test_an_archive_that_stands_in_the_way_of_a_file_is_refused(tmp_path):
    """`train.json.zip` is unpacked into a folder `train.json`."""
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("a.wav", WAV)
    (tmp_path / "x.json").write_text("[]")
    files = [
        Pinned(what=name, url="", max_bytes=1, algorithm="md5", digest="", own_name=name)
        for name in ("train.json.zip", "train.json")
    ]
    with pytest.raises(DownloadError, match=r"train\.json cannot be written|is not unpacked"):
        store._lay_out(files, [tmp_path / "x.zip", tmp_path / "x.json"], tmp_path / "out")


def test_a_name_that_no_file_can_have_is_refused_by_its_bytes():
    entry = {"key": "é" * 150 + ".zip", "size": 1, "checksum": "md5:" + "0" * 32}
    entry["links"] = {"self": "https://zenodo.org/f"}
    with pytest.raises(DownloadError, match=r"is no plain name of a file"):
        zenodo.parse(json.dumps({"files": [entry]}).encode(), "https://zenodo.org/api/records/1")
