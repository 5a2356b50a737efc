"""Log-mel spectra of ten-second FLAC clips, 44.1 to 32 kHz, on one core, beside librosa's.

Then two processes at once beside one, since the shards of a data set are jobs of their own.
"""

import os

os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

import io
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import soundfile
import yaml
from comparison import compare, publish, time_alternately
from reference import features as reference

from audiophrase import params
from audiophrase.clips.flac import decode_flac
from audiophrase.features import logmel
from audiophrase.param_sections import LogMelParams

RATE_HZ = 44_100
CLIPS_A_ROUND = 20
CLIPS_OF_A_PROCESS = 50
PARAMS = Path(__file__).parents[1] / "params.yaml"


def main() -> None:
    sections = yaml.safe_load(PARAMS.read_text(encoding="utf-8"))
    settings = params.structure(params.select(sections, "features"), "features")
    rng = np.random.default_rng(1)
    envelope = np.repeat(rng.uniform(0.01, 0.5, 100), RATE_HZ // 10)
    flac = io.BytesIO()
    soundfile.write(
        flac, envelope * rng.uniform(-1, 1, len(envelope)), RATE_HZ, "PCM_16", format="FLAC"
    )
    content = flac.getvalue()
    n_fft = logmel.n_fft(settings.sample_rate_hz, settings)

    def plain() -> np.ndarray:
        return reference.log_mel(content, settings, n_fft)

    def ours() -> np.ndarray:
        return logmel.log_mel(*decode_flac(content, "clip"), settings)

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
    a_clip = {name: [s / CLIPS_A_ROUND for s in found] for name, found in seconds.items()}
    n_clips = 2 * CLIPS_OF_A_PROCESS
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as processes:

        def spread(n_processes: int) -> None:
            share = n_clips // n_processes
            work = partial(processes.submit, _log_mels, content, settings, share)
            jobs = [work() for _ in range(n_processes)]
            for job in jobs:
                job.result()

        shared = time_alternately({"one": lambda: spread(1), "two": lambda: spread(2)}, n_rounds=5)
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
                f"log-mel of {n_clips} clips, two processes at once",
                shared["one"],
                shared["two"],
                goal=1.8,
                remark="beside one process, as the clock on the wall has it; needs two idle cores",
            ),
        ]
    )


def _log_mels(content: bytes, settings: LogMelParams, n_clips: int) -> None:
    for _ in range(n_clips):
        logmel.log_mel(*decode_flac(content, "clip"), settings)


if __name__ == "__main__":
    main()
