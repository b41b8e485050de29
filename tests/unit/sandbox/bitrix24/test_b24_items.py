"""``crm.item.*`` on deals and contacts (contracts/bitrix24-crm.md §1.2 to §1.5, §2, §14.3)."""

from __future__ import annotations

import base64
from typing import Any

import pytest
import requests

from sandbox.bitrix24 import seeding
from sandbox.bitrix24.state.portal import Portal
from sandbox.world import World

from .conftest import Client


@pytest.fixture
def deal(portal: Portal) -> int:
    portal.crm.add_category(2, "Доставка", 3)
    contact = seeding.add_contact(
        portal, "Ольга", phones=["+7 917 000-00-01", ("+7 (843) 1", "WORK")], emails=["o@x.test"]
    )
    return seeding.add_deal(portal, "Кофемашина", categoryId=3, contactId=contact, assignedById=7)


def fields(client: Client, deal: int, **values: Any) -> dict[str, Any]:
    """Update the deal and give the item that comes back."""
    item: dict[str, Any] = client.call("crm.item.update", entityTypeId=2, id=deal, fields=values)["item"]
    return item


def refused(client: Client, deal: int, **values: Any) -> tuple[int, str, str]:
    return client.refused("crm.item.update", entityTypeId=2, id=deal, fields=values)


def test_an_item_is_typed(client: Client, deal: int) -> None:
    item = client.call("crm.item.get", entityTypeId=2, id=deal)["item"]
    assert (item["id"], item["categoryId"], item["stageId"], item["stageSemanticId"]) == (deal, 3, "C3:NEW", "P")
    assert (item["contactId"], item["contactIds"], item["companyId"]) == (1, [1], 0)
    assert (item["opportunity"], item["opened"], item["closed"], item["leadId"]) == (0, "Y", "N", None)
    assert item["createdTime"].endswith("+03:00")
    assert item["entityTypeId"] == 2
    assert "fm" not in item


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"entityTypeId": 2}, "100"),
        ({"entityTypeId": 2, "id": "abc"}, "100"),
        ({"id": 1}, "100"),
        ({"entityTypeId": 2, "id": 9999}, "NOT_FOUND"),
        ({"entityTypeId": 999, "id": 1}, "NOT_FOUND"),
        ({"entityTypeId": 5, "id": 1}, "ENTITY_TYPE_NOT_SUPPORTED"),
    ],
)
def test_get_is_refused_with_400(client: Client, params: dict[str, Any], code: str) -> None:
    assert client.refused("crm.item.get", params)[:2] == (400, code)


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ({"filter": {"foo": 1}}, "Invalid filter: field 'foo' is not allowed in filter"),
        ({"filter": {"0": {"logic": "OR", "0": {"foo": 1}}}}, "Invalid filter: field 'foo' is not allowed in filter"),
        ({"filter": {">updatedTime": "soon"}}, "Invalid filter: field 'updatedTime' has invalid value"),
        ({"order": {"foo": "ASC"}}, "Invalid order: field 'foo' is not allowed in order"),
        (
            {"order": {"id": "down"}},
            "Invalid order: allowed sort directions are ASC, DESC. But got 'down' for field 'id'",
        ),
    ],
)
def test_list_refuses_unknown_fields(client: Client, params: dict[str, Any], text: str) -> None:
    assert client.refused("crm.item.list", params, entityTypeId=2) == (400, "INVALID_ARG_VALUE", text)


def test_lists_page_filter_order_and_select(client: Client, portal: Portal) -> None:
    ids = [seeding.add_deal(portal, f"Д {index}", opened="Y" if index % 2 else "N") for index in range(120)]
    page = client.page("crm.item.list", entityTypeId=2, select=["id"], start=50)
    assert ([row["id"] for row in page["result"]["items"]], page["total"], page["next"]) == (ids[50:100], 120, 100)
    page = client.page("crm.item.list", entityTypeId=2, select=["id", "nobody"], start=100)
    assert (page["result"]["items"][0], "next" in page) == ({"id": ids[100]}, False)
    page = client.page("crm.item.list", entityTypeId=2, filter={">id": ids[9]}, order={"id": "ASC"}, start=-1)
    assert ([row["id"] for row in page["result"]["items"]], page["total"]) == (ids[10:60], 0)
    assert "next" not in page
    down = client.page("crm.item.list", entityTypeId=2, order={"id": "DESC"}, select=["title"])
    assert down["result"]["items"][0] == {"title": "Д 119"}
    some = client.page("crm.item.list", entityTypeId=2, filter={"@id": ids[3:6], "opened": "Y"}, select=["id"])
    assert [row["id"] for row in some["result"]["items"]] == [ids[3], ids[5]]
    nested = {"0": {"logic": "OR", "0": {"id": ids[0]}, "1": {"%title": "119"}}}
    either = client.page("crm.item.list", entityTypeId=2, filter=nested, select=["id"])
    assert [row["id"] for row in either["result"]["items"]] == [ids[0], ids[119]]


def test_times_are_compared_in_any_offset(client: Client, portal: Portal, world: World) -> None:
    first = seeding.add_deal(portal, "A")
    world.clock.advance(3000)
    second = seeding.add_deal(portal, "B")
    moment = portal.hub.clock.now().replace(microsecond=0).isoformat()
    found = client.call("crm.item.list", entityTypeId=2, filter={">=updatedTime": moment}, select=["id"])
    assert [row["id"] for row in found["items"]] == [second]
    assert first < second


def test_multifields_come_only_with_a_star(client: Client, deal: int) -> None:
    whole = client.call("crm.item.list", entityTypeId=3, select=["*"])["items"][0]
    assert [row["value"] for row in whole["fm"]] == ["+7 917 000-00-01", "+7 (843) 1", "o@x.test"]
    assert (whole["phoneMobile"], whole["phoneWork"], whole["email"]) == ("+7 917 000-00-01", "+7 (843) 1", "o@x.test")
    assert (whole["hasPhone"], whole["hasEmail"]) == ("Y", "Y")
    some = client.call("crm.item.list", entityTypeId=3, select=["id", "fm", "phone"])["items"][0]
    assert some == {"id": 1, "phone": "+7 917 000-00-01"}


def test_multifields_change_by_key(client: Client, deal: int) -> None:
    def fm(value: Any) -> list[str]:
        item = client.call("crm.item.update", entityTypeId=3, id=1, fields={"fm": value})["item"]
        return [row["value"] for row in item["fm"] if row["typeId"] == "PHONE"]

    first = client.call("crm.item.get", entityTypeId=3, id=1)["item"]["fm"][0]["id"]
    phone = {"typeId": "PHONE", "valueType": "MOBILE", "value": "+79990000000"}
    assert fm({str(first): phone}) == ["+79990000000", "+7 (843) 1"]
    assert fm({"n0": phone | {"value": "1"}}) == ["+79990000000", "+7 (843) 1", "1"]
    assert fm({str(first): {"typeId": "PHONE", "value": ""}}) == ["+7 (843) 1", "1"]
    # Without typeId, or as a text, nothing happens and nothing is said.
    assert fm({"n0": {"value": "2"}}) == ["+7 (843) 1", "1"]
    assert fm("+7") == ["+7 (843) 1", "1"]


def test_moving_a_stage_marks_the_deal_and_its_history(client: Client, deal: int, world: World) -> None:
    world.clock.advance(60)
    item = fields(client, deal, stageId="C3:EXECUTING")
    assert item["movedTime"] == item["updatedTime"] > item["createdTime"]
    assert (item["movedBy"], item["stageSemanticId"], item["closed"]) == (1, "P", "N")
    item = fields(client, deal, stageId="C3:WON")
    assert (item["stageSemanticId"], item["closed"]) == ("S", "Y")
    item = fields(client, deal, categoryId=0, stageId="NEW")
    assert (item["categoryId"], item["closed"]) == (0, "N")
    history = client.call("crm.stagehistory.list", entityTypeId=2, filter={"OWNER_ID": deal}, order={"ID": "ASC"})
    rows = [(row["TYPE_ID"], row["STAGE_ID"], row["CATEGORY_ID"]) for row in history["items"]]
    assert rows == [(1, "C3:NEW", 3), (2, "C3:EXECUTING", 3), (3, "C3:WON", 3), (5, "NEW", 0)]
    moved = world.journal.find(kind="stage.moved", key=deal)
    assert [row.data["new"] for row in moved] == ["C3:EXECUTING", "C3:WON", "NEW"]
    assert moved[0].data["history_id"] == history["items"][1]["ID"]


@pytest.mark.parametrize("values", [{"stageId": "NEW"}, {"stageId": "C3:NOPE"}, {"categoryId": 0}, {"categoryId": 8}])
def test_a_stage_must_belong_to_the_pipeline(client: Client, deal: int, values: dict[str, Any]) -> None:
    assert refused(client, deal, **values)[:2] == (400, "CRM_FIELD_ERROR_VALUE_NOT_VALID")


def test_stage_history_is_a_feed_by_id(client: Client, portal: Portal) -> None:
    ids = [seeding.add_deal(portal, str(index)) for index in range(60)]
    first = client.page("crm.stagehistory.list", entityTypeId=2, order={"ID": "ASC"}, start=-1)
    rows = first["result"]["items"]
    assert len(rows) == 50
    query = {"entityTypeId": 2, "filter": {">ID": rows[-1]["ID"]}, "order": {"ID": "ASC"}, "start": -1}
    rest = client.call("crm.stagehistory.list", query)["items"]
    assert [row["OWNER_ID"] for row in rows + rest] == ids
    newest = client.call("crm.stagehistory.list", entityTypeId=2, order={"ID": "DESC"}, select=["ID"])["items"]
    assert newest[0] == {"ID": rest[-1]["ID"]}
    owners = client.call("crm.stagehistory.list", entityTypeId=2, filter={"@OWNER_ID": ids[:2]})["items"]
    assert [row["OWNER_ID"] for row in owners] == ids[:2]
    assert client.refused("crm.stagehistory.list", entityTypeId=2, filter={"X": 1})[1] == "INVALID_ARG_VALUE"
    assert client.refused("crm.stagehistory.list", entityTypeId=5)[1] == "ENTITY_TYPE_NOT_SUPPORTED"


def test_rights_of_people(client: Client, manager: Client, deal: int, world: World, portal: Portal) -> None:
    control = f"/bitrix24/{portal.member_id}"
    world.control.post(f"{control}/users", {"id": 7, "deal_edit": "own", "deal_read": "all"})
    other = seeding.add_deal(portal, "Чужая", assignedById=9)
    assert fields(manager, deal, title="Своя")["title"] == "Своя"
    assert refused(manager, other, title="x")[:2] == (400, "ACCESS_DENIED")
    world.control.post(f"{control}/users", {"id": 7, "deal_read": "own"})
    assert manager.refused("crm.item.get", entityTypeId=2, id=other)[:2] == (400, "ACCESS_DENIED")
    listed = manager.page("crm.item.list", entityTypeId=2, select=["id"])
    assert ([row["id"] for row in listed["result"]["items"]], listed["total"]) == ([deal], 1)
    world.control.post(f"{control}/rights", {"user": 7, "id": deal, "right": "read"})
    assert manager.refused("crm.item.get", entityTypeId=2, id=deal)[1] == "ACCESS_DENIED"
    assert client.call("crm.item.get", entityTypeId=2, id=deal)["item"]["id"] == deal


def test_a_stage_may_be_forbidden(manager: Client, deal: int, world: World, portal: Portal) -> None:
    world.control.post(f"/bitrix24/{portal.member_id}/users", {"id": 7, "forbidden_stages": ["C3:WON"]})
    assert refused(manager, deal, stageId="C3:WON")[:2] == (400, "-")
    assert fields(manager, deal, stageId="C3:EXECUTING")["stageId"] == "C3:EXECUTING"


def test_an_unchanged_save_changes_nothing(client: Client, deal: int, world: World) -> None:
    before = client.call("crm.item.get", entityTypeId=2, id=deal)["item"]
    world.clock.advance(5)
    assert fields(client, deal, title="Кофемашина", noSuchField="x", id=77) == before
    assert world.journal.find(kind="deal.updated", key=deal) == []


def test_values_are_read_as_php_reads_them(client: Client, deal: int, portal: Portal) -> None:
    portal.crm.userfields.add("CRM_DEAL", "UF_CRM_FLAG", "boolean")
    portal.crm.userfields.add("CRM_DEAL", "UF_CRM_TAGS", "string", multiple=True)
    assert fields(client, deal, comments="x", probability=40)["probability"] == 40
    assert fields(client, deal, comments="0", probability=0)["comments"] is None
    assert fields(client, deal, opened=1)["opened"] == "N"
    assert fields(client, deal, opened="Y", ufCrmFlag="y")["ufCrmFlag"] == "Y"
    assert fields(client, deal, ufCrmFlag="1")["ufCrmFlag"] == "N"
    assert fields(client, deal, ufCrmTags=["a", "", "b"])["ufCrmTags"] == ["a", "b"]
    assert refused(client, deal, ufCrmTags="a")[1] == "100"
    status, code, text = refused(client, deal, contactIds=88)
    assert (status, code) == (400, "100")
    assert text.startswith("Expected iterable value for multiple field, but got `int` instead")
    assert refused(client, deal, contactIds=[88])[1] == "CRM_FIELD_ERROR_VALUE_NOT_VALID"
    assert fields(client, deal, closedate="2026-03-06")["closedate"] == "2026-03-06T00:00:00+03:00"


def test_boolean_user_fields_filter_by_number(client: Client, deal: int, portal: Portal) -> None:
    portal.crm.userfields.add("CRM_DEAL", "UF_CRM_FLAG", "boolean")
    fields(client, deal, ufCrmFlag="Y")
    seeding.add_deal(portal, "B")

    def ids(wanted: Any) -> list[int]:
        found = client.call("crm.item.list", entityTypeId=2, filter={"ufCrmFlag": wanted}, select=["id"])
        return [row["id"] for row in found["items"]]

    assert (ids(1), ids("Y")) == ([deal], [])


def test_user_fields_by_either_name(client: Client, deal: int, portal: Portal) -> None:
    portal.crm.userfields.add("CRM_DEAL", "UF_CRM_PVZ_CODE", "string")
    assert "ufCrmPvzCode" in fields(client, deal, UF_CRM_PVZ_CODE="ignored")
    assert fields(client, deal, UF_CRM_PVZ_CODE="ignored")["ufCrmPvzCode"] is None
    original = {"useOriginalUfNames": "Y", "entityTypeId": 2, "id": deal}
    item = client.call("crm.item.update", original, fields={"UF_CRM_PVZ_CODE": "KZN12", "ufCrmPvzCode": "x"})["item"]
    assert item["UF_CRM_PVZ_CODE"] == "KZN12"
    assert "ufCrmPvzCode" not in item
    assert client.call("crm.item.fields", entityTypeId=2)["fields"]["ufCrmPvzCode"]["upperName"] == "UF_CRM_PVZ_CODE"
    found = client.call("crm.item.list", entityTypeId=2, filter={"!ufCrmPvzCode": ""}, select=["id", "uf*"])
    assert found["items"] == [{"id": deal, "ufCrmPvzCode": "KZN12"}]


def test_addresses_are_rewritten(client: Client, deal: int, portal: Portal) -> None:
    portal.crm.userfields.add("CRM_DEAL", "UF_CRM_WHERE", "address")
    point = "Казань, Баумана 5|55.78874;49.12214"
    assert fields(client, deal, ufCrmWhere=point)["ufCrmWhere"] == point
    assert fields(client, deal, ufCrmWhere=point + "|214")["ufCrmWhere"] == point
    assert fields(client, deal, ufCrmWhere="текст|;|215")["ufCrmWhere"] == "текст|;"
    assert fields(client, deal, ufCrmWhere="Казань")["ufCrmWhere"] == "Казань|;|201"
    assert fields(client, deal, ufCrmWhere="214_del")["ufCrmWhere"] is None


def test_enumerations_take_element_ids(client: Client, deal: int, portal: Portal) -> None:
    field = portal.crm.userfields.add("CRM_DEAL", "UF_CRM_KIND", "enumeration", enum=[{"value": "Курьер"}])
    number = field.enum[0]["id"]
    assert fields(client, deal, ufCrmKind=str(number))["ufCrmKind"] == number
    assert refused(client, deal, ufCrmKind=999)[1] == "CRM_FIELD_ERROR_VALUE_NOT_VALID"


def test_files_are_kept_replaced_and_downloaded(client: Client, deal: int, portal: Portal) -> None:
    portal.crm.userfields.add("CRM_DEAL", "UF_CRM_LABEL", "file")
    content = base64.b64encode(b"%PDF-1").decode()
    shown = fields(client, deal, ufCrmLabel=["label.pdf", content])["ufCrmLabel"]
    headers = {"User-Agent": "waybill/1"}
    assert requests.get(shown["urlMachine"], headers=headers, timeout=5).content == b"%PDF-1"
    assert requests.get(shown["urlMachine"].replace(client.token, "x"), headers=headers, timeout=5).status_code == 404
    assert fields(client, deal, ufCrmLabel={"id": shown["id"]})["ufCrmLabel"]["id"] == shown["id"]
    assert fields(client, deal, ufCrmLabel={"id": 1})["ufCrmLabel"] is None


def test_clients_follow_each_other(client: Client, deal: int, portal: Portal) -> None:
    second = seeding.add_contact(portal, "Иван")
    item = fields(client, deal, contactIds=[second, 1])
    assert (item["contactId"], item["contactIds"]) == (second, [second, 1])
    assert fields(client, deal, contactIds=[])["contactId"] == 0
    found = client.call("crm.item.list", entityTypeId=2, filter={"contactIds": second}, select=["id"])
    assert found["items"] == []


def test_add_and_delete(client: Client, portal: Portal, world: World) -> None:
    item = client.call("crm.item.add", entityTypeId=2, fields={"title": "Новая"})["item"]
    assert (item["stageId"], item["categoryId"], item["createdBy"]) == ("NEW", 0, 1)
    assert client.call("crm.item.delete", entityTypeId=2, id=item["id"]) == []
    assert client.refused("crm.item.get", entityTypeId=2, id=item["id"])[1] == "NOT_FOUND"
    assert [row.kind for row in world.journal.find(key=item["id"])] == ["deal.added", "deal.deleted"]


def test_legacy_deals_are_strings(client: Client, deal: int, portal: Portal) -> None:
    portal.crm.userfields.add("CRM_DEAL", "UF_CRM_PVZ_CODE", "string")
    row = client.call("crm.deal.get", id=deal)
    assert (row["ID"], row["STAGE_ID"], row["CATEGORY_ID"], row["CONTACT_ID"]) == (str(deal), "C3:NEW", "3", "1")
    assert "CONTACT_IDS" not in row
    assert client.call("crm.deal.update", id=deal, fields={"STAGE_ID": "C3:EXECUTING", "UF_CRM_PVZ_CODE": "K"}) is True
    # A stage of another pipeline is silently ignored, and the pipeline cannot change.
    assert client.call("crm.deal.update", id=deal, fields={"STAGE_ID": "WON", "CATEGORY_ID": 0}) is True
    row = client.call("crm.deal.get", id=deal)
    assert (row["STAGE_ID"], row["CATEGORY_ID"], row["UF_CRM_PVZ_CODE"]) == ("C3:EXECUTING", "3", "K")
    listed = client.call("crm.deal.list", filter={"ID": deal}, select=["*"])[0]
    assert "UF_CRM_PVZ_CODE" not in listed
    assert client.call("crm.deal.list", filter={"ID": deal}, select=["*", "UF_*"])[0]["UF_CRM_PVZ_CODE"] == "K"
    assert client.refused("crm.deal.get", id=0) == (400, "", "ID is not defined or invalid")
    assert client.refused("crm.deal.get", id=9999) == (400, "", "Not found")
    assert client.refused("crm.deal.list", filter="x") == (400, "", "Parameter 'filter' must be array.")
    contacts = client.call("crm.deal.contact.items.get", id=deal)
    assert contacts == [{"CONTACT_ID": 1, "SORT": 10, "ROLE_ID": 0, "IS_PRIMARY": "Y"}]


def test_legacy_contacts_have_no_phone_key_without_phones(client: Client, deal: int) -> None:
    row = client.call("crm.contact.get", id=1)
    assert row["PHONE"][0]["VALUE"] == "+7 917 000-00-01"
    number = client.call("crm.contact.add", fields={"NAME": "Без телефона"})
    assert "PHONE" not in client.call("crm.contact.get", id=number)
    assert client.call("crm.duplicate.findbycomm", type="PHONE", values=["89170000001"]) == {"CONTACT": [1]}
    assert client.call("crm.duplicate.findbycomm", type="PHONE", values=["1"]) == []
