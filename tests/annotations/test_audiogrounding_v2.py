"""AudioGrounding v2: what it says otherwise than v1, and what is refused."""

import copy

import pytest

from audiophrase.annotations import parsing
from audiophrase.annotations.counts import counts
from audiophrase.annotations.forms import audiogrounding_v2
from audiophrase.errors import AnnotationError

N_SHARDS = {"train": 1, "val": 1, "test": 1}
CAPTION = {
    "audiocap_id": 1,
    "audio_id": "Y-a_b-c_1-_d_30.000_40.000.wav",
    "tokens": "a man 's dog barks , then the dogs ' bell rings",
    "phrases": [
        {"phrase": "barks", "start_index": 4, "end_index": 4, "segments": [[0.5, 1]]},
        {"phrase": "a man 's dog", "start_index": 0, "end_index": 3, "segments": [[0, 0]]},
    ],
}


def lists(**changed):
    train = {**copy.deepcopy(CAPTION), **changed}
    others = {
        split: {
            "audiocap_id": split,
            "audio_id": f"{id_}_0_10.wav",
            "tokens": "rain",
            "phrases": [],
        }
        for split, id_ in (("val", "BBBBBBBBBBB"), ("test", "CCCCCCCCCCC"))
    }
    return {"train": [train], **{split: [item] for split, item in others.items()}}


def parsed(**changed):
    tables = parsing.parse(lists(**changed), N_SHARDS)
    return {name: table.to_pylist() for name, table in tables.items()}


def phrases(**changed):
    return [{**CAPTION["phrases"][0], **changed}]


def test_a_caption_is_read_back_from_its_tokens():
    caption = parsed()["captions"][0]
    assert caption["caption"] == "a man's dog barks, then the dogs' bell rings"
    assert caption["tokens"] == CAPTION["tokens"].split()
    own = parsed(caption="A man's dog barks.")["captions"][0]
    assert own["caption"] == "A man's dog barks."


def test_tokens_may_be_a_list():
    assert parsed(tokens=CAPTION["tokens"].split()) == parsed()


def test_the_y_before_an_id_of_youtube_is_no_part_of_it():
    assert parsed()["clips"][0]["clip_id"] == "Y-a_b-c_1-_d_30000_40000"
    eleven = parsed(audio_id="YBCDEFGHIJK_30.000_40.000.wav")["clips"][0]
    assert eleven["youtube_id"] == "YBCDEFGHIJK"


def test_as_published_a_clip_is_a_whole_file_at_a_place_that_is_not_known():
    clip = parsed(audio_id="Y-a_b-c_1-_d.wav")["clips"][0]
    assert clip.pop("shard") == "train-00000"
    assert clip == {
        "clip_id": "Y-a_b-c_1-_d",
        "youtube_id": "-a_b-c_1-_d",
        "start_s": None,
        "end_s": None,
        "split": "train",
        "filename": "Y-a_b-c_1-_d.wav",
    }


def test_an_id_that_ends_like_times_is_an_id():
    assert parsed(audio_id="Yabcdefg_1_2.wav")["clips"][0]["youtube_id"] == "abcdefg_1_2"


def test_a_segment_of_a_whole_file_is_never_beyond_its_end():
    tables = parsing.parse(lists(audio_id="Y-a_b-c_1-_d.wav"), N_SHARDS)
    counted = counts(tables).set_index("what")["train"]
    assert counted["phrases with a segment beyond their clip's end (cut there)"] == 0
    assert counted["clips annotated as shorter than 10 s"] == 0


def test_a_phrase_may_be_a_list_of_words():
    assert parsed(phrases=phrases(phrase=["a", "man", "'s", "dog"]))["phrases"][0]["phrase"] == (
        "a man 's dog"
    )


def test_tokens_may_be_left_out_where_there_is_a_caption():
    assert parsed(tokens=None, caption="A man's dog barks.", phrases=phrases())["captions"][0][
        "tokens"
    ] == ["A", "man", "'s", "dog", "barks", "."]


def test_phrases_may_be_left_out():
    content = lists()
    del content["train"][0]["phrases"]
    tables = parsing.parse(content, N_SHARDS)
    assert (tables["captions"].num_rows, tables["phrases"].num_rows) == (3, 0)


def test_a_clip_without_any_phrase_is_kept_and_counted():
    tables = parsing.parse(lists(), N_SHARDS)
    assert tables["clips"]["split"].to_pylist() == ["train", "val", "test"]
    assert tables["phrases"]["split"].to_pylist() == ["train", "train"]
    counted = counts(tables).set_index("what").loc["clips without any phrase"].tolist()
    assert counted == [0, 1, 1, 2]


def test_a_test_split_without_any_phrase_is_refused():
    tables = parsing.parse(lists(), N_SHARDS)
    assert set(tables["phrases"]["split"].to_pylist()) == {"train"}
    with pytest.raises(AnnotationError, match=r"split test has no phrases at all"):
        parsing.require_test_phrases(tables["phrases"])


@pytest.mark.parametrize(
    ("segments", "what"),
    [
        ([[3.0, 3.0]], "phrases with a segment of no length that is not [0, 0]"),
        ([[1.0, 2.0], [9.0, 25.0]], "phrases with a segment beyond their clip's end (cut there)"),
    ],
)
def test_segments_that_are_not_heard_as_annotated_are_counted(segments, what):
    odd = parsing.parse(lists(phrases=phrases(segments=segments)), N_SHARDS)
    counted = counts(odd).set_index("what")["train"]
    assert counted[what] == 1
    fine = parsing.parse(lists(phrases=phrases(segments=[[1.0, 10.02]])), N_SHARDS)
    assert counts(fine).set_index("what")["train"][what] == 0


def test_a_phrase_is_sought_where_the_file_does_not_know_where_it_stands():
    found = parsed(phrases=phrases(start_index=-1, end_index=-1))["phrases"]
    assert found[0]["first_token"] == 4


def test_a_phrase_that_stands_elsewhere_is_kept_and_counted():
    tables = parsing.parse(lists(phrases=phrases(start_index=0, end_index=0)), N_SHARDS)
    assert tables["phrases"]["first_token"].to_pylist() == [0]
    counted = counts(tables).set_index("what")["all"]
    assert counted["phrases elsewhere in their caption than their index says"] == 1


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"audio_id": "Y-a_b-c_1-_.wav"}, "row 0, phrase 0, field 'audio_id'"),
        ({"audio_id": "Y-a_b-c_1-_d.wav/../x"}, "nor Y and an id of YouTube"),
        ({"audio_id": None}, "field 'audio_id': None is not of type str"),
        ({"tokens": ""}, "row 0, phrase 0, field 'tokens'"),
        ({"tokens": None}, "row 0 lacks tokens and caption"),
        ({"tokens": {"a": 1}}, "field 'tokens': {'a': 1} is not a list of words"),
        ({"phrases": phrases(phrase=["a", 5])}, "field 'phrase': ['a', 5] is not of type str"),
        ({"phrases": phrases(phrase="meows")}, "field 'phrase': 'meows' is not in its caption's"),
        (
            {"phrases": phrases(segments=[[2, 1]])},
            "field 'segments': [2, 1]: the onset comes after",
        ),
        ({"phrases": phrases(start_index=99)}, "field 'start_index': 99 lies outside of 12 tokens"),
        ({"phrases": phrases(end_index="4")}, "field 'end_index': '4' is not of type int"),
        ({"phrases": phrases(end_index=3)}, "field 'end_index': 3 lies before the first word, 4"),
        ({"phrases": {}}, "row 0: 'phrases' is not a list"),
        ({"phrases": [5]}, "row 0, phrase 0 is not an object"),
        (
            {"phrases": [{"phrase": "dog"}]},
            "row 0, phrase 0 lacks start_index, end_index, segments",
        ),
    ],
)
def test_a_bad_field_is_told_by_the_form_s_own_name(changed, told):
    with pytest.raises(AnnotationError) as refusal:
        parsing.parse(lists(**changed), N_SHARDS)
    assert "split train, row 0" in str(refusal.value)
    assert told in str(refusal.value)


@pytest.mark.parametrize("item", [None, [], "text", {"audiocap_id": "x"}])
def test_an_item_that_is_no_caption_is_refused(item):
    content = lists()
    content["val"].append(item)
    with pytest.raises(AnnotationError, match=r"split val, row 1 (is not an object|lacks )"):
        parsing.parse(content, N_SHARDS)
    with pytest.raises(AnnotationError, match=r"split val has no rows"):
        parsing.parse({**lists(), "val": []}, N_SHARDS)


@pytest.mark.parametrize(
    ("name", "clip_id", "times"),
    [
        # Y and eleven characters: always the whole file, also where they end like times.
        ("Ybirds_10_20.wav", "Ybirds_10_20", (None, None)),
        ("Y2023_06_150.wav", "Y2023_06_150", (None, None)),
        # Anything else that ends like times has them.
        ("Y_0123456_1_2.wav", "YY_0123456_1000_2000", (1, 2)),
        ("Y2023_06_15.wav", "YY2023_6000_15000", (6, 15)),
        ("Y2023_06_15ab_30_40.wav", "YY2023_06_15ab_30000_40000", (30, 40)),
        ("Y2023_06_15a_30_40.wav", "Y2023_06_15a_30000_40000", (30, 40)),  # a Y before an id
        ("Ybirds_10_20_30_40.wav", "Ybirds_10_20_30000_40000", (30, 40)),
        ("birds_10_20.wav", "Ybirds_10000_20000", (10, 20)),
    ],
)
def test_ids_that_end_like_times_are_told_from_times_by_their_length(name, clip_id, times):
    clip = audiogrounding_v2.clip(name)
    assert (clip.clip_id, clip.start_s, clip.end_s) == (clip_id, *times)
    assert name in (clip.filename, f"Y{clip.filename}")
