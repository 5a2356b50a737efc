# The tables and the figures. Figures show the variant `paper`; those of one run its first seed.
rule tables:
    input:
        measures="results/{dataset}/measures.parquet",
        compared=compared,
        sources=sources("report"),
    output:
        expand("results/{{dataset}}/tables/{name}.{kind}", name=TABLES, kind=("csv", "md")),
    log:
        "logs/{dataset}/tables.log",
    threads: 1
    resources:
        mem_mb=500,
        runtime=10,
    params:
        compared=lambda wildcards, input: [f"--compare={path}" for path in input.compared],
    shell:
        "python -m audiophrase tables --measures {input.measures} {params.compared} {output} 2>&1 | tee -i {log}"


rule figure_example_pair:
    input:
        captions="data/{dataset}/annotations/captions.parquet",
        phrases="data/{dataset}/annotations/phrases.parquet",
        features=feature_shards("test"),
        sources=sources("figures"),
    output:
        svg="results/{dataset}/figures/example_pair.svg",
        png="results/{dataset}/figures/example_pair.png",
    log:
        "logs/{dataset}/figures/example_pair.log",
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        settings=settings("features", "figures"),
        audio=audio,
    shell:
        "python -m audiophrase figure example-pair --settings {params.settings:q} --audio {params.audio} "
        "--captions {input.captions} --phrases {input.phrases} "
        "--svg {output.svg} --png {output.png} {input.features} 2>&1 | tee -i {log}"


rule figure_sed_thresholds:
    input:
        curve=paper_run("sed_curve.csv"),
        summary=paper_run("sed.json"),
        sources=sources("figures"),
    output:
        svg="results/{dataset}/figures/sed_thresholds.svg",
        png="results/{dataset}/figures/sed_thresholds.png",
    log:
        "logs/{dataset}/figures/sed_thresholds.log",
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        settings=settings("figures"),
        audio=audio,
    shell:
        "python -m audiophrase figure sed-thresholds --settings {params.settings:q} "
        "--audio {params.audio} --curve {input.curve} --summary {input.summary} "
        "--svg {output.svg} --png {output.png} 2>&1 | tee -i {log}"


rule figure_alignment:
    input:
        captions="data/{dataset}/annotations/captions.parquet",
        phrases="data/{dataset}/annotations/phrases.parquet",
        scores=paper_run("sed_scores.parquet"),
        features=feature_shards("test"),
        sources=sources("figures"),
    output:
        svg="results/{dataset}/figures/alignment.svg",
        png="results/{dataset}/figures/alignment.png",
    log:
        "logs/{dataset}/figures/alignment.log",
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        settings=settings("features", "evaluate.sed", "figures", variant="paper"),
        audio=audio,
    shell:
        "python -m audiophrase figure alignment --settings {params.settings:q} --audio {params.audio} "
        "--captions {input.captions} --phrases {input.phrases} --scores {input.scores} "
        "--svg {output.svg} --png {output.png} {input.features} 2>&1 | tee -i {log}"


rule figure_training:
    input:
        histories=paper_seeds("history.csv"),
        sources=sources("figures"),
    output:
        svg="results/{dataset}/figures/training.svg",
        png="results/{dataset}/figures/training.png",
    log:
        "logs/{dataset}/figures/training.log",
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        settings=settings("figures"),
        audio=audio,
    shell:
        "python -m audiophrase figure training --settings {params.settings:q} --audio {params.audio} "
        "--svg {output.svg} --png {output.png} {input.histories} 2>&1 | tee -i {log}"


rule figure_availability:
    input:
        availability="data/{dataset}/availability.parquet",
        sources=sources("figures"),
    output:
        svg="results/{dataset}/figures/availability.svg",
        png="results/{dataset}/figures/availability.png",
    log:
        "logs/{dataset}/figures/availability.log",
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        settings=settings("figures"),
        audio=audio,
        annotations=source_of_annotations,
    shell:
        "python -m audiophrase figure availability --settings {params.settings:q} "
        "--audio {params.audio} --annotations {params.annotations} --availability {input.availability} "
        "--svg {output.svg} --png {output.png} 2>&1 | tee -i {log}"
