"""Rendered clips: sound inside the segments, silence outside, and kinds one can tell apart."""

import numpy as np
import pytest

from audiophrase.annotations.kinds import KINDS
from audiophrase.clips.render import FLOOR_DBFS, PEAK_DBFS, render_clip
from audiophrase.clips.sound_sources import SOURCES
from audiophrase.clips.synthesis import Take, Voice

SAMPLE_RATE_HZ = 32000
N_WINDOW = 1280
N_HOP = 640
# The floor never exceeds this in any window of 20 ms, by a margin for its fluctuation.
SILENT_DBFS = FLOOR_DBFS[1] + 4.0


def render(events, duration_s, seed, sample_rate_hz=SAMPLE_RATE_HZ):
    rng = np.random.default_rng(seed)
    return render_clip(events, duration_s=duration_s, sample_rate_hz=sample_rate_hz, rng=rng)


def level_dbfs(samples):
    return 10.0 * np.log10(np.mean(np.square(samples, dtype=np.float64)) + 1e-20)


def mel(frequency_hz):
    return 2595.0 * np.log10(1.0 + frequency_hz / 700.0)


@pytest.fixture(scope="module")
def statistics():
    """Function from samples to (128,): mean and deviation over time of 64 log-mel bands."""
    edges = np.linspace(mel(12.0), mel(8000.0), 66)[:, None]
    bins = mel(np.fft.rfftfreq(N_WINDOW, 1.0 / SAMPLE_RATE_HZ))
    rising = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - bins) / (edges[2:] - edges[1:-1])
    filters = np.clip(np.minimum(rising, falling), 0.0, None)

    def compute(samples):
        frames = np.lib.stride_tricks.sliding_window_view(samples, N_WINDOW)[::N_HOP]
        power = np.abs(np.fft.rfft(frames * np.hanning(N_WINDOW))) ** 2
        log_mel = np.log(power @ filters.T + 1e-6)
        return np.concatenate([log_mel.mean(0), log_mel.std(0)])

    return compute


def test_every_kind_of_the_grammar_has_a_source_and_every_source_a_kind():
    assert set(SOURCES) == {kind.name for kind in KINDS}


@pytest.mark.parametrize("kind", SOURCES)
@pytest.mark.parametrize("sample_rate_hz", [16000, 32000, 44100])
def test_an_event_sounds_inside_its_segments_and_nowhere_else(kind, sample_rate_hz):
    segments_s = [(0.5, 1.7), (2.25, 3.0)]
    samples = render([(kind, segments_s)], 3.5, 11, sample_rate_hz)
    assert samples.dtype == np.float32
    assert samples.shape == (round(3.5 * sample_rate_hz),)
    loud = np.zeros(samples.size, dtype=bool)
    for onset_s, offset_s in segments_s:
        inside = slice(round(onset_s * sample_rate_hz), round(offset_s * sample_rate_hz))
        loud[inside] = True
        assert level_dbfs(samples[inside]) > SILENT_DBFS + 15.0
    for gap_s in ((0.0, 0.5), (1.7, 2.25), (3.0, 3.5)):
        gap = samples[round(gap_s[0] * sample_rate_hz) : round(gap_s[1] * sample_rate_hz)]
        assert level_dbfs(gap) < SILENT_DBFS
        assert level_dbfs(gap[: sample_rate_hz // 50]) < SILENT_DBFS
        assert level_dbfs(gap[-sample_rate_hz // 50 :]) < SILENT_DBFS
    # The loudest sample of all outside is still noise: not even a click leaks.
    assert np.abs(samples[~loud]).max() < 6.0 * 10.0 ** (FLOOR_DBFS[1] / 20.0)


@pytest.mark.parametrize("kind", SOURCES)
def test_a_source_sounds_at_its_onset(kind):
    # Labels are exact only if no kind begins with a rest of its own.
    for seed in range(10):
        samples = render([(kind, [(1.0, 4.0)])], 5.0, seed)
        onset = SAMPLE_RATE_HZ
        assert level_dbfs(samples[onset : onset + SAMPLE_RATE_HZ // 5]) > SILENT_DBFS + 6.0


def test_levels_are_bounded_and_the_floor_is_always_there():
    low, high = (10.0 ** (level / 20.0) for level in PEAK_DBFS)
    for seed, kind in enumerate(SOURCES):
        events = [(kind, [(0.0, 1.0)]), ("rain", [(0.5, 2.0)]), ("bell", [(0.2, 1.8)])]
        peak = np.abs(render(events, 2.5, seed)).max()
        assert 0.98 * low < peak < 1.02 * high
    for seed in range(10):
        silence = render([], 1.0, seed)
        assert FLOOR_DBFS[0] - 1.0 < level_dbfs(silence) < FLOOR_DBFS[1] + 1.0


def test_the_same_generator_state_gives_the_same_clip_and_another_a_different_one():
    events = [("man", [(0.0, 1.0), (1.5, 2.0)]), ("dog", [(0.5, 1.0)])]
    assert np.array_equal(render(events, 2.0, 3), render(events, 2.0, 3))
    assert not np.array_equal(render(events, 2.0, 3), render(events, 2.0, 4))


def test_events_of_a_clip_vary_in_level_by_some_twelve_decibels():
    ratios = []
    for seed in range(40):
        samples = render([("rain", [(0.0, 0.5)]), ("rain", [(0.5, 1.0)])], 1.0, seed)
        half = samples.size // 2
        ratios.append(level_dbfs(samples[:half]) - level_dbfs(samples[half:]))
    assert 6.0 < max(ratios) < 14.0
    assert -14.0 < min(ratios) < -6.0


def test_segments_of_an_event_share_the_voice():
    def pitch_hz(samples):
        spectrum = np.abs(np.fft.rfft(samples * np.hanning(samples.size)))
        return np.argmax(spectrum) * SAMPLE_RATE_HZ / samples.size

    pitches_hz = []
    for seed in range(10):
        samples = render([("alarm", [(0.0, 1.0), (1.0, 2.0)])], 2.0, seed)
        first_hz, second_hz = pitch_hz(samples[:SAMPLE_RATE_HZ]), pitch_hz(samples[SAMPLE_RATE_HZ:])
        # Within the width of a beep's sidelobes, and far less than voices differ.
        assert first_hz == pytest.approx(second_hz, abs=15.0)
        pitches_hz.append(first_hz)
    assert np.std(pitches_hz) > 50.0


def test_held_out_events_are_told_apart_by_the_nearest_centroid(statistics):
    """Mean and deviation of each log-mel band suffice to name the kind of a lone event."""
    instances = np.array(
        [
            [statistics(render([(kind, [(0.0, 2.0)])], 2.0, [i, seed])) for seed in range(40)]
            for i, kind in enumerate(SOURCES)
        ]
    )
    known, held_out = instances[:, :20], instances[:, 20:]
    scale = known.reshape(-1, known.shape[-1]).std(0)
    offsets = (held_out[:, :, None] - known.mean(1)) / scale
    correct = np.linalg.norm(offsets, axis=-1).argmin(-1) == np.arange(len(known))[:, None]
    assert correct.mean() >= 0.95
    assert correct.mean(1).min() >= 0.6


@pytest.mark.parametrize("kind", SOURCES)
def test_voices_of_a_kind_differ_by_more_than_takes_of_one_voice(kind, statistics):
    def takes(voice):
        rng = np.random.default_rng(5)
        n_samples = 3 * SAMPLE_RATE_HZ
        fill = SOURCES[kind]
        sounds = [fill(Take(n_samples, SAMPLE_RATE_HZ, voice, rng)) for _ in range(6)]
        return np.array([statistics(sound) for sound in sounds])

    low, high = takes(Voice(-1.0, -1.0, -1.0)), takes(Voice(1.0, 1.0, 1.0))
    within = np.sqrt(low.var(0).sum() + high.var(0).sum())
    assert np.linalg.norm(low.mean(0) - high.mean(0)) > within


@pytest.mark.parametrize("kind", SOURCES)
def test_a_source_fills_a_take_of_any_length(kind):
    rng = np.random.default_rng(0)
    for n_samples in (1, 63, 64, 65, 1000, 600_000):
        sound = SOURCES[kind](Take(n_samples, 44100, Voice.draw(rng), rng))
        assert sound.shape == (n_samples,)
        assert sound.dtype == np.float32
        assert np.isfinite(sound).all()


def test_a_tone_has_the_pitch_asked_for_and_nothing_beyond_nyquist():
    rng = np.random.default_rng(0)
    take = Take(SAMPLE_RATE_HZ, SAMPLE_RATE_HZ, Voice.draw(rng), rng)
    spectrum = np.abs(np.fft.rfft(take.tone(5000.0, (1.0, 0.5, 0.5, 0.5)))) / SAMPLE_RATE_HZ * 2
    present = np.flatnonzero(spectrum > 0.01)
    assert present.tolist() == [5000, 10000, 15000]


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="unicorn"):
        render([("unicorn", [(0.0, 1.0)])], 1.0, 0)


@pytest.mark.parametrize("segment_s", [(-0.1, 0.5), (0.5, 1.1), (0.6, 0.4)])
def test_a_segment_outside_the_clip_is_refused(segment_s):
    with pytest.raises(ValueError, match="not inside a clip"):
        render([("rain", [segment_s])], 1.0, 0)
