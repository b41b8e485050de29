"""The seed data: enough of everything, and each expectation follows from the emulated carrier's own rules."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from sandbox.bitrix24.data import PROFILES, Deal, Expected, expected, portal_data
from sandbox.bitrix24.data.tables import order_lines
from sandbox.cdek import geo
from sandbox.cdek.data.offices import all_offices
from sandbox.cdek.rules import points
from sandbox.cdek.rules.phones import phone_is_valid

MAIN = portal_data(0)
PORTALS = range(len(PROFILES))
DELIVERED = [row for row in MAIN.expected if row.outcome == "delivered"]
BAD_PHONES = [row for row in MAIN.expected if "recipient_phone" in row.fields]


def deal_of(key: int) -> Deal:
    return next(deal for deal in MAIN.deals if deal.key == key)


def test_there_is_enough_of_everything() -> None:
    assert len(MAIN.products) >= 60
    assert len(MAIN.contacts) >= 70
    assert len(MAIN.deals) >= 60
    assert len({deal.category_id for deal in MAIN.deals}) == 2
    outcomes = Counter(row.outcome for row in MAIN.expected)
    assert outcomes["delivered"] >= 40
    assert outcomes["problem"] >= 12
    assert {"returned", "lost", "listed", "untouched"} <= set(outcomes)


def test_weights_come_from_everywhere_and_nowhere() -> None:
    by_id = {product.id: product for product in MAIN.products}
    offers = [product for product in MAIN.products if product.type == 4]
    parents = [by_id[offer.parent_id] for offer in offers if offer.parent_id]
    pairs = list(zip(offers, parents, strict=True))
    assert any(offer.weight and not parent.weight for offer, parent in pairs)
    assert any(not offer.weight and parent.weight for offer, parent in pairs)
    assert any(not offer.weight and not parent.weight for offer, parent in pairs)
    assert any(not product.sku for product in MAIN.products if product.type == 1)


def test_phones_are_typed_in_every_way() -> None:
    texts = [text for contact in MAIN.contacts for _, text in contact.phones]
    for pattern in (r"8 \(", r"\+7", r"\d{10}$", r",", r"доб", r"8-9", r"7 9", r"[а-я]{4}"):
        assert any(re.search(pattern, text) for text in texts), pattern


@pytest.mark.parametrize("index", PORTALS)
def test_every_portal_is_whole(index: int) -> None:
    data = portal_data(index)
    stages = {stage.status_id for stage in data.stages}
    contacts, companies = {row.id for row in data.contacts}, {row.id for row in data.companies}
    products = {row.id for row in data.products} | {0}
    for deal in data.deals:
        assert deal.stage_id in stages
        assert deal.contact_id in contacts | {None}
        assert deal.company_id in companies | {None}
        assert {row.product_id for row in deal.rows} <= products
    assert {row.deal_id for row in data.expected} == {deal.id for deal in data.deals}
    assert all(category.trigger in stages for category in data.categories)
    assert {stage.name for stage in data.stages if stage.status_id.endswith(PROFILES[index].trigger)} == {
        "Передано на отгрузку"
    }


def test_equal_ids_are_different_things_on_different_portals() -> None:
    owners = {index: {deal.id: deal.key for deal in portal_data(index).deals} for index in PORTALS}
    assert len({owners[index][501] for index in PORTALS if 501 in owners[index]}) >= 3
    names = {index: {row.id: row.full_name for row in portal_data(index).contacts} for index in PORTALS}
    shared = set(names[0]) & set(names[1])
    assert shared
    assert any(names[0][number] != names[1][number] for number in shared)


@pytest.mark.parametrize("row", DELIVERED, ids=lambda row: str(row.deal_id))
def test_a_deal_to_be_delivered_has_a_place_the_carrier_knows(row: Expected) -> None:
    deal = next(deal for deal in MAIN.deals if deal.id == row.deal_id)
    assert deal.wish.address or deal.wish.point
    if deal.wish.point:
        office = all_offices()[deal.wish.point.split(",")[0]]
        assert points.suits(office, [{"weight": weight_of(deal), "length": 0, "width": 0, "height": 0}])
    else:
        folded = geo.fold(deal.wish.address).replace("спб", "санкт-петербург")
        assert any(geo.fold(city.name) in folded for city in geo.cities().values())


def weight_of(deal: Deal) -> int:
    by_id = {product.id: product for product in MAIN.products}
    known = [(by_id[row.product_id].weight or 500) * row.quantity for row in deal.rows if row.product_id]
    return int(sum(known))


@pytest.mark.parametrize("row", BAD_PHONES, ids=lambda row: str(row.deal_id))
def test_a_phone_problem_has_no_number_the_carrier_takes_and_its_fix_has(row: Expected) -> None:
    deal = next(deal for deal in MAIN.deals if deal.id == row.deal_id)
    contact = next((contact for contact in MAIN.contacts if contact.id == deal.contact_id), None)
    mobiles = [text for kind, text in (contact.phones if contact else ()) if kind != "FAX"]
    assert not any(phone_is_valid(text) for text in mobiles)
    fix = expected(0)[deal.id].fix
    assert fix is not None
    assert phone_is_valid(fix[1])


def test_places_that_must_be_refused_are_refused_by_the_carrier() -> None:
    offices = all_offices()
    closed = offices[deal_of(64).wish.point]
    assert not points.is_open(closed)
    city = closed["location"]["city_code"]
    assert [code for code, row in offices.items() if row["location"]["city_code"] == city] == [closed["code"]]
    assert deal_of(63).wish.point not in offices
    assert not points.takes_weight(offices[deal_of(65).wish.point], [{"weight": weight_of(deal_of(65))}])
    for key in (58, 59, 60):
        words = geo.fold(deal_of(key).wish.address).replace(",", " ").replace(".", " ").split()
        assert not any(geo.by_name(word) for word in words), deal_of(key).wish.address


def test_free_text_rows_and_fractions_are_read() -> None:
    assert [(key, str(amount)) for key, _, _, amount in order_lines("36*2.5+32")] == [(36, "2.5"), (32, "1")]
    assert order_lines("=Корзина: осень:4200*2")[0][1] == "Корзина: осень"
    assert order_lines("") == []
