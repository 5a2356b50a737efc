"""How often canaries are asked for, and that what servers ask of a guest is heeded there too."""

import pytest
import youtube_world
from youtube_world import TIMED_OUT, World, jobs

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
