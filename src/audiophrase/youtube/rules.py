"""Rules: which words mean what, the first that matches holding.

They meet a text as `audiophrase.youtube.wording` leaves it: lower case, "youre" for "you're".
Causes of the run come first; of what is said of a video, what is milder comes first.
"""

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


def _rule(name: str, reason: str, *alternatives: str, **outcome) -> Rule:
    return Rule(name, reason, re.compile("|".join(alternatives)), **outcome)


_NOT_AVAILABLE = r"(isnt|is not|not|un) ?available"
_HOUSE = (
    r"(network|organi[sz]ation|school|universit(y|ies)|compan(y|ie)|employer|workplace|admin\w*|isp"
    r"|(internet )?(service )?provider|carrier|institut(e|ion)|campus|library|it (department|team|staff))"
)
_FORBIDS = r"(block|restrict|forbid|prohibit|prevent|filter|disallow|(doesnt|does not|wont) (allow|permit))"
_OVER = (
    r"((while|when) )?((you(re| are) )?(using|connected (to|through|via|over)|behind)"
    r"|over|via|through|behind|with|on)"
)
_A_PROXY = (
    r"(a |an |any |the |your )?(anonymous |anonymi[sz]ing |open |\w+ or )?(vpns?|prox(y|ies))\b"
)
_FOR_NOW = r"(currently|temporarily|presently|momentarily)"
_ENDED = (
    r"(((has|have|had) been|is|was|were|got) (\w+ly )?"
    r"(terminated|closed|suspended|deleted|disabled|deactivated|banned|removed|locked)"
    r"|no longer (exists|has an account)|does not exist|doesnt exist)"
)
_CLOSED = (
    r"(((has|have|had) been|is|was|were|got) (\w+ly )?(terminated|closed|suspended|deleted|removed)"
    r"|no longer exists|does not exist|doesnt exist)"
)
# The account of whoever asks, not of whoever uploaded.
_VISITORS = (
    r"((signed|logged)[- ]?in\b|\baccount (that |which )?you\b|\byou(re| are) (\w+ )?using\b"
    r"|(choose|use|select|pick|try|switch to|with) (another|a different|an other) "
    r"(\w+ )?account|switch accounts|\b(selected|active|current) (\w+ )?account)"
)

RUN_RULES = (
    _rule(
        "disk",
        "unknown",
        r"no space left|\berrno (27|28|30|122)\b|quota exceeded$|disk (is )?full|disk quota",
        r"read-only file system|file too large|unable to (create|open) (directory|for writing)",
        r"unable to (create|open|write) (the )?(file|folder)|winerror 112\b",
        r"not enough (free )?(disk )?space|insufficient (disk )?space",
    ),
    _rule(
        "bot-check",
        "bot-check",
        r"(not|arent|isnt|are|be) (a |an )?(robots?|bots?|machine|automated)\b|robotic|puzzle|\b(ro)?bot (check|detect|verif|protect)|captcha|human (verif|check)",
        r"(looks?|seems?|appears?) (to be )?automated",
        r"(unusual|suspicious|abnormal|automated) (\w+ )?(traffic|activity|behaviou?r)",
        r"automated (quer(y|ies)|requests?|access|programs?|tools?|software|client|script)",
        r"you(re| are) (a |an )?((real|actual) )?(human|person)\b|\bits really you\b",
        r"\bip( address| range)?( has| is| was)?( been| likely| probably| being| temporarily)* "
        r"((block|bann|flagg)ed|(black|block)listed)",
        r"(block|bann)(ed|ing) (your|this|the) ip\b",
    ),
    _rule(
        "rate-limited",
        "rate-limited",
        r"\b429\b|rate[- ]?limit|resource has been exhausted|check quota",
        r"too many (\w+ )?(requests|attempts|tries|quer(y|ies)|calls|views|videos|downloads|visits)",
        r"(reached|hit|exceeded|passed) (the|your|a|an|our) (\w+ ){0,3}limit\b",
        r"\blimit (\w+ ){0,4}(reached|exceeded|hit)\b|retry after \d",
        r"\btoo (quickly|fast|often|frequently)\b|\bslow(ing)? down\b",
        r"wait (for )?(a|an|some|several|\d+) (few |couple of )?(second|minute|hour)s?\b",
        r"(try|come) (again|back) (in|after) (a|an|some|several|about|\d+) (few )?(minute|hour)s?\b",
        r"quota (has been |was |is )?(exceeded|exhausted|reached)",
        r"exceeded your .{0,20}quota|throttled",
        r"http error 402|402:? payment required",
        r"downloaded file is empty",
        r"(?<!service )\b(un|not |isnt )?available[,.]? (please )?try again later",
        # What every video of a blocked session is said to be; of one video YouTube says more.
        rf"\bcontent (is )?({_FOR_NOW} )?({_NOT_AVAILABLE}|(isnt|is not) {_FOR_NOW} available)"
        r"(?! ?(in|on|from|to|for|at (?!this (time|moment)|the moment)|with|due|because|as|any|until"
        r"|outside)\b)",
    ),
    _rule(
        "network-restricted",
        "network-restricted",
        r"workspace admin|google apps (admin|account)|(network|your|an|the) admin(istrator)?s?\b",
        r"(restricted|blocked|disabled|filtered) by (your |the |an? )?"
        r"(\w+ )?(admin|organi[sz]ation|school|employer|firewall|network|isp\b|policy of your)",
        rf"(restricted|blocked|disabled|filtered) by your (\w+ )?{_HOUSE}",
        rf"\byour {_HOUSE}s? (\w+ ){{0,4}}?{_FORBIDS}",
        r"(blocked|restricted|disabled|filtered|banned|forbidden|(not|isnt) (allowed|permitted|available))"
        r" (on|in|from|over|by|within) (this|your) (\w+ )?(network|wi-?fi|connection|isp)\b",
        r"(turn|switch)(ing)? off (your |the |any )?(vpn|proxy)|disconnect (from )?(your |the |any )?(vpn|proxy)",
        r"disable (your |the |any )?(vpn|proxy)",
        r"(vpn|proxy|proxies|vpns) (is |are |was )?(not allowed|preventing|detected)",
        rf"\byou(re| are| seem to be| appear to be) (\w+ ){{0,2}}?{_OVER} {_A_PROXY}",
        rf"(allowed|permitted|available|supported|possible|watched|played|viewed|reached) "
        rf"{_OVER} {_A_PROXY}",
        r"restricted mode|access to this (web)?(page|site) (has been|is|was) blocked",
        r"censorship|filtering software|web filter|parental control",
    ),
    _rule(
        "cookies",
        "cookies",
        r"netscape|log ?in with \w+ is (not|no longer) supported|http error 401|401:? unauthori",
        r"(?<!access, )(?<!access )please (sign|log) ?in(?! (to|if|or)\b)",
        r"cookies? .{0,60}(no longer valid|expired|revoked|invalid|rotated|stale|missing|locked|not found|out of date|outdated)",
        r"(failed|unable|could not|cannot|error) (to )?"
        r"(load|read|decrypt|find|copy|open|extract|pars\w+).{0,40}\bcookies?\b",
        r"unscoped cookies|cookies? database",
        r"(invalid|expired|outdated) .{0,30}cookies?\b|\bdpapi\b|session (has |is )?expired|\byouve been (signed|logged) out",
        rf"\b(your|my) (\w+ ){{0,3}}(account|channel)s? {_ENDED}",
        r"(terminat|clos|suspend|delet|disabl|deactivat|bann|lock|remov)ed "
        r"your (\w+ ){0,2}(account|channel)\b",
        rf"^(?=.*{_VISITORS}).*\b(account|channel|profile) ([^.]{{0,80}}\b)?{_ENDED}",
    ),
    _rule(
        "proxy",
        "network-transient",
        r"(connect(ed|ion)?|connecting) (to|through|via|with|over) (the |your |a )?proxy|proxyerror",
        r"proxy (server )?(error|connection|authentication|(does|did|is|was|could|can|has)( ?not|nt))",
        r"tunnel connection failed|\bsocks\d? ?(error|proxy|server)",
    ),
    _rule(
        "token",
        "po-token/SABR",
        r"\bsabr\b|server abr|\bpo[ _-]?tokens?\b|proof[- ]of[- ]origin|\b403\b|\bforbidden\b",
        r"missing a url|\bexperiment\b|bot ?guard|visitor[ _]?data",
    ),
    _rule(
        "server-or-network",
        "network-transient",
        r"http error (5\d\d|40[4789]|41\d|42[0-8])|internal (server )?error|bad gateway",
        r"(404|410|416)\W{1,3}(not found|gone|requested|range)|range not satisfiable",
        r"service (is )?(temporarily )?unavailable|backend error|something went wrong",
        r"\btimed?[ -]?out\b|timeout|\bstalled|(server|unknown) error\b",
        r"connection( was| has been| is)?( forcibly)? (dropped|refused|reset|aborted|broken|closed|lost)",
        r"(closed|refused|reset|dropped|aborted) (the|our|your) connection",
        r"(server|network|connection) (problem|issue|failure|trouble)|\(50[0234]\)",
        r"connection ?(error|attempt failed)|no connection could be made|max retries exceeded",
        r"(host|server|site) (could ?not|couldnt|cannot|cant) be reached",
        r"unable to connect|(could|can) ?not connect|failed to (connect|establish)",
        r"network (is )?(unreachable|down)|no route to host|host (is )?(unreachable|down)",
        r"name resolution|name or service not known|nodename nor servname|getaddrinfo",
        r"(resolve|find|resolving|unknown) host|failed to resolve|\bdns\b|no such host",
        r"remote (end|host) closed|remotedisconnected|incomplete ?read|bytes read\b|broken pipe",
        r"more expected|content too short|did not get any data|fragment \d+ not found",
        r"incomplete (\w+ ){0,2}data received(?! in)",
        r"\bssl|\btls|certificate|handshake|eof occurred|unexpected_eof",
        r"\berrno (-[235]|5[14]|6[0145]|10[14]|11[0123])\b|winerror 1(00|10)\d\d\b",
        r"urlopen error|transporterror|curl(error|:? ?\(\d+\))|youre offline|no internet",
        r"^(?!.*\bprocess(ing|ed)\b).*(please )?try again later",
        r"pars(e|ing) json|jsondecodeerror|expecting value|(valid|invalid|end of) json",
        r"giving up after|error reading response|internet connection|unexpected response",
    ),
    _rule(
        "extractor",
        "extractor-broken/outdated",
        r"\bn challenge|\bnsig\b|\bn function|\bjs (runtime|challenge|function|player)",
        r"javascript (runtime|challenge)|challenge (solv|provider|request)|solv\w+ .{0,9}challenge",
        r"\bsignature|cipher",
        r"(failed|unable|cannot|could not) (to )?"
        r"(extract|decode|decrypt|identify|recogni[sz]e|find js|obtain)",
        r"needs to be reloaded|reload the page|(initial|any) player response|an extractor error",
        r"nonetype",
        r"\b(key|type|attribute|index|assertion|regexnotfound)error\b|index out of range",
        r"http error 400|400:? bad request|precondition check failed",
        r"^(?!.*age-restricted).*formats may be missing",
        rf"({_NOT_AVAILABLE}|(not|no longer) supported) (on|in|for) "
        r"(this|your) (app|device|platform|browser|player|client)\b",
        r"latest version of (the )?(youtube|app)|(newer|other|supported) (versions? of|devices)",
        r"update (the |your )?(youtube|yt-dlp|youtube-dl|app)\b",
        r"(is|version) (out of date|outdated)|(version|app|client|browser) .{0,20}is too old",
        r"older than \d+ days|(client|version|device|browser) is (not|no longer) supported",
        r"(other|external) (websites|sites).{0,40}disabled|disabled (on|for) (other|external)",
        r"embedding .{0,20}disabled|disabled embedding|player configuration|made for kids",
    ),
    _rule(
        "download",
        "network-transient",
        r"(unable|failed) to download (api|webpage|page|json|video|m3u8|mpd|initial|player|watch)",
        r"unable to download\W*$|http error [345]\d\d",
    ),
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
_GONE = r"(video( (that )?you(re)? (\w+ ){1,5}?)?|unavailable\W+it|because it) ?\b(has been|was|got) (\w+ly )?(removed|deleted|taken down)"
_PERSON = r"(uploader|user|owner|author|creator|poster|channel|publisher|video)"
_BROKEN_RULE = (
    r"(claim|copyright|trademark|infring|violat|spam|polic|terms|guideline|strike|breach)"
)

VIDEO_RULES = (
    _rule(
        "live",
        "live/upcoming",
        r"\blive ?(event|stream|broadcast)|\bpremier(es?|ing)\b|\bupcoming\b",
        r"\b(will (begin|start|go live)|scheduled) (in|on|at|for|shortly|soon)",
        r"(has not|hasnt|not) (yet )?(started|begun|aired)|not currently live|stream is offline",
        r"processing (this|the|your) video|video is (still |currently )?(being )?process(ed|ing)",
        r"check back later|^offline\W*$|\bis live\b|\bpost_live\b|\blive (dash|hls)",
        state=State.UPCOMING,
    ),
    _rule(
        "premium",
        "premium",
        r"premium member|music premium|youtube (premium|red)\b|\brent(al|ed|als)?\b|\bpurchas",
        r"requires? (a |an )?(payment|paid|(paid |active )?subscription)|pay to watch",
        r"\bpaid (vid|cont)",
        r"(only )?available (to|for|with) .{0,20}subscri(bers|ption)",
        state=State.RESTRICTED,
    ),
    _rule(
        "members",
        "members-only",
        r"\bmembers?[- ](only|first|exclusive)|channels? members?|join this channel|\bmembership",
        r"(only|available|exclusive|visible|content) (to|for) (all |paying |channel )?members",
        r"\b(for|to|only) (\w+ )?members of (this|the|that) channel|(reserved|meant|just|is) for members",
        r"members on level|(join|become) .{0,20}(get access|member)",
        state=State.RESTRICTED,
    ),
    _rule(
        "age",
        "age-restricted",
        r"(confirm|verify|verifying|prove) (that )?(your|their|youre) (age|old|18|over|an adult)|at least 18\b",
        r"\b(to|for) adults\b",
        r"age[- ]?(gat|verif)",
        r"\bage[- ](restrict|limit)|(?<!policy on )\binappropriate\b|viewer discretion",
        r"(may|might|could) (contain|include|be|not be) .{0,40}"
        r"(suicide|self[- ]harm|sensitive|graphic|mature|suitable|appropriate|offensive)",
        r"\b18\+|(18|eighteen) (years|or older)|(mature|adult) (content|audience|viewers)",
        r"content warning\W*$",
        state=State.RESTRICTED,
    ),
    _rule(
        "country",
        "geo-blocked",
        rf"(available|blocked|blocked it|viewable|playable|accessible|restricted|offered|licensed|shown"
        rf"|watched|viewed|played) "
        rf"(in|from|to|for|within) {_PLACE}",
        rf"copyright (grounds|claim).{{0,80}} in {_PLACE}|\bgeo[- ]?(restrict|block|fenc|lock)",
        rf"\b(not|isnt|arent|cant|cannot|doesnt|wont|never|limited|prohibited|forbidden) [^.]{{0,60}}\b(in|within|to) {_PLACE}",
        r"(viewing|playback) is (limited|restricted) to (?!\w+s\b(?!,)|the )",
        r"(available|shown|watched|viewed|played|blocked|offered) (here )?where you(re| are| live)\b",
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
    _rule(
        "private",
        "private",
        r"(?<!be a )\bprivate video\b(?! (?!(sign|log|please|and|which|that|is|if|you|of|by|so|because"
        r"|only|this|uploaded|the|it)\b)\w)",
        r"video (is|was|has been) (now )?((made|set|marked|changed|switched|turned)( to| as)? )?private\b",
        rf"\b{_AGENT} (has )?(now )?(set|made|marked|changed|switched|turned) "
        r"(this|the|that|their) video( to| as| into)? (be )?private\b",
        r"granted (you )?access to (this|the) video|video has granted you access",
        state=State.RESTRICTED,
        permanent=True,
    ),
    _rule(
        "login",
        "cookies",
        r"\b(sign|log)(ged)?[- ]?in (to|is|or|required|before|with)\b|\blogin_req",
        r"(registered|signed[- ]in|logged[- ]in) (users?|members?|viewers)|log ?in details",
        r"requires? (a |an )?(login|log ?in|sign[- ]?in|authentication)|must (be logged|sign|log)",
    ),
    _rule("no-formats", "unknown", r"no video formats found|no suitable extractor|unsupported url"),
    _rule("track", "no-original-track", r"\bno original audio track\b"),
    _rule(
        "format",
        "format-unavailable",
        r"formats? ?(\w+ )?(is|are|was|were)? ?(not|un) ?available|only images",
        r"none of the (requested )?formats|\bdrm\b",
        r"no (audio|playable|suitable|downloadable|matching) (formats?|streams?)",
    ),
    _rule(
        "elsewhere",
        "copyright-blocked",
        r"blocked it from display on this|restricted from playback on certain",
    ),
    _rule(
        "account",
        "account-terminated",
        rf"(?<!\ban )\baccounts? (associated|connected|linked|tied|of|behind|for|from|that|which|who) "
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
    _rule(
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
    _rule(
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
    _rule("copyright-unclear", "copyright-blocked", r"\bcopyright"),
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
