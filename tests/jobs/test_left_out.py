"""Training clips that leak: their captions teach no words either, and nothing else is left out."""

import json

import pyarrow as pa
import yaml
from click.testing import CliRunner
from snakemake_project import ROOT

from audiophrase import params, tables
from audiophrase.clips.leakage import SCHEMA
from audiophrase.jobs.left_out import ids_left_out
from audiophrase.jobs.text import text
from audiophrase.parameters.sections import select

CAPTIONS = [
    ("train", "kept", "dogs bark"),
    ("train", "leaking", "cats meow"),
    ("test", "t", "cats"),
]


def leak(clip_id, *, is_left_out):
    row = {"kind": "audio", "dataset": "a", "split": "train", "clip_id": clip_id}
    return row | {"other_split": "test", "other_clip_id": "t", "left_out": is_left_out}


def test_words_are_not_learnt_from_clips_that_are_left_out(tmp_path):
    rows = [
        {"caption_id": str(n), "clip_id": clip, "split": split, "tokens": said.split()}
        for n, (split, clip, said) in enumerate(CAPTIONS)
    ]
    tables.write(
        tmp_path / "captions.parquet",
        pa.Table.from_pylist(rows),
        stage="annotations.captions",
        settings={},
    )
    phrases = pa.schema([("phrase_id", pa.string()), ("phrase", pa.string())]).empty_table()
    tables.write(tmp_path / "phrases.parquet", phrases, stage="annotations.phrases", settings={})
    leaks = [leak("leaking", is_left_out=True), leak("kept", is_left_out=False)]
    path = tmp_path / "leakage.parquet"
    tables.write(path, pa.Table.from_pylist(leaks, SCHEMA), stage="leakage", settings={})
    assert ids_left_out(path) == {"leaking"}
    assert ids_left_out(None) == set()

    sections = params.effective(yaml.safe_load((ROOT / "params.yaml").read_text()), "demo")
    sections["text"]["word2vec"] |= {"n_dimensions": 4, "n_epochs": 1}
    sections["text"]["normalise"] |= {"lemma": False, "stem": False}
    unknown = {}
    for name, given in (("all", []), ("without", [f"--leakage={path}"])):
        arguments = [f"--{kind}={tmp_path}/{kind}.parquet" for kind in ("captions", "phrases")]
        for kind in ("vocabulary", "caption-words", "phrase-words", "coverage"):
            arguments.append(f"--{kind}={tmp_path}/{name}-{kind}")
        settings = select(sections, "text", "text.normalise", "text.word2vec")
        done = CliRunner().invoke(text, [f"--settings={json.dumps(settings)}", *arguments, *given])
        assert done.exception is None, done.exception
        words = tables.read(tmp_path / f"{name}-vocabulary", stage="text.vocabulary").to_pylist()
        unknown[name] = {row["word"] for row in words if row["how"] == "unk"}
    assert unknown["without"] - unknown["all"] == {"cats", "meow"}
