"""Where tables and runs of a data set lie: for whoever reads some, and needs no params.yaml for it.

`artifacts` has all the others.
"""


def annotation_table(dataset: str, name: str) -> str:
    """One of `artifacts.ANNOTATION_TABLES`."""
    return f"data/{dataset}/annotations/{name}.parquet"


def availability(dataset: str) -> str:
    """Which clips could be had, and why others could not."""
    return f"data/{dataset}/availability.parquet"


def text_table(dataset: str, name: str) -> str:
    """One of `artifacts.TEXT_TABLES`: of captions and phrases, their words."""
    return f"data/{dataset}/text/{name}.parquet"


def manifest(dataset: str, kind: str, split: str) -> str:
    """The digests of a split's shards of clips, or of `features-FRONT_END`."""
    return f"data/{dataset}/manifests/{kind}-{split}.json"


def run_folder(dataset: str, variant: str, seed: int | str) -> str:
    """Where a run's model and measures lie."""
    return f"results/{dataset}/runs/{variant}/seed-{seed}"
