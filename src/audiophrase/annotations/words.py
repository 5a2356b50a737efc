"""Captions cut into tokens, put together from them, and phrases found in them."""

import re
from collections.abc import Sequence

# As the published files of AudioGrounding are cut: punctuation and possessives stand apart, dashes,
# slashes and apostrophes within a word stay in it. Case is left alone.
_TOKEN = re.compile(r"\w+(?:[-/'’](?!s\b)\w+)*|['’]s\b|[^\w\s]")
_CUT_OFF = re.compile(r" (?=[,;.:!?](?: |$)|'s(?: |$))|(?<=s) (?='(?: |$))")


def tokens_of(caption: str) -> list[str]:
    """The tokens of a caption that comes without them.

    >>> tokens_of("A man's high-pitched voice, then rain.")
    ['A', 'man', "'s", 'high-pitched', 'voice', ',', 'then', 'rain', '.']
    """
    return _TOKEN.findall(caption)


def caption_of(tokens: Sequence[str]) -> str:
    """The text of a caption that comes as tokens alone."""
    return _CUT_OFF.sub("", " ".join(tokens))


def stands_at(phrase: str, tokens: Sequence[str], first: int) -> bool:
    """Whether the tokens from `first` on spell the phrase.

    However the phrase is cut into words: "high-pitched" stands at high, -, pitched.
    """
    wanted = "".join(phrase.split()).casefold()
    spelt = ""
    for index in range(first, len(tokens)):
        spelt += tokens[index].casefold()
        if spelt == wanted:
            return True
        if not wanted.startswith(spelt):
            return False
    return False
