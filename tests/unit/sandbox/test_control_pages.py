"""The control origin's pages, and the data's control, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from sandbox.control import ControlError
from sandbox.control.pages import places
from sandbox.world import World


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World(systems=["bitrix24", "tiles"], portals=2) as found:
        yield found


def get(world: World, path: str) -> requests.Response:
    return requests.get(world.control.base_url + path, timeout=10)


def test_the_home_page_names_every_place(world: World) -> None:
    page = get(world, "/").text
    for row in world.addresses["portals"]:
        assert row["base_url"] in page
    assert world.addresses["tiles"]["base_url"] in page
    assert get(world, "/look/control.css").headers["Content-Type"].startswith("text/css")
    assert get(world, "/look/control.js").status_code == 200


def test_places_are_addresses_only() -> None:
    addresses = {"control": "http://a", "app": {"client_id": "x"}, "cdek": {"base_url": "http://b"}, "portals": [1]}
    assert places(addresses) == [("control", "http://a"), ("cdek", "http://b")]


def test_coverage_says_what_works_and_what_is_refused(world: World) -> None:
    page = get(world, "/coverage").text
    assert "crm.item.list" in page
    assert "refused (501)" in page
    table = get(world, "/coverage?format=json").json()
    states = {row["name"]: row["state"] for row in table["bitrix24"]}
    assert states["frame: getInitData"] == "works"
    assert states["frame: selectCRM"].startswith("refused")
    assert "GET /{z}/{x}/{y}.png" in {row["name"] for row in table["tiles"]}


def test_the_tail_of_the_journal(world: World) -> None:
    for number in range(5):
        world.journal.add("bitrix24", "toy.row", number)
    rows = world.control.journal(kind="toy.row", tail=2)
    assert [row["key"] for row in rows] == ["3", "4"]


def test_the_managers_part_by_control(world: World) -> None:
    world.reset()
    member = world.addresses["portals"][0]["member_id"]
    portal = world.system("bitrix24").portals[member]
    assert not any(world.control.post(f"/bitrix24/{member}/wishes")["written"].values())
    fields = portal.crm.userfields
    for name in ("UF_CRM_DELIVERY_ADDRESS", "UF_CRM_DELIVERY_PHONE", "UF_CRM_PVZ_CODE"):
        fields.add("CRM_DEAL", name, "string")
    options = [{"value": "Курьер", "xmlId": "COURIER"}, {"value": "Пункт выдачи", "xmlId": "PICKUP"}]
    kind = fields.add("CRM_DEAL", "UF_CRM_DELIVERY_TYPE", "enumeration", enum=options)
    written = world.control.post(f"/bitrix24/{member}/wishes", {"deals": [501, 516]})["written"]
    assert written == {
        "501": ["UF_CRM_DELIVERY_ADDRESS", "UF_CRM_DELIVERY_TYPE"],
        "516": ["UF_CRM_DELIVERY_TYPE", "UF_CRM_PVZ_CODE"],
    }
    deals = portal.crm.tables[2]
    assert deals.get(516)["UF_CRM_DELIVERY_TYPE"] == kind.enum[1]["id"]
    assert [row.key for row in world.journal.find(kind="deal.updated")] == ["501", "516"]
    story = world.control.get(f"/bitrix24/{member}/expected")
    by_id = {row["deal_id"]: row for row in story["deals"]}
    assert (by_id[549]["outcome"], by_id[549]["fields"]) == ("problem", ["recipient_phone"])
    assert {"match": {"recipient": "*Панова*"}, "route": "refusal"} in story["overrides"]
    assert world.control.post(f"/bitrix24/{member}/fix", {"deal": 549}) == {"changed": True}
    assert deals.get(549)["UF_CRM_DELIVERY_PHONE"] == "+7 916 000-58-58"
    assert world.control.post(f"/bitrix24/{member}/fix", {"deal": 501}) == {"changed": False}
    assert world.control.post(f"/bitrix24/{member}/fix", {"deal": 555}) == {"changed": True}
    assert portal.crm.tables[3].get(deals.get(555)["contactId"])["name"] == "Виталий"


def test_bulk_deals_are_ready_to_move(world: World) -> None:
    world.reset()
    member = world.addresses["portals"][1]["member_id"]
    portal = world.system("bitrix24").portals[member]
    portal.crm.userfields.add("CRM_DEAL", "UF_CRM_DELIVERY_ADDRESS", "string")
    ids = world.control.post(f"/bitrix24/{member}/bulk", {"count": 120})["deals"]
    assert len(set(ids)) == 120
    deals = [portal.crm.tables[2].get(number) for number in ids]
    assert all(deal["UF_CRM_DELIVERY_ADDRESS"] and deal["stageId"] == "PREPAYMENT_INVOICE" for deal in deals)
    phones = {portal.crm.tables[3].get(deal["contactId"])["fm"][0]["value"] for deal in deals}
    assert len(phones) == 120
    assert all(portal.crm.product_rows.of((2, number)) for number in ids)
    assert world.journal.find() == []


def test_an_unknown_portal_is_refused_in_words(world: World) -> None:
    with pytest.raises(ControlError, match="no such portal"):
        world.control.post("/bitrix24/nobody/wishes")


def test_products_are_where_the_rows_say(world: World) -> None:
    world.reset()
    portal = next(iter(world.system("bitrix24").portals.values()))
    rows = portal.crm.product_rows.of((2, 501))
    product = portal.catalog.products.get(rows[0]["productId"])
    assert (product["name"], product["weight"]) == (rows[0]["productName"], 1050)
    offers = [row for row in portal.catalog.products if row["type"] == 4]
    blocks = {row["productIblockId"]: row["iblockId"] for row in portal.catalog.catalogs}
    for offer in offers:
        parent = portal.catalog.products.get(int(offer["parentId"]["value"]))
        assert parent["type"] == 3
        assert blocks[parent["iblockId"]] == offer["iblockId"]
