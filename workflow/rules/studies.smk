# Studies: tables out of those of their data sets, whose clips and features are used where they lie.
# And of every data set, which recordings stand in more than one split.


rule study_annotations:
    input:
        members=tables_of_members(
            *(paths.annotation_table("{dataset}", name) for name in paths.ANNOTATION_TABLES)
        ),
        sources=sources("study_annotations"),
    output:
        clips=annotation_table("clips"),
        captions=annotation_table("captions"),
        phrases=annotation_table("phrases"),
        counts=paths.COUNTS,
    log:
        "logs/{dataset}/study_annotations.log",
    wildcard_constraints:
        dataset=datasets_with(lambda name: not of_its_own(name)),
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        options=options("members"),
        splits=splits_of,
    shell:
        "python -m audiophrase job study-annotations --splits {params.splits:q} "
        "{params.options:q} {input.members} 2>&1 | tee -i {log}"


rule study_availability:
    input:
        members=tables_of_members(paths.AVAILABILITY),
        sources=sources("study_availability"),
    output:
        availability=paths.AVAILABILITY,
        availability_csv=paths.AVAILABILITY_CSV,
    log:
        "logs/{dataset}/study_availability.log",
    wildcard_constraints:
        dataset=datasets_with(lambda name: not of_its_own(name)),
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        options=options("members"),
        splits=splits_of,
    shell:
        "python -m audiophrase job study-availability --splits {params.splits:q} "
        "{params.options:q} {input.members} 2>&1 | tee -i {log}"


rule leakage:
    input:
        clips=annotation_table("clips"),
        shards=shards("clips"),
        sources=sources("leakage"),
    output:
        leakage=paths.LEAKAGE,
        leakage_csv=paths.LEAKAGE_TABLE.format(dataset="{dataset}", kind="csv"),
        leakage_md=paths.LEAKAGE_TABLE.format(dataset="{dataset}", kind="md"),
    log:
        "logs/{dataset}/leakage.log",
    threads: 1
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        options=options("shards"),
        splits=splits_of,
        exclude=excluding,
    shell:
        "python -m audiophrase job leakage --splits {params.splits:q} {params.exclude:q} "
        "{params.options:q} {input.shards} 2>&1 | tee -i {log}"
