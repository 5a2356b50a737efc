import html
import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audiophrase.clips.availability import State
from audiophrase.youtube.evidence import CUT, MAX_CHARACTERS, MAX_TEXTS, Evidence, PlayerAnswer
from audiophrase.youtube.verdict import classify, concerns_run, judge

MESSAGES = Path(__file__).parents[2].parent / "shared" / "youtube"
EXAMPLES = [
    json.loads(line)
    for file in sorted(MESSAGES.glob("messages*.jsonl"))
    for line in file.read_text(encoding="utf-8").splitlines()
]
needs_examples = pytest.mark.skipif(not EXAMPLES, reason=f"no messages*.jsonl in {MESSAGES}")

REMOVED = "Video unavailable. This video has been removed by the uploader"
PRIVATE = "Private video. Sign in if you've been granted access to this video"
BARE = "Video unavailable. This video is not available"
CAPTCHA = "Video unavailable. YouTube is requiring a captcha challenge before playback"
LIMITED = (
    "Video unavailable. This content isn't available, try again later. The current session has "
    "been rate-limited by YouTube for up to an hour."
)
RUN_LEVEL = [
    "HTTP Error 429: Too Many Requests",
    "HTTP Error 403: Forbidden",
    "HTTP Error 503: Service Unavailable",
    "<urlopen error [Errno -2] Name or service not known>",
    "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate",
    "Sign in to confirm you’re not a bot",
    "The provided YouTube account cookies are no longer valid",
    "Your account has been terminated",
    "No supported JavaScript runtime could be found",
    "some formats require a GVS PO Token",
    "[Errno 28] No space left on device",
    "Failed to parse JSON (caused by JSONDecodeError(\"Expecting value in '<html>'\"))",
    CAPTCHA,
    LIMITED,
]
STATES = {
    "permanent-removed": State.MISSING,
    "account-terminated": State.MISSING,
    "private": State.RESTRICTED,
    "age-restricted": State.RESTRICTED,
    "members-only": State.RESTRICTED,
    "premium": State.RESTRICTED,
    "geo-blocked": State.GEO_BLOCKED,
    "live/upcoming": State.UPCOMING,
}


def answer(status="ERROR", reason=None, subreason=None, n_formats=0, client="tv"):
    return PlayerAnswer(client, status, reason, subreason, "AAAAAAAAAAA", n_formats)


def page(*answers, **fields):
    return Evidence("page", answers, **fields)


@needs_examples
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["message"][:50])
def test_every_known_message_has_its_class(example):
    verdict = classify(example["message"])
    assert (verdict.reason, verdict.permanent) == (example["class"], example["permanent"])
    if example["class"] == "copyright-blocked":
        expected = State.MISSING if example["permanent"] else State.UNRESOLVED
    else:
        expected = STATES.get(example["class"], State.UNRESOLVED)
    assert verdict.state == expected


def mangle(message, draw):
    """A message as another extractor, page or terminal would hand it on."""
    apostrophe = draw(
        st.sampled_from(
            ["'", "’", "‘", "�", "?", "´", "&#39;", "&rsquo;", "&amp;#39;", "â€™", "\\u2019", ""]
        )
    )
    message = re.sub(r"(?<=\w)['’�](?=\w)", lambda _: apostrophe, message)
    message = draw(st.sampled_from([str, str.upper, str.lower, str.title]))(message)
    space = draw(st.sampled_from([" ", "  ", "\n", "\t", " ", " <br/>\u200b"]))
    message = space.join(message.split(" "))
    prefix = draw(
        st.sampled_from(
            [
                "",
                "ERROR: ",
                "ERROR: [youtube] -_429abcXYZ: ",
                "\x1b[0;31mERROR:\x1b[0m [youtube] -_429abcXYZ: ",
                "DownloadError: ",
                "  WARNING: [youtube] ",
            ]
        )
    )
    suffix = draw(
        st.sampled_from(
            [
                "",
                ".",
                " ",
                "<br/>",
                (
                    "; please report this issue on  https://github.com/yt-dlp/yt-dlp/issues?q= , "
                    "filling out the appropriate issue template. Confirm you are on the latest version "
                    "using  yt-dlp -U"
                ),
                (
                    ". Use --cookies-from-browser or --cookies for the authentication. See  "
                    "https://github.com/yt-dlp/yt-dlp/wiki/FAQ#how-do-i-pass-cookies-to-yt-dlp  for how"
                    " to manually pass cookies."
                ),
            ]
        )
    )
    return prefix + message + suffix


@needs_examples
@settings(deadline=None)
@given(data=st.data())
def test_case_apostrophes_spaces_prefixes_and_advice_change_nothing(data):
    example = data.draw(st.sampled_from(EXAMPLES))
    verdict = classify(mangle(example["message"], data.draw))
    assert (verdict.reason, verdict.permanent) == (example["class"], example["permanent"])


@needs_examples
@settings(deadline=None)
@given(data=st.data())
def test_a_sign_of_the_run_beside_a_permanent_message_is_never_permanent(data):
    transient = data.draw(
        st.sampled_from(
            RUN_LEVEL + [e["message"] for e in EXAMPLES if concerns_run(classify(e["message"]))]
        )
    )
    permanent = data.draw(st.sampled_from([e["message"] for e in EXAMPLES if e["permanent"]]))
    pair = data.draw(st.permutations([transient, permanent]))
    mixed = mangle(
        data.draw(st.sampled_from([". ", " ", "\n", ": ", " (caused by "])).join(pair), data.draw
    )
    for verdict in (
        classify(mixed),
        judge(page(answer(reason=permanent), warnings=(transient,))),
        judge(page(answer(reason=permanent), errors=(transient,))),
        judge(page(answer(reason=permanent), answer(reason=transient))),
    ):
        assert not verdict.permanent
        assert verdict.state == State.UNRESOLVED
        assert concerns_run(verdict)
    # Where the text is too long to keep, its middle is not known, which also bars a verdict.
    assert not judge(page(answer(reason="Video unavailable", subreason=mixed))).permanent


@pytest.mark.parametrize("message", RUN_LEVEL)
def test_causes_of_the_run(message):
    verdict = classify(message)
    assert concerns_run(verdict)
    assert verdict.state == State.UNRESOLVED
    assert not verdict.permanent


@settings(deadline=None)
@given(text=st.text(max_size=300))
def test_only_the_allowlist_means_missing(text):
    verdict = classify(text)
    assert not verdict.permanent
    assert verdict.state != State.MISSING


@pytest.mark.parametrize(
    "message",
    [
        "Ce contenu n'est pas disponible. La vidéo a été supprimée par l'utilisateur.",
        "この動画は、アップロードしたユーザーによって削除されました。",
        "Dieses Video wurde vom Uploader entfernt.",
        "This video has not been removed by anyone",
        "",
        "x" * 100_000 + REMOVED,
    ],
)
def test_other_languages_and_other_text_stay_unknown(message):
    assert classify(message) == classify("something else entirely")
    assert classify(message).reason == "unknown"


def test_a_bare_unavailable_is_no_verdict():
    for message in (BARE, "Video unavailable", "ERROR: [youtube] abc: Video unavailable"):
        assert classify(message).rule == "bare-unavailable"
        assert not classify(message).permanent
    for message in (REMOVED, "This content isn’t available.", "Video unavailable for now"):
        assert classify(message).rule != "bare-unavailable"
    assert classify(LIMITED).rule != "bare-unavailable"
    verdict = judge(page(answer(reason="Video unavailable"), http_statuses=(200,)))
    assert (verdict.state, verdict.rule) == (State.UNRESOLVED, "bare-unavailable")
    without_javascript = judge(
        page(answer(reason="Video unavailable"), warnings=("No supported JavaScript runtime",))
    )
    assert without_javascript.reason == "extractor-broken/outdated"


def test_a_client_that_says_ok_bars_missing():
    removed = answer("ERROR", "Video unavailable", "This video has been removed by the uploader")
    assert judge(page(removed)).state == State.MISSING
    for plays in (answer("OK", client="web"), answer(None, n_formats=3, client="web")):
        verdict = judge(page(removed, plays))
        assert (verdict.state, verdict.reason, verdict.permanent) == (
            State.UNRESOLVED,
            "unknown",
            False,
        )


def test_the_mildest_thing_said_of_a_video_holds():
    both = page(answer(reason=REMOVED), answer(reason="Sign in to confirm your age", client="web"))
    assert judge(both).reason == "age-restricted"
    assert judge(page(answer("AGE_CHECK_REQUIRED", "年齢確認"))).reason == "age-restricted"
    assert judge(page(answer("LIVE_STREAM_OFFLINE"))).state == State.UPCOMING


@pytest.mark.parametrize("status", [400, 403, 407, 408, 429, 500, 502, 503, 599])
def test_a_status_code_counts_although_the_text_says_removed(status):
    verdict = judge(page(answer(reason=REMOVED), http_statuses=(200, status)))
    assert concerns_run(verdict)
    assert not verdict.permanent
    assert (verdict.rule, verdict.message) == (f"HTTP {status}", REMOVED)
    assert judge(page(http_statuses=(status,))).message == f"HTTP {status}"


@pytest.mark.parametrize("status", [404, 410, 416])
def test_media_at_an_address_that_is_no_more_are_asked_for_again(status):
    for evidence in (
        Evidence("media", http_statuses=(200, status)),
        Evidence("media", (answer("OK", n_formats=3),), errors=(f"HTTP Error {status}: Gone",)),
    ):
        verdict = judge(evidence)
        assert (verdict.reason, verdict.permanent) == ("network-transient", False)
        assert concerns_run(verdict)


def test_nothing_permanent_while_media_are_read_or_where_a_text_was_cut():
    assert not judge(Evidence("media", (answer(reason=REMOVED),))).permanent
    cut = page(answer(reason=REMOVED + "x" * MAX_CHARACTERS))
    assert CUT in cut.answers[0].reason
    assert not judge(cut).permanent
    assert not judge(page(answer(reason=REMOVED), errors=map(str, range(100)))).permanent


def test_the_message_kept_is_the_one_that_decided():
    evidence = page(answer(reason=REMOVED), warnings=("HTTP Error 429: Too Many Requests",))
    assert judge(evidence).message == "HTTP Error 429: Too Many Requests"
    assert judge(page(answer(reason=PRIVATE))).message == PRIVATE
    # Where a text says the same as a status, it is what is kept.
    evidence = page(
        answer(reason=REMOVED),
        errors=("No video formats found!",),
        warnings=("Unable to download API page: HTTP Error 429: Too Many Requests",),
        http_statuses=(200, 429),
    )
    assert judge(evidence).message == evidence.warnings[0]


def test_evidence_survives_json_and_is_bounded():
    evidence = page(
        answer(reason="é" * 10_000),
        warnings=[f"{i} " + "w" * 10_000 for i in range(1000)],
        errors=("same", "same"),
        http_statuses=range(200, 600),
        retry_after_s=3.0,
    )
    assert Evidence.from_json(evidence.to_json()) == evidence
    assert len(evidence.warnings) == MAX_TEXTS
    assert max(map(len, (*evidence.warnings, evidence.answers[0].reason))) <= MAX_CHARACTERS
    assert evidence.errors == ("same",)
    assert len(evidence.to_json()) < 40_000
    with pytest.raises(ValueError, match="not evidence"):
        Evidence.from_json("[]")


def test_what_could_steer_a_terminal_is_taken_out_of_evidence():
    evidence = page(answer(reason="\x1b[2JThis video has been removed by the uploader\r\x9b"))
    assert not set("\x1b\r\x9b") & set(evidence.answers[0].reason)
    assert judge(evidence).state == State.MISSING


def test_escaped_html_reads_as_text():
    assert classify(html.escape("Sign in to confirm you're not a bot")).reason == "bot-check"
