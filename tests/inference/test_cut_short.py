"""A file that ends before its header says is read as far as it goes, and that is said."""

import io
import json
import re
import struct
from itertools import islice

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

from audiophrase.cli import cli

RATE_HZ, LENGTH_S = 16000, 3
SAMPLES = np.random.default_rng(0).normal(0, 0.1, RATE_HZ * LENGTH_S).astype(np.float32)


def encoded(form):
    buffer = io.BytesIO()
    soundfile.write(buffer, SAMPLES, RATE_HZ, format=form)
    return buffer.getvalue()


def cut_short(notes):
    return [note for note in notes if "is cut short" in note]


@pytest.mark.parametrize("form", ["WAV", "WAVEX", "AIFF", "AU", "MP3"])
def test_what_is_missing_at_the_end_is_said(model, form):
    whole = encoded(form)
    assert not cut_short(model.embed(whole).notes)
    embedding = model.embed(whole[: len(whole) // 2])
    (note,) = cut_short(embedding.notes)
    assert f"its header says {LENGTH_S}" in note
    assert f"{embedding.duration_s:.2f} s are there" in note
    assert embedding.duration_s == pytest.approx(LENGTH_S / 2, abs=0.2)


@pytest.mark.parametrize(
    ("form", "chunk", "number", "named"),
    [
        ("WAV", b"data", "<I", 0xFFFFFFFF),  # FFmpeg
        ("WAV", b"data", "<I", 0x7FFFF000),  # SoX
        ("WAV", b"data", "<I", 0x7FFF0000),  # GStreamer
        ("AIFF", b"SSND", ">I", 0x7F000008),  # SoX
    ],
)
def test_a_pipe_that_could_not_know_the_length_promised_nothing(model, form, chunk, number, named):
    content = bytearray(encoded(form))
    at = content.index(chunk) + 4
    content[at : at + 4] = struct.pack(number, named)
    assert not cut_short(model.embed(bytes(content)).notes)


def test_flac_from_a_pipe_is_read_to_its_end(model):
    content = bytearray(encoded("FLAC"))
    described = int.from_bytes(content[18:26]) >> 36 << 36  # the last 36 bits count the samples
    content[18:26] = described.to_bytes(8)
    embedding = model.embed(bytes(content))
    assert embedding.duration_s == LENGTH_S
    assert not cut_short(embedding.notes)


def test_an_mp3_that_does_not_count_its_frames_promised_nothing(model, tmp_path):
    """Its length is guessed by the rate of its first frame, here of silence: as twice what it is."""
    buffer = io.BytesIO()
    samples = np.concatenate([0 * SAMPLES, SAMPLES, SAMPLES])
    soundfile.write(buffer, samples, RATE_HZ, format="MP3", bitrate_mode="VARIABLE")
    whole = buffer.getvalue()
    first, second = (match.start() for match in islice(re.finditer(b"\xff[\xf2\xf3]", whole), 2))
    assert not cut_short(model.embed(whole[second:]).notes)
    picture = b"ID3\x04\x00\x00\x00\x00\x02\x00" + bytes(256)  # a tag before the sound
    (tmp_path / "x.mp3").write_bytes(picture + whole[first : len(whole) // 2])
    assert len(cut_short(model.embed(tmp_path / "x.mp3").notes)) == 1


def test_a_program_reads_the_notes_too(bundled, tmp_path):
    whole = encoded("WAV")
    (tmp_path / "x.wav").write_bytes(whole[: len(whole) // 2])
    words = ("ground", tmp_path / "x.wav", "wind", "--json", "--model", bundled)
    done = CliRunner().invoke(cli, [str(word) for word in words])
    (note,) = json.loads(done.stdout)["notes"]
    assert note in done.stderr.replace("\n", " ")
    assert "x.wav is cut short" in note
