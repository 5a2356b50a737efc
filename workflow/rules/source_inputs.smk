# What the rules of annotations and clips are given: the user's own files, and where clips come from.
from audiophrase.params import files
from audiophrase.params.sources import ARCHIVE, sources_of


def phrases_are_kinds(dataset):
    """Whether a data set's phrases name the grammar's kinds of sound."""
    return sections(dataset)["annotations"]["source"] == "grammar"


def rendered_phrases(wildcards):
    """The table of phrases, where clips are rendered from them."""
    rendered = entry(wildcards.dataset)["clips"] == "rendered"
    return [paths.annotation_table(wildcards.dataset, "phrases")] if rendered else []


@instructive
def audio_files(wildcards):
    """The user's files that may hold clips of the job's shard, or of its data set.

    Of those that may hold clips of any shard, a shard depends on the listing.
    """
    shard = getattr(wildcards, "shard", None)
    named = files.recordings(config, wildcards.dataset, shard)
    if shard is None or not files.recordings_of_any_shard(config, wildcards.dataset):
        return named
    return [*named, paths.RECORDINGS.format(dataset=wildcards.dataset)]


@instructive
def recordings_of_any_shard(wildcards):
    """The user's files that may hold clips of any shard."""
    return files.recordings_of_any_shard(config, wildcards.dataset)


@instructive
def folder_of_clips(wildcards):
    """What holds the recordings, where clips come from a folder, or out of a table of audio."""
    if shard := getattr(wildcards, "shard", None):
        if table := files.audio_table(config, wildcards.dataset, shard.rsplit("-", 1)[0]):
            return table
    return files.folder_of_recordings(config, wildcards.dataset)


def folder_option(wildcards):
    """The folder of recordings as an option of a command."""
    folder = folder_of_clips(wildcards)
    return [f"--folder={folder}"] if folder else []


@instructive
def sources_of_clips(dataset):
    """Where a data set's clips come from, the preferred source first."""
    return sources_of(entry(dataset))


def joined_sources(wildcards):
    """Where a data set's clips come from, in one word."""
    return ",".join(sources_of_clips(wildcards.dataset))


@instructive
def annotation_file(wildcards):
    """The user's annotation file of the job's split, or of all; it may be a pattern of files."""
    return files.annotation_file(config, wildcards.dataset, getattr(wildcards, "split", None))


@instructive
def is_downloaded(dataset):
    """Whether a data set's labels and audio come out of an archive that is downloaded."""
    return files.is_downloaded(config, dataset)


@instructive
def annotation_files(wildcards):
    """The files that there are of those that `annotation_file` names."""
    return files.annotation_files(config, wildcards.dataset, getattr(wildcards, "split", None))


def form_modules(wildcards):
    """The modules of the forms that a data set's annotations may have: one, where that is known."""
    return modules.form_modules(config, wildcards.dataset)


def form_option(wildcards):
    """The form of the user's annotation files as an option, where they say it."""
    annotations = sections(wildcards.dataset)["annotations"]
    form = ARCHIVE if annotations["source"] == ARCHIVE else annotations["form"]
    return [f"--form={form}"] if form else []


@instructive
def clip_list(wildcards):
    """The user's list of clips."""
    return files.clip_list(config, wildcards.dataset)
