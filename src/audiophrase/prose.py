"""Sentences on a terminal: broken between words at its width, and as they are anywhere else."""

import re
import shutil
import sys
import textwrap
from typing import TextIO

import click

_COMMAND = re.compile(r"`[^`\n]*`")
_GLUE = "\N{NO-BREAK SPACE}"  # where lines are not broken: a command can be pasted
_INDENT = re.compile(r"\s*(- )?")


def tell(text: str, *, err: bool = False) -> None:
    """Print sentences, to standard error if `err`."""
    click.echo(for_stream(text, sys.stderr if err else sys.stdout), err=err)


def for_stream(text: str, stream: TextIO) -> str:
    """A text as a stream is to have it: wrapped for a terminal."""
    return wrapped(text, shutil.get_terminal_size().columns) if stream.isatty() else text


def wrapped(text: str, width: int) -> str:
    """Lines of at most `width` characters, each indented as it began; commands stay in one piece."""
    return "\n".join(_wrapped_line(line, width) for line in text.split("\n"))


def _wrapped_line(line: str, width: int) -> str:
    indent = _INDENT.match(line).group()
    glued = _COMMAND.sub(lambda command: command.group().replace(" ", _GLUE), line)
    lines = textwrap.wrap(
        glued[len(indent) :],
        width,
        initial_indent=indent,
        subsequent_indent=" " * len(indent),
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join(lines).replace(_GLUE, " ")
