"""The figures that there are, and what each says of itself.

A figure is a module of `report/figures`, found by its file. It states, as constants that are literals:

    PLACE = 10                  # on the page, lowest first
    TITLE = "…"                 # set before the caption
    CAPTION = "…"               # below the picture
    CAPTION_OF_PHRASES = "…"    # a sentence more where the data set has phrases; may be left out
    CAPTION_OF_PAPER = "…"      # a sentence more where the paper's numbers stand beside the data set's; likewise
    ALT = "…"                   # what kind of picture it is, where it is not seen
    READS = {"curve": "results/{dataset}/runs/paper/seed-{first_seed}/sed_curve.csv"}
    SETTINGS = ("features",)    # sections of params.yaml beside `figures`; may be left out
    NEEDS_PHRASES = True        # left out of the page where captions have none; may be left out

and has a function `draw`, which takes what READS names, each under its name, then `settings` (dataclass by
section), `audio` and `beside_paper` (whether the paper's numbers are of the data set's own clips), and returns
a Matplotlib figure (`style.canvas`); it reads no file. `figure.said = Said(…)` puts into words and numbers
what this figure shows: that follows ALT, and names the clips that the page plays beside it. What comes of each path is said in `report/inputs.py`. A figure that
needs phrases returns `style.nothing_to_show` where there are none. A module whose name begins with an
underscore is no figure.

Constants are read from the text: every start of Snakemake asks for them, and must not load Matplotlib.
"""

import ast
import re
import string
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from audiophrase.errors import AudiophraseError, ExtensionError

FOLDER = Path(__file__).parent / "figures"
_MARKUP = re.compile(r"[\\*`|_]")
# What the workflow fills into the paths that figures read.
PLACEHOLDERS = {
    "dataset": "the data set's name",
    "first_seed": "of the seeds of the variant `paper`, the first",
    "seed": "each of these seeds: as many files",
    "front_end": "that of the variant `paper`",
    "test_shard": "each shard of the test split: as many files",
}


@dataclass(frozen=True, slots=True)
class About:
    """What a figure's module states."""

    name: str
    path: Path
    place: int
    title: str
    caption: str
    caption_of_phrases: str
    caption_of_paper: str
    alt: str
    reads: Mapping[str, str]  # argument of `draw` -> path with placeholders
    settings: tuple[str, ...]
    needs_phrases: bool

    def text(self, *, has_phrases: bool, beside_paper: bool) -> str:
        """The caption as it holds for a data set."""
        more = [(has_phrases, self.caption_of_phrases), (beside_paper, self.caption_of_paper)]
        return " ".join(
            [self.caption, *(sentence for holds, sentence in more if holds and sentence)]
        )


def as_rst(text: str) -> str:
    """A plain text as reStructuredText shows it unchanged: nothing in it is markup."""
    return _MARKUP.sub(r"\\\g<0>", text)


def figures(folder: Path = FOLDER) -> dict[str, About]:
    """Every figure by its name, in the order of the page.

    Raises:
        AudiophraseError: a module does not state what it must.
    """
    modules = [path for path in folder.glob("*.py") if not path.stem.startswith("_")]
    listed = sorted(map(_about, modules), key=lambda about: (about.place, about.name))
    return {about.name: about for about in listed}


def _about(path: Path) -> About:
    stated = _DEFAULTS | _constants(path)
    for name, (will_do, form) in _FORMS.items():
        if name not in stated:
            raise AudiophraseError(f"{path} states no {name}", f"add {name} = {form}")
        if not will_do(stated[name]):
            raise AudiophraseError(f"{path}: {name} will not do", f"give it {form}")
    return About(path.stem, path, **{name.lower(): stated[name] for name in _FORMS})


def _constants(path: Path) -> dict[str, Any]:
    """Those of a figure's constants that a module's text states; None for one that is no literal."""
    try:
        statements = ast.parse(path.read_text(encoding="utf-8")).body
    except SyntaxError as error:
        raise AudiophraseError(f"{path}:{error.lineno}: {error.msg}", "correct the line") from None
    stated = {}
    for statement in statements:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in _FORMS:
                try:
                    stated[name] = ast.literal_eval(value)
                except ValueError:
                    stated[name] = None
    if not any(getattr(statement, "name", "") == "draw" for statement in statements):
        raise ExtensionError(f"{path} has no function draw")
    return stated


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


_OTHERS = {
    "sources",
    "settings",
    "audio",
    "beside_paper",
}  # that the rule or `draw` is given besides


def _are_paths(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and bool(value)
        and all(_is_text(name) and name.isidentifier() for name in value)
        and not _OTHERS & set(value)
        and all(map(_is_path, value.values()))
    )


def _is_path(value: Any) -> bool:
    if not _is_text(value) or not value.endswith((".parquet", ".csv", ".json")):
        return False
    try:
        names = {name for _, name, _, _ in string.Formatter().parse(value) if name is not None}
    except ValueError:  # a brace alone
        return False
    return value.startswith(_TOPS) and names <= set(PLACEHOLDERS)


_FILLED_IN = f"in braces only {', '.join(PLACEHOLDERS)}"
_TOPS = ("data/{dataset}/", "results/{dataset}/")
_FORMS = {  # constant -> whether a value will do, and what will
    "PLACE": (lambda value: type(value) is int, "a whole number"),
    "TITLE": (_is_text, "a text"),
    "CAPTION": (_is_text, "a text"),
    "CAPTION_OF_PHRASES": (lambda value: isinstance(value, str), "a text"),
    "CAPTION_OF_PAPER": (lambda value: isinstance(value, str), "a text"),
    "ALT": (_is_text, "a text"),
    "READS": (
        _are_paths,
        f"paths of .parquet, .csv or .json files by argument of `draw`, {_FILLED_IN}",
    ),
    "SETTINGS": (
        lambda value: isinstance(value, tuple) and all(map(_is_text, value)),
        "a tuple of names of sections of params.yaml",
    ),
    "NEEDS_PHRASES": (lambda value: type(value) is bool, "True or False"),
}
_DEFAULTS = {
    "CAPTION_OF_PHRASES": "",
    "CAPTION_OF_PAPER": "",
    "SETTINGS": (),
    "NEEDS_PHRASES": False,
}
