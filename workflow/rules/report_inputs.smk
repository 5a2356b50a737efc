# What the rules of tables, figures and page share: files of the runs, and what they are given.
import json
from pathlib import Path

from audiophrase.report.paper import stands_beside

# What the page is written from, beside the modules of its job.
PAGE_TEMPLATES = sorted(
    os.path.relpath(path)
    for pattern in ("*.css", "*.j2", "sections/*.j2")
    for path in catalogue.FOLDER.parent.glob(pattern)
)


def audio(wildcards):
    """Whether clips were rendered, of a study any, so that every table and figure can say so."""
    parts = all_members(config, wildcards.dataset)
    is_rendered = any(sources_of_clips(name) == ("rendered",) for name in parts)
    return "rendered" if is_rendered else "recorded"


def source_of_annotations(wildcards):
    """Where the annotations come from: the paper's numbers stand beside its own data alone."""
    return sections(wildcards.dataset)["annotations"]["source"]


def paper_seeds(name):
    """A file of every run of the variant `paper`."""

    def of_job(wildcards):
        seeds = sections(wildcards.dataset, "paper")["train"]["seeds"]
        return [f"{paths.run_folder(wildcards.dataset, 'paper', seed)}/{name}" for seed in seeds]

    return of_job


def figure_inputs(wildcards):
    """The files that a figure reads, under the names that its module gives them."""
    seeds = sections(wildcards.dataset, "paper")["train"]["seeds"]
    named = {"first_seed": seeds[0], "seed": seeds, "front_end": front_end_of(wildcards)}

    def files_of(path):
        if "{test_shard}" not in path:
            return expand(path, dataset=wildcards.dataset, **named)
        return [
            file
            for name in members(config, wildcards.dataset)["test"]
            for file in expand(
                path,
                dataset=name,
                test_shard=shard_names({"test": entry(name)["shards"]["test"]}),
                **named,
            )
        ]

    return {name: files_of(path) for name, path in FIGURES[wildcards.figure].reads.items()}


@instructive
def figure_settings(wildcards):
    """The sections that a figure's module asks for, and that of all figures."""
    about = FIGURES[wildcards.figure]
    try:
        return settings(*about.settings, "figures", variant="paper")(wildcards)
    except KeyError as error:
        raise AudiophraseError(
            f"{about.path}: SETTINGS names {error}, which is no section of settings",
            "name sections that jobs are given, such as 'features' or 'evaluate.sed'",
        ) from None


def figure_caption(wildcards):
    """What a figure's module says below it, for the report of Snakemake (workflow/report/figure.rst).

    Without its sentence on phrases: that there are any is known once annotations are read.
    """
    beside_paper = stands_beside(source_of_annotations(wildcards))
    text = FIGURES[wildcards.figure].text(has_phrases=False, beside_paper=beside_paper)
    return catalogue.as_rst(text)


def run_files(*names):
    """Files of every run of a data set."""

    def of_job(wildcards):
        return [f"{run}/{name}" for run in runs(wildcards.dataset) for name in names]

    return of_job


def clips_to_hear(wildcards):
    """The shards of test clips, where pages may carry their sound and they are here."""
    if not is_heard(wildcards) or paths.works_without_clips(config, wildcards.dataset):
        return []
    return shards("clips", "test")(wildcards)


@instructive
def compared(wildcards):
    """Rows of the data sets that stand in the ablation table beside a data set's own."""
    others = parameters.compared_with(config, wildcards.dataset)
    return [paths.MEASURES.format(dataset=name) for name in others]


def made_before_report(wildcards):
    """All artifacts but clips and explorer, so that asking for the report alone makes the tables too.

    The explorer reads clips, which need not be here.
    """
    pages = [path.format(dataset=wildcards.dataset) for path in paths.PAGES]
    left_out = {*pages, *shards("clips")(wildcards)}
    return [path for path in artifacts(wildcards.dataset) if path not in left_out]


def page_parameters(wildcards):
    """The data set's entry and all that makes its artifacts what they are, as JSON."""
    own = entry(wildcards.dataset)
    known = parameters.of_artifacts(sections(wildcards.dataset))
    about = {
        name: own[name] for name in ("title", "clips", "shards", "exclude_leaks") if name in own
    }
    if is_study(own):
        about["splits"] = members(config, wildcards.dataset)
        for name in ("annotations", "retrieve"):  # each data set has its own
            del known[name]
    return json.dumps({**about, **known, "variants": overrides(wildcards)})


def overrides(wildcards):
    """What each variant that is run changes."""
    return {name: config["variants"][name] for name in variants(wildcards.dataset)}


@instructive
def is_heard(wildcards):
    """Whether page and explorer carry the clips' sound."""
    return carries_sound(config, wildcards.dataset)


def heard_manifest(wildcards):
    """The manifest of the clips to hear, which is here whether the clips are or not: what DVC goes by."""
    tested = paths.members(config, wildcards.dataset)["test"] if is_heard(wildcards) else []
    return [paths.manifest(name, "clips", "test") for name in tested]


def run_names(wildcards):
    """The runs of a data set as VARIANT/SEED, in the order of `run_files`."""
    return [run.rpartition("runs/")[2].replace("seed-", "") for run in runs(wildcards.dataset)]


def explorer_files(wildcards):
    """The pages, scripts and styles of the explorer that are no Python."""
    folder = Path("src/audiophrase/explorer")
    return [
        "src/audiophrase/report/colours.css",
        *sorted(str(path) for path in (*folder.glob("*.j2"), *folder.glob("static/*.*"))),
    ]
