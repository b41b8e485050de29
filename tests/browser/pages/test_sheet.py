"""The component sheet and the public documents: light and dark, at a desk and on a phone, in both languages."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from werkzeug.serving import make_server

from b24app import create_app
from b24app.settings import Settings
from placements.legal import PATHS
from tests.browser.pages.watched import WIDTHS, Watched


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Our pages without a portal; nothing on them needs the database."""
    path: Path = tmp_path_factory.mktemp("sheet") / "x.db"
    app = create_app(Settings(profile="test", database_url=f"sqlite:///{path}", signing_keys=("k",)), "pages")
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(("theme", "lang"), [("light", "ru"), ("dark", "en")])
def test_the_sheet(browser: Browser, site: str, theme: str, lang: str, width: str) -> None:
    context = browser.new_context(viewport={"width": WIDTHS[width], "height": 900}, bypass_csp=True)
    watched = Watched(context.new_page())
    watched.page.goto(f"{site}/components?theme={theme}&lang={lang}")
    found = (watched.overflow(), watched.axe(), watched.faults)
    context.close()
    assert found == (0, [], [])


def test_theme_and_language_change_by_links_and_the_dialog_opens(watched: Watched, site: str) -> None:
    page = watched.page
    page.goto(f"{site}/components?lang=ru")
    page.get_by_role("link", name="Тёмная").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.get_by_role("link", name="EN").click()
    expect(page.locator("h1")).to_have_text("Component sheet")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.get_by_role("button", name="Show as a window…").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="Keep it").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert watched.faults == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", PATHS)
def test_the_documents(browser: Browser, site: str, path: str, width: str) -> None:
    context = browser.new_context(viewport={"width": WIDTHS[width], "height": 900}, bypass_csp=True)
    watched = Watched(context.new_page())
    found = []
    for lang in ("ru", "en"):
        watched.page.goto(f"{site}{path}?lang={lang}")
        found.append((watched.overflow(), watched.axe()))
    context.close()
    assert found == [(0, []), (0, [])]
    assert watched.faults == []
