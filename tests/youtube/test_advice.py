"""What is shown of yt-dlp's words."""

import pytest

from audiophrase.youtube.advice import MAX_SHOWN, OURS, for_screen

COOKIES = (
    "Use --cookies-from-browser or --cookies for the authentication. See  "
    "https://github.com/yt-dlp/yt-dlp/wiki/FAQ#how-do-i-pass-cookies-to-yt-dlp  for how to manually "
    "pass cookies. Also see  https://github.com/yt-dlp/yt-dlp/wiki/Extractors#exporting-youtube-"
    "cookies  for tips on effectively exporting YouTube cookies"
)
REPORT = (
    "; please report this issue on  https://github.com/yt-dlp/yt-dlp/issues?q= , filling out the "
    "appropriate issue template. Confirm you are on the latest version using  yt-dlp -U"
)


def test_advice_on_options_that_there_are_not_here_is_replaced():
    said = "Sign in to confirm you're not a bot."
    assert for_screen(f"{said} {COOKIES}") == said + OURS
    assert for_screen(f"Unable to extract yt initial data{REPORT}") == (
        "Unable to extract yt initial data"
    )


@pytest.mark.parametrize("length", [40, 80, 200])
def test_advice_that_was_cut_already_is_taken_out_too(length):
    assert for_screen(f"Sign in. {COOKIES}"[:length]) == f"Sign in.{OURS}"


def test_what_holds_no_advice_is_shown_as_it_is_but_for_its_length():
    assert (
        for_screen("Video unavailable. See the uploader.") == "Video unavailable. See the uploader."
    )
    assert for_screen("x" * 5000) == "x" * MAX_SHOWN + "…"
