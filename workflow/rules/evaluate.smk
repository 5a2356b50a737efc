# Retrieval and sound event detection on the test split, a run each, and a look at its single clips.
rule evaluate_retrieval:
    input:
        model=model_file("model.safetensors"),
        model_json=model_file("model.json"),
        captions=annotation_table("captions"),
        vocabulary=text_table("vocabulary"),
        caption_words=text_table("captions"),
        features=feature_shards("test"),
        only_clips_of=only_clips_of,
        sources=sources("evaluate_retrieval", model_modules("encoder")),
    output:
        recalls=of_run("retrieval", "recall at k"),
        measures=f"{RUN}/retrieval_measures.parquet",
        summary=f"{RUN}/retrieval.json",
    log:
        "logs/{dataset}/evaluate_retrieval/{variant}.{seed}.log",
    threads: 1
    resources:
        mem_mb=lambda wildcards: 4000 + of_training("resident_mb")(wildcards),
        gpu=n_gpus,
        device=of_training("device"),
        resident_mb=of_training("resident_mb"),
        runtime=60,
    params:
        settings=settings("features", "text", "train", "evaluate.retrieval", "evaluate.bootstrap"),
        options=options("features", "only_clips_of"),
        only_clips_of=lambda wildcards, input: [f"--only-clips-of={f}" for f in input.only_clips_of],
        cache="cache/{dataset}/runs/{variant}/seed-{seed}",
    shell:
        "python -m audiophrase job evaluate-retrieval --settings {params.settings:q} "
        "--device {resources.device} --resident-mb {resources.resident_mb} --cache {params.cache} "
        "{params.only_clips_of:q} {params.options:q} {input.features} 2>&1 | tee -i {log}"


rule evaluate_sed:
    input:
        model=model_file("model.safetensors"),
        model_json=model_file("model.json"),
        phrases=annotation_table("phrases"),
        vocabulary=text_table("vocabulary"),
        phrase_words=text_table("phrases"),
        features=feature_shards("test"),
        only_clips_of=only_clips_of,
        sources=sources("evaluate_sed", model_modules("encoder")),
    output:
        curve=of_run("sed_curve", "detection over thresholds"),
        scores=f"{RUN}/sed_scores.parquet",
        measures=f"{RUN}/sed_measures.parquet",
        summary=f"{RUN}/sed.json",
    log:
        "logs/{dataset}/evaluate_sed/{variant}.{seed}.log",
    threads: 1
    resources:
        mem_mb=lambda wildcards: 4000 + of_training("resident_mb")(wildcards),
        gpu=n_gpus,
        device=of_training("device"),
        resident_mb=of_training("resident_mb"),
        runtime=60,
    params:
        settings=settings("features", "text", "train", "evaluate.sed", "evaluate.bootstrap"),
        options=options("features", "only_clips_of"),
        only_clips_of=lambda wildcards, input: [f"--only-clips-of={f}" for f in input.only_clips_of],
        cache="cache/{dataset}/runs/{variant}/seed-{seed}",
    shell:
        "python -m audiophrase job evaluate-sed --settings {params.settings:q} "
        "--device {resources.device} --resident-mb {resources.resident_mb} --cache {params.cache} "
        "{params.only_clips_of:q} {params.options:q} {input.features} 2>&1 | tee -i {log}"


rule inspect_run:
    input:
        model=model_file("model.safetensors"),
        model_json=model_file("model.json"),
        captions=annotation_table("captions"),
        vocabulary=text_table("vocabulary"),
        caption_words=text_table("captions"),
        features=feature_shards("test"),
        only_clips_of=only_clips_of,
        sources=sources("inspect_run", model_modules("encoder")),
    output:
        rankings=f"{RUN}/rankings.parquet",
        frame_words=f"{RUN}/frame_words.parquet",
    log:
        "logs/{dataset}/inspect_run/{variant}.{seed}.log",
    threads: 1
    resources:
        mem_mb=lambda wildcards: 4000 + of_training("resident_mb")(wildcards),
        gpu=n_gpus,
        device=of_training("device"),
        resident_mb=of_training("resident_mb"),
        runtime=60,
    params:
        settings=settings("features", "text", "train"),
        options=options("features", "only_clips_of"),
        only_clips_of=lambda wildcards, input: [f"--only-clips-of={f}" for f in input.only_clips_of],
        cache="cache/{dataset}/runs/{variant}/seed-{seed}",
    shell:
        "python -m audiophrase job inspect-run --settings {params.settings:q} "
        "--device {resources.device} --resident-mb {resources.resident_mb} --cache {params.cache} "
        "{params.only_clips_of:q} {params.options:q} {input.features} 2>&1 | tee -i {log}"
