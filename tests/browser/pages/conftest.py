"""Our pages in Chromium: drawn from facts, or in a real frame of an emulated portal with the whole program behind."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response
from playwright.sync_api import ConsoleMessage, Page
from werkzeug.serving import make_server

from b24app.frames import pages, session
from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.session import PageSession, SessionSigner
from placements.tab_view import tab_view
from tests.browser.pages.states import NOW, STATES
from tests.flows.program import Program

ROOT = Path(__file__).parents[3]
AXE = ROOT / "node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = {"desk": 1280, "phone": 360}


@pytest.fixture(scope="session")
def gallery() -> Iterator[str]:
    """Address of a server that draws `/<state>/<lang>` and `/error/<code>/<lang>`."""
    app = Flask("gallery", template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    pages.setup(app)
    app.add_url_rule("/<state>/<lang>", "state", _draw)
    app.add_url_rule("/error/<code>/<lang>", "error", _draw_error)
    app.add_url_rule("/tab/version", "version", lambda: ("", 204))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def _draw(state: str, lang: str) -> Response:
    facts, preview = STATES[state]
    blank = PageSession(
        1, 7, "CRM_DEAL_DETAIL_TAB", 8061, lang, "Europe/Moscow", "http://127.0.0.1", False, "Анна", 0, 0
    )
    who = session.prove(blank, NOW)
    viewer = pages.viewer_of(who, NOW)
    view = tab_view(facts, viewer.formats, "СДЭК" if lang == "ru" else "CDEK", preview)
    return pages.page("pages/deal_tab.html", viewer, who, SessionSigner(["k"]), view=view, key="k" * 16)


def _draw_error(code: str, lang: str) -> Response:
    answer = pages.error_page(PageError(ErrorCode(code)), lang, "7f3a12cd")
    answer.status_code = 200
    return answer


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
        where.evaluate(AXE.read_text())
        found = where.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
        return [f"{each['id']}: {[node['target'] for node in each['nodes']][:3]}" for each in found["violations"]]

    def overflow(self, frame: Any = None) -> int:
        """Pixels by which the page is wider than its window."""
        where = frame or self.page
        return int(where.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.fixture
def watched(page: Page) -> Watched:
    return Watched(page)


@pytest.fixture
def program(world: Any, sqlite_database_url: str, redis_url: str) -> Iterator[Program]:
    """The whole program beside the emulated world, its worker running."""
    with Program(world, sqlite_database_url, redis_url) as running:
        yield running
