# The vocabulary with its vectors, and captions and phrases as word ids.
rule text:
    input:
        captions="data/{dataset}/annotations/captions.parquet",
        phrases="data/{dataset}/annotations/phrases.parquet",
        vectors_file=vectors_file,
        sources=sources("text"),
    output:
        vocabulary="data/{dataset}/text/vocabulary.parquet",
        caption_words="data/{dataset}/text/captions.parquet",
        phrase_words="data/{dataset}/text/phrases.parquet",
        coverage="data/{dataset}/text/coverage.csv",
    log:
        "logs/{dataset}/text.log",
    threads: 1
    resources:
        mem_mb=2000,
        runtime=120,
    params:
        settings=settings("text"),
        options=options(),
    shell:
        "python -m audiophrase job text --settings {params.settings:q} {params.options:q} 2>&1 | tee -i {log}"
