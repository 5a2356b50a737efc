"""A run of the pipeline as it lies there: the model, and what stands in `data/{dataset}` beside it."""

import hashlib
import os
import re
from collections.abc import Callable, Sequence
from functools import cache, partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from audiophrase import paths, tables
from audiophrase.annotations.study import DATASET
from audiophrase.clips.availability import USABLE, YOUTUBE
from audiophrase.errors import ArtifactError, AudiophraseError
from audiophrase.evaluate import rows as measures
from audiophrase.features.shards import frame_size, read_shard
from audiophrase.inference import calibration
from audiophrase.inference.contents import About, Contents, Measured, Thresholds
from audiophrase.inference.front_end import names_of
from audiophrase.settings import Settings, structure
from audiophrase.splits import SPLITS

WINDOW_S = 10.0  # where the features are not here that tell it: the paper's clips
WINDOWS_S = (1.0, 60.0)
RUN = "results/{dataset}/runs/{variant}/seed-{seed}"
REMEDY = f"name a folder that `audiophrase export` made, or {RUN}"
_SEED = re.compile(r"seed-(\d{1,10})")
# The measures that a model's card tells: task, part, whose scores, measure, parameters (None: any).
_SHOWN = (
    ("retrieval", "pool", None, "pool_size", (None,)),
    ("retrieval", "pool", "audio_to_caption", "recall", (1, 5)),
    ("retrieval", "pool", "caption_to_audio", "recall", (1, 5)),
    ("retrieval", "pool", "chance", "recall", (1, 5)),
    ("sed", "all", "mean", "best_f1", (None,)),
    ("sed", "all", "mean", "average_precision", (None,)),
    ("sed", "all", "always_on", "f1", (None,)),
)


def is_run(folder: Path) -> bool:
    """Whether a path looks like a run's."""
    parts = Path(os.path.abspath(folder)).parts
    return len(parts) > 5 and bool(_SEED.fullmatch(parts[-1])) and parts[-3] == "runs"


def read(folder: Path, network: Path | None = None) -> Contents:
    """The model of a run.

    Args:
        network: the ONNX file of its front end, where that is one.

    Raises:
        ArtifactError: something is missing, damaged, or not of this run.
    """
    folder = Path(os.path.abspath(folder))  # without `..`, which the names of folders are read from
    dataset, variant = folder.parts[-4], folder.parts[-2]
    root = folder.parents[4]
    if not (folder / "model.json").is_file():
        raise ArtifactError(
            f"{folder} has no model.json",
            "run snakemake to train it; a variant that changes evaluation alone is measured on the "
            "models of `paper`: name that one's folder",
        )
    description = tables.read_json(folder / "model.json")
    if not isinstance(description, dict) or not {
        "settings",
        "sha256",
        "n_features",
        "n_dimensions",
        "seed",
    } <= set(description):
        raise ArtifactError(f"{folder / 'model.json'} does not describe a model", tables.REMAKE)
    settings: Settings = description["settings"]
    front_end = _front_end(root, dataset, settings, description["n_features"])
    shards = {split: _shards(root, dataset, front_end, split) for split in SPLITS}
    text = partial(_path, root, paths.text_table, dataset)
    vocabulary = tables.read(text("vocabulary"), stage="text.vocabulary", settings=settings)
    content = _network(network, shards["val"] + shards["train"], settings)

    @cache
    def thresholds() -> Thresholds:
        if not shards["val"]:
            return {}
        annotations = partial(_path, root, paths.annotation_table, dataset)
        return calibration.of_run(folder, description, shards["val"], text, annotations)

    return Contents(
        name=str(folder),
        description=description,
        weights=folder / "model.safetensors",
        vocabulary=vocabulary,
        front_end=front_end,
        network=content,
        window_s=_window_s(shards["val"] or shards["train"], settings),
        about=About(
            dataset=dataset,
            variant=variant,
            seed=int(description["seed"]),
            audio=_audio(root, dataset),
            vectors=structure(settings, "text").vectors,
            n_clips={split: _n_clips(of_split) for split, of_split in shards.items() if of_split},
            measures=tuple(_measures(folder)),
        ),
        thresholds=thresholds,
    )


def _path(root: Path, named: Callable[[str, str], str], dataset: str, name: str) -> Path:
    """A table of the data set, by the function of `paths` that says where it lies."""
    return root / named(dataset, name)


def _front_end(root: Path, dataset: str, settings: Settings, n_features: int) -> str:
    """The likeliest of those whose settings fit, by the size of its frames where they are here."""
    names = names_of(settings)
    if not names:
        raise ArtifactError("the model was trained with the features of an unknown front end")
    sizes = {
        name: frame_size(shards)
        for name in names
        if (shards := [s for split in SPLITS for s in _shards(root, dataset, name, split)])
    }
    fitting = [name for name in names if sizes.get(name) == n_features]
    return (fitting or names)[0]


def _shards(root: Path, dataset: str, front_end: str, split: str) -> list[Path]:
    """Those of a split's shards of features that are here; a study's lie with its data sets."""
    clips = root / paths.annotation_table(dataset, "clips")
    if clips.is_file() and DATASET in pq.read_schema(clips).names:
        table = tables.read(clips, stage="annotations.clips", columns=["split", "shard", DATASET])
        rows = table.filter(pc.equal(table["split"], split)).to_pylist()
        named = {_features(row[DATASET], front_end, row["shard"]) for row in rows}
        return [root / path for path in sorted(named) if (root / path).is_file()]
    return sorted(root.glob(_features(dataset, front_end, f"{split}-*")))


def _features(dataset: str, front_end: str, shard: str) -> str:
    return f"data/{dataset}/features/{front_end}/{shard}.parquet"


def _network(network: Path | None, shards: Sequence[Path], settings: Settings) -> bytes | None:
    """The front end's network, which must be the one that the features were made with."""
    if network is None:
        return None
    try:
        content = Path(network).read_bytes()
    except OSError as error:
        raise AudiophraseError(
            f"the network {network} cannot be read: {error.strerror}", "check its name"
        ) from None
    if shards:
        _, provenance = tables.read_with_provenance(shards[0], stage="features", settings=settings)
        expected = provenance.get("inputs", {}).get("network")
        if expected != hashlib.sha256(content).hexdigest():
            raise AudiophraseError(
                f"{network} is not the network that the model's features were made with",
                "name the file that features.onnx.file of params.yaml names",
            )
    return content


def _window_s(shards: Sequence[Path], settings: Settings) -> float:
    """The length of the longest clip, rounded to 0.1 s: what the recurrence has learnt to go through."""
    longest = 0.0
    for shard in shards:
        table = read_shard(shard, settings)
        lengths = pc.multiply(table["n_frames"].cast("float64"), table["hop_s"])
        longest = max(longest, pc.max(lengths).as_py() or 0.0)
    return float(np.clip(round(longest, 1) or WINDOW_S, *WINDOWS_S))


def _n_clips(shards: Sequence[Path]) -> int:
    total = 0
    for shard in shards:
        with pq.ParquetFile(shard) as file:
            n_frames = file.read(["n_frames"], use_threads=False)["n_frames"]
        total += pc.sum(pc.greater(n_frames, 0)).as_py() or 0
    return total


def _audio(root: Path, dataset: str) -> str | None:
    """Whether the clips that it learnt from are rendered, from YouTube, or other recordings."""
    path = root / paths.availability(dataset)
    if not path.is_file():
        return None
    table = tables.read(path, stage="availability", columns=["split", "state", "source"])
    used = pc.and_(pc.is_in(table["state"], pa.array(USABLE)), pc.not_equal(table["split"], "test"))
    sources = set(table.filter(used)["source"].to_pylist())
    if "rendered" in sources:
        return "mixed" if len(sources) > 1 else "rendered"
    return "youtube" if YOUTUBE in sources else "recorded" if sources else None


def _measures(folder: Path) -> list[Measured]:
    """The main numbers of the run's evaluation, as far as it was evaluated."""
    chosen = []
    for name in ("retrieval_measures", "sed_measures"):
        path = folder / f"{name}.parquet"
        if not path.is_file():
            continue
        rows = measures.from_table(tables.read(path, stage=name))
        for task, part, scores, measure, parameters in _SHOWN:
            for parameter in parameters:
                where = {"task": task, "part": part, "scores": scores, "measure": measure}
                if parameter is not None:
                    where["parameter"] = parameter
                row = measures.only(rows, **where)
                if row is not None:
                    chosen.append(
                        Measured(task, scores or "", row.name, row.value, row.low, row.high)
                    )
    return chosen
