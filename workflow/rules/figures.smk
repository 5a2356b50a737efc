# The tables and the figures. Figures show the variant `paper`; those of one run its first seed.
rule tables:
    input:
        measures=paths.MEASURES,
        compare=compared,
        sources=sources("tables"),
    output:
        [
            in_report(f"results/{{dataset}}/tables/{name}.csv", "table", "tables", {"table": name})
            for name in paths.TABLES
        ],
        expand("results/{{dataset}}/tables/{name}.md", name=paths.TABLES),
    log:
        "logs/{dataset}/tables.log",
    threads: 1
    resources:
        mem_mb=500,
        runtime=10,
    params:
        options=options(),
    shell:
        "python -m audiophrase job tables {params.options:q} {output} 2>&1 | tee -i {log}"


rule figure:
    input:
        unpack(figure_inputs),
        sources=sources("figure", lambda w: [f"audiophrase.report.figures.{w.figure}"]),
    output:
        svg=in_report(
            "results/{dataset}/figures/{figure}.svg",
            "figure",
            "figures",
            lambda wildcards: {"figure": FIGURES[wildcards.figure].title},
        ),
        png="results/{dataset}/figures/{figure}.png",
    log:
        "logs/{dataset}/figure/{figure}.log",
    wildcard_constraints:
        figure="|".join(FIGURES),
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        settings=figure_settings,
        audio=audio,
        annotations=source_of_annotations,
        caption=figure_caption,
        files=lambda wildcards: [
            f"{name}={path}" for name, paths in figure_inputs(wildcards).items() for path in paths
        ],
    shell:
        "python -m audiophrase job figure {wildcards.figure} --settings {params.settings:q} "
        "--audio {params.audio} --annotations {params.annotations} "
        "--svg {output.svg} --png {output.png} {params.files} 2>&1 | tee -i {log}"
