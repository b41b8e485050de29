"""Smart invoices (contracts/bitrix24-crm.md §11, §1.7; b24restdocs: crm.item.add and object-fields, "Invoice")."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from sandbox.bitrix24 import seeding
from sandbox.bitrix24.state.portal import Portal

from .conftest import Client


@pytest.fixture
def deal(portal: Portal) -> int:
    return seeding.add_deal(portal, "Кофемашина", contactId=seeding.add_contact(portal, "Ольга"))


def add(client: Client, **fields: Any) -> dict[str, Any]:
    item: dict[str, Any] = client.call("crm.item.add", entityTypeId=31, fields=fields)["item"]
    return item


def test_an_invoice_of_a_deal(client: Client, deal: int) -> None:
    item = add(client, title="Счёт за доставку", parentId2=deal, contactIds=[1], xmlId="mark-1", assignedById=7)
    assert (item["stageId"], item["categoryId"], item["entityTypeId"]) == ("DT31_4:N", 4, 31)
    assert (item["parentId2"], item["contactId"], item["xmlId"], item["assignedById"]) == (deal, 1, "mark-1", 7)
    assert (item["opportunity"], item["isManualOpportunity"], item["accountNumber"]) == (0, "N", "101")
    begins, ends = (datetime.fromisoformat(item[name]) for name in ("begindate", "closedate"))
    assert (ends - begins).days == 7
    other = add(client)
    assert (other["title"], other["accountNumber"], other["xmlId"]) == (f"Счёт #{other['id']}", "102", None)
    assert client.call("crm.item.get", entityTypeId=31, id=item["id"])["item"] == item


def test_it_has_the_fields_of_an_invoice_only(client: Client, deal: int) -> None:
    known = client.call("crm.item.fields", entityTypeId=31)["fields"]
    assert known["stageId"]["statusType"] == "SMART_INVOICE_STAGE_4"
    assert {"xmlId", "accountNumber", "parentId2", "mycompanyId"} <= known.keys()
    assert {"originId", "originatorId"} & known.keys() == set()
    assert known["accountNumber"]["isReadOnly"]
    item = add(client, accountNumber="777", originId="mine")  # ignored, without a word
    assert (item["accountNumber"], item.get("originId")) == ("101", None)
    query = {"entityTypeId": 31, "filter": {"originId": "mine"}}
    assert client.refused("crm.item.list", query)[1] == "INVALID_ARG_VALUE"


def test_it_is_found_by_its_external_code_and_its_deal(client: Client, deal: int) -> None:
    first, second = (add(client, xmlId=code, parentId2=deal)["id"] for code in ("a", "b"))
    add(client, xmlId="c")

    def found(**conditions: Any) -> list[int]:
        rows = client.call("crm.item.list", entityTypeId=31, filter=conditions, select=["id"])["items"]
        return [row["id"] for row in rows]

    assert found(**{"@xmlId": ["b", "z"]}) == [second]
    assert found(parentId2=deal) == [first, second]


def test_its_rows_make_its_amount(client: Client) -> None:
    owner = {"ownerId": add(client)["id"], "ownerType": "SI"}
    query = {"filter": {"=ownerType": "SI", "=ownerId": owner["ownerId"]}}

    def amount() -> float:
        found: float = client.call("crm.item.get", entityTypeId=31, id=owner["ownerId"])["item"]["opportunity"]
        return found

    row = {"productName": "Доставка", "price": 389.5, "quantity": 1, "taxIncluded": "Y"}
    client.call("crm.item.productrow.set", owner, productRows=[row, row])
    assert amount() == 779
    [only] = client.call("crm.item.productrow.set", owner, productRows=[row])["productRows"]
    assert (amount(), only["ownerType"], only["taxIncluded"]) == (389.5, "SI", "Y")
    client.call("crm.item.productrow.update", id=only["id"], fields={"price": 100})
    assert (amount(), client.call("crm.item.productrow.list", query)["productRows"][0]["price"]) == (100, 100)
    assert client.call("crm.item.delete", entityTypeId=31, id=owner["ownerId"]) == []
    assert client.refused("crm.item.get", entityTypeId=31, id=owner["ownerId"])[:2] == (400, "NOT_FOUND")
    assert client.refused("crm.item.productrow.list", query)[1] == "ACCESS_DENIED"
    assert client.refused("crm.item.productrow.set", owner, productRows=[row])[1] == "OWNER_NOT_FOUND"


def test_it_moves_through_the_stages_of_its_pipeline(client: Client) -> None:
    stages = client.call("crm.status.list", filter={"ENTITY_ID": "SMART_INVOICE_STAGE_4"}, order={"SORT": "ASC"})
    assert [row["STATUS_ID"] for row in stages] == ["DT31_4:N", "DT31_4:S", "DT31_4:P", "DT31_4:D"]
    invoice = add(client)["id"]

    def move(stage: str) -> dict[str, Any]:
        return {"entityTypeId": 31, "id": invoice, "fields": {"stageId": stage}}

    moved = client.call("crm.item.update", move("DT31_4:P"))["item"]
    assert (moved["stageId"], moved["stageSemanticId"], moved["previousStageId"]) == ("DT31_4:P", "S", "DT31_4:N")
    assert client.refused("crm.item.update", move("DT1042_30:NEW"))[1] == "CRM_FIELD_ERROR_VALUE_NOT_VALID"
