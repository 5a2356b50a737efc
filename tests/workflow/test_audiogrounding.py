"""Annotations and vectors from the network, here a server on loopback, by real Snakemake runs."""

import functools
import gzip
import hashlib
import json
import threading
import time
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import tiny_audiogrounding
from gensim.models import KeyedVectors
from snakemake_project import Project

from audiophrase.splits import SPLITS

CLIPS = "data/tiny/annotations/clips.parquet"
COVERAGE = "data/tiny/text/coverage.csv"
WORDS = [
    "dog",
    "bark",
    "barks",
    "rain",
    "falls",
    "on",
    "roof",
    "someone",
    "then",
    "again",
    "high",
    "A",
]


class Handler(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture
def published(tmp_path):
    """A folder with the files as a server would have them."""
    folder = tmp_path / "published"
    folder.mkdir()
    for split in SPLITS:
        (folder / f"{split}.json").write_text(json.dumps(tiny_audiogrounding.v1(split)))
    vectors = KeyedVectors(6)
    rng = np.random.default_rng(0)
    vectors.add_vectors(WORDS, rng.standard_normal((len(WORDS), 6)).astype(np.float32))
    vectors.save_word2vec_format(tmp_path / "v.bin", binary=True)
    (folder / "vectors.gz").write_bytes(gzip.compress((tmp_path / "v.bin").read_bytes()))
    return folder


@pytest.fixture
def server(published):
    server = ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Handler, directory=str(published))
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def project(tmp_path, published, server):
    def digest(name, algorithm):
        return hashlib.new(algorithm, (published / name).read_bytes()).hexdigest()

    url = f"http://127.0.0.1:{server.server_port}"
    (tmp_path / "recordings").mkdir()
    entry = {
        "title": "A handful of clips",
        "clips": "local",
        "shards": {"train": 1, "val": 1, "test": 1},
        "annotations": {
            "source": "audiogrounding",
            "audiogrounding": {
                "url": f"{url}/{{split}}.json",
                "sha256": {split: digest(f"{split}.json", "sha256") for split in SPLITS},
            },
        },
        "retrieve": {"folder": str(tmp_path / "recordings")},
        "text": {
            "vectors": "google-news",
            "google_news": {"url": f"{url}/vectors.gz", "md5": digest("vectors.gz", "md5")},
            "normalise": {"capital_function_words": True},
        },
    }
    project = Project.create(tmp_path / "project", {"build": ["tiny"], "datasets": {"tiny": entry}})
    for name in [name for name in project.environment if name.lower().endswith("_proxy")]:
        del project.environment[name]
    return project


def test_what_is_pinned_is_fetched_checked_and_used(project, published, server):
    project.build(CLIPS, COVERAGE)
    source = project.folder / "data/tiny/annotations/source"
    for split in SPLITS:
        assert (source / f"{split}.json").read_bytes() == (published / f"{split}.json").read_bytes()
    counts = pd.read_csv(project.folder / "data/tiny/annotations/counts.csv").set_index("what")
    assert counts.loc["clips"].tolist() == [3, 2, 2, 7]
    assert counts.loc["clips annotated as shorter than 10 s"].tolist() == [1, 0, 0, 1]
    assert counts.loc["captions equal to an earlier one of their clip"].tolist() == [0, 1, 0, 1]
    assert counts.loc["ids that begin with -"].tolist() == [1, 1, 0, 2]

    coverage = pd.read_csv(project.folder / COVERAGE).set_index(["split", "word"])
    assert coverage.loc[("train", "a"), ["how", "source_form"]].tolist() == ["corrected", "A"]
    assert coverage.loc[("train", "someone"), "how"] == "corrected"
    assert coverage.loc[("test", "dogs"), ["how", "source_form"]].tolist() == ["lemma", "dog"]
    assert coverage.loc[("test", "pitched"), "how"] == "unk"
    assert (
        "captions without any known word: '103'"
        in (project.folder / "logs/tiny/text.log").read_text()
    )
    words = pq.read_table(project.folder / "data/tiny/text/captions.parquet").to_pylist()
    assert [len(row["word_ids"]) for row in words][:3] == [6, 5, 2]

    server.shutdown()
    assert "Nothing to be done" in project.build(CLIPS, COVERAGE)
    (project.folder / COVERAGE).unlink()
    project.build(COVERAGE)  # from cache/downloads


def test_offline_the_run_stops_within_seconds_and_says_what_is_missing(project, published, server):
    server.shutdown()
    server.server_close()
    done = project.snakemake(CLIPS)
    assert done.returncode != 0
    assert "Traceback" not in done.stdout
    assert "test.json of AudioGrounding" in done.stdout
    assert "AUDIOPHRASE_DOWNLOADS" in done.stdout
    assert not list((project.folder / "data").rglob("*.json"))
    log = (project.folder / "logs/tiny/download_annotations.log").read_text()
    assert "Connection refused" in log

    project.environment["AUDIOPHRASE_DOWNLOADS"] = str(published)
    project.build(CLIPS, COVERAGE)


def test_another_file_under_the_pinned_address_is_refused(project, published):
    (published / "val.json").write_text("{}")
    began = time.monotonic()
    done = project.snakemake(CLIPS)
    assert done.returncode != 0
    assert time.monotonic() - began < 60
    assert "val.json of AudioGrounding cannot be downloaded" in done.stdout
    assert "thrown away" in done.stdout
    assert not list((project.folder / "data").rglob("*.json"))
