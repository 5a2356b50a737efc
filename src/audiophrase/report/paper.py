"""The numbers of the paper that ours stand beside (arXiv 2110.02939).

The precision, recall and F1 that the paper quotes at threshold 0.5 are not among them: they are not
known to us.
"""

TITLE = (
    "Unsupervised audio-caption aligning learns correspondences between individual sound events "
    "and textual phrases"
)
REFERENCE = "Xie, Räsänen, Drossos, Virtanen; ICASSP 2022"
ARXIV = "https://arxiv.org/abs/2110.02939"
DOI = "https://doi.org/10.48550/arXiv.2110.02939"

# Table 1: what the authors could still download ...
DATASET = {
    "train": {"clips": 4253, "captions": 4253, "phrases": 11732},
    "val": {"clips": 30, "captions": 150, "phrases": 439},
    "test": {"clips": 67, "captions": 335, "phrases": 1118},
}
# ... of the clips that AudioGrounding v1 annotates.
N_ANNOTATED = {"train": 4489, "val": 31, "test": 70}

# Table 2: mean and standard deviation over 20 draws of pools.
RETRIEVAL = {
    "audio_to_caption": {"r1": {"mean": 0.21, "sd": 0.04}, "r5": {"mean": 0.65, "sd": 0.05}},
    "caption_to_audio": {"r1": {"mean": 0.23, "sd": 0.04}, "r5": {"mean": 0.71, "sd": 0.04}},
}
POOL_SIZE = 30
N_REPEATS = 20

# What the authors of AudioGrounding report of their supervised baseline (Xu et al., ICASSP 2021).
DATA_SET_AUTHORS = {"event_f1": 0.283, "psds": 0.147}

ANNOTATIONS = "audiogrounding"  # the source of annotations that the paper's numbers are of


def stands_beside(annotations: str) -> bool:
    """Whether the paper's numbers are of the clips that come from this source of annotations."""
    return annotations == ANNOTATIONS
