from pathlib import Path

import pytest

from audiophrase import params as parameters
from audiophrase.parameters.sections import select
from audiophrase.settings import structure
from audiophrase.text.normalise import candidates, match, words_of
from audiophrase.text.parameters import NormaliseParams

ROOT = Path(__file__).parents[2]
PAPER: NormaliseParams = structure(
    select(parameters.load(ROOT / "params.yaml"), "text.normalise"), "text.normalise"
)


def words(text: str, **switches) -> list[str]:
    changed = NormaliseParams(**(vars_of(PAPER) | switches))
    return [word for word, _ in words_of(text.split(), changed)]


def changed(**switches) -> NormaliseParams:
    return NormaliseParams(**(vars_of(PAPER) | switches))


def vars_of(params: NormaliseParams) -> dict:
    return {name: getattr(params, name) for name in params.__dataclass_fields__}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a dog barks", ["a", "dog", "barks"]),
        ("anhigh pitched tv", ["an", "high", "pitched", "TV"]),
        ("inhales/exhales overheadaircraft", ["inhales", "or", "exhales", "overhead", "aircraft"]),
        ("a man's voice doesn't stop", ["a", "man", "voice", "does", "not", "stop"]),
        ("high-pitched", ["high", "pitched"]),
        ("barks , then ... stops .", ["barks", "then", "stops"]),
        ("it's raining", ["it", "is", "raining"]),
        ("dog’s bowl", ["dog", "bowl"]),
        ("'an engine", ["an", "engine"]),
        ("a man 's voice does n't stop", ["a", "man", "voice", "does", "not", "stop"]),
        ("it get 's loud , it 's rain", ["it", "gets", "loud", "it", "is", "rain"]),
        ("they ca n't and wo n't", ["they", "can", "not", "and", "will", "not"]),
        ("a sports ' vehicle ; a cat & a dog", ["a", "sports", "vehicle", "a", "cat", "a", "dog"]),
        (
            "clip-clop of low\u2013pitched hooves",
            ["clip", "clop", "of", "low", "pitched", "hooves"],
        ),
    ],
)
def test_words_of_a_caption(text, expected):
    assert words(text) == expected


def test_dashes_stay_together_without_the_switch():
    assert words("high-pitched", split_dashes=False) == ["high-pitched"]
    assert words("co-op", split_dashes=True) == ["co", "op"]


def test_corrections_are_told_apart():
    assert words_of(["amongst", "trees"], PAPER) == [("among", True), ("trees", False)]


def test_a_word_is_sought_as_itself_then_as_lemma_then_as_stem():
    assert match("barks", {"barks", "bark"}, PAPER) == ("barks", "exact")
    assert match("geese", {"goose"}, PAPER) == ("goose", "lemma")
    assert match("rustlings", {"rustl"}, PAPER) == ("rustl", "stem")
    assert match("zzyzx", {"bark"}, PAPER) == (None, "unk")


def test_switches_turn_each_step_off():
    assert match("rustlings", {"rustl"}, changed(stem=False)) == (None, "unk")
    off = NormaliseParams(**(vars_of(PAPER) | {"lemma": False, "stem": False}))
    assert match("geese", {"goose"}, off) == (None, "unk")
    capital = NormaliseParams(**(vars_of(PAPER) | {"capital_function_words": True}))
    assert match("of", {"Of"}, capital) == ("Of", "corrected")
    assert match("of", {"Of"}, PAPER) == (None, "unk")


def test_candidates_hold_whatever_match_may_find():
    capital = NormaliseParams(**(vars_of(PAPER) | {"capital_function_words": True}))
    for word in ("geese", "rustlings", "of", "barks"):
        for form in candidates(word, capital):
            assert match(word, {form}, capital).source_form == form


def test_a_word_is_sought_in_lower_case_last_and_only_if_asked():
    asked = changed(lower_case_fallback=True)
    assert match("Barks", {"barks", "bark"}, asked) == ("bark", "lemma")
    assert match("Rustlings", {"rustlings"}, asked) == ("rustlings", "lower")
    assert match("GEESE", {"goose"}, changed(lemma=False, lower_case_fallback=True)).how == "unk"
    assert match("RUSTLINGS", {"rustl"}, asked).source_form == "rustl"
    assert match("Zzyzx", {"bark"}, asked) == (None, "unk")
    for switch in (None, False):
        assert match("TV", {"tv"}, changed(lower_case_fallback=switch, stem=False)).how == "unk"
    for word in ("Barks", "GEESE", "TV", "dog"):
        for form in candidates(word, asked):
            assert match(word, {form}, asked).source_form == form


def test_the_papers_order_is_kept_for_its_data_and_not_for_the_users():
    params = parameters.load(ROOT / "params.yaml")
    own = {"title": "x", "clips": "local", "shards": {"train": 1, "val": 1, "test": 1}}
    params["datasets"] |= {
        "table": own | {"annotations": {"file": "x.csv"}},
        "files": own | {"annotations": {"files": dict.fromkeys(own["shards"], "x.json")}},
        "switched": own
        | {
            "annotations": {"file": "x.csv"},
            "text": {"normalise": {"lower_case_fallback": False}},
        },
    }
    chosen = {
        name: parameters.effective(params, name)["text"]["normalise"]["lower_case_fallback"]
        for name in params["datasets"]
    }
    assert chosen == {
        "demo": None,
        "audiogrounding": None,
        "audiogrounding-v2": None,
        "rehearsal": None,
        "table": True,
        "files": True,
        "switched": False,
    }
    given = select(parameters.effective(params, "demo"), "text.normalise")
    assert "lower_case_fallback" not in given["text.normalise"]  # so nothing is made again
