"""Audio-caption alignment from clip-caption pairs alone, as a reproducible pipeline.

>>> model = audiophrase.load("bundle")  # doctest: +SKIP
>>> model.ground("street.wav", ["a dog barks"]).segments  # doctest: +SKIP
"""

from importlib import import_module

__version__ = "0.1.0"


def load(path, device="auto", *, network=None):
    """A trained model, to be used on any audio: see `audiophrase.inference.model.Model`.

    Args:
        path: the folder of a bundle (`audiophrase export`), or of a run that the pipeline made,
            `results/{dataset}/runs/{variant}/seed-{seed}`, with `data/{dataset}` beside it.
        device: `auto` (a GPU where PyTorch sees one), `cpu` or `cuda`.
        network: the ONNX file of a run whose front end is `onnx`; a bundle has it within itself.

    Raises:
        AudiophraseError: there is no model, or it is damaged.
    """
    # By its name: a job depends on all that this module imports, and would load PyTorch for it.
    return import_module("audiophrase.inference.model").load(path, device, network=network)
