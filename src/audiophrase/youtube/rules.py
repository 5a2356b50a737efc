"""Rules of what is said of a video: which words mean what, the first that matches holding.

They meet a text as `audiophrase.youtube.wording` leaves it: lower case, "youre" for "you're". What
is milder comes first, and before it all causes of the run (`audiophrase.youtube.run_rules`).
"""

import re

from audiophrase.clips.availability import State
from audiophrase.youtube.rule import rule

_CLOSED = (
    r"(((has|have|had) been|is|was|were|got) (\w+ly )?(terminated|closed|suspended|deleted|removed)"
    r"|no longer exists|does not exist|doesnt exist)"
)
_PLACE = (
    r"((your|this|the viewers?) (current )?(country|region|location|area|territory|market)"
    r"|(your|this) part of the world)"
)
_AGENT = r"(uploader|user|owner|author|creator|channel|youtube)"
_WHOSE = r"(their|his|her|its|the (uploader|owner|user|creator)s) (own )?(youtube |google )?"
_CLAIM = r"(claim|complaint|takedown|notice|notification|request|removal|strike|infring)"
_RIGHT = r"(copyright|trademark|privacy|defamation|impersonation|circumvention|counterfeit)"
# A guess ("may have been removed") is no statement.
_SURE = r"^(?!.*\b(may|might|could|perhaps|possibly|probably|maybe|if|whether|unless|either)\b)"

# What follows a removal gives its cause, which either lasts or does not.
_FOR = r"(for|because|as|since|due|after|following|to|so|in|with)"
_LASTING_CAUSE = (
    r"(violat|breach|br[eo]aks?\b|breaking|infring|polic|terms|guidelines|rules|copyright|trademark"
    r"|complaint|claim|request|strike|legal|nudity|sexual|violen|hate|harass|bully|spam|scam|fraud"
    r"|terror|danger|harm|child)"
)
_GONE = (
    r"(video( (that )?you(re)? (\w+ ){1,5}?)?|unavailable\W+it|because it) ?\b"
    r"(has been|was|got) (\w+ly )?(removed|deleted|taken down)"
)
_PERSON = r"(uploader|user|owner|author|creator|poster|channel|publisher|video)"
_BROKEN_RULE = (
    r"(claim|copyright|trademark|infring|violat|spam|polic|terms|guideline|strike|breach)"
)

VIDEO_RULES = (
    rule(
        "live",
        "live/upcoming",
        r"\blive ?(event|stream|broadcast)|\bpremier(es?|ing)\b|\bupcoming\b",
        r"\b(will (begin|start|go live)|scheduled) (in|on|at|for|shortly|soon)",
        r"(has not|hasnt|not) (yet )?(started|begun|aired)|not currently live|stream is offline",
        r"processing (this|the|your) video|video is (still |currently )?(being )?process(ed|ing)",
        r"check back later|^offline\W*$|\bis live\b|\bpost_live\b|\blive (dash|hls)",
        state=State.UPCOMING,
    ),
    rule(
        "premium",
        "premium",
        r"premium member|music premium|youtube (premium|red)\b|\brent(al|ed|als)?\b|\bpurchas",
        r"requires? (a |an )?(payment|paid|(paid |active )?subscription)|pay to watch",
        r"\bpaid (vid|cont)",
        r"(only )?available (to|for|with) .{0,20}subscri(bers|ption)",
        state=State.RESTRICTED,
    ),
    rule(
        "members",
        "members-only",
        r"\bmembers?[- ](only|first|exclusive)|channels? members?|join this channel|\bmembership",
        r"(only|available|exclusive|visible|content) (to|for) (all |paying |channel )?members",
        r"\b(for|to|only) (\w+ )?members of (this|the|that) channel|(reserved|meant|just|is) for"
        r" members",
        r"members on level|(join|become) .{0,20}(get access|member)",
        state=State.RESTRICTED,
    ),
    rule(
        "age",
        "age-restricted",
        r"(confirm|verify|verifying|prove) (that )?(your|their|youre) (age|old|18|over|an adult)"
        r"|at least 18\b",
        r"\b(to|for) adults\b",
        r"age[- ]?(gat|verif)",
        r"\bage[- ](restrict|limit)|(?<!policy on )\binappropriate\b|viewer discretion",
        r"(may|might|could) (contain|include|be|not be) .{0,40}"
        r"(suicide|self[- ]harm|sensitive|graphic|mature|suitable|appropriate|offensive)",
        r"\b18\+|(18|eighteen) (years|or older)|(mature|adult) (content|audience|viewers)",
        r"content warning\W*$",
        state=State.RESTRICTED,
    ),
    rule(
        "country",
        "geo-blocked",
        rf"(available|blocked|blocked it|viewable|playable|accessible|restricted|offered"
        rf"|licensed|shown"
        rf"|watched|viewed|played) "
        rf"(in|from|to|for|within) {_PLACE}",
        rf"copyright (grounds|claim).{{0,80}} in {_PLACE}|\bgeo[- ]?(restrict|block|fenc|lock)",
        rf"\b(not|isnt|arent|cant|cannot|doesnt|wont|never|limited|prohibited|forbidden)"
        rf" [^.]{{0,60}}\b(in|within|to) {_PLACE}",
        r"(viewing|playback) is (limited|restricted) to (?!\w+s\b(?!,)|the )",
        r"(available|shown|watched|viewed|played|blocked|offered) (here )?where you(re| are|"
        r" live)\b",
        r"country domain|outside (of )?(your|the|this|its) (country|region)",
        r"region[- ](lock|restrict)",
        r"(available|blocked) in (some|certain|selected|specific|other|the following|these|most) "
        r"(countr|region|locat|territ)",
        r"available (only )?in (?!\d|hd\b|high\b|full\b)[a-z ,]{2,60} only\b",
        r"only available in (?!\d|hd\b|high\b|full\b|[a-z]+ quality)[a-z]|\bgema\b",
        r"court order|local laws?\b|legal (complaint|request|order|demand|removal|process)",
        r"(request|order|demand|decision|complaint) (of|from|by) (the |a |an )?(\w+ )?"
        r"(government|court|authorit)|government (request|order|demand)",
        state=State.GEO_BLOCKED,
    ),
    rule(
        "private",
        "private",
        r"(?<!be a )\bprivate video\b(?! (?!(sign|log|please|and|which|that|is|if|you|of|by|so"
        r"|because"
        r"|only|this|uploaded|the|it)\b)\w)",
        r"video (is|was|has been) (now )?((made|set|marked|changed|switched|turned)( to| as)?"
        r" )?private\b",
        rf"\b{_AGENT} (has )?(now )?(set|made|marked|changed|switched|turned) "
        r"(this|the|that|their) video( to| as| into)? (be )?private\b",
        r"granted (you )?access to (this|the) video|video has granted you access",
        state=State.RESTRICTED,
        permanent=True,
    ),
    rule(
        "login",
        "cookies",
        r"\b(sign|log)(ged)?[- ]?in (to|is|or|required|before|with)\b|\blogin_req",
        r"(registered|signed[- ]in|logged[- ]in) (users?|members?|viewers)|log ?in details",
        r"requires? (a |an )?(login|log ?in|sign[- ]?in|authentication)|must (be logged|sign|log)",
    ),
    rule("no-formats", "unknown", r"no video formats found|no suitable extractor|unsupported url"),
    rule("track", "no-original-track", r"\bno original audio track\b"),
    rule(
        "format",
        "format-unavailable",
        r"formats? ?(\w+ )?(is|are|was|were)? ?(not|un) ?available|only images",
        r"none of the (requested )?formats|\bdrm\b",
        r"no (audio|playable|suitable|downloadable|matching) (formats?|streams?)",
    ),
    rule(
        "elsewhere",
        "copyright-blocked",
        r"blocked it from display on this|restricted from playback on certain",
    ),
    rule(
        "account",
        "account-terminated",
        rf"(?<!\ban )\baccounts? (associated|connected|linked|tied|of|behind|for|from|that|which"
        rf"|who) "
        rf"(\w+ ){{0,6}}?{_CLOSED}",
        rf"\b{_PERSON}s? (own )?(youtube |google )?account {_CLOSED}",
        rf"available\b(\W+this| because) (\w+ )*?account {_CLOSED}",
        rf"\baccount {_CLOSED} [^.]{{0,120}}{_BROKEN_RULE}",
        rf"\b({_PERSON}|who uploaded (it|(this|the) video)) no longer has an? (\w+ )?account",
        r"\bchannel (has been|is|was) (\w+ly )?(terminated|suspended)",
        rf"(closed|terminated|deleted) {_WHOSE}(account|channel)",
        state=State.MISSING,
        permanent=True,
    ),
    rule(
        "copyright",
        "copyright-blocked",
        r"blocked (it )?(\w+ly |worldwide )?(on|for) copyright",
        r"blocked due to (the )?claimed content",
        rf"(due to|because of|following|after) (an? |the |multiple |several )?"
        rf"(valid |third[- ]party )?{_RIGHT}( \w+)?,? {_CLAIM}",
        r"(blocked|taken down|removed) (by|at the request of) (the |its )?(copyright|rights)",
        state=State.MISSING,
        permanent=True,
    ),
    rule(
        "removed",
        "permanent-removed",
        rf"{_GONE} by (the |its |this )?(original )?{_AGENT}\b",
        rf"{_GONE} {_FOR} .{{0,40}}{_LASTING_CAUSE}",
        rf"{_SURE}.*{_GONE}\b(?! {_FOR}\b)",
        r"^\W*(deleted video|video (deleted|removed))\W*$",
        rf"{_SURE}.*\b({_AGENT}|uploaded (this|the|that) video|posted (this|the|that) video) "
        r"(has )?((removed|deleted|took down) (this|the|that|their) video|(removed|deleted) it\b"
        r"|took (this|the|that|their) video down)",
        rf"{_SURE}.*\bvideo (does not|doesnt|no longer|didnt) exists?\b(?! (in|at) )",
        r"video .{0,40}because (it|its content) violate[sd] ",
        state=State.MISSING,
        permanent=True,
    ),
    rule("copyright-unclear", "copyright-blocked", r"\bcopyright"),
)

BARE = "bare-unavailable"
BARE_SENTENCE = re.compile(
    r"((sorry,? )?(the |this )?video (youve? (have )?requested )?"
    r"(((is |is currently )?(not available|unavailable|no longer available))|isnt available)"
    r"( any ?more)?\W*)+"
)

# playabilityStatus speaks in codes where its reason may be in any language.
_BY_NAME = {rule.name: rule for rule in VIDEO_RULES}
STATUS_RULES = {
    "LIVE_STREAM_OFFLINE": _BY_NAME["live"],
    "AGE_VERIFICATION_REQUIRED": _BY_NAME["age"],
    "AGE_CHECK_REQUIRED": _BY_NAME["age"],
    "CONTENT_CHECK_REQUIRED": _BY_NAME["age"],
}
