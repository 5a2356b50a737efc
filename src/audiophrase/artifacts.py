"""The artifacts of a data set: every path that other people's scripts may rely on (data/README.md,
results/README.md), from params.yaml alone. What stands here is made by plain `snakemake` and kept by DVC.
"""

import os
from collections.abc import Iterable, Mapping
from typing import Any

from audiophrase.clip_ids import shard_names
from audiophrase.configfiles import of_workflow, snakemake_command
from audiophrase.errors import AudiophraseError
from audiophrase.params import dataset_entry, effective, front_ends_of, trained_as, variants_of
from audiophrase.params.sound import carries_sound
from audiophrase.params.sources import LIST
from audiophrase.params.studies import is_study, members
from audiophrase.paths import annotation_table, availability, manifest, run_folder, text_table
from audiophrase.splits import SPLITS

Params = Mapping[str, Any]

# As rules write them, with wildcards; `.format` fills in the data set.
ATTEMPTS = "data/{dataset}/attempts.parquet"
AVAILABILITY = availability("{dataset}")
AVAILABILITY_CSV = "data/{dataset}/availability.csv"
CLIP_SHARD = "data/{dataset}/clips/{shard}.parquet"
COUNTS = "data/{dataset}/annotations/counts.csv"
COVERAGE = "data/{dataset}/text/coverage.csv"
LEAKAGE = "data/{dataset}/leakage.parquet"
LEAKAGE_TABLE = "results/{dataset}/tables/leakage.{kind}"
RECORDINGS = "data/{dataset}/manifests/recordings.json"  # of a local archive whose clips' times are not known
MEASURES = "results/{dataset}/measures.parquet"
MEASURES_CSV = "results/{dataset}/measures.csv"
METRICS = "results/{dataset}/metrics.json"
REPORT = "results/{dataset}/report.html"
EXPLORER = "results/{dataset}/explorer/index.html"  # of a folder that is written as a whole
EXPLORER_FILES = "results/{dataset}/explorer/files.json"  # and what lies in it

PAGES = (REPORT, EXPLORER, EXPLORER_FILES)

ANNOTATION_TABLES = ("clips", "captions", "phrases")
TEXT_TABLES = ("vocabulary", "captions", "phrases")
MODEL_FILES = ("model.safetensors", "model.json", "history.csv")
MEASURE_FILES = (
    "retrieval.csv",
    "retrieval.json",
    "retrieval_measures.parquet",
    "sed_curve.csv",
    "sed_scores.parquet",
    "sed.json",
    "sed_measures.parquet",
    "rankings.parquet",
    "frame_words.parquet",
)
TABLES = ("dataset", "retrieval", "sed", "events", "ablations")


def run_folders(params: Params, dataset: str, variants: Iterable[str]) -> list[str]:
    """Folders of the runs of some variants: each with every seed."""
    return [
        run_folder(dataset, variant, seed)
        for variant in variants
        for seed in effective(params, dataset, variant)["train"]["seeds"]
    ]


def shards(params: Params, dataset: str, folder: str, *splits: str) -> list[str]:
    """Shards of some splits, or of all, known before anything is parsed; a study's are its members'."""
    return [
        f"data/{member}/{folder}/{name}.parquet"
        for split in splits or SPLITS
        for member in members(params, dataset)[split]
        for name in shard_names({split: dataset_entry(params, member)["shards"][split]})
    ]


def feature_folders(params: Params, dataset: str) -> list[str]:
    """Folders of features, one a front end, within the folder of a data set."""
    return [f"features/{name}" for name in front_ends_of(params, dataset)]


def works_without_clips(params: Params, dataset: str) -> bool:
    """Whether features were shared without the clips they are made of: then none are asked for."""
    clips = shards(params, dataset, "clips")
    features = [
        path
        for folder in feature_folders(params, dataset)
        for path in shards(params, dataset, folder)
    ]
    return not any(map(os.path.exists, clips)) and all(map(os.path.exists, features))


def leakage_files(dataset: str) -> list[str]:
    """The table of leaks, in all its forms."""
    shown = [LEAKAGE_TABLE.format(dataset=dataset, kind=kind) for kind in ("csv", "md")]
    return [LEAKAGE.format(dataset=dataset), *shown]


def artifacts(params: Params, dataset: str, figures: Iterable[str]) -> list[str]:
    """Every versioned artifact of a data set: one that was deleted is made again.

    Args:
        figures: their names (`report.catalogue`).
    """
    results = f"results/{dataset}"
    if not is_captioned(params, dataset):
        return _of_clips(params, dataset, ["clips"], ["clips"])
    variants = variants_of(params, dataset)
    trained = dict.fromkeys(trained_as(params, dataset, name) for name in variants)
    if is_study(dataset_entry(params, dataset)):
        before = _of_members(params, dataset)
    else:
        without_clips = works_without_clips(params, dataset)
        folders = [*([] if without_clips else ["clips"]), *feature_folders(params, dataset)]
        manifests = ["clips", *(f.replace("/", "-") for f in feature_folders(params, dataset))]
        before = _of_clips(params, dataset, folders, manifests)
    return [
        *before,
        *leakage_files(dataset),
        *[text_table(dataset, name) for name in TEXT_TABLES],
        COVERAGE.format(dataset=dataset),
        *[f"{run}/{f}" for run in run_folders(params, dataset, trained) for f in MODEL_FILES],
        *[f"{run}/{f}" for run in run_folders(params, dataset, variants) for f in MEASURE_FILES],
        *[f"{results}/tables/{name}.{kind}" for name in TABLES for kind in ("csv", "md")],
        *[f"{results}/figures/{name}.{kind}" for name in figures for kind in ("svg", "png")],
        *[path.format(dataset=dataset) for path in (MEASURES, MEASURES_CSV, METRICS, *PAGES)],
    ]


def is_captioned(params: Params, dataset: str) -> bool:
    """Whether a data set has captions: of a list of clips there is nothing but an audit to make."""
    return effective(params, dataset)["annotations"]["source"] != LIST


def require_captions(params: Params, dataset: str) -> str:
    """The table of captions, which a list of clips has none of. Raises AudiophraseError."""
    if is_captioned(params, dataset):
        return annotation_table(dataset, "captions")
    command = snakemake_command(AVAILABILITY_CSV.format(dataset=dataset), of_workflow())
    raise AudiophraseError(
        f"data set '{dataset}' is a list of clips without captions: there is nothing to train on and "
        "nothing to report",
        f"`{command}` fetches its clips, `audiophrase audit {dataset}` counts them; for results, name "
        "annotations.files with captions",
    )


def clips_to_hear(params: Params, dataset: str) -> list[str]:
    """The shards of test clips, where pages may carry their sound. They need not be here."""
    return shards(params, dataset, "clips", "test") if carries_sound(params, dataset) else []


def heard_manifests(params: Params, dataset: str) -> list[str]:
    """The manifests of the clips to hear, which are here whether the clips are or not: what both tools go by."""
    tested = members(params, dataset)["test"] if carries_sound(params, dataset) else []
    return [manifest(name, "clips", "test") for name in tested]


def before_report(params: Params, dataset: str, figures: Iterable[str]) -> list[str]:
    """All artifacts but clips and pages, so that asking for the report alone makes the tables too.

    The explorer reads clips, which need not be here.
    """
    pages = [path.format(dataset=dataset) for path in PAGES]
    left_out = {*pages, *shards(params, dataset, "clips")}
    return [path for path in artifacts(params, dataset, figures) if path not in left_out]


def _of_members(params: Params, dataset: str) -> list[str]:
    """What a study makes of its members' tables, and what it reads of their features."""
    return [
        *[annotation_table(dataset, name) for name in ANNOTATION_TABLES],
        *[path.format(dataset=dataset) for path in (COUNTS, AVAILABILITY, AVAILABILITY_CSV)],
        *[
            path
            for folder in feature_folders(params, dataset)
            for path in shards(params, dataset, folder)
        ],
        *[
            manifest(member, folder.replace("/", "-"), split)
            for folder in feature_folders(params, dataset)
            for split, of_split in members(params, dataset).items()
            for member in of_split
        ],
    ]


def _of_clips(
    params: Params, dataset: str, folders: Iterable[str], manifests: Iterable[str]
) -> list[str]:
    """Annotations, the shards of some folders with their manifests, and what the audit rests on."""
    data = f"data/{dataset}"
    return [
        *[f"{data}/annotations/source/{split}.json" for split in SPLITS],
        *[annotation_table(dataset, name) for name in ANNOTATION_TABLES],
        COUNTS.format(dataset=dataset),
        *[path for folder in folders for path in shards(params, dataset, folder)],
        *[manifest(dataset, kind, split) for kind in manifests for split in SPLITS],
        *[path.format(dataset=dataset) for path in (AVAILABILITY, AVAILABILITY_CSV, ATTEMPTS)],
    ]
