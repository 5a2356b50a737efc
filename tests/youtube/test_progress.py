from audiophrase.clips.availability import State
from audiophrase.youtube.progress import Progress


def finish(progress):
    for _ in range(6):
        progress.finish_clip(State.OK, None)
    progress.finish_clip(State.MISSING, "permanent-removed")
    progress.finish_clip(State.MISSING, "account-terminated")


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
        "1 unresolved (network-transient 1); 360 clips an hour; 0.0 h left\n"
    )
    progress.close()
    assert "9 of 16" in capfd.readouterr().err


def test_on_a_terminal_a_bar_with_counts_rate_and_time_left(capfd, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    progress = Progress(16)
    finish(progress)
    progress.close()
    told = capfd.readouterr().err
    assert "0/16" in told
    assert "8/16" in told
    assert "clip/s" in told
    assert "6 ok, 2 missing (account-terminated 1, permanent-removed 1)" in told
