"""A caption grammar: clips of one to three sound events, told in words with exact times.

A clip is a sequence of stages. Events of one stage overlap, stages follow one another, and a
caption says so: connectives of simultaneity inside a stage, connectives of order between stages.
Captions of one clip are paraphrases, so they share events and times and differ in wording only.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from audiophrase.annotations.forms.audiogrounding_v1 import COLUMNS
from audiophrase.annotations.kinds import KINDS, Kind
from audiophrase.splits import SPLITS

SIMULTANEOUS = ("while", "as", "and")
SUCCESSIVE = ("followed by", "then", "and then", "before")
# English asks for "followed by a dog barking" but "while a dog barks"; the others take either.
_BEFORE_PARTICIPLE = ("followed by",)
_BEFORE_CLAUSE = ("while", "as", "before")

# What may follow the phrase of a lone event, which has no connective to vary.
_LONE_TAILS = ("", "for a while", "and nothing else", "on its own")
# Stage sizes of a clip, and how often each layout is drawn: 2.05 events a clip.
_LAYOUTS = ((1,), (2,), (1, 1), (3,), (2, 1), (1, 2), (1, 1, 1))
_LAYOUT_ODDS = (0.20, 0.275, 0.275, 0.05, 0.075, 0.075, 0.05)
_YOUTUBE_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_"
_N_FREE_ID_CHARACTERS = 7  # of 11: the first four spell "demo"
_MAX_SEGMENTS = 4
_MIN_SEGMENT_PITCH_S = 1.2  # segment and pause together: shorter ones would hide the rhythm
_MAX_DISTINCT_DRAWS = 50  # attempts at an unused wording before a repeated caption is accepted


@dataclass(frozen=True)
class _Event:
    kind: Kind
    segments_s: list[list[float]]


def generate(
    *,
    n_clips: Mapping[str, int],
    captions_per_clip: Mapping[str, int],
    duration_s: float,
    seed: int,
) -> dict[str, dict[str, dict[str, object]]]:
    """Annotations of every split as AudioGrounding v1 columns: split -> column -> row -> value.

    One row for each phrase of each caption; row numbers run on from train through val to test.
    Each split has a random stream of its own, so its clips do not depend on the others' sizes.
    """
    if not 0 < duration_s < math.inf:
        raise ValueError(f"duration_s must be positive and finite, got {duration_s}")
    for name, counts in (("n_clips", n_clips), ("captions_per_clip", captions_per_clip)):
        if set(counts) != set(SPLITS) or min(counts.values()) < 0:
            raise ValueError(f"{name} needs a count >= 0 for each of {SPLITS}, got {dict(counts)}")
    annotations: dict[str, dict[str, dict[str, object]]] = {}
    n_rows = n_captions = 0
    for split_index, split in enumerate(SPLITS):
        rng = np.random.default_rng(np.random.SeedSequence([seed, split_index]))
        filenames = _draw_filenames(n_clips[split], split_index, duration_s, rng)
        deck = _Deck(rng)
        columns: dict[str, dict[str, object]] = {column: {} for column in COLUMNS}
        for filename in filenames:
            stages = _draw_stages(deck, duration_s, rng)
            for tokens, mentions in _draw_captions(stages, captions_per_clip[split], rng):
                for phrase, start_word, segments_s in mentions:
                    values = (
                        n_captions,
                        filename,
                        " ".join(tokens),
                        list(tokens),
                        phrase,
                        start_word,
                        [list(segment) for segment in segments_s],
                    )
                    for column, value in zip(COLUMNS, values, strict=True):
                        columns[column][str(n_rows)] = value
                    n_rows += 1
                n_captions += 1
        annotations[split] = columns
    return annotations


class _Deck:
    """Deals kinds from shuffled decks, so that every kind is dealt about equally often."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._left: list[Kind] = []

    def deal(self, n_kinds: int) -> list[Kind]:
        """The next kinds, all different."""
        hand: list[Kind] = []
        while len(hand) < n_kinds:
            # A kind already in hand can lead the fresh deck: it waits for the next clip.
            card = next((kind for kind in self._left if kind not in hand), None)
            if card is None:
                self._left += [KINDS[i] for i in self._rng.permutation(len(KINDS))]
            else:
                self._left.remove(card)
                hand.append(card)
        return hand


def _draw_filenames(
    n_clips: int, split_index: int, duration_s: float, rng: np.random.Generator
) -> list[str]:
    n_ids = len(_YOUTUBE_ALPHABET) ** _N_FREE_ID_CHARACTERS // len(SPLITS)
    numbers: dict[int, None] = {}
    while len(numbers) < n_clips:
        # Residues tell the splits apart: no identifier can recur, though streams are independent.
        numbers[int(rng.integers(n_ids)) * len(SPLITS) + split_index] = None
    starts_s = 10.0 * rng.integers(0, 40, n_clips)
    return [
        f"demo{_spell(number)}_{start_s:.3f}_{start_s + duration_s:.3f}.wav"
        for number, start_s in zip(numbers, starts_s, strict=True)
    ]


def _spell(number: int) -> str:
    """A number in base 64, least significant digit first, in a video identifier's characters."""
    letters = []
    for _ in range(_N_FREE_ID_CHARACTERS):
        number, digit = divmod(number, len(_YOUTUBE_ALPHABET))
        letters.append(_YOUTUBE_ALPHABET[digit])
    return "".join(letters)


def _draw_stages(deck: _Deck, duration_s: float, rng: np.random.Generator) -> list[list[_Event]]:
    sizes = _LAYOUTS[rng.choice(len(_LAYOUTS), p=_LAYOUT_ODDS)]
    kinds = iter(deck.deal(sum(sizes)))
    shares = rng.uniform(0.8, 1.2, len(sizes))
    bounds_s = np.concatenate([[0.0], np.cumsum(shares) / shares.sum() * duration_s])
    return [
        [
            _Event(kind, _draw_segments(kind, bounds_s[i], bounds_s[i + 1], duration_s, rng))
            for kind in (next(kinds) for _ in range(size))
        ]
        for i, size in enumerate(sizes)
    ]


def _draw_segments(
    kind: Kind, start_s: float, end_s: float, duration_s: float, rng: np.random.Generator
) -> list[list[float]]:
    """Segments of one event inside its stage; its extent always covers the stage's middle."""
    # More than half of the stage, so that events of one stage must overlap.
    extent_s = rng.uniform(0.55, 0.95) * (end_s - start_s)
    onset_s = start_s + rng.uniform() * (end_s - start_s - extent_s)
    n_segments = 1
    if not kind.sustained:
        n_segments += rng.integers(min(_MAX_SEGMENTS, 1 + int(extent_s / _MIN_SEGMENT_PITCH_S)))
    parts = rng.uniform(1.0, 2.0, 2 * n_segments - 1)  # segment, pause, segment, ..., segment
    edges_s = onset_s + extent_s * np.concatenate([[0.0], np.cumsum(parts)]) / parts.sum()
    # Rounding down keeps 5 decimals inside the clip, whatever the decimals of its duration.
    edges = [math.floor(edge_s * 1e5) / 1e5 for edge_s in np.minimum(edges_s, duration_s)]
    return [[edges[i], edges[i + 1]] for i in range(0, len(edges), 2)]


_Mention = tuple[str, int, list[list[float]]]  # phrase, index of its first token, segments


def _draw_captions(
    stages: Sequence[Sequence[_Event]], n_captions: int, rng: np.random.Generator
) -> list[tuple[list[str], list[_Mention]]]:
    """Captions of one clip, worded differently for as long as the grammar has other words."""
    captions: list[tuple[list[str], list[_Mention]]] = []
    for _ in range(n_captions):
        for _ in range(_MAX_DISTINCT_DRAWS):
            tokens, mentions = _draw_caption(stages, rng)
            if all(tokens != other for other, _ in captions):
                break
        captions.append((tokens, mentions))
    return captions


def _draw_caption(
    stages: Sequence[Sequence[_Event]], rng: np.random.Generator
) -> tuple[list[str], list[_Mention]]:
    tokens: list[str] = []
    mentions: list[_Mention] = []
    for stage in stages:
        # Nothing orders simultaneous events, so a caption may name them in any order.
        for position, i in enumerate(rng.permutation(len(stage))):
            connective = ""
            if tokens:
                connectives = SIMULTANEOUS if position else SUCCESSIVE
                connective = connectives[rng.integers(len(connectives))]
                tokens += connective.split()
            phrases = _phrases_after(connective, stage[i].kind)
            phrase = phrases[rng.integers(len(phrases))]
            mentions.append((phrase, len(tokens), stage[i].segments_s))
            tokens += phrase.split()
    if len(mentions) == 1:
        tokens += _LONE_TAILS[rng.integers(len(_LONE_TAILS))].split()
    return tokens, mentions


def _phrases_after(connective: str, kind: Kind) -> list[str]:
    """The phrases of a kind that are grammatical after a connective ("" opens a caption)."""

    def has_participle(phrase: str) -> bool:
        return any(word.endswith("ing") for word in phrase.split())

    return [
        phrase
        for phrase in kind.phrases
        if not (connective in _BEFORE_PARTICIPLE and not has_participle(phrase))
        and not (connective in _BEFORE_CLAUSE and has_participle(phrase))
    ]
