"""Amounts in sentences."""

import pytest

from audiophrase.amounts import counted, disk_space, duration


def test_nouns_have_the_right_number():
    assert [counted(n, "clip") for n in (0, 1, 2, 4590)] == [
        "0 clips",
        "1 clip",
        "2 clips",
        "4,590 clips",
    ]


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0.0, "1 min"), (90.0, "2 min"), (3569.0, "59 min"), (3590.0, "1.0 h"), (55_080.0, "15.3 h")],
)
def test_durations(seconds, told):
    assert duration(seconds) == told


@pytest.mark.parametrize(
    ("n_bytes", "told"), [(0, "0 MB"), (3_900_000, "4 MB"), (9.996e8, "1.0 GB"), (9e9, "9.0 GB")]
)
def test_disk_space(n_bytes, told):
    assert disk_space(n_bytes) == told
