import itertools
import random
import threading

import pytest

from audiophrase.youtube.budget import (
    DAY_S,
    HOUR_S,
    Exit,
    TokenBucket,
    stop_for,
    stop_for_canary,
    stops_at_once,
)
from audiophrase.youtube.evidence import Evidence
from audiophrase.youtube.verdict import classify, judge

LIMITED = classify("HTTP Error 429: Too Many Requests")
TIMED_OUT = classify("Read timed out.")
REMOVED = classify("This video has been removed by the uploader")


class Time:
    def __init__(self):
        self.now_s = 1000.0
        self.mutex = threading.Lock()

    def clock(self):
        return self.now_s

    def sleep(self, seconds):
        assert seconds > 0
        with self.mutex:
            self.now_s += seconds


def bucket(time, jitter=0.0, rate=300):
    return TokenBucket(rate, jitter, random.Random(1), clock=time.clock, sleep=time.sleep)


def test_the_first_video_at_once_then_three_hundred_an_hour():
    time = Time()
    tokens = bucket(time)
    tokens.wait()
    assert time.now_s == 1000
    for _ in range(300):
        tokens.wait()
    assert time.now_s == pytest.approx(1000 + HOUR_S)


def test_jitter_spreads_the_intervals_and_keeps_the_rate():
    time = Time()
    tokens = bucket(time, jitter=0.25)
    tokens.wait()
    times = [1000.0]
    for _ in range(3000):
        tokens.wait()
        times.append(time.now_s)
    intervals = [b - a for a, b in itertools.pairwise(times)]
    assert min(intervals) >= 9
    assert max(intervals) <= 15
    assert len({round(interval, 3) for interval in intervals}) > 1000
    assert times[-1] - times[0] == pytest.approx(10 * HOUR_S, rel=0.01)


def test_idle_time_saves_up_no_burst_and_a_pause_holds():
    time = Time()
    tokens = bucket(time)
    tokens.wait()
    time.now_s += 5000
    tokens.wait()
    assert time.now_s == 6000
    tokens.wait()
    assert time.now_s == 6012
    tokens.pause(100)
    tokens.pause(1)
    tokens.wait()
    assert time.now_s == 6112


@pytest.mark.parametrize(
    ("message", "code", "wait_s"),
    [
        ("Sign in to confirm you’re not a bot", Exit.BLOCKED, DAY_S),
        ("HTTP Error 429: Too Many Requests", Exit.BLOCKED, HOUR_S),
        ("[Errno 28] No space left on device", Exit.INCOMPLETE, None),
    ],
)
def test_what_to_do_and_when_to_come_back(message, code, wait_s):
    verdict = classify(message)
    assert stops_at_once(verdict)
    stop = stop_for(verdict)
    assert (stop.exit_code, stop.wait_s) == (code, wait_s)
    assert message in stop.message
    assert "run the same command again" in stop.remedy


def test_a_long_retry_after_is_told():
    assert stop_for(LIMITED, 7200).wait_s == stop_for_canary(["jNQXAC9IVRw"], LIMITED, 7200).wait_s
    assert stop_for(LIMITED, 7200).wait_s == 7200
    assert stop_for(LIMITED, 60).wait_s == HOUR_S


def test_a_dead_canary_names_itself():
    stop = stop_for_canary(["jNQXAC9IVRw"], REMOVED)
    assert "jNQXAC9IVRw" in stop.message
    assert "retrieve.canaries" in stop.remedy
    assert stop.exit_code == Exit.BLOCKED
    assert stop_for_canary(["jNQXAC9IVRw"], TIMED_OUT).exit_code == Exit.INCOMPLETE


def test_a_network_that_keeps_videos_back_is_left_to_the_canaries_and_to_its_administrator():
    verdict = classify("This video is restricted. Please ask your network administrator.")
    assert verdict.reason == "network-restricted"
    assert not stops_at_once(verdict)
    stop = stop_for_canary(["jNQXAC9IVRw"], verdict)
    assert (stop.cause, stop.exit_code, stop.wait_s) == ("network-restricted", Exit.BLOCKED, None)
    assert "HTTPS_PROXY" in stop.remedy
    assert "administrator" in stop.remedy


def test_a_stop_for_a_status_gives_the_status_and_what_was_said():
    evidence = Evidence("page", errors=("No video formats found!",), http_statuses=(429,))
    assert "No video formats found! (HTTP 429)" in stop_for(judge(evidence)).message
