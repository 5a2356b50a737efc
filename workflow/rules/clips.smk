# The clips' audio in shards, and the record of which clips could be had.


# Asks for every clip from one place, however many nodes a cluster has.
localrules:
    fetch_clips,


rule render_clips:
    input:
        clips=annotation_table("clips"),
        phrases=annotation_table("phrases"),
        sources=sources("render_clips"),
    output:
        paths.CLIP_SHARD,
    log:
        "logs/{dataset}/render_clips/{shard}.log",
    wildcard_constraints:
        dataset=datasets_with(
            lambda name: sources_of_clips(name) == ("rendered",) and phrases_are_kinds(name)
        ),
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        settings=settings("retrieve"),
        options=options(),
    shell:
        "python -m audiophrase job render-clips --settings {params.settings:q} --shard {wildcards.shard} "
        "{params.options:q} {output} 2>&1 | tee -i {log}"


rule render_phrases:
    input:
        clips=annotation_table("clips"),
        phrases=annotation_table("phrases"),
        sources=sources("render_phrases"),
    output:
        paths.CLIP_SHARD,
    log:
        "logs/{dataset}/render_phrases/{shard}.log",
    wildcard_constraints:
        dataset=datasets_with(
            lambda name: sources_of_clips(name) == ("rendered",) and not phrases_are_kinds(name)
        ),
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        settings=settings("retrieve"),
        options=options(),
    shell:
        "python -m audiophrase job render-phrases --settings {params.settings:q} --shard {wildcards.shard} "
        "{params.options:q} {output} 2>&1 | tee -i {log}"


# One input of every shard in place of thousands, where any of these files may hold clips of any shard.
rule recordings:
    input:
        audio=recordings_of_any_shard,
        sources=sources("recordings"),
    output:
        paths.RECORDINGS,
    log:
        "logs/{dataset}/recordings.log",
    wildcard_constraints:
        dataset=datasets_with(lambda name: "local" in sources_of_clips(name)),
    threads: 1
    resources:
        mem_mb=500,
        runtime=60,
    params:
        folder=folder_of_clips,
    shell:
        "python -m audiophrase job recordings {params.folder:q} {output} 2>&1 | tee -i {log}"


rule local_clips:
    input:
        clips=annotation_table("clips"),
        audio=audio_files,
        sources=sources("local_clips"),
    output:
        paths.CLIP_SHARD,
    log:
        "logs/{dataset}/local_clips/{shard}.log",
    wildcard_constraints:
        dataset=datasets_with(
            lambda name: sources_of_clips(name) == ("local",) and not is_downloaded(name)
        ),
    threads: 1
    resources:
        mem_mb=1000,
        runtime=30,
    params:
        settings=settings("retrieve"),
        options=options("audio"),
        folder=folder_of_clips,
    shell:
        "python -m audiophrase job local-clips --settings {params.settings:q} --shard {wildcards.shard} "
        "--folder {params.folder:q} {params.options:q} {output} 2>&1 | tee -i {log}"


# What an archive holds never changes, so its files are no inputs: a job that misses them gets them.
rule archived_clips:
    input:
        clips=annotation_table("clips"),
        sources=sources("archived_clips"),
    output:
        paths.CLIP_SHARD,
    log:
        "logs/{dataset}/archived_clips/{shard}.log",
    wildcard_constraints:
        dataset=datasets_with(is_downloaded),
    threads: 1
    resources:
        mem_mb=1000,
        runtime=30,
    params:
        settings=settings("retrieve", "annotations.audiogrounding_v2"),
        options=options(),
    shell:
        "python -m audiophrase job archived-clips --settings {params.settings:q} --shard {wildcards.shard} "
        "{params.options:q} {output} 2>&1 | tee -i {log}"


# The log of attempts is added to and the fetched sections are kept, both in cache/: Snakemake deletes
# the outputs of a job that fails. No sources are declared, nor how fast YouTube is asked: neither a
# new yt-dlp nor a corrected line here makes stale what took hours to fetch. Where every clip was tried
# already, this asks nobody.
rule fetch_clips:
    input:
        clips=annotation_table("clips"),
        audio=audio_files,
    output:
        update(paths.ATTEMPTS),
    log:
        "logs/{dataset}/fetch_clips.log",
    wildcard_constraints:
        dataset=datasets_with(lambda name: "youtube" in sources_of_clips(name)),
    threads: 1
    resources:
        mem_mb=2000,
        runtime=7 * 24 * 60,
    params:
        source=joined_sources,
        folder=folder_of_clips,
    shell:
        # Not through a pipe, so that there is a progress bar on a terminal.
        "python -m audiophrase job fetch-clips {wildcards.dataset} --log {log}"


# A shard that is there is read, not deleted: in a clone that pulled the clips, it is all there is.
rule youtube_clips:
    input:
        clips=annotation_table("clips"),
        attempts=paths.ATTEMPTS,
        audio=audio_files,
        sources=sources("youtube_clips"),
    output:
        update(paths.CLIP_SHARD),
    log:
        "logs/{dataset}/youtube_clips/{shard}.log",
    wildcard_constraints:
        dataset=datasets_with(lambda name: "youtube" in sources_of_clips(name)),
    threads: 1
    resources:
        mem_mb=1000,
        runtime=30,
    params:
        settings=settings("retrieve"),
        options=options("audio"),
        source=joined_sources,
        folder=folder_of_clips,
        local=folder_option,
        cache="cache/youtube",
    shell:
        "python -m audiophrase job youtube-clips --settings {params.settings:q} --shard {wildcards.shard} "
        "--source {params.source} {params.local:q} --cache {params.cache} {params.options:q} {output} 2>&1 | tee -i {log}"


rule clips_manifest:
    input:
        clips=annotation_table("clips"),
        phrases=rendered_phrases,
        shards=split_shards("clips"),
        sources=sources("clips_manifest"),
    output:
        manifest=manifest("clips", "{split}"),
    log:
        "logs/{dataset}/clips_manifest/{split}.log",
    wildcard_constraints:
        dataset=datasets_with(of_its_own),
        split="|".join(SPLITS),
    threads: 1
    resources:
        mem_mb=1000,
        runtime=30,
    params:
        settings=settings("retrieve"),
        options=options("shards"),
    shell:
        "python -m audiophrase job clips-manifest --settings {params.settings:q} --split {wildcards.split} "
        "{params.options:q} {input.shards} 2>&1 | tee -i {log}"


rule availability:
    input:
        clips=annotation_table("clips"),
        shards=shards("clips"),
        manifests=[manifest("clips", split) for split in SPLITS],
        sources=sources("availability"),
    output:
        availability=paths.AVAILABILITY,
        availability_csv=paths.AVAILABILITY_CSV,
        attempts=paths.ATTEMPTS,
    log:
        "logs/{dataset}/availability.log",
    wildcard_constraints:
        dataset=datasets_with(
            lambda name: of_its_own(name) and "youtube" not in sources_of_clips(name)
        ),
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        options=options("shards", "manifests"),
        source=joined_sources,
    shell:
        "python -m audiophrase job availability --source {params.source} "
        "{params.options:q} {input.shards} 2>&1 | tee -i {log}"


# Where YouTube was asked, the attempts are what fetching left behind.
rule availability_of_youtube:
    input:
        clips=annotation_table("clips"),
        shards=shards("clips"),
        manifests=[manifest("clips", split) for split in SPLITS],
        attempts=paths.ATTEMPTS,
        sources=sources("availability_of_youtube"),
    output:
        availability=paths.AVAILABILITY,
        availability_csv=paths.AVAILABILITY_CSV,
    log:
        "logs/{dataset}/availability_of_youtube.log",
    wildcard_constraints:
        dataset=datasets_with(lambda name: "youtube" in sources_of_clips(name)),
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        options=options("shards", "manifests"),
        source=joined_sources,
    shell:
        "python -m audiophrase job availability-of-youtube --source {params.source} "
        "{params.options:q} {input.shards} 2>&1 | tee -i {log}"
