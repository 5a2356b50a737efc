# Log-mel spectra, a shard each.
rule logmel:
    input:
        clips="data/{dataset}/clips/{shard}.parquet",
        sources=sources("features"),
    output:
        "data/{dataset}/features/{shard}.parquet",
    log:
        "logs/{dataset}/features/{shard}.log",
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        settings=settings("retrieve", "features"),
    shell:
        "python -m audiophrase logmel --settings {params.settings:q} {input.clips} {output} 2>&1 | tee -i {log}"


rule features_manifest:
    input:
        clips="data/{dataset}/manifests/clips-{split}.json",
        shards=split_shards("features"),
        sources=sources("manifests"),
    output:
        "data/{dataset}/manifests/features-{split}.json",
    log:
        "logs/{dataset}/manifests/features-{split}.log",
    wildcard_constraints:
        split="|".join(SPLITS),
    threads: 1
    resources:
        mem_mb=1000,
        runtime=30,
    params:
        settings=settings("retrieve", "features"),
    shell:
        "python -m audiophrase features-manifest --settings {params.settings:q} "
        "--split {wildcards.split} --clips-manifest {input.clips} --manifest {output} "
        "{input.shards} 2>&1 | tee -i {log}"
