"""Whole runs against the fake YouTube, with the real extractor."""

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import certifi
import numpy as np
import preloaded
import pytest
from fakeyoutube import SCENARIOS
from fakeyoutube.tracks import OFFERED
from snakemake_project import Project
from youtube_project import CANARY, ROOT, YoutubeProject, youtube_id

from audiophrase import params, tables
from audiophrase.clip_ids import clip_id
from audiophrase.clips import shards
from audiophrase.clips.availability import State
from audiophrase.commands.fetch import fetch
from audiophrase.jobs.fetch_clips import fetch_clips
from audiophrase.parameters.sections import select
from audiophrase.settings import structure
from audiophrase.youtube.attempts import read_table

AUDIOGROUNDING = ROOT.parent / "shared" / "audiogrounding"
MISSING = {
    "removed": "permanent-removed",
    "terminated": "account-terminated",
    "copyright": "copyright-blocked",
}
ANSWERED = {
    "private": (State.RESTRICTED, "private"),
    "owner-asked": (State.RESTRICTED, "private"),
    "age": (State.RESTRICTED, "age-restricted"),
    "geo": (State.GEO_BLOCKED, "geo-blocked"),
    "members": (State.RESTRICTED, "members-only"),
    "premium": (State.RESTRICTED, "premium"),
    "upcoming": (State.UPCOMING, "live/upcoming"),
}
PLAYING = (
    "ok",
    "aac-only",
    "other-opus",
    "moved",
    "shorter",
    "silent",
    "advertisement",
    "kids",
    "flaky",
    "flaky-media",
)
BLOCKING = {
    "bot-check": "bot-check",
    "captcha": "bot-check",
    "captcha-page": None,
    "wrong-video": "bot-check",
    "rate-limited": "rate-limited",
    "blocked-session": "rate-limited",
    "player-429": "rate-limited",
    "all-429": "rate-limited",
    "media-429": "rate-limited",
}
BESIDE = ("bot-check-beside", "page-429", "player-403", "page-403", "page-500")


def ids(n):
    return [youtube_id(index) for index in range(n)]


def with_starts(videos, start_s=3):
    return [(video, start_s) for video in videos]


OTHERS = sorted(set(SCENARIOS) - set(BLOCKING) - set(BESIDE) - set(OFFERED) - {"ok"})


@pytest.mark.parametrize("part", range(4))
def test_every_scenario_ends_in_the_right_state(project, part):
    """In few runs; videos that play stand between, as they do outside."""
    special = OTHERS[part::4]
    n_attempts = 3 if {"flaky", "flaky-media"} & set(special) else 2
    videos = ids(2 * len(special))
    scenario_of = dict(zip(videos[::2], special, strict=True))
    project.fake.configure(scenario_of)
    project.set_up(with_starts(videos), {"timeout_s": 1.0, "attempts": n_attempts})
    assert project.retrieve() == 0
    histories = project.histories()
    for video in videos:
        name, history = scenario_of.get(video, "ok"), histories[video]
        if name in MISSING:
            assert (history.state, history.reason) == (State.MISSING, MISSING[name])
            assert history.permanent
        elif name in ANSWERED:
            assert (history.state, history.reason) == ANSWERED[name]
            assert history.permanent == (history.reason == "private")
        elif name in PLAYING:
            assert history.state == State.OK, name
        elif name == "slow":
            assert history.state in (State.OK, State.UNRESOLVED)
        else:
            assert history.state == State.UNRESOLVED, name
            assert not history.permanent
            n_expected = 1 if name in ("unavailable", "bare-unavailable") else n_attempts
            assert history.n_attempts == n_expected, name
    assert project.fake.strangers == []
    assert {p.name for p in project.folder.iterdir()} == {"cache", "data", "params.yaml"}


@pytest.mark.parametrize("scenario", BESIDE)
def test_trouble_of_one_request_beside_others_that_succeed_makes_nothing_missing(project, scenario):
    videos = ids(4)
    project.fake.configure({videos[1]: scenario})
    project.set_up(with_starts(videos), {"n_threads": 1, "max_pause_s": 1.0})
    assert project.retrieve() == 0
    assert project.states()[videos[1]] in (State.OK, State.UNRESOLVED)
    assert set(project.states().values()) <= {State.OK, State.UNRESOLVED}


@pytest.mark.parametrize(("scenario", "reason"), BLOCKING.items())
def test_a_video_that_answers_as_if_we_were_blocked_is_put_last(project, scenario, reason):
    """It stands first, and its canaries play: every other clip is tried."""
    videos = ids(8)
    project.fake.configure({videos[0]: scenario, videos[3]: "removed", videos[5]: scenario})
    # The servers say Retry-After, too: longer than this, so that a canary is asked at once.
    project.set_up(with_starts(videos), {"max_pause_s": 1.0, "n_threads": 1})
    assert project.retrieve() == 0
    states, histories = project.states(), project.histories()
    assert states[videos[3]] == State.MISSING
    assert {states[videos[index]] for index in (1, 2, 4, 6, 7)} == {State.OK}
    for video in (videos[0], videos[5]):
        assert states[video] == State.UNRESOLVED
        assert histories[video].n_failures == 2
        assert reason is None or histories[video].reason == reason
    rows = [row["clip_id"][1:12] for row in project.rows()]
    assert rows.index(videos[7]) < len(rows) - 1 - rows[::-1].index(videos[0])
    notes = (project.folder / "cache/youtube/attempts.jsonl").read_text()
    assert '"put-last"' in notes
    assert (project.folder / "data/yt/attempts.parquet").exists()
    assert project.fake.counts[CANARY]["page"] <= 8


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("rate-limited", 4),
        ("media-403", 4),
        ("all-500", 3),
        pytest.param("all-429", 4, marks=pytest.mark.long),
        pytest.param("captcha", 4, marks=pytest.mark.long),
        pytest.param("bot-check", 4, marks=pytest.mark.long),
        pytest.param("all-403", 4, marks=pytest.mark.long),
        pytest.param("dropped", 3, marks=pytest.mark.long),
    ],
)
def test_what_befalls_every_later_video_makes_none_missing(project, fault, code):
    videos = ids(16)
    gone = dict.fromkeys(videos[1::4], "removed")
    project.fake.configure(gone, fault=fault, n_before_fault=6)
    project.set_up(with_starts(videos), {"canary_every": 4, "max_pause_s": 1.0})
    assert project.retrieve() == code
    missing = {video for video, state in project.states().items() if state == State.MISSING}
    assert missing <= set(gone)
    before = {video for video, state in project.states().items() if state == State.OK}
    asked = {video: counter["media"] for video, counter in project.fake.counts.items()}
    project.fake.reset()
    project.fake.configure(gone)
    assert project.retrieve() == 0
    expected = {v: State.MISSING if v in gone else State.OK for v in videos}
    assert project.states() == expected
    assert before
    assert not before & set(project.fake.counts), asked


def test_when_a_canary_dies_what_failed_since_the_last_does_not_count(project):
    videos = ids(24)
    project.fake.configure(dict.fromkeys(videos, "removed"))
    project.set_up(with_starts(videos), {"canary_every": 6, "videos_per_hour": 72_000})
    with project.once_looked_up(8, videos={CANARY: "removed"}):
        assert project.retrieve() == 4
    states = list(project.states().values())
    assert states.count(State.MISSING) == 6
    assert 2 <= states.count(State.UNRESOLVED) <= 6


def test_a_network_that_goes_away_is_not_the_videos_fault(project, capfd):
    videos = ids(24)
    project.fake.configure(dict.fromkeys(videos[::2], "removed"))
    project.set_up(with_starts(videos), {"canary_every": 8, "videos_per_hour": 72_000})
    with project.once_looked_up(11, reachable=False):
        assert project.retrieve() == 3
    assert list(project.states().values()).count(State.MISSING) == 4
    assert "look to the connection" in capfd.readouterr().err
    project.fake.configure(reachable=True)
    assert project.retrieve() == 0
    assert list(project.states().values()).count(State.MISSING) == 12


def test_a_full_disk_stops_the_run_and_keeps_what_there_is(project):
    videos = ids(8)
    project.fake.configure(dict.fromkeys(videos[:2], "removed"))
    project.set_up(with_starts(videos))
    process = project.start(
        "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))"
    )
    told = process.communicate()[1]
    assert process.returncode == 3, told
    assert "free some space" in told
    assert "Traceback" not in told
    assert set(project.states().values()) <= {State.UNRESOLVED}
    assert not list((project.folder / "cache/youtube/sections").iterdir())
    assert project.retrieve() == 0
    assert list(project.states().values()).count(State.OK) == 6


def test_a_recheck_asks_for_what_is_not_at_hand_and_may_reverse_a_verdict(project):
    videos = ids(6)
    gone = {videos[0]: "removed", videos[1]: "private", videos[2]: "player-500"}
    project.fake.configure(gone)
    project.set_up(with_starts(videos))
    assert project.retrieve() == 0
    project.fake.reset()
    assert project.retrieve() == 0  # nothing left to try
    assert not project.fake.counts
    project.fake.configure({videos[0]: "ok", videos[1]: "player-500"})
    assert project.retrieve("--recheck") == 0
    assert set(project.fake.counts) == {CANARY, *videos[:3]}
    states = project.states()
    assert states[videos[0]] == states[videos[2]] == State.OK
    assert states[videos[1]] == State.RESTRICTED  # a transient cause reverses nothing
    told = [row["state"] for row in project.rows() if row["clip_id"][1:12] == videos[0]]
    assert told == ["missing", "ok"]
    assert project.table() == sorted(project.table())
    n_rows = len(read_table(project.folder / "data/yt/attempts.parquet"))
    assert n_rows == len(project.rows())


def test_clips_of_one_video_are_had_in_one_go(project):
    video = youtube_id(7)
    project.set_up([(video, 0), (video, 19), (video, 137)])
    assert project.retrieve() == 0
    assert project.fake.counts[video]["page"] == 1
    assert len({row["sha256"] for row in project.rows()}) == 3


def test_a_lost_cache_is_no_loss_while_the_shard_is_there(project):
    videos = ids(3)
    project.fake.configure({videos[0]: "removed"})
    project.set_up(with_starts(videos))
    assert project.retrieve() == 0
    shard = project.pack()
    shutil.rmtree(project.folder / "cache")
    project.fake.reset()
    assert project.retrieve() == 0
    assert not project.fake.counts
    assert project.pack() == shard
    rows = tables.read(project.folder / "data/yt/clips/train-00000.parquet", stage="clips")
    assert rows["state"].to_pylist() == ["missing", "ok", "ok"]
    shutil.rmtree(project.folder / "cache")
    shutil.rmtree(project.folder / "data/yt/clips")
    assert project.retrieve() == 0
    assert set(project.fake.counts) == {CANARY, *videos[1:]}
    assert project.pack() == shard


def test_a_damaged_shard_without_a_cache_is_fetched_again(project):
    videos = ids(2)
    project.set_up(with_starts(videos))
    assert project.retrieve() == 0
    whole = project.pack()
    shutil.rmtree(project.folder / "cache")
    path = project.folder / "data/yt/clips/train-00000.parquet"
    path.write_bytes(whole[:5000] + bytes([whole[5000] ^ 1]) + whole[5001:])
    assert project.retrieve() == 0
    assert len(project.rows()) == 4
    assert project.pack() == whole


def test_audio_of_another_source_is_not_taken_for_youtube_s(project):
    """The data set was rendered before."""
    videos = ids(2)
    project.set_up(with_starts(videos))
    rate_hz = 16_000
    noise = np.random.default_rng(1).normal(0, 0.1, 10 * rate_hz).astype(np.float32)
    settings = select(params.effective(params.load(Path("params.yaml")), "yt"), "retrieve")
    rendered = [
        shards.audio_row(clip_id(v, 3, 13), noise, rate_hz, 10.0, structure(settings, "retrieve"))
        for v in videos
    ]
    path = project.folder / "data/yt/clips/train-00000.parquet"
    tables.write(path, shards.table(rendered), stage="clips", settings=settings)
    assert project.retrieve() == 0
    project.pack()
    rows = tables.read(path, stage="clips").to_pylist()
    assert {row["sample_rate_hz"] for row in rows} == {48_000}


def test_a_damaged_section_is_fetched_again(project):
    videos = ids(2)
    project.set_up(with_starts(videos))
    assert project.retrieve() == 0
    shard = project.pack()
    (project.folder / f"data/yt/clips/{'train-00000'}.parquet").unlink()
    section = next((project.folder / "cache/youtube/sections").iterdir())
    section.write_bytes(section.read_bytes()[:-1] + b"!")
    assert project.retrieve() == 0
    assert len(project.rows()) == 3
    assert project.pack() == shard


def test_short_silent_and_empty_sections_are_told_when_packed(project):
    videos = ids(4)
    project.fake.configure({videos[0]: "shorter", videos[1]: "silent", videos[2]: "shorter"})
    project.set_up([(videos[0], 0), (videos[1], 3), (videos[2], 600), (videos[3], 3)])
    assert project.retrieve() == 0
    project.pack()
    rows = tables.read(project.folder / "data/yt/clips/train-00000.parquet", stage="clips")
    assert rows["state"].to_pylist() == ["ok_short", "silent", "corrupt", "ok"]
    assert project.states()[videos[2]] == State.CORRUPT


N_KILLS = int(os.environ.get("AUDIOPHRASE_KILLS", "2"))


@pytest.mark.long
def test_kill_9_at_random_moments_changes_nothing(project, tmp_path):
    """Twenty kills of a run of 60 clips: AUDIOPHRASE_KILLS=20."""
    videos, rng = ids(60 if N_KILLS > 10 else 16), random.Random(N_KILLS)
    scenarios = dict(zip(videos[2::3], ("removed", "flaky", "geo", "terminated"), strict=False))
    clips = with_starts(videos)
    pace = {"canary_every": 5, "videos_per_hour": 36_000, "attempts": 9}
    project.fake.configure(scenarios)
    undisturbed = YoutubeProject(tmp_path / "undisturbed", project.fake)
    undisturbed.set_up(clips, pace)
    assert undisturbed.start().wait() == 0
    project.set_up(clips, pace)
    published: dict[str, bytes] = {}
    for n_killed in range(N_KILLS + 1):
        project.fake.reset()
        project.fake.configure(scenarios)
        process = project.start()
        if n_killed < N_KILLS:
            while project.n_lookups() == 0:
                time.sleep(0.005)
                assert process.poll() is None
            time.sleep(rng.uniform(0, 0.14 * len(videos) / N_KILLS))
            assert process.poll() is None
            process.kill()
        told = process.communicate()[1]
        asked = {video for video, counter in project.fake.counts.items() if counter["media"]}
        assert not asked & set(published)
        sections = (project.folder / "cache/youtube/sections").glob("Y*")
        now = {path.stem[1:12]: path.read_bytes() for path in sections}
        assert published.items() <= now.items()
        published = now
    assert process.returncode == 0, told
    assert project.table() == undisturbed.table()
    shard = project.pack()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(undisturbed.folder)
        assert undisturbed.pack() == shard


def test_ctrl_c_keeps_everything_and_says_how_to_go_on(project):
    project.set_up(with_starts(ids(12)), {"videos_per_hour": 18_000})
    process = project.start()
    while project.n_lookups() < 3:
        time.sleep(0.01)
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    told = process.communicate(timeout=20)[1]
    assert process.returncode == 130
    assert "run the same command again" in told
    assert "Traceback" not in told
    assert "ok" in [row["state"] for row in project.rows()]
    assert project.retrieve() == 0


def test_no_cookie_proxy_or_path_reaches_log_or_table(project, monkeypatch):
    secret = "sEcReT-cookie-value"
    jar = project.folder / "my-jar.txt"
    jar.write_text(
        "# Netscape HTTP Cookie File\n"
        f".youtube.com\tTRUE\t/\tTRUE\t2147483647\tVISITOR_INFO1_LIVE\t{secret}\n"
    )
    monkeypatch.setenv("AUDIOPHRASE_COOKIES", str(jar))
    videos = ids(4)
    project.fake.configure({videos[0]: "dropped", videos[1]: "removed", videos[2]: "media-403"})
    project.set_up(with_starts(videos))
    assert project.retrieve() == 0
    log = (project.folder / "cache/youtube/attempts.jsonl").read_text()
    table = json.dumps(read_table(Path("data/yt/attempts.parquet")).to_pylist(), default=str)
    for text in (log, table):
        for private in (secret, "my-jar", str(project.folder), "127.0.0.1", str(project.fake.port)):
            assert private not in text
    assert all(row["cookies"] for row in project.rows())


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("HTTPS_PROXY", "http://127.0.0.1:9", "cannot be reached"),
        ("HTTPS_PROXY", "http://no-such-host.invalid:80", "cannot be resolved"),
        ("HTTPS_PROXY", "http://127.0.0.1:port", "is no address"),
        ("AUDIOPHRASE_COOKIES", "no-such-file.txt", "AUDIOPHRASE_COOKIES"),
        ("AUDIOPHRASE_COOKIES", "params.yaml", "is not a cookie"),
        ("SSL_CERT_FILE", "no-such-file.pem", "SSL_CERT_FILE"),
        ("SSL_CERT_FILE", "other.pem", "not trusted"),
    ],
)
def test_what_is_missing_here_is_told_and_nothing_recorded(
    project, monkeypatch, capfd, variable, value, told
):
    project.set_up(with_starts(ids(3)))
    if value == "other.pem":
        shutil.copy(certifi.where(), "other.pem")
    monkeypatch.setenv(variable, value)
    begun = time.monotonic()
    assert project.retrieve() == 5
    assert time.monotonic() - begun < 10
    said = capfd.readouterr().err
    assert told in said
    assert "What to do:" in said
    assert project.rows() == []
    assert not project.fake.counts


def test_setup_errors_of_parameters_and_of_a_second_process(project, capfd):
    project.set_up(with_starts(ids(2)), {"canaries": []})
    assert project.retrieve() == 5
    assert "retrieve.canaries is empty" in capfd.readouterr().err
    assert int(fetch.main(["nowhere"], standalone_mode=False)) == 5
    assert int(fetch.main(["demo"], standalone_mode=False)) == 5


def test_the_rule_s_command_writes_its_table_or_fails(project):
    videos = ids(3)
    project.fake.configure(fault="bot-check", n_before_fault=3)  # a canary and two videos
    project.set_up(with_starts(videos), {"n_threads": 1})
    assert int(fetch_clips.main(["yt", "--log", "fetch_clips.log"], standalone_mode=False)) == 4
    table = project.folder / "data/yt/attempts.parquet"
    assert not table.exists()
    project.fake.reset()
    assert int(fetch_clips.main(["yt", "--log", "fetch_clips.log"], standalone_mode=False)) == 0
    assert len(read_table(table)) == len(project.rows()) == 4


def test_a_table_of_clips_that_is_absent_is_made(tmp_path):
    grammar = {"n_clips": {"train": 3, "val": 2, "test": 1}}
    entry = {"title": "Clips with made-up ids", "clips": "youtube"}
    entry |= {"shards": {"train": 1, "val": 1, "test": 1}}
    entry |= {"annotations": {"source": "grammar", "grammar": grammar}}
    fresh = Project.create(tmp_path / "project", {"datasets": {"yt": entry}})
    command = [sys.executable, "-m", "audiophrase", "fetch", "yt", "--dry-run"]
    done = preloaded.run(
        [*command, "--configfile", str(fresh.overlay)],
        folder=fresh.folder,
        environment=fresh.environment,
    )
    assert done.returncode == 0, done.stdout
    assert "to try: 6 clips of 6 videos" in done.stdout


def test_a_dry_run_asks_nothing_and_writes_nothing(project, capfd):
    project.set_up(with_starts(ids(30)), {"videos_per_hour": 300})
    assert project.retrieve("--dry-run") == 0
    told = capfd.readouterr().err
    assert "30 clips of 30 videos; about 6 min at 300 videos an hour" in told
    assert not project.fake.counts
    assert not (project.folder / "cache").exists()


@pytest.mark.skipif(not AUDIOGROUNDING.exists(), reason=f"{AUDIOGROUNDING} is not here")
def test_the_ids_of_audiogrounding_are_parsed_grouped_and_planned(project, capfd):
    project.set_up([])
    clips = project.folder / "data/yt/annotations/clips.parquet"
    others = [project.folder / name for name in ("captions.parquet", "phrases.parquet", "n.csv")]
    command = [
        sys.executable,
        "-m",
        "audiophrase",
        "job",
        "annotations",
        "--n-shards",
        "67",
        "1",
        "2",
    ]
    command += ["--clips", clips, "--captions", others[0], "--phrases", others[1]]
    command += ["--counts", others[2]]
    command += [AUDIOGROUNDING / f"{split}.json" for split in ("train", "val", "test")]
    subprocess.run(command, check=True, capture_output=True)
    project.folder.joinpath("params.yaml").write_text(
        re.sub(r"videos_per_hour: \d+", "videos_per_hour: 300", Path("params.yaml").read_text())
    )
    assert project.retrieve("--dry-run") == 0
    told = capfd.readouterr().err
    assert "4,590 clips: 0 at hand" in told
    assert "4,590 clips of 4,590 videos; about 15.3 h at 300 videos an hour" in told
