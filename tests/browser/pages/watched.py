"""A page that remembers everything that went wrong in it, and how it is measured."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from playwright.sync_api import ConsoleMessage, Page

AXE = Path(__file__).parents[3] / "node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What is right is counted in the page and stays there: it is two thirds of the answer's time.
_RUN = """rules => axe.run(document, {runOnly: rules, resultTypes: ["violations"]}).then(found => found.violations.map(
    each => ({id: each.id, targets: each.nodes.slice(0, 3).map(node => node.target)})))"""
WIDTHS = {"desk": 1280, "phone": 360}


@functools.cache
def _axe() -> str:
    return AXE.read_text()


def open_page(page: Page, url: str) -> None:
    """The page and its scripts, which come after it was drawn."""
    page.goto(url)
    page.wait_for_selector("html[data-ready]", state="attached")


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
        where.evaluate(_axe())
        found: list[dict[str, Any]] = where.evaluate(_RUN, RULES)
        return [f"{each['id']}: {each['targets']}" for each in found]

    def overflow(self, frame: Any = None) -> int:
        """Pixels by which the page is wider than its window."""
        where = frame or self.page
        return int(where.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
