"""The component sheet and the public documents: light and dark, at a desk and on a phone, in both languages."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect
from werkzeug.serving import make_server

from b24app import create_app
from b24app.settings import Settings
from placements.legal import PATHS
from tests.browser.pages.watched import FINE, Watched


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Our pages without a portal; nothing on them needs the database."""
    path: Path = tmp_path_factory.mktemp("sheet") / "x.db"
    app = create_app(Settings(profile="test", database_url=f"sqlite:///{path}", signing_keys=("k",)), "pages")
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(("theme", "lang", "width"), [("light", "ru", "desk"), ("dark", "en", "phone")])
def test_the_sheet(roomy: Watched, site: str, theme: str, lang: str, width: str) -> None:
    roomy.page.goto(f"{site}/components?theme={theme}&lang={lang}")
    assert (roomy.at_both_widths(width), roomy.faults) == (FINE, [])


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


@pytest.mark.parametrize("path", PATHS)
def test_the_documents(roomy: Watched, site: str, path: str) -> None:
    for lang, width in (("ru", "desk"), ("en", "phone")):
        roomy.page.goto(f"{site}{path}?lang={lang}")
        assert roomy.at_both_widths(width) == FINE, lang
    assert roomy.faults == []
