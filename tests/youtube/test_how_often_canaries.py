"""How often canaries are asked for, and that what servers ask of a guest is heeded there too."""

from dataclasses import replace

import numpy as np
import pytest
import youtube_world
from youtube_world import TIMED_OUT, World, jobs

from audiophrase.youtube.evidence import Evidence

CANARIES = ["canary_0000", "canary_0001", "canary_0002"]


@pytest.mark.parametrize("n_bad", [1, 4])
def test_one_canary_after_each_round_of_retries_and_all_at_the_end(tmp_path, n_bad):
    world = World({f"video_{index:05d}": [TIMED_OUT] * 9 for index in range(n_bad)})
    n_before = []

    class Counting(youtube_world.Visitor):
        def resolve(self, youtube_id):
            if youtube_id in CANARIES:
                n_before.append(world.n_asked["video_00000"])
            return super().resolve(youtube_id)

    world.visitor = lambda: Counting(world, 1)
    todo = jobs(9)
    stop, histories, _ = youtube_world.work(
        tmp_path, world, todo, canaries=CANARIES, n_threads=1, backoff_s=600.0
    )
    assert stop is None
    assert histories["video_00000"].n_failures == 3
    rounds = [n_before.count(n) for n in range(4)]
    assert rounds == [3, 1, 1, 3]


def busy(retry_after_s, *statuses):
    return Evidence("page", http_statuses=statuses, retry_after_s=retry_after_s)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(("asked_s", "waited_s"), [(300.0, 300.0), (7200.0, 900.0)])
@pytest.mark.parametrize("n_before", [0, 3])
def test_a_retry_after_of_a_canary_is_heeded_by_whoever_asks_next(
    tmp_path, status, asked_s, waited_s, n_before
):
    """By a fresh session, too; no longer than `max_pause_s`."""
    world = World({"canary_0000": [None] * n_before + [busy(asked_s, status)] * 2})
    stop, histories, _ = youtube_world.work(
        tmp_path, world, jobs(20), canary_every=4, n_threads=1, backoff_s=1.0
    )
    assert stop is None
    assert len(histories) == 20
    gaps = sorted(np.diff(world.asked_s))
    assert gaps[-2:] == pytest.approx([waited_s] * 2, rel=0.01)
    assert gaps[-3] < 20


def test_a_retry_after_beside_a_canary_that_plays_is_heeded_too(tmp_path, monkeypatch):
    world = World({})
    fetch = youtube_world.Visitor.fetch

    def slow(visitor, video, start_s, end_s):
        fetched = fetch(visitor, video, start_s, end_s)
        if video.youtube_id != "canary_0000" or world.n_asked["video_00000"]:
            return fetched
        return replace(fetched, evidence=busy(300.0, 200))

    monkeypatch.setattr(youtube_world.Visitor, "fetch", slow)
    assert youtube_world.work(tmp_path, world, jobs(5), n_threads=1)[0] is None
    assert np.diff(world.asked_s).max() == pytest.approx(300, rel=0.01)
