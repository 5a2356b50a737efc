"""Remotes: S3 through moto's server on loopback, folders, and what can go wrong with either."""

import os
import shutil
import signal
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from moto.server import ThreadedMotoServer

from audiophrase.splits import SPLITS


@pytest.fixture
def s3(monkeypatch):
    """The address of an S3 server on loopback with a bucket `lab`."""
    import boto3

    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    address = "http://{}:{}".format(*server.get_host_and_port())
    keys = {"aws_access_key_id": "tester", "aws_secret_access_key": "secret"}
    client = boto3.client("s3", endpoint_url=address, region_name="us-east-1", **keys)
    client.create_bucket(Bucket="lab")
    yield address, client
    server.stop()


def use_s3(clone, address):
    clone.dvc("remote", "add", "--default", "--force", "lab", "s3://lab/audiophrase")
    clone.dvc("remote", "modify", "lab", "endpointurl", address)
    clone.environment |= {
        "AWS_ACCESS_KEY_ID": "tester",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
    }


def objects(client):
    listed = client.list_objects_v2(Bucket="lab")
    return [entry["Key"] for entry in listed.get("Contents", [])]


@pytest.mark.long
def test_s3_round_trip_and_a_remote_that_lost_or_damaged_objects(s3, made, fresh):
    address, client = s3
    use_s3(made, address)
    made.dvc("push", *made.stages())
    assert "sound" in made.audiophrase("verify", "--remote")
    assert objects(client)

    use_s3(fresh, address)
    fresh.dvc("pull", *fresh.stages())
    fresh.audiophrase("adopt")
    assert (fresh.planned(), fresh.changed()) == (set(), {})
    assert fresh.digests() == made.digests()

    vocabulary = (made.folder / "data/tiny/text/vocabulary.parquet").read_bytes()
    [key] = [
        key
        for key in objects(client)
        if client.get_object(Bucket="lab", Key=key)["Body"].read() == vocabulary
    ]
    client.put_object(Bucket="lab", Key=key, Body=vocabulary[:-1] + b"?")
    said = made.audiophrase("verify", "--remote", code=1)
    assert "data/tiny/text/vocabulary.parquet" in said
    assert "is damaged" in said
    client.delete_object(Bucket="lab", Key=key)
    said = made.audiophrase("verify", "--remote", code=1)
    assert "data/tiny/text/vocabulary.parquet" in said
    assert "is missing" in said
    client.put_object(Bucket="lab", Key=key, Body=vocabulary)
    made.audiophrase("verify", "--remote")


@pytest.mark.long
def test_a_damaged_object_of_the_remote_is_never_laid_out_unseen(made, fresh, tmp_path):
    remote = tmp_path / "remote"
    made.dvc("remote", "add", "--default", "--force", "lab", str(remote))
    made.dvc("push", *made.stages())
    model = made.folder / "results/tiny/runs/paper/seed-1/model.safetensors"
    [stored] = [
        p for p in remote.rglob("*") if p.is_file() and p.read_bytes() == model.read_bytes()
    ]
    stored.chmod(0o644)
    stored.write_bytes(stored.read_bytes()[:-1] + b"?")
    fresh.dvc("remote", "add", "--default", "--force", "lab", str(remote))
    fresh.run("dvc", "pull", *fresh.stages(), code=None)
    pulled = fresh.folder / "results/tiny/runs/paper/seed-1/model.safetensors"
    if pulled.exists():
        said = fresh.audiophrase("adopt", code=1)
        assert "model.safetensors has MD5" in said
    assert "model.safetensors" in fresh.audiophrase("verify", "--remote", code=1)


class Refusing(BaseHTTPRequestHandler):
    """An S3 server that takes nobody's password."""

    def do_GET(self):
        body = b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
        self.send_response(403)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_HEAD = do_GET

    def log_message(self, *_):
        pass


@pytest.mark.long
def test_a_remote_that_is_not_there_or_refuses_is_told(made):
    made.dvc("remote", "add", "--default", "--force", "lab", "/nowhere/at/all")
    assert "/nowhere/at/all" in made.audiophrase("verify", "--remote", code=1)
    made.dvc("remote", "remove", "lab")
    assert "remote" in made.audiophrase("verify", "--remote", code=1)
    assert "'other'" in made.audiophrase("verify", "--remote-name", "other", code=1)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Refusing)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    use_s3(made, f"http://127.0.0.1:{server.server_port}")
    said = made.audiophrase("verify", "--remote", code=1)
    server.shutdown()
    assert "the remote cannot be read: " in said
    assert "check its address and your access: docs/sharing.md" in said


@pytest.mark.long
def test_clips_that_may_not_be_handed_on_stay_here(made, tmp_path):
    params = made.params()
    params["datasets"]["tiny"]["push_clips"] = False
    made.write_params(params)
    made.build()  # pages, without the sound of clips that may not be handed on
    assert "dvc.yaml was not current" in made.audiophrase("record")
    made.dvc("remote", "add", "--default", "--force", "lab", str(tmp_path / "remote"))
    made.commit("clips stay here")
    made.dvc("push", *made.stages())
    clone = made.clone(tmp_path / "without-clips")
    targets = clone.audiophrase("stages", "--recorded", "tiny").split()
    clone.dvc("pull", *targets)
    clone.audiophrase("adopt")
    assert not (clone.folder / "data/tiny/clips").exists()
    assert clone.planned() == set()
    assert set(clone.changed()) == {"clips_kept@tiny"}
    assert clone.reproduced("--allow-missing", "report@tiny") == set()
    clone.audiophrase("verify", "--remote")


@pytest.mark.long
def test_experiments_can_be_run_and_compared(made):
    made.dvc("exp", "run", "--set-param", "train.learning_rate=0.003", "--name", "faster")
    for command, told in (
        (("metrics", "diff"), "results/tiny/metrics.json"),
        (("params", "diff"), "train.learning_rate"),
    ):
        assert told in made.dvc(*command)
    made.dvc("plots", "diff", "--out", "plots")
    assert (made.folder / "plots/index.html").stat().st_size > 1000
    assert "train.learning_rate" in made.dvc("exp", "show", "--csv")
    assert made.planned() == set(), "Snakemake made it, and knows"
    made.dvc("exp", "apply", "faster")
    made.audiophrase("adopt")
    assert (made.planned(), made.changed()) == (set(), {})


@pytest.mark.long
def test_adopting_with_changed_parameters_leaves_nothing_stale(fresh):
    fresh.dvc("pull", *fresh.stages())
    params = fresh.params()
    params["train"]["learning_rate"] = 0.002
    fresh.write_params(params)
    said = " ".join(fresh.audiophrase("adopt").split())
    assert "train@tiny.paper.1 out of date, for train.learning_rate changed" in said
    assert "train" in fresh.planned()
    assert not fresh.planned() & {"features", "render_clips", "text", "annotations"}


MANIFESTS = [
    f"data/tiny/manifests/{of}-{split}.json"
    for of in ("clips", "features-log-mel")
    for split in SPLITS
]


@pytest.mark.long
def test_killed_runs_leave_no_lock_and_finished_shards_stay(made, fresh):
    fresh.interrupt_when("data/tiny/features/log-mel/*.parquet", after_s=0, by=signal.SIGKILL)
    assert list((fresh.folder / ".snakemake/locks").iterdir()), "the killed run left its locks"
    # The job behind a shard of features has begun, so that shard of clips was finished.
    kept = {
        clips: clips.stat().st_mtime_ns
        for features in fresh.folder.glob("data/tiny/features/log-mel/*.parquet")
        if (clips := fresh.folder / "data/tiny/clips" / features.name)
    }
    assert kept
    fresh.build(*MANIFESTS)
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    remade = fresh.digests()
    assert set(MANIFESTS) <= set(remade)
    assert remade.items() <= made.digests().items()


OF_VAL = "data/tiny/manifests/features-log-mel-val.json"  # of one shard


def test_two_runs_at_once_are_refused_and_the_first_goes_on(fresh, made):
    process = subprocess.Popen(
        fresh.command(OF_VAL),
        cwd=fresh.folder,
        env=fresh.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    locks = fresh.folder / ".snakemake/locks"
    deadline = time.monotonic() + 60
    while not (locks.exists() and any(locks.iterdir())):
        assert time.monotonic() < deadline
        assert process.poll() is None, process.communicate()[0]
        time.sleep(0.05)
    process.send_signal(signal.SIGSTOP)  # or it would be done before all have asked
    assert "cannot be locked" in fresh.run(*fresh.command(), code=1)
    for command in ("record", "adopt", "verify"):
        assert "at work in this folder" in fresh.audiophrase(command, code=1)
    process.send_signal(signal.SIGCONT)
    printed, _ = process.communicate(timeout=300)
    assert process.returncode == 0, printed
    finished = fresh.digests()
    assert OF_VAL in finished
    assert finished.items() <= made.digests().items()


def test_a_damaged_lock_file_is_told(made):
    (made.folder / "dvc.lock").write_text("schema: '2.0'\nstages:\n  feat")
    said = made.audiophrase("record", code=1)
    assert "dvc.lock cannot be read" in said
    assert "git checkout dvc.lock" in said


def test_without_a_repository_it_is_told(made):
    shutil.rmtree(made.folder / ".dvc")
    assert "RECORD=0" in made.audiophrase("record", code=1)


@pytest.mark.skipif(os.geteuid() != 0, reason="a small file system takes root to mount")
@pytest.mark.long
def test_a_full_cache_disk_records_nothing(made, tmp_path):
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", str(small)], check=False
    )
    if mounted.returncode:
        pytest.skip("no file system can be mounted here")
    try:
        made.dvc("cache", "dir", str(small))
        (made.folder / "dvc.lock").unlink()
        said = made.audiophrase("record", code=1)
        assert "No space left" in said
        assert "free some space" in said
        made.dvc("cache", "dir", "--unset")
        made.audiophrase("record")
        assert made.changed() == {}
    finally:
        subprocess.run(["umount", str(small)], check=True)


def test_stages_are_listed_upstream_first(made):
    assert made.audiophrase("stages", "tiny").split() == made.stages()
    said = made.audiophrase("stages", "tiny", "text", "features")
    assert said.split() == ["features@tiny.log-mel", "text@tiny"]


def test_status_json_is_what_the_bridge_expects(made):
    """DVC's words for what changed, on which the bridge rests."""
    (made.folder / "data/tiny/availability.csv").write_text("x")
    params = made.params()
    params["train"]["triplet"]["margin"] = 0.7
    made.write_params(params)
    changes = made.changed()
    assert changes["availability@tiny"] == [
        {"changed outs": {"data/tiny/availability.csv": "modified"}}
    ]
    assert {"changed deps": {"params.yaml": {"train.triplet.margin": "modified"}}} in changes[
        "train@tiny.paper.1"
    ]
