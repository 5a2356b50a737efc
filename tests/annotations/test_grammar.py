"""The caption grammar: structure of the annotations, and captions that tell the truth in time."""

import json
import re
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audiophrase.annotations.grammar import COLUMNS, SIMULTANEOUS, SPLITS, SUCCESSIVE, generate
from audiophrase.annotations.kinds import KINDS, kind_of

DURATION_S = 10.0
N_CLIPS = {"train": 320, "val": 40, "test": 40}
CAPTIONS_PER_CLIP = {"train": 1, "val": 5, "test": 5}


@pytest.fixture(scope="module")
def annotations():
    return generate(
        n_clips=N_CLIPS, captions_per_clip=CAPTIONS_PER_CLIP, duration_s=DURATION_S, seed=7
    )


def rows_of(columns):
    return [{name: columns[name][key] for name in columns} for key in columns["filename"]]


def captions_of(columns):
    """Rows by caption, in order of mention."""
    captions = {}
    for row in rows_of(columns):
        captions.setdefault(row["audiocap_id"], []).append(row)
    return captions


def check_captions(columns, n_clips, captions_per_clip, duration_s):
    captions = captions_of(columns)
    events_of_clip = {}
    for rows in captions.values():
        events = {}
        for row in rows:
            words = row["soundtag"].split()
            start = row["start_word"]
            assert row["tokens"][start : start + len(words)] == words
            assert " ".join(row["tokens"]) == row["caption"]
            edges = [edge for segment in row["timestamps"] for edge in segment]
            assert all(earlier < later for earlier, later in pairwise(edges))
            assert edges[0] >= 0.0
            assert edges[-1] <= duration_s
            assert edges == [round(edge, 5) for edge in edges]
            events[kind_of(row["soundtag"]).name] = row["timestamps"]
        assert 1 <= len(rows) <= 3
        assert len(events) == len(rows)
        assert events_of_clip.setdefault(rows[0]["filename"], events) == events
        check_connectives(rows)
    assert len(events_of_clip) == n_clips
    per_clip = Counter(rows[0]["filename"] for rows in captions.values())
    assert set(per_clip.values()) == {captions_per_clip}


def check_connectives(rows):
    """Words between two phrases must agree with how the events lie in time."""
    for first, second in pairwise(rows):
        end_of_first = first["start_word"] + len(first["soundtag"].split())
        connective = " ".join(first["tokens"][end_of_first : second["start_word"]])
        if connective in SUCCESSIVE:
            assert first["timestamps"][-1][1] <= second["timestamps"][0][0]
        else:
            assert connective in SIMULTANEOUS
            assert first["timestamps"][0][0] < second["timestamps"][-1][1]
            assert second["timestamps"][0][0] < first["timestamps"][-1][1]


def test_columns_are_complete_json_with_row_numbers_running_across_the_splits(annotations):
    assert tuple(annotations) == SPLITS
    n_rows = 0
    for columns in json.loads(json.dumps(annotations)).values():
        assert tuple(columns) == COLUMNS
        n_here = len(columns["filename"])
        keys = [str(row) for row in range(n_rows, n_rows + n_here)]
        assert all(list(column) == keys for column in columns.values())
        n_rows += n_here


@pytest.mark.parametrize("split", SPLITS)
def test_captions_agree_with_their_events(annotations, split):
    check_captions(annotations[split], N_CLIPS[split], CAPTIONS_PER_CLIP[split], DURATION_S)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    duration_s=st.floats(2.0, 30.0),
    n_clips=st.integers(1, 8),
    captions_per_clip=st.integers(1, 5),
)
def test_every_seed_and_duration_gives_valid_captions(seed, duration_s, n_clips, captions_per_clip):
    annotations = generate(
        n_clips=dict.fromkeys(SPLITS, n_clips),
        captions_per_clip=dict.fromkeys(SPLITS, captions_per_clip),
        duration_s=duration_s,
        seed=seed,
    )
    for columns in annotations.values():
        check_captions(columns, n_clips, captions_per_clip, duration_s)


def test_identifiers_are_unique(annotations):
    ids_of_split = [
        {row["filename"][:11] for row in rows_of(columns)} for columns in annotations.values()
    ]
    assert [len(ids) for ids in ids_of_split] == list(N_CLIPS.values())
    assert len(set().union(*ids_of_split)) == sum(N_CLIPS.values())
    caption_ids = [set(captions_of(columns)) for columns in annotations.values()]
    assert sum(map(len, caption_ids)) == len(set().union(*caption_ids))


def test_filenames_have_a_video_identifier_and_a_span_as_long_as_the_clip(annotations):
    pattern = re.compile(r"demo[0-9A-Za-z_-]{7}_(\d+\.\d{3})_(\d+\.\d{3})\.wav")
    for columns in annotations.values():
        for filename in columns["filename"].values():
            start_s, end_s = map(float, pattern.fullmatch(filename).groups())
            assert end_s - start_s == pytest.approx(DURATION_S)


def test_captions_of_a_clip_are_worded_differently(annotations):
    wordings = {}
    for columns in (annotations["val"], annotations["test"]):
        for rows in captions_of(columns).values():
            wordings.setdefault(rows[0]["filename"], set()).add(rows[0]["caption"])
    assert all(len(captions) == 5 for captions in wordings.values())


def test_every_kind_and_phrase_is_trained_on_often_enough(annotations):
    phrases = Counter(annotations["train"]["soundtag"].values())
    kinds = Counter(kind_of(phrase).name for phrase in phrases.elements())
    assert set(kinds) == {kind.name for kind in KINDS}
    assert min(kinds.values()) >= 20
    assert max(kinds.values()) - min(kinds.values()) <= 2
    assert set(phrases) == {phrase for kind in KINDS for phrase in kind.phrases}


def test_a_phrase_is_active_in_a_third_to_half_of_its_clip(annotations):
    fractions = [
        sum(offset_s - onset_s for onset_s, offset_s in segments) / DURATION_S
        for segments in annotations["train"]["timestamps"].values()
    ]
    assert 0.30 < sum(fractions) / len(fractions) < 0.55


def test_clips_have_both_overlapping_and_successive_events(annotations):
    text = " ".join(annotations["train"]["caption"].values())
    for connective in SIMULTANEOUS + SUCCESSIVE:
        assert text.count(f" {connective} ") >= 10


def test_same_arguments_give_the_same_annotations(annotations):
    arguments = {"captions_per_clip": CAPTIONS_PER_CLIP, "duration_s": DURATION_S}
    assert generate(n_clips=N_CLIPS, seed=7, **arguments) == annotations
    assert generate(n_clips=N_CLIPS, seed=8, **arguments) != annotations


def test_a_split_does_not_depend_on_the_size_of_another(annotations):
    fewer = generate(
        n_clips=N_CLIPS | {"train": 3},
        captions_per_clip=CAPTIONS_PER_CLIP,
        duration_s=DURATION_S,
        seed=7,
    )
    for column in ("filename", "caption", "timestamps"):
        expected = list(annotations["test"][column].values())
        assert list(fewer["test"][column].values()) == expected


def test_phrases_tell_the_kinds_apart():
    phrases = [phrase for kind in KINDS for phrase in kind.phrases]
    assert len(set(phrases)) == len(phrases)
    for kind in KINDS:
        assert len(kind.phrases) >= 2
        assert all(kind_of(phrase) is kind for phrase in kind.phrases)
        others = {
            w for other in KINDS if other is not kind for p in other.phrases for w in p.split()
        }
        assert all(set(phrase.split()) - others for phrase in kind.phrases)


def test_no_phrase_hides_in_another():
    padded = [f" {phrase} " for kind in KINDS for phrase in kind.phrases]
    hidden = [(a, b) for a in padded for b in padded if a != b and a in b]
    assert all(kind_of(a.strip()) is kind_of(b.strip()) for a, b in hidden)


def test_an_unknown_phrase_has_no_kind():
    with pytest.raises(ValueError, match="a unicorn sneezes"):
        kind_of("a unicorn sneezes")


@pytest.mark.parametrize(
    "changed",
    [
        {"duration_s": 0.0},
        {"duration_s": float("nan")},
        {"n_clips": {"train": 1, "val": 1}},
        {"captions_per_clip": {"train": 1, "val": 1, "test": -1}},
    ],
)
def test_impossible_requests_are_refused(changed):
    possible = {
        "n_clips": dict.fromkeys(SPLITS, 1),
        "captions_per_clip": dict.fromkeys(SPLITS, 1),
        "duration_s": DURATION_S,
        "seed": 0,
    }
    with pytest.raises(ValueError, match=next(iter(changed))):
        generate(**possible | changed)
