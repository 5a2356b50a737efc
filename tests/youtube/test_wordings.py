"""Messages that are on no list: each class in several wordings, and texts that look like one."""

from datetime import UTC, datetime, timedelta

import pytest

from audiophrase.clips.availability import State
from audiophrase.youtube.evidence import Evidence, PlayerAnswer
from audiophrase.youtube.history import fold
from audiophrase.youtube.rules import VIDEO_RULES
from audiophrase.youtube.run_rules import RUN_RULES
from audiophrase.youtube.verdict import classify, concerns_run, judge

FOR_GOOD = {
    "permanent-removed": [
        "Video unavailable. This video was deleted by its owner",
        "This video has been removed because it violated our Community Guidelines",
        "This video has been removed as a breach of YouTube's policy against scams",
        "ERROR: [youtube] aaaaaaaaaaa: This video no longer exists.",
        "The uploader has removed this video",
        "This video has been taken down",
        "[Deleted video]",
        "This video has been removed for violating YouTube's policy on inappropriate content",
    ],
    "account-terminated": [
        "The account behind it has been suspended for repeated spam",
        "This video is no longer available because its uploader closed their Google account",
        "This channel was terminated for breaking the rules",
    ],
    "copyright-blocked": [
        "This has content of A and B, one or more of whom have blocked it on copyright grounds",
        "Video unavailable. It was blocked due to the claimed content by Somebody.",
        "It was removed following a copyright removal request by Somebody",
        "This video is no longer available due to a trademark complaint by Somebody",
    ],
    "private": [
        "This video has been made private by whoever uploaded it",
        "Sign in if you've been granted access to this video",
        "LOGIN_REQUIRED: If the owner of this video has granted you access, please sign in.",
        "Content warning\nIf you were granted access please sign in\nThis video is private",
    ],
}
FOR_NOW = {
    "geo-blocked": [
        "This video isn't available in your region",
        "A and B, one or more of whom have blocked it in your territory on copyright grounds",
        "This content is not available on this country domain because of a court order",
        "Not shown here under local law",
        "This video is available in Japan, South Korea only",
        "Video unavailable. This content is not available in your country",
        "This video may be deleted or geo-restricted",
    ],
    "age-restricted": [
        "Content Warning",
        "The following may contain suicide or self-harm topics",
        "This video is age restricted",
        "Login required to verify your age",
    ],
    "members-only": ["Members only", "Only available to members of this channel"],
    "premium": [
        "This video requires a paid subscription",
        "This film is available to rent or purchase",
        "Only for YouTube Premium members; not part of a membership of the channel",
    ],
    "live/upcoming": [
        "Premiere will begin shortly",
        "LIVE_STREAM_OFFLINE: Offline.",
        "This stream is scheduled for tomorrow",
        "This video is still being processed, try again later",
    ],
    "format-unavailable": [
        "This video is DRM protected",
        "Requested formats are not available",
        "No audio formats available for this video",
    ],
    "copyright-blocked": [
        "It contains content of Somebody and is restricted from playback on certain sites",
        "There is an open copyright question",
    ],
    "cookies": ["Sign in to view this video", "This video is only for registered users"],
    "unknown": [
        "Sorry, the video you have requested is not available.",
        "This video may have been removed, or made private",
        "If this video was removed, look for another",
        "The playlist does not exist or is private",
        "This video has been removed from your queue",
        "The partial file was deleted by the user",
        "Access denied due to a policy violation",
        "Blocked due to content category",
        "The channel is closed",
        "Conversion failed!",
        "No title was given by the players; falling back to another",
        "Skipping a client that does not support cookies",
    ],
}
OF_THE_RUN = {
    "bot-check": [
        "Please verify that you are a human",
        "Confirm you\\u2019re not a robot",
        "Your IP address has been temporarily banned",
        "YouTube is blocking your IP",
        "Our systems saw unusual traffic from your network",
    ],
    "rate-limited": [
        "This content isn't available.",
        "Video unavailable. This content is unavailable",
        "Your account has been rate-\nlimited",
        "HTTP Error 402: Payment Required",
        "The request would have exceeded your daily quota",
    ],
    "network-restricted": [
        "Ask your network administrator why this is restricted",
        "Blocked by your organisation",
        "Please disable your VPN to go on",
        "Videos are hidden by Restricted Mode",
        "Access to this page has been blocked by the filtering software of your network",
    ],
    "cookies": [
        "There was an error: please sign in",
        "Could not copy the Chrome cookie database",
        "Login with OAuth is no longer supported",
        "HTTP Error 401: Unauthorized",
        "Your Google account was suspended",
    ],
    "po-token/SABR": [
        "YouTube is forcing SABR streaming for this client",
        "The session may have an experiment that applies DRM to all videos",
        "A PO token is needed for this client",
        "HTTP Error 403: Forbidden. Giving up after 10 retries",
    ],
    "network-transient": [
        "HTTP Error 404: Not Found",
        "HTTP Error 410: Gone",
        "HTTP Error 416: Range Not Satisfiable",
        "Cannot connect to proxy: Tunnel connection failed: 403 Forbidden",
        "[WinError 10054] An existing connection was forcibly closed by the remote host",
        "curl: (28) Operation timed out",
        "Failed to resolve 'www.youtube.com'",
        "An error occurred. Please try again later.",
        "100 bytes read, 900 more expected",
        "Service unavailable, try again later",
    ],
    "extractor-broken/outdated": [
        "Playback on other websites has been disabled by its owner",
        "This video is not available on this device",
        "It can only be played on newer versions of the app",
        "nsig extraction failed: you may see throttling for some formats",
        "Could not find JS function 'xy'",
        "An extractor error has occurred. (caused by KeyError('x'))",
        "Your yt-dlp is older than 90 days",
    ],
    "unknown": ["There is not enough space on the disk"],
}


def _pairs(classes):
    return [(reason, message) for reason, messages in classes.items() for message in messages]


@pytest.mark.parametrize(("reason", "message"), _pairs(FOR_GOOD))
def test_what_holds_for_good(reason, message):
    verdict = classify(message)
    assert (verdict.reason, verdict.permanent) == (reason, True)
    assert verdict.state == (State.RESTRICTED if reason == "private" else State.MISSING)


@pytest.mark.parametrize(("reason", "message"), _pairs(FOR_NOW))
def test_what_is_said_of_a_video_and_may_change(reason, message):
    verdict = classify(message)
    assert (verdict.reason, verdict.permanent) == (reason, False)
    assert verdict.state != State.MISSING


@pytest.mark.parametrize(("reason", "message"), _pairs(OF_THE_RUN))
def test_what_concerns_the_run(reason, message):
    verdict = classify(message)
    assert (verdict.reason, verdict.permanent) == (reason, False)
    assert concerns_run(verdict)
    for _, permanent in _pairs(FOR_GOOD):
        assert concerns_run(classify(f"{message}. {permanent}"))
        assert concerns_run(classify(f"{permanent} (caused by {message})"))


def test_every_rule_takes_a_message():
    rules = {rule.name for rule in (*RUN_RULES, *VIDEO_RULES)}
    taken = {classify(m).rule for _, m in _pairs(FOR_GOOD) + _pairs(FOR_NOW) + _pairs(OF_THE_RUN)}
    taken |= {classify("Unable to download webpage").rule, classify("No suitable extractor").rule}
    taken |= {classify("no original audio track: nothing tells it of de, en").rule}
    assert rules == taken - {"", "bare-unavailable", "hedged"}


@pytest.mark.parametrize(
    "message",
    [
        "\x1b[0;31mERROR:\x1b[0m [youtube] aaaaaaaaaaa: Video unavailable",
        "ERROR - Video unavailable\nThis video isnâ€™t available any more",
        "b'ERROR: [youtube] aaaaaaaaaaa: This video isn\\xe2\\x80\\x99t available.\\n'"[2:-1],
        "UNPLAYABLE: This video isn\\u2019t available",
        "Video unavailable\nThis video isn´t available. Sorry about that.",
        "Video unavailable. This video isn&amp;#39;t available",
        "Video Unavailable. This Video Isn&Amp;#39;T Available",
    ],
)
def test_a_bare_wording_however_it_was_handed_on(message):
    assert classify(message).rule == "bare-unavailable"


def _state(reason_text, *, committed, days=(0, 2)):
    evidence = Evidence("page", (PlayerAnswer("tv", "ERROR", *reason_text, None, 0),))
    verdict = judge(evidence)
    values = {
        "clip_id": "YAAAAAAAAAAA_0_10",
        "state": verdict.state,
        "reason": verdict.reason,
        "message": verdict.message,
        "evidence": evidence.to_json(),
        "session": "one",
        "committed": committed,
    }
    start = datetime(2026, 11, 1, tzinfo=UTC)
    rows = [values | {"tried_utc": start + timedelta(days=day)} for day in days]
    return fold(rows)["YAAAAAAAAAAA_0_10"].state


def test_a_bare_wording_counts_only_from_a_session_that_plays_others():
    bare = ("Video unavailable", None)
    assert _state(bare, committed=True) == State.MISSING
    assert _state(bare, committed=True, days=(0, 0)) == State.UNRESOLVED
    for committed in (False, None):
        assert _state(bare, committed=committed) == State.UNRESOLVED


def test_what_a_blocked_session_says_of_every_video_never_ages_into_missing():
    blocked = ("Video unavailable", "This content isn’t available.")
    assert _state(blocked, committed=True) == State.UNRESOLVED
    assert _state(blocked, committed=True, days=(0, 2, 4, 60)) == State.UNRESOLVED
