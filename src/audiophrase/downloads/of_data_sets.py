"""The files on the network that data sets are made of, as params.yaml pins them."""

from collections.abc import Mapping
from typing import Any

from audiophrase.annotations.parameters import AudioGroundingParams
from audiophrase.downloads.pinned import Pinned
from audiophrase.parameters.sections import select
from audiophrase.settings import structure
from audiophrase.splits import SPLITS
from audiophrase.text.parameters import GoogleNewsParams

_MAX_ANNOTATION_BYTES = 1 << 24  # the largest has 3.5 MB
_MAX_VECTORS_BYTES = 1 << 31  # Google News has 1,743,563,840


def audiogrounding_files(params: AudioGroundingParams) -> list[Pinned]:
    """The annotations of train, val and test."""
    return [
        Pinned(
            what=f"{split}.json of AudioGrounding",
            url=params.url.replace("{split}", split),
            algorithm="sha256",
            digest=params.sha256[split],
            max_bytes=_MAX_ANNOTATION_BYTES,
        )
        for split in SPLITS
    ]


def google_news_file(params: GoogleNewsParams) -> Pinned:
    """The word vectors trained on Google News, gzipped word2vec in its binary form."""
    return Pinned(
        what="the Google News word vectors",
        url=params.url,
        algorithm="md5",
        digest=params.md5,
        max_bytes=_MAX_VECTORS_BYTES,
    )


def pinned_files(sections: Mapping[str, Any]) -> list[Pinned]:
    """All that a data set needs from the network beside its clips.

    Args:
        sections: all sections as they hold for the data set.
    """
    settings = select(sections, "annotations.audiogrounding", "text.google_news")
    files = []
    if sections["annotations"]["source"] == "audiogrounding":
        files += audiogrounding_files(structure(settings, "annotations.audiogrounding"))
    if sections["text"]["vectors"] == "google-news":
        files.append(google_news_file(structure(settings, "text.google_news")))
    return files
