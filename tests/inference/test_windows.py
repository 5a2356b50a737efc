"""Windows over streams of any length: what they cover, and how much of the stream is held."""

import tracemalloc

import numpy as np
import pytest

from audiophrase.errors import AudiophraseError
from audiophrase.inference.windows import joined, windows


def blocks_of(values, size):
    return (values[first : first + size] for first in range(0, len(values), size))


@pytest.mark.parametrize("n", [1, 40, 99, 100, 150, 151, 152, 200, 201, 249, 250, 251, 1000, 1001])
@pytest.mark.parametrize("size", [1, 7, 100, 5000])
def test_windows_cover_all_overlap_by_half_and_end_where_all_does(n, size):
    values = np.arange(n)
    cut = list(windows(blocks_of(values, size), window=100, step=50))
    for first, window in cut:
        np.testing.assert_array_equal(window, values[first : first + len(window)])
    assert cut[0][0] == 0
    assert cut[-1][0] + len(cut[-1][1]) == n
    if n <= 150:
        assert len(cut) == 1
    else:
        assert {len(window) for _, window in cut} == {100}
        steps = np.diff([first for first, _ in cut])
        assert set(steps[:-1]) <= {50}
        assert 0 < steps[-1] <= 50


@pytest.mark.parametrize("hop", [1.0, 4.0, 2.205, 220.5 / 7])
@pytest.mark.parametrize("n", [331, 777, 5000, 5003])
def test_windows_begin_where_frames_do(hop, n):
    window, step = 40 * hop, 20
    values = np.arange(round(n * hop / 4))
    for first, samples in windows(blocks_of(values, 64), window=round(window), step=step, hop=hop):
        assert samples[0] == round(first * hop)
    assert samples[-1] == values[-1]


def test_nothing_has_no_windows():
    assert list(windows(iter(()), window=100, step=50)) == []
    assert list(windows(iter([np.zeros(0), np.zeros(0)]), window=100, step=50)) == []


def test_however_long_the_stream_as_much_is_held():
    def peak(n_blocks):
        blocks = (np.zeros(1000) for _ in range(n_blocks))
        tracemalloc.start()
        try:
            n_windows = sum(1 for _ in windows(blocks, window=10_000, step=5_000))
            return n_windows, tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    (n_short, of_short), (n_long, of_long) = peak(100), peak(1000)
    assert (n_short, n_long) == (19, 199)
    assert of_long < 1.2 * of_short < 6 * 10_000 * 8


def test_a_window_is_given_before_much_behind_it_is_read():
    read = []

    def stream():
        for number in range(1000):
            read.append(number)
            yield np.zeros(1000)

    for first, _ in windows(stream(), window=10_000, step=5_000):
        assert len(read) * 1000 <= first + 15_000 + 1000


def test_seams_lie_in_the_middle_of_what_two_windows_share():
    parts = [(0, np.full(10, 0)), (5, np.full(10, 1)), (8, np.full(10, 2))]
    pieces = list(joined(parts))
    assert [first for first, _ in pieces] == [0, 7, 11]
    np.testing.assert_array_equal(
        np.concatenate([frames for _, frames in pieces]), [0] * 7 + [1] * 4 + [2] * 7
    )


def test_windows_that_do_not_meet_are_refused():
    with pytest.raises(AudiophraseError, match="no frames between frame 3 and 5"):
        list(joined([(0, np.zeros(3)), (5, np.zeros(3))]))
