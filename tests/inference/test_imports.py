"""What using a model loads: none of the pipeline's tools, and nothing at all until it is asked for."""

import subprocess
import sys

LIBRARIES = "click dvc gensim jinja2 jsonschema librosa matplotlib onnxruntime requests snakemake yaml yt_dlp"
PROGRAM = """
import sys
import audiophrase
assert not {"numpy", "torch", "msgspec"} & set(sys.modules)
for name in sys.argv[1].split():
    sys.modules[name] = None  # as if it were not installed
import numpy
for folder in sys.argv[2:]:
    model = audiophrase.load(folder, "cpu")
    model.ground(numpy.ones(8000), ["a dog barks"], 16000, threshold=0.5)
"""


def test_a_model_does_without_the_pipelines_libraries(run, bundled):
    subprocess.run([sys.executable, "-c", PROGRAM, LIBRARIES, run, bundled], check=True)
