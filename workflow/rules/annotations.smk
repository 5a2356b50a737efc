# Originals of the annotations, downloaded or generated, and the tables made of them.
ANNOTATION_SOURCES = [f"data/{{dataset}}/annotations/source/{split}.json" for split in SPLITS]


# Stay on the submitting host of a cluster: users' files may lie where no node sees them, and the
# network where no node reaches it.
localrules:
    download_annotations,
    archived_annotations,
    import_annotations,
    import_file,
    import_list,


rule generate_annotations:
    input:
        sources=sources("generate_annotations"),
    output:
        ANNOTATION_SOURCES,
    log:
        "logs/{dataset}/generate_annotations.log",
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
        sources=sources("download_annotations"),
    output:
        ANNOTATION_SOURCES,
    log:
        "logs/{dataset}/download_annotations.log",
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


rule archived_annotations:
    input:
        sources=sources("archived_annotations"),
    output:
        ANNOTATION_SOURCES,
    log:
        "logs/{dataset}/archived_annotations.log",
    wildcard_constraints:
        dataset=datasets_with(is_downloaded),
    threads: 1
    resources:
        mem_mb=1000,
        runtime=12 * 60,
    params:
        settings=settings("annotations.audiogrounding_v2"),
    shell:
        "python -m audiophrase job archived-annotations --settings {params.settings:q} {output} 2>&1 | tee -i {log}"


rule import_annotations:
    input:
        files=annotation_files,
        sources=sources("import_annotations", form_modules),
    output:
        "data/{dataset}/annotations/source/{split}.json",
    log:
        "logs/{dataset}/import_annotations/{split}.log",
    wildcard_constraints:
        dataset=datasets_with(
            lambda name: sections(name)["annotations"]["source"] in ("files", ARCHIVE)
            and not is_downloaded(name)
        ),
        split="|".join(SPLITS),
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        file=annotation_file,
        form=form_option,
    shell:
        "python -m audiophrase job import-annotations {params.form:q} {params.file:q} {output} 2>&1 | tee -i {log}"


rule import_file:
    input:
        files=annotation_files,
        sources=sources("import_file", form_modules),
    output:
        ANNOTATION_SOURCES,
    log:
        "logs/{dataset}/import_file.log",
    wildcard_constraints:
        dataset=datasets_with(lambda name: sections(name)["annotations"]["source"] == "file"),
    threads: 1
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        settings=settings("annotations.split"),
        file=annotation_file,
        form=form_option,
    shell:
        "python -m audiophrase job import-file --settings {params.settings:q} {params.form:q} "
        "{params.file:q} {output} 2>&1 | tee -i {log}"


rule import_list:
    input:
        file=clip_list,
        sources=sources("import_list"),
    output:
        ANNOTATION_SOURCES,
    log:
        "logs/{dataset}/import_list.log",
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
        sources=sources("annotations", form_modules),
    output:
        clips=annotation_table("clips"),
        captions=annotation_table("captions"),
        phrases=annotation_table("phrases"),
        counts=paths.COUNTS,
    log:
        "logs/{dataset}/annotations.log",
    wildcard_constraints:
        dataset=datasets_with(of_its_own),
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        options=options("json"),
        n_shards=lambda wildcards: [entry(wildcards.dataset)["shards"][s] for s in SPLITS],
    shell:
        "python -m audiophrase job annotations --n-shards {params.n_shards} {params.options:q} {input.json} 2>&1 | tee -i {log}"
