"""The splits of every data set."""

SPLITS = ("train", "val", "test")
