"""Parameters of the annotations."""

from typing import Annotated, Literal

from msgspec import Meta

from audiophrase.parameters.declare import (
    Path,
    PositiveCounts,
    Seed,
    of_splits,
    section,
    top_level,
)

# Modules of `annotations.forms`, in the order in which they are asked whether a file is theirs.
FORMS = (
    "audiogrounding_v1",
    "audiogrounding_v1_rows",
    "audiogrounding_v2",
    "clip_list",
    "audiocaps",
    "clotho",
    "file_captions",
    "macs",
    "audio_table",
)


@section
class GrammarParams:
    """Of the demo's grammar."""

    seed: Seed
    duration_s: Annotated[float, Meta(ge=4, le=60)]
    n_clips: PositiveCounts
    captions_per_clip: PositiveCounts


@section
class AudioGroundingParams:
    """The published files, pinned."""

    url: Annotated[
        str,
        Meta(
            description="with {split} in place of train, val and test",
            pattern=r"^https?://[^/@]+/[^?#]*\{split\}[^?#]*$",
        ),
    ]
    sha256: Annotated[
        dict[str, str],
        Meta(extra_json_schema=of_splits({"type": "string", "pattern": "^[0-9a-f]{64}$"})),
    ]


@section
class AudioGroundingV2Params:
    """The record of Zenodo that holds labels and audio."""

    url: Annotated[
        str,
        Meta(description="of the record in Zenodo's API", pattern=r"^https?://[^/@]+/[^?#]+$"),
    ]


@section
class SplitParams:
    """How val and test are drawn out of one file of all clips; the rest is train."""

    seed: Seed
    val: Annotated[float, Meta(gt=0, lt=1)]
    test: Annotated[float, Meta(gt=0, lt=1)]


@top_level
class Annotations:
    """The section `annotations` of params.yaml."""

    source: Literal["files", "file", "list", "grammar", "audiogrounding", "audiogrounding_v2"]
    files: (
        Annotated[
            dict[str, str],
            Meta(
                extra_json_schema={
                    **of_splits({"type": "string", "minLength": 1}),
                    "required": ["train", "val", "test"],
                }
            ),
        ]
        | None
    )
    audiogrounding: AudioGroundingParams
    grammar: GrammarParams
    list: Path | None = None  # CSV of clips without captions; named in an entry, it is the source
    file: Path | None = None  # one for all splits; named in an entry, it is the source
    # Null: told by the content. Within the brackets, so that all that may stand here is one list.
    form: Literal[*FORMS, None] = None  # noqa: PYI061
    split: SplitParams = SplitParams(seed=1, val=0.1, test=0.1)
    audiogrounding_v2: AudioGroundingV2Params = AudioGroundingV2Params(
        url="https://zenodo.org/api/records/7269161"
    )
