"""Log-mel spectra of ten-second FLAC clips, 44.1 to 32 kHz, on one core, beside librosa's.

Then two processes at once beside one, since the shards of a data set are jobs of their own.
"""

import os

os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

import io
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import soundfile
import yaml
from comparison import compare, publish, time_alternately
from reference import features as reference

from audiophrase.clips.flac import decode_flac
from audiophrase.features import log_mel
from audiophrase.features.parameters import LogMelParams
from audiophrase.parameters.sections import select
from audiophrase.settings import structure

RATE_HZ = 44_100
CLIPS_A_ROUND = 20
CLIPS_OF_A_PROCESS = 20
PARAMS = Path(__file__).parents[1] / "params.yaml"


def main() -> None:
    sections = yaml.safe_load(PARAMS.read_text(encoding="utf-8"))
    settings = structure(select(sections, "features"), "features")
    rng = np.random.default_rng(1)
    envelope = np.repeat(rng.uniform(0.01, 0.5, 100), RATE_HZ // 10)
    flac = io.BytesIO()
    soundfile.write(
        flac, envelope * rng.uniform(-1, 1, len(envelope)), RATE_HZ, "PCM_16", format="FLAC"
    )
    content = flac.getvalue()
    n_fft = log_mel.n_fft(settings.sample_rate_hz, settings)

    def plain() -> np.ndarray:
        return reference.log_mel(content, settings, n_fft)

    def ours() -> np.ndarray:
        return log_mel.frames(*decode_flac(content, "clip"), settings)

    error = np.abs(plain() - ours()).max()
    assert error < 1e-4, f"log-mel differs from librosa's by {error}"
    seconds = time_alternately(
        {
            "reference": lambda: [plain() for _ in range(CLIPS_A_ROUND)],
            "ours": lambda: [ours() for _ in range(CLIPS_A_ROUND)],
        },
        n_rounds=9,
        clock=time.process_time,
    )
    a_clip = {name: [s / CLIPS_A_ROUND for s in rounds] for name, rounds in seconds.items()}
    alone, beside = _time_processes(content, settings)
    publish(
        [
            compare(
                "log-mel of a 10-s FLAC clip, one core",
                a_clip["reference"],
                a_clip["ours"],
                goal=1.8,
                remark=f"librosa.load + melspectrogram; largest difference {error:.0e}",
            ),
            compare(
                "log-mel of two clips, a process each",
                [2 * seconds for seconds in alone],
                beside,
                goal=1.8,
                remark="beside one process for both; processor time, so that other work is left out",
            ),
        ]
    )


def _time_processes(content: bytes, settings: LogMelParams) -> tuple[list[float], list[float]]:
    """Seconds of a processor for a clip in each round: one process alone, and two at once."""
    alone, beside = [], []
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as processes:
        for number in range(8):
            for n_processes, seconds in ((1, alone), (2, beside)):
                jobs = [
                    processes.submit(_seconds_a_clip, content, settings) for _ in range(n_processes)
                ]
                times_s = [job.result() for job in jobs]
                if number:  # the first round does not count
                    seconds.append(sum(times_s) / n_processes)
    return alone, beside


def _seconds_a_clip(content: bytes, settings: LogMelParams) -> float:
    began = time.process_time()
    for _ in range(CLIPS_OF_A_PROCESS):
        log_mel.frames(*decode_flac(content, "clip"), settings)
    return (time.process_time() - began) / CLIPS_OF_A_PROCESS


if __name__ == "__main__":
    main()
