"""Lists of clips in CSV: the forms that people have, and what is wrong told by its line."""

import re

import pytest

from audiophrase.annotations import clip_lists, counts, files, parsing
from audiophrase.annotations.forms import clip_list, recognise
from audiophrase.errors import AnnotationError

AUDIOSET = """# Segments csv created Sun Mar  5 10:54:25 2017
# num_ytids=2, num_segs=2, num_unique_labels=3, num_positive_labels=3
# YTID, start_seconds, end_seconds, positive_labels
--4gqARaEJE, 0.000, 10.000, "/m/068hy,/m/07q6cd_,/m/0bt9lr"
-0RWZT-miFs, 420.000, 428.500, "/m/03v3yw"
"""
AUDIOCAPS = """audiocap_id,youtube_id,start_time,caption
91139,r1nicOVtvkQ,130,"A woman talks, nearby ""water"" pours
and pours"
91140,r1nicOVtvkQ,130,Multiple clanging sounds
58146,UDGBjjwyaqE,20,Rain
"""


def parse(text: str) -> clip_lists.ClipList:
    return clip_lists.parse(text.encode(), "list.csv")


def clips(text: str, split: str = "train") -> list[tuple]:
    return [tuple(clip.values()) for clip in parse(text).clips[split]]


def test_audiosets_list_has_its_header_in_a_comment():
    assert clips(AUDIOSET) == [("--4gqARaEJE", 0.0, 10.0), ("-0RWZT-miFs", 420.0, 428.5)]


def test_audiocaps_file_names_a_clip_once_for_each_caption():
    assert clips(AUDIOCAPS) == [("r1nicOVtvkQ", 130.0, 140.0), ("UDGBjjwyaqE", 20.0, 30.0)]
    assert parse(AUDIOCAPS).n_repeated == 1


@pytest.mark.parametrize(
    "text",
    [
        "id,start\nr1nicOVtvkQ,130\n",
        "\ufeffYouTube_ID,Start_S,end_s\r\nr1nicOVtvkQ,130,\r\n\r\n",
        "start;ytid\n130.0;r1nicOVtvkQ",
        "split\tend\tstart\tvideo_id\nTRAIN\t140\t1.3e2\tr1nicOVtvkQ\n",
        "id,youtube_id,start_seconds,\n7,r1nicOVtvkQ,130,\n",
        "# of our own\nid,start,split\nr1nicOVtvkQ,130.0001,training".replace("training", ""),
    ],
)
def test_columns_stand_in_any_order_with_any_of_their_names(text):
    assert clips(text) == [("r1nicOVtvkQ", 130.0, 140.0)]


def test_a_column_tells_the_split_and_some_may_have_no_clips():
    text = "id,start,split\nr1nicOVtvkQ,1,validation\nUDGBjjwyaqE,2,eval\n"
    assert [clips(text, split) for split in ("train", "val", "test")] == [
        [],
        [("r1nicOVtvkQ", 1.0, 11.0)],
        [("UDGBjjwyaqE", 2.0, 12.0)],
    ]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("short,1", "line 3: 'short' is no id of YouTube"),
        ("#NAME?,1", "line 3: '#NAME?' is no id of YouTube"),
        ("../../../xx,1", "line 3: '../../../xx' is no id"),
        ("\x1b[2Jr1nicOV,1", "line 3: '[2Jr1nicOV' is no id"),
        ("UDGBjjwyaqE,-1", "line 3: the start '-1' lies before the recording"),
        ("UDGBjjwyaqE,0;5", "no number of seconds, such as 30 or 30.5"),
        ("UDGBjjwyaqE,nan", "line 3: the start 'nan' is no number of seconds"),
        ("UDGBjjwyaqE,inf", "line 3: the start 'inf' is no number"),
        ("UDGBjjwyaqE,1e99", "line 3: the start 1e+99 s lies beyond"),
        ("UDGBjjwyaqE,", "line 3: the start '' is no number"),
        ("UDGBjjwyaqE,1_0", "line 3: the start '1_0' is no number"),
        ("UDGBjjwyaqE,00:30", "line 3: the start '00:30' is no number"),
        ("UDGBjjwyaqE,30,5", "line 3: the header names 2 columns, the line has 3"),
        ("UDGBjjwyaqE", "line 3: the header names 2 columns, the line has 1"),
        ('"UDGBjjwyaqE,1\nr1nicOVtvkQ,1', "quotation mark without its fellow"),
        ("x" * 200_000, "line 3: field larger than"),
    ],
)
def test_a_bad_line_is_told_with_its_number(line, expected):
    with pytest.raises(AnnotationError, match=r"list\.csv") as refusal:
        parse(f"id,start\nr1nicOVtvkQ,130\n{line}\n")
    assert expected in str(refusal.value)
    assert "\x1b" not in str(refusal.value)
    assert len(str(refusal.value)) < 600


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("UDGBjjwyaqE,5,5,", "line 3: the end 5 s does not lie after the start 5 s"),
        ("UDGBjjwyaqE,5,5.0004,", "does not lie after"),
        ("UDGBjjwyaqE,0,36000,", "line 3: the clip is 36000 s long, more than 600 s"),
        ("UDGBjjwyaqE,999999,,", "line 3: the end 1,000,009 s lies beyond 999,999 s"),
        ("UDGBjjwyaqE,999500,1000000,", "line 3: the end 1,000,000 s lies beyond 999,999 s"),
        ("UDGBjjwyaqE,999999.5,1000000,", "line 3: the start 999,999.5 s lies beyond"),
        ("UDGBjjwyaqE,5,15,dev", "line 3: 'dev' is no split: train, val, test"),
        ("r1nicOVtvkQ,1,11,val", "line 3: the clip stands in the split train, too, on line 2"),
    ],
)
def test_so_is_a_clip_that_cannot_be(line, expected):
    with pytest.raises(AnnotationError, match=expected):
        parse(f"id,start,end,split\nr1nicOVtvkQ,1,11,\n{line}\n")


@pytest.mark.parametrize("start", ["0", "999399", "999989", "999998.999"])
@pytest.mark.parametrize("end", ["", "0.001", "600", "999998.9996", "999999", "999999.0001"])
def test_what_a_list_may_name_the_chain_can_read(start, end):
    try:
        parsed = parse(f"id,start,end\nr1nicOVtvkQ,{start},{end}\n")
    except AnnotationError:
        return
    content = {"clips": parsed.clips["train"]}
    (row,) = clip_list.rows(content, "train")
    assert clip_list.clip(row.filename).end_s == content["clips"][0]["end_s"] <= 999_999


def test_lines_are_counted_through_captions_of_several():
    with pytest.raises(AnnotationError, match="line 5: 'x' is no id"):
        parse(AUDIOCAPS.replace("UDGBjjwyaqE", "x"))


def test_of_many_bad_lines_the_first_are_listed():
    with pytest.raises(AnnotationError, match=r"25 lines cannot be read") as refusal:
        parse("id,start\n" + "x,1\n" * 25)
    assert re.findall(r"line (\d+)", str(refusal.value)) == [str(n) for n in range(2, 12)]
    assert "… and 15 more" in str(refusal.value)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "list.csv is empty"),
        (b"\xef\xbb\xbf\n", "list.csv is empty"),
        (b"r1nicOVtvkQ,130\n", "line 1 names no columns for id and start: 'r1nicOVtvkQ,130'"),
        (b"# a\n# b\nyoutube,when\nr1nicOVtvkQ,1\n", "line 3 names no columns"),
        (b'{"clips": []}', "line 1 names no columns"),
        (b"id,start\n\n", "list.csv names no clips"),
        (b"id,start\n\xff,1\n", "list.csv is no text in UTF-8: line 2"),
        ("id,start\n".encode("utf-16"), "list.csv is no text in UTF-8"),
        (b"PK\x03\x04\x00\x00", "list.csv is no text in UTF-8"),
    ],
)
def test_what_is_no_list_is_refused_with_what_it_is(content, expected):
    with pytest.raises(AnnotationError, match=expected):
        clip_lists.parse(content, "list.csv")


def test_a_file_too_large_for_a_list_is_not_read(tmp_path, monkeypatch):
    (tmp_path / "list.csv").write_text(AUDIOSET)
    monkeypatch.setattr(files, "MAX_FILE_BYTES", 10)
    with pytest.raises(AnnotationError, match="no annotation file is that large"):
        files.read(tmp_path / "list.csv", key="annotations.list")


def test_the_tables_of_a_list_have_clips_and_nothing_said_of_them():
    listed = parse(AUDIOCAPS + "1,--4gqARaEJE,0.5,x\n").clips
    content = {split: {"clips": clips} for split, clips in listed.items()}
    tables = parsing.parse(content, {"train": 1, "val": 1, "test": 1})
    assert tables["clips"].to_pylist()[2] == {
        "clip_id": "Y--4gqARaEJE_500_10500",
        "youtube_id": "--4gqARaEJE",
        "start_s": 0.5,
        "end_s": 10.5,
        "split": "train",
        "shard": "train-00000",
        "filename": "--4gqARaEJE_0.500_10.500.wav",
    }
    assert (len(tables["captions"]), len(tables["phrases"])) == (0, 0)
    counted = counts.counts(tables).set_index("what")["all"]
    assert (counted["clips"], counted["ids that begin with -"]) == (3, 1)
    assert not [what for what in counted.index if "caption" in what or "phrase" in what]


@pytest.mark.parametrize(
    "content",
    [
        {"clips": 5},
        {"clips": [5]},
        {"clips": [{"youtube_id": "r1nicOVtvkQ", "start_s": 1}]},
        {"clips": [{"youtube_id": 5, "start_s": 1, "end_s": 2}]},
        {"clips": [{"youtube_id": "r1nicOVtvkQ", "start_s": 1, "end_s": float("nan")}]},
        {"clips": [{"youtube_id": "../x", "start_s": 1, "end_s": 2}]},
    ],
)
def test_a_list_that_somebody_edited_is_checked_again(content):
    splits = {"train": content, "val": {"clips": []}, "test": {"clips": []}}
    assert recognise(content, "train.json").SHAPE.startswith("clips without captions")
    with pytest.raises(AnnotationError, match=r"split train"):
        parsing.parse(splits, {"train": 1, "val": 1, "test": 1})


def test_a_decimal_comma_is_told_for_what_it_is():
    with pytest.raises(AnnotationError, match=r"line 2: the start '0,5' is .*: write 0\.5"):
        parse("id;start\nr1nicOVtvkQ;0,5\n")


def test_of_two_columns_for_one_thing_it_is_said_which_is_read():
    listed = parse("id,YTID,start,start_s\n7,r1nicOVtvkQ,130,131\n")
    assert listed.notes == (
        "of the columns ytid and id, ytid is read, the other is not looked at",
        "of the columns start_s and start, start_s is read, the other is not looked at",
    )
    assert parse(AUDIOSET).notes == ()
