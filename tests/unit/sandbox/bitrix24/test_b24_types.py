"""Smart processes: types, their stages, fields, items, events and places (contracts/bitrix24-crm.md §6)."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.bitrix24.state.portal import Portal

from .conftest import App, Client


def test_a_smart_process_for_returns(client: Client, manager: Client, portal: Portal) -> None:
    fields = {
        "title": "Возвраты", "isStagesEnabled": "Y", "isClientEnabled": "Y", "isLinkWithProductsEnabled": "Y",
        "relations": {"parent": [{"entityTypeId": 2, "isChildrenListEnabled": "true"}]},
    }  # fmt: skip
    kind = client.call("crm.type.add", fields=fields)["type"]
    number = kind["entityTypeId"]
    assert (kind["id"] != number, number % 2, number >= 1030) == (True, 0, True)
    parents = [
        (row["entityTypeId"], row["isChildrenListEnabled"], row["isPredefined"]) for row in kind["relations"]["parent"]
    ]
    assert parents == [(2, "Y", "N"), (3, "Y", "Y"), (4, "Y", "Y")]
    category = client.call("crm.category.list", entityTypeId=number)["categories"][0]["id"]
    item = client.call("crm.item.add", entityTypeId=number, fields={"title": "Возврат", "parentId2": 5})["item"]
    assert (item["parentId2"], item["stageId"]) == (5, f"DT{number}_{category}:NEW")
    assert "observers" not in item
    found = client.call("crm.item.list", entityTypeId=number, filter={"parentId2": 5}, select=["id"])["items"]
    assert found == [{"id": item["id"]}]
    code = f"T{number:x}"
    row = {"ownerType": code, "ownerId": item["id"], "productName": "x", "price": 3}
    assert client.call("crm.item.productrow.add", fields=row)["productRow"]["ownerType"] == code
    assert client.call("crm.type.getByEntityTypeId", entityTypeId=number)["type"]["id"] == kind["id"]
    assert client.refused("crm.type.delete", id=kind["id"])[1] == "BX_ERROR"
    assert manager.refused("crm.type.list")[:2] == (400, "ACCESS_DENIED")
    client.call("crm.item.delete", entityTypeId=number, id=item["id"])
    assert client.call("crm.type.delete", id=kind["id"]) == []
    assert client.refused("crm.item.list", entityTypeId=number)[1] == "NOT_FOUND"


def test_a_plan_without_smart_processes(client: Client, portal: Portal) -> None:
    kind = client.call("crm.type.add", fields={"title": "Возвраты", "isStagesEnabled": "Y"})["type"]
    number = kind["entityTypeId"]
    item = client.call("crm.item.add", entityTypeId=number, fields={"title": "Возврат"})["item"]
    portal.switches.smart_processes = False
    fields = {"title": "x"}
    refused = [
        client.refused("crm.type.add", fields=fields),
        client.refused("crm.type.update", id=kind["id"], fields=fields),
        client.refused("crm.item.add", entityTypeId=number, fields=fields),
        client.refused("crm.item.update", entityTypeId=number, id=item["id"], fields=fields),
    ]
    assert {(status, code) for status, code, _ in refused} == {
        (400, f"{what}_DYNAMIC_{of}_RESTRICTED") for what in ("CREATE", "UPDATE") for of in ("TYPE", "ITEM")
    }
    assert client.call("crm.item.get", entityTypeId=number, id=item["id"])["item"]["title"] == "Возврат"
    assert client.call("crm.item.update", entityTypeId=2, id=_deal(client), fields=fields)["item"]["title"] == "x"


def _deal(client: Client) -> int:
    return int(client.call("crm.item.add", entityTypeId=2, fields={"title": "Сделка"})["item"]["id"])


def test_relations_are_given_whole_and_the_list_does_not_tell_them(client: Client) -> None:
    def parents(kind: dict[str, Any]) -> list[int]:
        return [row["entityTypeId"] for row in kind["relations"]["parent"]]

    deals = {"parent": [{"entityTypeId": 2, "isChildrenListEnabled": "true"}]}
    fields = {"title": "Возвраты", "isStagesEnabled": "Y", "relations": deals}
    kind = client.call("crm.type.add", fields=fields)["type"]
    kind = client.call("crm.type.update", id=kind["id"], fields={"isClientEnabled": "Y"})["type"]
    assert parents(kind) == [2, 3, 4]
    quotes = {"parent": [{"entityTypeId": 7, "isChildrenListEnabled": "Y"}]}
    kind = client.call("crm.type.update", id=kind["id"], fields={"relations": quotes})["type"]
    assert parents(kind) == [7, 3, 4]
    # Y and N are not understood here.
    assert kind["relations"]["parent"][0]["isChildrenListEnabled"] == "N"
    [listed] = client.call("crm.type.list", filter={"title": "Возвраты"})["types"]
    assert (listed["id"], "relations" in listed) == (kind["id"], False)
    named = client.call("crm.item.fields", entityTypeId=kind["entityTypeId"])["fields"]
    assert ("parentId7" in named, "parentId2" in named, "contactIds" in named) == (True, False, True)


def test_stages_of_a_smart_process_and_what_goes_with_it(client: Client, portal: Portal, app: App) -> None:
    kind = client.call("crm.type.add", fields={"title": "Возвраты", "isStagesEnabled": "Y"})["type"]
    number = kind["entityTypeId"]
    directory = client.call("crm.item.fields", entityTypeId=number)["fields"]["stageId"]["statusType"]
    stages = client.call("crm.status.list", filter={"ENTITY_ID": directory}, order={"SORT": "ASC"})
    assert [row["SEMANTICS"] for row in stages] == [None, None, None, "S", "F"]
    one = {"ENTITY_ID": directory, "STATUS_ID": "WB_BOOK", "NAME": "Забор", "SORT": 35}
    client.call("crm.status.add", fields=one)
    rows = client.call("crm.status.list", filter={"ENTITY_ID": directory}, order={"SORT": "ASC"})
    assert rows[3]["STATUS_ID"] == f"DT{number}_{rows[3]['CATEGORY_ID']}:WB_BOOK"
    late = client.refused("crm.status.add", fields=one | {"STATUS_ID": "WB_LATE", "SORT": 45})
    assert late[:2] == (400, "")
    assert late[2].startswith("Cannot create more stages after the final stage")
    field = {"entityId": f"CRM_{kind['id']}", "fieldName": f"UF_CRM_{kind['id']}_TRACK", "userTypeId": "string"}
    client.call("userfieldconfig.add", moduleId="crm", field=field | {"xmlId": "OURS"})
    assert client.page("userfieldconfig.list", moduleId="crm", filter={"xmlId": "OURS"})["total"] == 1
    tab = {"PLACEMENT": f"CRM_DYNAMIC_{number}_DETAIL_TAB", "HANDLER": f"{app.base}/return"}
    assert client.call("placement.bind", tab) is True
    for event in (f"ONCRMDYNAMICITEMUPDATE_{number}", "ONCRMTYPEDELETE"):
        assert client.call("event.bind", event=event, handler=f"{app.base}/events") is True
    client.call("crm.type.delete", id=kind["id"])
    assert client.call("crm.status.list", filter={"ENTITY_ID": directory}) == []
    assert client.page("userfieldconfig.list", moduleId="crm", filter={"xmlId": "OURS"})["total"] == 0
    assert client.refused("placement.bind", tab)[1] == "ERROR_PLACEMENT_NOT_FOUND"
    [told] = app.wait(1)
    assert (told["event"], told["data"]["FIELDS"]["ENTITY_TYPE_ID"]) == ("ONCRMTYPEDELETE", str(number))


@pytest.mark.parametrize("number", [1031, 200, 127, 1028])
def test_type_numbers_out_of_range(client: Client, number: int) -> None:
    assert client.refused("crm.type.add", fields={"title": "x", "entityTypeId": number})[1] == "INVALID_ARG_VALUE"
