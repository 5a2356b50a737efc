"""`audiophrase embed`, `export`, `info` and `cite`."""

import json
import re

import numpy as np
import pyarrow.parquet as pq
import pytest
import yaml
from click.testing import CliRunner
from snakemake_project import ROOT

import audiophrase
from audiophrase.cli import cli
from audiophrase.commands.cite import PAPER, SOFTWARE
from audiophrase.errors import AudiophraseError

RUN = "results/tiny/runs/paper/seed-1"


def test_frames_are_the_model_s_recording_by_recording(run, bundled, recordings, tmp_path):
    path = tmp_path / "frames.parquet"
    files = [recordings / "a.wav", recordings / "deeper/b.wav"]
    run("embed", *files, "--output", path)
    table = pq.read_table(path)
    model = audiophrase.load(bundled, "cpu")
    embedded = [model.embed(file) for file in files]
    np.testing.assert_array_equal(
        np.stack(table["frame"].to_numpy()), np.concatenate([each.frames for each in embedded])
    )
    assert table["time_s"].to_pylist() == np.concatenate([e.times_s for e in embedded]).tolist()
    assert table["file"].to_pylist() == [
        str(file) for file, each in zip(files, embedded, strict=True) for _ in each.frames
    ]
    assert table.schema.field("time_s").metadata == {b"unit": b"s"}
    with pytest.raises(AudiophraseError, match="exists"):
        run("embed", *files, "--output", path)


def test_frames_are_written_whole_or_not_at_all(run, recordings, tmp_path):
    (recordings / "bad.wav").write_bytes(b"none")
    with pytest.raises(AudiophraseError, match=r"bad\.wav"):
        run("embed", recordings / "a.wav", recordings / "bad.wav", "-o", tmp_path / "x.parquet")
    assert not [path for path in tmp_path.iterdir() if path.is_file()]


def test_an_exported_model_is_told_of_like_its_run(run, built, tmp_path):
    folder = tmp_path / "model"
    done = run("export", built.folder / RUN, folder)
    assert re.search(r"written: .*model, \d+\.\d MB", done.stderr)
    told = json.loads(run("info", folder, "--json").stdout)
    of_run = json.loads(run("info", built.folder / RUN, "--json").stdout)
    same = ("dataset", "variant", "seed", "sha256", "settings", "versions", "device")
    assert {key: told[key] for key in same} == {key: of_run[key] for key in same}
    assert (told["kind"], told["dataset"], told["variant"]) == ("model", "tiny", "paper")
    f1 = [
        m["value"] for m in of_run["measures"] if (m["scores"], m["measure"]) == ("mean", "best_f1")
    ]
    assert [m["value"] for m in told["measures"] if m["measure"] == "best_f1"][:1] == f1[:1]
    text = run("info", folder).stdout
    assert re.search(r"(?m)^dataset +tiny$", text)
    assert re.search(r"(?m)^  features\.n_mels: 64$", text)


def test_results_are_told_of_with_their_runs(run, built):
    told = json.loads(run("info", built.folder / "results/tiny", "--json").stdout)
    assert (told["dataset"], told["audio"], told["annotations"]) == ("tiny", "rendered", "grammar")
    assert told["clips"] == {"train": 11, "val": 4, "test": 5}
    assert [(each["variant"], each["seed"]) for each in told["runs"]] == [("paper", 1)]
    rows = pq.read_table(built.folder / "results/tiny/measures.parquet").to_pylist()
    ap = next(
        row["value"]
        for row in rows
        if (row["part"], row["scores"], row["measure"]) == ("all", "mean", "average_precision")
    )
    assert told["runs"][0]["measures"]["detection AP"] == ap
    assert f"{ap:.3f}" in run("info", built.folder / "results/tiny").stdout


@pytest.mark.parametrize(
    ("name", "told"), [("", "is neither a run"), ("none", "there is no folder")]
)
def test_what_is_no_result_is_refused(run, tmp_path, name, told):
    with pytest.raises(AudiophraseError, match=told):
        run("info", tmp_path / name)


def test_what_is_cited_is_what_the_citation_file_says():
    shown = CliRunner().invoke(cli, ["cite"]).stdout
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    paper = citation["references"][0]
    plain = " ".join(PAPER.replace('{\\"a}', "ä").split())
    assert paper["title"].lower() in plain.lower()
    assert all(f"{a['family-names']}, {a['given-names']}" in plain for a in paper["authors"])
    assert f"year = {{{paper['year']}}}" in plain
    assert paper["identifiers"][0]["value"].removeprefix("arXiv:") in plain
    assert citation["title"] in SOFTWARE
    assert f"version = {{{citation['version']}}}" in SOFTWARE
    assert shown == f"{PAPER}\n{SOFTWARE}"
    assert shown.count("{") == shown.count("}")
