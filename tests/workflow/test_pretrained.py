"""docs/extending.md, "A pretrained network", followed on recordings: what it has to reach there."""

import pytest
import yaml
import yamnet_network
from recipes import RECIPES, merge
from snakemake_project import Project
from yamnet_network import GLOVE, RECORDINGS, needs_recordings

from audiophrase import tables
from audiophrase.splits import SPLITS

RUN = "results/mine/runs/yamnet/seed-1"


@pytest.mark.long
@needs_recordings
def test_a_small_head_over_frozen_frames_grounds_phrases_in_recordings(tmp_path):
    """Three seeds had R@1 .60 to .62 and .65 to .66 and an AP of .72 to .73 (docs/extending.md)."""
    archive = yamnet_network.archive()
    params = {
        "build": ["mine"],
        "datasets": {
            "mine": {
                "title": "Soundscapes of recordings",
                "clips": "local",
                "shards": {"train": 7, "val": 1, "test": 1},
                "annotations": {"files": {s: str(RECORDINGS / f"{s}.json") for s in SPLITS}},
                "retrieve": {"folder": str(RECORDINGS / "audio")},
                "text": {"vectors": "file", "vectors_file": str(GLOVE)},
                "train": {"max_epochs": 30},
            }
        },
    }
    example = RECIPES["A pretrained network"].partition("```yaml\n")[2].partition("```")[0]
    project = Project.create(tmp_path / "project", merge(params, yaml.safe_load(example)))
    network = project.folder / "cache/yamnet.onnx"
    network.parent.mkdir(exist_ok=True)
    network.write_bytes(yamnet_network.script().network(archive).SerializeToString())
    project.build(f"{RUN}/retrieval.json", f"{RUN}/sed.json")

    retrieval = tables.read_json(project.folder / RUN / "retrieval.json")
    assert retrieval["audio_to_caption"]["r1"]["mean"] > 0.55
    assert retrieval["caption_to_audio"]["r1"]["mean"] > 0.6
    measures = tables.read_json(project.folder / RUN / "sed.json")["measures"]
    assert measures["mean"]["average_precision"] > 0.68 > measures["random"]["average_precision"]
