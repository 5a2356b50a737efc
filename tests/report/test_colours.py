"""The colours of pages: text and marks stand out from every ground, on light and on dark."""

import re
from importlib import resources

import pytest

CSS = resources.files("audiophrase.report").joinpath("colours.css").read_text(encoding="utf-8")
LIGHT, DARK = (dict(re.findall(r"--([\w-]+): (#\w{6});", part)) for part in CSS.split("@media"))


def luminance(colour):
    """Relative luminance as WCAG 2 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(weight * p for weight, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    lower, higher = sorted((luminance(one), luminance(other)))
    return (higher + 0.05) / (lower + 0.05)


@pytest.mark.parametrize("colours", [LIGHT, LIGHT | DARK], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("names", "grounds", "least"),
    [
        (("ink", "soft", "accent"), ("ground", "surface"), 4.5),
        (("ink", "mark", "soft", "accent"), ("mark-ground",), 4.5),
        (("on-accent",), ("accent",), 4.5),
        (("edge", *(f"series-{n}" for n in range(1, 6))), ("ground", "surface"), 3.0),
    ],
)
def test_what_is_to_be_seen_stands_out(colours, names, grounds, least):
    for name in names:
        for ground in grounds:
            seen = contrast(colours[name], colours[ground])
            assert seen >= least, f"--{name} on --{ground}: {seen:.2f}"
