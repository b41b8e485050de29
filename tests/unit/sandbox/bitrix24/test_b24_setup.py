"""What an installer sets up (contracts/bitrix24-crm.md §1.7, §4, §6; bitrix24-app.md §5)."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.bitrix24 import lifecycle
from sandbox.bitrix24.state.portal import Portal

from .conftest import App, Client

FIELD = {"USER_TYPE_ID": "string", "FIELD_NAME": "PVZ_CODE"}


@pytest.mark.parametrize("name", ["PVZ_CODE", "UF_PVZ_CODE", "UF_CRM_PVZ_CODE", "pvz_code"])
def test_the_server_builds_the_prefix(client: Client, name: str) -> None:
    client.call("crm.deal.userfield.add", fields=FIELD | {"FIELD_NAME": name})
    found = client.page("crm.deal.userfield.list", filter={"FIELD_NAME": "UF_CRM_PVZ_CODE"})
    assert (found["total"], found["result"][0]["USER_TYPE_ID"]) == (1, "string")


@pytest.mark.parametrize(
    ("fields", "code", "text"),
    [
        ({"USER_TYPE_ID": "string"}, "", "The 'FIELD_NAME' field is not found."),
        ({"FIELD_NAME": "X"}, "", "The 'USER_TYPE_ID' field is not found."),
        ({"USER_TYPE_ID": "nobody", "FIELD_NAME": "X"}, "ERROR_CORE", "Incorrect custom type specified."),
        (FIELD | {"FIELD_NAME": "A" * 44}, "ERROR_CORE", None),
        (FIELD | {"FIELD_NAME": "ИМЯ"}, "ERROR_CORE", None),
    ],
)
def test_bad_user_fields(client: Client, fields: dict[str, Any], code: str, text: str | None) -> None:
    status, found, words = client.refused("crm.deal.userfield.add", fields=fields)
    assert (status, found) == (400, code)
    assert text in (None, words)


def test_user_fields_by_admins_and_once(client: Client, manager: Client) -> None:
    assert manager.refused("crm.deal.userfield.add", fields=FIELD) == (403, "", "Access denied")
    number = client.call("crm.deal.userfield.add", fields=FIELD | {"EDIT_FORM_LABEL": {"ru": "Код", "en": "Code"}})
    assert client.refused("crm.deal.userfield.add", fields=FIELD)[:2] == (400, "ERROR_CORE")
    assert client.refused("crm.deal.userfield.add", fields="x")[2] == "Parameter 'fields' must be array"
    listed = client.call("crm.deal.userfield.list", filter={"LANG": "en"})
    assert listed[0]["EDIT_FORM_LABEL"] == "Code"
    assert "EDIT_FORM_LABEL" not in client.call("crm.deal.userfield.list")[0]
    assert client.call("crm.deal.userfield.update", id=number, fields={"SORT": 7}) is True
    assert client.call("crm.deal.userfield.get", id=number)["SORT"] == "7"
    assert client.call("crm.deal.userfield.delete", id=number) is True
    assert client.refused("crm.deal.userfield.get", id=number)[1] == "ERROR_NOT_FOUND"
    assert client.refused("crm.deal.userfield.get", id="x") == (400, "", "ID is not defined or invalid")


def test_list_elements_change_by_id(client: Client) -> None:
    rows = [{"VALUE": "Курьер", "XML_ID": "COURIER", "DEF": "Y"}, {"VALUE": "ПВЗ", "XML_ID": "PVZ"}]
    field = {"USER_TYPE_ID": "enumeration", "FIELD_NAME": "KIND", "LIST": rows}
    number = client.call("crm.deal.userfield.add", fields=field)
    found = client.call("crm.deal.userfield.get", id=number)["LIST"]
    assert [(row["VALUE"], row["XML_ID"], row["DEF"]) for row in found] == [
        ("Курьер", "COURIER", "Y"),
        ("ПВЗ", "PVZ", "N"),
    ]
    change = [{"ID": found[0]["ID"], "VALUE": "До двери"}, {"ID": found[1]["ID"], "DEL": "Y"}, {"VALUE": "Постамат"}]
    client.call("crm.deal.userfield.update", id=number, fields={"LIST": change})
    values = [row["VALUE"] for row in client.call("crm.deal.userfield.get", id=number)["LIST"]]
    assert values == ["До двери", "Постамат"]
    twice = field | {"FIELD_NAME": "K2", "LIST": [{"VALUE": "a", "XML_ID": "X"}, {"VALUE": "b", "XML_ID": "X"}]}
    assert client.refused("crm.deal.userfield.add", fields=twice)[1] == "ERROR_CORE"


def test_userfieldconfig_has_its_own_naming(client: Client, portal: Portal) -> None:
    kind = portal.crm.add_type("Возвраты", {"isStagesEnabled": "Y"}, 1042, 1, portal.now())
    field = {"entityId": f"CRM_{kind.id}", "fieldName": f"UF_CRM_{kind.id}_TRACK", "userTypeId": "string"}
    shown = client.call("userfieldconfig.add", moduleId="crm", field=field | {"editFormLabel": {"ru": "Трек"}})["field"]
    assert (shown["fieldName"], shown["editFormLabel"]) == (f"UF_CRM_{kind.id}_TRACK", {"ru": "Трек", "en": None})
    assert f"ufCrm{kind.id}Track" in client.call("crm.item.fields", entityTypeId=1042)["fields"]

    def refused(**change: Any) -> tuple[int, str, str]:
        return client.refused("userfieldconfig.add", moduleId="crm", field=field | change)

    assert refused(fieldName="UF_CRM_TRACK") == (400, "", "You cannot create custom fields")
    assert refused()[2].endswith("already exists")
    assert refused(fieldName=f"UF_CRM_{kind.id}_B", userTypeId="x")[2] == "The 'USER_TYPE_ID' field is not found"
    assert client.refused("userfieldconfig.list", moduleId="x")[2] == "No settings for UserFieldAccess"
    assert client.page("userfieldconfig.list", moduleId="crm", filter={"entityId": field["entityId"]})["total"] == 1


def test_userfieldconfig_wants_the_crm_scope_too(client: Client, portal: Portal) -> None:
    assert portal.app.install is not None
    portal.app.install.scopes = ("userfieldconfig",)
    refused = client.refused("userfieldconfig.list", moduleId="crm")
    assert refused == (400, "", "The current method required more scopes. (crm)")


def test_an_enum_not_resent_is_wiped(client: Client) -> None:
    field = {"entityId": "CRM_DEAL", "fieldName": "UF_CRM_DEAL_KIND", "userTypeId": "enumeration"}
    shown = client.call("userfieldconfig.add", moduleId="crm", field=field | {"enum": [{"value": "a"}, {"value": "b"}]})
    number, rows = shown["field"]["id"], shown["field"]["enum"]
    keep = {"userTypeId": "enumeration", "enum": [{"id": rows[0]["id"], "value": "A"}]}
    changed = client.call("userfieldconfig.update", moduleId="crm", id=number, field=keep)["field"]["enum"]
    assert [(row["id"], row["value"]) for row in changed] == [(rows[0]["id"], "A")]
    changed = client.call("userfieldconfig.update", moduleId="crm", id=number, field={"userTypeId": "enumeration"})
    assert changed["field"]["enum"] == []


def test_own_field_types_need_a_finished_installation(client: Client, portals: list[Portal], app: App) -> None:
    portal = portals[0]
    assert client.call("userfieldtype.add", USER_TYPE_ID="pvz", HANDLER=f"{app.base}/pvz", TITLE="ПВЗ") is True
    again = client.refused("userfieldtype.add", USER_TYPE_ID="pvz", HANDLER=f"{app.base}/pvz")
    assert again == (400, "ERROR_CORE", "Unable to set placement handler: Handler already binded")
    field = {"USER_TYPE_ID": "pvz", "FIELD_NAME": "PVZ"}
    assert portal.app.install is not None
    portal.app.install.finished = False
    assert client.refused("crm.deal.userfield.add", fields=field)[1] == "ERROR_CORE"
    portal.app.install.finished = True
    number = client.call("crm.deal.userfield.add", fields=field)
    assert client.call("crm.deal.userfield.get", id=number)["USER_TYPE_ID"] == "rest_17_pvz"
    assert client.refused("userfieldtype.add", USER_TYPE_ID="x", HANDLER="https://other.test/x")[1] == (
        "ERROR_WRONG_HANDLER_URL"
    )
    assert client.call("userfieldtype.delete", USER_TYPE_ID="pvz") is True


def test_pipelines_and_stages(client: Client, manager: Client) -> None:
    added = client.call("crm.category.add", entityTypeId=2, fields={"name": "Доставка"})["category"]
    listed = client.page("crm.category.list", entityTypeId=2)
    assert ([row["id"] for row in listed["result"]["categories"]], listed["total"]) == ([0, added["id"]], 2)
    directory = f"DEAL_STAGE_{added['id']}"
    stages = client.call("crm.status.list", filter={"ENTITY_ID": directory}, order={"SORT": "ASC"})
    assert stages[0]["STATUS_ID"] == f"C{added['id']}:NEW"
    assert [row["SEMANTICS"] for row in stages] == [None, None, None, None, None, "S", "F", "F"]
    assert stages[-1]["EXTRA"]["SEMANTICS"] == "apology"
    fields = {"ENTITY_ID": directory, "STATUS_ID": "UC_SHIP", "NAME": "Передано", "SORT": 25}
    number = client.call("crm.status.add", fields=fields)
    codes = [row["STATUS_ID"] for row in client.call("crm.status.list", filter={"ENTITY_ID": directory})]
    assert codes[2] == f"C{added['id']}:UC_SHIP"
    assert client.refused("crm.status.add", fields=fields)[:2] == (400, "ERROR_CORE")
    assert client.refused("crm.status.add", fields={})[2].count("is required.") == 2
    assert client.call("crm.status.delete", id=number) is True
    assert manager.refused("crm.category.add", entityTypeId=2, fields={"name": "x"})[1] == "ACCESS_DENIED"
    assert client.refused("crm.category.add", entityTypeId=2, fields={})[:2] == (400, "0")
    assert client.refused("crm.category.get", entityTypeId=2, id=99)[1] == "NOT_FOUND"
    assert client.refused("crm.category.list", entityTypeId=3)[1] == "ENTITY_TYPE_NOT_SUPPORTED"
    kinds = {row["ID"]: row.get("CATEGORY_ID") for row in client.call("crm.status.entity.types")}
    assert kinds[directory] == added["id"]
    assert client.call("crm.category.delete", entityTypeId=2, id=added["id"]) is None


def test_placements(client: Client, manager: Client, app: App) -> None:
    tab = {"PLACEMENT": "crm_deal_detail_tab", "HANDLER": f"{app.base}/tab"}
    languages = {"ru": {"TITLE": "Доставка"}, "en": {"TITLE": "Delivery"}}
    assert client.call("placement.bind", tab, LANG_ALL=languages, TITLE="ignored") is True
    row = client.call("placement.get")[0]
    assert (row["placement"], row["handler"], row["options"]) == ("CRM_DEAL_DETAIL_TAB", f"{app.base}/tab", [])
    assert row["langAll"]["en"] == {"TITLE": "Delivery", "DESCRIPTION": "", "GROUP_NAME": ""}
    again = client.refused("placement.bind", tab)
    assert again == (400, "ERROR_CORE", "Unable to set placement handler: Handler already binded")
    assert client.refused("placement.bind", tab | {"PLACEMENT": "CRM_NOBODY"})[:2] == (400, "ERROR_PLACEMENT_NOT_FOUND")
    assert client.refused("placement.bind", tab | {"PLACEMENT": "DEFAULT"})[1] == "ERROR_PLACEMENT_NOT_FOUND"
    assert manager.refused("placement.bind", tab)[:2] == (403, "ACCESS_DENIED")
    assert "CRM_DEAL_DETAIL_TAB" in manager.call("placement.list")
    # One for each row found and one for each deleted.
    assert client.call("placement.unbind", PLACEMENT="CRM_DEAL_DETAIL_TAB") == {"count": 2}
    assert client.call("placement.unbind", PLACEMENT="CRM_DEAL_DETAIL_TAB") == {"count": 0}


@pytest.mark.parametrize(("style", "status"), [("docs", 200), ("core", 400)])
def test_placement_errors_in_two_styles(client: Client, portal: Portal, app: App, style: str, status: int) -> None:
    portal.switches.placement_errors = style
    assert client.refused("placement.bind", HANDLER="x")[:2] == (status, "ERROR_ARGUMENT")
    one = {"PLACEMENT": "REST_APP_URI", "HANDLER": f"{app.base}/a"}
    client.call("placement.bind", one)
    assert client.refused("placement.bind", one | {"HANDLER": f"{app.base}/b"})[:2] == (
        status,
        "ERROR_PLACEMENT_MAX_COUNT",
    )
    user = {"PLACEMENT": "CRM_DEAL_DETAIL_TAB", "HANDLER": f"{app.base}/t", "USER_ID": 7}
    assert client.refused("placement.bind", user)[:2] == (status, "ERROR_PLACEMENT_USER_MODE")
    inner = client.call("placement.bind", PLACEMENT="PAGE_BACKGROUND_WORKER", HANDLER=f"{app.base}/w")
    assert inner["error"] == "EMPTY_ERROR_HANDLER_URL"


def test_handlers_need_a_public_address_where_the_portal_says_so(client: Client, portal: Portal, app: App) -> None:
    portal.switches.allow_local_handlers = False
    tab = {"PLACEMENT": "CRM_DEAL_DETAIL_TAB", "HANDLER": f"{app.base}/tab"}
    assert client.refused("placement.bind", tab)[:2] == (400, "ERROR_WRONG_HANDLER_URL")
    assert client.refused("placement.bind", tab | {"HANDLER": "ftp://a.test/"})[:2] == (
        400,
        "ERROR_UNSUPPORTED_PROTOCOL",
    )
    bind = {"event": "ONCRMDEALUPDATE", "handler": "http://emulator:5000/e"}
    assert client.refused("event.bind", bind)[:2] == (400, "ERROR_WRONG_HANDLER_URL")


def test_without_the_crm_scope_there_are_no_crm_placements(client: Client, portal: Portal, app: App) -> None:
    assert portal.app.install is not None
    portal.app.install.scopes = ("placement",)
    tab = {"PLACEMENT": "CRM_DEAL_DETAIL_TAB", "HANDLER": f"{app.base}/tab"}
    assert client.refused("placement.bind", tab)[1] == "ERROR_PLACEMENT_NOT_FOUND"
    lifecycle.uninstall(portal, clean=True)
    assert portal.app.placements == []
