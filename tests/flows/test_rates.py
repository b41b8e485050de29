"""Prices of a deal from six systems at once, five of them somebody else's plug-ins: cards come carrier by carrier, one
that hangs delays nobody, and what a person books is what they saw."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest

from b24app.demo.person import PageFailedError, Person
from b24app.runners.connection.rating import Rater
from b24app.store import costs, rates, shipments
from sandbox.world import World
from tests.flows.program import Program
from tests.flows.six import connect_five
from tests.flows.town import MANAGER, PRICE, TRACK, Shop, Town, words_of
from tests.made_up_world import HANGS_S, Carriers

DEAL, INVOICE = 501, 31
PANEL = "/tab/rates/version?v="


@pytest.fixture
def town(
    world: World, database: str, redis_url: str, made_up_plugins: None, made_up: Carriers, installed: int
) -> Iterator[Town]:
    world.control.post("/cdek/settings", {"decision_min": 0.05, "decision_max": 0.2})
    origins = [carrier.url for carrier in made_up.all.values()]
    with Program(world, database, redis_url, origins=origins, port=installed) as program:
        yield Town(program)
        made_up.close()  # before the program: who still waits for an answer gets it


@pytest.fixture
def shop(town: Town, made_up: Carriers) -> Shop:
    """One portal with six accounts; the deal is filled in and stands before the stage that ships."""
    shop = town.installed()
    connect_five(town.program, shop.member, shop.app(), made_up)
    shop.fill_in(DEAL)
    town.calm()
    return shop


def came(panel: str, n: int) -> bool:
    return f"ответили {n} из 6" in words_of(panel)


def prices(panel: str) -> dict[str, str]:
    """`<account>, «<service>»` -> its price."""
    cards = re.findall(r'<label class="wb-rate.*?</label>', panel, re.DOTALL)
    names = (re.search(r'wb-strong">(.*?)</b>', card, re.DOTALL) for card in cards)
    sums = (re.search(r'wb-rate__price">(.*?)</span>', card, re.DOTALL) for card in cards)
    return {html.unescape(a[1]): html.unescape(b[1]) for a, b in zip(names, sums, strict=True) if a and b}


def field(panel: str, name: str, form: str = "rates-book-form") -> str:
    """A hidden field of the form with the price on its button."""
    part = panel[panel.index(f'id="{form}"') :]
    found = re.search(rf'name="{name}" value="([^"]*)"', part)
    assert found, name
    return html.unescape(found[1])


def rate_of(panel: str, title: str) -> str:
    """The value of a card's radio."""
    card = next(each for each in re.findall(r'<label class="wb-rate.*?</label>', panel, re.DOTALL) if title in each)
    return str(re.findall(r'value="([^"]+)"', card)[0])


def card(panel: str, title: str) -> str:
    """What stands on a card."""
    cards = re.findall(r'<label class="wb-rate.*?</label>', panel, re.DOTALL)
    return words_of(next(each for each in cards if title in each))


def rows_of(shop: Shop) -> list[dict[str, Any]]:
    rows = shop.town.world.system("bitrix24").portals[shop.member].crm.product_rows.of((2, DEAL))
    return [dict(row) for row in rows]


def delivery(town: Town, shop: Shop, count: int) -> list[tuple[str, float]]:
    """Names and prices of the delivery's rows, once there are `count`."""

    def found() -> list[tuple[str, float]]:
        rows = [(row["productName"], row["price"]) for row in rows_of(shop)]
        return [row for row in rows if row[0].startswith("Доставка: ")]

    town.wait(lambda: len(found()) == count, f"{count} rows of the delivery")
    return found()


def invoices_of(shop: Shop) -> list[dict[str, Any]]:
    rows = shop.town.world.system("bitrix24").portals[shop.member].crm.tables[INVOICE]
    return [dict(row) for row in rows]


def bill(town: Town, shop: Shop, title: str, amount: float) -> dict[str, Any]:
    """The deal's one invoice, once it says this."""
    said = [(f"Счёт за доставку: Заяц Экспресс, {title}", amount)]

    def found() -> list[tuple[str, float]]:
        return [(each["title"], each["opportunity"]) for each in invoices_of(shop)]

    town.wait(lambda: found() == said, f"an invoice: {said}")
    return invoices_of(shop)[0]


def opened(shop: Shop) -> Person:
    tab = shop.tab(DEAL)
    tab.press("/tab/rates")
    return tab


def test_without_room_in_the_process_accounts_are_asked_in_their_lanes(
    shop: Shop, made_up: Carriers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Rater, "seats", lambda _rater, _accounts: set())
    tab = opened(shop)
    panel = tab.wait(PANEL, lambda text: came(text, 6), "all six")
    assert len({name.partition(",")[0] for name in prices(panel)}) == 6

    # What a person chose beside carrying is demanded: of who does not give it there is no price, and no order.
    tab.press("/tab/rates/choose", {"rate": rate_of(panel, "«Прыжок»")})
    tab.press("/tab/extras", {"seen": "0", "extra_fitting": "yes"})
    panel = tab.wait(PANEL, lambda text: "430,00\xa0₽" in prices(text).values(), "CDEK's price with fitting")
    assert {name.partition(",")[0] for name in prices(panel)} == {"СДЭК"}
    assert words_of(panel).count("не даёт: Примерка") == 5
    shop.press("ship_now", DEAL)
    said = "Для сделки выбрана примерка, а этот перевозчик её не даёт."
    shop.town.wait(lambda: said in shop.tab_says(DEAL), "why it is not ordered")
    assert made_up["hare"].orders == {}


def test_asked_at_once_chosen_and_booked_as_seen(shop: Shop, made_up: Carriers) -> None:
    town, hare = shop.town, made_up["hare"]
    made_up["owl"].delay_s, made_up["tortoise"].delay_s = HANGS_S, 1.0
    tab, began = opened(shop), time.monotonic()
    panel = tab.wait(PANEL, lambda text: came(text, 5), "five of six")
    assert time.monotonic() - began < HANGS_S / 2
    assert "Сова считает…" in words_of(panel)
    assert {name.partition(",")[0] for name in prices(panel)} == {"СДЭК", "Заяц", "Тортилла", "Пёрышко", "Бартер"}
    assert prices(panel)["Заяц, «Прыжок»"] == "282,37\xa0₽"
    assert "По правилу" in card(panel, "«Посылка»")
    assert "Самый быстрый" in card(panel, "«Скачок»")

    # Opened again: prices that are good are not asked for again, nor is who is being asked.
    seen = {code: len(carrier.seen) for code, carrier in made_up.all.items()}
    opened(shop).wait(PANEL, lambda text: came(text, 5), "the same five")
    town.calm()
    assert {code: len(carrier.seen) for code, carrier in made_up.all.items()} == seen

    # A choice goes before the pipeline's rule, is told in the deal, and can be taken back.
    assert "Сохранено" in shop.app_press("/app/delivery-row", on="yes")
    hop, leap = rate_of(panel, "«Прыжок»"), rate_of(panel, "«Скачок»")
    lost = town.fault("break_after", "bitrix24", match={"contains": "productrow.add"}, times=1)
    chosen = tab.press("/tab/rates/choose", {"rate": leap})
    assert "Для этой сделки выбрали: Заяц, «Скачок»." in words_of(chosen)
    town.wait(lambda: shop.deal(DEAL)[PRICE] == "592.37|RUB", "the price on the deal")
    goods = [row for row in rows_of(shop) if not row["productName"].startswith("Доставка: ")]
    assert delivery(town, shop, 1) == [("Доставка: Заяц Экспресс, Скачок", 592.37)]
    assert {each["id"]: each["struck"] for each in town.world.control.get("/faults")["faults"]}[lost] == 1
    # The answer was lost. A second choice changes the row all the same, and none takes it away.
    tab.press("/tab/rates/choose", {"rate": hop})
    tab.press("/tab/rates/choose", {"rate": leap})
    tab.press("/tab/rates/choose", {"rate": hop})
    town.advance(200)
    town.wait(
        lambda: delivery(town, shop, 1) == [("Доставка: Заяц Экспресс, Прыжок", 282.37)],
        "the other rate in the same row",
    )
    tab.press("/tab/rates/choose", {"rate": leap})
    town.wait(lambda: shop.deal(DEAL)[PRICE] == "592.37|RUB", "the first price again")
    assert "Оформить в Заяц" in words_of(shop.tab(DEAL).page)
    assert "выбрали" not in words_of(tab.press("/tab/rates/drop"))
    town.wait(lambda: not shop.deal(DEAL)[PRICE], "an empty price")
    town.wait(lambda: rows_of(shop) == goods, "the goods alone")
    with pytest.raises(PageFailedError, match="409"):
        tab.press("/tab/rates/choose", {"rate": rate_of(panel, "«Обмен»")})  # it takes no orders

    # A colleague has chosen since the page was drawn: told, and nothing of theirs is overwritten.
    shop.tab(DEAL, user=1).press("/tab/rates/choose", {"rate": leap})
    told = words_of(tab.press("/tab/rates/choose", {"rate": hop, "was": ""}))
    assert "тариф уже выбран другой" in told
    assert "выбрали: Заяц, «Скачок»." in told
    tab.press("/tab/rates/drop")

    # The price has risen since: nothing is ordered before the person has seen it.
    hare.extra = 25
    panel = tab.get(f"/tab/rates/panel?rate={hop}")
    form = {name: field(panel, name) for name in ("rate", "shown", "key")}
    tab.press("/tab/rates/book", form)
    tab.press("/tab/rates/book", form)  # a double click
    changed = tab.wait(PANEL, lambda text: "Цена изменилась" in text, "the difference")
    assert "было 282,37 ₽, стало 307,37 ₽" in words_of(changed).replace("\xa0", " ")
    assert "Разница +25,00 ₽" in words_of(changed).replace("\xa0", " ")
    assert hare.orders == {}
    assert shop.orders(DEAL) == []

    # Accepted as it is now; a colleague presses as well.
    form = {name: field(changed, name, "rates-booking") for name in ("rate", "shown", "key")}
    tab.press("/tab/rates/book", form)
    shop.tab(DEAL, user=1).press("/tab/rates/book", {**form, "key": "another-press"})
    town.wait(lambda: shop.deal(DEAL)[TRACK] == "HARE000001", "the hare's number on the deal")
    town.calm()
    assert [row["number"] for row in hare.orders.values()] == [shop.our_number(DEAL)]
    assert shop.orders(DEAL) == []
    assert shop.deal(DEAL)[PRICE] == "307.37|RUB"
    assert delivery(town, shop, 1) == [("Доставка: Заяц Экспресс, Прыжок", 307.37)]
    [order] = hare.orders.values()
    assert "Доставка" not in str(order)
    found = town.program.read(rates.of_deal, shop.id, DEAL)
    # The colleague came while it was being ordered, or right after: both are told, and nothing is ordered twice.
    assert (found.booking.state in ("sent", "already"), found.choice.service) == (True, "hop")
    [order] = town.program.read(shipments.of_deals, shop.id, [DEAL])[DEAL]
    quoted = town.program.read(costs.of_shipments, shop.id, [order.id])[order.id].quoted
    assert (quoted.money.minor, quoted.by) == (30737, "choice")


def test_a_choice_is_an_invoice_until_people_take_it_over(shop: Shop) -> None:
    town = shop.town
    assert "Сохранено" in shop.app_press("/app/delivery-invoice", on="yes")
    tab = opened(shop)
    panel = tab.wait(PANEL, lambda text: "«Прыжок»" in words_of(text), "the hare's prices")
    hop, leap = rate_of(panel, "«Прыжок»"), rate_of(panel, "«Скачок»")

    # The answer to the making is lost, and nothing stands in it yet: found again by our mark, and filled.
    lost = town.fault("break_after", "bitrix24", match={"contains": "crm.item.add"}, times=1)
    tab.press("/tab/rates/choose", {"rate": leap})
    made = bill(town, shop, "Скачок", 0)
    assert {each["id"]: each["struck"] for each in town.world.control.get("/faults")["faults"]}[lost] == 1
    town.advance(200)
    first = bill(town, shop, "Скачок", 592.37)
    deal = shop.deal(DEAL)
    assert first["id"] == made["id"]
    assert first["contactIds"] == deal["contactIds"] != []
    taken = ("companyId", "currencyId", "assignedById")
    assert [first[name] for name in ("parentId2", *taken)] == [DEAL, *(deal[name] for name in taken)]
    [row] = shop.ask("GET", f"/item/{INVOICE}/{first['id']}")["rows"]
    assert (row["productName"], row["taxIncluded"], row["quantity"]) == ("Доставка: Заяц Экспресс, Скачок", "Y", 1)
    assert rows_of(shop) == [each for each in rows_of(shop) if "Доставка" not in each["productName"]]

    # Another choice changes the same invoice; none deletes it, and the next one makes another, in two requests more.
    tab.press("/tab/rates/choose", {"rate": hop})
    assert bill(town, shop, "Прыжок", 282.37)["id"] == first["id"]
    tab.press("/tab/rates/drop")
    town.wait(lambda: not invoices_of(shop), "no invoice")
    town.calm()
    since = len(town.journal("rest.call", "bitrix24"))
    tab.press("/tab/rates/choose", {"rate": hop})
    second = bill(town, shop, "Прыжок", 282.37)
    town.calm()
    sent = [each["data"].get("commands") or [] for each in town.journal("rest.call", "bitrix24")[since:]]
    [making] = [each for each in sent if "crm.item.add" in each]
    assert "crm.item.update" in making  # the deal's fields leave with it
    assert [each for each in sent if "crm.item.productrow.set" in each] == [["crm.item.productrow.set"]]
    assert [each for each in sent if each.count("crm.item.list") == 2] == [["crm.item.list"] * 2]  # one look

    # People send it: it is theirs. The timeline says what differs, and that it stays.
    number = f"№ {second['accountNumber']}"
    move = {"deals": [second["id"]], "entity_type_id": INVOICE, "user": MANAGER}
    shop.ask("POST", "/move", {**move, "stage": "DT31_4:S"})
    tab.press("/tab/rates/choose", {"rate": leap})
    told = shop.told(DEAL, number).replace("\xa0", " ")
    assert "за 592,37 ₽" in told
    assert "на 282,37 ₽" in told
    tab.press("/tab/rates/drop")
    assert number in shop.told(DEAL, "больше не выбран")
    assert bill(town, shop, "Прыжок", 282.37)["stageId"] == "DT31_4:S"

    # Taken back to where it began, it is ours again.
    shop.ask("POST", "/move", {**move, "stage": "DT31_4:N"})
    tab.press("/tab/rates/choose", {"rate": leap})
    assert bill(town, shop, "Скачок", 592.37)["id"] == second["id"]

    # The client pays by the shop's own rule: rounded, and nothing at all for a large order.
    assert "Сохранено" in shop.app_press("/app/price-rules", percent="10", step="50", rounding="up", currency="RUB")
    shown = tab.wait("/tab/rates/panel", lambda text: "клиент платит" in words_of(text), "the client's price")
    assert "клиент платит 700,00 ₽" in words_of(shown).replace("\xa0", " ")
    tab.press("/tab/rates/choose", {"rate": hop})
    assert bill(town, shop, "Прыжок", 350.0)["id"] == second["id"]
    assert "Сохранено" in shop.app_press("/app/price-rules", free_from="1", currency="RUB")
    tab.press("/tab/rates/choose", {"rate": leap})
    town.wait(lambda: not invoices_of(shop), "no invoice of nothing")
