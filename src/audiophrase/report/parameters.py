"""Parameters of the figures."""

from typing import Annotated

from msgspec import Meta

from audiophrase.parameters.declare import top_level


@top_level
class FiguresParams:
    """The section `figures` of params.yaml."""

    dpi: Annotated[int, Meta(ge=50, le=600)]
    example_clip: Annotated[int, Meta(ge=0)]
    n_alignments: Annotated[int, Meta(ge=1, le=12)]
