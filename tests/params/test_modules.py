"""Which modules a job depends on by their names."""

import importlib.util
import re

from audiophrase.params.modules import form_modules, model_modules
from audiophrase.params.unknown import other_than


def test_a_form_that_is_known_is_the_only_one_and_else_it_may_be_any(document):
    assert form_modules(document, "demo") == ["audiophrase.annotations.forms.audiogrounding_v1"]
    own = {"title": "x", "clips": "local", "annotations": {"file": "x.csv"}}
    document["datasets"]["own"] = own
    any_form = form_modules(document, "own")
    assert len(any_form) > 2
    own["annotations"]["form"] = "clotho"
    assert form_modules(document, "own") == ["audiophrase.annotations.forms.clotho"]
    own["annotations"] = {"list": "x.csv"}
    assert form_modules(document, "own") == ["audiophrase.annotations.forms.clip_list"]
    assert all(
        importlib.util.find_spec(name) for name in [*any_form, *form_modules(document, "own")]
    )


def test_a_variant_s_encoder_and_loss_are_its_modules(document):
    document["variants"]["other"] = {"train": {"encoder": "mlp"}}
    named = model_modules(document, "demo", "other", ("encoder", "loss"))
    assert named[0] == "audiophrase.model.encoders.mlp"
    assert model_modules(document, "demo", "paper", ("loss",)) == named[1:]
    assert all(map(importlib.util.find_spec, named))


def test_names_other_than_those_known():
    pattern = other_than(["demo", "own"], "/")
    assert not re.match(pattern, "demo/x")
    assert re.match(pattern, "demo2/x")
    assert re.match(pattern, "other/x").group() == "other"
