"""The files of the explorer: pages, scripts, styles, pictures and sounds, by their paths."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from audiophrase.explorer import spectrum
from audiophrase.explorer.clips import Clip
from audiophrase.explorer.runs import Run, shown
from audiophrase.explorer.script import script
from audiophrase.features.parameters import LogMelParams
from audiophrase.report.cells import rendered_note
from audiophrase.report.templates import template

STATIC = Path(__file__).parent / "static"
COLOURS = Path(__file__).parents[1] / "report" / "colours.css"  # those of the page of results
SCRIPTS = ("base", "numbers", "plots", "listing", "transport", "clip", "errors", "main")
HEARD, LEFT_OUT, NOT_HERE = "heard", "left-out", "not-here"

Files = Iterator[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Frames:
    """The frames (T, F) of one clip, and how far apart they are."""

    values: np.ndarray
    hop_s: float


@dataclass(frozen=True, slots=True)
class Contents:
    """What the explorer is made of; frames and sounds are read clip by clip."""

    dataset: str
    title: str
    audio: str  # one of report.measures.AUDIO
    sound: str  # HEARD, LEFT_OUT or NOT_HERE
    clips: Sequence[Clip]
    frames_of: Callable[[str], Frames]
    opus_of: Callable[[str], bytes | None]
    log_mel: LogMelParams | None  # of the frames, where they are log-mel spectra
    words: Mapping[int, str]
    unknown: Sequence[tuple[str, int]]  # words without a vector, with how often they stand there
    runs: Sequence[Run]
    reported_threshold: float


def files(contents: Contents) -> Files:
    """Every file by its path within the folder, the first page last.

    Raises:
        ArtifactError: a run's files do not belong together.
    """
    for path in sorted(STATIC.glob("*.*")):
        if path.suffix in (".js", ".css"):
            yield f"assets/{path.name}", path.read_bytes()
    yield "assets/colours.css", COLOURS.read_bytes()
    thresholds = _thresholds(contents)
    heard, lengths_s = [], []
    for number, clip in enumerate(contents.clips):
        frames = contents.frames_of(clip.clip_id)
        opus = contents.opus_of(clip.clip_id)
        heard.append(opus is not None)
        lengths_s.append(len(frames.values) * frames.hop_s)
        if opus is not None:
            yield f"clips/{number}.ogg", opus
        picture = spectrum.png(frames.values, is_log_power=contents.log_mel is not None)
        yield f"clips/{number}.png", picture
        yield f"clips/{number}.js", script(f"clips/{number}", _clip(clip, frames, contents))
    for index, run in enumerate(contents.runs):
        of_run = shown(run, contents.clips, thresholds, contents.words)
        yield f"runs/{index}/all.js", script(f"runs/{index}/all", of_run.summary)
        for number, value in enumerate(of_run.of_clips):
            yield f"runs/{index}/{number}.js", script(f"runs/{index}/{number}", value)
    yield "data.js", script("data", _data(contents, thresholds, heard, lengths_s))
    yield "index.html", _page(contents).encode()


def _thresholds(contents: Contents) -> np.ndarray:
    """Those of the runs' curves and the reported one, ascending."""
    known = {point["threshold"] for run in contents.runs for point in run.points}
    return np.array(sorted({*known, contents.reported_threshold}))


def _clip(clip: Clip, frames: Frames, contents: Contents) -> dict[str, Any]:
    """What is shown of a clip, whatever the run."""
    return {
        "captions": [
            {
                "words": caption.words,
                "phrases": [
                    {
                        "id": phrase.phrase_id,
                        "text": phrase.text,
                        "segments": [[s["onset_s"], s["offset_s"]] for s in phrase.segments],
                    }
                    for phrase in caption.phrases
                ],
            }
            for caption in clip.captions
        ],
        "n_frames": len(frames.values),
        "hop_s": frames.hop_s,
        "ticks": spectrum.ticks(contents.log_mel, frames.values.shape[1]),
    }


def _data(
    contents: Contents, thresholds: np.ndarray, heard: list[bool], lengths_s: list[float]
) -> dict[str, Any]:
    """What the page needs before anybody chose anything."""
    return {
        "thresholds": thresholds.tolist(),
        "reported": thresholds.tolist().index(contents.reported_threshold),
        "runs": [run.title for run in contents.runs],
        "words": {str(number): word for number, word in contents.words.items()},
        "unknown": contents.unknown,
        "clips": [
            {
                "id": clip.clip_id,
                "name": clip.name,
                "captions": [caption.text for caption in clip.captions],
                "heard": is_heard,
                "length_s": round(length_s, 3),
            }
            for clip, is_heard, length_s in zip(contents.clips, heard, lengths_s, strict=True)
        ],
    }


def _page(contents: Contents) -> str:
    """The first page; all that comes from the data is escaped."""
    return template(STATIC.parent / "page.html.j2").render(
        title=contents.title,
        dataset=contents.dataset,
        rendered_note=next(iter(rendered_note(contents.audio)), None),
        sound=contents.sound,
        has_phrases=any(run.points for run in contents.runs),
        scripts=SCRIPTS,
    )
