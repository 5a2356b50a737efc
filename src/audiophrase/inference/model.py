"""A trained model, used on any audio and any words.

>>> model = audiophrase.load(BUNDLE)
>>> grounding = model.ground("street.wav", ["a dog barks", "rain falls"])
>>> list(grounding.segments)
['phrase', 'onset_s', 'offset_s', 'score']
"""

import math
import os
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from numbers import Real
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from audiophrase.errors import AudiophraseError
from audiophrase.inference import bundle, runs, search
from audiophrase.inference.audio import Audio, opened
from audiophrase.inference.calibration import AGGREGATIONS
from audiophrase.inference.contents import Contents
from audiophrase.inference.listening import Listener
from audiophrase.inference.results import Embedding, Grounding, Stream, grounding
from audiophrase.inference.samples import AudioError
from audiophrase.inference.threshold import Threshold
from audiophrase.inference.words import Text, UnknownWordsWarning, Vocabulary, WordsError
from audiophrase.model.similarity import frame_phrase_similarity, frame_word_similarity
from audiophrase.settings import structure


class Model:
    """A trained encoder with its front end and its words."""

    def __init__(self, contents: Contents, device: str = "auto") -> None:
        self.about = contents.about
        self.window_s = contents.window_s
        self.score = structure(contents.settings, "train").score
        # Given each stream, gives the one that is read: for whoever shows progress.
        self.watch: Callable[[Stream], Stream] = lambda stream: stream
        self.vocabulary = Vocabulary(contents.vocabulary, contents.settings, contents.more)
        self._contents = contents
        self._listener = Listener(contents, self.vocabulary.n_dimensions, device)

    def __repr__(self) -> str:
        about = self.about
        return f"<audiophrase model of {about.dataset}, {about.variant}, seed {about.seed}>"

    @property
    def digest(self) -> str:
        """The same digest, the same frames of a recording."""
        return self._contents.digest

    def ground(
        self,
        audio: Audio,
        phrases: Sequence[str] | str,
        sample_rate_hz: int | None = None,
        threshold: float | None = None,
        *,
        aggregation: str = "mean",
    ) -> Grounding:
        """When each of some phrases is heard.

        Words that the model does not know are warned of (`UnknownWordsWarning`).

        Args:
            audio: a path, a file's bytes, samples (n,) or (n, n_channels), or an iterator of these.
            phrases: such as "a dog barks"; one that stands there twice is taken once.
            sample_rate_hz: of samples.
            threshold: the similarity (not the score) from which on a phrase counts as heard; None:
                the one at which F1 was best on the validation split (`inference.threshold`).
            aggregation: of a phrase's words, `mean` or `max`.

        Raises:
            AudioError: the audio cannot be read, is too short, or has NaN samples.
            WordsError: the model knows no word of a phrase.
            AudiophraseError: the threshold is no number; none was given, and none could be chosen.
        """
        texts = self._texts(phrases)
        if aggregation not in AGGREGATIONS:
            raise AudiophraseError(
                f"there is no aggregation {aggregation!r}", f"known: {', '.join(AGGREGATIONS)}"
            )
        if threshold is None:
            heard_from = self.threshold(aggregation).similarity
        elif isinstance(threshold, Real) and math.isfinite(threshold):
            heard_from = float(threshold)
        else:
            raise AudiophraseError(
                f"the threshold {threshold!r} is no similarity", "give a finite number, such as 0.4"
            )
        curves: list[list[np.ndarray]] = [[] for _ in texts]
        with self.stream(audio, sample_rate_hz) as stream:
            for _, frames in stream.pieces:
                piece = torch.from_numpy(frames)
                for text, curve in zip(texts, curves, strict=True):
                    similar = frame_word_similarity(piece, text.vectors).numpy()
                    curve.append(
                        frame_phrase_similarity(similar, aggregation=aggregation, min_max=False)
                    )
        similarities = [np.concatenate(curve) for curve in curves]
        return grounding(texts, similarities, stream, heard_from)

    def embed(self, audio: Audio, sample_rate_hz: int | None = None) -> Embedding:
        """The embedding of every frame: of one hour at 20 ms and D = 300 that is 216 MB.

        `stream` gives the same in pieces.
        """
        with self.stream(audio, sample_rate_hz) as stream:
            frames = np.concatenate([piece for _, piece in stream.pieces])
        return Embedding(frames, stream.hop_s, stream.duration_s, stream.notes())

    def search(self, texts: Sequence[str] | str, folder: str | os.PathLike) -> pd.DataFrame:
        """The audio files below a folder by how well each text fits them.

        A file's score is that of a clip and a caption (equation 3, or what the model was trained
        with), in a file longer than a clip that of its best window of a clip's length.

        Returns:
            text, rank (1 is the best), file (relative), score, onset_s and offset_s of the best
            window; files that could not be read come last, without rank, `problem` saying why.
        """
        chosen = self._texts(texts)
        best: dict[str, list[search.Window]] = {}
        problems: dict[str, str] = {}
        root = Path(folder)
        for path in search.audio_files(root):
            name = path.relative_to(root).as_posix()
            try:
                with self.stream(path) as stream:
                    pieces = (piece for _, piece in stream.pieces)
                    of_file = self.best_windows(pieces, stream.hop_s, chosen)
                if stream.is_silent:
                    problems[name] = "silent"
                else:
                    best[name] = [window.within(stream.duration_s) for window in of_file]
            except AudioError as error:
                problems[name] = error.problem
        return search.ranked([text.text for text in chosen], best, problems)

    def text_vectors(self, text: str) -> Text:
        """A phrase or caption as word vectors (N, D) of length one, with its unknown words.

        Raises:
            WordsError: it has no word that the model knows.
        """
        (words,) = self._texts([text])
        return words

    def best_windows(
        self, pieces: Iterator[np.ndarray], hop_s: float, texts: Sequence[Text]
    ) -> list["search.Window"]:
        """The window of a recording that suits each text best.

        Args:
            pieces: frame embeddings (n, D), one following the other, as `stream` gives them or as
                they were stored.
        """
        return search.best_windows(
            pieces,
            hop_s,
            [text.vectors for text in texts],
            window_s=self.window_s,
            score=self.score,
        )

    def threshold(self, aggregation: str = "mean") -> Threshold:
        """The similarity from which on a phrase counts as heard, chosen on validation.

        Of a run's folder it is chosen when it is first asked for, which encodes its validation split.

        Raises:
            AudiophraseError: nothing is here that it could be chosen on.
        """
        chosen = self._contents.thresholds().get(aggregation)
        if chosen is None:
            raise AudiophraseError(
                f"{self._contents.name} has no threshold: features, captions and phrases of the "
                "validation split were not there to choose it on",
                "give one (threshold=…), or make the data set's validation split and export again",
            )
        return chosen

    def _texts(self, texts: Sequence[str] | str) -> list[Text]:
        """Of who called the method that calls this, unknown words are warned of."""
        chosen = list(map(self.vocabulary.text, _listed(texts)))
        for text in chosen:
            if text.remark:
                warnings.warn(text.remark, UnknownWordsWarning, stacklevel=3)
        return chosen

    @contextmanager
    def stream(self, audio: Audio, sample_rate_hz: int | None = None) -> Iterator[Stream]:
        """Frame embeddings in pieces, for audio of any length.

        Raises:
            AudioError: while pieces are taken, as soon as something is wrong.
        """
        with opened(audio, sample_rate_hz) as recording:
            yield self.watch(self._listener.stream(recording))


def load(
    path: str | os.PathLike, device: str = "auto", *, network: str | os.PathLike | None = None
) -> Model:
    """A bundle's model, or a run's (see `audiophrase.load`)."""
    folder = Path(path)
    if bundle.is_bundle(folder):
        if network is not None:
            raise AudiophraseError(
                f"{folder} is a bundle, which has its network within itself", "leave out network"
            )
        return Model(bundle.read(folder), device)
    if runs.is_run(folder):
        return Model(runs.read(folder, None if network is None else Path(network)), device)
    what = "there is no model in" if folder.is_dir() else "there is no folder"
    raise AudiophraseError(f"{what} {folder}", runs.REMEDY)


def _listed(texts: Sequence[str] | str) -> list[str]:
    if isinstance(texts, bytes) or not isinstance(texts, Iterable):
        raise WordsError(f"{texts!r} is no text", "give phrases as strings")
    listed = [texts] if isinstance(texts, str) else list(dict.fromkeys(texts))
    if not listed:
        raise AudiophraseError("no phrase was given", "give some, such as 'a dog barks'")
    return listed
