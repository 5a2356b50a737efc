"""A tiny explorer: two runs on four clips whose captions, phrases and names are as bad as they come."""

from dataclasses import replace

import numpy as np
import pyarrow as pa

from audiophrase.clips.opus import encode_opus
from audiophrase.evaluate import sed
from audiophrase.explorer import site
from audiophrase.explorer.clips import assembled
from audiophrase.explorer.runs import Run
from audiophrase.features.parameters import LogMelParams

HOP_S, N_FRAMES = 0.02, 100
THRESHOLDS = np.round(0.05 * np.arange(1, 20), 10)
SCRIPT = "<script>document.title='owned'</script>"
CAPTIONS = {
    "c0": ("plain", "a dog barks and rain falls"),
    "c1": ("plain", "rain falls"),
    "c2": (SCRIPT, f"{SCRIPT} \"rain\" & 'wind' </script><!-- \u2028 \\"),
    "c3": ("ع😀", "كلب ينبح 😀 בגשם"),
    "c4": ("éclair", "Un éclair au loin"),
}
PHRASES = {  # phrase id -> caption, text, words, segments
    "p0": ("c0", "a dog barks", [0, 1], [(0.2, 0.8), (1.2, 1.5)]),
    "p1": ("c0", "rain falls", [2, 3], [(0.0, 2.0)]),
    "p2": ("c1", "Rain falls", [2, 3], [(0.0, 2.0)]),
    "p3": ("c2", f'{SCRIPT} "rain"', [2], [(0.5, 1.0)]),
    "p4": ("c3", "كلب ينبح 😀", [4], [(0.0, 0.0)]),
}
WORDS = {0: "dog", 1: "barks", 2: "rain", 3: "falls", 4: "كلب", 5: SCRIPT}
WORDS_OF = {"c0": [0, 1, 2, 3], "c1": [2, 3], "c2": [2, 5], "c3": [4], "c4": []}
CLIP_IDS = ["plain", SCRIPT, "ع😀", "éclair"]


def clips():
    """The clips as the table of annotations has them."""
    captions = [
        {"caption_id": caption_id, "clip_id": clip_id, "caption": text}
        for caption_id, (clip_id, text) in CAPTIONS.items()
    ]
    phrases = [
        {
            "phrase_id": phrase_id,
            "caption_id": caption_id,
            "phrase": text,
            "first_token": n,
            "segments": [{"onset_s": on, "offset_s": off} for on, off in segments],
        }
        for n, (phrase_id, (caption_id, text, _, segments)) in enumerate(PHRASES.items())
    ]
    words = {phrase_id: words for phrase_id, (_, _, words, _) in PHRASES.items()}
    # All but the first are whole files.
    named = [
        {"clip_id": clip_id, "start_s": None if n else 0.0, "filename": f"{clip_id}.wav"}
        for n, clip_id in enumerate(CLIP_IDS)
    ]
    return assembled(CLIP_IDS, named, captions, phrases, WORDS_OF, words)


def scored(seed):
    """Scores of phrases (T,) float32, some of them exactly at a threshold."""
    rng = np.random.default_rng(seed)
    drawn = {name: rng.random(N_FRAMES).astype(np.float32) for name in PHRASES}
    drawn["p0"][:20] = np.float32(0.5)
    return drawn


def labels():
    return {
        name: sed.frame_labels(
            [{"onset_s": on, "offset_s": off} for on, off in segments], N_FRAMES, HOP_S
        )
        for name, (_, _, _, segments) in PHRASES.items()
    }


def points(scores):
    """The run's curve, as evaluation writes it."""
    active = labels()
    exact = sed.curve(
        np.concatenate([scores[name] for name in PHRASES]),
        np.concatenate([active[name] for name in PHRASES]),
    )
    at = sed.at_thresholds(exact, THRESHOLDS)
    columns = (at.thresholds, at.precision, at.recall, at.f1)
    return [
        {"aggregation": "mean", "threshold": t, "precision": p, "recall": r, "f1": f}
        for t, p, r, f in zip(*(values.tolist() for values in columns), strict=True)
    ]


def run(name, seed):
    """A run with random scores; its rankings place every clip's own caption second."""
    scores = scored(seed)
    rng = np.random.default_rng(seed)
    captions = [name for name in CAPTIONS if WORDS_OF[name]]
    ranked = ["plain", SCRIPT, "ع😀"]
    rows = [
        {
            "direction": "audio_to_caption",
            "query_id": clip_id,
            "rank": 2,
            "first_ids": captions,
            "scores": [0.5, 0.4, 0.3, 0.2],
        }
        for clip_id in ranked
    ]
    rows += [
        {
            "direction": "caption_to_audio",
            "query_id": caption_id,
            "rank": 1 if caption_id == "c1" else 2,
            "first_ids": ranked[::-1],
            "scores": [0.5, 0.4, 0.3],
        }
        for caption_id in captions
    ]
    words = {"plain": [0, 1, 2, 3], SCRIPT: [2, 5], "ع😀": [4], "éclair": []}
    frame_words = [
        {
            "clip_id": clip_id,
            "n_frames": N_FRAMES,
            "hop_s": HOP_S,
            "word_ids": ids,
            "similarities": rng.integers(0, 256, len(ids) * N_FRAMES, np.uint8),
        }
        for clip_id, ids in words.items()
    ]
    columns = {
        "phrase_id": pa.array(PHRASES, pa.string()),
        "scores": pa.array([scores[name] for name in PHRASES], pa.list_(pa.float32())),
    }
    return Run(
        name,
        pa.table(columns),
        pa.Table.from_pylist(rows),
        pa.Table.from_pylist(frame_words),
        points(scores),
    )


def contents(**changes):
    """All that the explorer is made of."""
    rng = np.random.default_rng(3)
    tone = 0.2 * np.sin(np.arange(2 * 22_050) * 2 * np.pi * 440 / 22_050)
    opus = encode_opus(tone.astype(np.float32), 22_050)
    made = site.Contents(
        dataset="tiny",
        title=f"Tiny {SCRIPT}",
        audio="rendered",
        sound=site.HEARD,
        clips=clips(),
        frames_of=lambda clip_id: site.Frames(rng.normal(size=(N_FRAMES, 8)), HOP_S),
        opus_of=lambda clip_id: None if clip_id == "éclair" else opus,
        log_mel=LogMelParams(
            sample_rate_hz=22_050,
            window_s=0.04,
            hop_s=HOP_S,
            n_mels=8,
            fmin_hz=50.0,
            fmax_hz=8000.0,
            log_floor=1e-10,
            edges="zeros",
        ),
        words=WORDS,
        unknown=[(SCRIPT, 1234), ("كلب", 2)],
        runs=[run("paper/1", 1), run("infonce/1", 2)],
        reported_threshold=0.5,
    )
    return replace(made, **changes)
