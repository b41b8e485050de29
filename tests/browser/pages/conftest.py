"""Our pages in Chromium: drawn from facts, or in a real frame of an emulated portal with the whole program behind."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from b24app.frames import pages, session
from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.session import PageSession, SessionSigner
from b24app.systems import discover
from placements.tab_collect_view import Ways
from placements.tab_view import tab_view
from tests.browser.pages import return_states
from tests.browser.pages.aimed import aimed
from tests.browser.pages.desk import Desk
from tests.browser.pages.states import CLIENT_PAGE, COLLECTING, NOW, STATES, WAYS
from tests.browser.pages.watched import WIDTHS, Watched
from tests.flows.program import Program

__all__ = ["WIDTHS", "Watched", "aimed"]
ROOT = Path(__file__).parents[3]
# A busy machine gets its time: what passes is not made slower by it.
expect.set_options(timeout=20_000)


@pytest.fixture(scope="session")
def gallery() -> Iterator[str]:
    """Address of a server that draws `/<state>/<lang>` and `/error/<code>/<lang>`."""
    app = Flask("gallery", template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    pages.setup(app)
    app.add_url_rule("/<state>/<lang>", "state", _draw)
    app.add_url_rule("/error/<code>/<lang>", "error", _draw_error)
    app.add_url_rule("/back/<state>/<lang>", "back", _draw_return)
    app.add_url_rule("/return/1/version", "return_version", lambda: ("", 204))
    app.add_url_rule("/return/phones", "return_phones", lambda: ("", 204))
    app.add_url_rule("/tab/version", "version", lambda: ("", 204))
    app.add_url_rule("/tab/rates", "rates", lambda: ("", 204), methods=["POST"])
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
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
    manifest = discover()["cdek"].manifest
    view = tab_view(
        facts,
        viewer.formats,
        manifest.title[lang],
        preview,
        forms=manifest.papers,
        rules=manifest.changes,
        ways=WAYS if state in COLLECTING else Ways(),
        client_page=CLIENT_PAGE if facts.shipments else "",
    )
    return pages.page("pages/deal_tab.html", viewer, who, SessionSigner(["k"]), view=view, key="k" * 16)


def _draw_return(state: str, lang: str) -> Response:
    blank = PageSession(1, 7, "RETURN", 1, lang, "Europe/Moscow", "http://127.0.0.1", False, "Анна Лугова", 0, 0)
    who = session.prove(blank, NOW)
    viewer = pages.viewer_of(who, NOW)
    view = return_states.view(state, viewer.formats)
    return pages.page("pages/return_tab.html", viewer, who, SessionSigner(["k"]), view=view, key="k" * 16)


def _draw_error(code: str, lang: str) -> Response:
    answer = pages.error_page(PageError(ErrorCode(code)), lang, "7f3a12cd")
    answer.status_code = 200
    return answer


@pytest.fixture
def watched(page: Page) -> Watched:
    return Watched(page)


@pytest.fixture
def roomy(browser: Browser) -> Iterator[Watched]:
    """A page past whose policy axe's own script may be injected; the policy itself is tested in frames."""
    context = browser.new_context(bypass_csp=True)
    yield Watched(context.new_page())
    context.close()


@pytest.fixture
def database(request: pytest.FixtureRequest) -> str:
    """Empty, unless the test begins with Waybill `installed`."""
    name = "installed_sqlite" if "installed" in request.fixturenames else "sqlite_database_url"
    return str(request.getfixturevalue(name))


@pytest.fixture
def program(world: Any, database: str, redis_url: str, kept_port: int) -> Iterator[Program]:
    """The whole program beside the emulated world, its worker running."""
    with Program(world, database, redis_url, port=kept_port) as running:
        yield running


@pytest.fixture
def past_policy() -> bool:
    """Whether scripts may be injected past the page's policy, as axe's own has to be."""
    return False


@pytest.fixture
def desk(program: Program, browser: Browser, past_policy: bool) -> Iterator[Desk]:
    context = browser.new_context(viewport={"width": WIDTHS["desk"], "height": 900}, bypass_csp=past_policy)
    context.set_default_timeout(20000)
    yield Desk(program, context, Watched(context.new_page()))
    context.close()
