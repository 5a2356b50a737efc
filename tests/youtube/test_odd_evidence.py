"""Statuses that no server should send, and evidence that nobody here wrote, stop nothing."""

import json

import pytest
from youtube_world import datetime_utc

from audiophrase.clips.availability import State
from audiophrase.youtube.attempts import COLUMNS
from audiophrase.youtube.evidence import Evidence
from audiophrase.youtube.history import fold
from audiophrase.youtube.merge import judge_again
from audiophrase.youtube.verdict import concerns_run, judge

CLIP = "Yvideo_00001_0_10000"
GONE = "This video has been removed by the uploader"


@pytest.mark.parametrize("stage", ["page", "media"])
@pytest.mark.parametrize("status", [600, 699, 999, 1000, 2**70])
def test_a_status_that_no_server_should_send_is_the_servers_trouble(stage, status):
    verdict = judge(Evidence(stage, http_statuses=(200, status)))
    assert (verdict.state, verdict.reason) == (State.UNRESOLVED, "network-transient")
    assert concerns_run(verdict)
    assert verdict.rule == f"HTTP {status}"
    beside = judge(Evidence(stage, errors=(GONE,), http_statuses=(status,)))
    assert (beside.state, beside.message) == (State.UNRESOLVED, GONE)


def row(evidence):
    values = {"clip_id": CLIP, "tried_utc": datetime_utc(), "state": "unresolved"}
    values |= {"reason": "unknown", "committed": True, "evidence": evidence}
    return dict.fromkeys(COLUMNS) | values


GOOD = json.loads(Evidence("page", errors=("odd",)).to_json())
ODD = {
    "none": "",
    "no JSON": "{",
    "deep": "[" * 100_000,
    "a list": "[]",
    "a number": "7",
    "infinite": json.dumps(GOOD | {"http_statuses": [float("inf")]}),
    "no number": json.dumps(GOOD | {"http_statuses": ["x", None]}),
    "no statuses": json.dumps(GOOD | {"http_statuses": None}),
    "no texts": json.dumps(GOOD | {"errors": 5}),
    "no answers": json.dumps(GOOD | {"answers": [None]}),
    "other keys": json.dumps(GOOD | {"more": 1}),
}


@pytest.mark.parametrize("evidence", ODD.values(), ids=ODD.keys())
def test_odd_evidence_says_nothing_and_breaks_nothing(evidence):
    assert judge_again(row(evidence)) == row(evidence)
    history = fold([row(evidence)])[CLIP]
    assert (history.state, history.n_failures) == (State.UNRESOLVED, 1)
