"""Texts of exceptions, without what is no one's business: cookies, proxies, addresses."""

import dataclasses
import re
from collections.abc import Iterable
from http.cookiejar import CookieJar
from urllib.parse import unquote, urlsplit

from audiophrase.youtube.evidence import MAX_TEXTS, PlayerAnswer

SHORTEST_SECRET = 6  # characters; shorter values of cookies would be found in any text
_MEDIA_QUERY = re.compile(r"(?<=/videoplayback)[?/]\S*")  # holds the address of who asked
_IN_MEMORY = re.compile(r" at 0x[0-9a-f]+")


def causes(error: BaseException | None) -> list[str]:
    """An exception and what caused it, outermost first."""
    texts, seen = [], set()
    while error is not None and id(error) not in seen and len(texts) < MAX_TEXTS:
        seen.add(id(error))
        texts.append(f"{type(error).__name__}: {error}")
        # yt-dlp keeps causes in attributes of its own.
        wrapped = (getattr(error, "exc_info", None) or (None, None))[1]
        candidates = (getattr(error, "cause", None), wrapped, error.__cause__, error.__context__)
        error = next(
            (e for e in candidates if isinstance(e, BaseException) and id(e) not in seen), None
        )
    return texts


class Scrubber:
    """Replaces the values that must not reach a log or an artifact."""

    def __init__(self, proxies: Iterable[str | None], jar: CookieJar) -> None:
        self._jar, self._known = jar, set()
        for proxy in filter(None, proxies):
            parts = urlsplit(proxy if "://" in proxy else f"//{proxy}")
            own = [proxy, parts.netloc, parts.hostname, parts.username, parts.password]
            own += [unquote(value) for value in (parts.username, parts.password) if value]
            self._known |= {value for value in own if value and len(value) > 3}
            if parts.port:
                self._known |= {f"port={parts.port}"}

    def text(self, text: str) -> str:
        """The text with … in place of secrets."""
        values = {cookie.value for cookie in self._jar}
        secrets = {value for value in values if value and len(value) >= SHORTEST_SECRET}
        for secret in sorted(self._known | secrets, key=len, reverse=True):
            text = text.replace(secret, "…")
        return _IN_MEMORY.sub("", _MEDIA_QUERY.sub("", text))

    def answer(self, answer: PlayerAnswer) -> PlayerAnswer:
        """The answer with its texts scrubbed."""
        texts = {name: getattr(answer, name) for name in ("reason", "subreason", "status")}
        clean = {name: text and self.text(text) for name, text in texts.items()}
        return dataclasses.replace(answer, **clean)
