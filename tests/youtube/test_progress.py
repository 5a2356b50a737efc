import io
import sys
from contextlib import redirect_stderr

from audiophrase.clips.availability import State
from audiophrase.youtube.progress import Progress, Told


def finish(progress):
    for _ in range(6):
        progress.finish_clip(State.OK, None)
    progress.finish_clip(State.MISSING, "permanent-removed")
    progress.finish_clip(State.MISSING, "account-terminated")


def screen(written):
    """The lines that a terminal shows of what was written to it."""
    lines, row, column = [""], 0, 0
    for character in written.replace("\x1b[A", "\v"):
        if character == "\n":
            row, column = row + 1, 0
            lines += [""] * (row + 1 - len(lines))
        elif character == "\v":
            row -= 1
        elif character == "\r":
            column = 0
        else:
            line = lines[row].ljust(column)
            lines[row] = line[:column] + character + line[column + 1 :]
            column += 1
    return [line.rstrip() for line in lines if line.strip()]


def test_without_a_terminal_a_line_now_and_then(capfd):
    now = [0.0]
    progress = Progress(16, clock=lambda: now[0])
    finish(progress)
    assert capfd.readouterr().err == ""
    now[0] = 90.0
    progress.finish_clip(State.UNRESOLVED, "network-transient")
    told = capfd.readouterr().err
    assert told == (
        "9 of 16 clips tried: 6 ok, 2 missing (account-terminated 1, permanent-removed 1), "
        "1 unresolved (network-transient 1); 360 clips an hour; 1 min left\n"
    )
    progress.close()
    assert "9 of 16" in capfd.readouterr().err


def test_on_a_terminal_a_bar_with_rate_and_time_left_counts_and_health(capfd, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")
    progress = Progress(16)
    progress.show_health("sessions 1, 3; 1 renewed")
    finish(progress)
    progress.tell("a line of its own")
    written = capfd.readouterr().err
    bar, counts, health = screen(written)[1:]
    assert screen(written)[0] == "a line of its own"
    assert "8/16" in bar
    assert "clip/s" in bar
    assert "<" in bar  # behind it, the time left
    assert counts == "6 ok, 2 missing (account-terminated 1, permanent-removed 1)"
    assert health == "sessions 1, 3; 1 renewed"
    progress.close()
    shown = screen(written + capfd.readouterr().err)
    assert shown[0] == "a line of its own"
    assert "8/16" in shown[1]
    assert " ".join(shown[2:]).endswith("sessions 1, 3; 1 renewed")
    assert all(len(line) <= 80 for line in shown[2:])


def test_a_log_beside_a_terminal_gets_the_lines_and_nothing_that_moves(capfd, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    log = io.StringIO()
    with redirect_stderr(Told(sys.stderr, log)):
        progress = Progress(8)
        progress.show_health("session 1")
        finish(progress)
        progress.tell("session 1 is replaced by 2")
        progress.close()
    said = log.getvalue().splitlines()
    assert said[0] == "session 1 is replaced by 2"
    assert said[1].startswith("8 of 8 clips tried: 6 ok")
    assert len(said) == 2
    assert "8/8" in capfd.readouterr().err
