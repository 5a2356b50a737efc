"""Curves of similarity, cut into the segments that reach a threshold."""

from collections.abc import Iterator

import numpy as np

Segment = tuple[float, float, float]  # onset in s, offset in s, the highest value within


def above(
    values: np.ndarray, threshold: float, hop_s: float, duration_s: float
) -> Iterator[Segment]:
    """The runs of frames that reach a threshold: (T,).

    As annotated segments become frames (`evaluate.sed.frame_labels`): frames `first` up to but not
    including `end` are heard from `first` hops to `end` hops, and no longer than the recording is.
    """
    active = np.concatenate([[False], values >= threshold, [False]])
    edges = np.flatnonzero(np.diff(active))
    for first, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        onset_s = min(first * hop_s, duration_s)
        yield onset_s, min(end * hop_s, duration_s), float(values[first:end].max())
