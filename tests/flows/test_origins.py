"""An order says where the goods leave from: the portal's place, with the account's office or by a courier."""

from __future__ import annotations

from b24app.demo import setting_up
from tests.flows.town import Town

PLACE = {
    "title": "Склад",
    "company": "ООО «Лён»",
    "name": "Пётр",
    "phone": "8 (916) 123-45-67",
    "address": "Москва, Тверская 1",
}


def test_an_accepted_order_carries_the_place_of_the_portal(town: Town) -> None:
    shop = town.shop()
    shop.app().press("/app/origin/0", PLACE)
    shop.ship(501)
    shop.shipped(501)
    order = shop.order(501)
    assert order["sender"]["name"] == "Пётр"
    assert order["sender"]["company"] == "ООО «Лён»"
    assert order["sender"]["phones"][0]["number"] == "+79161234567"
    assert order["shipment_point"] == setting_up.SENDER["shipment_point"]
