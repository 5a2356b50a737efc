# A target that names what there is not, such as a data set without an entry: says so, in place of "no
# rule to produce".
rule unknown_dataset:
    input:
        lambda wildcards: entry(wildcards.unknown),
    output:
        "{top}/{unknown}/{file}",
    wildcard_constraints:
        top="data|results",
        # Names of artifacts only: files of the user's own may lie in data/ too.
        file=r"(annotations|clips|features/[^/]+|text)/[^/]+\.parquet|(availability|attempts|measures)\.\w+|"
        r"manifests/[^/]+\.json|text/coverage\.csv|annotations/counts\.csv|(tables|figures|runs)/.+|"
        r"metrics\.json|report\.html",


rule unknown_front_end:
    input:
        lambda wildcards: unknown("front end", wildcards.name, FRONT_ENDS),
    output:
        "data/{dataset}/features/{name}/{shard}.parquet",
    wildcard_constraints:
        name=other_than(FRONT_ENDS, "/"),


rule unknown_front_end_of_a_manifest:
    input:
        lambda wildcards: unknown("front end", wildcards.name, FRONT_ENDS),
    output:
        "data/{dataset}/manifests/features-{name}-{split}.json",
    wildcard_constraints:
        name=other_than(FRONT_ENDS, "-[a-z]+[.]"),
        split="|".join(SPLITS),


rule unknown_figure:
    input:
        lambda wildcards: unknown("figure", wildcards.name, FIGURES),
    output:
        "results/{dataset}/figures/{name}.{kind}",
    wildcard_constraints:
        name=other_than(FIGURES, "[.]"),
        kind="svg|png",


rule unknown_table:
    input:
        lambda wildcards: unknown("table", wildcards.name, TABLES),
    output:
        "results/{dataset}/tables/{name}.{kind}",
    wildcard_constraints:
        name=other_than(TABLES, "[.]"),
        kind="csv|md",


rule clips_of_a_study:
    input:
        lambda wildcards: own_clips(wildcards.dataset),
    output:
        "data/{dataset}/{file}",
    wildcard_constraints:
        dataset=datasets_with(lambda name: not of_its_own(name)),
        file=rf"(clips|features/({'|'.join(FRONT_ENDS)}))/[^/]+\.parquet|attempts\.parquet|"
        rf"manifests/(clips|features-({'|'.join(FRONT_ENDS)}))-[a-z]+\.json",
