"""A deal in the mapped stage becomes a CDEK order, and its number comes back to the deal."""

from __future__ import annotations

import pytest

from b24app.demo.setting_up import switch_on
from tests.flows.town import LINK, NUMBER, PRICE, STATUS, TRACK, TRIGGER, Shop

DEAL, OWN = 501, 502


@pytest.mark.parametrize("database", ["sqlite", "postgres"], indirect=True)
def test_a_moved_deal_gets_its_number(shop: Shop) -> None:
    # What the pipeline asks for beside carrying, and what a manager chose for one deal instead.
    switch_on(shop.app(), more={"extra_fitting": "yes"})
    shop.tab(OWN).press("/tab/extras", {"seen": "0", "extra_sms": "yes"})
    shop.ship(DEAL, OWN)
    [number] = shop.shipped(DEAL)
    shop.shipped(OWN)
    asked = {each: [row["code"] for row in shop.order(each)["services"]] for each in (DEAL, OWN)}
    assert asked == {DEAL: ["TRYING_ON"], OWN: ["NOTIFY_ORDER_DELIVERY"]}

    deal = shop.deal(DEAL)
    assert deal[NUMBER] == deal[TRACK] == number
    assert number in deal[LINK]
    assert deal[PRICE].endswith("|RUB")
    assert deal[STATUS] == "Заказ создан"
    assert shop.stage_of(DEAL) == shop.stage(TRIGGER)
    shop.town.calm()
    assert shop.comments(DEAL) == [f"Перевозчик создал заказ {number}."]
    assert shop.notices(DEAL) == []

    [order] = shop.orders(DEAL)
    assert order["recipient"] == "Синицына Ольга Викторовна"
    assert order["phone"] == "+79170000001"
    assert order["address"] == "г. Казань, ул. Баумана, д. 5, кв. 12"
    assert shop.order(DEAL)["cdek_number"] == number


def test_our_own_writes_do_not_loop(shop: Shop) -> None:
    """The portal tells us of our own updates: they are looked at once, together, and then there is silence."""
    shop.ship(DEAL)
    shop.shipped(DEAL)
    shop.town.calm()
    shop.town.advance(20)
    shop.town.calm(1.5)
    calls = len(shop.town.journal("rest.call", "bitrix24"))
    written = len(shop.town.journal("deal.updated", "bitrix24", key=DEAL))
    shop.town.advance(20)
    shop.town.calm(2.5)
    since = [call["data"]["commands"] for call in shop.town.journal("rest.call", "bitrix24")[calls:]]
    assert since in ([], [["crm.item.list"]])  # the sweep of every minute, where a busy machine took so long
    assert len(shop.town.journal("deal.updated", "bitrix24", key=DEAL)) == written
    assert len(shop.orders(DEAL)) == 1
