"""Clips rendered from phrases: words sound in their segments, and nothing but noise elsewhere."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audiophrase.annotations import files, parsing
from audiophrase.clips.phrase_render import BACKGROUND_DBFS, render_phrases, words_of_clip
from audiophrase.clips.render import PEAK_DBFS
from audiophrase.clips.signatures import families, family, signature
from audiophrase.clips.withdrawn import withdrawn_clips
from audiophrase.params import effective, load
from audiophrase.splits import SPLITS

ROOT = Path(__file__).parents[2]
AUDIOGROUNDING = ROOT.parent / "shared" / "audiogrounding"
RATE_HZ = 16000
# The background's level in any window of 20 ms, by a margin for its fluctuation.
SILENT_DBFS = BACKGROUND_DBFS[1] + 4.0

times_s = st.floats(0.0, 12.0).map(lambda t: round(t, 3))
segments = st.lists(st.tuples(times_s, times_s).map(sorted).map(tuple), max_size=4)
phrases = st.sampled_from(["a dog", "dogs barking", "the wind", "men speak", "is", "a", "horns"])


def row(phrase, *segments_s):
    return {
        "phrase": phrase,
        "segments": [{"onset_s": on, "offset_s": off} for on, off in segments_s],
    }


def render(rows, duration_s=3.0, seed=0, rate_hz=RATE_HZ):
    return render_phrases(
        words_of_clip(rows),
        duration_s=duration_s,
        sample_rate_hz=rate_hz,
        rng=np.random.default_rng(seed),
    )


def level_dbfs(samples):
    return 10.0 * np.log10(np.mean(np.square(samples, dtype=np.float64)) + 1e-20)


def test_words_are_heard_in_the_segments_of_all_phrases_that_name_them():
    rows = [
        row("a dog barking", (1.0, 2.0), (4.0, 5.0)),
        row("dogs", (1.5, 2.5), (5.0, 6.0)),
        row("the wind", (0, 0)),
        row("wind blows", (7.0, 9.0)),
    ]
    assert words_of_clip(rows) == {
        "bark": [(1.0, 2.0), (4.0, 5.0)],
        "blow": [(7.0, 9.0)],
        "dog": [(1.0, 2.5), (4.0, 6.0)],
        "wind": [(7.0, 9.0)],
    }


@pytest.mark.parametrize("rows", [[], [row("a dog", (0, 0)), row("speech", (0.0, 0.0))]])
def test_a_clip_without_audible_phrases_is_background_alone(rows):
    for seed in range(5):
        samples = render(rows, seed=seed)
        assert BACKGROUND_DBFS[0] - 1.0 < level_dbfs(samples) < BACKGROUND_DBFS[1] + 1.0


@pytest.mark.parametrize("rate_hz", [16000, 32000, 44100])
def test_a_word_sounds_inside_its_segments_and_nowhere_else(rate_hz):
    segments_s = [(0.5, 1.25), (2.0, 2.4)]
    for seed, phrase in enumerate(["a dog", "wind", "horn honking", "people are talking"]):
        samples = render([row(phrase, *segments_s)], 3.0, seed, rate_hz)
        for onset_s, offset_s in segments_s:
            inside = samples[round(onset_s * rate_hz) : round(offset_s * rate_hz)]
            assert level_dbfs(inside) > SILENT_DBFS + 12.0
            # From the first window to the last: labels are exact.
            n = rate_hz // 5
            assert level_dbfs(inside[:n]) > SILENT_DBFS + 3.0
            assert level_dbfs(inside[-n:]) > SILENT_DBFS + 3.0
        for start_s, stop_s in ((0.0, 0.5), (1.25, 2.0), (2.4, 3.0)):
            gap = samples[round(start_s * rate_hz) : round(stop_s * rate_hz)]
            n = rate_hz // 50
            windows = gap[: gap.size // n * n].reshape(-1, n)
            assert max(map(level_dbfs, windows)) < SILENT_DBFS


def test_a_word_keeps_its_signature_from_clip_to_clip():
    """What is heard is the word's loop, whatever the clip, the form, the level and the place."""
    loop = signature(family("barking"), RATE_HZ)
    for seed, phrase in enumerate(["bark", "barks", "is barking", "a bark"]):
        samples = render([row(phrase, (0.5, 2.9))], 3.0, seed)
        part = samples[RATE_HZ : RATE_HZ + loop.size]
        spectra = np.fft.rfft(part), np.fft.rfft(loop)
        correlation = np.fft.irfft(spectra[0] * spectra[1].conj(), loop.size)
        assert correlation.max() > 0.98 * np.linalg.norm(part) * np.linalg.norm(loop)


def test_levels_and_places_vary_between_clips():
    # Without its peak and background, a clip of two words differs by their levels' ratio.
    rows = [row("wind", (0.0, 1.0)), row("dog", (1.0, 2.0))]
    ratios = [
        level_dbfs(samples[:RATE_HZ]) - level_dbfs(samples[RATE_HZ:])
        for samples in (render(rows, 2.0, seed) for seed in range(40))
    ]
    assert 4.0 < max(ratios) < 10.0
    assert -10.0 < min(ratios) < -4.0


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(phrases, segments), max_size=5),
    st.sampled_from([0.2, 3.0, 7.5, 10.0]),
    st.integers(0, 1000),
)
def test_any_clip_has_its_length_and_is_within_bounds_and_the_same_again(found, duration_s, seed):
    rows = [row(phrase, *segments_s) for phrase, segments_s in found]
    samples = render(rows, duration_s, seed, 8000)
    assert samples.shape == (round(duration_s * 8000),)
    assert samples.dtype == np.float32
    assert np.isfinite(samples).all()
    # No clipping: the highest peak, and the background's on top of it.
    assert np.abs(samples).max() < 10.0 ** (PEAK_DBFS[1] / 20.0) + 0.05
    # The order of captions and phrases does not matter, nor how often it is rendered.
    assert np.array_equal(samples, render(rows[::-1], duration_s, seed, 8000))
    heard = any(on < off and on < duration_s - 0.1 for _, s in found for on, off in s if off > 0.1)
    if not heard:
        return
    lengths = [
        min(off, duration_s) - on for p, s in found for on, off in s if on < min(off, duration_s)
    ]
    if max(lengths) > 0.05:
        assert np.abs(samples).max() > 10.0 ** (PEAK_DBFS[0] / 20.0) - 0.05


def test_a_segment_that_ends_beyond_the_clip_is_cut_and_one_that_lies_beyond_is_left_out():
    rows = [row("dog", (2.0, 10.02)), row("wind", (3.5, 4.0))]
    samples = render(rows, 3.0, 1)
    assert np.array_equal(samples[: 2 * RATE_HZ].size, 2 * RATE_HZ)
    assert level_dbfs(samples[: 2 * RATE_HZ]) < SILENT_DBFS
    assert level_dbfs(samples[2 * RATE_HZ :]) > SILENT_DBFS + 12.0


def test_other_seeds_give_other_clips():
    rows = [row("dog", (0.0, 1.0)), row("wind", (0.5, 2.0))]
    assert np.array_equal(render(rows, seed=3), render(rows, seed=3))
    assert not np.array_equal(render(rows, seed=3), render(rows, seed=4))


@pytest.mark.skipif(not AUDIOGROUNDING.is_dir(), reason=f"there is no {AUDIOGROUNDING}")
def test_the_rehearsal_sounds_every_phrase_of_audiogrounding_in_as_many_clips_as_the_paper_had():
    sections = effective(load(ROOT / "params.yaml"), "rehearsal")
    columns = {split: files.load(AUDIOGROUNDING / f"{split}.json") for split in SPLITS}
    parsed = parsing.parse(columns, {"train": 70, "val": 1, "test": 2})
    render = sections["retrieve"]["render"]
    clips = parsed["clips"].to_pylist()
    withdrawn = withdrawn_clips(clips, render["n_withdrawn"], render["seed"])
    left = Counter(clip["split"] for clip in clips if clip["clip_id"] not in withdrawn)
    assert left == {"train": 4253, "val": 30, "test": 67}

    rows_of: dict[str, list] = {}
    for row in parsed["phrases"].to_pylist():
        assert families(row["phrase"]), row
        rows_of.setdefault(row["clip_id"], []).append(row)
    assert rows_of.keys() == {clip["clip_id"] for clip in clips}
    for rows in rows_of.values():
        words = words_of_clip(rows)
        for row in rows:
            for segment in row["segments"]:
                if segment["onset_s"] < segment["offset_s"]:
                    assert all(
                        any(
                            on <= segment["onset_s"] and segment["offset_s"] <= off for on, off in w
                        )
                        for w in (words[family] for family in families(row["phrase"]))
                    )
