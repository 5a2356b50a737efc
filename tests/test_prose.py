"""Sentences on a terminal."""

import io
import os

from audiophrase.prose import for_stream, wrapped


def test_lines_are_broken_between_words_and_keep_their_indentation():
    text = "error: one two three\n  - four five six seven\n  What to do: eight nine"
    assert wrapped(text, 14).split("\n") == [
        "error: one two",
        "three",
        "  - four five",
        "    six seven",
        "  What to do:",
        "  eight nine",
    ]


def test_commands_and_addresses_stay_in_one_piece():
    command = "`audiophrase fetch my-set --configfile mine.yaml`"
    assert wrapped(f"run {command}, then go on", 20).split("\n") == [
        "run",
        f"{command},",
        "then go on",
    ]
    assert wrapped("see https://example.org/a-b-c-d", 10).split("\n")[1] == (
        "https://example.org/a-b-c-d"
    )


def test_empty_lines_stay(monkeypatch):
    assert wrapped("\na\n\nb", 80) == "\na\n\nb"


def test_what_is_no_terminal_gets_lines_as_they_are():
    text = "word " * 60
    assert for_stream(text, io.StringIO()) == text
    leader, follower = os.openpty()
    with os.fdopen(leader, "rb", buffering=0), os.fdopen(follower, "w") as terminal:
        assert max(map(len, for_stream(text, terminal).split("\n"))) <= 80
