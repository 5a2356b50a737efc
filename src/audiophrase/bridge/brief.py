"""What Snakemake prints of a job that failed: which job, how it ended, and where its log lies.

By itself it prints the job's whole command below the job's own error: of a training 2.5 KB of settings
and shards, which push that error off the screen. The whole command still goes to Snakemake's own
log. Handlers and formatters are those of Python's `logging`; where Snakemake words an error in
another way, it is printed as Snakemake has it.
"""

import logging
import re

from snakemake.logging import logger
from snakemake_interface_logger_plugins.common import LogEvent

_START = re.compile(r"RuleException:\nCalledProcessError[^\n]*\nCommand '")
_END = re.compile(r"' (returned non-zero exit status \d+|died with [^'\n]+)\.\s*\Z")
_JOB = re.compile(r"python -m audiophrase job ([a-z-]+)")
_LOG = re.compile(r" (?:tee -i|--log) (\S+)")  # the last in a command: settings may hold any text


def shorten_errors() -> None:
    """Have what is printed from here on brief. Called when the rules are read, on a cluster's nodes too."""
    for handler in logger.handlers:
        into_file = isinstance(handler, logging.FileHandler)
        if handler.formatter is not None and not into_file:
            handler.setFormatter(Brief(handler.formatter))


class Brief(logging.Formatter):
    """Snakemake's formatter, given errors of jobs without their commands and inputs."""

    def __init__(self, whole: logging.Formatter) -> None:
        super().__init__()
        self._whole = whole

    def format(self, record: logging.LogRecord) -> str:
        return self._whole.format(_without_command(record))


def _without_command(record: logging.LogRecord) -> logging.LogRecord:
    """The record, or a copy of it: the whole one goes to other handlers."""
    event = getattr(record, "event", None)
    if event == LogEvent.JOB_ERROR:  # which profiles/slurm shows
        changed = {"input": [], "shellcmd": None}
    elif event == LogEvent.ERROR:
        changed = {"msg": told_briefly(str(record.msg))}
    else:
        return record
    return logging.makeLogRecord(vars(record) | changed)


def told_briefly(message: str) -> str:
    """An error of Snakemake's without the command of our job that it may hold."""
    end = _START.match(message) and _END.search(message)
    job = end and _JOB.search(message)
    logs = job and _LOG.findall(message, 0, end.start())
    if not logs:
        return message
    return (
        f"the job {job[1]} {end[1]}\n  its log: {logs[-1]}\n"
        "  its whole command, settings included: in Snakemake's log, named below"
    )
