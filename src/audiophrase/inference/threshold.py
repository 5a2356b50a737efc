"""From which similarity on a phrase counts as heard, chosen on the validation split.

Min-max lets every phrase reach one somewhere, so it cannot say that a phrase is not heard at all. The
similarity of equation 5 before min-max can: it is compared with a threshold at which, on the
validation split, F1 is best over the frames of two kinds of clip-phrase pairs:

- each clip's own phrases, whose annotated frames are to be detected;
- as many impostors, phrases of other clips of which not all words stand in the clip's own captions
  or phrases: none of their frames is.

Captions without phrases have no such frames. There the pairs are of clips and captions, own and impostor,
their scores those of equation 3, the mean over all frames and words: the threshold then is one of a
whole clip's mean, and as one of frames it is rough.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from audiophrase.evaluate import sed

FRAMES, CLIPS = "frames", "clips"  # what F1 was taken over


@dataclass(frozen=True, slots=True)
class Threshold:
    """The similarity from which on a phrase counts as heard, and how well that went."""

    similarity: float
    basis: str  # FRAMES or CLIPS
    f1: float  # the next three at that threshold, on the validation split
    precision: float
    recall: float
    n_clips: int
    n_own: int  # clip-phrase pairs, or clip-caption pairs
    n_impostors: int


def impostors(
    own: Sequence[Sequence[str]], words: Mapping[str, frozenset], known: Sequence[frozenset]
) -> list[list[str]]:
    """For each clip as many phrases of other clips, those of its next neighbours first.

    Args:
        own: phrases (or captions) of each clip, by id.
        words: of each phrase.
        known: all words of each clip's own captions and phrases: a phrase made of such is none.
    """
    chosen: list[list[str]] = []
    for clip, of_clip in enumerate(own):
        others = (p for step in range(1, len(own)) for p in own[(clip + step) % len(own)])
        fitting = (p for p in others if words[p] and not words[p] <= known[clip])
        chosen.append([phrase for _, phrase in zip(of_clip, fitting, strict=False)])
    return chosen


def best(
    own: Sequence[tuple[np.ndarray, np.ndarray]],
    others: Iterable[np.ndarray],
    *,
    basis: str,
    n_clips: int,
) -> Threshold | None:
    """The threshold of the best F1; None where nothing is to be detected.

    Args:
        own: similarities and whether each is to be detected: (T,), (T,) bool.
        others: similarities of impostors, (T,) each.
    """
    others = list(others)
    scores = np.concatenate([*(scores for scores, _ in own), *others]) if own else np.zeros(0)
    active = np.zeros(len(scores), bool)
    if own:
        labels = np.concatenate([labels for _, labels in own])
        active[: len(labels)] = labels
    if not active.any():
        return None
    exact = sed.curve(scores, active)
    f1, similarity = sed.best_f1(exact)
    at = int(exact.f1.argmax())
    return Threshold(
        similarity,
        basis,
        f1,
        float(exact.precision[at]),
        float(exact.recall[at]),
        n_clips,
        len(own),
        len(others),
    )
