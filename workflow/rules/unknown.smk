# A target whose data set has no entry: says so, in place of "no rule to produce".
rule unknown_dataset:
    input:
        lambda wildcards: entry(wildcards.unknown),
    output:
        "{top}/{unknown}/{file}",
    wildcard_constraints:
        top="data|results",
        # Names of artifacts only: files of the user's own may lie in data/ too.
        file=r"(annotations|clips|features/[^/]+|text)/[^/]+\.parquet|(availability|attempts)\.\w+|"
        r"text/coverage\.csv|annotations/counts\.csv|(tables|figures|runs)/.+|metrics\.json|report\.html",
