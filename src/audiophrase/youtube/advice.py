"""What YouTube and yt-dlp say, as a screen shows it: without yt-dlp's advice on its own options.

Tables and the log have the words as they came.
"""

import re

MAX_SHOWN = 400  # characters
_COOKIES = re.compile(
    r"\s*\buse --cookies[^.]*(\.|$)(\s*\b(also )?see\s+\S+(\s+for\b[^.]*(\.|$))?)*",
    re.IGNORECASE,
)
_REPORT = re.compile(r"\s*;?\s*please report this issue on.*?(yt-dlp -U\.?|$)", re.IGNORECASE)
OURS = " (AUDIOPHRASE_COOKIES names a file of cookies)"


def for_screen(text: str) -> str:
    """A line on what was said, its advice replaced by what goes here, and cut if it is long."""
    stripped, n_cut = _COOKIES.subn("", _REPORT.sub("", text))
    if len(stripped) > MAX_SHOWN:
        stripped = f"{stripped[:MAX_SHOWN]}…"
    return stripped + (OURS if n_cut and "AUDIOPHRASE_COOKIES" not in stripped else "")
