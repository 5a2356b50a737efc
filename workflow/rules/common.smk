# What the rules share: parameters checked before any job starts, the settings and sources that a
# rule declares, and the names of all artifacts.
import functools
import json
import os
import shlex
import sys

from audiophrase import artifacts as paths
from audiophrase import params as parameters
from audiophrase.bridge import guard
from audiophrase.clip_ids import shard_names
from audiophrase.clips.archive import files_by_shard
from audiophrase.clips.folder import list_files
from audiophrase.closure import import_closure
from audiophrase.params.consistency import clip_sources
from audiophrase.params.reading import refuse_repeated_keys
from audiophrase.params.unknown import unknown_name
from audiophrase.errors import AudiophraseError
from audiophrase.report import catalogue
from audiophrase.features import module_of
from audiophrase.features.parameters import FRONT_ENDS
from audiophrase.front_ends import file_of, settings_of
from audiophrase.parameters.sections import select
from audiophrase.splits import SPLITS

# One environment holds everything (requirements.lock or environment.yml), so no rule names another
# for itself; `python` in a rule is the one that runs Snakemake, activated or not. Its path stays out
# of the rules, where another machine's would count as a change.
shell.prefix(
    f"set -euo pipefail; export PATH={shlex.quote(os.path.dirname(sys.executable))}:$PATH; "
)

if not workflow.remote_exec:
    guard.enter()

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
instructive(parameters.check)(config)
FIGURES = instructive(catalogue.figures)()


def other_than(known, end):
    """A pattern of names that are none of those known, where `end` is the pattern behind a name."""
    return rf"(?!({'|'.join(known)}){end})[^/]+"


wildcard_constraints:
    dataset="|".join(config["datasets"]),
    unknown=other_than(config["datasets"], "/"),
    variant=r"[a-z0-9][a-z0-9_-]*",
    seed=r"\d+",
    shard=r"(train|val|test)-\d{5}",
    front_end="|".join(FRONT_ENDS),


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
    """For `params:`, the keys that change the job's bytes and no others, as JSON.

    `text` stands for all of that section, where Word2Vec's settings count if vectors are trained,
    and the pinned file if they are downloaded; `train` likewise, with those of its encoder and its
    loss; `retrieve`, with the renderer's if clips are rendered; `features` for the settings of the
    job's front end.
    """

    def of_job(wildcards):
        of_variant = sections(wildcards.dataset, getattr(wildcards, "variant", variant))
        chosen = list(names)
        if "text" in names:
            of_vectors = {"trained": "text.word2vec", "google-news": "text.google_news"}
            vectors = of_variant["text"]["vectors"]
            chosen += ["text.normalise", *([of_vectors[vectors]] if vectors in of_vectors else [])]
        if "train" in names:
            chosen += [f"train.{of_variant['train'][part]}" for part in ("encoder", "loss")]
        if "retrieve" in names and entry(wildcards.dataset)["clips"] == "rendered":
            chosen.append("retrieve.render")
        found = select(of_variant, *(name for name in chosen if name != "features"))
        if "features" in names:
            found |= settings_of(FRONT_ENDS[front_end_of(wildcards)], of_variant)
        return json.dumps(found, sort_keys=True)

    return of_job


def front_end_of(wildcards):
    """The name of a job's front end: which it runs, or whose features it reads.

    A figure, which is no variant's, shows the paper's.
    """
    if hasattr(wildcards, "front_end"):
        return wildcards.front_end
    variant = getattr(wildcards, "variant", parameters.PAPER_VARIANT)
    return sections(wildcards.dataset, variant)["features"]["front_end"]


def of_training(key):
    """For `resources:`, a key of `train` that changes no artifact: a new value reruns nothing."""
    return lambda wildcards: sections(wildcards.dataset, wildcards.variant)["train"][key]


def n_gpus(wildcards):
    """How many GPUs a scheduler is asked for: with `auto` none, yet one that is there is used."""
    return int(of_training("device")(wildcards) == "cuda")


def sources(stage, by_name=None):
    """The files of our own that a stage's module imports.

    `by_name` says of a job which modules it imports by their names besides: of all encoders, losses,
    front ends and figures, those that it is told, so that another one changes nothing for it.
    """
    own = import_closure(f"audiophrase.stages.{stage}")
    if by_name is None:
        return [os.path.relpath(path) for path in own]

    def of_job(wildcards):
        chosen = (path for module in by_name(wildcards) for path in import_closure(module))
        return sorted({os.path.relpath(path) for path in (*own, *chosen)})

    return of_job


def model_modules(*parts):
    """The modules of the variant's encoder and loss, or of one of them."""
    package_of = {"encoder": "encoders", "loss": "losses"}

    def of_job(wildcards):
        train = sections(wildcards.dataset, wildcards.variant)["train"]
        return [f"audiophrase.model.{package_of[part]}.{train[part]}" for part in parts]

    return of_job


def datasets_with(holds):
    """A pattern of the data sets whose entry satisfies `holds`, for `wildcard_constraints`."""
    names = [name for name in config["datasets"] if holds(name)]
    return "|".join(names) if names else r"(?!)"


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
def with_paths(dataset):
    """All sections of a data set whose files are named: refused where they are not."""
    parameters.require_paths(config, dataset)
    return sections(dataset)


def phrases_are_kinds(dataset):
    """Whether a data set's phrases name the grammar's kinds of sound."""
    return sections(dataset)["annotations"]["source"] == "grammar"


def rendered_phrases(wildcards):
    """The table of phrases, where clips are rendered from them."""
    rendered = entry(wildcards.dataset)["clips"] == "rendered"
    return [f"data/{wildcards.dataset}/annotations/phrases.parquet"] if rendered else []


@instructive
def audio_files(wildcards):
    """The files that may hold clips of a shard, so that a changed or added one is noticed."""
    if "local" not in sources_of_clips(wildcards.dataset):
        return []
    folder = folder_of_clips(wildcards)
    split = wildcards.shard.rsplit("-", 1)[0]
    n_shards = entry(wildcards.dataset)["shards"][split]
    files = listed_files(wildcards.dataset, folder, split, n_shards)
    if wildcards.shard not in files:
        raise unknown_name("shard", wildcards.shard, files)
    names = files[wildcards.shard]
    return [os.path.join(folder, name) for name in names]


@instructive
def all_audio_files(wildcards):
    """The files that hold clips which YouTube need not be asked for."""
    if "local" not in sources_of_clips(wildcards.dataset):
        return []
    folder = folder_of_clips(wildcards)
    return [os.path.join(folder, name) for name in list_files(folder)]


def folder_of_clips(wildcards):
    """The folder of recordings, where clips come from one."""
    if "local" not in sources_of_clips(wildcards.dataset):
        return None
    return with_paths(wildcards.dataset)["retrieve"]["folder"]


def folder_option(wildcards):
    """The folder of recordings as an option of a command."""
    folder = folder_of_clips(wildcards)
    return [f"--folder={folder}"] if folder else []


@functools.cache
def listed_files(dataset, folder, split, n_shards):
    """The files of a folder by shard, listed once for all jobs."""
    return files_by_shard(list_files(folder), split, n_shards, clips_that_are_known(dataset))


@functools.cache
def clips_that_are_known(dataset):
    """The clips that a user's annotation files name; None where they are others', or not right.

    Those of AudioGrounding may not lie here yet: what a job depends on would be another thing then.
    """
    # Not above: it loads the forms, which the check of parameters proves to be whole.
    from audiophrase.annotations.named_clips import named_clips

    annotations = sections(dataset)["annotations"]
    if annotations["source"] != "files":
        return None
    try:
        return named_clips(annotations["files"], entry(dataset)["shards"])
    except AudiophraseError:
        return None  # the job that reads them says what is wrong


@instructive
def sources_of_clips(dataset):
    """Where a data set's clips come from, the preferred source first."""
    return clip_sources(entry(dataset)["clips"])


def joined_sources(wildcards):
    """Where a data set's clips come from, in one word."""
    return ",".join(sources_of_clips(wildcards.dataset))


@instructive
def vectors_file(wildcards):
    """The word2vec file, where one is used."""
    text = with_paths(wildcards.dataset)["text"]
    if text["vectors"] != "file":
        return []
    return existing_file(text["vectors_file"], "text.vectors_file")


@instructive
def network(wildcards):
    """The file of the job's front end, where that is a frozen network."""
    of_job = FRONT_ENDS[wildcards.front_end]
    if of_job.file is None:
        return []
    key, path = f"{of_job.section}.{of_job.file}", file_of(of_job, with_paths(wildcards.dataset))
    if not path:  # no variant names the front end, so that nobody has asked for it before
        raise AudiophraseError(f"{key} is empty", "name the file of the network")
    return existing_file(path, key)


def network_option(wildcards, input):
    """The file of a frozen network as an option of a command."""
    return [f"--network={input.network}"] if input.network else []


@instructive
def only_clips_of(wildcards):
    """Another lab's table of availability, where evaluation is restricted to its clips."""
    path = sections(wildcards.dataset, wildcards.variant)["evaluate"]["only_clips_of"]
    return [existing_file(path, "evaluate.only_clips_of")] if path else []


@instructive
def annotation_file(wildcards):
    """The user's annotation file of a split."""
    files = with_paths(wildcards.dataset)["annotations"]["files"]
    return existing_file(files[wildcards.split], f"annotations.files.{wildcards.split}")


def existing_file(path, key):
    """A file that params.yaml names. Raises AudiophraseError where there is none."""
    if not os.path.isfile(path):
        raise AudiophraseError(
            f"there is no file {path}",
            f"fix {key} of the data set; paths count from the working folder",
        )
    return path


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
