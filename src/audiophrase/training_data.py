"""What training and evaluation read: clips with features, and captions as words with vectors."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import torch
from torch import Tensor
from torch.nn import functional as F

from audiophrase import tables
from audiophrase.amounts import counted
from audiophrase.checkpoints import load_model
from audiophrase.device import choose_device, set_up
from audiophrase.errors import ArtifactError, ParamsError
from audiophrase.features.shards import column_of_frames, extent, frame_size, read_shard
from audiophrase.model.encoders import Encoder, build_encoder
from audiophrase.named import require
from audiophrase.settings import Settings, structure
from audiophrase.train import Pairs
from audiophrase.unpacked import Unpacked

BYTES_PER_VALUE = 4  # float32
HOW_UNKNOWN = "unk"  # how a word without any vector was found, in the vocabulary


@dataclass(frozen=True, slots=True)
class Clips:
    """Clips with features, in the order of the shards, and the ids of all clips of these shards."""

    ids: list[str]
    all_ids: set[str]
    features: Sequence[Tensor]  # (T, F) each
    hops_s: list[float]
    n_values: int  # F, of a frame; 0 where no clip has any

    def select(self, numbers: Sequence[int]) -> "Clips":
        """Some of the clips, in this order."""
        return replace(
            self,
            ids=[self.ids[number] for number in numbers],
            features=_select(self.features, numbers),
            hops_s=[self.hops_s[number] for number in numbers],
        )


def read_clips(
    shards: Sequence[Path], settings: Settings, *, unpack_in: Path | None = None
) -> Clips:
    """Features of all clips that have any, read shard by shard, into memory.

    If `unpack_in`, into a file in that folder, out of which each is read when it is asked for: the
    batches of training are drawn from all shards.

    Raises:
        ArtifactError: a shard is not what it should be.
        ParamsError: a clip has fewer frames than the encoder needs.
    """
    n_values = frame_size(shards)
    features: list[Tensor] | Unpacked = []
    if unpack_in is not None:
        features = Unpacked.empty(unpack_in, n_bytes_of_features(shards))
    clips = Clips([], set(), features, [], n_values)
    shortest = (math.inf, "")
    keep = torch.tensor if unpack_in is None else lambda frames: frames
    for shard in shards:
        table = read_shard(shard, settings)
        column = table[column_of_frames(table)]
        clips.all_ids.update(table["clip_id"].to_pylist())
        for index, n_frames in enumerate(table["n_frames"].to_pylist()):
            if not n_frames:
                continue
            values = column[index].values.to_numpy()
            if values.size != n_frames * n_values:
                raise ArtifactError(f"{shard}: row {index} is not {n_frames} x {n_values} values")
            clips.ids.append(table["clip_id"][index].as_py())
            features.append(keep(values.reshape(n_frames, n_values)))
            clips.hops_s.append(table["hop_s"][index].as_py())
            shortest = min(shortest, (n_frames, clips.ids[-1]))
    if clips.ids and "train" in settings:
        _require_enough_frames(*shortest, settings)
    return clips


def _require_enough_frames(n_frames: int, clip_id: str, settings: Settings) -> None:
    """Refuse what the encoder cannot take of the shortest clip. Raises ParamsError.

    What params.yaml tells was checked before any job; how many frames a network makes it does not.
    """
    name = structure(settings, "train").encoder
    params = structure(settings, f"train.{name}")
    require(type(params), "problems")
    for problem, remedy in params.problems(n_features=None, n_dimensions=None, n_frames=n_frames):
        raise ParamsError(f"clip {clip_id}: {problem}", remedy)


def read_clips_within(
    shards: Sequence[Path], settings: Settings, *, resident_mb: int, cache: Path
) -> Clips:
    """`read_clips`, unpacked in the folder `cache` where the features are larger than that (MB)."""
    fits = n_bytes_of_features(shards) <= resident_mb * 1e6
    return read_clips(shards, settings, unpack_in=None if fits else cache)


def n_bytes_of_features(shards: Sequence[Path]) -> int:
    """The size of the features in memory, from what the shards say of themselves."""
    return extent(shards)[1] * BYTES_PER_VALUE


def _select(features: Sequence[Tensor], numbers: Sequence[int]) -> Sequence[Tensor]:
    if isinstance(features, Unpacked):
        return features.select(numbers)
    return [features[number] for number in numbers]


def resident(pairs: Pairs, device: torch.device) -> Pairs:
    """The same pairs, with their clips on the device, once for all epochs."""
    return replace(pairs, features=[of_clip.to(device) for of_clip in pairs.features])


def read_vectors(vocabulary: Path, settings: Settings) -> Tensor:
    """Vectors of the vocabulary, scaled to length one: (V, D)."""
    table = tables.read(vocabulary, stage="text.vocabulary", settings=settings)
    vectors = np.stack(table["vector"].to_numpy())
    return F.normalize(torch.from_numpy(vectors), dim=1)


def read_word_ids(
    path: Path, key: str, vocabulary: Path, settings: Settings
) -> dict[str, list[int]]:
    """Word ids by caption or phrase id; `key` is caption_id or phrase_id.

    Words that have no vector of their own are there or not as `train.unknown_words` says.
    """
    table = tables.read(path, stage=f"text.{key.removesuffix('_id')}s", settings=settings)
    ids_of = dict(zip(table[key].to_pylist(), table["word_ids"].to_pylist(), strict=True))
    if structure(settings, "train").unknown_words == "shared":
        return ids_of
    # Departure: the released code gives all of them one vector (`train.unknown_words`).
    words = tables.read(vocabulary, stage="text.vocabulary", settings=settings)
    rows = zip(words["word_id"].to_pylist(), words["how"].to_pylist(), strict=True)
    known = {word_id for word_id, how in rows if how != HOW_UNKNOWN}
    return {name: [word for word in ids if word in known] for name, ids in ids_of.items()}


def read_encoder(
    model: Path, model_json: Path, n_dimensions: int, settings: Settings, device: str
) -> Encoder:
    """The trained encoder, checked against its description and the settings of training.

    `device` is the name of the one to put it on; the process is set up for exact results there.
    """
    chosen = choose_device(device)
    set_up(chosen, deterministic=True)
    description = tables.read_json(model_json)
    if not isinstance(description, dict) or not {"settings", "sha256", "n_features"} <= set(
        description
    ):
        raise ArtifactError(f"{model_json} does not describe a model", tables.REMAKE)
    made_with = description["settings"]
    if any(settings.get(name) != section for name, section in made_with.items()):
        raise ArtifactError(f"{model} was trained with other parameters than these", tables.REMAKE)
    encoder = untrained_encoder(description["n_features"], n_dimensions, settings)
    return load_model(model, encoder, sha256=description["sha256"]).to(chosen)


def untrained_encoder(n_features: int, n_dimensions: int, settings: Settings) -> Encoder:
    """The encoder that `train.encoder` names, for frames of F values and vectors of D.

    Raises:
        ParamsError: it cannot encode such frames.
    """
    name = structure(settings, "train").encoder
    params = structure(settings, f"train.{name}")
    require(type(params), "problems")
    for problem, remedy in params.problems(n_features=n_features, n_dimensions=n_dimensions):
        raise ParamsError(problem, remedy)
    return build_encoder(name, n_features, n_dimensions, params)


def read_rows(path: Path, stage: str, split: str, clips: Clips) -> list[dict]:
    """Rows of captions or phrases of the clips with audio; every clip must have features or not.

    Raises:
        ArtifactError: the features' shards do not know a clip of the split.
    """
    table = tables.read(path, stage=stage)
    rows = table.filter(pc.equal(table["split"], split)).to_pylist()
    unknown = {row["clip_id"] for row in rows} - clips.all_ids
    if unknown:
        raise ArtifactError(
            f"the features of the split {split} have no row of clip {min(unknown)}",
            "delete that split's shards of features and run the same command again",
        )
    with_audio = set(clips.ids)
    return [row for row in rows if row["clip_id"] in with_audio]


def pairs_of(
    clips: Clips,
    split: str,
    captions: Path,
    word_ids: dict[str, list[int]],
    *,
    say: Callable[[str], None],
) -> Pairs:
    """The clips of a split that have captions, and all their pairs.

    Captions without a single word are left out, and `say` is told: they say nothing of their clip.
    """
    at_hand = {clip_id: number for number, clip_id in enumerate(clips.ids)}
    rows = read_rows(captions, "annotations.captions", split, clips)
    chosen = [row for row in rows if word_ids[row["caption_id"]]]
    if n_left_out := len(rows) - len(chosen):
        n_clips = len({row["clip_id"] for row in rows} - {row["clip_id"] for row in chosen})
        say(
            f"{split}: without a word and so left out: {counted(n_left_out, 'caption')}, and with "
            f"them {counted(n_clips, 'clip')} without any other"
        )
    numbers = {clip_id: n for n, clip_id in enumerate(dict.fromkeys(r["clip_id"] for r in chosen))}
    if len(numbers) < 2:
        raise ArtifactError(
            f"the split {split} has {len(numbers) or 'no'} clip with audio and a caption: two are "
            "needed",
            "annotate more of them, or see availability.csv for why others could not be had",
        )
    return Pairs(
        features=_select(clips.features, [at_hand[clip_id] for clip_id in numbers]),
        clip_of_pair=[numbers[row["clip_id"]] for row in chosen],
        words_of_pair=[word_ids[row["caption_id"]] for row in chosen],
    )
