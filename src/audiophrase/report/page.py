"""The page: one self-contained HTML file with every number, table and figure of a data set."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd
import yaml

from audiophrase.clips.availability import USABLE
from audiophrase.evaluate.rows import ALL, ALWAYS_ON, CHANCE, POOL, RETRIEVAL, SED, fact, only
from audiophrase.report import paper
from audiophrase.report.availability import MAX_LISTED, availability_table
from audiophrase.report.catalogue import About
from audiophrase.report.cells import (
    RENDERED,
    RENDERED_NOTE,
    Table,
    number,
    phrases_note,
    restriction_notes,
)
from audiophrase.report.labels import detected
from audiophrase.report.measures import Measures
from audiophrase.report.tables import all_tables
from audiophrase.settings import PAPER_VARIANT
from audiophrase.text.coverage import REMEDY, summary, unknown

_MODEL_COLUMNS = {
    "seed": "seed",
    "n_epochs": "epochs",
    "best_epoch": "best epoch",
    "best_val_loss": "its validation loss",
    "n_parameters": "weights",
}

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Contents:
    """What the page is made of."""

    dataset: str
    title: str
    measures: Measures
    figures: Sequence[tuple[About, bytes]]  # each with its SVG, in the order of the page
    availability: Sequence[Row]
    coverage: pd.DataFrame  # as text.coverage.by_word returns it
    models: Sequence[Row]  # model.json of each seed
    parameters: Mapping[str, Any]
    versions: Mapping[str, str]
    compared: Mapping[str, Measures] = field(default_factory=dict)  # of other data sets
    leakage: Table | None = None  # as report.leakage.leakage_table returns it


def page(contents: Contents) -> str:
    """The page as HTML. Everything that comes from the data is escaped."""
    audio = contents.measures.audio
    unusable = [row for row in contents.availability if row["state"] not in USABLE]
    return _template().render(
        dataset=contents.dataset,
        title=contents.title,
        paper=paper,
        beside_paper=contents.measures.beside_paper,
        phrases_note=phrases_note(contents.measures),
        rendered=audio == RENDERED,
        rendered_note=RENDERED_NOTE,
        headline=_headline(contents.measures),
        tables={
            name: table
            for name, table in all_tables(contents.measures, contents.compared).items()
            if table.blocks
        },
        figures=_figures(contents.figures, contents.measures),
        n_usable=f"{len(contents.availability) - len(unusable):,}",
        n_annotated=f"{len(contents.availability):,}",
        n_missing=len(unusable),
        restriction=restriction_notes(contents.measures.first),
        audit=availability_table(
            contents.availability, audio=audio, beside_paper=contents.measures.beside_paper
        ),
        leakage=contents.leakage,
        members=_members(contents.parameters),
        missing=_listing(unusable[:MAX_LISTED]),
        coverage=_coverage(contents.coverage),
        unknown_words=unknown(contents.coverage),
        unknown_remedy=REMEDY,
        models=_models(contents.models),
        versions=pd.DataFrame(contents.versions.items(), columns=["name", "version"]),
        parameters=_as_yaml(contents.parameters),
    )


def _members(parameters: Mapping[str, Any]) -> list[dict[str, str]]:
    """Of a study, the data sets that each split comes from; nothing of an ordinary one."""
    splits = parameters.get("splits", {})
    return [
        {"split": split, "datasets": ", ".join([names] if isinstance(names, str) else names)}
        for split, names in splits.items()
    ]


def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html.j2")


def _headline(measures: Measures) -> list[dict[str, str]]:
    """The few numbers that a reader comes for, each with what it is to be read beside."""
    run, test = measures.first, measures.dataset["test"]
    numbers = [("Test clips with audio", f"{test['clips']:,} of {test['annotated']:,}")]
    theirs = f"the paper: {paper.DATASET['test']['clips']} of {paper.N_ANNOTATED['test']}"
    beside = [theirs if measures.beside_paper else ""]
    for direction, label in (
        ("audio_to_caption", "Audio → caption"),
        ("caption_to_audio", "Caption → audio"),
    ):
        r1 = {"task": RETRIEVAL, "part": POOL, "measure": "recall", "parameter": 1}
        if ours := only(run, scores=direction, **r1):
            numbers.append((f"{label}, R@1", number(ours.value)))
            theirs = f"the paper: {paper.RETRIEVAL[direction]['r1']['mean']:.2f}; "
            chance = f"chance: {number(only(run, scores=CHANCE, **r1).value)}"
            beside.append(f"{theirs}{chance}" if measures.beside_paper else chance)
    seeds = measures.runs[PAPER_VARIANT]
    if len(seeds) > 1:
        beside[1:] = [f"{other}; of seed {next(iter(seeds))} alone" for other in beside[1:]]
    f1 = {"task": SED, "part": ALL, "measure": "f1"}
    if ours := only(run, scores="mean", **f1):
        numbers.append((f"Detection, {detected(ours, 'F1')}", number(ours.value)))
        beside.append(f"always on: {number(only(run, scores=ALWAYS_ON, **f1).value)}")
        ours = only(run, task=SED, part=ALL, scores="mean", measure="average_precision")
        numbers.append(("Average precision", number(ours.value)))
        beside.append(f"prevalence: {number(fact(run, SED, 'prevalence', ALL))}")
    return [
        {"label": label, "value": value, "beside": other}
        for (label, value), other in zip(numbers, beside, strict=True)
    ]


def _figures(figures: Sequence[tuple[About, bytes]], measures: Measures) -> list[dict[str, str]]:
    """The figures of the page; without phrases, those that need none."""
    holds = {"has_phrases": measures.has_phrases, "beside_paper": measures.beside_paper}
    return [
        {
            "name": about.name,
            "title": about.title,
            "alt": about.alt,
            "caption": about.text(**holds),
            "base64": base64.b64encode(content).decode("ascii"),
        }
        for about, content in figures
        if measures.has_phrases or not about.needs_phrases
    ]


def _listing(rows: Sequence[Row]) -> pd.DataFrame:
    """The clips with what was said of them; when, and how often, where a network was asked."""
    lines = []
    for row in rows:
        line = {"clip": row["clip_id"]}
        line |= {name: row[name] or "" for name in ("split", "state", "reason", "message")}
        if row["last_tried_utc"] is not None:
            line["attempts"] = f"{row['attempts']:,}"
            line["last tried (UTC)"] = f"{row['last_tried_utc']:%Y-%m-%d %H:%M}"
        lines.append(line)
    return pd.DataFrame(lines).fillna("")


def _coverage(coverage: pd.DataFrame) -> pd.DataFrame:
    """A line a split, a column a way of finding a word."""
    lines = []
    for split, of_split in summary(coverage).groupby("split", sort=False):
        line = {"split": split, "tokens": f"{of_split['tokens'].sum():,}"}
        for row in of_split.itertuples():
            line[row.how] = f"{100 * row.share_of_tokens:.1f} % ({row.words:,} words)"
        lines.append(line)
    return pd.DataFrame(lines).fillna("")


def _models(models: Sequence[Row]) -> pd.DataFrame:
    lines = []
    for model in models:
        line = {label: model.get(name, "") for name, label in _MODEL_COLUMNS.items()}
        line["its validation loss"] = f"{model['best_val_loss']:.4f}"
        line["weights"] = f"{model['n_parameters']:,}"
        line["trained with"] = ", ".join(f"{k} {v}" for k, v in model["versions"].items())
        lines.append(line)
    return pd.DataFrame(lines)


def _as_yaml(parameters: Mapping[str, Any]) -> str:
    return yaml.safe_dump(_without_folders(parameters), sort_keys=False, allow_unicode=True)


def _without_folders(value: Any) -> Any:
    """Absolute paths cut down to their last part: the page may be handed on."""
    if isinstance(value, Mapping):
        return {key: _without_folders(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_folders(item) for item in value]
    if isinstance(value, str) and (value.startswith("~") or Path(value).is_absolute()):
        return f"…/{Path(value).name}"
    return value
