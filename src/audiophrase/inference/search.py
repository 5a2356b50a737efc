"""Which recordings, and which part of each, suit a text: equation 3 over windows of a clip's length."""

import os
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from audiophrase.errors import AudiophraseError
from audiophrase.inference.windows import OVERLAP, windows
from audiophrase.model.similarity import bags_of_words, similarity_matrix

COLUMNS = ("text", "rank", "file", "score", "onset_s", "offset_s", "problem")
# The endings of files that libsndfile or FFmpeg may read; others are not looked at.
ENDINGS = frozenset(
    [
        *(".aac", ".aif", ".aifc", ".aiff", ".au", ".caf", ".flac", ".m4a", ".mka", ".mkv", ".mp3"),
        *(".mp4", ".oga", ".ogg", ".opus", ".rf64", ".w64", ".wav", ".webm", ".wma"),
    ]
)


class LeftOutWarning(UserWarning):
    """A part of a folder that is not searched."""


class Window(NamedTuple):
    """A part of a recording, and how well a text suits it."""

    score: float
    onset_s: float
    offset_s: float

    def within(self, duration_s: float) -> "Window":
        """The same, no longer than the recording: the last frame is centred on its end."""
        return self._replace(offset_s=min(self.offset_s, duration_s))


def best_windows(
    pieces: Iterable[np.ndarray],
    hop_s: float,
    texts: Sequence[Tensor],
    *,
    window_s: float,
    score: str = "mean",
) -> list[Window]:
    """The best window of a recording for each text, of equal ones the earliest.

    A recording that is not longer than one and a half windows is one; else they overlap by half.

    Args:
        pieces: frame embeddings (n, D), one following the other.
        texts: word vectors (N, D) of length one each.
        score: as in `similarity_matrix`.
    """
    vocabulary, bags = _bags(texts)
    best = [Window(-np.inf, 0.0, 0.0)] * len(texts)
    n_window = max(1, round(window_s / hop_s))
    step = max(1, int(n_window * (1 - OVERLAP)))
    for first, frames in windows(pieces, window=n_window, step=step):
        scores = similarity_matrix(
            torch.from_numpy(frames)[None],
            torch.tensor([len(frames)]),
            vocabulary,
            bags,
            score=score,
        )[0].tolist()
        where = first * hop_s, (first + len(frames)) * hop_s
        best = [
            Window(new, *where) if new > old.score else old
            for new, old in zip(scores, best, strict=True)
        ]
    return best


def ranked(
    texts: Sequence[str],
    best: Mapping[str, Sequence[Window]],
    problems: Mapping[str, str],
) -> pd.DataFrame:
    """Files by score for each text, those of equal score by name; behind them what could not be read.

    Args:
        best: of each file the best window for each text.
        problems: why other files have none.
    """
    rows = []
    for number, text in enumerate(texts):
        order = sorted(best, key=lambda name: (-best[name][number].score, name))
        for rank, name in enumerate(order, start=1):
            rows.append((text, rank, name, *best[name][number], None))
        rows += [
            (text, None, name, None, None, None, why) for name, why in sorted(problems.items())
        ]
    # Objects: names of files are any bytes, which columns of text do not hold.
    table = pd.DataFrame(rows, columns=COLUMNS, dtype=object)
    return table.astype({"rank": "Int64", "score": float, "onset_s": float, "offset_s": float})


def audio_files(folder: Path) -> Iterator[Path]:
    """Files with the ending of audio below a folder, in the order of their names; links to folders
    are not followed, hidden files and folders left out. Folders that cannot be read are warned of
    (`LeftOutWarning`).

    Raises:
        AudiophraseError: there is no such folder, or no such file in it.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise AudiophraseError(f"there is no folder {folder}", "check its name")
    chosen = []
    for parent, folders, files in os.walk(folder, onerror=_left_out):
        folders[:] = [name for name in folders if not name.startswith(".")]
        chosen += [
            Path(parent) / name
            for name in files
            if not name.startswith(".") and Path(name).suffix.lower() in ENDINGS
        ]
    if not chosen:
        raise AudiophraseError(
            f"no file below {folder} has the ending of audio",
            f"known: {', '.join(sorted(ENDINGS))}",
        )
    return iter(sorted(chosen))


def _left_out(error: OSError) -> None:
    what = f"{error.filename} cannot be read and is left out: {error.strerror}"
    warnings.warn(what, LeftOutWarning, stacklevel=4)


def _bags(texts: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
    """All texts' words as one vocabulary (V, D), and each text's share of them (Q, V)."""
    words: dict[bytes, int] = {}
    ids = [[words.setdefault(row.tobytes(), len(words)) for row in text.numpy()] for text in texts]
    vocabulary = torch.from_numpy(
        np.stack([np.frombuffer(row, np.float32) for row in words]).copy()
    )
    return vocabulary, bags_of_words(ids)[1]
