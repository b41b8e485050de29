"""A manager calls a courier from the tab: one comes whatever is lost, a refusal is told, and he is called off."""

from __future__ import annotations

import re
import time

from b24app.store import portals
from b24app.store.models import ConnectionState
from tests.flows.town import MANAGER, Shop

DEAL = 501


def _from_a_door(shop: Shop) -> None:
    """The account hands nothing in at an office: its goods are collected from an address."""
    [account] = shop.town.program.read(portals.connections, shop.id)
    shop.app_press(
        f"/app/account/cdek/{account.id}", title=account.title, mode="test", secret="", contract="1",
        account=account.settings["account"], shipment_point="", sender_address="Москва, ул. Тверская, 7",
        sender_company="ООО «Ромашка»", sender_name="Иван Петров", sender_phone="+74950000000", vat="",
    )  # fmt: skip
    shop.town.wait(
        lambda: shop.town.program.read(portals.connections, shop.id)[0].state == ConnectionState.READY,
        "the account",
    )


def _call(shop: Shop, **typed: str) -> str:
    tab = shop.tab(DEAL)
    address = re.search(r'hx-post="(/tab/collect/\d+/courier)"', tab.page)
    assert address, "no form in the tab"
    day = re.search(r'name="day" type="date" value="([\d-]+)"', tab.page)
    assert day
    form = {"day": day[1], "begin": "10:00", "end": "18:00", "comment": "", "key": f"pressed-{time.monotonic_ns()}"}
    return tab.press(address[1], form | typed)


def test_a_courier_is_called_once_whatever_is_lost_and_called_off(shop: Shop) -> None:
    town = shop.town
    _from_a_door(shop)
    shop.ship(DEAL)
    [number] = shop.shipped(DEAL)
    assert "Курьер не вызван" in shop.tab_says(DEAL)
    assert 'aria-invalid="true"' in _call(shop, begin="18:00", end="09:00")

    town.fault("break_after", match={"path": "/v2/intakes", "method": "POST"}, times=1)
    assert "data-done" in _call(shop, comment="Проходная 2")
    town.wait(lambda: town.journal("intake.accepted"), "the call of which we did not hear")
    assert "Вызываем курьера" in shop.tab_says(DEAL)
    town.calm()
    town.advance(12)
    told = shop.told(DEAL, f"заказ {number}, заявка", 60)
    assert told.startswith("Курьер вызван на ")
    said = shop.tab_says(DEAL)
    assert "10:00–18:00" in said
    assert len(town.journal("intake.accepted")) == 1

    tab = shop.tab(DEAL)
    off = re.search(r'hx-post="(/tab/collect/\d+/courier/off)"', tab.page)
    assert off
    tab.press(off[1], {"key": "called-off-once"})
    shop.told(DEAL, "Вызов курьера на", 60)
    town.wait(lambda: "Курьер не вызван" in shop.tab_says(DEAL), "nobody comes")

    # What CDEK refuses at once and what it refuses later are problems; the next call that goes through ends them.
    town.fault(
        "status", match={"path": "/v2/intakes", "method": "POST"}, times=1,
        params={"status": 400, "body": {"errors": [{"code": "ve_ci_pickup_date_expired", "message": "Дата прошла"}]}},
    )  # fmt: skip
    _call(shop)
    shop.noticed(DEAL, 60)
    said = shop.tab_says(DEAL)
    assert "Перевозчик не принял вызов курьера" in said
    assert "ve_ci_pickup_date_expired" in said
    _call(shop)
    town.wait(lambda: len(shop.comments(DEAL)) > 3, "the second call", 60)
    town.wait(lambda: "Перевозчик не принял вызов курьера" not in shop.tab_says(DEAL), "the end of the problem")
    assert len(town.journal("intake.accepted")) == 2


def test_what_is_handed_in_at_an_office_is_not_collected(shop: Shop) -> None:
    shop.ship(DEAL)
    shop.shipped(DEAL)
    page = shop.tab(DEAL, MANAGER).page
    assert "/tab/collect/" not in page
