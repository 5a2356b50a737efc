"""Downloads that nothing of the machine that runs the tests has a part in."""

import pytest

from audiophrase.downloads import transfer
from audiophrase.downloads.pinned import HANDED_OVER


@pytest.fixture(autouse=True)
def alone(monkeypatch):
    for name in (HANDED_OVER, "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(transfer.os, "fsync", lambda _: None)  # a busy disk takes seconds
