"""Clips from a folder of audio files, in any format that PyAV reads."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import av
import numpy as np

from audiophrase.clips.archive import Match, Matches
from audiophrase.clips.availability import State
from audiophrase.clips.parameters import ClipParams
from audiophrase.clips.section import NoAudioError, duration_s, read_section
from audiophrase.clips.shards import Failure, audio_row, failure_row

MAX_WHOLE_FILE_S = 60.0  # of a clip that is a whole file: a longer one is taken for a recording
# A list of files to play is audio to FFmpeg, too: bytes out of a table may name none.
_NO_OTHER_FILES = {"protocol_whitelist": "none"}

Clip = Mapping[str, Any]


def clip_row(folder: Path, matches: Matches, clip: Clip, params: ClipParams) -> dict[str, Any]:
    """The shard row of a clip, whether its file is there or not.

    Raises:
        AudiophraseError: several files could be the clip's.
    """
    match, length_s = matches.find(clip), annotated_length_s(clip)
    if match is None:
        stem = Path(clip["filename"]).stem
        others = f"{stem}.*" if length_s is None else f"Y{stem}.*, Y{clip['youtube_id']}.*"
        message = f"no file {clip['filename']}, {others} or the like"
        return failure_row(clip["clip_id"], Failure(State.MISSING, "no-file", message))
    read = read_clip(folder, match, clip, tolerance_s=params.short_by_s)
    if isinstance(read, Failure):
        return failure_row(clip["clip_id"], read)
    return _by_name(match.name, audio_row(clip["clip_id"], *read, length_s, params))


def table_row(content: bytes | None, clip: Clip, params: ClipParams) -> dict[str, Any]:
    """The shard row of a clip whose whole file stands in a table; None: it does not."""
    if content is None:
        failure = Failure(State.MISSING, "no-file", f"no row of audio {clip['filename']}")
        return failure_row(clip["clip_id"], failure)
    opened = {"file": io.BytesIO(content), "options": _NO_OTHER_FILES}
    read = _read(opened, clip["filename"], clip, tolerance_s=params.short_by_s, timed=True)
    if isinstance(read, Failure):
        return failure_row(clip["clip_id"], read)
    row = audio_row(clip["clip_id"], *read, annotated_length_s(clip), params)
    return _by_name(clip["filename"], row)


def _by_name(name: str, row: dict[str, Any]) -> dict[str, Any]:
    """A row whose message begins with the file: of a name in another script an id keeps little."""
    return row | {"message": f"{name}: {row['message']}"} if row["message"] else row


def annotated_length_s(clip: Clip) -> float | None:
    """How long a clip is by its annotation; None: it is a whole file, however long."""
    return None if clip["start_s"] is None else clip["end_s"] - clip["start_s"]


def read_clip(
    folder: Path, match: Match, clip: Clip, *, tolerance_s: float
) -> tuple[np.ndarray, int] | Failure:
    """Samples (n_samples,) and sampling rate in Hz of a clip's file, or why there are none.

    A file named by the id alone is the whole recording if it is longer than the clip. A file with
    the clip's times in its name starts where the clip does, unless it is long enough to reach the
    clip's end as counted from the recording's start. Else the clip is the file's beginning. A clip
    without times is the whole file, which is no whole recording: one that is too long is refused.
    """
    opened = {"file": str(Path(folder) / match.name)}
    return _read(opened, match.name, clip, tolerance_s=tolerance_s, timed=match.timed)


def _read(
    opened: Mapping[str, Any], name: str, clip: Clip, *, tolerance_s: float, timed: bool
) -> tuple[np.ndarray, int] | Failure:
    length_s = annotated_length_s(clip)
    try:
        with av.open(**opened, metadata_errors="replace") as container:
            whole_s = duration_s(container)
            if length_s is None:
                if whole_s > MAX_WHOLE_FILE_S:
                    message = f"{name}: {whole_s:.0f} s, and the clip's place is not known"
                    return Failure(State.CORRUPT, "too-long", message)
                return read_section(container, start_s=0.0, length_s=MAX_WHOLE_FILE_S)
            longer = whole_s > length_s + tolerance_s
            whole = longer and (not timed or whole_s >= clip["end_s"] - tolerance_s)
            start_s = clip["start_s"] if whole else 0.0
            return read_section(container, start_s=start_s, length_s=length_s)
    except NoAudioError as error:
        return Failure(State.CORRUPT, "no-audio", f"{name}: {error}")
    except (av.error.FFmpegError, OSError) as error:
        return Failure(State.CORRUPT, "unreadable", f"{name}: {error.strerror}")
