"""Bundles: the same bytes each time, and what is refused of one that somebody else has written."""

import hashlib
import json
import os
import pickle
import shutil

import numpy as np
import pytest
from safetensors.torch import load_file, save_file
from snakemake_project import digests_below

from audiophrase import tables
from audiophrase.errors import AudiophraseError, VectorsError
from audiophrase.inference import manifest
from audiophrase.inference.export import export_bundle
from audiophrase.inference.model import load


@pytest.fixture
def copy(bundled, tmp_path):
    return shutil.copytree(bundled, tmp_path / "copy")


def describe(folder, **changed):
    """Write bundle.json again, its digests right."""
    path = folder / "bundle.json"
    manifest = tables.read_json(path) | changed
    if "files" not in changed:
        manifest["files"] = {
            name: {
                "bytes": (folder / name).stat().st_size,
                "sha256": hashlib.sha256((folder / name).read_bytes()).hexdigest(),
            }
            for name in manifest["files"]
        }
    tables.write_json(path, manifest)


def redescribe(folder, **changed):
    """The same of model.json, which names the weights' digest."""
    path = folder / "model.json"
    weights = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    tables.write_json(path, tables.read_json(path) | {"sha256": weights} | changed)
    describe(folder)


def with_settings(folder, section, **values):
    settings = tables.read_json(folder / "model.json")["settings"]
    redescribe(folder, settings=settings | {section: settings[section] | values})


def test_the_same_run_gives_the_same_bytes(run, bundled, tmp_path):
    export_bundle(run, tmp_path / "again")
    assert digests_below(tmp_path / "again") == digests_below(bundled)
    assert not list(tmp_path.glob(".again*"))


def test_it_says_what_it_is(bundled):
    card = (bundled / "README.md").read_text()
    assert "**Rehearsal.**" in card
    assert "always on" in card
    names = {path.name for path in bundled.iterdir()}
    assert names == {"bundle.json", "README.md", *manifest.NEEDED}


def test_what_is_there_is_not_written_over(run, bundled, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    for folder in (tmp_path, tmp_path / "mine.txt"):
        with pytest.raises(AudiophraseError, match="there already"):
            export_bundle(run, folder)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
    with pytest.raises(AudiophraseError, match="an exported model already"):
        export_bundle(bundled, tmp_path / "new")


def test_an_empty_folder_is_taken(run, tmp_path):
    (tmp_path / "new").mkdir()
    export_bundle(run, tmp_path / "new")
    assert load(tmp_path / "new", "cpu").about.dataset == "tiny"


@pytest.mark.parametrize("name", ["bundle.json", *manifest.NEEDED])
def test_a_damaged_or_missing_file_is_named(copy, name):
    path = copy / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(AudiophraseError, match=name.replace(".", "[.]")):
        load(copy, "cpu")
    path.unlink()
    with pytest.raises(AudiophraseError, match=r"missing|damaged|no model"):
        load(copy, "cpu")
    path.mkdir()
    with pytest.raises(AudiophraseError):
        load(copy, "cpu")


@pytest.mark.parametrize(
    "name", ["../secret", "/etc/passwd", "model.pkl", "a/b", "README.md/../../x", "words.bin\0"]
)
def test_no_other_file_is_looked_at(copy, name):
    files = tables.read_json(copy / "bundle.json")["files"]
    describe(copy, files=files | {name: {"bytes": 1, "sha256": 64 * "0"}})
    with pytest.raises(AudiophraseError, match="names a file"):
        load(copy, "cpu")


@pytest.mark.parametrize(
    "changed",
    [
        {"format": 2},
        {"format": "1"},
        {"front_end": "../../evil"},
        {"front_end": "os"},
        {"window_s": 1e9},
        {"window_s": -1},
        {"window_s": "10"},
        {"about": {}},
        {"thresholds": {"mean": {"similarity": 0.5}}},
        {"thresholds": []},
        {"files": {}},
        {"files": []},
        {"files": {"model.json": {"bytes": -1, "sha256": "x"}}},
        {"more": 1},
    ],
)
def test_a_description_of_anything_else_is_refused(copy, changed):
    if "files" in changed:
        describe(copy, **changed)
    else:
        describe(copy, **changed, files=tables.read_json(copy / "bundle.json")["files"])
    with pytest.raises(AudiophraseError):
        load(copy, "cpu")


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{", b"[" * 100_000, b"\xff\xfe", b'{"format": 1}', b" " * (2 << 20)]
)
@pytest.mark.parametrize("name", ["bundle.json", "model.json", "vocabulary.json"])
def test_what_is_not_json_of_that_kind_is_refused(copy, name, content):
    (copy / name).write_bytes(content)
    if name != "bundle.json":
        describe(copy)
    with pytest.raises(AudiophraseError):
        load(copy, "cpu")


def test_layers_of_any_size_cost_nothing_before_they_are_refused(copy):
    with_settings(copy, "train.crnn", n_channels=[2, 4, 10**7, 10**7, 4])
    with pytest.raises(AudiophraseError, match=r"not the encoder of model\.json"):
        load(copy, "cpu")


@pytest.mark.parametrize(
    ("section", "values"),
    [
        ("features", {"hop_s": 1e-9}),
        ("features", {"hop_s": 1e-4}),
        ("features", {"n_mels": 32}),
        ("features", {"window_s": 1000.0}),
        ("features", {"unheard_key": 1}),
        ("train", {"encoder": "os"}),
        ("train", {"score": "none"}),
        ("train.crnn", {"n_channels": []}),
        ("train.crnn", {"n_channels": "many"}),
        ("train.crnn", {"pooling": None}),
    ],
)
def test_settings_that_are_not_valid_or_do_not_fit_are_refused(copy, section, values):
    with_settings(copy, section, **values)
    with pytest.raises(AudiophraseError):
        load(copy, "cpu")


def test_settings_that_lack_a_section_are_refused(copy):
    settings = tables.read_json(copy / "model.json")["settings"]
    for name in ("features", "train", "train.crnn", "text.normalise"):
        redescribe(copy, settings={k: v for k, v in settings.items() if k != name})
        with pytest.raises(AudiophraseError):
            load(copy, "cpu")
    redescribe(copy, settings=settings, n_features=10**6)
    with pytest.raises(AudiophraseError):
        load(copy, "cpu")


def change_weights(folder, change):
    weights = load_file(folder / "model.safetensors")
    change(weights)
    save_file(weights, folder / "model.safetensors")
    redescribe(folder)


@pytest.mark.parametrize("which", ["shape", "missing", "extra", "type", "nan", "pickle", "empty"])
def test_weights_of_another_encoder_are_refused(copy, which):
    path = copy / "model.safetensors"
    name = "gru.weight_ih_l0"

    def change(weights):
        if which == "shape":
            weights[name] = weights[name][:-1].clone()
        elif which == "missing":
            del weights[name]
        elif which == "extra":
            weights["another"] = weights[name].clone()
        elif which == "type":
            weights[name] = weights[name].half()
        elif which == "nan":
            weights[name][0, 0] = np.nan

    if which in ("pickle", "empty"):
        path.write_bytes(pickle.dumps({"a": os.getcwd}) if which == "pickle" else b"")
        redescribe(copy)
    else:
        change_weights(copy, change)
    with pytest.raises(AudiophraseError):
        load(copy, "cpu")


@pytest.mark.parametrize("which", ["twice", "fewer", "unknown", "nan", "type"])
def test_a_vocabulary_that_does_not_fit_its_vectors_is_refused(copy, which):
    words = json.loads((copy / "vocabulary.json").read_text())
    vectors = load_file(copy / "vectors.safetensors")
    if which == "twice":
        words[0][0] = words[1][0]
    elif which == "fewer":
        words.pop()
    elif which == "unknown":
        words = [[word, form, "unk", count] for word, form, _, count in words]
    elif which == "nan":
        vectors["vectors"][0, 0] = np.inf
    else:
        vectors["vectors"] = vectors["vectors"].double()
    (copy / "vocabulary.json").write_text(json.dumps(words))
    save_file(vectors, copy / "vectors.safetensors")
    describe(copy)
    with pytest.raises(AudiophraseError):
        load(copy, "cpu")


def test_a_file_that_grows_or_never_ends_is_not_read_to_its_end(copy):
    (copy / "vocabulary.json").unlink()
    (copy / "vocabulary.json").symlink_to("/dev/zero")
    with pytest.raises(AudiophraseError, match="missing"):
        load(copy, "cpu")
    (copy / "vocabulary.json").unlink()
    os.mkfifo(copy / "vocabulary.json")
    with pytest.raises(AudiophraseError, match="missing"):
        load(copy, "cpu")


def word2vec(path, entries):
    """In text, as `text.word2vec` reads it."""
    n_dimensions = len(next(iter(entries.values())))
    lines = [f"{len(entries)} {n_dimensions}"]
    lines += [f"{word} {' '.join(map(repr, map(float, v)))}" for word, v in entries.items()]
    path.write_text("\n".join(lines) + "\n")


def test_words_beyond_the_vocabulary_come_out_of_the_file_beside(run, bundled, tmp_path):
    words = json.loads((bundled / "vocabulary.json").read_text())
    values = load_file(bundled / "vectors.safetensors")["vectors"].numpy()
    own = {form: v for (_, form, how, _), v in zip(words, values, strict=True) if how != "unk"}
    zebra = np.arange(8, dtype=np.float32) + 1
    word2vec(tmp_path / "all.txt", own | {"zebra": zebra})
    export_bundle(run, tmp_path / "new", tmp_path / "all.txt")
    text = load(tmp_path / "new", "cpu").text_vectors("Zebras, barks")
    assert text.unknown == {}
    np.testing.assert_allclose(text.vectors[0], zebra / np.linalg.norm(zebra), atol=1e-6)
    assert load(bundled, "cpu").vocabulary.text("zebras, barks").unknown == {"zebras": ()}
    with (tmp_path / "new/words.txt").open("a") as file:
        file.write("tail 1 1 1 1 1 1 1 1\n")
    with pytest.raises(AudiophraseError, match=r"words\.txt is damaged"):
        load(tmp_path / "new", "cpu").text_vectors("zebras, barks")


def test_vectors_of_another_space_are_refused(run, tmp_path):
    word2vec(tmp_path / "other.txt", {"dog": np.ones(8), "barks": np.ones(8)})
    with pytest.raises(VectorsError, match="does not hold the vectors"):
        export_bundle(run, tmp_path / "new", tmp_path / "other.txt")
    assert not (tmp_path / "new").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["other.txt"]
