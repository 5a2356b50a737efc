"""Verdicts: what YouTube's answers mean for a clip.

A wrong "missing" falsifies a data set for everyone who trusts it, so the rules lean one way: causes
that concern the run (bot check, rate limit, network, …) are looked for first and in everything that
was seen; only wordings on a list of their own mean that a video is gone, and only where nothing
takes them back (`audiophrase.youtube.hedges`); all else is unresolved. Rules
(`audiophrase.youtube.run_rules`, `audiophrase.youtube.rules`) go by meaning, not by a list of
messages.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from audiophrase.clips.availability import State
from audiophrase.youtube.evidence import CUT, Evidence
from audiophrase.youtube.hedges import HEDGED, is_hedged
from audiophrase.youtube.rule import Rule
from audiophrase.youtube.rules import (
    BARE,
    BARE_SENTENCE,
    STATUS_RULES,
    VIDEO_RULES,
)
from audiophrase.youtube.run_rules import RUN_RULES
from audiophrase.youtube.wording import normalise


@dataclass(frozen=True, slots=True)
class Verdict:
    """State of the clip, class of the cause, and whether that holds for good.

    `rule` and `message` say how it came about: the rule's name, or `HTTP` and a status where that
    decided, and word for word the text that it was read from.
    """

    state: State
    reason: str
    permanent: bool
    rule: str = field(default="", compare=False)
    message: str = field(default="", compare=False)


# Of the run, never of the video, as are 5xx; and of an address of media whatever is an error: one
# that expired or is refused answers 404, 410 or 416.
_TELLING_STATUSES = (400, 403, 407, 408, 429)
_ORDER = {rule.name: float(rank) for rank, rule in enumerate((*RUN_RULES, *VIDEO_RULES))}
# What hedges is milder than anything that would hold for good.
_ORDER[HEDGED] = min(_ORDER[rule.name] for rule in VIDEO_RULES if rule.permanent) - 0.5
_SERVER = next(rule for rule in RUN_RULES if rule.name == "server-or-network")
_RUN_REASONS = {rule.reason for rule in RUN_RULES} - {"unknown"}


def classify(message: str) -> Verdict:
    """What one message means, without regard to its case, apostrophes, prefixes or advice."""
    text = normalise(message)
    for rule in (*RUN_RULES, *VIDEO_RULES):
        if match := rule.pattern.search(text):
            if rule.permanent and is_hedged(text, match.end()):
                return Verdict(State.UNRESOLVED, "unknown", False, HEDGED, message)
            return _apply(rule, message)
    bare = BARE_SENTENCE.fullmatch(text) is not None
    return Verdict(State.UNRESOLVED, "unknown", False, BARE if bare else "", message)


def judge(evidence: Evidence) -> Verdict:
    """What all that was seen means together.

    A sign that concerns the run wins wherever it stands. Of several things said of the video the
    mildest holds. A client that says OK, a text that was cut, or a video whose media were already
    being read bar what would hold for good.
    """
    verdicts = [classify(text) for text in _texts(evidence)]
    codes = [STATUS_RULES[a.status] for a in evidence.answers if a.status in STATUS_RULES]
    verdicts += [_apply(rule, rule.reason) for rule in codes]
    ranked = [(_ORDER[v.rule], v) for v in verdicts if v.rule in _ORDER]
    # After the texts: where one says the same as a status, it is the one to keep.
    ranked += [_of_status(status, evidence) for status in _telling(evidence)]
    if not ranked:
        return _undecided(evidence, verdicts)
    _, verdict = min(ranked, key=lambda pair: pair[0])
    if verdict.permanent and _bars_permanence(evidence):
        return Verdict(State.UNRESOLVED, "unknown", False, "contradicted", verdict.message)
    return verdict


def concerns_run(verdict: Verdict) -> bool:
    """Whether the cause lies with the run (network, server, rate, tools, disk), not the video."""
    return verdict.rule == "disk" or verdict.reason in _RUN_REASONS


def _telling(evidence: Evidence) -> list[int]:
    least = 400 if evidence.stage == "media" else 500
    return [s for s in evidence.http_statuses if s >= least or s in _TELLING_STATUSES]


def _of_status(status: int, evidence: Evidence) -> tuple[float, Verdict]:
    """What a status means, its rank, and beside it what was said."""
    verdict = classify(f"HTTP Error {status}")
    if verdict.rule not in _ORDER:  # 999, say: a proxy's own
        verdict = _apply(_SERVER, verdict.message)
    said = next(_texts(evidence), f"HTTP {status}")
    return _ORDER[verdict.rule], replace(verdict, rule=f"HTTP {status}", message=said)


def _undecided(evidence: Evidence, verdicts: list[Verdict]) -> Verdict:
    bare = verdicts and all(verdict.rule == BARE for verdict in verdicts)
    if bare and not _bars_permanence(evidence):
        return verdicts[-1]
    return Verdict(State.UNRESOLVED, "unknown", False, "", next(_texts(evidence), ""))


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


def _apply(rule: Rule, message: str) -> Verdict:
    return Verdict(rule.state, rule.reason, rule.permanent, rule.name, message)
