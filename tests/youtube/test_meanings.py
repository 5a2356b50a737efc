"""More wordings, each class by its meaning: what was once read as unknown, and what is near it."""

import pytest

from audiophrase.clips.availability import State
from audiophrase.youtube.verdict import classify, concerns_run

OF_THE_RUN = {
    "rate-limited": """
You've reached the hourly limit for guests. Try again in an hour.
You are making requests too quickly. Slow down.
This content is currently not available.
This content is temporarily unavailable
The daily limit has been reached
You have hit a limit on views
Too many attempts from here
You are watching videos too fast
Please wait 10 minutes before asking for more
This content isn't available right now
This content isn't available at the moment
""",
    "bot-check": """
YouTube: automated access detected, please verify you're a person
We've noticed suspicious activity from this IP address; verify that it's really you
Unusual activity was seen here
Tell us that you are a real person
Our systems think that this is an automated program
YouTube has blocked your IP address. Please try switching to a different VPN or proxy.
""",
    "network-restricted": """
YouTube is blocked on this network
It looks like you're using a VPN or proxy. Turn it off to watch this video
Playback isn't allowed over anonymous proxies
This video is not available while you are connected to a proxy
Your organization's policy doesn't allow this video
Your school does not allow YouTube
Streaming is disabled in your network
You seem to be behind a proxy
Videos cannot be watched through a VPN
Blocked by your internet provider
The policy of your company forbids this site
""",
    "network-transient": """
The proxy does not answer
Your proxy is not reachable
Connection through the proxy timed out
Failed to connect to the proxy while using a VPN
""",
}
OF_THE_VIDEO = {
    "private": """
The owner has set this video to private
The uploader made their video private
This video has been switched to private
""",
    "geo-blocked": """
This content is currently not available in your country
This video isn't available where you live
Not available where you are
This video cannot be watched in your part of the world
""",
    "members-only": """
This video is for members of this channel only
For members of the channel
This upload is reserved for members
""",
    "unknown": """
If you set this video to private, others cannot see it
You made this video private
The uploader may have made this video private
""",
}


def pairs(classes):
    return [(name, line) for name, text in classes.items() for line in text.strip().splitlines()]


@pytest.mark.parametrize(("reason", "message"), pairs(OF_THE_RUN))
def test_what_concerns_the_run(reason, message):
    verdict = classify(message)
    assert (verdict.state, verdict.reason) == (State.UNRESOLVED, reason)
    assert not verdict.permanent
    assert concerns_run(verdict)


@pytest.mark.parametrize(("reason", "message"), pairs(OF_THE_VIDEO))
def test_what_is_said_of_a_video(reason, message):
    verdict = classify(message)
    assert (verdict.reason, verdict.permanent) == (reason, reason == "private")
    assert verdict.state != State.MISSING
    assert not concerns_run(verdict)
