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
