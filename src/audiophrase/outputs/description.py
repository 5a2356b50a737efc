"""What a data set's results or a run are: read from what lies there, checked, nothing computed."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audiophrase import tables
from audiophrase.errors import ArtifactError
from audiophrase.evaluate import rows as measuring
from audiophrase.evaluate.rows import Row
from audiophrase.outputs import text

if TYPE_CHECKING:
    from audiophrase.inference.contents import Contents

BUNDLE, MODEL, MEASURES, RUNS = "bundle.json", "model.json", "measures.parquet", "runs"
RUN_TABLES = ("retrieval_measures", "sed_measures")
# What is shown of a run at a glance: part, whose scores, the name of the measure, its short title.
_MAIN = (
    (measuring.POOL, "audio_to_caption", "r5", "R@5 audio → caption"),
    (measuring.POOL, "caption_to_audio", "r5", "R@5 caption → audio"),
    (measuring.ALL, "mean", "best_f1", "detection F1"),
    (measuring.ALL, "mean", "average_precision", "detection AP"),
)
_COLUMNS = ("task", "part", "scores", "measure", "value", "low", "high")


def of_results(folder: Path) -> dict[str, Any]:
    """A data set's results: its clips, and its runs with their main measures.

    Raises:
        ArtifactError: a table is missing or damaged.
    """
    table, provenance = tables.read_with_provenance(folder / MEASURES, stage="measures")
    rows = measuring.from_table(table)
    variants = provenance["settings"].get("variants", {})
    runs = {(row.variant, row.seed): None for row in rows if row.variant is not None}
    return {
        "kind": "results",
        "dataset": folder.resolve().name,
        "annotations": provenance["settings"].get("annotations"),
        "audio": next((row.audio for row in rows if row.audio), None),
        "clips": _counts(rows),
        "pool_size": measuring.fact(rows, measuring.RETRIEVAL, "pool_size", measuring.POOL),
        "runs": [
            {
                "variant": variant,
                "seed": seed,
                "changes": variants.get(variant, {}),
                "measures": _main(measuring.select(rows, variant=variant, seed=seed)),
            }
            for variant, seed in runs
        ],
    }


def of_run(folder: Path) -> dict[str, Any]:
    """One run: where it stands, how it was trained, and all that was measured of it.

    Raises:
        ArtifactError: a file is missing or damaged.
    """
    model = tables.read_json(folder / MODEL)
    settings = model.get("settings") if isinstance(model, Mapping) else None
    if not isinstance(settings, Mapping) or not all(
        isinstance(each, Mapping) for each in settings.values()
    ):
        raise ArtifactError(f"{folder / MODEL} describes no model of ours", "name another folder")
    return {"kind": "run", **_place(folder), **model, "measures": _measures(folder)}


def of_bundle(contents: "Contents") -> dict[str, Any]:
    """An exported model: where it comes from, its thresholds, and what its card tells."""
    about = contents.about
    return {
        "kind": "model",
        "dataset": about.dataset,
        "variant": about.variant,
        "audio": about.audio,
        "clips": dict(about.n_clips),
        "front_end": contents.front_end,
        "window_s": contents.window_s,
        "vectors": about.vectors,
        "heard_from": {name: each.similarity for name, each in contents.thresholds().items()},
        **{key: value for key, value in contents.description.items() if key != tables.SEAL},
        "measures": [
            {"task": m.task, "scores": m.scores or None, "measure": m.measure}
            | {"value": int(m.value) if m.measure == "pool_size" else m.value}
            | {"low": m.low, "high": m.high}
            for m in about.measures
        ],
    }


def as_text(about: Mapping[str, Any]) -> str:
    """A description for people: its facts a line each, then its table, then its settings."""
    facts = {key: value for key, value in about.items() if key not in _BLOCKS}
    width = max(map(len, facts), default=0)
    parts = ["\n".join(f"{key:<{width}}  {_fact(value)}" for key, value in facts.items())]
    if about.get("runs"):
        parts.append(_runs_text(about["runs"]))
    if about.get("measures"):
        parts.append(_measures_text(about["measures"]))
    if about.get("settings"):
        lines = [f"{name}.{key}: {_fact(v)}" for name, key, v in _flat(about["settings"])]
        parts.append("\n".join(["settings", *(f"  {line}" for line in lines)]))
    return text.lines("\n\n".join(parts))  # keys, too, come out of files


_BLOCKS = ("runs", "measures", "settings")


def _place(folder: Path) -> dict[str, Any]:
    """Data set and variant, as the path of a run tells them: …/DATASET/runs/VARIANT/seed-N."""
    parts = folder.resolve().parts
    if len(parts) < 4 or parts[-3] != RUNS:
        return {}
    return {"dataset": parts[-4], "variant": parts[-2]}


def _measures(folder: Path) -> list[dict[str, Any]]:
    named = [(name, folder / f"{name}.parquet") for name in RUN_TABLES]
    rows = [
        row
        for name, path in named
        if path.is_file()
        for row in measuring.from_table(tables.read(path, stage=name))
    ]
    return [
        {
            "task": row.task,
            "part": row.part,
            "scores": row.scores,
            "measure": row.name,
            "value": row.number,
            "low": row.low,
            "high": row.high,
        }
        for row in rows
    ]


def _main(rows: Sequence[Row]) -> dict[str, float]:
    by_key = {(row.part, row.scores, row.name): row.value for row in rows}
    return {title: by_key[tuple(key)] for *key, title in _MAIN if tuple(key) in by_key}


def _counts(rows: Sequence[Row]) -> dict[str, int]:
    chosen = measuring.select(rows, task=measuring.DATASET, measure="clips")
    return {row.part: row.number for row in chosen}


def _runs_text(runs: Sequence[Mapping[str, Any]]) -> str:
    titles = list(dict.fromkeys(title for run in runs for title in run["measures"]))
    rows = [
        (run["variant"], run["seed"], *(_number(run["measures"].get(t)) for t in titles))
        for run in runs
    ]
    return text.columns(("variant", "seed", *titles), rows, numbers="lr" + "r" * len(titles))


def _measures_text(measures: Sequence[Mapping[str, Any]]) -> str:
    rows = [
        [m.get(key) or "" for key in _COLUMNS[:4]] + [_number(m.get(key)) for key in _COLUMNS[4:]]
        for m in measures
    ]
    return text.columns(_COLUMNS, rows, numbers="llllrrr")


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return str(value) if isinstance(value, int) else f"{value:.3f}"


def _flat(settings: Mapping[str, Any]) -> list[tuple[str, str, Any]]:
    return [(name, key, value) for name, keys in settings.items() for key, value in keys.items()]


def _fact(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{text.visible(str(k))}: {_fact(v)}" for k, v in value.items())
    if isinstance(value, list):
        return "[" + ", ".join(map(_fact, value)) + "]"
    return text.visible(str(value))
