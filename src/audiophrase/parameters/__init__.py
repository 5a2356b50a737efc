"""The sections of params.yaml, and what of them a job can be given: the keys that change its bytes."""

from dataclasses import fields

from audiophrase.annotations.parameters import Annotations, AudioGroundingParams, GrammarParams
from audiophrase.clips.parameters import ClipParams, RenderParams, Retrieve, RunParams
from audiophrase.evaluate.parameters import BootstrapParams, Evaluate, RetrievalParams, SedParams
from audiophrase.features.parameters import Features, LogMelParams
from audiophrase.model.parameters import (
    CRNNParams,
    InfoNCEParams,
    MLPParams,
    Train,
    TrainParams,
    TripletParams,
)
from audiophrase.report.parameters import FiguresParams
from audiophrase.text.parameters import (
    GoogleNewsParams,
    NormaliseParams,
    Text,
    TextParams,
    Word2VecParams,
)

# In the order of the stages.
DOCUMENT: dict[str, type] = {
    "annotations": Annotations,
    "retrieve": Retrieve,
    "features": Features,
    "text": Text,
    "train": Train,
    "evaluate": Evaluate,
    "figures": FiguresParams,
}

# What a variant may override: the other sections make what all variants share.
OVERRIDES_OF_VARIANTS = ("train", "evaluate")

SECTIONS: dict[str, type] = {
    "annotations.grammar": GrammarParams,
    "annotations.audiogrounding": AudioGroundingParams,
    "retrieve": ClipParams,
    "retrieve.render": RenderParams,
    "features": LogMelParams,
    "text": TextParams,
    "text.word2vec": Word2VecParams,
    "text.google_news": GoogleNewsParams,
    "text.normalise": NormaliseParams,
    "train": TrainParams,
    "train.crnn": CRNNParams,
    "train.mlp": MLPParams,
    "train.triplet": TripletParams,
    "train.infonce": InfoNCEParams,
    "evaluate.retrieval": RetrievalParams,
    "evaluate.sed": SedParams,
    "evaluate.bootstrap": BootstrapParams,
    "figures": FiguresParams,
}

# Keys that say how something is done and change no artifact, by section: nothing is made again for them.
RUN_ONLY = {
    "retrieve": frozenset(field.name for field in fields(RunParams)),
    "train": frozenset({"device", "resident_mb"}),
}
