"""A client asks for a return on a phone: with scripts allowed and without, in both languages, with axe.

The page's server is the program's own; what the portal's lane would do is written by the test (its own scenario:
tests/flows/test_public_return.py).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from cryptography.fernet import Fernet
from playwright.sync_api import Browser, BrowserContext, expect
from werkzeug.serving import make_server

from b24app import create_app
from b24app.clock import FixedClock
from b24app.flows.returns.way import Way, WayKind
from b24app.logistics.returning import ReturnStage
from b24app.settings import Settings
from b24app.store import portals
from b24app.store.engine import Sessions, make_engine, make_sessions, session_scope
from b24app.store.models import Portal, PortalState
from tests.browser.pages.watched import WIDTHS, Watched
from tests.unit.flows.returns.given import a_return, wish
from tests.unit.placements import public_order as given

pytestmark = pytest.mark.timeout(240)


@dataclass
class Shop:
    """A portal with an order that was delivered, and the address of its page."""

    url: str
    sessions: Sessions
    portal: Portal


@pytest.fixture
def shop(sqlite_database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    key = Fernet.generate_key().decode()
    engine = make_engine(sqlite_database_url, [key])
    sessions = make_sessions(engine)
    monkeypatch.setattr("b24app.parts.SystemClock", FixedClock)
    with session_scope(sessions) as session:
        portal = portals.remember(session, "north", now=given.DELIVERED, state=PortalState.ACTIVE, language="ru")
        portals.add_connection(session, portal.id, "cdek", "СДЭК", "test", {}, given.DELIVERED)
    given.dress(sessions, portal)
    given.learn(sessions, portal, given.ship(sessions, portal))
    values = {"profile": "test", "database_url": sqlite_database_url, "signing_keys": "k", "encryption_keys": key}
    server = make_server("127.0.0.1", 0, create_app(Settings.model_validate(values), "pages"), threaded=True)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield Shop(f"http://127.0.0.1:{server.server_port}{given.root(sessions, portal)}", sessions, portal)
    server.shutdown()
    server.server_close()
    engine.dispose()


def opened(browser: Browser, width: str, lang: str, scripts: bool) -> tuple[BrowserContext, Watched]:
    context = browser.new_context(
        viewport={"width": WIDTHS[width], "height": 800},
        locale="ru-RU" if lang == "ru" else "en-GB",
        java_script_enabled=scripts,
        bypass_csp=scripts,
    )
    return context, Watched(context.new_page())


def looks_fine(watched: Watched) -> None:
    assert (watched.overflow(), watched.axe()) == (0, [])
    small = watched.page.eval_on_selector_all(
        "a, button, input:not([type=hidden]), select, summary",
        "all => all.filter(b => b.checkVisibility() && !b.closest('.wb-skip, .pub-trap') && b.offsetHeight < 40)"
        ".map(b => b.textContent.trim())",
    )
    assert small == []


def test_a_client_asks_on_a_phone_and_follows_the_return(browser: Browser, shop: Shop) -> None:
    context, watched = opened(browser, "phone", "ru", scripts=True)
    page = watched.page
    page.goto(shop.url)
    expect(page.get_by_role("heading", level=1, name="Вернуть товар")).to_be_visible()
    looks_fine(watched)
    page.get_by_label("Номер заказа или посылки").fill("1573840216")
    page.get_by_label("Телефон, на который оформлен заказ").fill("8 900 000-14-62")
    page.get_by_role("button", name="Найти заказ").click()

    plaid = page.get_by_role("group", name="Плед льняной")
    expect(plaid).to_contain_text("вернуть можно до")
    looks_fine(watched)
    plaid.get_by_label("Сколько вернуть").select_option("1")
    page.get_by_role("button", name="Дальше").click()
    expect(page.get_by_role("alert")).to_contain_text("Проверьте, пожалуйста")
    expect(plaid.get_by_label("Почему")).to_have_attribute("aria-invalid", "true")
    expect(plaid.get_by_label("Сколько вернуть")).to_have_value("1")
    looks_fine(watched)
    plaid.get_by_label("Почему").select_option(label="Не подошёл цвет")
    page.get_by_role("button", name="Дальше").click()
    expect(page.get_by_role("heading", level=1, name="Всё верно?")).to_be_visible()
    looks_fine(watched)
    page.get_by_role("button", name="Изменить").click()
    expect(plaid.get_by_label("Почему")).to_have_value("colour")
    page.get_by_label("Что ещё важно знать магазину").fill("Домофон не работает")
    page.get_by_role("button", name="Дальше").click()
    page.get_by_role("button", name="Отправить заявку").click()
    expect(page.get_by_role("status")).to_contain_text("Передаём заявку магазину")
    looks_fine(watched)
    faults = [each for each in watched.faults if "422" not in each]  # what the browser says of a form that is refused
    assert faults == []
    context.close()


STAGES = (
    ReturnStage.REQUESTED,
    ReturnStage.COLLECTION_BOOKED,
    ReturnStage.INSPECTED,
    ReturnStage.REFUSED,
)


@pytest.mark.parametrize(("width", "lang"), [("phone", "en"), ("desk", "ru")])
def test_a_return_in_its_stages(browser: Browser, shop: Shop, width: str, lang: str) -> None:
    context, watched = opened(browser, width, lang, scripts=True)
    page = watched.page
    kept = given.begun(shop.sessions, shop.portal, a_return(wish(1, "1")))
    page.goto(shop.url)
    page.locator("#number").fill("8061")
    page.locator("#phone").fill(given.PHONE)
    page.locator("button[type=submit]").click()
    for stage in STAGES:
        if stage is not ReturnStage.REQUESTED:
            way = Way(WayKind.POINT, 1, point_code="KZN12")
            kept = given.stand(shop.sessions, shop.portal, kept, stage, way=way, why="Следы стирки")
        page.reload()
        expect(page.get_by_text(kept.case.number)).to_be_visible()
        looks_fine(watched)
    assert watched.faults == []
    context.close()


def test_everything_works_without_scripts(browser: Browser, shop: Shop) -> None:
    context, watched = opened(browser, "phone", "en", scripts=False)
    page = watched.page
    page.goto(shop.url)
    page.get_by_label("Order or parcel number").fill("1573840216")
    page.get_by_label("Phone the order was placed with").fill("+7 900 000-00-00")
    page.get_by_role("button", name="Find the order").click()
    expect(page.get_by_role("alert")).to_contain_text("No order was found")
    page.get_by_role("link", name="Русский").click()
    expect(page.get_by_role("heading", name="Вернуть товар")).to_be_visible()
    page.get_by_role("link", name="English").click()
    page.get_by_label("Order or parcel number").fill("1573840216")
    page.get_by_label("Phone the order was placed with").fill("+7 900 000-14-62")
    page.get_by_role("button", name="Find the order").click()
    kept = given.begun(shop.sessions, shop.portal, a_return(wish(2, "1")))
    page.reload()
    page.get_by_text("Add photos").click()
    page.get_by_label("Photos").set_input_files(files={"name": "i.png", "mimeType": "image/png", "buffer": given.PNG})
    page.get_by_role("button", name="Send the photos").click()
    expect(page.get_by_text("The shop has 1 photo of yours.")).to_be_visible()
    page.get_by_text("Cancel the return").click()
    page.get_by_role("button", name="Yes, cancel it").click()
    expect(page.get_by_role("status")).to_contain_text("Cancelling the return")
    given.stand(shop.sessions, shop.portal, kept, ReturnStage.REFUSED, actor="customer")
    page.get_by_role("button", name="Finish and close the order").click()
    expect(page.get_by_role("status")).to_contain_text("The order is closed")
    context.close()
