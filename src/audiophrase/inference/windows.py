"""Audio of any length in windows as long as the clips that the model was trained on.

The encoder's recurrence sees all of what it is given, so what it says of a frame depends on the whole
clip. A recording is therefore cut into windows of the training clips' length, each encoded as a clip
of its own, which overlap by half: of two neighbours the seam lies in the middle of what they share, so
a frame stands at least a quarter of a window away from where its window was cut. What is not
longer than one and a half windows is a single one: a clip is encoded just as in evaluation.
"""

from collections.abc import Iterable, Iterator

import numpy as np

from audiophrase.errors import AudiophraseError

OVERLAP = 0.5  # of a window
WHOLE = 1.5  # windows, up to which all is one

Placed = tuple[int, np.ndarray]  # number of the first frame, and values, a row each


def windows(
    blocks: Iterable[np.ndarray], *, window: int, step: int, hop: float = 1.0
) -> Iterator[Placed]:
    """Windows of a stream, each with the number of its first frame; the last ends where all does.

    No more than two and a half windows and a block are held at any time.

    Args:
        blocks: (n, …) each, of any lengths.
        window: values along the first axis.
        step: frames from one window to the next.
        hop: values a frame.
    """
    source, held, first, ended = iter(blocks), None, 0, False  # `held` begins at value `first`
    number = previous = 0
    while True:
        begin = round(number * step * hop)
        needed = begin + int(window * WHOLE if number == 0 else window)
        pieces = [] if held is None else [held]
        end = first + sum(map(len, pieces))
        while end <= needed and not ended:
            block = next(source, None)
            if block is None:
                ended = True
            elif len(block):
                pieces.append(block)
                end += len(block)
        if not pieces:
            return
        held = pieces[0] if len(pieces) == 1 else np.concatenate(pieces)
        if end <= needed:  # so it is the last one
            frame = 0 if number == 0 else max(int((end - window) / hop), (number - 1) * step)
            yield frame, held[round(frame * hop) - first :]
            return
        yield number * step, held[begin - first : begin - first + window]
        previous, number = begin, number + 1
        held, first = held[previous - first :].copy(), previous


def joined(parts: Iterable[Placed]) -> Iterator[Placed]:
    """Frames of overlapping windows as one row of frames, cut in the middle of each overlap.

    Raises:
        AudiophraseError: two windows do not meet.
    """
    begin, before = 0, None
    for first, frames in parts:
        if before is not None:
            end = before[0] + len(before[1])
            if first > end:
                raise AudiophraseError(
                    f"the front end makes no frames between frame {end} and {first}",
                    "use a front end whose frames reach over half of a clip",
                )
            seam = (first + end) // 2
            yield begin, before[1][begin - before[0] : seam - before[0]]
            begin = seam
        before = first, frames
    if before is not None:
        yield begin, before[1][begin - before[0] :]
