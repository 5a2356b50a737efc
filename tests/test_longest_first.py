"""The order in which tests begin names tests that there are."""

import re
from collections import Counter
from pathlib import Path

import longest_first


def test_each_name_stands_for_one_test():
    tests = Path(__file__).parent.rglob("test_*.py")
    defined = Counter(n for t in tests for n in re.findall(r"(?m)^def (test_\w+)", t.read_text()))
    assert {name: defined[name] for name in longest_first.TESTS} == dict.fromkeys(
        longest_first.TESTS, 1
    )
