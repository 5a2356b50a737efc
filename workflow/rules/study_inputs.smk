# What the rules of studies and leakage are given, and what training leaves out of it.
import json

from audiophrase.params.studies import all_members, members


def splits_of(wildcards):
    """The data sets that each split comes from, as JSON."""
    return json.dumps(members(config, wildcards.dataset))


def tables_of_members(*tables):
    """Tables of the data sets that a study is made of."""
    return lambda wildcards: [
        table.format(dataset=name)
        for name in all_members(config, wildcards.dataset)
        for table in tables
    ]


def leaks_left_out(wildcards):
    """The table of leaks, where training leaves them out."""
    excluded = entry(wildcards.dataset).get("exclude_leaks")
    return [paths.LEAKAGE.format(dataset=wildcards.dataset)] if excluded else []


def excluding(wildcards):
    """Whether leaks are left out of training, as an option."""
    return ["--exclude"] if entry(wildcards.dataset).get("exclude_leaks") else []


def leaks_of_words(wildcards):
    """The same, where words are learnt from the training captions."""
    is_trained = sections(wildcards.dataset)["text"]["vectors"] == "trained"
    return leaks_left_out(wildcards) if is_trained else []
