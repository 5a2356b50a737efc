"""Ranks as tables write them."""

import pytest

from audiophrase.report.cells import rank_told


@pytest.mark.parametrize(
    ("rank", "written"),
    [(2.0, "2"), (1.5, "1.5"), (12.0125, "12"), (6.25, "6.2"), (1_234_567.0, "1234567")],
)
def test_a_rank_has_no_more_decimals_than_it_can_mean(rank, written):
    assert rank_told(rank) == written
