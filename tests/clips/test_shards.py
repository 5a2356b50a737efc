"""Clip shards: the audio that was read is the audio that is stored, and each row says its state."""

import hashlib
import io
import json
import signal

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiophrase import tables
from audiophrase.clips import shards
from audiophrase.clips.availability import State
from audiophrase.clips.flac import decode_flac
from audiophrase.clips.parameters import ClipParams

RATE_HZ = 8000
PARAMS = ClipParams(silent_below_dbfs=-60.0, short_by_s=0.1, min_length_s=0.2)


def noise(length_s, peak=0.5):
    samples = np.random.default_rng(1).uniform(-1, 1, round(length_s * RATE_HZ))
    samples[:1] = 1.0
    return (samples * peak).astype(np.float32)


def row(samples, duration_s=1.0):
    return shards.audio_row("Yx_0_1000", samples, RATE_HZ, duration_s, PARAMS)


@given(pcm=st.lists(st.integers(-32768, 32767), min_size=1, max_size=300))
def test_sixteen_bits_survive_exactly(pcm):
    samples = np.array(pcm, np.float32) / 32768
    decoded, rate_hz = decode_flac(shards.encode_flac(samples, RATE_HZ), "Yx")
    assert rate_hz == RATE_HZ
    np.testing.assert_array_equal(decoded, samples)


def test_samples_are_rounded_to_the_nearest_step():
    steps = np.array([0.49, 0.51, -0.49, -0.51, 100.4, -100.6], np.float32)
    decoded, _ = decode_flac(shards.encode_flac(steps / 32768, RATE_HZ), "Yx")
    assert (decoded * 32768).tolist() == [0, 1, 0, -1, 100, -101]


def test_samples_beyond_full_scale_are_clipped_and_do_not_wrap_around():
    samples = np.array([1.0, 1.5, 70000.0, -1.0, -1.5, -70000.0], np.float32)
    decoded, _ = decode_flac(shards.encode_flac(samples, RATE_HZ), "Yx")
    assert (decoded * 32768).tolist() == [32767] * 3 + [-32768] * 3


def test_encoding_twice_gives_the_same_bytes():
    assert shards.encode_flac(noise(1), RATE_HZ) == shards.encode_flac(noise(1), RATE_HZ)


def test_ctrl_c_while_a_clip_is_encoded_is_an_interrupt_and_no_trace(monkeypatch, capfd):
    class Pressed(io.BytesIO):
        def write(self, content):
            signal.raise_signal(signal.SIGINT)
            return super().write(content)

    monkeypatch.setattr(shards.io, "BytesIO", Pressed)
    with pytest.raises(KeyboardInterrupt):
        shards.encode_flac(noise(1.0), RATE_HZ)
    assert capfd.readouterr().err == ""
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.parametrize(
    ("samples", "state", "reason"),
    [
        (noise(1.0), State.OK, None),
        (noise(0.9), State.OK, None),  # short by no more than the tolerance
        (noise(0.9 - 1 / RATE_HZ), State.OK_SHORT, "short"),
        (noise(0.2), State.OK_SHORT, "short"),
        (noise(0.2 - 1 / RATE_HZ), State.CORRUPT, "too-short"),
        (noise(0.0), State.CORRUPT, "no-samples"),
        (np.zeros(RATE_HZ, np.float32), State.SILENT, "silent"),
        (noise(1.0, peak=0.00099), State.SILENT, "silent"),
        (noise(1.0, peak=0.00101), State.OK, None),
        (noise(0.5, peak=0.0), State.SILENT, "silent"),  # and short: it is not used either way
        (np.append(noise(1.0), np.float32(np.nan)), State.CORRUPT, "not-finite"),
        (np.append(noise(1.0), np.float32(-np.inf)), State.CORRUPT, "not-finite"),
    ],
)
def test_state_of_a_clip(samples, state, reason):
    found = row(samples)
    assert (found["state"], found["reason"]) == (state, reason)
    assert (found["message"] is None) == (state == State.OK)
    if state == State.CORRUPT:
        assert "audio" not in found
    else:
        decoded, _ = decode_flac(found["audio"]["bytes"], "Yx")
        assert found["n_samples"] == len(decoded) == len(samples)
        np.testing.assert_allclose(decoded, samples, atol=0.5 / 32768)


def test_a_message_tells_length_and_level():
    assert row(noise(0.5))["message"] == "0.500 s of 1.000 s"
    assert "-80.0 dBFS" in row(noise(1, peak=1e-4))["message"]
    assert "every sample is zero" in row(noise(1, peak=0))["message"]


def test_rows_without_audio_are_null_and_the_digest_is_of_the_bytes():
    failure = shards.Failure(State.MISSING, "no-file", "no file x.wav")
    ok, missing = shards.table(
        [row(noise(1.0)), shards.failure_row("Yy_0_1000", failure)]
    ).to_pylist()
    assert ok["audio"]["path"] == "Yx_0_1000.flac"
    assert ok["audio"]["bytes"].startswith(b"fLaC")
    assert ok["sha256"] == hashlib.sha256(ok["audio"]["bytes"]).hexdigest()
    assert missing == dict.fromkeys(missing) | {
        "clip_id": "Yy_0_1000",
        "state": "missing",
        "reason": "no-file",
        "message": "no file x.wav",
    }


def test_the_file_tells_other_readers_which_column_is_audio(tmp_path):
    path = tmp_path / "train-00000.parquet"
    table = shards.table([row(noise(1.0))])
    tables.write(
        path, table, stage="clips", settings={}, metadata=shards.huggingface_metadata(table.schema)
    )
    metadata = json.loads(pq.read_schema(path).metadata[b"huggingface"])
    features = metadata["info"]["features"]
    assert list(features) == shards.SCHEMA.names
    assert features.pop("audio") == {"_type": "Audio"}
    assert {name: kind["dtype"] for name, kind in features.items()} == {
        field.name: str(field.type) for field in shards.SCHEMA if field.name != "audio"
    }


def test_only_shards_of_several_sources_have_a_column_more():
    plain = row(noise(1.0))
    assert shards.table([plain]).schema.equals(shards.SCHEMA)
    mixed = shards.table([plain | {"source": "local"}])
    assert mixed.schema.names == [*shards.SCHEMA.names, "source"]
    metadata = json.loads(shards.huggingface_metadata(mixed.schema)["huggingface"])
    assert metadata["info"]["features"]["source"] == {"dtype": "string", "_type": "Value"}
