# The numbers of a data set, and the page with everything on it.
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
        variants=lambda wildcards: json.dumps(overrides(wildcards)),
    shell:
        "python -m audiophrase job metrics --audio {params.audio} --annotations {params.annotations} "
        "--variants {params.variants:q} {params.options:q} {params.runs} 2>&1 | tee -i {log}"


rule report:
    input:
        measures=paths.MEASURES,
        availability=paths.AVAILABILITY,
        leakage=paths.LEAKAGE,
        coverage=paths.COVERAGE,
        compare=compared,
        model_json=paper_seeds("model.json"),
        figure=expand("results/{{dataset}}/figures/{name}.svg", name=FIGURES),
        figure_modules=[os.path.relpath(figure.path) for figure in FIGURES.values()],
        clips=clips_to_hear,
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
        options=options("figure_modules", "templates", "others"),
        parameters=page_parameters,
    shell:
        "python -m audiophrase job report --dataset {wildcards.dataset} --parameters {params.parameters:q} "
        "{params.options:q} 2>&1 | tee -i {log}"
