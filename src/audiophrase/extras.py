"""What an installation may lack: packages that using a model does without, and who brings them.

`pip install audiophrase` brings what it takes to use a model. The extras of pyproject.toml bring the
rest (a test compares them with what stands here).
"""

import importlib.util

from audiophrase.errors import AudiophraseError

PIPELINE = "pipeline"
# The name under which a package is imported -> the smallest extra that brings it.
EXTRAS = {
    "matplotlib": "plot",
    "onnxruntime": "onnx",
    **dict.fromkeys(
        (
            "av",
            "deno",
            "dvc",
            "gensim",
            "jinja2",
            "jsonschema",
            "requests",
            "snakemake",
            "snakemake_interface_logger_plugins",
            "urllib3",
            "yaml",
            "yt_dlp",
            "yt_dlp_ejs",
        ),
        PIPELINE,
    ),
}


def has(package: str) -> bool:
    """Whether a package is installed; it is not loaded."""
    try:
        return importlib.util.find_spec(package) is not None
    except ModuleNotFoundError:
        return False


def needed(what: str, package: str, extra: str) -> AudiophraseError:
    """The error that says what to install: `what` needs `package`, which `extra` brings."""
    return AudiophraseError(
        f"{what} needs {package}, which is not installed", f"pip install 'audiophrase[{extra}]'"
    )


def explain(error: ImportError) -> AudiophraseError | None:
    """What a failed import means to a user; None where no extra of ours brings what is missing."""
    package = (error.name or "").partition(".")[0]
    if not isinstance(error, ModuleNotFoundError) or package not in EXTRAS:
        return None
    return needed("this", package, EXTRAS[package])
