"""Curves that reach 1 in every clip are said to, wherever there are any."""

from dataclasses import replace

from explorer_contents import contents

from audiophrase.explorer import site


def test_whoever_sees_curves_reads_how_they_are_scaled():
    whole = contents()
    for made, count in ((whole, 1), (replace(whole, runs=[]), 0)):
        page = dict(site.files(made))["index.html"].decode()
        assert page.count("scaled to reach from 0 to 1 within the clip") == count
