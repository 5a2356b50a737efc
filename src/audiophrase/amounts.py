"""Amounts in sentences: nouns in the right number, and units that leave no zeros."""


def counted(n: int, noun: str) -> str:
    """`1 clip`, `4,590 clips`."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def duration(seconds: float) -> str:
    """Minutes below an hour, at least one; else hours."""
    minutes = max(1, round(seconds / 60))
    return f"{minutes} min" if minutes < 60 else f"{seconds / 3600:.1f} h"


def disk_space(n_bytes: float) -> str:
    """Megabytes below a gigabyte, else gigabytes."""
    megabytes = round(n_bytes / 1e6)
    return f"{megabytes} MB" if megabytes < 1000 else f"{n_bytes / 1e9:.1f} GB"
