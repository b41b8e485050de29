"""Comments, log messages, activities, badges and the bell (contracts/bitrix24-crm.md §5)."""

from __future__ import annotations

import base64
import copy
from typing import Any

import pytest
import requests

from sandbox.bitrix24 import seeding
from sandbox.bitrix24.state.portal import Portal
from sandbox.world import World

from .conftest import App, Client

LAYOUT: dict[str, Any] = {
    "icon": {"code": "store"},
    "header": {
        "title": {"ru": "СДЭК: отправление"},
        "titleAction": {"type": "openRestApp", "actionParams": {"shipment": "1"}},
        "tags": {"st": {"title": "В пути", "type": "primary"}},
    },
    "body": {
        "logo": {"code": "shop"},
        "blocks": {
            "to": {
                "type": "withTitle",
                "properties": {
                    "title": "Куда", "inline": True, "block": {"type": "text", "properties": {"value": "Казань"}},
                },
            },
            "due": {"type": "deadline", "properties": {"readonly": True}},
            "track": {
                "type": "link", "properties": {"text": "Отследить", "action": {"type": "redirect", "uri": "https://t.test"}},
            },
        },
    },
    "footer": {
        "buttons": {
            "refresh": {
                "title": "Обновить", "type": "primary",
                "action": {
                    "type": "restEvent", "id": "refreshShipment",
                    "actionParams": {"shipment": "1000451", "userId": "999"}, "animationType": "disable",
                },
            }
        },
        "menu": {"showPostponeItem": False},
    },
}  # fmt: skip


@pytest.fixture
def deal(portal: Portal) -> int:
    return seeding.add_deal(portal, "Сделка", assignedById=7)


def comment(deal: int, **more: Any) -> dict[str, Any]:
    return {"ENTITY_ID": deal, "ENTITY_TYPE": "deal", "COMMENT": "СДЭК 1000451"} | more


def test_comments(client: Client, manager: Client, deal: int, world: World) -> None:
    files = [["label.pdf", base64.b64encode(b"pdf").decode()]]
    number = manager.call("crm.timeline.comment.add", fields=comment(deal, FILES=files))
    row = client.call("crm.timeline.comment.get", id=number)
    assert (row["ID"], row["ENTITY_ID"], row["ENTITY_TYPE"], row["AUTHOR_ID"]) == (str(number), str(deal), "deal", "7")
    assert next(iter(row["FILES"].values()))["name"] == "label.pdf"
    journal = world.journal.find(kind="timeline.added", key=deal)
    assert [(entry.data["text"], entry.data["files"]) for entry in journal] == [("СДЭК 1000451", 1)]
    assert client.call("crm.timeline.comment.update", id=number, fields={"COMMENT": "новый", "FILES": []}) == number
    listed = client.page("crm.timeline.comment.list", filter={"ENTITY_ID": deal, "ENTITY_TYPE": "deal"})
    assert ([entry["COMMENT"] for entry in listed["result"]], listed["total"]) == (["новый"], 1)
    assert "FILES" not in listed["result"][0]
    assert client.call("crm.timeline.comment.delete", id=number) is None
    assert client.refused("crm.timeline.comment.get", id=number) == (400, "", "Not found.")


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"Fields": {"ENTITY_ID": 1, "ENTITY_TYPE": "deal", "COMMENT": "x"}}, "100"),
        ({"fields": {"ENTITY_ID": 1, "ENTITY_TYPE": "deal", "COMMENT": " "}}, "INVALID_ARG_VALUE"),
        ({"fields": {"ENTITY_ID": 999, "ENTITY_TYPE": "deal", "COMMENT": "x"}}, "OWNER_NOT_FOUND"),
        ({"fields": {"ENTITY_ID": 1, "ENTITY_TYPE": "dynamic_1046", "COMMENT": "x"}}, "OWNER_NOT_FOUND"),
    ],
)
def test_bad_comments(client: Client, deal: int, params: dict[str, Any], code: str) -> None:
    assert client.refused("crm.timeline.comment.add", params)[:2] == (400, code)


def test_comments_need_the_right_to_edit(manager: Client, deal: int, portal: Portal) -> None:
    portal.users[7].deal_edit = "none"
    assert manager.refused("crm.timeline.comment.add", fields=comment(deal))[:2] == (400, "ACCESS_DENIED")


def test_log_messages(client: Client, deal: int, world: World, portal: Portal) -> None:
    fields = {"entityTypeId": 2, "entityId": deal, "title": "Передан", "text": "Трек 1", "iconCode": "store"}
    number = client.call("crm.timeline.logmessage.add", fields=fields)["logMessage"]["id"]
    rows = client.call("crm.timeline.logmessage.list", entityTypeId=2, entityId=deal)
    assert [(row["id"], row["title"]) for row in rows] == [(number, "Передан")]
    assert client.refused("crm.timeline.logmessage.add", fields=fields | {"iconCode": ""})[1] == "100"
    hook = world.control.post(f"/bitrix24/{portal.member_id}/webhook", {"user": 1})["url"]
    foreign = requests.post(f"{hook}crm.timeline.logmessage.delete", data={"id": number}, timeout=5)
    assert foreign.json()["error"] == "REMOVING_DISABLED"
    assert client.call("crm.timeline.logmessage.delete", id=number) is None


def card(deal: int, layout: Any = None, **fields: Any) -> dict[str, Any]:
    whole = {"completed": False, "deadline": "2026-12-06T18:00:00+03:00", "responsibleId": 7, "originId": "s-1"}
    return {"ownerTypeId": 2, "ownerId": deal, "fields": whole | fields, "layout": LAYOUT if layout is None else layout}


def test_configurable_activities(client: Client, deal: int, world: World) -> None:
    client.call("crm.activity.badge.add", code="way", title="Доставка", value="В пути", type="primary")
    number = client.call("crm.activity.configurable.add", card(deal, badgeCode="way"))["activity"]["id"]
    shown = client.call("crm.activity.configurable.get", id=number)["activity"]
    assert (shown["ownerId"], shown["fields"]["completed"], shown["fields"]["badgeCode"]) == (deal, False, "way")
    assert shown["fields"]["deadline"] == "2026-12-06T18:00:00+03:00"
    done = {"completed": "Y", "deadline": ""}
    assert client.call("crm.activity.configurable.update", id=number, fields=done) == {"activity": {"id": number}}
    shown = client.call("crm.activity.configurable.get", id=number)["activity"]
    assert (shown["fields"]["completed"], shown["fields"]["deadline"]) == (True, "2026-12-06T18:00:00+03:00")
    query = {"OWNER_TYPE_ID": 2, "OWNER_ID": deal, "PROVIDER_ID": "CONFIGURABLE_REST_APP", "ORIGIN_ID": "s-1"}
    assert [row["ID"] for row in client.call("crm.activity.list", filter=query)] == [str(number)]
    kinds = [entry.kind for entry in world.journal.find(kind="activity.*", key=deal)]
    assert kinds == ["activity.added", "activity.updated"]
    assert client.call("crm.activity.delete", id=number) is True


def changed(path: str, value: Any) -> dict[str, Any]:
    """The layout with one value put at a dotted path."""
    layout = copy.deepcopy(LAYOUT)
    node, *steps = [layout], *path.split(".")
    inner: Any = node[0]
    for step in steps[:-1]:
        inner = inner[step]
    inner[steps[-1]] = value
    return layout


BUTTON = LAYOUT["footer"]["buttons"]["refresh"]
TAG = {"title": "x", "type": "primary"}


@pytest.mark.parametrize(
    ("layout", "code"),
    [
        ({}, "ERROR_EMPTY_LAYOUT"),
        (changed("nobody", 1), "FIELD_IS_REDUNDANT"),
        (changed("icon", {}), "FIELD_IS_REQUIRED"),
        (changed("header.tags", {"a": TAG, "b": TAG, "c": TAG}), "TOO_MANY_ITEMS"),
        (changed("header.tags", {"a": {"title": "x", "type": "green"}}), "ENUM_FIELD"),
        (changed("footer.buttons", {"a": BUTTON, "b": BUTTON, "c": BUTTON}), "TOO_MANY_ITEMS"),
        (changed("footer.buttons", {"кнопка": BUTTON}), "KEY_CONTAIN_WRONG_SYMBOLS"),
        (changed("body.blocks.to", {"type": "picture"}), "ENUM_FIELD"),
        (changed("body.blocks.to", {"type": "text", "properties": {"value": "x", "size": "xl"}}), "ENUM_FIELD"),
        (changed("body.blocks.to", {"type": "text", "properties": {}}), "FIELD_IS_REQUIRED"),
        (changed("header.title", {"fr": "x"}), "WRONG_LANG"),
        (changed("body.blocks", {f"b{n}": LAYOUT["body"]["blocks"]["due"] for n in range(21)}), "TOO_MANY_ITEMS"),
    ],
)
def test_layouts_are_checked_strictly(client: Client, deal: int, layout: dict[str, Any], code: str) -> None:
    assert client.refused("crm.activity.configurable.add", card(deal, layout))[:2] == (400, code)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"badgeCode": "nobody"}, "WRONG_FIELD_VALUE"),
        ({"typeId": "NOBODY"}, "WRONG_FIELD_VALUE"),
        ({"deadline": "soon"}, "WRONG_FIELD_VALUE"),
        ({"isIncomingChannel": "Y"}, "INCOMING_ACTIVITY_CAN_NOT_BE_WITH_DEADLINE"),
    ],
)
def test_activity_fields_are_checked(client: Client, deal: int, fields: dict[str, Any], code: str) -> None:
    assert client.refused("crm.activity.configurable.add", card(deal, **fields))[:2] == (400, code)


def test_activities_belong_to_their_app(client: Client, deal: int, world: World, portal: Portal) -> None:
    number = client.call("crm.activity.configurable.add", card(deal))["activity"]["id"]
    hook = world.control.post(f"/bitrix24/{portal.member_id}/webhook", {"user": 1})["url"]
    answer = requests.post(f"{hook}crm.activity.configurable.get", json={"id": number}, timeout=5)
    assert (answer.status_code, answer.json()["error"]) == (400, "ERROR_WRONG_CONTEXT")
    other = Client(world, portal, client.token)
    spec = {"client_id": "app.other.1"}
    other.token = world.control.post(f"/bitrix24/{portal.member_id}/token", spec)["access_token"]
    assert other.refused("crm.activity.configurable.update", id=number)[1] == "ERROR_WRONG_APPLICATION"
    assert client.refused("crm.activity.configurable.add", ownerTypeId=2, ownerId=deal, fields={})[1] == "100"


def test_a_button_sends_its_event_flat(client: Client, deal: int, world: World, portal: Portal, app: App) -> None:
    client.call("event.bind", event="onCrmTimelineItemAction", handler=f"{app.base}/events")
    number = client.call("crm.activity.configurable.add", card(deal))["activity"]["id"]
    world.control.post(f"/bitrix24/{portal.member_id}/press", {"activity": number, "button": "refresh", "user": 7})
    data = app.wait(1)[0]["data"]
    # Reserved names win over equally named parameters.
    assert data == {
        "shipment": "1000451", "userId": "7", "id": "refreshShipment", "entityTypeId": "2", "entityId": str(deal),
        "activityId": str(number),
    }  # fmt: skip
    assert portal.timeline.activities.rows[number]["locked"] is True
    client.call("crm.activity.configurable.update", id=number, layout=LAYOUT)
    assert portal.timeline.activities.rows[number]["locked"] is False


def test_todos(client: Client, deal: int) -> None:
    params = {"ownerTypeId": 2, "ownerId": deal, "deadline": "2026-12-01T10:00:00+03:00", "title": "Позвонить"}
    number = client.call("crm.activity.todo.add", params)["id"]
    new = {"ownerTypeId": 2, "ownerId": deal, "id": number, "value": "2026-12-02T10:00:00+03:00"}
    assert client.call("crm.activity.todo.updateDeadline", new) == {"id": number}
    assert client.call("crm.activity.get", id=number)["DEADLINE"] == "2026-12-02T10:00:00+03:00"
    assert client.refused("crm.activity.todo.add", params | {"deadline": "soon"})[1] == "WRONG_DATETIME_FORMAT"
    assert client.refused("crm.activity.todo.add", params | {"ownerId": 999})[1] == "OWNER_NOT_FOUND"


def test_badges_are_set_up_by_admins(client: Client, manager: Client) -> None:
    badge = {"code": "a", "title": "t", "value": "v", "type": "success"}
    assert manager.refused("crm.activity.badge.add", badge)[1] == "ACCESS_DENIED"
    client.call("crm.activity.badge.add", badge)
    assert manager.call("crm.activity.badge.list") == {"badges": [badge]}
    assert client.refused("crm.activity.badge.add", badge | {"value": ""})[1] == "REQUIRED_ARG_MISSING"
    assert client.call("crm.activity.badge.delete", code="a") is None
    assert client.refused("crm.activity.badge.get", code="a")[1] == "NOT_FOUND"


def test_the_bell_replaces_by_tag(client: Client, portal: Portal, world: World) -> None:
    notice = {"USER_ID": 7, "MESSAGE": "Вручена", "TAG": "LOGI|1"}
    first = client.call("im.notify.system.add", notice)
    second = client.call("im.notify.personal.add", notice | {"MESSAGE": "Снова"})
    rows = portal.notices.of(7)
    assert [(row["id"], row["text"], row["from"]) for row in rows] == [(second, "Снова", 1)]
    assert first != second
    assert [entry.data["tag"] for entry in world.journal.find(kind="notify.added", key=7)] == ["LOGI|1"] * 2
    assert client.refused("im.notify.system.add", MESSAGE="x")[:2] == (400, "USER_ID_EMPTY")
    assert client.refused("im.notify.system.add", USER_ID=7)[:2] == (400, "MESSAGE_EMPTY")
    assert client.call("im.notify.system.add", USER_ID=999, MESSAGE="x") is False
    assert client.call("im.notify.delete", TAG="LOGI|1") is True
    assert portal.notices.of(7) == []


def test_one_comment_on_two_items(client: Client, deal: int, portal: Portal) -> None:
    other = seeding.add_contact(portal, "Ольга")
    number = client.call("crm.timeline.comment.add", fields=comment(deal))
    both = {"OWNER_ID": number, "ENTITY_TYPE": "contact", "ENTITY_ID": other}
    assert client.call("crm.timeline.bindings.bind", fields=both) is True
    rows = client.call("crm.timeline.bindings.list", filter={"OWNER_ID": number})
    assert [(row["ENTITY_TYPE"], row["ENTITY_ID"]) for row in rows] == [("deal", str(deal)), ("contact", str(other))]
    assert client.call("crm.timeline.bindings.unbind", fields=both) is True
    assert client.refused("crm.timeline.bindings.unbind", fields=both) == (400, "", "Not found.")


def test_triggers(client: Client, manager: Client, deal: int, world: World) -> None:
    assert client.call("crm.automation.trigger.add", CODE="logi.delivered", NAME="Доставлено") is True
    run = {"CODE": "logi.delivered", "OWNER_TYPE_ID": 2, "OWNER_ID": deal}
    assert client.call("crm.automation.trigger.execute", run) is True
    assert [row.data["code"] for row in world.journal.find(kind="trigger.executed", key=deal)] == ["logi.delivered"]
    assert manager.refused("crm.automation.trigger.execute", run)[:2] == (400, "ACCESS_DENIED")
    unknown = client.refused("crm.automation.trigger.execute", run | {"CODE": "x"})
    assert unknown == (400, "", "Trigger with code x is not registered.")
    assert client.refused("crm.automation.trigger.add", CODE="код", NAME="x")[2] == "Wrong trigger code!"
    assert client.call("crm.automation.trigger.list") == [{"NAME": "Доставлено", "CODE": "logi.delivered"}]
    assert client.call("crm.automation.trigger.delete", CODE="logi.delivered") is True
