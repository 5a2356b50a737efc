# A target whose data set has no entry: says so, in place of "no rule to produce".
rule unknown_dataset:
    input:
        lambda wildcards: entry(wildcards.unknown),
    output:
        "{top}/{unknown}/{file}",
    wildcard_constraints:
        top="data|results",
        file=".+",
