"""A page that remembers everything that went wrong in it, and how it is measured."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import ConsoleMessage, Page

AXE = Path(__file__).parents[3] / "node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What is right is counted in the page and stays there: it is two thirds of the answer's time.
_RUN = """rules => axe.run(document, {runOnly: rules, resultTypes: ["violations"]}).then(found => found.violations.map(
    each => ({id: each.id, targets: each.nodes.slice(0, 3).map(node => node.target)})))"""
WIDTHS = {"desk": 1280, "phone": 360}
#: Of `at_both_widths`: nothing sticks out, nothing is wrong.
FINE: tuple[int, int, list[str]] = (0, 0, [])


@functools.cache
def _axe() -> str:
    return AXE.read_text()


def open_page(page: Page, url: str) -> None:
    """The page and its scripts, which come after it was drawn."""
    page.goto(url)
    page.wait_for_selector("html[data-ready]", state="attached")


def until(page: Page, true: Callable[[], bool], what: str) -> None:
    """Wait for what is known outside the page (at the server, to the test's own routes) while the page goes on."""
    for _ in range(800):
        if true():
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"{what}: it did not come")


class Watched:
    """A page that remembers everything that went wrong in it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.faults: list[str] = []
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(f"{message.type}: {message.text}")

    def axe(self, frame: Any = None) -> list[str]:
        """Violations of WCAG 2.2 AA and best practice, each with where."""
        where = frame or self.page
        if where.evaluate("typeof axe") == "undefined":
            where.evaluate(_axe())
        found: list[dict[str, Any]] = where.evaluate(_RUN, RULES)
        return [f"{each['id']}: {each['targets']}" for each in found]

    def overflow(self, frame: Any = None) -> int:
        """Pixels by which the page is wider than its window."""
        where = frame or self.page
        return int(where.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))

    def widen(self, width: str) -> None:
        """For a page without a frame."""
        self.page.set_viewport_size({"width": WIDTHS[width], "height": 800})

    def at_both_widths(self, axe_at: str) -> tuple[int, int, list[str]]:
        """By how much the page is wider than a desk's and a phone's window, and what axe says at one of them (or at
        none): it is slow, and width and language change little for it."""
        found, said = [], list[str]()
        for width in WIDTHS:
            self.widen(width)
            found.append(self.overflow())
            if width == axe_at:
                said = self.axe()
        return found[0], found[1], said
