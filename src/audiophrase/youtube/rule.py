"""A rule: words, and what they mean."""

import re
from dataclasses import dataclass

from audiophrase.clips.availability import State


@dataclass(frozen=True, slots=True)
class Rule:
    """Words (any of a pattern's alternatives), the class that they mean, and what follows."""

    name: str
    reason: str
    pattern: re.Pattern[str]
    state: State = State.UNRESOLVED
    permanent: bool = False


def rule(name: str, reason: str, *alternatives: str, **outcome) -> Rule:
    return Rule(name, reason, re.compile("|".join(alternatives)), **outcome)
