"""Parameters of the figures."""

from typing import Annotated

from msgspec import Meta

from audiophrase.parameters.declare import top_level


@top_level
class FiguresParams:
    """What the figures are drawn by."""

    dpi: Annotated[int, Meta(ge=50, le=600)]
    example_clip: Annotated[int, Meta(ge=0)]
    n_alignments: Annotated[int, Meta(ge=1, le=12)]


@top_level
class Figures(FiguresParams):
    """The section `figures` of params.yaml."""

    audio: bool | None = None  # null: see `params.sound`
