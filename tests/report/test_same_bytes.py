"""A figure's file does not show what its layout leaves open."""

import pytest

from audiophrase.report import style


@style.look()
def drawn(shift):
    figure = style.canvas(2.0, audio="recorded")
    figure.set_layout_engine("none")
    for left in (0.1, 0.6):
        axes = figure.add_axes([left + shift, 0.2, 0.3, 0.7])
        axes.plot([0, 1, 2], [0, 1, 0])
        axes.set_xlim(0.5, 1.5)  # so that the line is clipped
    return figure


@pytest.mark.parametrize("shift", [1e-15, 1e-12])
def test_the_last_bits_of_a_layout_change_no_byte(shift):
    assert shift + 0.1 != 0.1
    content = style.svg(drawn(0.0))
    assert content == style.svg(drawn(shift))
    assert content.count(b"<clipPath id=") == 2
    for name in (b"clip1", b"clip2"):
        assert b'<clipPath id="%s">' % name in content
        assert b'clip-path="url(#%s)"' % name in content
