"""The page: one self-contained HTML file with every number, table and figure of a data set."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from audiophrase.amounts import counted
from audiophrase.clips.availability import USABLE
from audiophrase.evaluate.rows import ALL, ALWAYS_ON, CHANCE, POOL, RETRIEVAL, SED, fact, only
from audiophrase.report import paper
from audiophrase.report.availability import MAX_LISTED, availability_table
from audiophrase.report.catalogue import About
from audiophrase.report.cells import (
    Table,
    nothing_learnt_note,
    number,
    phrases_note,
    rendered_note,
    restriction_notes,
)
from audiophrase.report.labels import detected
from audiophrase.report.measures import RENDERED, Measures
from audiophrase.report.page_tables import cells, parts, shown
from audiophrase.report.pictures import said_by
from audiophrase.report.players import players
from audiophrase.report.tables import all_tables
from audiophrase.report.templates import template
from audiophrase.settings import PAPER_VARIANT
from audiophrase.text.coverage import REMEDY, summary, unknown

TEMPLATE = Path(__file__).with_name("page.html.j2")
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
    leakage: Table  # as report.leakage.leakage_table returns it
    coverage: pd.DataFrame  # as text.coverage.by_word returns it
    models: Sequence[Row]  # model.json of each seed
    parameters: Mapping[str, Any]
    versions: Mapping[str, str]
    compared: Mapping[str, Measures] = field(default_factory=dict)  # of other data sets
    sounds: Mapping[str, str] = field(default_factory=dict)  # as players.sounds returns them
    names: Mapping[str, str] = field(default_factory=dict)  # as clips.file_names returns them


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page: `sections/NAME.html.j2`, under its title and in the list of contents."""

    name: str
    title: str


SECTIONS = (  # in the order of the page; a new one is a line here and its template
    Section("tables", "Tables"),
    Section("figures", "Figures"),
    Section("availability", "Availability of the clips"),
    Section("leakage", "Leakage between splits"),
    Section("coverage", "Words and their vectors"),
    Section("made-with", "What this was made with"),
)


def page(contents: Contents) -> str:
    """The page as HTML. Everything that comes from the data is escaped."""
    measures = contents.measures
    banners = (
        *rendered_note(measures.audio),
        *phrases_note(measures),
        *nothing_learnt_note(measures.first),
        *restriction_notes(measures.first),
    )
    tables, shared_notes = shown(all_tables(measures, contents.compared), said=banners)
    figures = _figures(contents)
    audit = availability_table(
        contents.availability, audio=measures.audio, beside_paper=measures.beside_paper
    )
    unusable = [row for row in contents.availability if row["state"] not in USABLE]
    return template(TEMPLATE).render(
        sections=SECTIONS,
        below={
            "tables": [(f"table-{name}", table.title) for name, table in tables.items()],
            "figures": [(f"figure-{figure['name']}", figure["title"]) for figure in figures],
        },
        dataset=contents.dataset,
        title=contents.title,
        paper=paper,
        beside_paper=measures.beside_paper,
        has_phrases=measures.has_phrases,
        variants=list(measures.runs),
        banners=banners,
        rendered=measures.audio == RENDERED,
        headline=_headline(measures),
        tables=tables,
        shared_notes=shared_notes,
        figures=figures,
        n_usable=f"{len(contents.availability) - len(unusable):,}",
        n_annotated=f"{len(contents.availability):,}",
        n_missing=f"{len(unusable):,}",
        n_listed=f"{MAX_LISTED:,}" if len(unusable) > MAX_LISTED else None,
        audit_parts=parts(audit, "availability"),
        audit_notes=[note for note in audit.notes if note not in banners],
        missing=cells(
            _listing(unusable[:MAX_LISTED], contents.names),
            "missing",
            "Clips without usable audio",
            caption_is_seen=False,
        )
        if unusable
        else None,
        coverage=cells(
            _coverage(contents.coverage), "coverage", "Tokens by split, and how they were found"
        ),
        leakage=contents.leakage,
        leakage_parts=parts(contents.leakage, "leakage"),
        members=_members(contents.parameters, contents.availability),
        unknown_words=unknown(contents.coverage),
        unknown_remedy=REMEDY,
        models=cells(_models(contents.models), "models", "Seeds and models"),
        versions=cells(
            pd.DataFrame(contents.versions.items(), columns=["name", "version"]),
            "versions",
            "Versions",
        ),
        parameters=_as_yaml(contents.parameters),
    )


def _members(
    parameters: Mapping[str, Any], availability: Sequence[Mapping[str, Any]]
) -> list[dict[str, str]]:
    """Of a study, the data sets that each split comes from; nothing of an ordinary one."""
    rendered = {row.get("dataset") for row in availability if row["source"] == RENDERED}

    def named(name: str) -> str:
        return f"{name} (rendered)" if name in rendered else name

    return [
        {"split": split, "datasets": ", ".join(map(named, names))}
        for split, names in parameters.get("splits", {}).items()
    ]


def _headline(measures: Measures) -> list[dict[str, str]]:
    """The few numbers that a reader comes for, each with what it is to be read beside."""
    run, test = measures.first, measures.dataset["test"]
    numbers = [("Test clips with audio", f"{test['clips']:,} of {test['annotated']:,}")]
    theirs = f"published: {paper.DATASET['test']['clips']} of {paper.N_ANNOTATED['test']}"
    beside = [theirs if measures.beside_paper else ""]
    for direction, label in (
        ("audio_to_caption", "Audio → caption"),
        ("caption_to_audio", "Caption → audio"),
    ):
        r1 = {"task": RETRIEVAL, "part": POOL, "measure": "recall", "parameter": 1}
        if ours := only(run, scores=direction, **r1):
            numbers.append((f"{label}, R@1", number(ours.value)))
            theirs = f"published: {paper.RETRIEVAL[direction]['r1']['mean']:.2f}; "
            chance = f"chance: {number(only(run, scores=CHANCE, **r1).value)}"
            beside.append(f"{theirs}{chance}" if measures.beside_paper else chance)
    seeds = measures.runs[PAPER_VARIANT]
    if len(seeds) > 1:
        beside[1:] = [f"seed {next(iter(seeds))} alone; {other}" for other in beside[1:]]
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


def _figures(contents: Contents) -> list[dict[str, Any]]:
    """The figures of the page; without phrases, those that need none."""
    measures = contents.measures
    holds = {"has_phrases": measures.has_phrases, "beside_paper": measures.beside_paper}
    figures = []
    for about, content in contents.figures:
        if about.needs_phrases and not measures.has_phrases:
            continue
        said = said_by(content)
        figures.append(
            {
                "name": about.name,
                "title": about.title,
                "alt": f"{about.alt} {said.shows}".strip(),
                "caption": about.text(**holds),
                "players": list(players(said.clips, contents.sounds, contents.names)),
                "base64": base64.b64encode(content).decode("ascii"),
            }
        )
    return figures


def _listing(rows: Sequence[Row], names: Mapping[str, str]) -> pd.DataFrame:
    """The clips with what was said of them; when, and how often, where a network was asked."""
    lines = []
    for row in rows:
        line = {"clip": names.get(row["clip_id"], row["clip_id"])}
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
            share = f"{100 * row.share_of_tokens:.1f} % ({counted(row.words, 'word')})"
            line[row.how] = share if row.words else "–"
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
