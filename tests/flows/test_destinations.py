"""Pickup and courier, parcels from the catalogue with guesses marked, cash on delivery from where it is mapped."""

from __future__ import annotations

from typing import Any

from b24app.store.engine import session_scope
from b24app.store.portal_settings import merge
from tests.flows.town import Shop

COURIER, POINT, POINT_WITH_CITY = 501, 516, 523
#: Weights: of the product itself; of the parent of a variation; of nobody (the portal's default).
OWN, FROM_PARENT, FROM_NOBODY = 506, 546, 527


def test_courier_and_pickup_point(shop: Shop) -> None:
    shop.ship(COURIER, POINT, POINT_WITH_CITY)
    shop.shipped(COURIER, POINT, POINT_WITH_CITY)
    [door], [office], [typed] = (shop.orders(deal) for deal in (COURIER, POINT, POINT_WITH_CITY))
    assert door["delivery_point"] is None
    assert door["address"] == "г. Казань, ул. Баумана, д. 5, кв. 12"
    assert door["tariff_code"] != office["tariff_code"]
    assert office["delivery_point"] == "NSK3"
    assert typed["delivery_point"] == "KZN5"


def test_weights_of_the_catalogue_and_marked_guesses(shop: Shop) -> None:
    shop.ship(OWN, FROM_PARENT, FROM_NOBODY)
    shop.shipped(OWN, FROM_PARENT, FROM_NOBODY)
    weights = {deal: shop.order(deal)["packages"][0]["weight"] for deal in (OWN, FROM_PARENT, FROM_NOBODY)}
    assert weights[OWN] == 2900
    assert weights[FROM_PARENT] == 1200
    assert weights[FROM_NOBODY] == 500
    assert "≈" not in shop.tab_says(OWN)
    said = shop.tab_says(FROM_NOBODY)
    assert "≈ 0,500 кг" in said
    assert "вес по умолчанию для портала" in said


def test_the_default_of_the_section_comes_before_the_portals(shop: Shop) -> None:
    """Section 43 of the seeded catalogue is kitchen ware."""
    _set(shop, section_defaults={"43": {"weight_g": 3100, "length_mm": 400, "width_mm": 350, "height_mm": 80}})
    shop.ship(FROM_NOBODY)
    shop.shipped(FROM_NOBODY)
    assert shop.order(FROM_NOBODY)["packages"][0]["weight"] == 3100
    assert "вес по умолчанию для раздела каталога" in shop.tab_says(FROM_NOBODY)


def test_nothing_is_collected_unless_the_portal_says_so(shop: Shop) -> None:
    shop.ship(COURIER)
    shop.shipped(COURIER)
    assert _cod(shop, COURIER) == 0
    assert "С клиента ничего не берём" in shop.tab_says(COURIER)


def _cod(shop: Shop, deal: int) -> float:
    items = shop.order(deal)["packages"][0]["items"]
    return float(sum(item["payment"]["value"] * item["amount"] for item in items))


def _set(shop: Shop, **settings: Any) -> None:
    with session_scope(shop.town.program.parts.sessions) as session:
        merge(session, shop.row.id, **settings)
