"""Letters and chats of the emulated portal (contracts/bitrix24-crm.md §8.3; b24restdocs, open channels): what leaves is
journalled, what does not is refused in the portal's words."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.bitrix24.rules import items
from sandbox.bitrix24.state.portal import Portal
from sandbox.bitrix24.state.users import Actor
from sandbox.world import World

from .conftest import Client

TO = "olga@example.test"


@pytest.fixture
def contact(portal: Portal) -> int:
    box = [{"typeId": "EMAIL", "valueType": "WORK", "value": TO}]
    return int(items.create(portal, 3, {"name": "Ольга", "fm": box}, Actor(1))["id"])


@pytest.fixture
def letter(portal: Portal, contact: int) -> dict[str, Any]:
    deal = int(items.create(portal, 2, {"title": "A deal", "contactIds": [contact]}, Actor(1))["id"])
    return {
        "OWNER_TYPE_ID": 2, "OWNER_ID": deal, "TYPE_ID": 4, "DIRECTION": 2, "COMPLETED": "Y", "RESPONSIBLE_ID": 1,
        "SUBJECT": "Заказ отправлен", "DESCRIPTION": "<p>1000451</p>", "DESCRIPTION_TYPE": 3,
        "ORIGINATOR_ID": "waybill", "ORIGIN_ID": "message-1",
        "COMMUNICATIONS": [{"VALUE": TO, "ENTITY_ID": contact, "ENTITY_TYPE_ID": 3}],
    }  # fmt: skip


def left(world: World) -> list[dict[str, Any]]:
    return [row["data"] for row in world.control.journal(system="bitrix24", kind="mail.sent")]


def test_a_letter_leaves_and_stands_in_the_feed(world: World, client: Client, letter: dict[str, Any]) -> None:
    number = client.call("crm.activity.add", {"fields": letter})
    [sent] = left(world)
    assert (sent["to"], sent["subject"], sent["sender"], sent["copy"]) == (
        [TO], "Заказ отправлен", "crm@portal.test", True,
    )  # fmt: skip
    found = {"OWNER_TYPE_ID": 2, "OWNER_ID": letter["OWNER_ID"], "ORIGINATOR_ID": "waybill", "ORIGIN_ID": "message-1"}
    [shown] = client.call("crm.activity.list", {"filter": found, "select": ["ID", "TYPE_ID"]})
    assert shown == {"ID": str(number), "TYPE_ID": "4"}
    client.call("crm.activity.delete", {"id": number})
    assert client.call("crm.activity.list", {"filter": found}) == []


def test_one_that_is_not_done_does_not_leave(world: World, client: Client, letter: dict[str, Any]) -> None:
    client.call("crm.activity.add", {"fields": letter | {"COMPLETED": "N"}})
    assert left(world) == []


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"TYPE_ID": ""}, "The field TYPE_ID is not defined or invalid"),
        ({"SUBJECT": " "}, "The field SUBJECT is not defined or empty"),
        ({"RESPONSIBLE_ID": 0}, "The field RESPONSIBLE_ID is not defined or invalid"),
        ({"COMMUNICATIONS": []}, "The field COMMUNICATIONS is not defined or invalid"),
        ({"COMMUNICATIONS": [{"VALUE": TO, "ENTITY_ID": 999999, "ENTITY_TYPE_ID": 3}]}, "The field COMMUNICATIONS"),
        ({"SETTINGS": {"MESSAGE_FROM": "Магазин <shop>"}}, "Email send error. Invalid email"),
    ],
)
def test_what_is_wrong_is_refused(
    world: World, client: Client, letter: dict[str, Any], change: dict[str, Any], text: str
) -> None:
    status, code, said = client.refused("crm.activity.add", {"fields": letter | change})
    assert (status, code) == (400, "")
    assert said.startswith(text)
    assert left(world) == []


def test_a_letter_that_could_not_be_sent_stands_in_the_feed_all_the_same(
    world: World, client: Client, portal: Portal, letter: dict[str, Any]
) -> None:
    world.control.post(f"/bitrix24/{portal.member_id}/settings", {"mailbox": ""})
    assert client.refused("crm.activity.add", {"fields": letter})[2] == 'Email send error. "From" is not found.'
    assert left(world) == []
    found = {"OWNER_TYPE_ID": 2, "OWNER_ID": letter["OWNER_ID"]}
    assert len(client.call("crm.activity.list", {"filter": found})) == 1


def test_only_who_is_in_a_chat_writes_in_it(world: World, client: Client, portal: Portal, contact: int) -> None:
    owner = {"CRM_ENTITY_TYPE": "contact", "CRM_ENTITY": contact}
    assert client.call("imopenlines.crm.chat.get", owner) == []
    chat = world.control.post(f"/bitrix24/{portal.member_id}/chat", {"id": contact, "users": [1]})["chat"]
    [shown] = client.call("imopenlines.crm.chat.get", owner)
    assert shown["CHAT_ID"] == str(chat)
    said = {**owner, "USER_ID": 1, "CHAT_ID": chat, "MESSAGE": "Едет"}
    assert client.call("imopenlines.crm.message.add", said) > 0
    assert client.refused("imopenlines.crm.message.add", said | {"USER_ID": 7})[1] == "CANCELED"
    assert client.refused("imopenlines.crm.message.add", said | {"CHAT_ID": chat + 1})[1] == "CHAT_NOT_IN_CRM"
    assert client.refused("imopenlines.crm.message.add", said | {"MESSAGE": ""})[1] == "ERROR_ARGUMENT"
    assert client.refused("imopenlines.crm.chat.get", {"CRM_ENTITY_TYPE": "contact"})[1] == "ERROR_ARGUMENT"
    world.control.post(f"/bitrix24/{portal.member_id}/chat", {"chat": chat, "active": False})
    assert client.call("imopenlines.crm.chat.get", owner) == []
    assert client.refused("imopenlines.crm.message.add", said)[1] == "CANCELED"
    rows = world.control.journal(system="bitrix24", kind="chat.said")
    assert [row["data"]["text"] for row in rows] == ["Едет"]
