"""The command line: what people use, in groups, and the jobs that the rules of the workflow call."""

import importlib
import os
import signal
import sys
from collections.abc import Mapping
from typing import Any

import click

from audiophrase import __version__, extras, threads
from audiophrase.bridge import guard
from audiophrase.errors import AudiophraseError
from audiophrase.outputs.text import lines
from audiophrase.prose import tell

Groups = Mapping[str, Mapping[str, str]]

# What help lists of each command. The command NAME is the function `NAME` of commands/NAME.py.
MODELS = "Using a model"
COMMANDS = {
    MODELS: {
        "ground": "Find where phrases are heard in a recording.",
        "search": "Find recordings by what is heard in them.",
        "embed": "Write the frames of recordings as Parquet.",
        "export": "Pack a trained model for use elsewhere.",
        "info": "Tell what a run, a model or results are.",
        "cite": "Print BibTeX of the paper and the software.",
    },
    "What a data set is made of": {
        "download": "Fetch all that a data set has pinned on the network.",
        "fetch": "Fetch the clips of a data set from YouTube.",
        "audit": "Count the clips by state and reason.",
    },
    "Sharing in a lab": {
        "record": "Record in dvc.lock what Snakemake made.",
        "adopt": "Tell Snakemake which pulled files are current.",
        "verify": "Hash every artifact here, in the cache, in a remote.",
        "stages": "List the DVC stages of a data set.",
        "offline-plots": "Have DVC's plots open offline.",
    },
    "The workflow; the jobs of its rules are under `audiophrase job`": {
        "check-params": "Check a params file.",
        "dvc-stages": "Write dvc.yaml from the workflow.",
    },
}
OLDER_NAMES = {"retrieve": "fetch"}  # still understood, and listed nowhere
# The same of what only rules and DVC's stages call, `audiophrase job NAME`: jobs/NAME.py.
JOBS = {
    "generate-annotations": "Make up annotations for the demo.",
    "download-annotations": "Fetch AudioGrounding's files.",
    "archived-annotations": "Take over labels that are archived with their audio.",
    "import-annotations": "Take over one annotation file.",
    "import-file": "Take over the user's one annotation file for all splits.",
    "import-list": "Take over a list of clips without captions.",
    "annotations": "Parse annotations into tables.",
    "render-clips": "Render the clips of a shard.",
    "render-phrases": "Render a shard from any phrases.",
    "recordings": "List the recordings that may hold clips of any shard.",
    "local-clips": "Read the clips of a shard from a folder.",
    "archived-clips": "Read the clips of a shard from an archive.",
    "fetch-clips": "Fetch the clips of a data set from YouTube.",
    "youtube-clips": "Pack fetched clips into a shard.",
    "clips-manifest": "Check a split's clip shards.",
    "availability": "Write down which clips could be had.",
    "availability-of-youtube": "The same where YouTube was asked.",
    "study-annotations": "Gather the annotations of a study's data sets.",
    "study-availability": "Gather what is known of the clips of a study's data sets.",
    "leakage": "Find recordings that stand in several splits or sets.",
    "features": "Frames of a shard of clips, by a front end.",
    "features-manifest": "Check a split's feature shards.",
    "text": "Vocabulary, word vectors and word ids.",
    "train": "Train the model.",
    "evaluate-retrieval": "Retrieval of captions and clips.",
    "evaluate-sed": "Phrase-based sound event detection.",
    "inspect-run": "What a run makes of each test clip.",
    "metrics": "Gather the numbers of all runs.",
    "tables": "Write the tables.",
    "figure": "Draw a figure.",
    "report": "Write the page of results.",
    "explorer": "Write the pages to look through clips and errors.",
    "backdate": "Date back shards that Snakemake has no record of.",
}
JOB = "job"
# Commands and jobs other than `MODELS` go nowhere without it, and may start it as a program.
PIPELINE_PACKAGE = "snakemake"
EXIT_INTERRUPTED = 130
INTERRUPTED = "interrupted; run the same command again to go on"


class _Lazy(click.Group):
    """Loads a command's module only when the command is asked for, and none for the list of all."""

    def __init__(self, *arguments: Any, package: str, groups: Groups, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self._package, self._groups = package, groups
        self._names = [name for group in groups.values() for name in group]

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*self._names, *self.commands]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if JOB in self.commands:
            cmd_name = OLDER_NAMES.get(cmd_name, cmd_name)
        if cmd_name not in self._names:
            if ctx is not None and JOB in self.commands and cmd_name in JOBS:
                ctx.fail(
                    f"'{cmd_name}' is a job: Snakemake calls it, by hand: audiophrase job {cmd_name}"
                )
            return super().get_command(ctx, cmd_name)
        if cmd_name not in self._groups.get(MODELS, ()) and not extras.has(PIPELINE_PACKAGE):
            return _not_installed(cmd_name if JOB in self.commands else f"{JOB} {cmd_name}")
        name = cmd_name.replace("-", "_")
        # Ctrl-C while a library loads would end as whatever error its loading makes of it.
        before = signal.getsignal(signal.SIGINT)
        if before is signal.default_int_handler:
            signal.signal(signal.SIGINT, _stop_at_once)
        try:
            importlib.import_module("audiophrase.arrow").leave_pandas_out()
            module = importlib.import_module(f"audiophrase.{self._package}.{name}")
            return getattr(module, name)
        finally:
            signal.signal(signal.SIGINT, before)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """All on one page: the options stand in the line of usage, and no line is left empty."""
        width = max(map(len, self._names))
        formatter.write_paragraph()
        for title, group in self._groups.items():
            formatter.write_heading(title)
            with formatter.indentation():
                formatter.write_dl([(name.ljust(width), line) for name, line in group.items()])


@click.group(
    cls=_Lazy,
    package="commands",
    groups=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"]},
    options_metavar="[-h | --help | --version]",
    subcommand_metavar="COMMAND ...",
)
@click.version_option(__version__, prog_name="audiophrase")
def cli() -> None:
    """Align sound events with phrases, out of clips and captions alone."""


@cli.group(
    JOB,
    cls=_Lazy,
    package="jobs",
    groups={"Jobs": JOBS},
    options_metavar="[-h | --help]",
    subcommand_metavar="JOB ...",
)
def job() -> None:
    """One command a rule of the workflow: Snakemake calls these."""


def main() -> None:
    """Run a command; a user's mistake ends with a message, not with a stack trace."""
    threads.set_up()
    if sys.argv[1:2] == [JOB]:  # the others may start a Snakemake of their own
        guard.join()
    try:
        code = cli.main(prog_name="audiophrase", standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except AudiophraseError as error:
        _fail(str(error))
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        _fail(INTERRUPTED, EXIT_INTERRUPTED)
    except ImportError as error:
        if explained := extras.explain(error):
            _fail(str(explained))
        if not (error.name or "").startswith("audiophrase."):
            raise
        _fail(
            f"{error}\n  What to do: docs/extending.md shows what a module of ours takes, and where"
        )
    except OSError as error:
        _fail(": ".join(str(part) for part in (error.filename, error.strerror or error) if part))


def _not_installed(name: str) -> click.Command:
    """In place of a command of the pipeline, where that is not installed: says what to install."""

    def refuse(arguments: tuple[str, ...]) -> None:
        raise extras.needed(f"`audiophrase {name}`", PIPELINE_PACKAGE, extras.PIPELINE)

    return click.Command(
        name,
        callback=refuse,
        params=[click.Argument(["arguments"], nargs=-1, type=click.UNPROCESSED)],
        context_settings={"ignore_unknown_options": True},
        help=f"Needs what `pip install 'audiophrase[{extras.PIPELINE}]'` brings.",
    )


def _stop_at_once(signal_number: int, frame: object) -> None:
    os.write(2, f"error: {INTERRUPTED}\n".encode())
    os._exit(EXIT_INTERRUPTED)


def _fail(message: str, code: int = 1) -> None:
    tell(f"error: {lines(message)}", err=True)  # which names files and words of others
    sys.exit(code)
