# The numbers of a data set, the page with everything on it, and pages to look through its clips.
report: "../report/workflow.rst"


rule metrics:
    input:
        availability=paths.AVAILABILITY,
        captions=annotation_table("captions"),
        phrases=annotation_table("phrases"),
        of_runs=run_files("retrieval_measures.parquet", "sed_measures.parquet"),
        sources=sources("metrics"),
    output:
        measures=paths.MEASURES,
        measures_csv=paths.MEASURES_CSV,
        metrics=paths.METRICS,
    log:
        "logs/{dataset}/metrics.log",
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        options=options("of_runs"),
        audio=audio,
        annotations=source_of_annotations,
        runs=lambda wildcards: runs(wildcards.dataset),
        variants=overrides,
    shell:
        "python -m audiophrase job metrics --audio {params.audio} --annotations {params.annotations} "
        "--variants {params.variants:q} {params.options:q} {params.runs} 2>&1 | tee -i {log}"


rule report:
    input:
        measures=paths.MEASURES,
        availability=paths.AVAILABILITY,
        clip_table=annotation_table("clips"),
        leakage=paths.LEAKAGE,
        coverage=paths.COVERAGE,
        compare=compared,
        model_json=paper_seeds("model.json"),
        figure=expand("results/{{dataset}}/figures/{name}.svg", name=FIGURES),
        figure_modules=[os.path.relpath(figure.path) for figure in FIGURES.values()],
        clips_manifest=heard_manifests,
        templates=PAGE_TEMPLATES,
        others=made_before_report,
        sources=sources("report"),
    output:
        page=in_report(paths.REPORT, "page", "page", {"page": "everything on one page"}),
    log:
        "logs/{dataset}/report.log",
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        options=options("clips_manifest", "figure_modules", "templates", "others"),
        heard=clips_to_hear,
        parameters=page_parameters,
    shell:
        "python -m audiophrase job report --dataset {wildcards.dataset} --parameters {params.parameters:q} "
        "{params.heard:q} {params.options:q} 2>&1 | tee -i {log}"


# A folder of pages, written as a whole: Snakemake and DVC know it by its first page.
rule explorer:
    input:
        clip_table=annotation_table("clips"),
        captions=annotation_table("captions"),
        phrases=annotation_table("phrases"),
        vocabulary=text_table("vocabulary"),
        caption_words=text_table("captions"),
        phrase_words=text_table("phrases"),
        coverage=paths.COVERAGE,
        features=feature_shards("test"),
        clips_manifest=heard_manifests,
        scores=run_files("sed_scores.parquet"),
        curve=run_files("sed_curve.csv"),
        rankings=run_files("rankings.parquet"),
        frame_words=run_files("frame_words.parquet"),
        files=explorer_files,
        sources=sources("explorer"),
    output:
        page=paths.EXPLORER,
        listing=paths.EXPLORER_FILES,
    log:
        "logs/{dataset}/explorer.log",
    threads: 1
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        settings=settings("features", "evaluate.sed", variant="paper"),
        options=options("clips_manifest", "files", "listing"),
        title=lambda wildcards: entry(wildcards.dataset)["title"],
        audio=audio,
        sound=sound,
        heard=clips_to_hear,
        runs=lambda wildcards: [f"--run={name}" for name in run_names(wildcards)],
    shell:
        "python -m audiophrase job explorer --dataset {wildcards.dataset} --title {params.title:q} "
        "--settings {params.settings:q} --audio {params.audio} --sound {params.sound} "
        "{params.runs:q} {params.heard:q} {params.options:q} 2>&1 | tee -i {log}"
