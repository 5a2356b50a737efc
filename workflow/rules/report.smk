# The numbers of a data set, and the page with everything on it.
rule metrics:
    input:
        availability="data/{dataset}/availability.parquet",
        captions="data/{dataset}/annotations/captions.parquet",
        phrases="data/{dataset}/annotations/phrases.parquet",
        measures=run_files("retrieval_measures.parquet", "sed_measures.parquet"),
        sources=sources("metrics"),
    output:
        measures="results/{dataset}/measures.parquet",
        measures_csv="results/{dataset}/measures.csv",
        metrics="results/{dataset}/metrics.json",
    log:
        "logs/{dataset}/metrics.log",
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        audio=audio,
        annotations=source_of_annotations,
        runs=lambda wildcards: runs(wildcards.dataset),
        variants=lambda wildcards: json.dumps(overrides(wildcards)),
    shell:
        "python -m audiophrase job metrics --audio {params.audio} --annotations {params.annotations} --variants {params.variants:q} "
        "--availability {input.availability} "
        "--captions {input.captions} --phrases {input.phrases} --measures {output.measures} "
        "--measures-csv {output.measures_csv} --metrics {output.metrics} "
        "{params.runs} 2>&1 | tee -i {log}"


rule report:
    input:
        measures="results/{dataset}/measures.parquet",
        availability="data/{dataset}/availability.parquet",
        coverage="data/{dataset}/text/coverage.csv",
        compared=compared,
        models=paper_seeds("model.json"),
        figures=expand("results/{{dataset}}/figures/{name}.svg", name=FIGURES),
        figure_modules=[os.path.relpath(figure.path) for figure in FIGURES.values()],
        template="src/audiophrase/report/page.html.j2",
        others=made_before_report,
        sources=sources("report"),
    output:
        "results/{dataset}/report.html",
    log:
        "logs/{dataset}/report.log",
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        parameters=page_parameters,
        models=lambda wildcards, input: [f"--model-json={path}" for path in input.models],
        figures=lambda wildcards, input: [f"--figure={path}" for path in input.figures],
        compared=lambda wildcards, input: [f"--compare={path}" for path in input.compared],
    shell:
        "python -m audiophrase job report --dataset {wildcards.dataset} --parameters {params.parameters:q} "
        "--measures {input.measures} --availability {input.availability} "
        "--coverage {input.coverage} {params.models} {params.figures} {params.compared} --page {output} 2>&1 | tee -i {log}"
