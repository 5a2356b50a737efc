"""Archives in the layouts that people have: which file holds which clip, and which shard it stales."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from audiophrase.clip_ids import clip_id, shard_name, shard_names
from audiophrase.clips.archive import Match, Matches, files_by_shard, may_be_of_any_shard
from audiophrase.clips.folder import MAX_DEPTH, could_be_a_clip, list_files
from audiophrase.errors import AudiophraseError

WORDS = st.text("ab0_-Y", min_size=1, max_size=6)
YOUTUBE_IDS = st.text("aY01_-", min_size=11, max_size=11)
TIMES = st.tuples(st.integers(0, 30), st.integers(1, 10)).map(lambda t: (t[0], t[0] + t[1]))
SUFFIXES = st.sampled_from([".wav", ".webm", ".flac", ".mp3"])
LAYOUTS = [
    "{id}_{start}_{end}",
    "{id}_{start}.000_{end}.000",
    "{id}_{start_ms}_{end_ms}",
    "{id}_{start}",
    "{id}_{start_ms}",
    "{id}",
]
LAYOUTS += [f"Y{layout}" for layout in LAYOUTS]


def timed(youtube_id, start_s, end_s):
    return {
        "clip_id": clip_id(youtube_id, start_s, end_s),
        "youtube_id": youtube_id,
        "start_s": float(start_s),
        "end_s": float(end_s),
        "filename": f"{youtube_id}_{start_s:.3f}_{end_s:.3f}.wav",
    }


def whole(youtube_id):
    return {
        "clip_id": f"Y{youtube_id}",
        "youtube_id": youtube_id,
        "start_s": None,
        "end_s": None,
        "filename": f"Y{youtube_id}.wav",
    }


def named(layout, clip):
    start, end = int(clip["start_s"]), int(clip["end_s"])
    return layout.format(
        id=clip["youtube_id"], start=start, end=end, start_ms=start * 1000, end_ms=end * 1000
    )


CLIP = timed("r3kQ-x_7Qab", 60, 70)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("folder", ["", "train/", "a b/c-d/"])
def test_a_clip_is_met_in_every_layout(layout, folder):
    name = f"{folder}{named(layout, CLIP)}.flac"
    others = [timed("r3kQ-x_7Qab", 30, 40), timed("r3kQ-x_7Qac", 60, 70)]
    matches = Matches([name], [*others, CLIP])
    assert matches.find(CLIP) == Match(name, "start" in layout)
    # A recording holds all clips of its id, a cut one no other.
    assert (matches.find(others[0]) is None) == ("start" in layout)
    assert matches.find(others[1]) is None
    assert matches.note() is None


@pytest.mark.parametrize(
    ("clips", "name", "held"),
    [
        # Seconds or milliseconds: what fits the clip.
        ([timed("a", 30, 40)], "a_30_40.wav", 0),
        ([timed("a", 30, 40)], "a_30000_40000.wav", 0),
        ([timed("a", 0.5, 10.5)], "a_500_10500.wav", 0),
        ([timed("a", 30, 40), timed("a", 30000, 30010)], "a_30000_30010.wav", 1),
        ([timed("a", 30, 40)], "a_30_45.wav", None),  # another clip of the recording
        ([timed("a", 30, 40)], "a_31.wav", None),
        ([timed("a", 30.5, 40.5)], "a_30_40.wav", None),
        # Ids that end like times, or begin with a Y.
        ([whole("2023_06_150")], "Y2023_06_150.wav", 0),
        ([timed("2023", 6, 15)], "2023_06_15.wav", 0),
        ([timed("2023_06_15", 20, 25)], "Y2023_06_15.wav", 0),
        ([timed("Yabc", 0, 5)], "Yabc.wav", 0),
        ([timed("Yabc", 0, 5), timed("abc", 0, 5)], "Yabc.wav", 1),
        ([timed("site", 10, 20), timed("site_10", 0, 10)], "Ysite_10.wav", 1),
        # A clip that is a whole file, in an archive that knows its times.
        ([whole("abcdefghijk")], "Yabcdefghijk_30000_40000.wav", 0),
        ([whole("abcdefghijk"), timed("abcdefghijk", 30, 40)], "abcdefghijk_30_40.wav", 1),
    ],
)
def test_of_several_readings_that_holds_which_fits_a_clip(clips, name, held):
    matches = Matches([name], clips)
    holds = [matches.find(clip) is not None for clip in clips]
    assert holds == [number == held for number in range(len(clips))]
    assert (matches.note() is None) == (held is not None)


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        (["a_30.000_40.000.wav", "Ya.webm", "Ya_30_40.flac"], "a_30.000_40.000.wav"),
        (["old/a_30.000_40.000.wav", "a_30_40.wav"], "old/a_30.000_40.000.wav"),
        (["Ya.webm", "Ya_30.000_40.000.flac"], "Ya_30.000_40.000.flac"),
        (["a.webm", "a_30.wav"], "a_30.wav"),
        (["a_30.wav", "a_30000_40000.wav"], "a_30000_40000.wav"),
    ],
)
def test_the_closer_name_goes_first(names, chosen):
    clip = timed("a", 30, 40)
    assert Matches(names, [clip]).find(clip).name == chosen


@pytest.mark.parametrize(
    "names",
    [
        ["Ya.wav", "Ya.webm"],
        ["Ya.wav", "a.wav"],
        ["a_30_40.wav", "Ya_30000_40000.wav"],
        ["a/a_30_40.wav", "b/a_30_40.wav"],
        ["x/a_30.000_40.000.wav", "y/a_30.000_40.000.wav"],
    ],
)
def test_several_files_of_one_clip_are_refused_by_name(names):
    clip = timed("a", 30, 40)
    with pytest.raises(
        AudiophraseError, match="several files could be clip Ya_30000_40000"
    ) as error:
        Matches(names, [clip]).find(clip)
    assert all(name in str(error.value) for name in names)


def test_a_file_that_fits_two_clips_is_refused_and_not_guessed():
    clips = [timed("site", 10, 20), timed("site_10", 0, 10)]
    for clip, other in (clips, clips[::-1]):
        with pytest.raises(AudiophraseError, match=r"site_10\.wav could be clip") as error:
            Matches(["site_10.wav"], clips).find(clip)
        assert f"{clip['clip_id']}, and {other['clip_id']}" in str(error.value)
        assert clip["filename"] in str(error.value)
    for name in ("site_10_20.wav", "Ysite_10.wav"):
        assert sum(Matches([name], clips).find(clip) is not None for clip in clips) == 1


@pytest.mark.parametrize(
    ("n_others", "note"),
    [
        (0, None),
        (1, "1 file of the folder matches no clip: x0.wav"),
        (3, "3 files of the folder match no clip: x0.wav, x1.wav, x2.wav"),
        (1005, "1,005 files of the folder match no clip: x0.wav, x1.wav, x10.wav, …"),
    ],
)
def test_what_matches_no_clip_is_told_with_its_count_and_three_examples(n_others, note):
    names = [f"x{n}.wav" for n in range(n_others)]
    assert Matches(["Ya.wav", *names], [timed("a", 0, 1)]).note() == note


def test_sub_folders_are_listed_within_bounds(tmp_path):
    deep = tmp_path
    for level in range(MAX_DEPTH + 2):
        (deep / f"Yl{level}.wav").touch()
        deep = deep / "d"
        deep.mkdir()
    for name in (".hidden", "odd{x}", "plain name"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "Yin.wav").touch()
    outside = tmp_path.parent / f"{tmp_path.name}-outside"
    outside.mkdir()
    (outside / "Yout.wav").touch()
    (tmp_path / "linked").symlink_to(outside)
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "Ylinked.wav").symlink_to(outside / "Yout.wav")
    within = [f"{'d/' * level}Yl{level}.wav" for level in range(MAX_DEPTH + 1)]
    assert list_files(tmp_path) == sorted(
        [*within, "odd{x}/Yin.wav", "plain name/Yin.wav", "Ylinked.wav"]
    )


@pytest.mark.parametrize(
    ("name", "holds"),
    [
        ("a-b_30.000_40.000.wav", True),
        ("a-b_30.000_40.000.x", False),
        ("Ya-b.webm", True),
        ("Ya-b.x", False),
        ("a-b.WAV", True),
        ("README.md", False),
        ("a-b.txt", False),
        ("Ya{b}.wav", True),
        ("Été à la plage (1).wav", True),
        (".hidden.wav", False),
        ("a\x1b[2J.wav", False),
        ("Y../b.wav", False),
    ],
)
def test_only_files_that_can_hold_a_clip_are_looked_at(name, holds):
    assert could_be_a_clip(name) == holds


@given(
    clip=st.tuples(YOUTUBE_IDS | st.text("ab-", min_size=1, max_size=12), TIMES),
    layout=st.sampled_from(LAYOUTS),
    suffix=SUFFIXES,
    noise=st.lists(WORDS.map(lambda word: f"{word}.wav"), max_size=3),
    n_shards=st.integers(1, 50),
)
@example(("abcdefg_1_2", (0, 1)), "Y{id}", ".webm", [], 50)  # ids that end like times
@example(("2023_06_15", (20, 25)), "{id}", ".wav", [], 50)
def test_a_shard_depends_on_every_file_that_its_clips_may_be_read_from(
    clip, layout, suffix, noise, n_shards
):
    youtube_id, times = clip
    wanted = timed(youtube_id, *times)
    name = named(layout, wanted) + suffix
    matches = Matches({*noise, name}, [wanted])
    files = matches.files(wanted)
    assert files
    shard = shard_name(wanted["clip_id"], "train", n_shards)
    names = {*noise, name}
    told_by_name = files_by_shard(names, "train", n_shards, None)[shard]
    assert set(files) <= {*told_by_name, *filter(may_be_of_any_shard, names)}
    known = files_by_shard(names, "train", n_shards, [wanted | {"shard": shard}])
    assert known == {other: files if other == shard else [] for other in known}


def test_a_file_named_with_its_times_belongs_to_few_shards_though_no_clip_is_known():
    names = [f"Yid{i:09d}_30.000_40.000.wav" for i in range(100)]
    by_shard = files_by_shard(names, "train", 64, None)
    assert list(by_shard) == shard_names({"train": 64})
    # Read with the Y as the file's and as the id's, in both units, and as a clip without times.
    assert sum(len(files) for files in by_shard.values()) <= 6 * len(names)
    clips = [timed(f"id{i:09d}", 30, 40) | {"shard": f"train-{i % 64:05d}"} for i in range(100)]
    by_shard = files_by_shard(names, "train", 64, clips)
    assert by_shard["train-00003"] == [names[3], names[67]]
    assert sum(len(files) for files in by_shard.values()) == len(names)


def test_a_clip_without_times_may_lie_in_a_file_that_has_them():
    clip, names = whole("abcdefghijk"), ["Yabcdefghijk_30.000_40.000.wav"]
    assert Matches(names, [clip]).files(clip) == names
    shard = shard_name(clip["clip_id"], "train", 50)
    assert files_by_shard(names, "train", 50, None)[shard] == names
