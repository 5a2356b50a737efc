"""How to cite the paper and the software."""

import click

from audiophrase import __version__

PAPER = """\
@inproceedings{xie2022unsupervised,
  title = {Unsupervised Audio-Caption Aligning Learns Correspondences between Individual Sound
           Events and Textual Phrases},
  author = {Xie, Huang and R{\\"a}s{\\"a}nen, Okko and Drossos, Konstantinos and Virtanen, Tuomas},
  booktitle = {{IEEE} International Conference on Acoustics, Speech and Signal Processing ({ICASSP})},
  year = {2022},
  eprint = {2110.02939},
  archiveprefix = {arXiv},
}
"""
SOFTWARE = f"""\
@software{{audiophrase,
  title = {{audiophrase: audio-caption alignment as a reproducible pipeline}},
  author = {{{{The audiophrase authors}}}},
  version = {{{__version__}}},
}}
"""


@click.command(epilog="Example: audiophrase cite >> references.bib")
def cite() -> None:
    """Print BibTeX of the paper that is reproduced, and of this software."""
    click.echo(f"{PAPER}\n{SOFTWARE}", nl=False)
