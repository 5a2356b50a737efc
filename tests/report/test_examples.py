"""Which clips are shown: the ones with the most distinct phrases, in an order that never varies."""

from audiophrase.report.examples import ranked


def caption(caption_id, clip_id):
    return {"caption_id": caption_id, "clip_id": clip_id, "caption": f"caption {caption_id}"}


def phrase(caption_id, text, first_token, *segments):
    return {
        "phrase_id": f"{caption_id}-{first_token}",
        "caption_id": caption_id,
        "phrase": text,
        "first_token": first_token,
        "segments": [{"onset_s": onset, "offset_s": offset} for onset, offset in segments],
    }


CAPTIONS = [caption("0", "b"), caption("1", "a"), caption("2", "c"), caption("3", "c")]
PHRASES = [
    phrase("0", "rain", 4, (1, 2)),
    phrase("0", "wind", 0, (2, 3)),
    phrase("1", "dog", 0, (0, 0)),
    phrase("1", "cat", 2, (5, 6)),
    phrase("2", "bell", 0, (1, 2)),
    phrase("3", "bell", 5, (4, 6)),
    phrase("3", "horn", 2, (0, 1)),
    phrase("3", "bell", 0, (1, 2)),
    phrase("3", "man", 7, (1, 3)),
]


def test_most_distinct_phrases_first_and_ties_by_clip_id():
    examples = ranked(CAPTIONS, PHRASES, {"a", "b", "c"})
    assert [example.clip_id for example in examples] == ["c", "a", "b"]
    assert examples[0].caption == "caption 3"


def test_phrases_follow_the_caption_and_a_repeated_one_is_one_event():
    events = ranked(CAPTIONS, PHRASES, {"c"})[0].events
    assert [event.phrase for event in events] == ["bell", "horn", "man"]
    assert events[0].segments_s == ((1, 2), (4, 6))
    assert events[0].phrase_id == "3-0"


def test_a_phrase_that_is_not_heard_has_no_segments():
    events = ranked(CAPTIONS, PHRASES, {"a"})[0].events
    assert events[0].segments_s == ()


def test_clips_without_audio_and_captions_without_phrases_are_passed_over():
    assert [e.clip_id for e in ranked(CAPTIONS, PHRASES, {"a", "z"})] == ["a"]
    assert ranked([caption("9", "a")], PHRASES, {"a"}) == []


def test_captions_without_phrases_are_examples_where_there_are_no_phrases_at_all():
    assert ranked(CAPTIONS, [], {"a", "b", "c"}) == []
    examples = ranked(CAPTIONS, [], {"a", "c"}, needs_phrases=False)
    assert [(example.clip_id, example.caption) for example in examples] == [
        ("a", "caption 1"),
        ("c", "caption 2"),
    ]
    assert all(example.events == () for example in examples)
