# The vocabulary with its vectors, and captions and phrases as word ids.
rule text:
    input:
        captions=captions,
        phrases="data/{dataset}/annotations/phrases.parquet",
        vectors=vectors_file,
        sources=sources("text"),
    output:
        vocabulary="data/{dataset}/text/vocabulary.parquet",
        captions="data/{dataset}/text/captions.parquet",
        phrases="data/{dataset}/text/phrases.parquet",
        coverage="data/{dataset}/text/coverage.csv",
    log:
        "logs/{dataset}/text.log",
    threads: 1
    resources:
        mem_mb=2000,
        runtime=120,
    params:
        settings=settings("text"),
        vectors=lambda wildcards, input: ["--vectors-file", input.vectors] if input.vectors else [],
    shell:
        "python -m audiophrase job text --settings {params.settings:q} {params.vectors:q} "
        "--captions {input.captions} --phrases {input.phrases} --vocabulary {output.vocabulary} "
        "--caption-words {output.captions} --phrase-words {output.phrases} "
        "--coverage {output.coverage} 2>&1 | tee -i {log}"
