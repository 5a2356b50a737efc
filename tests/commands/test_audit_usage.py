"""Arguments of `audiophrase audit` that do not go together: what is said of them."""

import pytest
from click import UsageError

from audiophrase.commands.audit import audit


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "name a data set, or tables"),
        (("a", "b"), "name one data set, not 2"),
        (("../a",), "cannot be the name of a data set"),
        (("a", "--out", "x.parquet"), "--out goes with --merge"),
        (("--merge", "a.csv", "b.csv", "--out", "x.csv"), "x.csv: name a file that ends in"),
        (("--merge", "a.parquet"), "name two tables or more"),
        (("--merge",), "name two tables or more"),
        (("a", "--merge", "b.csv", "c.csv"), "--merge takes tables alone, .parquet or .csv: 'a'"),
        (("a", "--diff", "x.csv", "y.csv"), "leave out 'a'"),
        (("a.csv", "--merge", "b.csv", "--diff", "x", "y"), "name one of them"),
        (("a", "--export", "x.txt"), "x.txt: name a file that ends in .csv"),
    ],
)
def test_what_is_wrong_with_them_is_said(arguments, told):
    with pytest.raises(UsageError) as refusal:
        audit.main(list(arguments), standalone_mode=False)
    assert told in refusal.value.message
