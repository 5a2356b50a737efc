# Originals of the annotations, downloaded or generated, and the tables made of them.
ANNOTATION_SOURCES = [f"data/{{dataset}}/annotations/source/{split}.json" for split in SPLITS]


# Stay on the submitting host of a cluster: users' files may lie where no node sees them, and the
# network where no node reaches it.
localrules:
    download_annotations,
    import_annotations,
    import_list,


rule generate_annotations:
    input:
        sources=sources("annotations"),
    output:
        ANNOTATION_SOURCES,
    log:
        "logs/{dataset}/annotations/generate.log",
    wildcard_constraints:
        dataset=datasets_with(lambda name: sections(name)["annotations"]["source"] == "grammar"),
    threads: 1
    resources:
        mem_mb=500,
        runtime=10,
    params:
        settings=settings("annotations.grammar"),
    shell:
        "python -m audiophrase job generate-annotations --settings {params.settings:q} {output} 2>&1 | tee -i {log}"


rule download_annotations:
    input:
        sources=sources("downloads"),
    output:
        ANNOTATION_SOURCES,
    log:
        "logs/{dataset}/annotations/download.log",
    wildcard_constraints:
        dataset=datasets_with(
            lambda name: sections(name)["annotations"]["source"] == "audiogrounding"
        ),
    threads: 1
    resources:
        mem_mb=500,
        runtime=30,
    params:
        settings=settings("annotations.audiogrounding"),
    shell:
        "python -m audiophrase job download-annotations --settings {params.settings:q} {output} 2>&1 | tee -i {log}"


rule import_annotations:
    input:
        file=annotation_file,
        sources=sources("annotations"),
    output:
        "data/{dataset}/annotations/source/{split}.json",
    log:
        "logs/{dataset}/annotations/import-{split}.log",
    wildcard_constraints:
        dataset=datasets_with(lambda name: sections(name)["annotations"]["source"] == "files"),
        split="|".join(SPLITS),
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    shell:
        "python -m audiophrase job import-annotations {input.file:q} {output} 2>&1 | tee -i {log}"


rule import_list:
    input:
        file=clip_list,
        sources=sources("import_list"),
    output:
        ANNOTATION_SOURCES,
    log:
        "logs/{dataset}/annotations/import-list.log",
    wildcard_constraints:
        dataset=datasets_with(lambda name: sections(name)["annotations"]["source"] == "list"),
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    shell:
        "python -m audiophrase job import-list {input.file:q} {output} 2>&1 | tee -i {log}"


rule annotations:
    input:
        json=ANNOTATION_SOURCES,
        sources=sources("annotations"),
    output:
        clips="data/{dataset}/annotations/clips.parquet",
        captions="data/{dataset}/annotations/captions.parquet",
        phrases="data/{dataset}/annotations/phrases.parquet",
        counts="data/{dataset}/annotations/counts.csv",
    log:
        "logs/{dataset}/annotations/tables.log",
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        n_shards=lambda wildcards: [entry(wildcards.dataset)["shards"][s] for s in SPLITS],
    shell:
        "python -m audiophrase job annotations --n-shards {params.n_shards} --clips {output.clips} "
        "--captions {output.captions} --phrases {output.phrases} "
        "--counts {output.counts} {input.json} 2>&1 | tee -i {log}"
