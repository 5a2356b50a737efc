"""Wording: a message as the rules meet it, whatever page, terminal or log handed it on.

What stays is what was said: no case, apostrophes, entities, links, prefixes, colours or advice.
"""

import html
import re
import unicodedata

MAX_CHARACTERS = 20_000  # a longer text is no message of YouTube's

_COLOUR = re.compile(r"[\x1b\ufffd←]?\[\d{1,2}(;\d{1,3})*m|\x1b\[[mK]")
_TAG = re.compile(
    r"</?(a|b|br|p|i|u|em|h\d|span|div|strong|font|script|li|ul)\b[^<>]*>", re.IGNORECASE
)
# An apostrophe as Python, JSON or JavaScript escapes it, or its UTF-8 read as another encoding.
_ESCAPED_APOSTROPHE = re.compile(
    r"&[rl]squo;|&apos;|\\u20(19|18|32)|\\x92|\\xe2\\x80\\x9[89]|\\(?=['\"])"
    r"|â€[™˜]|â[\x80\ufffd][\x98\x99\ufffd]",
    re.IGNORECASE,
)
_APOSTROPHE = re.compile(r"['’‘‛`´ʼʹ′＇]")
_LOST_APOSTROPHE = re.compile(r"(?<=\w)[?\ufffd\x80-\x9f]+(?=\w)")
_ESCAPED_SPACE = re.compile(r"\\[rnt](?![a-z]:)")
_DASH = re.compile("[\u2010-\u2015\u2212]")
_BROKEN_WORD = re.compile(r"(?<=\w)-[^\S\n]*\n\s*(?=\w)")
_PREFIX = re.compile(
    r"^[\s(>]*((([\w.-]*error|warning)\s*[:-]|[a-z]+_required:|unplayable:)\s*)*"
    r"(\[[\w+:.-]*youtube[\w+:.-]*\]\s*([\w-]+:\s+)?|[\w-]{11}:\s+)?"
    r"(youtube said:\s*)?((error|unplayable|[a-z]+_required|live_stream_offline)\s*[:-]\s+)?"
)
_ADVICE = re.compile(
    r"use --cookies\b.{0,120}?(authentication|credentials)\.?"
    r"|see\s+for how to manually pass cookies\.?"
    r"|(also )?see\s+for tips on effectively exporting youtube cookies\.?"
    r"|;? ?please report this issue on[^.]*?(template)?\.? confirm you are on the latest version"
    r" using yt-dlp -u|you might want to use a vpn or a proxy server[^.]*\.?"
    r"|(learn more|sorry about that)\W*$"
)


def normalise(message: str) -> str:
    """Lower case, one space between words, "youre" for "you're"; empty if it is far too long."""
    if len(message) > MAX_CHARACTERS:
        return ""
    text = html.unescape(html.unescape(_COLOUR.sub("", message)))
    text = _APOSTROPHE.sub("'", _TAG.sub(" ", _ESCAPED_APOSTROPHE.sub("'", text)))
    text = _DASH.sub("-", unicodedata.normalize("NFKC", text).casefold())
    text = html.unescape(html.unescape(text))  # once more, as `&AMP;` is no entity, but `&amp;` is
    text = "".join(character for character in text if unicodedata.category(character) != "Cf")
    text = re.sub(r"https?://\S+", "", text)
    text = _LOST_APOSTROPHE.sub("", _APOSTROPHE.sub("", text))
    text = _BROKEN_WORD.sub("-", _ESCAPED_SPACE.sub(" ", text))
    text = " ".join(text.split())
    return _ADVICE.sub("", _PREFIX.sub("", text)).strip()
