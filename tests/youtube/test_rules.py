"""Each rule in the words that it knows: without one of its alternatives, a phrase is not taken."""

import re

import pytest

from audiophrase.youtube.rules import VIDEO_RULES
from audiophrase.youtube.run_rules import RUN_RULES
from audiophrase.youtube.verdict import classify
from audiophrase.youtube.wording import normalise

PHRASES = {
    "disk": """
        No space left here; [Errno 28] x; write: quota exceeded; the disk is full; disk quota
        reached; on a read-only file system; file too large; unable to create directory x; unable
        to write the file; [WinError 112] x; not enough space; insufficient disk space
    """,
    "bot-check": """
        Are you not a bot?; tell us if you are a bot; a bot check; solve this CAPTCHA; traffic
        that is unusual traffic; automated queries; prove that you are human; robotic ways; solve
        a puzzle; a human check; this looks automated; say that it's really you; your IP was
        banned; we have blocked this IP
    """,
    "rate-limited": """
        Status 429; too many requests; a rate limit; resource has been exhausted; check quota;
        quota was exceeded today; you exceeded your daily quota; you are being throttled; HTTP
        error 402; 402 payment required; the downloaded file is empty; unavailable, try again
        later; this content is not available; you hit the hourly limit; a limit of yours was
        reached; you ask too often; please slow down; wait for 5 minutes; come back in an hour;
        retry after 60 s
    """,
    "network-restricted": """
        Ask the Workspace admin; use a Google Apps account; your administrator said no; restricted
        by the firewall; blocked by your company; the rules of your library forbid it; blocked on
        this network; disconnect from the VPN; you are behind a VPN; not to be watched over a VPN;
        turn off the VPN; disable your proxy; a proxy was detected; Restricted Mode is on; access
        to this page was blocked; censorship; filtering software; a web filter; parental control
    """,
    "cookies": """
        Not in Netscape form; login with password is not supported; HTTP error 401; 401
        unauthorized; please sign in; the cookies have expired; unable to decrypt all cookies;
        unscoped cookies; a locked cookies database; an invalid file of cookies; DPAPI failed; the
        session has expired; you've been signed out; your account was disabled; Google disabled
        your account; the account you chose was closed
    """,
    "proxy": """
        Cannot connect to the proxy; ProxyError; a proxy error; tunnel connection failed; SOCKS5
        server
    """,
    "token": """
        SABR only; server ABR; a PO token; proof of origin; status 403; forbidden; they are
        missing a URL; an experiment; BotGuard; no visitor data
    """,
    "server-or-network": """
        HTTP error 503; 404 not found; range not satisfiable; internal error; bad gateway; service
        temporarily unavailable; backend error; something went wrong; it timed out;
        ConnectTimeout; it stalled; an unknown error; connection refused; ConnectionError; no
        connection could be made; max retries exceeded; unable to connect; could not connect;
        failed to establish it; the network is down; no route to host; the host is down; name
        resolution; name or service not known; nodename nor servname; getaddrinfo; could not
        resolve host; failed to resolve it; DNS; no such host; remote end closed;
        RemoteDisconnected; IncompleteRead; 5 bytes read; broken pipe; 7 more expected; content
        too short; did not get any data; fragment 3 not found; incomplete data received; SSLError;
        TLSv1; certificate; handshake; EOF occurred; UNEXPECTED_EOF; [Errno 111] x; [WinError
        10060] x; urlopen error; TransportError; curl: (6) x; you're offline; no internet; try
        again later; parsing JSON; JSONDecodeError; expecting value; invalid JSON; giving up after
        3; error reading response; internet connection; unexpected response; it closed the
        connection; a server problem; the host cannot be reached; it failed (502)
    """,
    "extractor": """
        The n challenge; nsig; the n function; a JS runtime; JavaScript challenge; challenge
        solver; solving a challenge; signature; decipher; unable to decode it; failed to obtain
        it; it needs to be reloaded; reload the page; any player response; an extractor error;
        NoneType; KeyError; index out of range; HTTP error 400; 400 bad request; precondition
        check failed; formats may be missing; not available on this app; the latest version of
        YouTube; supported devices; update YouTube; the version is outdated; the app is too old;
        older than 90 days; this client is no longer supported; playback on other sites is
        disabled; disabled for other sites; embedding was disabled; has disabled embedding; player
        configuration; made for kids
    """,
    "download": """
        Unable to download the thing: unable to download; failed to download m3u8; HTTP error 303
    """,
    "live": """
        A live stream; premieres tomorrow; upcoming; it will start soon; it has not started; not
        currently live; the stream is offline; processing this video; video is being processed;
        check back later; offline; it is live; post_live; live DASH
    """,
    "premium": """
        Premium members; Music Premium; YouTube Premium; a rental; purchase it; requires payment;
        pay to watch; paid content; available to subscribers
    """,
    "members": """
        Members-only; for channel members; join this channel; a membership; available to members;
        members on level 2; become a paying member; for the members of this channel; it is for
        members
    """,
    "age": """
        Confirm your age; an age gate; age-restricted; inappropriate; viewer discretion; may
        contain something graphic; 18+; 18 or older; at least 18; not for adults; adult content;
        content warning
    """,
    "country": """
        Blocked in your country; shown where you live; never allowed in your country; viewing is
        limited to Peru; copyright claim there and in your region; geo-blocked; on this country
        domain; outside your country; region-locked; available in some countries; available in
        Peru only; only available in Peru; GEMA; a court order; local law; a legal request; an
        order from a court; government demand
    """,
    "private": """
        A private video; this video has been made private; the owner made this video private;
        granted access to this video; if this video has granted you access
    """,
    "login": """
        Sign in to watch; login is required; LOGIN_REQ; for signed-in users; log in details;
        requires a login; you must log in
    """,
    "no-formats": """
        No video formats found; no suitable extractor; unsupported URL
    """,
    "track": """
        No original audio track
    """,
    "format": """
        This format is not available; only images; none of the formats; DRM; no audio streams
    """,
    "elsewhere": """
        Blocked it from display on this site; restricted from playback on certain sites
    """,
    "account": """
        The account of this video has been closed; the uploader's account was suspended; it is
        unavailable because its account was deleted; the account was closed for spam; that channel
        was terminated; they closed their account; the owner no longer has an account
    """,
    "copyright": """
        Blocked it on copyright grounds; blocked due to claimed content; due to a privacy
        complaint; taken down by the copyright holder
    """,
    "removed": """
        Video was removed by its owner, if that helps; video was removed for a violation, if that
        helps; video has been deleted; deleted video; the owner deleted this video; the video no
        longer exists; video gone because it violates x
    """,
    "copyright-unclear": "Copyright",
}
PAIRS = [(name, text.strip()) for name, texts in PHRASES.items() for text in texts.split(";")]
RULES = {rule.name: rule for rule in (*RUN_RULES, *VIDEO_RULES)}


def alternatives(pattern):
    """What stands between the bars of a pattern that are in no brackets."""
    pieces, depth = [""], 0
    for token in re.findall(r"\\.|\[(?:\\.|[^]\\])*\]|.", pattern):
        depth += (token == "(") - (token == ")")
        if token == "|" and not depth:
            pieces.append("")
        else:
            pieces[-1] += token
    return pieces


@pytest.mark.parametrize(("name", "phrase"), PAIRS)
def test_a_rule_takes_its_phrases(name, phrase):
    assert classify(phrase).rule == name


@pytest.mark.parametrize("name", RULES)
def test_every_alternative_has_a_phrase_of_its_own(name):
    """Which also tells of words that are there twice, and of those that nothing needs."""
    phrases = [normalise(phrase) for rule, phrase in PAIRS if rule == name]
    pieces = alternatives(RULES[name].pattern.pattern)
    for piece in pieces:
        others = re.compile("|".join(other for other in pieces if other is not piece) or r"(?!)")
        assert any(re.search(piece, text) and not others.search(text) for text in phrases), piece
