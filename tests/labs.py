"""Made-up tables of labs: what each was told of clips, and when."""

from datetime import UTC, datetime, timedelta

from audiophrase.youtube.attempts import COLUMNS
from audiophrase.youtube.evidence import Evidence
from audiophrase.youtube.lab_tables import Lab

DAY = datetime(2026, 3, 1, tzinfo=UTC)
ANSWERS = {
    "removed": "This video has been removed by the uploader",
    "private": "Private video",
    "bare": "Video unavailable",
    "country": "The uploader has not made this video available in your country",
    "age": "Sign in to confirm your age",
    "bot": "Sign in to confirm you're not a bot",
}
VERDICTS = {
    "removed": ("missing", "permanent-removed", True),
    "private": ("restricted", "private", True),
    "bare": ("unresolved", "unknown", False),
    "country": ("geo_blocked", "geo-blocked", False),
    "age": ("restricted", "age-restricted", False),
    "bot": ("unresolved", "bot-check", False),
    "corrupt": ("corrupt", "no-samples", False),
}


def attempt(clip: str, said: str, day: int = 0, **values) -> dict:
    """An attempt at a clip, `Y{clip}_0_10000`, that was `said`, or fetched it with `ok`."""
    row = dict.fromkeys(COLUMNS) | {
        "clip_id": f"Y{clip}_0_10000",
        "number": 1,
        "tried_utc": DAY + timedelta(days=day),
        "source": "youtube",
        "committed": True,
        "evidence": Evidence("page", errors=(ANSWERS.get(said, "none"),)).to_json(),
    }
    if said == "ok":
        return row | {"state": "ok", "sha256": f"{clip}{day}"} | values
    state, reason, permanent = VERDICTS[said]
    verdict = {"state": state, "reason": reason, "permanent": permanent}
    return row | verdict | {"message": ANSWERS.get(said)} | values


def labs(**rows) -> list[Lab]:
    return [Lab(name, tuple(attempts)) for name, attempts in rows.items()]
