"""A job's options out of the names that its rule gives to what it reads and writes."""

from collections.abc import Iterable, Mapping

Files = Mapping[str, str | Iterable[str]]


def options(*named: Files, without: Iterable[str] = ()) -> list[str]:
    """`caption_words` is `--caption-words=FILE`, once for each of its files; none where it has none.

    Args:
        named: a rule's inputs and its outputs, by their names.
        without: names that are no options of the job.

    Raises:
        ValueError: an input has the name of an output, and which of them is meant nobody knows.
    """
    left_out, given = set(without), [name for files in named for name in files]
    if twice := {name for name in given if given.count(name) > 1} - left_out:
        raise ValueError(f"an input and an output are both called {', '.join(sorted(twice))}")
    return [
        f"--{name.replace('_', '-')}={path}"
        for files in named
        for name, paths in files.items()
        if name not in left_out
        for path in ([paths] if isinstance(paths, str) else paths)
    ]
