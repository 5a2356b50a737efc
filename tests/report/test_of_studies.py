"""A clip that stands in two splits of a study: each split's captions and counts are its own."""

import pyarrow as pa

from audiophrase.evaluate.rows import DATASET, select
from audiophrase.report import metrics
from audiophrase.report.examples import chosen

TRAINED, TESTED = ({"split": split, "clip_id": "x"} for split in ("train", "test"))


def test_figures_show_the_caption_of_the_test_split():
    captions = [
        row | {"caption_id": f"{row['split']}:0", "caption": f"of {row['split']}"}
        for row in (TRAINED, TESTED)
    ]
    phrases = pa.schema([(n, pa.string()) for n in ("clip_id", "split", "phrase_id")]).empty_table()
    (example,) = chosen(pa.Table.from_pylist(captions), phrases, ["x"], rank=0)
    assert example.caption == "of test"


def test_a_clip_that_one_set_could_not_have_counts_in_the_other_alone():
    states = [TRAINED | {"state": "missing"}, TESTED | {"state": "ok"}]
    counted = metrics.counts(states, [TRAINED, TESTED], [])
    of_split = {
        split: {row.measure: row.number for row in select(counted, task=DATASET, part=split)}
        for split in ("train", "test")
    }
    assert of_split["train"] | {"missing": 1, "clips": 0, "captions": 0} == of_split["train"]
    assert of_split["test"] | {"missing": 0, "clips": 1, "captions": 1} == of_split["test"]
