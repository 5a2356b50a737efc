"""Parameters of the text: words, and their vectors."""

from typing import Annotated, Literal

from msgspec import Meta

from audiophrase.parameters.declare import AtLeastOne, Path, Seed, section, top_level


@section
class TextParams:
    """Where vectors come from, and the vector of unknown words."""

    vectors: Literal["trained", "google-news", "file"]
    unk_seed: Seed


@section
class Word2VecParams:
    """Of vectors that are trained here (skip-gram)."""

    n_dimensions: Annotated[int, Meta(ge=2, le=4096)]
    window: AtLeastOne
    n_epochs: AtLeastOne
    n_negative: AtLeastOne
    learning_rate: Annotated[float, Meta(gt=0, le=1)]
    seed: Seed


@section
class GoogleNewsParams:
    """The published vectors, pinned."""

    url: Annotated[str, Meta(pattern="^https?://[^/@]+/[^?#]*[^/?#]$")]
    md5: Annotated[str, Meta(pattern="^[0-9a-f]{32}$")]


@section
class NormaliseParams:
    """How a word that has no vector is looked for, step by step."""

    split_dashes: bool
    capital_function_words: bool
    lemma: bool
    stem: bool
    corrections: dict[str, Annotated[str, Meta(min_length=1)]]
    lower_case_fallback: bool | None = (
        None  # null: true for the user's own files (`params.effective`)
    )


@top_level
class Text(TextParams):
    """The section `text` of params.yaml."""

    vectors_file: Path | None
    google_news: GoogleNewsParams
    word2vec: Word2VecParams
    normalise: NormaliseParams
