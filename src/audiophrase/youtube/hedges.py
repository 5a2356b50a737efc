"""Hedges: words beside which nothing that is said of a video holds for good.

What is said may last for a time only, be of this place or machine, be of something other than the
video itself, be a guess or one of two cases, or be undone. They meet a text as
`audiophrase.youtube.wording` leaves it.
"""

import re

HEDGED = "hedged"  # in place of the rule

_THINGS_AT_HAND = (
    r"(network|isp|provider|browser|device|computer|phone|machine|firewall|antivirus|router|proxy"
    r"|vpn|extension|add-?on|plug-?in|app|software|tool|script|server|session|settings?|disk|drive"
    r"|memory|cache|queue|history|library|folder|downloads?|archive|index|data ?base|wi-?fi"
    r"|connection|desktop|administrator|filter|storage)"
)
_PARTS = (
    r"(audio|sound|music|track|captions?|subtitles?|comment|thumbnail|title|description|link|chat"
    r"|copy|part|segment|section|ad|format|quality|version|preview|chapter|shortcut)s?"
)
_GONE = r"(removed|deleted|taken down|terminated|closed|suspended)"

_ANYWHERE = re.compile(
    "|".join(
        (
            # For a time.
            r"\btemp(or\w+)?\b|\bmoment\w*\b|\b(for|right) now\b|for (a|some|the) (while|time)",
            r"at this time|time being|\bcurrently\b|\byet\b|\btry again|\bretry|\brefresh|\breload",
            r"\b(shortly|soon|briefly|later|tomorrow|until|till|while|pending|awaiting)\b",
            r"\b(under|for|in|during|being|further|manual|to) review(ed)?\b|\bwe review",
            r"\bfor (\d+|one|two|three|several|a few) (second|minute|hour|day|week|month)s?\b",
            r"\bfor (the|a) (night|day|weekend|week|month|holidays?)\b|\bat your request\b|\bby you\b",
            r"maintenance|\bupgrad|\bmigrat",
            # To be undone.
            r"\b(by|in|a) (mistake|accident|error|bug|fault|failure)\b|mistakenly|accidental|\bglitch",
            r"\b(be|come|comes|is) back\b|\b(be|is) (available|returned)\b|\breturns\b",
            r"\b(again|restor(ed?|ing)|reinstated|appeal\w*)\b",
            # Of this place or machine.
            rf"\b(your|our|my|this|the|local|a|an) (\w+ )?{_THINGS_AT_HAND}\b|\bcached?\b|\bisp\b",
            rf"({_GONE}|video) from (?!youtube\b|the (\w+ )?(platform|site|website|service)\b)",
            r"\bprivate (video )?(mode|browsing|window|tab|session|player|list|setting)|incognito",
            r"\b(service|api|test|guest|system|cloud|robot|bot) account",
            # Of something else.
            r"\b(partial|incomplete|intermediate|downloaded|converted|local|old|your|no) video\b",
            rf"\b{_PARTS} (of|on|for|from|in|to|under) (a|this|the|that|your) video",
            rf"\b{_PARTS} (\w+ ){{0,4}}?(was|were|have been|has been|is|are) (removed|deleted)\b",
            r"\bmuted\b|moneti[sz]",
        )
    )
)
_GUESS_BEFORE = re.compile(
    r"\b(may|might|could|perhaps|possibly|probably|maybe|likely|seems?|apparently|unclear|unsure"
    r"|not sure|whether|unless|either|when|whenever|once|in case|suppose\w*|assum\w+|think)\b"
    r"|\bif\b(?!.{0,60}\bgranted\b)"
)
# One of two cases, of which the other is not the same in other words.
_OR_AFTER = re.compile(
    r"\bor (?!((it|that|this|the) )?((video|uploader|user|owner|account) )?"
    rf"((has|have|had|was|were|is|been|got|does|no) )*(\w+ly )?({_GONE}|(not |longer"
    rf" )?exist)).{{0,120}}"
    r"\b(is|isnt|are|was|were|has|have|may|might|can|cant|cannot|does|do|blocks?|went|you|your"
    r"|private|blocked|restricted|unavailable|unreachable|offline|wrong|broken|moved|hidden"
    r"|never)\b"
)
_OR_BEFORE = re.compile(
    r"\b(is|isnt|are|was|has|have|may|can|cant|does|blocks?|your|you)\b.{0,120}"
    rf"(?<!exist)(?<!removed)(?<!deleted),? or (it|that|this|the)\b.{{0,60}}\b({_GONE}|private)\b"
)
# After it, in its sentence: a guess, a case, a place.
_TAKEN_BACK_AFTER = re.compile(
    r"\bunless\b|\b(or|and|but) so it\b|\b(it|this) (seems|may|might|could)\b|apparently|probably"
    r"|\b(in|for|within) (your|this|some|certain|these|the following) (countr|region|territor|market)"
    r"|^ (page|tab|window|menu)\b"
)
_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+")


def is_hedged(text: str, end: int) -> bool:
    """Whether anything takes back what a text says in the words that end at `end`."""
    before = _SENTENCE_END.split(text[:end])[-1]
    after = _SENTENCE_END.split(text[end:])[0]
    return (
        _ANYWHERE.search(text) is not None
        or _GUESS_BEFORE.search(before) is not None
        or _OR_BEFORE.search(before) is not None
        or _OR_AFTER.search(after) is not None
        or _TAKEN_BACK_AFTER.search(after) is not None
        or after.endswith("?")
    )
