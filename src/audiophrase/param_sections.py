"""The sections of params.yaml that jobs are given, as dataclasses: the keys that change their bytes."""

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class GrammarParams:
    seed: int
    duration_s: float
    n_clips: dict[str, int]
    captions_per_clip: dict[str, int]


@dataclass(frozen=True, slots=True)
class AudioGroundingParams:
    url: str
    sha256: dict[str, str]


@dataclass(frozen=True, slots=True)
class ClipParams:
    silent_below_dbfs: float
    short_by_s: float
    min_length_s: float


@dataclass(frozen=True, slots=True)
class RenderParams:
    seed: int
    sample_rate_hz: int
    n_withdrawn: dict[str, int]


@dataclass(frozen=True, slots=True)
class LogMelParams:
    window_s: float
    hop_s: float
    n_mels: int
    fmin_hz: float
    fmax_hz: float
    log_floor: float
    sample_rate_hz: int | None = None  # None, as in settings without it: each file's own rate


@dataclass(frozen=True, slots=True)
class OnnxParams:
    output: str | None  # None: the only one
    sample_rate_hz: int
    hop_s: float


@dataclass(frozen=True, slots=True)
class TextParams:
    vectors: str
    unk_seed: int


@dataclass(frozen=True, slots=True)
class Word2VecParams:
    n_dimensions: int
    window: int
    n_epochs: int
    n_negative: int
    learning_rate: float
    seed: int


@dataclass(frozen=True, slots=True)
class GoogleNewsParams:
    url: str
    md5: str


@dataclass(frozen=True, slots=True)
class NormaliseParams:
    split_dashes: bool
    capital_function_words: bool
    lemma: bool
    stem: bool
    corrections: dict[str, str]


@dataclass(frozen=True, slots=True)
class PlateauParams:
    factor: float
    patience: int
    threshold: float


@dataclass(frozen=True, slots=True)
class StoppingParams:
    rule: str
    patience: int
    window: int
    spread: float
    min_epochs: int


@dataclass(frozen=True, slots=True)
class ModelParams:
    n_channels: list[int]
    pooling: list[list[int] | None]
    pooling_norm: int
    leaky_slope: float
    dropout: float


@dataclass(frozen=True, slots=True)
class TrainParams:
    n_threads: int
    precision: str
    deterministic: bool
    batch_size: int
    max_epochs: int
    learning_rate: float
    margin: float
    score: str
    shuffle_pairs: bool
    unknown_words: str
    plateau: PlateauParams
    stopping: StoppingParams
    fixed_validation_impostors: bool
    model: ModelParams


@dataclass(frozen=True, slots=True)
class RetrievalParams:
    seed: int
    pool_size: int
    n_repeats: int
    ks: list[int]
    full_pool_ks: list[int]
    map_k: int


@dataclass(frozen=True, slots=True)
class ThresholdParams:
    first: float
    last: float
    step: float


@dataclass(frozen=True, slots=True)
class SedParams:
    seed: int
    aggregations: list[str]
    min_max: bool
    thresholds: ThresholdParams
    reported_threshold: float
    partial_below: float


@dataclass(frozen=True, slots=True)
class BootstrapParams:
    seed: int
    n_resamples: int
    confidence: float
    n_thresholds: int


@dataclass(frozen=True, slots=True)
class FiguresParams:
    dpi: int
    example_clip: int
    n_alignments: int


@dataclass(frozen=True, slots=True)
class RunParams:
    """How retrieval from YouTube goes about it: keys of `retrieve` that change no clip's bytes."""

    canaries: list[str]
    canary_every: int
    canary_s: float
    videos_per_hour: float
    jitter: float
    attempts: int
    backoff_s: float
    max_streak: int
    max_pause_s: float
    n_threads: int
    timeout_s: float


SECTIONS: dict[str, type] = {
    "annotations.grammar": GrammarParams,
    "annotations.audiogrounding": AudioGroundingParams,
    "retrieve": ClipParams,
    "retrieve.render": RenderParams,
    "features": LogMelParams,
    "features.onnx": OnnxParams,
    "text": TextParams,
    "text.word2vec": Word2VecParams,
    "text.google_news": GoogleNewsParams,
    "text.normalise": NormaliseParams,
    "train": TrainParams,
    "evaluate.retrieval": RetrievalParams,
    "evaluate.sed": SedParams,
    "evaluate.bootstrap": BootstrapParams,
    "figures": FiguresParams,
}

# Keys that say how something is done and change no artifact, by section: nothing is made anew for them.
RUN_ONLY = {
    "retrieve": frozenset(field.name for field in fields(RunParams)),
    "train": frozenset({"device", "resident_mb"}),
}
