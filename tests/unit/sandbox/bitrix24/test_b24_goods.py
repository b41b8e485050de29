"""Product rows, the catalogue, addresses and payments (contracts/bitrix24-crm.md §2.3, §3, §11)."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.bitrix24 import seeding
from sandbox.bitrix24.state.portal import Portal
from sandbox.world import World

from .conftest import Client


@pytest.fixture
def goods(portal: Portal) -> dict[str, int]:
    """A section, a simple product, and a parent with two variations, one of them without a weight."""
    catalog, now = portal.catalog, portal.now()
    section = catalog.add_section("Кофемашины")
    simple = catalog.add_product("Чашка", now, price=500, weight=300, iblockSectionId=section)
    parent = catalog.add_product("Кофемашина", now, kind=3, iblockSectionId=section)
    offer = catalog.add_product("Кофемашина, чёрная", now, parent=parent, price=43200, weight=7400, length=420)
    bare = catalog.add_product("Кофемашина, белая", now, parent=parent, price=43200)
    return {"section": section, "simple": simple, "parent": parent, "offer": offer, "bare": bare}


@pytest.fixture
def deal(portal: Portal, goods: dict[str, int]) -> int:
    rows = [
        {"productId": goods["offer"], "price": 43200, "taxRate": 20, "taxIncluded": "Y", "discountRate": 10},
        {"productName": "Подарочная упаковка", "price": 390.5, "quantity": 2},
    ]
    return seeding.add_deal(portal, "Кофе", rows=rows, assignedById=7)


def rows_of(client: Client, deal: int) -> list[dict[str, Any]]:
    found = client.call("crm.item.productrow.list", filter={"=ownerType": "D", "=ownerId": deal})
    rows: list[dict[str, Any]] = found["productRows"]
    return rows


def test_row_prices_follow_the_contract(client: Client, deal: int, goods: dict[str, int]) -> None:
    first, second = rows_of(client, deal)
    assert (first["productId"], first["productName"], first["type"]) == (goods["offer"], "Кофемашина, чёрная", 4)
    assert (first["priceExclusive"], first["priceNetto"], first["priceBrutto"]) == (36000, 40000, 48000)
    assert (first["discountSum"], first["priceAccount"], first["measureCode"]) == (4000, 43200, 796)
    assert (second["productId"], second["taxRate"], second["quantity"], second["sort"]) == (0, None, 2, 20)
    item = client.call("crm.item.get", entityTypeId=2, id=deal)["item"]
    assert (item["opportunity"], item["taxValue"]) == (43981, 7200)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({}, "REQUIRED_ARG_MISSING"),
        ({"ownerType": "D", "ownerId": 1}, "REQUIRED_ARG_MISSING"),
        ({"=ownerType": "D", "=ownerId": [1]}, "REQUIRED_ARG_MISSING"),
        ({"=ownerType": "D", "=ownerId": 0}, "REQUIRED_ARG_MISSING"),
        ({"=ownerType": "D", "=ownerId": 999}, "ACCESS_DENIED"),
        ({"=ownerType": "ZZ", "=ownerId": 1}, "ACCESS_DENIED"),
    ],
)
def test_rows_need_exactly_their_owner(client: Client, deal: int, query: dict[str, Any], code: str) -> None:
    assert client.refused("crm.item.productrow.list", filter=query)[:2] == (400, code)


def test_rows_are_filtered_by_id_and_product_only(client: Client, deal: int, goods: dict[str, int]) -> None:
    query = {"=ownerType": "D", "=ownerId": deal}
    found = client.call("crm.item.productrow.list", filter=query | {"productId": goods["offer"]})["productRows"]
    assert len(found) == 1
    # Any other key is silently dropped.
    assert len(client.call("crm.item.productrow.list", filter=query | {"price": 1})["productRows"]) == 2


def test_each_write_of_rows_is_a_save_of_the_deal(client: Client, deal: int, world: World) -> None:
    fields = {"ownerId": deal, "ownerType": "D", "productName": "Доставка", "price": 100, "quantity": 1}
    added = client.call("crm.item.productrow.add", fields=fields)["productRow"]
    assert client.call("crm.item.get", entityTypeId=2, id=deal)["item"]["opportunity"] == 44081
    client.call("crm.item.productrow.update", id=added["id"], fields={"price": 200, "nobody": 1})
    assert client.call("crm.item.get", entityTypeId=2, id=deal)["item"]["opportunity"] == 44181
    assert client.refused("crm.item.productrow.update", id=added["id"], fields={"nobody": 1})[1] == "INVALID_ARG_VALUE"
    assert client.call("crm.item.productrow.delete", id=added["id"]) is None
    assert client.refused("crm.item.productrow.get", id=added["id"])[1] == "NOT_FOUND"
    whole = {"ownerId": deal, "ownerType": "D", "productRows": [{"productName": "Одна", "price": 10}]}
    assert len(client.call("crm.item.productrow.set", whole)["productRows"]) == 1
    assert len(world.journal.find(kind="deal.rows", key=deal)) == 4


def test_a_hand_set_amount_stays(client: Client, deal: int) -> None:
    def amount(**fields: Any) -> float:
        found: float = client.call("crm.item.update", entityTypeId=2, id=deal, fields=fields)["item"]["opportunity"]
        return found

    assert amount(opportunity=5) == 43981
    assert amount(opportunity=5, isManualOpportunity="Y") == 5


def test_row_writers_refuse(client: Client, manager: Client, deal: int, portal: Portal) -> None:
    def add(**fields: Any) -> str:
        return client.refused("crm.item.productrow.add", fields=fields)[1]

    assert add(ownerType="ZZ", ownerId=deal) == "ENTITY_TYPE_NOT_SUPPORTED"
    assert add(ownerType="D", ownerId=999) == "OWNER_NOT_FOUND"
    assert client.refused("crm.item.productrow.add")[1] == "100"
    portal.users[7].deal_edit = "none"
    fields = {"ownerType": "D", "ownerId": deal, "price": 1}
    assert manager.refused("crm.item.productrow.add", fields=fields)[:2] == (400, "ACCESS_DENIED")


def test_vat_of_zero_is_not_no_vat(client: Client, deal: int) -> None:
    def rate(value: Any) -> Any:
        fields = {"ownerId": deal, "ownerType": "D", "productName": "x", "price": 1, "taxRate": value}
        return client.call("crm.item.productrow.add", fields=fields)["productRow"]["taxRate"]

    assert (rate(0), rate("0"), rate(0.0), rate(None)) == (0, 0, None, None)


def test_legacy_rows(client: Client, deal: int) -> None:
    rows = client.call("crm.deal.productrows.get", id=deal)
    assert (rows[0]["OWNER_ID"], rows[0]["PRICE"], rows[1]["PRODUCT_NAME"]) == (str(deal), 43200, "Подарочная упаковка")
    assert client.call("crm.deal.productrows.set", id=deal, rows=[{"PRODUCT_NAME": "x", "PRICE": 7}]) is True
    assert client.call("crm.deal.productrows.get", id=deal)[0]["PRICE"] == 7


def test_products_live_in_two_blocks(client: Client, goods: dict[str, int]) -> None:
    select = ["id", "iblockId", "name", "weight", "length", "iblockSectionId", "parentId", "type"]
    ids = list(goods.values())[1:]
    here = client.call("catalog.product.list", select=select, filter={"iblockId": 23, "id": ids})["products"]
    assert [row["id"] for row in here] == [goods["simple"], goods["parent"]]
    assert here[0]["weight"] == 300
    offers = client.call("catalog.product.offer.list", select=select, filter={"iblockId": 25, "id": ids})["offers"]
    assert [(row["id"], row["weight"], row["length"]) for row in offers] == [
        (goods["offer"], 7400, 420),
        (goods["bare"], None, None),
    ]
    assert offers[0]["parentId"]["value"] == str(goods["parent"])
    units = client.call("catalog.product.sku.list", select=["id", "iblockId"], filter={"iblockId": 23})["units"]
    assert [row["id"] for row in units] == [goods["parent"]]


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"select": ["id"], "filter": {"iblockId": 23}}, "0"),
        ({"select": ["id", "iblockId"]}, "0"),
        ({"select": ["id", "iblockId"], "filter": {"iblockId": 99}}, "200040300000"),
        ({"select": ["id", "iblockId"], "filter": {"iblockId": 23, "@id": [1]}}, "0"),
    ],
)
def test_product_lists_are_picky(client: Client, goods: dict[str, int], params: dict[str, Any], code: str) -> None:
    assert client.refused("catalog.product.list", params)[:2] == (400, code)


def test_much_of_the_catalogue_is_for_admins(client: Client, manager: Client, goods: dict[str, int]) -> None:
    for method in ("catalog.product.get", "catalog.catalog.list", "catalog.measure.list", "catalog.section.get"):
        assert manager.refused(method, id=goods["simple"])[:2] == (400, "200040300010")
    query = {"select": ["id", "iblockId"], "filter": {"iblockId": 23}}
    assert len(manager.call("catalog.product.list", query)["products"]) == 2
    assert client.call("catalog.product.get", id=goods["offer"])["product"]["weight"] == 7400
    assert client.refused("catalog.product.get", id=999)[1] == "0"
    assert client.refused("catalog.product.get")[1] == "100"
    assert client.refused("catalog.product.offer.get", id=goods["simple"])[1] == "0"


def test_products_are_changed_by_admins_each_kind_by_its_own_method(
    client: Client, manager: Client, goods: dict[str, int]
) -> None:
    """b24restdocs: catalog.product.update, catalog.product.offer.update."""
    weighed = {"weight": "320.5", "length": 100}
    assert manager.refused("catalog.product.update", id=goods["simple"], fields=weighed)[:2] == (400, "200040300040")
    changed = client.call("catalog.product.update", id=goods["simple"], fields=weighed)["element"]
    assert (changed["weight"], changed["length"], changed["width"], changed["name"]) == (320.5, 100, None, "Чашка")
    offer = client.call("catalog.product.offer.update", id=goods["bare"], fields={"weight": 7000})["offer"]
    assert (offer["weight"], offer["parentId"]["value"]) == (7000, str(goods["parent"]))
    for wrong in (goods["offer"], goods["parent"], 999):
        assert client.refused("catalog.product.update", id=wrong, fields=weighed)[1] == "0"
    assert client.refused("catalog.product.offer.update", id=goods["simple"], fields=weighed)[1] == "0"
    assert client.refused("catalog.product.update", id=goods["simple"], fields={"grams": 5})[1] == "0"
    assert client.refused("catalog.product.update", id=goods["simple"])[1] == "100"


def test_blocks_sections_measures_prices(client: Client, goods: dict[str, int]) -> None:
    offers = [row for row in client.call("catalog.catalog.list")["catalogs"] if row["productIblockId"]]
    assert [(row["id"], row["productIblockId"]) for row in offers] == [(25, 23)]
    assert client.call("catalog.catalog.isOffers", id=25) is True
    sections = client.call("catalog.section.list", filter={"iblockId": 23}, select=["id", "name"])["sections"]
    assert sections == [{"id": goods["section"], "name": "Кофемашины"}]
    assert client.refused("catalog.section.list")[1] == "0"
    codes = {row["code"] for row in client.call("catalog.measure.list")["measures"]}
    assert {796, 166} <= codes
    prices = client.call("catalog.price.list", filter={"productId": goods["simple"]})["prices"]
    assert [row["price"] for row in prices] == [500]


def test_addresses_hang_on_requisites(client: Client, portal: Portal) -> None:
    contact = seeding.add_contact(portal, "Ольга")
    requisite = seeding.add_address(portal, 3, contact, ADDRESS_1="ул. Баумана, 5", CITY="Казань")
    seeding.add_address(portal, 3, contact, 6, CITY="Москва")
    query = {"ANCHOR_TYPE_ID": 3, "@ANCHOR_ID": [contact, 77]}
    found = client.call("crm.address.list", filter=query, order={"TYPE_ID": "DESC"})
    assert [(row["TYPE_ID"], row["CITY"], row["ENTITY_ID"]) for row in found] == [
        ("11", "Казань", str(requisite)),
        ("6", "Москва", str(requisite)),
    ]
    chain = client.call("crm.requisite.list", filter={"ENTITY_TYPE_ID": 3, "ENTITY_ID": contact}, select=["ID", "NAME"])
    assert chain == [{"ID": str(requisite), "NAME": "Физлицо"}]
    same = client.call("crm.address.list", filter={"ENTITY_TYPE_ID": 8, "@ENTITY_ID": [requisite]})
    assert len(same) == 2
    key = {"TYPE_ID": 11, "ENTITY_TYPE_ID": 8, "ENTITY_ID": requisite}
    assert client.refused("crm.address.add", fields=key) == (400, "", "TypeAddress exists")
    assert client.call("crm.address.update", fields=key | {"CITY": "Уфа"}) is True
    assert client.call("crm.address.list", filter=query | {"TYPE_ID": 11})[0]["CITY"] == "Уфа"
    assert client.call("crm.address.delete", fields=key) is True
    assert client.refused("crm.address.delete", fields=key) == (400, "", "TypeAddress not found")


def test_a_deal_without_a_requisite_link_is_an_ordinary_error(client: Client, deal: int) -> None:
    assert client.refused("crm.requisite.link.get", entityTypeId=2, entityId=deal) == (400, "", "Not found")
    link = {"ENTITY_TYPE_ID": 2, "ENTITY_ID": deal, "REQUISITE_ID": 512}
    assert client.call("crm.requisite.link.register", fields=link) is True
    assert client.call("crm.requisite.link.get", entityTypeId=2, entityId=deal)["REQUISITE_ID"] == "512"


def test_payments_of_a_deal(client: Client, deal: int) -> None:
    owner = {"entityTypeId": 2, "entityId": deal}
    number = client.call("crm.item.payment.add", owner)
    row = rows_of(client, deal)[0]
    client.call("crm.item.payment.product.add", paymentId=number, rowId=row["id"], quantity=1)
    payment = client.call("crm.item.payment.list", owner)[0]
    assert (payment["id"], payment["paid"], payment["sum"]) == (number, "N", 43200)
    assert client.call("crm.item.payment.pay", id=number) is True
    assert client.call("crm.item.payment.get", id=number)["paid"] == "Y"
    assert client.refused("crm.item.payment.get", id=999)[:2] == (400, "0")
    assert client.call("crm.item.delivery.list", owner) == []
