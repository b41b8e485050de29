"""A deal leaves in two shipments: a person splits it in the tab, the stage ships the rest; the money adds up, nothing
is sent twice, and the deal goes with the slower one."""

from __future__ import annotations

import re

import pytest

from b24app.demo.person import PageFailedError, Person
from b24app.store.faces import many
from tests.flows.town import LINK, MANAGER, NUMBER, ON_THE_WAY, PRICE, STATUS, TAB, TRACK, WON, Shop, Town, words_of

DEAL = 501
UNPAID = 1000.01


class Tab(Person):
    """The deal's tab with the key that its script would send."""

    def __init__(self, shop: Shop, user: int = MANAGER) -> None:
        frame = shop.ask("POST", "/frame", {"user": user, "placement": TAB, "entity_id": DEAL})
        super().__init__(frame)
        self.key = {"AUTH_ID": frame["fields"]["AUTH_ID"]}

    def form(self) -> tuple[list[str], dict[str, str]]:
        """`(rows, what the form holds)`."""
        page = self.press("/tab/several", self.key)
        held = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page))
        rows = re.findall(r'name="q_(\d+)"', page)
        return rows, {"seen": held["seen"], **{f"most_{row}": held[f"most_{row}"] for row in rows}}

    def ship(self, form: dict[str, str], key: str, **quantities: str) -> str:
        return self.press("/tab/several/ship", {**form, **quantities, "key": key})

    def came(self, waiting: str) -> str:
        asked = re.search(r'"(/tab/several/ready\?job=\d+)"', waiting)
        assert asked, waiting
        return words_of(self.wait(asked[1], bool, "what came of the part"))


def cod(shop: Shop, n: int) -> float:
    items = shop.order(DEAL, n)["packages"][0]["items"]
    return float(sum(item["payment"]["value"] * item["amount"] for item in items))


def test_a_deal_leaves_in_two_shipments(town: Town) -> None:
    shop = town.shop(cod="unpaid")
    shop.fill_in(DEAL)
    portal = town.world.system("bitrix24").portals[shop.member]
    for amount, paid in ((500, "Y"), (UNPAID, "N")):
        portal.crm.payments.add_to((2, DEAL), {"sum": amount, "paid": paid, "currency": "RUB", "products": []})
    town.calm()

    tab, colleague = Tab(shop), Tab(shop, user=1)
    rows, form = tab.form()
    assert [form[f"most_{row}"] for row in rows] == ["2", "1"]
    older = colleague.form()[1]
    assert "Укажите" in tab.ship(form, "nothing-chosen", **{f"q_{rows[0]}": "0"})
    assert tab.ship(form, "too-many-of-it", **{f"q_{rows[0]}": "3"}).count('aria-invalid="true"') == 1
    assert shop.orders(DEAL) == []

    one = {f"q_{rows[0]}": "1", f"q_{rows[1]}": "0"}
    waiting = tab.ship(form, "ship-one-cup", **one)
    tab.ship(form, "ship-one-cup", **one)  # the same press once more
    came = tab.came(waiting)
    assert "Осталось отправить" in came
    [first] = shop.shipped(DEAL)
    # A form of before says so, and sends nothing.
    assert "отправили другую часть" in colleague.came(colleague.ship(older, "colleague-1", **one))
    items = shop.order(DEAL, 1)["packages"][0]["items"]
    assert [item["amount"] for item in items] == [1]
    assert 0 < cod(shop, 1) < UNPAID

    # Made anew, a part stays a part.
    address = re.search(r'"(/tab/changes/\d+)/anew"', Tab(shop).page)
    assert address
    tab.press(f"{address[1]}/anew")
    first = str(town.wait(lambda: _other_than(shop, first), "the part's next number"))
    assert [item["amount"] for item in shop.order(DEAL, 2)["packages"][0]["items"]] == [1]

    shop.move(DEAL)
    town.wait(lambda: "," in str(shop.deal(DEAL)[TRACK]), "two numbers on the deal")
    assert [item["amount"] for item in shop.order(DEAL, 3)["packages"][0]["items"]] == [1, 1]
    assert round(cod(shop, 2) + cod(shop, 3), 2) == UNPAID
    second = str(shop.order(DEAL, 3)["cdek_number"])
    deal = shop.deal(DEAL)
    assert deal[NUMBER] == deal[TRACK] == f"{first}, {second}"
    assert second in deal[LINK]
    assert deal[PRICE].endswith("|RUB")
    standing = town.program.read(many.standings, shop.id, [DEAL])[DEAL]
    assert [each.number for each in standing.orders] == [first, second]
    shop.press("ship_now", DEAL)
    with pytest.raises(PageFailedError, match="409"):
        Tab(shop).form()

    # The deal goes with the slower one.
    shop.happens(DEAL, "TAKEN_BY_TRANSPORTER_FROM_SENDER_CITY", 2)
    shop.told(DEAL, f"{first} в пути")
    town.calm()
    assert len(shop.orders(DEAL)) == 3
    assert shop.stage_of(DEAL) != shop.stage(ON_THE_WAY)
    assert deal[STATUS] == shop.status(DEAL) == "Заказ создан"
    shop.happens(DEAL, "TAKEN_BY_TRANSPORTER_FROM_SENDER_CITY", 3)
    shop.becomes(DEAL, "В пути")
    assert shop.stage_of(DEAL) == shop.stage(ON_THE_WAY)
    town.advance(60)
    shop.happens(DEAL, "DELIVERED", 2)
    shop.told(DEAL, f"{first} вруч")
    town.advance(60)
    shop.happens(DEAL, "NOT_DELIVERED", 3)
    said = str(shop.noticed(DEAL))
    assert second in said
    assert shop.stage_of(DEAL) == shop.stage(ON_THE_WAY)
    said = shop.tab_says(DEAL)
    assert f"Одно из отправлений сделки едет обратно: заказ {second}" in said
    assert f"{first} СДЭК" in said
    town.advance(60)
    shop.happens(DEAL, "DELIVERED", 3)
    shop.becomes(DEAL, "Вручён")
    assert shop.stage_of(DEAL) == shop.stage(WON)


def _other_than(shop: Shop, number: str) -> str:
    found = str(shop.deal(DEAL)[TRACK] or "")
    return found if found and number not in found else ""
