import itertools
import random
import threading

import pytest

from audiophrase.youtube.budget import (
    DAY_S,
    HOUR_S,
    Breaker,
    Exit,
    TokenBucket,
    stop_for,
    stop_for_canary,
)
from audiophrase.youtube.evidence import Evidence
from audiophrase.youtube.verdict import classify, judge

FORBIDDEN = classify("HTTP Error 403: Forbidden")
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


def breaker():
    return Breaker(5, max_pause_s=600)


@pytest.mark.parametrize(
    ("message", "code", "wait_s"),
    [
        ("Sign in to confirm you’re not a bot", Exit.BLOCKED, DAY_S),
        ("HTTP Error 429: Too Many Requests", Exit.BLOCKED, HOUR_S),
        ("[Errno 28] No space left on device", Exit.INCOMPLETE, None),
    ],
)
def test_some_causes_stop_at_once(message, code, wait_s):
    run = breaker()
    run.observe(classify(message))
    assert (run.stop.exit_code, run.stop.wait_s) == (code, wait_s)
    assert message in run.stop.message
    assert "run the same command again" in run.stop.remedy


def test_a_retry_after_is_told_and_a_long_one_stops_any_run():
    run = breaker()
    run.observe(classify("HTTP Error 429"), retry_after_s=7200)
    assert run.stop.wait_s == 7200
    run = breaker()
    run.observe(classify("HTTP Error 503: Service Unavailable"), retry_after_s=60)
    assert run.stop is None
    run.observe(classify("HTTP Error 503: Service Unavailable"), retry_after_s=3600)
    assert (run.stop.exit_code, run.stop.wait_s) == (Exit.INCOMPLETE, 3600)


@pytest.mark.parametrize("verdict", [FORBIDDEN, TIMED_OUT])
def test_a_streak_calls_for_canaries_and_a_long_one_stops(verdict):
    run = breaker()
    for n_failed in range(1, 20):
        run.observe(verdict)
        run.observe(verdict, is_retry=True)
        assert run.stop is None
        assert run.wants_canaries() == (n_failed >= 3)
    run.canaries_passed()
    assert not run.wants_canaries()
    run.observe(verdict, is_retry=True)
    assert run.stop is None
    run.observe(verdict)
    assert run.stop.cause == verdict.reason


def test_what_is_said_of_a_video_ends_a_streak():
    run = breaker()
    for verdict in [FORBIDDEN] * 4 + [REMOVED] + [FORBIDDEN] * 4 + [None] + [FORBIDDEN] * 4:
        run.observe(verdict)
    assert not run.wants_canaries()
    assert run.stop is None


def test_a_dead_canary_names_itself_and_the_first_cause_stays():
    stop = stop_for_canary("jNQXAC9IVRw", REMOVED)
    assert "jNQXAC9IVRw" in stop.message
    assert "retrieve.canaries" in stop.remedy
    assert stop.exit_code == Exit.BLOCKED
    assert stop_for_canary("jNQXAC9IVRw", TIMED_OUT).exit_code == Exit.INCOMPLETE
    run = breaker()
    run.trip(stop)
    run.observe(classify("HTTP Error 429"))
    assert run.stop is stop


def test_a_network_that_keeps_videos_back_is_left_to_the_canaries_and_to_its_administrator():
    verdict = classify("This video is restricted. Please ask your network administrator.")
    assert verdict.reason == "network-restricted"
    run = breaker()
    run.observe(verdict)
    assert run.stop is None
    stop = stop_for_canary("jNQXAC9IVRw", verdict)
    assert (stop.cause, stop.exit_code, stop.wait_s) == ("network-restricted", Exit.BLOCKED, None)
    assert "HTTPS_PROXY" in stop.remedy
    assert "administrator" in stop.remedy


def test_a_stop_for_a_status_gives_the_status_and_what_was_said():
    evidence = Evidence("page", errors=("No video formats found!",), http_statuses=(429,))
    assert "No video formats found! (HTTP 429)" in stop_for(judge(evidence)).message
