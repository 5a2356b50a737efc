"""The listing of recordings that may hold clips of any shard."""

import hashlib
import json

from click.testing import CliRunner

from audiophrase.jobs import recordings as job


def test_one_that_cannot_be_read_keeps_no_other_from_being_listed(tmp_path, monkeypatch):
    """A shard has a row for it, with the cause."""
    names = ["Yabcdefghijk.wav", "Yabcdefghijl.wav", "Yabcdefghijm_1.0_2.0.wav"]
    for name in names:
        (tmp_path / name).write_bytes(name.encode())

    def list_files(folder):
        (folder / names[0]).unlink()
        return names

    monkeypatch.setattr(job, "list_files", list_files)
    output = tmp_path / "recordings.json"
    ran = CliRunner().invoke(job.recordings, [str(tmp_path), str(output)])
    assert ran.exit_code == 0, ran.output
    assert json.loads(output.read_text())["sha256"] == {
        names[0]: None,
        names[1]: hashlib.sha256(names[1].encode()).hexdigest(),
    }
