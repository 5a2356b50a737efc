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


# Written by meaning alone, before any rule was tried on them: the class, and `!` if for good.
FRESH = """
bot-check|Before you continue, complete a quick check to show us you aren't a robot.
bot-check|Our system has detected robotic behaviour coming from your address.
bot-check|Human verification is required to play this video.
bot-check|This request looks automated. Sign in so that we know you're a real person.
bot-check|Your IP range has been blacklisted by YouTube
bot-check|Solve the puzzle below to prove you're not a machine
rate-limited|You've watched too many videos in a short time. Come back tomorrow.
rate-limited|Request limit exceeded, retry after 3600 seconds
rate-limited|Guest viewing limit reached for this session.
rate-limited|Server says: slow down, you are being throttled
rate-limited|This content is unavailable at this time.
rate-limited|This content is not currently available
network-restricted|Your company has restricted access to YouTube.
network-restricted|Streaming sites are filtered on this Wi-Fi.
network-restricted|Please disconnect from your VPN and try once more.
network-restricted|Videos can't be played through a proxy server.
network-restricted|Access to video sites is disabled by your IT department
network-restricted|This site was blocked by the firewall of the campus
network-transient|The remote server closed the connection without an answer.
network-transient|Read operation timed out after 20 s
network-transient|Proxy server refused the connection
network-transient|Temporary server problem (502). Try later.
network-transient|Could not look up www.youtube.com: DNS failure
cookies|The session behind these cookies has been revoked; export them again.
cookies|You've been signed out. Log in to YouTube again.
cookies|Your Google Account has been disabled for unusual use.
cookies|The profile you signed in with no longer has an account
cookies|We closed your account at your request
extractor-broken/outdated|Signature function could not be located in player 4fcd6e4a
extractor-broken/outdated|This version of the app is too old to play this video.
extractor-broken/outdated|Player response has an unexpected layout: KeyError('streamingData')
po-token/SABR|Formats were withheld because no PO token was given
po-token/SABR|403: access to the media was denied
private!|This video was made private by its uploader.
private!|The channel has switched this video to private
private!|Sorry, this is a private video
private!|Video is private; you need the owner's permission
members-only|Become a member of the channel to watch this.
members-only|Exclusive video for paying members of this channel
members-only|This one's for channel supporters at the Gold membership level
premium|Rent or buy this film to watch it
premium|You need YouTube Premium to see this
age-restricted|You have to be at least 18 to watch this video.
age-restricted|This video has been age-gated following a community report
age-restricted|Viewers must verify their age first
geo-blocked|The rights holder does not allow playback in your country.
geo-blocked|Not offered in your part of the world.
geo-blocked|Viewing is limited to Germany, Austria and Switzerland
live/upcoming|This premiere starts in 3 hours.
live/upcoming|The stream hasn't begun. Check back soon.
permanent-removed!|The person who uploaded this video has deleted it.
permanent-removed!|YouTube took this video down for breaking its rules on spam
permanent-removed!|The creator has deleted this video
permanent-removed!|This video was removed because it broke our rules on harassment
account-terminated!|The user who uploaded this video no longer has an account, as it has been closed
account-terminated!|This video is gone because its uploader's channel was terminated
account-terminated!|The uploader deleted their YouTube account
copyright-blocked!|Taken down after a copyright complaint by Big Records
copyright-blocked!|This video was blocked worldwide on copyright grounds by its owner
unresolved|This video may no longer exist
unresolved|The video was removed from Watch later.
unresolved|The temporary copy of the video has been deleted
unresolved|Either the video is private or the link is wrong
unresolved|Video not found
unresolved|The video has been taken down for a technical check; it returns on Monday.
unresolved|The uploader's account is locked for a security check
unresolved|Unknown response to a request for a video
permanent-removed!|The video you are looking for has been deleted by its author.
permanent-removed!|This video has been taken down by YouTube for repeated hate speech
permanent-removed!|Video removed
permanent-removed!|This video has been removed at the request of its owner
permanent-removed!|Sorry, this video no longer exists.
permanent-removed!|The uploader took this video down
account-terminated!|This video isn't available as the YouTube account of this video was closed.
account-terminated!|The creator's channel has been terminated for spam
account-terminated!|The account of the uploader was permanently suspended
copyright-blocked!|This video was removed because of a copyright infringement claim by Label X
copyright-blocked!|No longer available due to a copyright takedown by Studio Y
private!|This video is now private
private!|The uploader has marked this video as private
private!|Video unavailable. Video is private.
unresolved|This video has been removed from the list of recommendations
unresolved|This video was removed due to a technical problem on our side
unresolved|Video has been deleted from device storage
unresolved|Video removed from local storage
unresolved|The video was deleted; click to restore it
unresolved|This video has been removed? Tell us.
unresolved|The account has been suspended, please contact your administrator
unresolved|The user account used for this request has been deleted
unresolved|Access token revoked because the user closed the account
unresolved|This video has been removed by the content filter of your school
unresolved|We could not tell whether the uploader has deleted this video
unresolved|Videos that have been deleted by their owners are not shown here
unresolved|The private video feature is not supported
unresolved|Playing private videos needs a login
unresolved|You need to log in: private video or wrong account
unresolved|This video would have been removed by the uploader
unresolved|This video has nearly been removed by YouTube
unresolved|This video is about an account that was closed
unresolved|The previous version of this video has been deleted by the uploader
unresolved|This video is being removed
unresolved|The channel was suspended for 7 days
unresolved|The owner of this video has not removed this video
unresolved|Until it is checked, this video has been taken down
unresolved|Comments by the user were removed due to a copyright complaint
unresolved|The file name says 'Deleted video'
unresolved|The uploader's account was suspended by mistake
unresolved|This video isn't private
cookies|Your YouTube account was suspended, so this video can't be played
cookies|Cookie file is out of date; the account in it was deleted
bot-check|We think you might be a bot. Sign in to continue
bot-check|Confirm that you are human to keep watching
rate-limited|You have sent too many requests. Wait 30 minutes
rate-limited|Quota for guests used up, come back in 2 hours
network-restricted|YouTube can't be reached over your VPN, turn the VPN off
network-restricted|Your library's network does not permit streaming
network-transient|Connection dropped after 12 kB
network-transient|The host could not be reached
geo-blocked|This video is blocked in your region
geo-blocked|This video can't be shown in your country because of a local law
age-restricted|This video is restricted to adults
age-restricted|Sign in to confirm that you're an adult
members-only|Only members of this channel can watch this
premium|This video is only for YouTube Premium subscribers
live/upcoming|This live stream will start in 20 minutes
extractor-broken/outdated|Could not extract player data; your yt-dlp is too old
unresolved|This video has been removed from your subscriptions
unresolved|The YouTube app was removed, so this video can't play
unresolved|The account manager has terminated the request
unresolved|Account creation was suspended
unresolved|We have suspended playback of this video
unresolved|This video was deleted at your request
unresolved|Your friend has made this video private
unresolved|Video has been removed by parental controls
unresolved|The owner of the playlist has deleted this video
unresolved|The user deleted this video from the playlist
unresolved|Private video, unless you sign in
unresolved|This video is private until Friday
unresolved|Video was taken down by a bug
unresolved|This account has been suspended
unresolved|No, this video has not been removed by the uploader
unresolved|This video is unavailable because the account is closed for the weekend
unresolved|This video has been removed, or so it seems
unresolved|Video deleted: ok (test)
unresolved|This video has been deleted from the search index
unresolved|Error: this video does not exist on this server
unresolved|The user closed their account page
unresolved|The administrator removed this video
unresolved|YouTube has removed this video in your region
unresolved|The channel has been suspended in your country
unresolved|The uploader has deleted this video, it says here, but it may be wrong
permanent-removed!|This video has been removed by its original uploader
permanent-removed!|The video was deleted by the person who posted it
permanent-removed!|This video was taken down because it breaks our community guidelines
account-terminated!|This video is unavailable because its owner's Google account was deleted
copyright-blocked!|This video was removed after a trademark complaint
"""


@pytest.mark.parametrize("line", FRESH.strip().splitlines())
def test_wordings_written_before_the_rules_were_tried(line):
    expected, _, message = line.partition("|")
    verdict = classify(message)
    if expected == "unresolved":
        assert (verdict.state, verdict.permanent) == (State.UNRESOLVED, False)
    else:
        assert verdict.reason + "!" * verdict.permanent == expected
