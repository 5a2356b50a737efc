"""Parameters: what is refused before any job starts, and what a data set and a variant see of them."""

import copy
from pathlib import Path

import pytest
import yaml

from audiophrase import params
from audiophrase.errors import ParamsError
from audiophrase.features.parameters import FRONT_ENDS
from audiophrase.parameters.sections import DOCUMENT, RUN_ONLY, defaults, select
from audiophrase.params.front_ends import settings_of
from audiophrase.settings import structure
from audiophrase.splits import SPLITS

PARAMS_PATH = Path(__file__).parents[2] / "params.yaml"


def put(document, path, value):
    *parents, last = path.split(".")
    for key in parents:
        document = document.setdefault(key, {})
    document[last] = value


def leaves(value, path=""):
    """Dotted path -> value of everything that is not an object."""
    if not isinstance(value, dict) or not value:
        return {path: value}
    return {k: v for key, part in value.items() for k, v in leaves(part, f"{path}.{key}").items()}


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("featurs", "top level: unknown key 'featurs' (did you mean 'features'?)"),
        ("features.n_mel", "features: unknown key 'n_mel' (did you mean 'n_mels'?)"),
        ("train.stopping.patiance", "train.stopping: unknown key 'patiance' (did you mean"),
        ("train.model", "train: unknown key 'model' (it is now train.crnn)"),
        ("variants.paper.train.margin", "unknown key 'margin' (it is now train.triplet.margin)"),
        ("datasets.demo.clip", "datasets.demo: unknown key 'clip' (did you mean 'clips'?)"),
        ("datasets.demo.train.max_epoch", "datasets.demo.train: unknown key 'max_epoch' (did you"),
        ("variants.paper.evaluat", "variants.paper: unknown key 'evaluat' (did you mean"),
        (
            "variants.paper.train.crnn.dropot",
            "variants.paper.train.crnn: unknown key 'dropot' (did",
        ),
    ],
)
def test_unknown_keys_are_named_with_a_hint(document, path, hint):
    put(document, path, {})
    with pytest.raises(ParamsError) as refusal:
        params.check(document)
    assert hint in str(refusal.value)


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("features.sample_rate_hz", -32000, "features.sample_rate_hz: -32000"),
        ("features.n_mels", "64", "features.n_mels: '64' is not a whole number"),
        ("features.front_end", "mfcc", "features.front_end: 'mfcc' is not one of"),
        (
            "train.encoder",
            "crn",
            "train.encoder: 'crn' is not one of ['crnn', 'mlp'] (did you mean",
        ),
        (
            "annotations.form",
            "audiocap",
            "annotations.form: 'audiocap' is not one of [null, 'audio_table', 'audiocaps',",
        ),
        ("annotations.form", "audiocap", "(did you mean 'audiocaps'?)"),
        ("features.onnx.hop_s", 0, "features.onnx.hop_s: 0"),
        ("features.window_s", "40 ms", "features.window_s: '40 ms' is not a number"),
        ("train.batch_size", 0, "train.batch_size: 0"),
        ("train.batch_size", True, "train.batch_size: true is not a whole number"),
        ("train.n_threads", 1.5, "train.n_threads: 1.5 is not a whole number"),
        ("train.n_threads", 2.0, "train.n_threads: 2.0 is not a whole number"),
        ("train.crnn.n_channels", [32.0], "train.crnn.n_channels.0: 32.0 is not a whole number"),
        ("text.normalise.corrections", {False: "know"}, "corrections.False is not text"),
        ("train.learning_rate", float("nan"), "train.learning_rate: not finite"),
        ("train.triplet.margin", float("inf"), "train.triplet.margin: not finite"),
        ("evaluate.sed.min_max", 1, "evaluate.sed.min_max: 1 is not true or false"),
        ("train.seeds", [], "train.seeds"),
        ("train.seeds", [1, 1], "train.seeds"),
        ("train.crnn.pooling_norm", 2, "train.crnn.pooling_norm"),
        ("train.crnn.pooling", [[2]], "train.crnn.pooling.0"),
        ("features", None, "features: null is not a mapping, such as"),
        ("datasets.demo.train.learning_rate", -1, "datasets.demo.train.learning_rate: -1"),
        ("variants.paper.train.seeds", [2], "variants.paper.train.seeds: cannot be set"),
        ("datasets.My Data", {}, "datasets: 'My Data' is no name: small letters, digits, - and _"),
        ("datasets.demo", None, "datasets.demo: null is not a mapping, such as {key: value}"),
        ("build", "demo", "build: 'demo' is not a list"),
        ("retrieve.canaries", ["x"], "retrieve.canaries.0: 'x' is no id of YouTube"),
        ("datasets.demo.variants", "some", "'some' is neither a list of names nor the word all"),
        ("datasets.demo.shards.val", 0, "datasets.demo.shards.val"),
        ("datasets.demo.clips", "radio", "datasets.demo.clips: 'radio' is not one of"),
        ("datasets.demo.clips", ["rendered"], "datasets.demo.clips.0: 'rendered' is not one of"),
        ("datasets.demo.clips", [], "datasets.demo.clips is empty"),
        ("datasets.demo.clips", ["local", "local"], "datasets.demo.clips"),
        ("text.google_news.url", "https://me:secret@mirror/v.gz", "text.google_news.url"),
        ("evaluate.sed.thresholds.step", 1e-9, "evaluate.sed.thresholds.step"),
    ],
)
def test_values_out_of_range_or_type_are_named(document, path, value, told):
    put(document, path, value)
    with pytest.raises(ParamsError) as refusal:
        params.check(document)
    assert told in str(refusal.value)


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("features.fmax_hz", 16000.5, "lies above half of features.sample_rate_hz 32000"),
        ("features.fmin_hz", 8000.0, "fmin_hz is not below"),
        ("features.hop_s", 0.05, "hop_s is longer"),
        (
            "features",
            {"hop_s": 0.04, "window_s": 0.08},
            "pooling needs 4 frames, but the shortest clip has 3",
        ),
        (
            "features.n_mels",
            63,
            "pooling divides the mel bands by 64, but a frame of the features has 63 values",
        ),
        (
            "features",
            {
                "front_end": "onnx",
                "onnx": {"file": "x", "output": None, "sample_rate_hz": 16000, "hop_s": 0.05},
            },
            "the shortest clip has 3",
        ),
        ("features.sample_rate_hz", None, "is null, but features.front_end is 'log-mel'"),
        ("features.front_end", "onnx", "front_end is 'onnx' but features.onnx.file is empty"),
        ("variants.paper.features", {"front_end": "onnx"}, "features.onnx.file is empty"),
        ("train.crnn.n_channels", [1, 2], "differ in length"),
        ("text.word2vec.n_dimensions", 301, "the word vectors have 301 dimensions, which is odd"),
        ("evaluate.sed.thresholds.first", 1.0, "thresholds.first lies above last"),
        ("datasets.demo.annotations.source", "files", "annotations.files is empty"),
        ("datasets.demo.text", {"vectors": "file"}, "text.vectors_file is empty"),
        ("variants.paper.train", {"crnn": {"n_channels": [8]}}, "differ in length"),
        ("datasets.demo.clips", ["local", "youtube"], "retrieve.folder is empty"),
    ],
)
def test_values_that_contradict_each_other_are_refused(document, path, value, told):
    merged = {**document["features"], **value} if path == "features" else value
    put(document, path, merged)
    with pytest.raises(ParamsError, match="data set 'demo'") as refusal:
        params.check(document)
    assert told in str(refusal.value)


def test_the_highest_frequency_may_be_half_of_the_rate(document):
    document["features"]["fmax_hz"] = 16000
    params.check(document)
    document["features"] |= {"fmax_hz": 30000.0, "front_end": "log-mel-native"}
    params.check(document)


@pytest.mark.parametrize("folder", ["data/archive", "data", "./results/x/../y", "linked"])
def test_recordings_do_not_lie_where_artifacts_are_made_and_deleted(
    document, tmp_path, monkeypatch, folder
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "linked").symlink_to("data")
    put(document, "datasets.demo.clips", ["local", "youtube"])
    put(document, "datasets.demo.retrieve", {"folder": folder})
    with pytest.raises(ParamsError, match=rf"(?s)retrieve.folder {folder} lies in .*move the rec"):
        params.check(document)


@pytest.mark.parametrize("folder", ["recordings", "database", "/elsewhere/data"])
def test_recordings_may_lie_anywhere_else(document, tmp_path, monkeypatch, folder):
    monkeypatch.chdir(tmp_path)
    put(document, "datasets.demo.clips", ["youtube", "local"])
    put(document, "datasets.demo.retrieve", {"folder": folder})
    params.check(document)


def test_every_wrong_value_is_told_at_once(document):
    put(document, "train.batch_size", 0)
    put(document, "features.n_mels", "many")
    with pytest.raises(ParamsError, match=r"(?s)features\.n_mels.*train\.batch_size"):
        params.check(document)


def test_unknown_data_set_to_build_is_told_with_those_known(document):
    document["build"] = ["demos"]
    with pytest.raises(ParamsError, match=r"(?s)'demos'; known: demo.*did you mean 'demo'"):
        params.check(document)


def test_any_missing_key_is_named(valid):
    """Whatever key is left out of a section, at whatever depth, the message names it."""
    optional = set(leaves({name: defaults(declared) for name, declared in DOCUMENT.items()}))
    for path in leaves({name: valid[name] for name in DOCUMENT}):
        *parents, last = path[1:].split(".")
        if "corrections" in parents or path in optional:
            continue
        document = section = copy.deepcopy(valid)
        for key in parents:
            section = section[key]
        del section[last]
        with pytest.raises(ParamsError) as refusal:
            params.check(document)
        assert path[1:] in str(refusal.value)


@pytest.mark.parametrize("section", ["build", "features", "datasets", "variants"])
def test_a_missing_section_is_named(document, section):
    del document[section]
    with pytest.raises(ParamsError, match=f"top level: missing {section}"):
        params.check(document)


def test_a_data_set_overrides_what_it_names_and_nothing_else(document):
    document["datasets"]["other"] = {
        "title": "t",
        "clips": "rendered",
        "shards": {"train": 1, "val": 1, "test": 1},
        "annotations": {"source": "grammar"},
        "features": {"sample_rate_hz": 44100},
        "train": {"stopping": {"rule": "spread"}, "crnn": {"dropout": 0.5}},
        "text": {"normalise": {"corrections": {"wosh": "wash"}}},
    }
    params.check(document)
    before = leaves({name: document[name] for name in DOCUMENT})
    changed = {
        ".annotations.source": "grammar",
        ".features.sample_rate_hz": 44100,
        ".train.stopping.rule": "spread",
        ".train.crnn.dropout": 0.5,
        ".text.normalise.corrections.wosh": "wash",
    }
    untouched = copy.deepcopy(document)
    assert leaves(params.effective(document, "other")) == before | changed
    assert document == untouched


def test_a_variant_goes_over_the_data_set(document):
    document["datasets"]["demo"]["train"] = {"max_epochs": 3, "triplet": {"margin": 0.5}}
    document["variants"]["max"] = {
        "train": {"triplet": {"margin": 2.0}},
        "evaluate": {"sed": {"aggregations": ["max"]}},
    }
    params.check(document)
    plain = leaves(params.effective(document, "demo", "paper"))
    changed = {".train.triplet.margin": 2.0, ".evaluate.sed.aggregations": ["max"]}
    assert plain == leaves(params.effective(document, "demo"))
    assert leaves(params.effective(document, "demo", "max")) == plain | changed
    assert plain[".train.max_epochs"] == 3
    with pytest.raises(ParamsError, match=r"unknown variant 'min'; known: paper, shuffled.*, max"):
        params.effective(document, "demo", "min")


def test_a_data_set_is_run_as_the_paper_unless_it_lists_variants(document):
    assert params.variants_of(document, "demo") == ["paper"]
    document["datasets"]["demo"]["variants"] = ["shuffled", "paper"]
    params.check(document)
    assert params.variants_of(document, "demo") == ["paper", "shuffled"]
    document["datasets"]["demo"]["variants"] = "all"
    params.check(document)
    assert params.variants_of(document, "demo") == list(document["variants"])


@pytest.mark.parametrize(
    ("chosen", "told"),
    [
        (["shuffled"], "datasets.demo.variants"),
        ("some", "datasets.demo.variants"),
        (["paper", "shufled"], r"unknown variant 'shufled'.*(?s:.)*did you mean 'shuffled'"),
    ],
)
def test_variants_that_there_are_not_are_refused(document, chosen, told):
    document["datasets"]["demo"]["variants"] = chosen
    with pytest.raises(ParamsError, match=told):
        params.check(document)


def test_a_variant_that_trains_alike_shares_the_papers_models(document):
    assert params.trained_as(document, "demo", "no-min-max") == "paper"
    assert params.trained_as(document, "demo", "max-words") == "max-words"
    document["variants"]["same"] = {
        "train": {"triplet": {"margin": document["train"]["triplet"]["margin"]}}
    }
    assert params.trained_as(document, "demo", "same") == "paper"


def test_a_data_set_is_made_by_the_front_ends_that_its_variants_name(document):
    assert params.front_ends_of(document, "demo") == ["log-mel"]
    document["datasets"]["demo"]["variants"] = ["paper", "shuffled", "log-mel-native"]
    params.check(document)
    assert params.front_ends_of(document, "demo") == ["log-mel", "log-mel-native"]
    assert params.trained_as(document, "demo", "log-mel-native") == "log-mel-native"
    document["datasets"]["demo"]["features"] = {"front_end": "log-mel-native"}
    assert params.front_ends_of(document, "demo") == ["log-mel-native"]
    assert params.trained_as(document, "demo", "log-mel-native") == "paper"


def test_a_data_set_with_a_variant_of_a_network_waits_for_its_file(document):
    document["variants"]["frozen"] = {"features": {"front_end": "onnx"}}
    document["datasets"]["audiogrounding"]["variants"] = ["paper", "frozen"]
    assert params.with_paths(document) == ["demo", "audiogrounding-v2"]
    document["features"]["onnx"]["file"] = "net.onnx"
    params.check(document)
    assert params.with_paths(document) == ["demo", "audiogrounding", "audiogrounding-v2"]


def test_settings_of_a_front_end_are_no_other_ones(valid):
    sections = params.effective(valid, "demo")
    names = {name: settings_of(front_end, sections) for name, front_end in FRONT_ENDS.items()}
    assert names["log-mel"] == select(sections, "features")
    assert names["log-mel"]["features"]["sample_rate_hz"] == 32000
    assert "sample_rate_hz" not in names["log-mel-native"]["features"]
    assert structure(names["log-mel-native"], "features").sample_rate_hz is None
    assert names["onnx"] == select(sections, "features.onnx")


def test_of_the_native_front_end_the_rate_means_nothing(document):
    document["features"] |= {"front_end": "log-mel-native", "sample_rate_hz": 8000}
    params.check(document)


def test_a_key_that_may_be_null_may_have_a_default(document):
    del document["features"]["sample_rate_hz"]
    document["features"]["front_end"] = "log-mel-native"
    params.check(document)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"a: [1", "is not YAML"),
        (b"a: \xff", "is no text in UTF-8: line 1"),
        (b"", "is empty"),
        (b"- a", "has no keys at its top level"),
        (None, "there is no params file"),
    ],
)
def test_files_that_are_no_params_are_refused(tmp_path, content, told):
    path = tmp_path / "params.yaml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ParamsError, match=told):
        params.load(path)
    with pytest.raises(ParamsError, match="cannot be read"):
        params.load(tmp_path)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"clips": "local"}, "retrieve.folder is empty"),
        (
            {"annotations": {"source": "files"}, "text": {"vectors": "file"}},
            "annotations.files is empty; .*text.vectors_file is empty",
        ),
        ({"features": {"hop_s": 1e-6}}, "shorter than a sample"),
    ],
)
def test_entries_that_cannot_work_together_are_refused(document, change, told):
    document["datasets"]["demo"] |= change
    with pytest.raises(ParamsError, match=told):
        params.check(document)


def test_an_entry_may_wait_for_files_until_its_data_set_is_asked_for(document):
    """`rehearsal` stands in params.yaml without the file that only a user can name; others may lack more."""
    assert "rehearsal" in document["datasets"]
    document["datasets"]["rehearsal"]["annotations"]["source"] = "files"
    assert params.with_paths(document) == ["demo", "audiogrounding", "audiogrounding-v2"]
    params.require_paths(document, "demo")
    refused = "data set 'rehearsal': .*annotations.files is empty; .*text.vectors_file is empty"
    with pytest.raises(ParamsError, match=refused):
        params.require_paths(document, "rehearsal")
    document["build"] = ["demo", "rehearsal"]
    with pytest.raises(ParamsError, match=refused):
        params.check(document)
    entry = document["datasets"]["rehearsal"]
    entry["annotations"]["files"] = dict.fromkeys(SPLITS, "x.json")
    entry["text"]["vectors_file"] = "x.bin"
    params.check(document)
    assert params.with_paths(document) == list(document["datasets"])


def test_a_file_is_laid_over_another_before_the_check(tmp_path):
    overlay = tmp_path / "mine.yaml"
    overlay.write_text("train: {learning_rate: 0.01}\n")
    merged = params.load(PARAMS_PATH, overlay)
    assert merged["train"]["learning_rate"] == 0.01
    assert merged["train"]["batch_size"] == 32
    overlay.write_text("train: {lerning_rate: 0.01}\n")
    with pytest.raises(ParamsError, match="did you mean 'learning_rate'"):
        params.load(PARAMS_PATH, overlay)


def test_what_changes_no_artifact_is_no_part_of_what_makes_one(valid):
    sections = params.effective(valid, "audiogrounding")
    for name, keys in RUN_ONLY.items():
        assert keys <= set(sections[name])
        left = set(params.of_artifacts(sections)[name])
        assert left == set(sections[name]) - keys


def test_a_variant_that_only_runs_elsewhere_shares_the_papers_models(document):
    document["variants"]["elsewhere"] = {"train": {"device": "cpu", "resident_mb": 1}}
    document["datasets"]["demo"]["variants"] = ["paper", "elsewhere"]
    params.check(document)
    assert params.trained_as(document, "demo", "elsewhere") == "paper"


def entry_with(document, **entry):
    document["datasets"]["mine"] = {
        "title": "t",
        "clips": "youtube",
        "shards": {"train": 1, "val": 1, "test": 1},
        **entry,
    }
    params.check(document)
    return params.effective(document, "mine")["annotations"]["source"]


def test_a_list_that_an_entry_names_is_its_source(document):
    assert entry_with(document, annotations={"list": "clips.csv"}) == "list"
    assert entry_with(document, annotations={"source": "list", "list": "clips.csv"}) == "list"
    assert entry_with(document, annotations={"list": None}) == "files"
    assert params.effective(document, "demo")["annotations"]["source"] == "grammar"


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ({"annotations": {"list": "c.csv", "source": "grammar"}}, "beside another source"),
        (
            {"annotations": {"list": "c.csv", "files": dict.fromkeys(SPLITS, "a.json")}},
            "beside another source",
        ),
        ({"annotations": {"list": "c.csv"}, "clips": "rendered"}, "says nothing of what is heard"),
        ({"annotations": {"list": 5}}, "5 is not text or null"),
    ],
)
def test_a_list_beside_what_it_cannot_be_with_is_refused(document, entry, told):
    with pytest.raises(ParamsError, match=told):
        entry_with(document, **entry)


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("figures.dpi", "variants.paper: 'figures' cannot be set in a variant"),
        ("clips", "variants.paper: 'clips' cannot be set in a variant"),
        ("features.fmax_hz", "variants.paper.features: 'fmax_hz' cannot be set in a variant"),
        ("features.onnx.file", "variants.paper.features: 'onnx' cannot be set in a variant"),
    ],
)
def test_what_a_variant_may_not_set_is_told_with_what_it_may(document, path, told):
    put(document, f"variants.paper.{path}", 3)
    with pytest.raises(ParamsError) as refusal:
        params.check(document)
    assert f"{told}, which may set features.front_end, train and evaluate\n" in str(refusal.value)
    assert "unknown" not in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("1e-3", "'1e-3' is not a number (YAML takes it for text: write 1.0e-3)"),
        ("-1E3", "write -1.0e+3)"),
        ("2.5e4", "write 2.5e+4)"),
        ("'0.1'", "leave out the quotes)"),
        ("0.1 s", "'0.1 s' is not a number\n"),
        ("'1e'", "'1e' is not a number\n"),
    ],
)
def test_a_number_that_yaml_takes_for_text_is_told_with_how_to_write_it(tmp_path, text, hint):
    overlay = tmp_path / "mine.yaml"
    overlay.write_text(f"train: {{learning_rate: {text}}}\n")
    with pytest.raises(ParamsError) as refusal:
        params.load(PARAMS_PATH, overlay)
    assert hint in str(refusal.value)
    if "write " in hint:
        written = hint.split("write ")[1].rstrip(")")
        assert yaml.safe_load(written) == pytest.approx(float(text))


def test_a_file_that_is_laid_over_another_is_told_so_when_it_is_checked_alone(tmp_path):
    overlay = tmp_path / "mine.yaml"
    overlay.write_text("train: {learning_rate: 0.1}\n")
    with pytest.raises(ParamsError) as refusal:
        params.load(overlay)
    assert f"audiophrase check-params params.yaml {overlay}" in refusal.value.remedy
    whole = tmp_path / "params.yaml"
    whole.write_text("train: {learning_rate: 0.1}\n")
    with pytest.raises(ParamsError) as refusal:
        params.load(whole)
    assert refusal.value.remedy == f"fix them in {whole}"
    overlay.write_text("train: {learning_rate: -1}\n")
    with pytest.raises(ParamsError) as refusal:
        params.load(PARAMS_PATH, overlay)
    assert refusal.value.remedy == f"fix them in {PARAMS_PATH} or {overlay}"
