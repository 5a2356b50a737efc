"""What stands first, beside a plain sort of all scores."""

import numpy as np
import pytest

from audiophrase.evaluate.nearest import Nearest


@pytest.mark.parametrize("block", [1, 3, 20])
@pytest.mark.parametrize("k", [1, 4, 50])
def test_the_first_are_those_of_a_plain_sort_whatever_the_blocks(block, k):
    rng = np.random.default_rng(5)
    scores = rng.integers(0, 6, (20, 31)).astype(np.float32)  # many ties
    nearest = Nearest(20, 31, k)
    order = rng.permutation(20)  # clips of one length come together, not in their order
    for first in range(0, 20, block):
        clips = order[first : first + block]
        nearest.add(clips, scores[clips])
    for found, whole in zip(nearest.first().values(), (scores, scores.T), strict=True):
        for query, row in enumerate(whole):
            expected = sorted(range(len(row)), key=lambda item, row=row: (-row[item], item))[:k]
            assert found.items[query].tolist() == expected
            assert found.scores[query].tolist() == [row[item] for item in expected]
