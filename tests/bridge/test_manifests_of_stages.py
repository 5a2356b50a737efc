"""Of a family of shards, the manifests are those that the grouping names: other files are outputs."""

from audiophrase.bridge.graph import Job
from audiophrase.bridge.stages import group, read_grouping

LISTING = "data/mine/manifests/recordings.json"
MANIFEST = "data/mine/manifests/clips-test.json"


def job(rule: str, output: str, **params) -> Job:
    return Job(rule, "", {"dataset": "mine"}, (), (output,), params, True, True)


def test_a_listing_of_recordings_is_recorded_and_no_manifest():
    jobs = [job("recordings", LISTING, folder="sounds"), job("clips_manifest", MANIFEST)]
    entry = {"clips": "local", "retrieve": {"folder": "sounds"}}
    params = {"datasets": {"mine": entry}, "retrieve": {"folder": None}, "figures": {}}
    [stage] = group(jobs, read_grouping(), params)
    assert stage.manifests == (MANIFEST,)
    assert set(stage.outs) >= {LISTING, MANIFEST}
    assert stage.deps == ("sounds",)
