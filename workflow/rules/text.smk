# The vocabulary with its vectors, and captions and phrases as word ids.
rule text:
    input:
        captions=captions,
        phrases=annotation_table("phrases"),
        leakage=leaks_of_words,
        vectors_file=vectors_file,
        sources=sources("text"),
    output:
        vocabulary=text_table("vocabulary"),
        caption_words=text_table("captions"),
        phrase_words=text_table("phrases"),
        coverage=paths.COVERAGE,
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
