"""The clerk's phone in Chromium: a scanner that types, no network, a page that is closed, two clerks, a revoked phone.

The portal's lane is played by hand (`clerk_state`); what it does by itself is in tests/flows."""

from __future__ import annotations

import io
import itertools
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
from PIL import Image
from playwright.sync_api import APIResponse, Browser, BrowserContext, Locator, Page, Route, expect
from sqlalchemy import select

from b24app.flows.returns.quantities import Wish
from b24app.flows.returns.scans import counted_of
from b24app.logistics.numbers import plain
from b24app.logistics.returning import Condition, ReturnStage, Scan
from b24app.store import clerk_phones, return_photos, strays
from b24app.store.engine import read_scope, session_scope
from b24app.store.models import Shipment
from b24app.store.return_acts import ActKind
from placements.clerk_view import scan_view
from tests.browser.pages.clerk_state import (
    CUSHION,
    ILYA,
    LAMP,
    OLGA,
    PLAID,
    RIBBON,
    Warehouse,
    open_warehouse,
)
from tests.browser.pages.desk import MANAGER, Desk
from tests.browser.pages.watched import WIDTHS, Watched, until
from tests.flows.returning import ReturnsOf, delivered
from tests.flows.town import Shop, Town
from tests.unit.flows.returns.given import NOW

pytestmark = pytest.mark.timeout(180)
_names = itertools.count(1)
NOT_TOLD = "document.addEventListener('toggle', (event) => event.stopImmediatePropagation(), {capture: true})"
HOLD_WRITTEN = """() => { const real = ClerkKept.confirmed; ClerkKept.confirmed = (...all) => {
    ClerkKept.confirmed = real;
    return real(...all).then(() => new Promise((done) => { window.written = done; })); }; }"""
TWICE = "button => { button.click(); button.click(); }"
DRAW_ANEW = """() => { document.getElementById('scans').dataset.before = '';
    new BroadcastChannel('waybill-clerk').postMessage('changed'); }"""
PLAID_CODE, CUSHION_CODE, LAMP_CODE = PLAID.barcodes[0], CUSHION.barcodes[0], LAMP.barcodes[0]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    with open_warehouse(tmp_path_factory.mktemp("clerk")) as found:
        yield found


@pytest.fixture
def warehouse(site: Warehouse) -> Warehouse:
    """A portal of this test's own."""
    return Warehouse(site.url, site.sessions, f"north-{next(_names)}")


class Phone:
    """A clerk's phone: its browser, and the page in it."""

    def __init__(self, context: BrowserContext, warehouse: Warehouse) -> None:
        self.context, self.warehouse = context, warehouse
        self.watched = Watched(context.new_page())

    @property
    def page(self) -> Page:
        return self.watched.page

    def pair(self, clerk: tuple[int, str] = ILYA, return_id: int | None = None) -> None:
        self.page.goto(self.warehouse.code(clerk, return_id))
        self.page.locator("form button").click()
        self.ready()

    def ready(self) -> None:
        self.page.wait_for_selector("html[data-ready]", state="attached")
        # Without it a page that is loaded anew has no network to come from.
        self.page.evaluate("navigator.serviceWorker.ready.then(() => true)")

    def scan(self, *codes: str) -> None:
        """As a scanner types: every sign in a few thousandths of a second, wherever the keyboard is."""
        for code in codes:
            self.page.keyboard.type(code)
            self.page.keyboard.press("Enter")

    def looks(self) -> None:
        """The page is looked at again, and asks at once."""
        self.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    def row(self, row: int) -> Locator:
        return self.page.locator(f"#row-{row}")

    def until(self, true: Callable[[], bool]) -> None:
        """What the server has to know comes by itself."""
        until(self.page, true, "what the phone has sent")

    def looks_fine(self) -> None:
        assert self.watched.overflow() == 0
        assert self.watched.axe() == []


@pytest.fixture
def phones(browser: Browser, warehouse: Warehouse) -> Iterator[Callable[..., Phone]]:
    made: list[BrowserContext] = []

    def new(lang: str = "ru-RU", theme: str = "light") -> Phone:
        size = {"width": WIDTHS["phone"], "height": 780}
        context = browser.new_context(viewport=size, locale=lang, color_scheme=theme, bypass_csp=True)  # type: ignore[arg-type]
        context.set_default_timeout(20_000)
        made.append(context)
        return Phone(context, warehouse)

    yield new
    for context in made:
        context.close()


def picture(turned: bool = False) -> bytes:
    """A photo as a phone takes it: large, and lying on its side where its EXIF says so."""
    exif = Image.Exif()
    exif[0x0112] = 6 if turned else 1
    out = io.BytesIO()
    Image.new("RGB", (2400, 1200), "#b9a26d").save(out, "JPEG", exif=exif)
    return out.getvalue()


def test_a_scanner_counts_a_box_to_its_end(phones: Callable[..., Phone], warehouse: Warehouse) -> None:
    kept = warehouse.begin(PLAID, CUSHION)
    phone = phones()
    phone.page.goto(warehouse.code(return_id=kept.id))
    expect(phone.page.get_by_role("heading", level=1)).to_contain_text("Илья Громыхин")
    phone.looks_fine()
    phone.page.get_by_role("button", name="Подключить этот телефон").click()
    phone.ready()
    expect(phone.page.get_by_role("heading", level=1)).to_have_text(f"Возврат {kept.case.number}")
    expect(phone.page.locator("#subtitle")).to_have_text("Мария Северцева · Илья Громыхин")
    phone.looks_fine()

    phone.scan(PLAID_CODE, "]E04601234560021", PLAID_CODE)
    last = phone.page.get_by_label("Последний скан")
    expect(last).to_contain_text("Плед льняной: 3, ждали 2")
    last.get_by_role("button", name="Отменить этот скан").click()
    expect(last).to_contain_text("Отменили: Плед льняной")
    expect(phone.row(1)).to_contain_text("2 из 2")
    # A finger that presses twice is quicker than a phone's disk.
    phone.row(1).get_by_role("button", name="Есть дефект").evaluate(TWICE)
    expect(phone.row(1)).to_contain_text("как новых 1, с дефектом 1")
    phone.row(1).get_by_role("button", name="Заметка").click()
    phone.page.get_by_label("Заметка для менеджера").fill("пятно у края")
    phone.page.get_by_role("button", name="Сохранить").click()
    expect(phone.row(1)).to_contain_text("«пятно у края»")
    for turned in (False, True):
        with phone.page.expect_file_chooser() as chooser:
            phone.row(1).get_by_role("button", name="Фото").click()
        chooser.value.set_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": picture(turned)})
        expect(phone.row(1).locator(".clerk-ph")).to_have_count(2 if turned else 1)
    expect(phone.page.get_by_role("heading", name="Ждём 3, в коробке 2")).to_be_visible()
    expect(phone.row(1).get_by_role("img", name="Фото 2, сохранено на сервере")).to_be_visible()
    phone.looks_fine()

    with read_scope(warehouse.sessions) as session:
        photos = return_photos.of_return(session, warehouse.portal.id, kept.id)
        files = [return_photos.content(session, warehouse.portal.id, kept.id, each.key) for each in photos]
    sizes = [Image.open(io.BytesIO(each or b"")).size for each in files]
    assert (sizes, {each.row for each in photos}) == ([(1600, 800), (800, 1600)], {1})
    assert [act.wanted.given for act in warehouse.asked(kept.id)] == [{"to": "received", "why": ""}]
    warehouse.carry_out(kept.id)

    phone.page.get_by_role("button", name="Закончить: 2 из 3").click()
    expect(phone.page.get_by_role("button", name="Заканчиваем…")).to_be_disabled()
    phone.until(lambda: [act.wanted.kind for act in warehouse.asked(kept.id)] == [ActKind.COUNT])
    warehouse.carry_out(kept.id)
    expect(phone.page.locator("#bottom")).to_contain_text("Посчитано")
    found = {(each.row, each.condition): each for each in warehouse.read(kept.id).case.counted}
    assert {key: int(each.quantity) for key, each in found.items()} == {
        (1, Condition.AS_NEW): 1, (1, Condition.DAMAGED): 1, (2, Condition.MISSING): 1
    }  # fmt: skip
    assert found[1, Condition.DAMAGED].note == "пятно у края"
    phone.looks_fine()

    phone.page.get_by_role("button", name="Вернуться к счёту").click()
    phone.until(lambda: bool(warehouse.asked(kept.id)))
    warehouse.carry_out(kept.id)
    expect(phone.page.get_by_role("button", name="Закончить: 2 из 3")).to_be_visible()
    assert warehouse.read(kept.id).case.stage is ReturnStage.RECEIVED
    assert phone.watched.faults == []

    before = len(warehouse.scans(kept.id))
    # An answer that was asked for before a scan, and comes while the server's word of it is being written down.
    held, older, whole = list[Route](), list[APIResponse](), f"**/clerk/api/1/return/{kept.id}?*"

    def hold(route: Route) -> None:
        if not older:
            older.append(route.fetch())
        held.append(route)

    phone.scan(CUSHION_CODE)
    phone.until(lambda: len(warehouse.scans(kept.id)) > before)
    phone.page.route(whole, hold)
    phone.until(lambda: bool(held))
    phone.page.evaluate(HOLD_WRITTEN)
    phone.scan(CUSHION_CODE)
    phone.page.wait_for_function("() => window.written")
    held[0].fulfill(response=older[0])
    while len(held) < 2:
        phone.looks()
        phone.page.wait_for_timeout(50)
    assert "2 из 1" in phone.row(2).inner_text()
    phone.page.evaluate("window.written()")
    held[1].continue_()
    phone.page.unroute(whole)

    # A server that is asked too much is left alone for as long as it says, whatever else it answers.
    sent = list[str]()

    def too_much(route: Route) -> None:
        sent.append(route.request.url)
        route.fulfill(status=429, headers={"Retry-After": "60"}, json={"title": "Слишком часто", "text": ""})

    phone.page.route("**/clerk/api/1/return/*/scans", too_much)
    phone.scan(CUSHION_CODE)
    phone.until(lambda: bool(sent))
    for _ in range(3):
        with phone.page.expect_response(whole):
            phone.looks()
    assert len(sent) == 1


def test_nothing_that_was_scanned_without_a_network_is_lost(phones: Callable[..., Phone], warehouse: Warehouse) -> None:
    kept = warehouse.begin(PLAID, CUSHION)
    phone = phones()
    phone.pair(return_id=kept.id)
    expect(phone.row(1)).to_contain_text("0 из 2")

    phone.context.set_offline(True)
    phone.scan(PLAID_CODE, CUSHION_CODE)
    net = phone.page.locator("#net")
    expect(net).to_contain_text("Сети нет. Сканируйте дальше. На телефоне 2 скана, уйдут сами.")
    with phone.page.expect_file_chooser() as chooser:
        phone.row(1).get_by_role("button", name="Фото").click()
    chooser.value.set_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": picture()})
    expect(net).to_contain_text("2 скана и 1 фото")
    expect(phone.row(1).get_by_role("img", name="Фото 1, пока на телефоне")).to_be_visible()
    phone.looks_fine()

    phone.page.reload()
    phone.ready()
    expect(net).to_contain_text("2 скана и 1 фото")
    phone.scan(PLAID_CODE)
    expect(phone.row(1)).to_contain_text("2 из 2")
    # The tab is killed, and two are opened instead. Closed, it would have a network again for a moment: its page has
    # gone by then, and nothing is on its way.
    phone.page.wait_for_function("() => !ClerkSend.state.busy")
    phone.page.goto("about:blank")
    phone.page.close()
    one, other = phone.context.new_page(), phone.context.new_page()
    for page in (one, other):
        page.goto(f"{warehouse.url}/clerk/#{kept.id}")
        expect(page.locator("#row-1")).to_contain_text("2 из 2")
    one.keyboard.type("4601234560999")
    one.keyboard.press("Enter")
    expect(one.get_by_label("Последний скан")).to_contain_text("Такого кода в списке нет")
    expect(other.get_by_role("heading", name="Не разобрано")).to_be_visible()
    one.get_by_role("button", name="Закончить: 3 из 3").evaluate(TWICE)
    expect(one.get_by_role("button", name="Закончим, когда появится сеть")).to_be_visible()
    assert one.evaluate("ClerkKept.queue().then(all => all.filter(each => each.kind === 'finish').length)") == 1
    assert warehouse.scans(kept.id) == ()

    phone.context.set_offline(False)
    for page in (one, other):
        expect(page.locator("#net")).to_be_hidden(timeout=40_000)
        expect(page.get_by_role("button", name="Заканчиваем…")).to_be_visible()
    # The page says so as soon as there is a network; what it kept is sent in its order, the end of the count last.
    ends = [ActKind.MOVE, ActKind.COUNT]
    until(one, lambda: [act.wanted.kind for act in warehouse.asked(kept.id)] == ends, "the end of the count")
    assert [(scan.row, scan.code) for scan in warehouse.scans(kept.id)] == [
        (1, PLAID_CODE), (2, CUSHION_CODE), (1, PLAID_CODE)
    ]  # fmt: skip
    with read_scope(warehouse.sessions) as session:
        assert len(return_photos.of_return(session, warehouse.portal.id, kept.id)) == 1


def test_a_code_that_nobody_knows_is_taught_once(phones: Callable[..., Phone], warehouse: Warehouse) -> None:
    plaid, cushion, code = replace(PLAID, barcodes=()), replace(CUSHION, barcodes=()), "4601234560984"
    kept, other = warehouse.begin(cushion, plaid), warehouse.begin(replace(plaid, row=9), client="Пётр", deal=8062)
    phone = phones()
    phone.pair(return_id=other.id)
    expect(phone.row(9)).to_contain_text("0 из 2")
    phone.page.get_by_role("button", name="К списку возвратов").click()
    phone.page.locator(f"#return-{kept.id}").click()
    expect(phone.row(2)).to_contain_text("0 из 1")
    phone.scan("CSH-1")
    expect(phone.row(2)).to_contain_text("1 из 1")

    phone.context.set_offline(True)
    phone.scan(code)
    last = phone.page.get_by_label("Последний скан")
    expect(last).to_contain_text(f"{code}. Какой это товар?")
    # What lacks pieces comes first.
    assert last.get_by_role("button").all_inner_texts() == [PLAID.title, CUSHION.title, "Решить, что это…"]
    last.get_by_role("button", name="Решить, что это…").click()
    dialog = phone.page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name="Какой это товар?")).to_be_visible()
    phone.looks_fine()
    dialog.get_by_role("button", name=f"{PLAID.title} PLD-140 · 0 из 2").click()
    expect(last).to_contain_text("Плед льняной, 1 из 2")
    expect(last).to_contain_text("Код запомнили для всех возвратов.")
    phone.looks_fine()
    # As this phone reads it next, also in front of a serial, and after it was started anew.
    phone.page.reload()
    phone.ready()
    expect(phone.row(1)).to_contain_text("1 из 2")
    phone.scan(f"010{code}215Nk")
    expect(phone.row(1)).to_contain_text("2 из 2")
    phone.page.get_by_role("button", name="К списку возвратов").click()
    phone.page.locator(f"#return-{other.id}").click()
    expect(phone.row(9)).to_contain_text("0 из 2")
    phone.scan(code)
    expect(phone.row(9)).to_contain_text("1 из 2")
    expect(phone.page.get_by_role("heading", name="Не разобрано")).to_have_count(0)
    assert warehouse.scans(kept.id)[1:] == ()

    phone.context.set_offline(False)
    expect(phone.page.locator("#net")).to_be_hidden(timeout=40_000)
    phone.until(lambda: len(warehouse.scans(kept.id)) == 3 and bool(warehouse.scans(other.id)))
    assert [(scan.row, scan.teaches) for scan in warehouse.scans(kept.id)] == [(2, ""), (1, code), (1, "")]
    assert [(scan.row, scan.code, scan.teaches) for scan in warehouse.scans(other.id)] == [(9, code, "")]
    # Another clerk's phone was told.
    olga = phones()
    olga.pair(OLGA, other.id)
    expect(olga.row(9)).to_contain_text("1 из 2")
    olga.scan(code)
    expect(olga.row(9)).to_contain_text("2 из 2")
    # The scan that taught it is undone: neither phone knows the code any longer.
    phone.page.get_by_role("button", name="К списку возвратов").click()
    phone.page.locator(f"#return-{kept.id}").click()
    expect(phone.row(1)).to_contain_text("2 из 2")
    phone.page.get_by_text("Все сканы: 3").click()
    phone.page.get_by_role("button", name="Отменить: Плед льняной").nth(1).click()
    expect(phone.row(1)).to_contain_text("1 из 2")
    phone.scan(code)
    expect(last).to_contain_text(f"{code}. Какой это товар?")
    assert [each for each in phone.watched.faults if "ERR_INTERNET_DISCONNECTED" not in each] == []


def test_two_clerks_see_each_other_and_a_revoked_phone_keeps_what_it_has(
    phones: Callable[..., Phone], warehouse: Warehouse
) -> None:
    kept = warehouse.begin(PLAID, CUSHION)
    ilya, olga = phones(), phones()
    ilya.pair(return_id=kept.id)
    olga.pair(OLGA, kept.id)
    expect(olga.row(1)).to_contain_text("0 из 2")
    olga.scan(PLAID_CODE)
    expect(ilya.row(1)).to_contain_text("1 из 2")
    expect(ilya.page.locator("#beside")).to_have_text("Этот возврат считает и Ольга Тихонравова")
    # Opened, and drawn anew before the browser has told that it is open.
    ilya.page.evaluate(NOT_TOLD)
    ilya.page.get_by_text("Все сканы: 1").click()
    ilya.page.evaluate(DRAW_ANEW)
    expect(ilya.page.locator("#scans[data-before]")).to_have_count(0)
    expect(ilya.page.locator("#scans li")).to_contain_text("Ольга Тихонравова", use_inner_text=True)
    ilya.page.get_by_role("button", name="К списку возвратов").click()
    expect(ilya.page.locator("#beside")).to_have_text(f"Вместе с вами: Ольга Тихонравова, возврат {kept.case.number}")
    ilya.looks_fine()
    ilya.page.go_back()
    expect(ilya.row(1)).to_contain_text("1 из 2")

    ilya.context.set_offline(True)
    ilya.scan(CUSHION_CODE)
    expect(ilya.page.locator("#net")).to_contain_text("На телефоне 1 скан")
    with session_scope(warehouse.sessions) as session:
        now = warehouse.now()
        mine = next(
            each for each in clerk_phones.of_portal(session, warehouse.portal.id, now) if each.clerk_id == ILYA[0]
        )
        clerk_phones.revoke(session, warehouse.portal.id, mine.id, now)
    ilya.context.set_offline(False)
    view = ilya.page.locator("#view")
    expect(view).to_contain_text("Телефон не подключён", timeout=40_000)
    expect(view).to_contain_text("На телефоне хранится: 1 скан")
    expect(ilya.page.get_by_text("Северцева")).to_have_count(0)
    ilya.looks_fine()
    ilya.pair(OLGA, kept.id)
    expect(ilya.page.locator("#net")).to_contain_text("Здесь лежит чужое: 1 скан")
    ilya.pair(ILYA, kept.id)
    # What was scanned a moment ago is sent without a word, so that a quiet page does not tell.
    ilya.until(lambda: len(warehouse.scans(kept.id)) > 1)
    expect(ilya.page.locator("#net")).to_be_hidden()
    assert [(scan.name, scan.row) for scan in warehouse.scans(kept.id)] == [(OLGA[1], 1), (ILYA[1], 2)]


def test_one_box_of_several_returns_and_a_parcel_of_nobody(phones: Callable[..., Phone], warehouse: Warehouse) -> None:
    one, other = warehouse.begin(PLAID, tracking="1574102358"), warehouse.begin(LAMP, RIBBON, client="Пётр", deal=8062)
    phone = phones("en-GB", "dark")
    phone.pair()
    expect(phone.page.get_by_role("heading", level=1)).to_have_text("Receiving returns")
    expect(phone.page.locator(f"#return-{one.id}")).to_be_visible()
    phone.looks_fine()
    phone.scan("1574102358")
    expect(phone.page.get_by_role("heading", level=1)).to_have_text(f"Return {one.case.number}")
    expect(phone.row(1)).to_be_visible()
    phone.scan(LAMP_CODE)
    phone.page.get_by_role("button", name=f"Go to return {other.case.number}").click()
    expect(phone.page.get_by_role("heading", level=1)).to_have_text(f"Return {other.case.number}")
    expect(phone.row(3)).to_contain_text("1 of 1")
    phone.row(4).get_by_role("button", name="Quantity…").click()
    # What is counted while somebody writes is part of what they write.
    phone.page.locator("#plus-4").evaluate("button => button.click()")
    expect(phone.row(4)).to_contain_text("1 of 7.5")
    phone.page.get_by_label("Лента атласная, м", exact=True).fill("2,5")
    phone.page.keyboard.press("Enter")
    expect(phone.row(4)).to_contain_text("2.5 of 7.5")
    phone.page.get_by_role("button", name="Scan with the camera").click()
    expect(phone.page.get_by_role("dialog")).to_contain_text("This browser cannot read barcodes with the camera")
    phone.looks_fine()
    # Whatever question is open: a scanner goes on.
    phone.scan(LAMP_CODE)
    expect(phone.page.get_by_role("dialog")).to_be_hidden()
    expect(phone.row(3)).to_contain_text("2 of 1")
    # One whose Latin letters come out in Cyrillic; Chromium's driver types those into the focused field alone.
    phone.page.locator("#scan").focus()
    phone.scan("фиф-77")
    expect(phone.page.get_by_label("Last scan")).to_contain_text("ABA-77")
    phone.page.get_by_label("Last scan").get_by_role("button", name="Decide what it is…").click()
    expect(phone.page.get_by_role("dialog")).to_contain_text("Nothing was found by this code.")
    phone.page.get_by_label("Note for the manager").fill("no sender on it")
    phone.looks_fine()
    phone.page.get_by_role("button", name="Leave it to a manager").click()
    expect(phone.page.get_by_label("Last scan")).to_contain_text("Mark the box and put it aside.")
    phone.until(lambda: bool(left(warehouse)))
    assert [(each.code, each.note, each.name) for each in left(warehouse)] == [("ABA-77", "no sender on it", ILYA[1])]
    assert [(scan.row, str(scan.quantity)) for scan in warehouse.scans(other.id)] == [
        (3, "1"),
        (4, "1"),
        (4, "1.5"),
        (3, "1"),
    ]
    assert warehouse.scans(one.id) == ()
    assert LAMP.title in phone.row(3).inner_text()
    assert phone.watched.faults == []


def left(warehouse: Warehouse) -> list[strays.Stray]:
    with read_scope(warehouse.sessions) as session:
        return strays.waiting(session, warehouse.portal.id)


def test_the_phone_signs_itself_off(phones: Callable[..., Phone], warehouse: Warehouse) -> None:
    warehouse.begin(PLAID)
    phone = phones()
    phone.pair()
    expect(phone.page.get_by_role("heading", name="Едут или должны приехать")).to_be_visible()
    phone.page.get_by_role("button", name="Ещё действия").click()
    phone.looks_fine()
    phone.page.get_by_role("button", name="Отключить этот телефон").click()
    phone.page.get_by_role("dialog").get_by_role("button", name="Отключить этот телефон").click()
    expect(phone.page.locator("#view")).to_contain_text("Телефон не подключён")
    with read_scope(warehouse.sessions) as session:
        assert clerk_phones.of_portal(session, warehouse.portal.id, warehouse.now()) == []


# --- what the page works out by itself --------------------------------------------------------------------------------

#: What scanners type, and a code that it has to be found by.
TYPED = (
    ("4601234560021", "4601234560021"),
    (" 4601234560021\t", "4601234560021"),
    ("]E04601234560021", "4601234560021"),
    ("ъУ04601234560021", "4601234560021"),
    ("04601234560021", "4601234560021"),
    ("]C10104601234560021", "4601234560021"),
    ("0104601234560021215Nk\x1d93dGVz", "4601234560021"),
    ("036000291452", "0036000291452"),
    ("фи318-8061-к1", "AB318-8061-R1"),
    ("ab318-8061-r1", "AB318-8061-R1"),
    ("RA123456785RU", "RA123456785RU"),
)


def test_codes_are_known_however_a_scanner_types_them(page: Page, site: Warehouse) -> None:
    page.goto(f"{site.url}/clerk/")
    found = page.evaluate("all => all.map(each => ClerkCodes.forms(each))", [typed for typed, _ in TYPED])
    assert [typed for (typed, meant), forms in zip(TYPED, found, strict=True) if meant not in forms] == []
    assert page.evaluate("ClerkCodes.forms('\\u0007 ')") == []
    assert max(map(len, found)) <= 8


def test_the_phone_counts_as_the_server_does(page: Page, site: Warehouse) -> None:
    page.goto(f"{site.url}/clerk/")
    dice = random.Random(7)
    conditions = [Condition.AS_NEW, Condition.DAMAGED, Condition.WRONG]
    for _ in range(40):
        scans = [
            Scan(f"s{n}", NOW, row=dice.randint(0, 3), condition=dice.choice(conditions),
                 quantity=Decimal(dice.choice(["1", "1", "2", "0.1", "0.2"])))
            for n in range(dice.randint(0, 12))
        ]  # fmt: skip
        undone = dice.sample(scans, len(scans) // 3)
        sent = [*scans, *(Scan(f"u{each.key}", NOW, undoes=each.key, quantity=Decimal(0)) for each in undone)]
        dice.shuffle(sent)
        rows: list[dict[str, object]] = [
            {"row": row, "asked": "1", "title": "", "barcodes": [], "sku": ""} for row in (1, 2, 3)
        ]
        counted = page.evaluate(
            "([rows, scans]) => ClerkCount.count(rows, scans).rows.flatMap(row => Object.entries(row.found)"
            ".map(([condition, got]) => [row.row, condition, String(got)]))",
            [rows, [scan_view(each) for each in sent]],
        )
        server = {(each.row, each.condition.value, plain(each.quantity)) for each in counted_of(sent)}
        assert {tuple(each) for each in counted} == server


# --- with the whole program -------------------------------------------------------------------------------------------


@pytest.fixture
def past_policy() -> bool:
    return True


def test_from_the_returns_card_to_the_phone_and_back(installed: int, desk: Desk, browser: Browser) -> None:
    shop = Shop(Town(desk.program), desk.address["member_id"])
    delivered(shop, 501)
    mine = ReturnsOf(shop, 501)
    mine.act(ActKind.READ)
    cup, saucer = mine.rows
    kept = mine.does(ActKind.BEGIN, wishes=(Wish(cup, Decimal(2), "colour"), Wish(saucer, Decimal(1), "defect")))
    mine.moves(kept.id, ReturnStage.APPROVED)
    desk.sign_in(MANAGER)
    ours = desk.open_tab(501)
    ours.locator(f"#back-go-{kept.id}").click()
    phones = ours.locator("#phones")
    phones.get_by_role("button", name="Показать QR-код").click()
    expect(phones.get_by_role("img", name="QR-код")).to_be_visible(timeout=30_000)
    for width in WIDTHS.values():
        desk.page.set_viewport_size({"width": width, "height": 900})
        ours.wait_for_function("wide => innerWidth <= wide", arg=width)
        assert desk.watched.overflow(ours) == 0
        assert desk.watched.axe(ours) == []
    link = str(phones.locator("[data-copy]").get_attribute("data-copy"))

    context = browser.new_context(viewport={"width": WIDTHS["phone"], "height": 780}, locale="ru-RU")
    context.set_default_timeout(20_000)
    page = context.new_page()
    page.goto(link)
    page.get_by_role("button", name="Подключить этот телефон").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Возврат {kept.case.number}")
    expect(phones).to_contain_text("Телефон подключён", timeout=30_000)
    page.get_by_role("button", name="Добавить одну").first.click()
    page.get_by_role("button", name="Есть дефект").click()
    page.get_by_role("button", name="Закончить: 1 из 3").click()
    expect(page.locator("#bottom")).to_contain_text("Посчитано", timeout=40_000)

    # Another box of the same order, which nobody has announced.
    page.get_by_role("button", name="К списку возвратов").click()
    expect(page.get_by_role("heading", name="Посчитаны за сутки")).to_be_visible()
    number = desk.program.read(lambda session: session.scalar(select(Shipment.order_number)))
    page.keyboard.type(str(number))
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name=f"заказ {number}").click()
    dialog.get_by_role("button", name="Начать возврат").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("-R2$"), timeout=40_000)
    expect(page.get_by_role("heading", name="Ждём 2, в коробке 0")).to_be_visible()
    context.close()
    assert [each.case.stage for each in mine.all] == [ReturnStage.INSPECTED, ReturnStage.RECEIVED]
    expect(ours.locator("#return #now")).to_contain_text("Посчитали, не приехало", timeout=30_000)
    counted = {(each.row, each.condition): each.quantity for each in mine.kept(kept.id).case.counted}
    assert counted == {
        (cup, Condition.DAMAGED): 1, (cup, Condition.MISSING): 1, (saucer, Condition.MISSING): 1
    }  # fmt: skip
    assert desk.watched.faults == []
