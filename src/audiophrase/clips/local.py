"""Clips from a folder of audio files, in any format that PyAV reads."""

from pathlib import Path

import av
import numpy as np

from audiophrase.clip_ids import audio_files
from audiophrase.clips.availability import State
from audiophrase.clips.section import NoAudioError, duration_s, read_section
from audiophrase.clips.shards import Failure
from audiophrase.errors import AudiophraseError


def read_clip(
    folder: Path, names: list[str], clip: dict, *, tolerance_s: float
) -> tuple[np.ndarray, int] | Failure:
    """Samples (n_samples,) and sampling rate in Hz of a clip, or why there are none.

    A file named by the id alone is the whole recording if it is longer than the clip. A file with
    the clip's times in its name starts where the clip does, unless it is long enough to reach the
    clip's end as counted from the recording's start. Else the clip is the file's beginning.

    Raises:
        AudiophraseError: several files could be the clip's.
    """
    found, timed = audio_files(names, clip["filename"], clip["youtube_id"])
    if not found:
        stem = Path(clip["filename"]).stem
        message = f"no file {clip['filename']}, Y{stem}.* or Y{clip['youtube_id']}.*"
        return Failure(State.MISSING, "no-file", message)
    if len(found) > 1:
        raise AudiophraseError(
            f"several files could be clip {clip['clip_id']}: {', '.join(found)} in {folder}",
            "keep one of them",
        )
    length_s = clip["end_s"] - clip["start_s"]
    try:
        with av.open(str(Path(folder) / found[0]), metadata_errors="replace") as container:
            whole_s = duration_s(container)
            longer = whole_s > length_s + tolerance_s
            whole = longer and (not timed or whole_s >= clip["end_s"] - tolerance_s)
            start_s = clip["start_s"] if whole else 0.0
            return read_section(container, start_s=start_s, length_s=length_s)
    except NoAudioError as error:
        return Failure(State.CORRUPT, "no-audio", f"{found[0]}: {error}")
    except (av.error.FFmpegError, OSError) as error:
        return Failure(State.CORRUPT, "unreadable", f"{found[0]}: {error.strerror}")
