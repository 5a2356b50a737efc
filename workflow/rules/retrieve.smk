# The clips' audio in shards, and the record of which clips could be had.
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
        "python -m audiophrase render-clips --settings {params.settings:q} --shard {wildcards.shard} "
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
        "python -m audiophrase render-phrases --settings {params.settings:q} --shard {wildcards.shard} "
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
        dataset=datasets_with(lambda name: entry(name)["clips"] == "local"),
    threads: 1
    resources:
        mem_mb=1000,
        runtime=30,
    params:
        settings=settings("retrieve"),
        folder=lambda wildcards: sections(wildcards.dataset)["retrieve"]["folder"],
    shell:
        "python -m audiophrase local-clips --settings {params.settings:q} --shard {wildcards.shard} "
        "--clips {input.clips} --folder {params.folder:q} {output} 2>&1 | tee -i {log}"


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
        "python -m audiophrase clips-manifest --settings {params.settings:q} --split {wildcards.split} "
        "--clips {input.clips} {params.phrases} --manifest {output} {input.shards} 2>&1 | tee -i {log}"


rule availability:
    input:
        clips="data/{dataset}/annotations/clips.parquet",
        shards=shards("clips"),
        sources=sources("availability"),
    output:
        parquet="data/{dataset}/availability.parquet",
        csv="data/{dataset}/availability.csv",
        attempts="data/{dataset}/attempts.parquet",
    log:
        "logs/{dataset}/availability.log",
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        source=lambda wildcards: entry(wildcards.dataset)["clips"],
    shell:
        "python -m audiophrase availability --source {params.source} --clips {input.clips} "
        "--availability {output.parquet} --availability-csv {output.csv} "
        "--attempts {output.attempts} {input.shards} 2>&1 | tee -i {log}"
