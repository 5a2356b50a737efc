"""Whose account is meant, and what takes back a word that would hold for good."""

import pytest

from audiophrase.clips.availability import State
from audiophrase.youtube.evidence import Evidence, PlayerAnswer
from audiophrase.youtube.verdict import classify, concerns_run, judge

REMOVED = "This video has been removed by the uploader"
VISITORS_ACCOUNT = """
The account that you're signed in with has been suspended
Your Google account has been deleted
Your account was deleted
Your account has been permanently closed
The Google account you are using was suspended
Brand account was suspended; choose another account to continue
We have disabled your account
Your channel has been terminated
The account in use was closed. Switch accounts to go on.
My YouTube account has been suspended
The account you chose no longer exists
The account you are logged in with has been terminated for violating the Terms of Service
"""
NOBODYS_ACCOUNT = """
The account has been closed
The account no longer exists
This service account does not exist
The service account was deleted
The guest account was deleted because of spam
"""
UPLOADERS_ACCOUNT = """
The uploader's account was deleted
The account that uploaded this video has been suspended
The owner of this video has closed their account
Video unavailable. This account has been terminated
The channel's Google account was closed
The YouTube account behind this video no longer exists
This account has been terminated for violating YouTube's Terms of Service
"""
# Each beside what would hold for good.
HEDGED = """
The video was removed temporarily while we review it
This video was taken down for maintenance of the server
This video is private for now
This video has been removed. It will be back shortly.
This video was removed by mistake
This video was deleted, and has been restored
This video has been removed, pending an appeal
This video has been removed from our cache (Try again.)
This video was removed from the playlist
Access denied by an ISP due to copyright claims
Private video mode is on in your browser
A private video window is open
The video was deleted by your antivirus
This video does not exist in our index
Your extension says: this video has been removed by the owner
The partial video was deleted
The sound of this video has been removed
The audio of this video was muted due to a copyright claim
Perhaps this video was removed by the uploader
If this video has been removed by the uploader, pick another
When a video was removed by its owner, it is shown like this
Is it that the video was deleted?
This video has been removed or your network blocks it
This video has been removed by the uploader or is not reachable
The link is broken or the video has been removed
This video is private or you have no connection
"""
FOR_GOOD = """
This video has been removed from YouTube
This video has been removed from the YouTube platform
This video has been removed or deleted
This video has been removed by the uploader or YouTube
This video was deleted, or it does not exist
This video has been permanently deleted
This video has been removed for nudity or violence
"""


def lines(text):
    return text.strip().splitlines()


@pytest.mark.parametrize("message", lines(VISITORS_ACCOUNT))
def test_the_account_of_whoever_asks_is_of_the_run(message):
    verdict = classify(message)
    assert (verdict.reason, verdict.permanent) == ("cookies", False)
    assert concerns_run(verdict)


@pytest.mark.parametrize("message", lines(UPLOADERS_ACCOUNT))
def test_the_account_of_whoever_uploaded_is_of_the_video(message):
    verdict = classify(message)
    assert (verdict.state, verdict.reason) == (State.MISSING, "account-terminated")
    assert verdict.permanent


@pytest.mark.parametrize("message", [*lines(NOBODYS_ACCOUNT), *lines(HEDGED)])
def test_what_is_taken_back_does_not_hold(message):
    verdict = classify(message)
    assert (verdict.state, verdict.permanent) == (State.UNRESOLVED, False)


@pytest.mark.parametrize("message", lines(FOR_GOOD))
def test_what_only_looks_like_a_hedge_takes_nothing_back(message):
    assert classify(message).permanent


def test_a_client_that_hedges_bars_what_another_says_for_good():
    answers = [
        PlayerAnswer(client, "ERROR", reason, None, "AAAAAAAAAAA", 0)
        for client, reason in (("tv", REMOVED), ("web", "This video is private for now"))
    ]
    assert judge(Evidence("page", tuple(answers[:1]))).permanent
    verdict = judge(Evidence("page", tuple(answers)))
    assert (verdict.state, verdict.rule) == (State.UNRESOLVED, "hedged")
