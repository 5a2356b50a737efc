# Frames of the clips, a shard each, by each front end that a data set's variants name.
rule features:
    input:
        clips=paths.CLIP_SHARD,
        network=network,
        sources=sources("features", lambda wildcards: [module_of(wildcards.front_end)]),
    output:
        "data/{dataset}/features/{front_end}/{shard}.parquet",
    log:
        "logs/{dataset}/features/{front_end}.{shard}.log",
    wildcard_constraints:
        dataset=datasets_with(of_its_own),
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        settings=settings("retrieve", "features"),
        options=options("clips"),
    shell:
        "python -m audiophrase job features --front-end {wildcards.front_end} --settings {params.settings:q} "
        "{params.options:q} {input.clips} {output} 2>&1 | tee -i {log}"


rule features_manifest:
    input:
        clips_manifest=manifest("clips", "{split}"),
        network=network,
        shards=lambda wildcards: feature_shards(wildcards.split)(wildcards),
        sources=sources("features_manifest"),
    output:
        manifest=manifest("features-{front_end}", "{split}"),
    log:
        "logs/{dataset}/features_manifest/{front_end}.{split}.log",
    wildcard_constraints:
        dataset=datasets_with(of_its_own),
        split="|".join(SPLITS),
    threads: 1
    resources:
        mem_mb=1000,
        runtime=30,
    params:
        settings=settings("retrieve", "features"),
        options=options("shards"),
    shell:
        "python -m audiophrase job features-manifest --front-end {wildcards.front_end} --settings {params.settings:q} "
        "--split {wildcards.split} {params.options:q} {input.shards} 2>&1 | tee -i {log}"
