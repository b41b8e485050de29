"""Pickup and courier, parcels from the catalogue with guesses marked, cash on delivery from where it is mapped."""

from __future__ import annotations

from typing import Any

from b24app.store.engine import session_scope
from b24app.store.portal_settings import merge
from tests.flows.town import Shop, Town, words_of

COURIER, POINT, POINT_WITH_CITY = 501, 516, 523
MONEY_FIELD = "UF_CRM_TO_COLLECT"
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


def test_collecting_what_a_field_says(town: Town) -> None:
    """The administrator chooses one of the portal's own fields; a text that is no amount is a question, no guess."""
    member = town.world.addresses["portals"][0]["member_id"]
    portal = town.world.system("bitrix24").portals[member]
    _add_money_field(portal)
    shop = town.shop(cod=MONEY_FIELD)
    assert "сумму из поля" in words_of(shop.page.get("/app/pipelines"))
    shop.fill_in(COURIER, POINT)
    shop.edit(COURIER, UF_CRM_TO_COLLECT="1 500,50 руб.")
    shop.edit(POINT, UF_CRM_TO_COLLECT="спросить")
    shop.move(COURIER, POINT)
    shop.shipped(COURIER)
    assert _cod(shop, COURIER) == 1500.50
    assert "1 500,50 ₽" in shop.tab_says(COURIER).replace("\u00a0", " ")
    assert "«спросить» не читается" in str(shop.noticed(POINT))
    assert shop.orders(POINT) == []
    shop.edit(POINT, UF_CRM_TO_COLLECT="")
    shop.shipped(POINT)
    assert _cod(shop, POINT) == 0


def test_collecting_unpaid_payments(town: Town) -> None:
    shop = town.shop(cod="unpaid")
    shop.fill_in(COURIER, POINT)
    portal = town.world.system("bitrix24").portals[shop.member]
    for amount, paid in ((1000, "Y"), (700, "N"), (300.5, "N")):
        portal.crm.payments.add_to((2, COURIER), {"sum": amount, "paid": paid, "currency": "RUB", "products": []})
    shop.move(COURIER, POINT)
    shop.shipped(COURIER, POINT)
    assert _cod(shop, COURIER) == 1000.50
    assert _cod(shop, POINT) == 0


def _add_money_field(portal: Any) -> None:
    """A field that the portal had before us."""
    with portal.lock:
        portal.crm.userfields.add(
            portal.crm.uf_entity(2), MONEY_FIELD, "string", labels={"editFormLabel": {"ru": "Взять"}}
        )


def _cod(shop: Shop, deal: int) -> float:
    items = shop.order(deal)["packages"][0]["items"]
    return float(sum(item["payment"]["value"] * item["amount"] for item in items))


def _set(shop: Shop, **settings: Any) -> None:
    with session_scope(shop.town.program.parts.sessions) as session:
        merge(session, shop.id, **settings)
    shop.town.calm()  # a slice that began before goes on with what it read
