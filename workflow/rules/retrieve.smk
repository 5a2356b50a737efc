# The clips' audio in shards, and the record of which clips could be had.


# Asks for every clip from one place, however many nodes a cluster has.
localrules:
    retrieve_youtube,


rule render_clips:
    input:
        clips="data/{dataset}/annotations/clips.parquet",
        phrases="data/{dataset}/annotations/phrases.parquet",
        sources=sources("rendering"),
    output:
        "data/{dataset}/clips/{shard}.parquet",
    log:
        "logs/{dataset}/clips/{shard}.log",
    wildcard_constraints:
        dataset=datasets_with(
            lambda name: entry(name)["clips"] == "rendered" and phrases_are_kinds(name)
        ),
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        settings=settings("retrieve"),
    shell:
        "python -m audiophrase job render-clips --settings {params.settings:q} --shard {wildcards.shard} "
        "--clips {input.clips} --phrases {input.phrases} {output} 2>&1 | tee -i {log}"


rule render_phrases:
    input:
        clips="data/{dataset}/annotations/clips.parquet",
        phrases="data/{dataset}/annotations/phrases.parquet",
        sources=sources("phrase_rendering"),
    output:
        "data/{dataset}/clips/{shard}.parquet",
    log:
        "logs/{dataset}/clips/{shard}.log",
    wildcard_constraints:
        dataset=datasets_with(
            lambda name: entry(name)["clips"] == "rendered" and not phrases_are_kinds(name)
        ),
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        settings=settings("retrieve"),
    shell:
        "python -m audiophrase job render-phrases --settings {params.settings:q} --shard {wildcards.shard} "
        "--clips {input.clips} --phrases {input.phrases} {output} 2>&1 | tee -i {log}"


rule local_clips:
    input:
        clips="data/{dataset}/annotations/clips.parquet",
        audio=audio_files,
        sources=sources("local_files"),
    output:
        "data/{dataset}/clips/{shard}.parquet",
    log:
        "logs/{dataset}/clips/{shard}.log",
    wildcard_constraints:
        dataset=datasets_with(lambda name: sources_of_clips(name) == ("local",)),
    threads: 1
    resources:
        mem_mb=1000,
        runtime=30,
    params:
        settings=settings("retrieve"),
        folder=folder_of_clips,
    shell:
        "python -m audiophrase job local-clips --settings {params.settings:q} --shard {wildcards.shard} "
        "--clips {input.clips} --folder {params.folder:q} {output} 2>&1 | tee -i {log}"


# The log of attempts is added to and the fetched sections are kept, both in cache/: Snakemake deletes
# the outputs of a job that fails. No sources are declared, nor how fast YouTube is asked: neither a
# new yt-dlp nor a mended line here makes stale what took hours to fetch. Where every clip was tried
# already, this asks nobody.
rule retrieve_youtube:
    input:
        clips="data/{dataset}/annotations/clips.parquet",
        audio=all_audio_files,
    output:
        update("data/{dataset}/attempts.parquet"),
    log:
        "logs/{dataset}/retrieve.log",
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
        "python -m audiophrase job retrieve-clips {wildcards.dataset} --log {log}"


# A shard that is there is read, not deleted: in a clone that pulled the clips, it is all there is.
rule youtube_clips:
    input:
        clips="data/{dataset}/annotations/clips.parquet",
        attempts="data/{dataset}/attempts.parquet",
        audio=audio_files,
        sources=sources("youtube_shards"),
    output:
        update("data/{dataset}/clips/{shard}.parquet"),
    log:
        "logs/{dataset}/clips/{shard}.log",
    wildcard_constraints:
        dataset=datasets_with(lambda name: "youtube" in sources_of_clips(name)),
    threads: 1
    resources:
        mem_mb=1000,
        runtime=30,
    params:
        settings=settings("retrieve"),
        source=joined_sources,
        folder=folder_of_clips,
        local=folder_option,
        cache="cache/youtube",
    shell:
        "python -m audiophrase job youtube-clips --settings {params.settings:q} --shard {wildcards.shard} "
        "--source {params.source} {params.local:q} --clips {input.clips} --attempts {input.attempts} "
        "--cache {params.cache} {output} 2>&1 | tee -i {log}"


rule clips_manifest:
    input:
        clips="data/{dataset}/annotations/clips.parquet",
        phrases=rendered_phrases,
        shards=split_shards("clips"),
        sources=sources("manifests"),
    output:
        "data/{dataset}/manifests/clips-{split}.json",
    log:
        "logs/{dataset}/manifests/clips-{split}.log",
    wildcard_constraints:
        split="|".join(SPLITS),
    threads: 1
    resources:
        mem_mb=1000,
        runtime=30,
    params:
        settings=settings("retrieve"),
        phrases=lambda wildcards, input: [f"--phrases={path}" for path in input.phrases],
    shell:
        "python -m audiophrase job clips-manifest --settings {params.settings:q} --split {wildcards.split} "
        "--clips {input.clips} {params.phrases} --manifest {output} {input.shards} 2>&1 | tee -i {log}"


rule availability:
    input:
        clips="data/{dataset}/annotations/clips.parquet",
        shards=shards("clips"),
        manifests=[f"data/{{dataset}}/manifests/clips-{split}.json" for split in SPLITS],
        sources=sources("availability"),
    output:
        parquet="data/{dataset}/availability.parquet",
        csv="data/{dataset}/availability.csv",
        attempts="data/{dataset}/attempts.parquet",
    log:
        "logs/{dataset}/availability.log",
    wildcard_constraints:
        dataset=datasets_with(lambda name: "youtube" not in sources_of_clips(name)),
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        source=joined_sources,
    shell:
        "python -m audiophrase job availability --source {params.source} --clips {input.clips} "
        "--availability {output.parquet} --availability-csv {output.csv} "
        "--attempts {output.attempts} {input.shards} 2>&1 | tee -i {log}"


# Where YouTube was asked, the attempts are what retrieval left behind.
rule availability_of_youtube:
    input:
        clips="data/{dataset}/annotations/clips.parquet",
        shards=shards("clips"),
        manifests=[f"data/{{dataset}}/manifests/clips-{split}.json" for split in SPLITS],
        attempts="data/{dataset}/attempts.parquet",
        sources=sources("availability"),
    output:
        parquet="data/{dataset}/availability.parquet",
        csv="data/{dataset}/availability.csv",
    log:
        "logs/{dataset}/availability.log",
    wildcard_constraints:
        dataset=datasets_with(lambda name: "youtube" in sources_of_clips(name)),
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        source=joined_sources,
    shell:
        "python -m audiophrase job availability --source {params.source} --clips {input.clips} "
        "--availability {output.parquet} --availability-csv {output.csv} "
        "--youtube-attempts {input.attempts} {input.shards} 2>&1 | tee -i {log}"
