# What the rules share: parameters checked before any job starts, the settings and sources that a
# rule declares, and the names of all artifacts.
import functools
import os
import shlex
import sys

from audiophrase import artifacts as paths
from audiophrase import params as parameters
from audiophrase.bridge import brief, guard
from audiophrase.bridge.options import options as named_options
from audiophrase.source_files import source_files
from audiophrase.params import files, for_jobs, modules
from audiophrase.params.reading import refuse_repeated_keys
from audiophrase.params.studies import is_study
from audiophrase.params.unknown import other_than, unknown_name
from audiophrase.errors import AudiophraseError
from audiophrase.report import catalogue
from audiophrase.features.parameters import FRONT_ENDS
from audiophrase.splits import SPLITS

# Paths of the contract as rules name them, with wildcards in place of names.
annotation_table = functools.partial(paths.annotation_table, "{dataset}")
text_table = functools.partial(paths.text_table, "{dataset}")
manifest = functools.partial(paths.manifest, "{dataset}")
RUN = paths.run_folder("{dataset}", "{variant}", "{seed}")

# One environment holds everything (requirements.lock or environment.yml), so no rule names another
# for itself; `python` in a rule is the one that runs Snakemake, activated or not. Its path stays out
# of the rules, where another machine's would count as a change.
shell.prefix(
    f"set -euo pipefail; export PATH={shlex.quote(os.path.dirname(sys.executable))}:$PATH; "
)

if not workflow.remote_exec:
    guard.enter()
brief.shorten_errors()

# For the one job whose parameters change no bytes and are therefore not handed to it.
os.environ.update(
    AUDIOPHRASE_CONFIGFILES=os.pathsep.join(map(os.path.abspath, workflow.overwrite_configfiles))
)


def instructive(function):
    """A user's mistake ends with its message alone: Snakemake would print a stack trace with it."""

    @functools.wraps(function)
    def call(*arguments, **keywords):
        try:
            return function(*arguments, **keywords)
        except AudiophraseError as error:
            sys.exit(f"error: {error}")

    return call


instructive(refuse_repeated_keys)(workflow.configfiles)
config.update(parameters.to_build(workflow.config_settings.overwrite_config))
instructive(parameters.check)(config)
TABLES = (*paths.TABLES, "leakage")
FIGURES = instructive(catalogue.figures)()


wildcard_constraints:
    dataset="|".join(config["datasets"]),
    unknown=other_than(config["datasets"], "/"),
    variant=r"[a-z0-9][a-z0-9_-]*",
    seed=r"\d+",
    shard=r"(train|val|test)-\d{5}",
    front_end="|".join(FRONT_ENDS),


def in_report(path, caption, part, labels):
    """An output that `snakemake --report` shows under its data set: workflow/report/CAPTION.rst below it."""
    return report(
        path,
        caption=f"../report/{caption}.rst",
        category="{dataset}",
        subcategory=part,
        labels=labels,
    )


def of_run(name, title):
    """A run's table in the report of Snakemake, by its name without ending."""
    labels = {"table": title, "seed": "{seed}"}
    return in_report(f"{RUN}/{name}.csv", name, "variant {variant}", labels)


@instructive
def sections(dataset, variant=None):
    """All sections as they hold for a data set, and for a variant where one is named."""
    return parameters.effective(config, dataset, variant)


@instructive
def entry(dataset):
    """A data set's entry."""
    return parameters.dataset_entry(config, dataset)


@instructive
def unknown(noun, name, known):
    """Refuses a target that names something which there is not."""
    raise unknown_name(noun, name, known)


def settings(*names, variant=None):
    """For `params:`, what a job is handed of the parameters (`params.for_jobs`).

    Every job has some, so this is where one of a shard or a seed that there is not is refused.
    """

    @instructive
    def of_job(wildcards):
        for_jobs.require_part(config, **dict(wildcards.items()))
        named = getattr(wildcards, "variant", variant), getattr(wildcards, "front_end", None)
        return for_jobs.settings_json(config, names, wildcards.dataset, *named)

    return of_job


@instructive
def front_end_of(wildcards):
    """The name of the front end that a job runs, or whose features it reads."""
    named = (getattr(wildcards, name, None) for name in ("variant", "front_end"))
    return for_jobs.front_end_of(config, wildcards.dataset, *named)


def of_training(key):
    """For `resources:`, a key of `train` that changes no artifact: a new value reruns nothing."""
    return lambda wildcards: sections(wildcards.dataset, wildcards.variant)["train"][key]


def n_gpus(wildcards):
    """How many GPUs a scheduler is asked for: with `auto` none, yet one that is there is used."""
    return int(of_training("device")(wildcards) == "cuda")


def sources(rule_name, by_name=None):
    """The files of our own that a rule's job imports.

    `by_name` says of a job which modules it imports by their names besides: of all encoders, losses,
    front ends and figures, those that it is given, so that another one changes nothing for it.
    """
    job = f"audiophrase.jobs.{rule_name}"
    if by_name is None:
        return source_files(job)
    return lambda wildcards: source_files(job, *by_name(wildcards))


def options(*others):
    """For `params:`, inputs and outputs as the job's options of their names (`bridge.options`).

    `others` are the names that are no options: positional arguments, and what is only depended on.
    """
    return lambda wildcards, input, output: named_options(
        dict(input.items()), dict(output.items()), without=("sources", *others)
    )


def model_modules(*parts):
    """The modules of the variant's encoder and loss, or of one of them."""
    return lambda wildcards: modules.model_modules(
        config, wildcards.dataset, wildcards.variant, parts
    )


def datasets_with(holds):
    """A pattern of the data sets whose entry satisfies `holds`, for `wildcard_constraints`."""
    names = [name for name in config["datasets"] if holds(name)]
    return "|".join(names) if names else r"(?!)"


def of_its_own(dataset):
    """Whether a data set has clips and captions of its own: all but studies."""
    return not is_study(entry(dataset))


@instructive
def own_clips(dataset):
    """Refuses to make clips or features of a study."""
    for_jobs.require_own_clips(config, dataset)


def shards(folder, *splits):
    """Paths of the shards of some splits, which are known before anything is parsed."""

    return lambda wildcards: paths.shards(config, wildcards.dataset, folder, *splits)


def feature_shards(*splits):
    """Paths of the shards of features of some splits, made by the job's front end."""
    return lambda wildcards: shards(f"features/{front_end_of(wildcards)}", *splits)(wildcards)


def split_shards(folder):
    """Paths of the shards of the job's split."""
    return lambda wildcards: shards(folder, wildcards.split)(wildcards)


@instructive
def vectors_file(wildcards):
    """The word2vec file, where one is used."""
    return files.vectors_file(config, wildcards.dataset)


@instructive
def network(wildcards):
    """The file of the job's front end, where that is a frozen network."""
    return files.network_file(config, wildcards.dataset, wildcards.front_end)


@instructive
def only_clips_of(wildcards):
    """Another lab's table of availability, where evaluation is restricted to its clips."""
    return files.only_clips_of(config, wildcards.dataset, wildcards.variant)


@instructive
def captions(wildcards):
    """The table of captions, which a list of clips has none of."""
    return paths.require_captions(config, wildcards.dataset)


@instructive
def variants(dataset):
    """The variants that a data set is run in, the paper's first."""
    return parameters.variants_of(config, dataset)


def runs(dataset):
    """Folders of all runs of a data set."""
    return paths.run_folders(config, dataset, variants(dataset))


def trained_as(dataset, variant):
    """The variant whose models a variant is evaluated with: its own, or the paper's."""
    return parameters.trained_as(config, dataset, variant)


def model_file(name):
    """A file of the model that a run is evaluated with."""

    def of_job(wildcards):
        variant = trained_as(wildcards.dataset, wildcards.variant)
        return f"{paths.run_folder(wildcards.dataset, variant, wildcards.seed)}/{name}"

    return of_job


@instructive
def artifacts(dataset):
    """Every versioned artifact of a data set."""
    return paths.artifacts(config, dataset, FIGURES)
