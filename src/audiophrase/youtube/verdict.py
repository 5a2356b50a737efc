"""Verdicts: what YouTube's answers mean for a clip.

A wrong "missing" falsifies a data set for everyone who trusts it, so the rules lean one way: causes
that concern the run (bot check, rate limit, network, …) are looked for first and in everything that
was seen; only wordings on a list of their own mean that a video is gone; all else is unresolved.
Rules go by meaning, over a text without case, apostrophes, prefixes and advice.
"""

import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from audiophrase.clips.availability import State
from audiophrase.youtube.evidence import CUT, Evidence

MAX_CHARACTERS = 20_000  # a longer text is no message of YouTube's


@dataclass(frozen=True, slots=True)
class Verdict:
    """State of the clip, class of the cause, and whether that holds for good.

    `rule` and `message` say how it came about: the rule's name and the text that it was read from.
    """

    state: State
    reason: str
    permanent: bool
    rule: str = field(default="", compare=False)
    message: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class _Rule:
    name: str
    reason: str
    pattern: re.Pattern[str]
    state: State = State.UNRESOLVED
    permanent: bool = False


def _rule(name: str, reason: str, *alternatives: str, **outcome) -> _Rule:
    return _Rule(name, reason, re.compile("|".join(alternatives)), **outcome)


# Patterns meet text as `_normalise` leaves it: lower case, "youre" for "you're".
_RUN_RULES = (
    _rule(
        "disk",
        "unknown",
        r"no space left|\berrno (27|28|30|122)\b|quota exceeded$|disk (is )?full|disk quota",
        r"read-only file system|file too large|unable to (create|open) (directory|for writing)",
        r"unable to (create|open|write) (the )?(file|folder)",
    ),
    _rule(
        "bot-check",
        "bot-check",
        r"not a (ro)?bot\b|captcha|unusual traffic|automated (queries|requests)",
        r"your ip( address)? is (likely )?(being )?blocked",
    ),
    _rule(
        "rate-limited",
        "rate-limited",
        r"\b429\b|too many requests|rate[- ]?limit|resource has been exhausted|check quota",
        r"downloaded file is empty",
        r"(available|unavailable)[,.]? (please )?try again later",
    ),
    _rule(
        "cookies",
        "cookies",
        r"netscape|login with password is not supported|please sign in(?! (to|if)\b)",
        r"cookies? .{0,40}(no longer valid|expired|invalid|rotated)",
        r"(failed|unable|could not) (to )?(load|read|decrypt|find).{0,30}cookies?\b",
        r"your (google |youtube )?account (has been|is|was) (terminated|suspended|disabled|closed)",
    ),
    _rule(
        "token",
        "po-token/SABR",
        r"\bsabr\b|\bpo[ -]?token|proof[- ]of[- ]origin|\b403\b|\bforbidden\b",
    ),
    _rule(
        "server-or-network",
        "network-transient",
        r"http error (5\d\d|407|408)|internal server error|bad gateway|service unavailable",
        r"gateway time-?out|\btimed? ?out\b|timeout|\bstalled",
        r"connection (was )?(refused|reset|aborted|broken|closed|error)|connectionerror",
        r"unable to connect|failed to establish|network is (unreachable|down)|no route to host",
        r"name resolution|name or service not known|nodename nor servname|getaddrinfo|resolve host",
        r"remote end closed|remotedisconnected|incomplete ?read|bytes read\b|broken pipe",
        r"\[ssl|\bssl:|sslerror|\btls\b|certificate|eof occurred|unexpected_eof",
        r"\berrno (-[235]|5[14]|6[0145]|10[14]|11[0123])\b|urlopen error|transporterror",
        r"connect to proxy|proxyerror|tunnel connection failed|try again later",
        r"pars(e|ing) json|jsondecodeerror|expecting value",
    ),
    _rule(
        "extractor",
        "extractor-broken/outdated",
        r"n challenge|javascript runtime|js runtime|challenge solver|signature (solving|extraction)",
        r"unable to (extract|decode|decrypt)|failed to extract|needs to be reloaded",
        r"http error 400|precondition check failed|initial player response",
    ),
    _rule("download", "network-transient", r"unable to download (api page|webpage)"),
)

# What YouTube says of the video itself. The first that matches holds, and what is milder comes
# first: a video must say "removed" and nothing else to be missing.
_COUNTRY = r"your (country|region|location|area)"
_VIDEO_RULES = (
    _rule(
        "live",
        "live/upcoming",
        r"\blive ?(event|stream)|premieres? in\b|premiere will begin|processing this video",
        state=State.UPCOMING,
    ),
    _rule(
        "members",
        "members-only",
        r"members[- ]only|channels? members|join this channel",
        state=State.RESTRICTED,
    ),
    _rule(
        "premium",
        "premium",
        r"premium members|music premium|youtube premium|requires payment",
        state=State.RESTRICTED,
    ),
    _rule(
        "age",
        "age-restricted",
        r"(confirm|verify) your age|age[- ]restricted|inappropriate (or|for) ",
        state=State.RESTRICTED,
    ),
    _rule(
        "country",
        "geo-blocked",
        rf"(available|unavailable|blocked|blocked it|viewable|restricted) (in|from) {_COUNTRY}",
        rf"copyright (grounds|claim).{{0,80}} in {_COUNTRY}|\bgeo[- ]?(restrict|block)",
        state=State.GEO_BLOCKED,
    ),
    _rule(
        "private",
        "private",
        r"\bprivate video|video is private",
        state=State.RESTRICTED,
        permanent=True,
    ),
    _rule("no-formats", "unknown", r"no video formats found|no suitable extractor"),
    _rule("track", "no-original-track", r"\bno original audio track\b"),
    _rule("format", "format-unavailable", r"format is not available|only images|drm protected"),
    _rule("elsewhere", "copyright-blocked", r"blocked it from display on this"),
    _rule(
        "account",
        "account-terminated",
        r"\baccounts? (associated with this video )?(has|have) been (terminated|closed)",
        r"\bhas closed (their|his|her|its) (youtube )?account",
        state=State.MISSING,
        permanent=True,
    ),
    _rule(
        "copyright",
        "copyright-blocked",
        r"blocked it on copyright grounds|no longer available due to a copyright claim",
        state=State.MISSING,
        permanent=True,
    ),
    _rule(
        "removed",
        "permanent-removed",
        r"video has been removed (by the (uploader|user|owner)|for violating)\b",
        state=State.MISSING,
        permanent=True,
    ),
)

# playabilityStatus speaks in codes where its reason may be in any language.
_STATUS_RULES = {
    "LIVE_STREAM_OFFLINE": _VIDEO_RULES[0],
    "AGE_VERIFICATION_REQUIRED": _VIDEO_RULES[3],
    "AGE_CHECK_REQUIRED": _VIDEO_RULES[3],
    "CONTENT_CHECK_REQUIRED": _VIDEO_RULES[3],
}
_TELLING_STATUSES = (400, 403, 407, 408, 429)  # and 5xx: of the run, never of the video
_RUN_REASONS = {rule.reason for rule in _RUN_RULES} - {"unknown"}
_BARE = "bare-unavailable"
_BARE_SENTENCE = re.compile(
    r"((this )?(video|content) (is |isn ?t )?(not available|unavailable|available)( any ?more)?\W*)+"
)


def classify(message: str) -> Verdict:
    """What one message means, without regard to its case, apostrophes, prefixes or advice."""
    text = _normalise(message)
    for rule in (*_RUN_RULES, *_VIDEO_RULES):
        if rule.pattern.search(text):
            return _apply(rule, message)
    bare = _BARE_SENTENCE.fullmatch(text) is not None
    return Verdict(State.UNRESOLVED, "unknown", False, _BARE if bare else "", message)


def judge(evidence: Evidence) -> Verdict:
    """What all that was seen means together.

    A sign that concerns the run wins wherever it stands. Of several things said of the video the
    mildest holds. A client that says OK, a text that was cut, or a video whose media were already
    being read bar what would hold for good.
    """
    statuses = [s for s in evidence.http_statuses if s in _TELLING_STATUSES or s >= 500]
    verdicts = [replace(classify(f"HTTP Error {s}"), message=f"HTTP {s}") for s in statuses]
    verdicts += [classify(text) for text in _texts(evidence)]
    codes = [_STATUS_RULES[a.status] for a in evidence.answers if a.status in _STATUS_RULES]
    verdicts += [_apply(rule, rule.reason) for rule in codes]
    order = {rule.name: rank for rank, rule in enumerate((*_RUN_RULES, *_VIDEO_RULES))}
    decided = [verdict for verdict in verdicts if verdict.rule in order]
    if not decided:
        return _undecided(evidence, verdicts)
    verdict = min(decided, key=lambda verdict: order[verdict.rule])
    if verdict.permanent and _bars_permanence(evidence):
        return Verdict(State.UNRESOLVED, "unknown", False, "contradicted", verdict.message)
    return verdict


def concerns_run(verdict: Verdict) -> bool:
    """Whether the cause lies with the run (network, server, rate, tools, disk), not the video."""
    return verdict.rule == "disk" or verdict.reason in _RUN_REASONS


def _undecided(evidence: Evidence, verdicts: list[Verdict]) -> Verdict:
    bare = verdicts and all(verdict.rule == _BARE for verdict in verdicts)
    if bare and not _bars_permanence(evidence):
        return verdicts[-1]
    message = next((text for text in (*evidence.errors, *evidence.warnings)), "")
    message = message or next(_texts(evidence), "")
    return Verdict(State.UNRESOLVED, "unknown", False, "", message)


def _bars_permanence(evidence: Evidence) -> bool:
    plays = any(answer.status == "OK" or answer.n_formats for answer in evidence.answers)
    return plays or evidence.stage != "page" or any(CUT in text for text in _texts(evidence))


def _texts(evidence: Evidence) -> Iterator[str]:
    yield from evidence.errors
    yield from evidence.warnings
    for answer in evidence.answers:
        said = ". ".join(text for text in (answer.reason, answer.subreason) if text)
        if said:
            yield said


def _apply(rule: _Rule, message: str) -> Verdict:
    return Verdict(rule.state, rule.reason, rule.permanent, rule.name, message)


_TAG = re.compile(
    r"</?(a|b|br|p|i|u|em|h\d|span|div|strong|font|script|li|ul)\b[^<>]*>", re.IGNORECASE
)
_MOJIBAKE = re.compile("â€[™˜]")  # UTF-8 of an apostrophe, read as Windows-1252
_APOSTROPHE = re.compile(r"['’‘‛`´ʼʹ′＇]")
_LOST_APOSTROPHE = re.compile(r"(?<=\w)[?\ufffd]+(?=\w)")
_PREFIX = re.compile(
    r"^[\s(]*(([\w.-]*error|warning)\s*:\s*)*"
    r"(\[[\w+:.-]*youtube[\w+:.-]*\]\s*([\w-]+:\s+)?|[\w-]{11}:\s+)?(youtube said:\s*)?"
)
_ADVICE = re.compile(
    r"use --cookies-from-browser[^.]*\.?|see\s+for how to manually pass cookies\.?"
    r"|(also )?see\s+for tips on effectively exporting youtube cookies\.?"
    r"|;? ?please report this issue on[^.]*?(template)?\.? confirm you are on the latest version"
    r" using yt-dlp -u|you might want to use a vpn or a proxy server[^.]*\.?"
)


def _normalise(message: str) -> str:
    """Lower case, one space between words; no tags, links, apostrophes, prefixes or advice."""
    if len(message) > MAX_CHARACTERS:
        return ""
    text = _MOJIBAKE.sub("'", html.unescape(message))
    text = unicodedata.normalize("NFKC", _TAG.sub(" ", text)).casefold()
    text = "".join(character for character in text if unicodedata.category(character) != "Cf")
    text = re.sub(r"https?://\S+", "", text)
    text = _LOST_APOSTROPHE.sub("", _APOSTROPHE.sub("", text))
    text = " ".join(text.split())
    return _ADVICE.sub("", _PREFIX.sub("", text)).strip()
