# Audio-caption alignment: from clips and captions to the paper's tables and figures.
# `snakemake` makes the data sets listed under `build` in params.yaml;
# `snakemake results/DATASET/report.html` makes one of them.
from snakemake.utils import min_version

min_version("9.14")


configfile: "params.yaml"


include: "workflow/rules/common.smk"
include: "workflow/rules/unknown.smk"
include: "workflow/rules/annotations.smk"
include: "workflow/rules/clips.smk"
include: "workflow/rules/features.smk"
include: "workflow/rules/study_inputs.smk"
include: "workflow/rules/studies.smk"
include: "workflow/rules/text.smk"
include: "workflow/rules/train.smk"
include: "workflow/rules/evaluate.smk"
include: "workflow/rules/report_inputs.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/report.smk"


rule all:
    default_target: True
    input:
        [artifacts(dataset) for dataset in config["build"]],
