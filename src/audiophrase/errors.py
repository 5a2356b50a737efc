"""Errors that a user can act on: each names the thing, the cause and what to do next."""


class AudiophraseError(Exception):
    """Something the user can fix. The command line prints it without a stack trace."""

    def __init__(self, problem: str, remedy: str | None = None) -> None:
        self.problem, self.remedy = problem, remedy
        super().__init__(problem if remedy is None else f"{problem}\n  What to do: {remedy}")


class ParamsError(AudiophraseError):
    """A parameter that is unknown, missing, of the wrong type or out of range."""


class ExtensionError(AudiophraseError):
    """An encoder, a loss or the like that is listed, and half done."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem, "docs/extending.md shows what it takes, and where")


class AnnotationError(AudiophraseError):
    """An annotation file that cannot be read as what it should be."""


class ArtifactError(AudiophraseError):
    """An artifact that is missing, damaged or made with other parameters."""


class VectorsError(AudiophraseError):
    """A word2vec file that cannot be read."""


class DownloadError(AudiophraseError):
    """A file that cannot be had from the network, or is not the one it should be."""
