"""The page that DVC puts its plots into, with all that draws them inside.

DVC's own page loads Vega from a network. Snakemake's package brings Vega for its reports, of the same
major versions as DVC's page asks for (5, 5 and 6), and DVC takes another page from `plots.html_template`.
"""

from importlib import resources
from pathlib import Path

from audiophrase.errors import AudiophraseError

FOLDER = Path(".dvc")
PAGE = Path("plots/offline.html")  # from FOLDER on, where DVC counts such paths from
_LIBRARIES = ("vega", "vega-lite", "vega-embed")  # each needs those before it
_PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
{{refresh_tag}}
<title>DVC plots</title>
{scripts}
</head>
<body>
{{plot_divs}}
</body>
</html>
"""


def page() -> str:
    """The page, about 2 MB, in which DVC replaces `{refresh_tag}` and `{plot_divs}`.

    Raises:
        AudiophraseError: this Snakemake brings no Vega.
    """
    return _PAGE.format(scripts="\n".join(map(_script, _LIBRARIES)))


def _script(library: str) -> str:
    file = resources.files("snakemake") / "assets" / "data" / library / f"{library}.js"
    try:
        return f"<script>{file.read_text(encoding='utf-8')}</script>"
    except FileNotFoundError:
        raise AudiophraseError(
            f"this Snakemake has no {library} with it ({file})",
            "install Snakemake as requirements.lock says (pip), or open DVC's plots with a network",
        ) from None
