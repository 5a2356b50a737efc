"""What becomes of a video: what its page, its players and its media answer."""

from dataclasses import dataclass, field
from typing import Any

from fakeyoutube.tracks import OFFERED, ORIGINAL, Offered


def _playability(
    status: str, reason: str | None = None, subreason: str | None = None, **screen: Any
) -> dict[str, Any]:
    value: dict[str, Any] = {"status": status}
    if reason is not None:
        value["reason"] = reason
        renderer = {"reason": {"simpleText": reason}}
        if subreason is not None:
            renderer["subreason"] = {"runs": [{"text": subreason}]}
        value["errorScreen"] = {"playerErrorMessageRenderer": renderer, **screen}
    return value


PLAYS = _playability("OK")


@dataclass(frozen=True)
class Scenario:
    """A kind of video.

    Attributes:
        playability: what every player says of it.
        by_client: what the players of these names say instead.
        page, player, media: how the answer goes wrong; see `faults.py` and `media.py`.
        n_failures: after so many visits of the page nothing goes wrong any more.
        media_url: in place of the address on googlevideo.com; {id}, {itag} and {port} are filled in.
        offered: formats in place of `itags`.
        answers_for: another video, whose answer this one gets.
    """

    playability: dict[str, Any] = field(default_factory=lambda: PLAYS)
    by_client: dict[str, dict[str, Any]] = field(default_factory=dict)
    page: str | None = None
    player: str | None = None
    media: str | None = None
    n_failures: int | None = None
    media_url: str | None = None
    answers_for: str | None = None
    recording: str = "long"
    itags: tuple[int, ...] = (251, 140)
    offered: tuple[Offered, ...] = ()
    sabr: bool = False
    drm: bool = False
    advertisement_s: int | None = None
    page_text: str = ""


def _says(*arguments: Any, **screen: Any) -> Scenario:
    return Scenario(playability=_playability(*arguments, **screen))


_UNAVAILABLE = "Video unavailable"
_TRY_LATER = f"{_UNAVAILABLE}. This content isn’t available, try again later."
_REDIRECT_HOST = "redirect elsewhere"

SCENARIOS: dict[str, Scenario] = {
    "ok": Scenario(),
    "aac-only": Scenario(itags=(140,)),
    "other-opus": Scenario(itags=(140, 250)),
    "shorter": Scenario(recording="short"),
    "silent": Scenario(recording="silent"),
    "moved": Scenario(media="redirect within"),
    "advertisement": Scenario(advertisement_s=1),
    # What YouTube says about a video.
    "removed": _says("ERROR", _UNAVAILABLE, "This video has been removed by the uploader"),
    "terminated": _says(
        "ERROR",
        _UNAVAILABLE,
        "This video is no longer available because the YouTube account associated with this "
        "video has been terminated.",
    ),
    "copyright": _says(
        "UNPLAYABLE",
        _UNAVAILABLE,
        "This video contains content from SME, who has blocked it on copyright grounds",
    ),
    "private": _says(
        "LOGIN_REQUIRED",
        "Private video",
        "Sign in if you've been granted access to this video",
    ),
    "age": _says(
        "LOGIN_REQUIRED",
        "Sign in to confirm your age",
        "This video may be inappropriate for some users.",
    ),
    "geo": _says(
        "UNPLAYABLE",
        _UNAVAILABLE,
        "The uploader has not made this video available in your country",
    ),
    "members": _says(
        "UNPLAYABLE",
        "Join this channel to get access to members-only content like this video, and other "
        "exclusive perks.",
    ),
    "premium": _says("UNPLAYABLE", "This video is only available to Music Premium members"),
    "upcoming": _says("LIVE_STREAM_OFFLINE", "This live event will begin in 2 days."),
    "owner-asked": _says(
        "LOGIN_REQUIRED",
        "This video is private",
        "If the owner of this video has granted you access, please sign in.",
    ),
    "unavailable": _says("ERROR", _UNAVAILABLE, "This video is not available"),
    "bare-unavailable": _says("ERROR", _UNAVAILABLE),
    # What it says about whoever asks.
    "bot-check": _says("LOGIN_REQUIRED", "Sign in to confirm you’re not a bot"),
    "bot-check-beside": Scenario(
        by_client={"WEB": _playability("LOGIN_REQUIRED", "Sign in to confirm you’re not a bot")}
    ),
    "rate-limited": _says(
        "UNPLAYABLE", _UNAVAILABLE, _TRY_LATER.removeprefix("Video unavailable. ")
    ),
    "blocked-session": _says("ERROR", _UNAVAILABLE, "This content isn’t available."),
    "administrator": _says(
        "ERROR",
        _UNAVAILABLE,
        "This video is restricted. Please check the Google Workspace administrator and/or the "
        "network administrator restrictions.",
    ),
    "captcha": _says("ERROR", _UNAVAILABLE, playerCaptchaViewModel={"captchaKey": "key"}),
    "captcha-page": Scenario(page="captcha redirect", player="status 429"),
    "wrong-video": Scenario(answers_for="aaaaaaaaaaa"),
    "sabr-only": Scenario(sabr=True),
    "kids": Scenario(
        playability=_playability("UNPLAYABLE", _UNAVAILABLE),
        by_client={"WEB_EMBEDDED_PLAYER": PLAYS, "TVHTML5": PLAYS},
        page_text="This video is made for kids",
    ),
    # What goes wrong on the way.
    **{f"player-{n}": Scenario(player=f"status {n}") for n in (403, 429, 500)},
    **{f"page-{n}": Scenario(page=f"status {n}") for n in (403, 429, 500)},
    **{f"all-{n}": Scenario(*[PLAYS, {}], *[f"status {n}"] * 3) for n in (403, 429, 500)},
    "dropped": Scenario(page="drop", player="drop"),
    "player-dropped": Scenario(player="drop"),
    "not-json": Scenario(player="html"),
    "slow": Scenario(page="slow", player="slow", media="slow"),
    "player-stalled": Scenario(player="stall"),
    "page-stalled": Scenario(page="stall", player="stall"),
    **{f"media-{n}": Scenario(media=f"status {n}") for n in (403, 404, 410, 416, 429, 503)},
    "truncated": Scenario(media="truncated"),
    "halved": Scenario(media="halved"),
    "stalled": Scenario(media="stall"),
    "flaky": Scenario(player="status 500", media="drop", n_failures=2),
    "flaky-media": Scenario(media="drop", n_failures=2),
    # What a hostile server answers.
    "player-html": Scenario(player="html"),
    "page-gigabyte": Scenario(page="gigabyte", player="gigabyte"),
    "player-gigabyte": Scenario(player="gigabyte"),
    "player-gzip-bomb": Scenario(player="gzip bomb"),
    "player-trickle": Scenario(player="trickle"),
    "player-nested": Scenario(player="nested"),
    "page-redirects": Scenario(page="redirects", player="redirects"),
    "media-redirects": Scenario(media="redirects"),
    "media-redirect-elsewhere": Scenario(media=_REDIRECT_HOST),
    "page-redirect-elsewhere": Scenario(page=_REDIRECT_HOST, player=_REDIRECT_HOST),
    "media-elsewhere": Scenario(media_url="https://media.evil.example/videoplayback?id={id}"),
    "media-lookalike": Scenario(media_url="https://googlevideo.com.evil.example/?id={id}"),
    "media-loopback": Scenario(media_url="https://127.0.0.1:{port}/videoplayback?id={id}"),
    "media-file": Scenario(media_url="file:///etc/passwd"),
    "media-plain": Scenario(media_url="http://r1---sn-fake.googlevideo.com/videoplayback?id={id}"),
    "media-html": Scenario(media="html"),
    "media-playlist": Scenario(media="playlist"),
    "media-gigabyte": Scenario(media="gigabyte"),
    "length-too-long": Scenario(media="length too long"),
    "length-too-short": Scenario(media="length too short"),
    "total-lies": Scenario(media="total lies"),
    "range-ignored": Scenario(media="range ignored"),
    "range-shifted": Scenario(media="range shifted"),
    "container-bomb": Scenario(media="container bomb", itags=(140,)),
    "noise": Scenario(media="noise"),
    # What else is offered beside the plain original.
    **{name: Scenario(recording=ORIGINAL, offered=each) for name, each in OFFERED.items()},
}
