"""Log-mel spectra of one ten-second FLAC clip, 44.1 to 32 kHz, on one core, beside librosa's."""

import os

os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

import io
import time
from pathlib import Path

import numpy as np
import soundfile
import yaml
from comparison import compare, publish, time_alternately
from reference import features as reference

from audiophrase import params
from audiophrase.clips.shards import decode_flac
from audiophrase.features import logmel

RATE_HZ = 44_100
CLIPS_A_ROUND = 20
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
    publish(
        [
            compare(
                "log-mel of a 10-s FLAC clip, one core",
                a_clip["reference"],
                a_clip["ours"],
                goal=1.8,
                remark=f"librosa.load + melspectrogram; largest difference {error:.0e}",
            )
        ]
    )


if __name__ == "__main__":
    main()
