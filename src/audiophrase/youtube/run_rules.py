"""Rules of the run: what tells of a cause that is not the video's. They come first."""

from audiophrase.youtube.rule import rule

_NOT_AVAILABLE = r"(isnt|is not|not|un) ?available"
_HOUSE = (
    r"(network|organi[sz]ation|school|universit(y|ies)|compan(y|ie)|employer|workplace|admin\w*|isp"
    r"|(internet )?(service )?provider|carrier|institut(e|ion)|campus|library|it (department"
    r"|team|staff))"
)
_FORBIDS = (
    r"(block|restrict|forbid|prohibit|prevent|filter|disallow"
    r"|(doesnt|does not|wont) (allow|permit))"
)
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
# The account of whoever asks, not of whoever uploaded.
_VISITORS = (
    r"((signed|logged)[- ]?in\b|\baccount (that |which )?you\b|\byou(re| are) (\w+ )?using\b"
    r"|(choose|use|select|pick|try|switch to|with) (another|a different|an other) "
    r"(\w+ )?account|switch accounts|\b(selected|active|current) (\w+ )?account)"
)

RUN_RULES = (
    rule(
        "disk",
        "unknown",
        r"no space left|\berrno (27|28|30|122)\b|quota exceeded$|disk (is )?full|disk quota",
        r"read-only file system|file too large|unable to (create|open) (directory|for writing)",
        r"unable to (create|open|write) (the )?(file|folder)|winerror 112\b",
        r"not enough (free )?(disk )?space|insufficient (disk )?space",
    ),
    rule(
        "bot-check",
        "bot-check",
        r"(not|arent|isnt|are|be) (a |an )?(robots?|bots?|machine|automated)\b|robotic|puzzle"
        r"|\b(ro)?bot (check|detect|verif|protect)|captcha|human (verif|check)",
        r"(looks?|seems?|appears?) (to be )?automated",
        r"(unusual|suspicious|abnormal|automated) (\w+ )?(traffic|activity|behaviou?r)",
        r"automated (quer(y|ies)|requests?|access|programs?|tools?|software|client|script)",
        r"you(re| are) (a |an )?((real|actual) )?(human|person)\b|\bits really you\b",
        r"\bip( address| range)?( has| is| was)?( been| likely| probably| being| temporarily)* "
        r"((block|bann|flagg)ed|(black|block)listed)",
        r"(block|bann)(ed|ing) (your|this|the) ip\b",
    ),
    rule(
        "rate-limited",
        "rate-limited",
        r"\b429\b|rate[- ]?limit|resource has been exhausted|check quota",
        r"too many (\w+ )?(requests|attempts|tries|quer(y|ies)|calls|views|videos|downloads"
        r"|visits)",
        r"(reached|hit|exceeded|passed) (the|your|a|an|our) (\w+ ){0,3}limit\b",
        r"\blimit (\w+ ){0,4}(reached|exceeded|hit)\b|retry after \d",
        r"\btoo (quickly|fast|often|frequently)\b|\bslow(ing)? down\b",
        r"wait (for )?(a|an|some|several|\d+) (few |couple of )?(second|minute|hour)s?\b",
        r"(try|come) (again|back) (in|after) (a|an|some|several|about|\d+) (few )?(minute"
        r"|hour)s?\b",
        r"quota (has been |was |is )?(exceeded|exhausted|reached)",
        r"exceeded your .{0,20}quota|throttled",
        r"http error 402|402:? payment required",
        r"downloaded file is empty",
        r"(?<!service )\b(un|not |isnt )?available[,.]? (please )?try again later",
        # What every video of a blocked session is said to be; of one video YouTube says more.
        rf"\bcontent (is )?({_FOR_NOW} )?({_NOT_AVAILABLE}|(isnt|is not) {_FOR_NOW} available)"
        r"(?! ?(in|on|from|to|for|at (?!this (time|moment)|the moment)|with|due|because|as|any"
        r"|until"
        r"|outside)\b)",
    ),
    rule(
        "network-restricted",
        "network-restricted",
        r"workspace admin|google apps (admin|account)|(network|your|an|the) admin(istrator)?s?\b",
        r"(restricted|blocked|disabled|filtered) by (your |the |an? )?"
        r"(\w+ )?(admin|organi[sz]ation|school|employer|firewall|network|isp\b|policy of your)",
        rf"(restricted|blocked|disabled|filtered) by your (\w+ )?{_HOUSE}",
        rf"\byour {_HOUSE}s? (\w+ ){{0,4}}?{_FORBIDS}",
        r"(blocked|restricted|disabled|filtered|banned|forbidden|(not|isnt) (allowed|permitted"
        r"|available))"
        r" (on|in|from|over|by|within) (this|your) (\w+ )?(network|wi-?fi|connection|isp)\b",
        r"(turn|switch)(ing)? off (your |the |any )?(vpn|proxy)|disconnect (from )?(your |the "
        r"|any )?(vpn|proxy)",
        r"disable (your |the |any )?(vpn|proxy)",
        r"(vpn|proxy|proxies|vpns) (is |are |was )?(not allowed|preventing|detected)",
        rf"\byou(re| are| seem to be| appear to be) (\w+ ){{0,2}}?{_OVER} {_A_PROXY}",
        rf"(allowed|permitted|available|supported|possible|watched|played|viewed|reached) "
        rf"{_OVER} {_A_PROXY}",
        r"restricted mode|access to this (web)?(page|site) (has been|is|was) blocked",
        r"censorship|filtering software|web filter|parental control",
    ),
    rule(
        "cookies",
        "cookies",
        r"netscape|log ?in with \w+ is (not|no longer) supported|http error 401|401:? unauthori",
        r"(?<!access, )(?<!access )please (sign|log) ?in(?! (to|if|or)\b)",
        r"cookies? .{0,60}(no longer valid|expired|revoked|invalid|rotated|stale|missing|locked"
        r"|not found|out of date|outdated)",
        r"(failed|unable|could not|cannot|error) (to )?"
        r"(load|read|decrypt|find|copy|open|extract|pars\w+).{0,40}\bcookies?\b",
        r"unscoped cookies|cookies? database",
        r"(invalid|expired|outdated) .{0,30}cookies?\b|\bdpapi\b|session (has |is )?expired"
        r"|\byouve been (signed|logged) out",
        rf"\b(your|my) (\w+ ){{0,3}}(account|channel)s? {_ENDED}",
        r"(terminat|clos|suspend|delet|disabl|deactivat|bann|lock|remov)ed "
        r"your (\w+ ){0,2}(account|channel)\b",
        rf"^(?=.*{_VISITORS}).*\b(account|channel|profile) ([^.]{{0,80}}\b)?{_ENDED}",
    ),
    rule(
        "proxy",
        "network-transient",
        r"(connect(ed|ion)?|connecting) (to|through|via|with|over) (the |your |a )?proxy"
        r"|proxyerror",
        r"proxy (server )?(error|connection|authentication|(does|did|is|was|could|can|has)( ?not"
        r"|nt))",
        r"tunnel connection failed|\bsocks\d? ?(error|proxy|server)",
    ),
    rule(
        "token",
        "po-token/SABR",
        r"\bsabr\b|server abr|\bpo[ _-]?tokens?\b|proof[- ]of[- ]origin|\b403\b|\bforbidden\b",
        r"missing a url|\bexperiment\b|bot ?guard|visitor[ _]?data",
    ),
    rule(
        "server-or-network",
        "network-transient",
        r"http error (5\d\d|40[4789]|41\d|42[0-8])|internal (server )?error|bad gateway",
        r"(404|410|416)\W{1,3}(not found|gone|requested|range)|range not satisfiable",
        r"service (is )?(temporarily )?unavailable|backend error|something went wrong",
        r"\btimed?[ -]?out\b|timeout|\bstalled|(server|unknown) error\b",
        r"connection( was| has been| is)?( forcibly)? (dropped|refused|reset|aborted|broken"
        r"|closed|lost)",
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
    rule(
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
    rule(
        "download",
        "network-transient",
        r"(unable|failed) to download (api|webpage|page|json|video|m3u8|mpd|initial|player|watch)",
        r"unable to download\W*$|http error [345]\d\d",
    ),
)
