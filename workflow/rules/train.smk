# The encoder's weights, a run each.
rule train:
    input:
        captions=annotation_table("captions"),
        vocabulary=text_table("vocabulary"),
        caption_words=text_table("captions"),
        features=feature_shards("train"),
        val_features=feature_shards("val"),
        leakage=leaks_left_out,
        sources=sources("train", model_modules("encoder", "loss")),
    output:
        model=f"{RUN}/model.safetensors",
        model_json=f"{RUN}/model.json",
        history=of_run("history", "losses by epoch"),
    log:
        "logs/{dataset}/train/{variant}.{seed}.log",
    threads: lambda wildcards: sections(wildcards.dataset, wildcards.variant)["train"]["n_threads"]
    resources:
        mem_mb=lambda wildcards: 3000 + of_training("resident_mb")(wildcards) * 3 // 2,  # val is smaller than train
        gpu=n_gpus,
        device=of_training("device"),
        resident_mb=of_training("resident_mb"),
        runtime=24 * 60,
    params:
        settings=settings("features", "text", "train"),
        options=options("features"),
        # Not an output: Snakemake deletes the outputs of a job that was interrupted.
        checkpoint="cache/{dataset}/runs/{variant}/seed-{seed}/checkpoint.safetensors",
    shell:
        # Not through a pipe, so that there is a progress bar on a terminal. glibc keeps freed memory for the next batch, where the
        # kernel would map and zero it again: that is a tenth of a step.
        "MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=17179869184 python -m audiophrase job train --settings {params.settings:q} "
        "--device {resources.device} --resident-mb {resources.resident_mb} --seed {wildcards.seed} "
        "--checkpoint {params.checkpoint} --log {log} {params.options:q} {input.features}"
