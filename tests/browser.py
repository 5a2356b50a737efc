"""A real browser, for what opens in one: Chromium without a window, and axe-core beside it.

Tests that ask for `visit` are skipped, with the reason, where there is no Chromium or no Playwright.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

WIDE, NARROW = 1280, 390  # pixels, of a desk and of a telephone
_HEIGHT = {WIDE: 900, NARROW: 844}
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = (
    "--no-sandbox",  # which needs rights that containers lack
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
)
_MILDER = {"minor"}  # what axe-core reports and we let pass


@dataclass
class Visit:
    """A page that is open, and what it did that it should not have."""

    page: Any
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def violations(self) -> list[str]:
        """What axe-core finds wrong: moderate, serious or critical, a line each."""
        from axe_playwright_python.sync_playwright import Axe

        # Without preload, which fetches style sheets: pages on a disk may not, nor under a strict policy.
        options = {"resultTypes": ["violations"], "preload": False}
        found = Axe().run(self.page, options=options).response["violations"]
        return [
            f"{each['impact']} {each['id']}: {node['target']} {node['failureSummary']}"
            for each in found
            if each["impact"] not in _MILDER
            for node in each["nodes"]
        ]

    def overflow_px(self) -> int:
        """How much wider than the window the page is."""
        return self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The browser, one a worker."""
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    pytest.importorskip("axe_playwright_python", reason="axe-core is not installed")
    path = next(filter(None, map(shutil.which, _NAMES)), None)
    if path is None:
        pytest.skip("there is no Chromium on this machine (Debian: apt-get install chromium)")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=list(_FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium) -> Iterator[Any]:
    """`visit(path, width=…, scheme=…)` opens a file as a reader would.

    Raises:
        AssertionError: at the end of the test, the page wrote an error to the console, or asked for
            anything outside its own folder.
    """
    contexts, visits = [], []

    def opened(path: Path, *, width: int = WIDE, scheme: str = "light") -> Visit:
        context = chromium.new_context(
            viewport={"width": width, "height": _HEIGHT[width]}, color_scheme=scheme
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        visit = Visit(page)
        visits.append((visit, path.parent.resolve().as_uri()))
        page.on("console", lambda said: said.type == "error" and visit.errors.append(said.text))
        page.on("pageerror", lambda error: visit.errors.append(str(error)))
        page.on("request", lambda request: visit.requests.append(request.url))
        page.goto(path.resolve().as_uri())
        return visit

    yield opened
    for context in contexts:
        context.close()
    for visit, folder in visits:
        assert not visit.errors, visit.errors
        inside = (f"{folder}/", "data:", "blob:")
        assert not (away := [url for url in visit.requests if not url.startswith(inside)]), away


def eventually(page: Any, expression: str) -> None:
    """Waits until an expression of JavaScript holds; a strict policy bars Playwright's own waiting.

    Raises:
        AssertionError: it does not within ten seconds.
    """
    for _ in range(200):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"it does not come true: {expression}")
