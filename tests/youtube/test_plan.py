from datetime import UTC, datetime, timedelta

import pytest

from audiophrase.clips.availability import State
from audiophrase.youtube.history import ClipHistory
from audiophrase.youtube.plan import plan

NOW = datetime(2026, 1, 10, tzinfo=UTC)


def row(video, start_s):
    clip_id = f"Y{video}_{start_s * 1000}_{start_s * 1000 + 10_000}"
    return {"clip_id": clip_id, "youtube_id": video, "start_s": start_s, "end_s": start_s + 10}


def test_clips_are_grouped_by_video_in_their_order():
    rows = [row("-AAAAAAAAA_", 30), row("BBBBBBBBBBB", 0), row("-AAAAAAAAA_", 0)]
    todo = plan(rows, {}, set(), n_attempts=3, recheck=False, now=NOW)
    assert [job.youtube_id for job in todo.jobs] == ["-AAAAAAAAA_", "BBBBBBBBBBB"]
    assert [clip.start_s for clip in todo.jobs[0].clips] == [30, 0]
    assert (todo.n_clips, todo.n_wanted, todo.seconds(300)) == (3, 3, 24.0)


@pytest.mark.parametrize(
    ("history", "n_tries", "n_tries_recheck"),
    [
        ({}, 3, 3),
        ({"n_failures": 1}, 2, 3),
        ({"n_failures": 3}, 0, 3),
        ({"state": State.MISSING}, 0, 3),
        ({"state": State.GEO_BLOCKED}, 0, 3),
        ({"state": State.CORRUPT}, 0, 3),
        ({"state": State.OK}, 3, 3),  # fetched once, but its audio is not here
        ({"bare_utc": NOW - timedelta(hours=23), "n_failures": 1}, 0, 3),
        ({"bare_utc": NOW - timedelta(hours=24), "n_failures": 0}, 3, 3),
        ({"bare_utc": NOW - timedelta(hours=24), "n_failures": 3}, 0, 3),
    ],
)
def test_what_is_tried_how_often(history, n_tries, n_tries_recheck):
    rows = [row("AAAAAAAAAAA", 0)]
    clip_id = rows[0]["clip_id"]
    histories = {clip_id: ClipHistory(clip_id, **history)} if history else {}
    for recheck, expected in ((False, n_tries), (True, n_tries_recheck)):
        todo = plan(rows, histories, set(), n_attempts=3, recheck=recheck, now=NOW)
        assert [clip.n_tries for job in todo.jobs for clip in job.clips] == [expected] * bool(
            expected
        )
        assert todo.n_answered + todo.n_exhausted + todo.n_waiting == (expected == 0)
    at_hand = plan(rows, histories, {clip_id}, n_attempts=3, recheck=True, now=NOW)
    assert (at_hand.jobs, at_hand.n_at_hand) == ((), 1)


def test_a_clip_that_waits_for_its_second_answer_is_not_tried_to_the_end():
    now = datetime(2026, 3, 2, tzinfo=UTC)
    clip = {"clip_id": "Yx_0_10000", "youtube_id": "x", "start_s": 0.0, "end_s": 10.0}
    for bare_utc, counts in ((now - timedelta(hours=1), (1, 0)), (None, (0, 1))):
        said = ClipHistory(clip["clip_id"], state=State.UNRESOLVED, n_failures=3, bare_utc=bare_utc)
        todo = plan([clip], {said.clip_id: said}, set(), n_attempts=3, recheck=False, now=now)
        assert (todo.n_waiting, todo.n_exhausted) == counts
