"""A client looks at where the parcel is on a phone: with scripts and without, in both languages, light and dark, with
axe.

The page's server is the program's own; what the lanes would do is written by the test (their own scenario:
tests/flows/test_track.py).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from cryptography.fernet import Fernet
from playwright.sync_api import Browser, BrowserContext, Route, expect
from werkzeug.serving import make_server

from b24app import create_app
from b24app.clock import FixedClock
from b24app.logistics.status import Incident, Status
from b24app.settings import Settings
from b24app.store import portals
from b24app.store.engine import Sessions, make_engine, make_sessions, session_scope
from b24app.store.models import Portal, PortalState, Shipment
from tests.browser.pages.watched import WIDTHS, Watched
from tests.unit.placements import parcel as given
from tests.unit.placements import public_order

pytestmark = pytest.mark.timeout(240)
TILES = "https://tiles.example/{z}/{x}/{y}.png"
#: One grey point, which is stretched over a tile.
TILE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010800000000"
    "3a7e9b550000000a49444154789c63f80f0000010101005b9c8d1a0000000049454e44ae426082"
)
ATTRIBUTION = '© <a href="https://osm.example/">OpenStreetMap</a>'
KEY = "k" * 32


@dataclass
class Shop:
    """A portal with a parcel on its way, and the address of its page."""

    url: str
    sessions: Sessions
    portal: Portal
    parcel: Shipment

    def stands(self, status: Status, **more: object) -> None:
        given.stands(self.sessions, self.parcel, status, **more)


@contextmanager
def open_shop(database_url: str) -> Iterator[Shop]:
    key = Fernet.generate_key().decode()
    engine = make_engine(database_url, [key])
    sessions = make_sessions(engine)
    with session_scope(sessions) as session:
        portal = portals.remember(session, "north", now=given.NOW, state=PortalState.ACTIVE, language="ru")
        portals.add_connection(session, portal.id, "cdek", "СДЭК", "test", {}, given.NOW)
    public_order.dress(sessions, portal)
    given.list_points(sessions, portal)
    parcel = given.ship(sessions, portal)
    values = {"profile": "test", "database_url": database_url, "signing_keys": KEY, "encryption_keys": key,
              "map_tiles_url": TILES, "map_attribution": ATTRIBUTION}  # fmt: skip
    server = make_server("127.0.0.1", 0, create_app(Settings.model_validate(values), "pages"), threaded=True)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    root = given.root(sessions, portal, [KEY], parcel.id)
    yield Shop(f"http://127.0.0.1:{server.server_port}{root}", sessions, portal, parcel)
    server.shutdown()
    server.server_close()
    engine.dispose()


@pytest.fixture
def shop(sqlite_database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    monkeypatch.setattr("b24app.parts.SystemClock", lambda: FixedClock(given.NOW))
    with open_shop(sqlite_database_url) as found:
        yield found


def opened(browser: Browser, width: str, lang: str, scripts: bool = True, dark: bool = False) -> tuple[
    BrowserContext, Watched
]:  # fmt: skip
    context = browser.new_context(
        viewport={"width": WIDTHS[width], "height": 800},
        locale="ru-RU" if lang == "ru" else "en-GB",
        java_script_enabled=scripts,
        color_scheme="dark" if dark else "light",
    )

    def tile(route: Route) -> None:
        route.fulfill(status=200, content_type="image/png", body=TILE)

    context.route("https://tiles.example/**", tile)
    return context, Watched(context.new_page())


def looks_fine(watched: Watched) -> None:
    assert (watched.overflow(), watched.axe()) == (0, [])
    small = watched.page.eval_on_selector_all(
        "a, button, input:not([type=hidden], [type=radio]), label:has(input), summary, textarea",
        "all => all.filter(b => b.checkVisibility() && !b.closest('.wb-skip, .leaflet-control') && b.offsetHeight < 40)"
        ".map(b => b.textContent.trim())",
    )
    assert small == []


@pytest.mark.parametrize(("width", "lang", "dark"), [("phone", "ru", False), ("desk", "en", True)])
def test_a_parcel_in_its_states(browser: Browser, shop: Shop, width: str, lang: str, dark: bool) -> None:
    context, watched = opened(browser, width, lang, dark=dark)
    page = watched.page
    page.goto(shop.url)
    expect(page.get_by_role("heading", level=1)).to_contain_text("13")
    page.locator("#map").scroll_into_view_if_needed()
    expect(page.locator("#map .leaflet-tile-loaded").first).to_be_visible()
    looks_fine(watched)
    states: tuple[tuple[Status, dict[str, object]], ...] = (
        (Status.READY_FOR_PICKUP, {"keep_until": given.at(20, 20)}),
        (Status.DELIVERY_FAILED, {"incident": Incident.NO_ANSWER}),
        (Status.RETURNING, {"incident": Incident.REFUSED}),
    )
    for status, more in states:
        shop.stands(status, **more)
        page.reload()
        looks_fine(watched)
    page.goto(f"{shop.url}/point")
    looks_fine(watched)
    shop.stands(Status.READY_FOR_PICKUP, pickup_code="00042")
    page.goto(shop.url)
    page.locator("a[href$='/code']").click()
    page.locator("#digits").fill(given.PHONE[-4:])
    page.locator("#digits").press("Enter")
    expect(page.locator(".pub-code")).to_have_text("00042")
    looks_fine(watched)
    assert watched.faults == []
    context.close()


def test_another_point_and_a_rating_without_scripts(browser: Browser, shop: Shop) -> None:
    context, watched = opened(browser, "phone", "en", scripts=False)
    page = watched.page
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(shop.url)
    expect(page.get_by_role("heading", name="Arrives tomorrow, Friday, 13 November")).to_be_visible()
    assert [each for each in requests if not each.startswith("data:")] == [shop.url]
    expect(page.locator("#map")).to_be_hidden()
    expect(page.get_by_role("link", name="Show the way")).to_be_visible()
    page.get_by_role("link", name="Русский").click()
    expect(page.get_by_role("heading", name="Приедет завтра, в пятницу, 13 ноября")).to_be_visible()
    page.get_by_role("link", name="Другой пункт").click()
    page.get_by_label("Последние 4 цифры телефона").fill(given.PHONE[-4:])
    page.get_by_role("button", name="Дальше").click()
    page.get_by_label("Казань, ул. Пушкина, 10").check()
    page.get_by_role("button", name="Привезти сюда").click()
    expect(page.get_by_role("status")).to_contain_text("Просим перевозчика изменить доставку")

    shop.stands(Status.DELIVERED)
    page.reload()
    page.get_by_label("2, плохо").check()
    page.get_by_label("Что понравилось или нет").fill("Коробка мятая")
    page.get_by_role("button", name="Оценить").click()
    expect(page.get_by_role("heading", name="Спасибо, что сказали")).to_be_visible()
    page.get_by_role("link", name="Не присылать сообщения").click()
    page.get_by_role("button", name="Не присылать").click()
    expect(page.get_by_role("heading", name="Сообщений не будет")).to_be_visible()
    context.close()
