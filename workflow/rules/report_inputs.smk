# What the rules of tables, figures and page share: files of the runs, and what they are given.
import json
from pathlib import Path

from audiophrase.clip_ids import shard_names
from audiophrase.params import for_page
from audiophrase.params.sound import audio_of, carries_sound
from audiophrase.params.studies import members
from audiophrase.report.paper import stands_beside

# What the page is written from, beside the modules of its job.
PAGE_TEMPLATES = sorted(
    os.path.relpath(path)
    for pattern in ("*.css", "*.j2", "sections/*.j2")
    for path in catalogue.FOLDER.parent.glob(pattern)
)


def audio(wildcards):
    """Whether clips were rendered, of a study all or some, so that every table and figure can say so."""
    return audio_of(config, wildcards.dataset)


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


@instructive
def clips_to_hear(wildcards):
    """The shards of test clips as options: no inputs, as pages are made without sound where clips are not here."""
    return [f"--clips={path}" for path in paths.clips_to_hear(config, wildcards.dataset)]


@instructive
def heard_manifests(wildcards):
    """The manifests of the clips to hear."""
    return paths.heard_manifests(config, wildcards.dataset)


@instructive
def compared(wildcards):
    """Rows of the data sets that stand in the ablation table beside a data set's own."""
    others = parameters.compared_with(config, wildcards.dataset)
    return [paths.MEASURES.format(dataset=name) for name in others]


def made_before_report(wildcards):
    """All artifacts but clips and pages."""
    return paths.before_report(config, wildcards.dataset, FIGURES)


def page_parameters(wildcards):
    """The data set's entry and all that makes its artifacts what they are, as JSON."""
    return json.dumps(for_page.page_parameters(config, wildcards.dataset))


def overrides(wildcards):
    """What each variant that is run changes, as JSON."""
    return json.dumps(for_page.overrides(config, wildcards.dataset))


@instructive
def sound(wildcards):
    """Whether the explorer carries the clips' sound, in a word."""
    return "heard" if carries_sound(config, wildcards.dataset) else "left-out"


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
