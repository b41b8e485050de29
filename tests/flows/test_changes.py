"""An order is changed from the tab; refusals come back, lost answers are looked up, and it can be made anew."""

from __future__ import annotations

import re

from sqlalchemy import select

from b24app.store.models import Intent, Paper, Shipment
from tests.flows.town import Shop

DEAL = 501


def _form(shop: Shop, **typed: str) -> tuple[str, str]:
    """`(the form's address, what came back)` after it was filled in and sent."""
    tab = shop.tab(DEAL)
    shipment = re.search(r'hx-post="(/tab/changes/\d+)"', tab.page)
    assert shipment, "no form in the tab"
    stamp = re.search(r'name="stamp" value="(\w+)"', tab.page)
    assert stamp
    return shipment[1], tab.press(shipment[1], {"stamp": stamp[1], **typed})


def test_an_order_is_changed_refused_and_made_anew(shop: Shop) -> None:
    town = shop.town
    shop.ship(DEAL)
    [number] = shop.shipped(DEAL)
    address, _ = _form(shop)
    page = shop.tab(DEAL)
    page.press(f"/tab/papers/{address.rpartition('/')[2]}/waybill")
    town.wait(lambda: town.program.read(lambda session: session.scalars(select(Paper.id)).all()), "a paper")

    town.fault("break_after", match={"path": "/v2/orders", "method": "PATCH"}, times=1)
    _, answer = _form(shop, name="Северцева Мария", phone="8 (900) 000-14-62", comment="Звонить за час")
    assert "data-done" in answer
    town.calm()
    town.advance(12)  # the order is looked at before the change is asked for again
    shop.told(DEAL, f"В заказе {number} изменён получатель.", 60)
    order = shop.order(DEAL)
    assert order["recipient"]["name"] == "Северцева Мария"
    assert order["recipient"]["phones"][0]["number"] == "+79000001462"
    assert order["comment"] == "Звонить за час"
    assert len(town.journal("order.change_accepted")) == 1
    assert "Северцева Мария" in shop.tab_says(DEAL)
    assert town.program.read(lambda session: session.scalars(select(Paper.id)).all()) == []
    assert shop.deal(DEAL)["UF_CRM_LOGISTICS_TRACK"] == number

    # What CDEK refuses later is a problem; the order stays as it was.
    _form(shop, name="Иванов / Петров")
    shop.noticed(DEAL, 60)
    said = shop.tab_says(DEAL)
    assert "Перевозчик не изменил заказ" in said
    assert "error_validate_receiver_name_incorrect_symbol" in said
    assert shop.order(DEAL)["recipient"]["name"] == "Северцева Мария"
    _, answer = _form(shop, phone="12", name="")
    assert answer.count('aria-invalid="true"') == 2

    # A form that was opened before the order changed says so, and sends nothing.
    tab = shop.tab(DEAL)
    address = _form(shop)[0]
    assert "заказ изменили" in tab.press(address, {"stamp": "older", "name": "Другая"})

    tab.press(f"{address}/anew")
    again = town.wait(lambda: _second(shop, number), "a second order", 60)
    assert again != number
    assert shop.order(DEAL, 2)["cdek_number"] == again
    assert len(shop.orders(DEAL)) == 2
    kinds = town.program.read(lambda session: session.scalars(select(Intent.kind).order_by(Intent.id)).all())
    assert kinds == ["create", "change", "change", "cancel", "create"]


def _second(shop: Shop, number: str) -> str | None:
    rows = shop.town.program.read(lambda session: session.scalars(select(Shipment).order_by(Shipment.n)).all())
    return rows[1].order_number if len(rows) == 2 and rows[1].order_number != number else None


def test_on_its_way_it_is_redirected_within_the_city_and_called_back(shop: Shop) -> None:
    """Answers are lost on the way; what CDEK charges for is asked for once."""
    town = shop.town
    shop.ship(DEAL)
    [number] = shop.shipped(DEAL)
    shop.happens(DEAL, "TAKEN_BY_TRANSPORTER_FROM_SENDER_CITY")
    shop.becomes(DEAL, "В пути")
    _, answer = _form(shop, address="Самара, ул. Победы, 1")
    assert "data-done" in answer
    shop.noticed(DEAL, 60)
    assert "v2_city_can_not_be_changed" in shop.tab_says(DEAL)
    city = shop.order(DEAL)["to_location"]["city"]
    _form(shop, address=f"{city}, ул. Баумана, 1")
    shop.told(DEAL, f"В заказе {number} изменено место доставки.", 60)
    assert shop.order(DEAL)["to_location"]["address"] == f"{city}, ул. Баумана, 1"
    assert "Перевозчик не изменил заказ" not in shop.tab_says(DEAL)

    address = _form(shop)[0]
    town.fault("break_after", match={"path": "/v2/orders/*/refusal", "method": "POST"}, times=1)
    tab = shop.tab(DEAL)
    assert "Отозвать посылку?" in tab.page
    tab.press(f"{address}/stop")
    town.calm()
    assert "Отозвать посылку?" not in shop.tab(DEAL).page
    town.advance(12)
    shop.told(DEAL, f"Посылка {number} отозвана", 60)
    shop.becomes(DEAL, "Едет обратно", 60)
    assert len(town.journal("order.refusal_accepted")) == 1
    assert town.journal("order.delete_accepted") == []
