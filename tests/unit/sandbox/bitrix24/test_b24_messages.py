"""The app's SMS senders (contracts/bitrix24-crm.md §8.1): registered strictly, called by the portal, told of once."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.bitrix24 import lifecycle
from sandbox.bitrix24.state.portal import Portal
from sandbox.world import World

from .conftest import App, Client

INVALID = "ERROR_SENDER_VALIDATION_FAILURE"
PHONE, TEXT = "+79170000001", "Ваш заказ в пункте выдачи"


@pytest.fixture
def sender(app: App) -> dict[str, Any]:
    return {"CODE": "ship.sms", "TYPE": "SMS", "HANDLER": f"{app.base}/events", "NAME": {"ru": "СМС", "en": "SMS"}}


@pytest.fixture
def deal(portal: Portal) -> int:
    from sandbox.bitrix24.rules import items
    from sandbox.bitrix24.state.users import Actor

    return int(items.create(portal, 2, {"title": "A deal"}, Actor(1))["id"])


def send(world: World, portal: Portal, deal: int, **more: Any) -> dict[str, Any]:
    spec = {"code": "ship.sms", "id": deal, "phone": PHONE, "text": TEXT, **more}
    found: dict[str, Any] = world.control.post(f"/bitrix24/{portal.member_id}/sms", spec)
    return found


def seen(world: World, portal: Portal, message: str) -> dict[str, Any]:
    rows = world.control.get(f"/bitrix24/{portal.member_id}/sms")["messages"]
    found: dict[str, Any] = next(row for row in rows if row["id"] == message)
    return found


@pytest.mark.parametrize(
    ("change", "code", "text"),
    [
        ({"CODE": ""}, INVALID, "Empty sender code!"),
        ({"CODE": "ship sms"}, INVALID, "Wrong sender code!"),
        ({"NAME": ""}, INVALID, "Empty sender NAME!"),
        ({"NAME": {"ru": ""}}, INVALID, "Empty sender NAME!"),
        ({"TYPE": ""}, INVALID, "Empty sender message TYPE!"),
        ({"TYPE": "EMAIL"}, INVALID, "Unknown sender message TYPE!"),
        ({"HANDLER": "ftp://localhost/x"}, "ERROR_UNSUPPORTED_PROTOCOL", "Unsupported handler protocol"),
    ],
)
def test_what_is_wrong_is_refused(
    client: Client, sender: dict[str, Any], change: dict[str, Any], code: str, text: str
) -> None:
    assert client.refused("messageservice.sender.add", sender | change) == (400, code, text)
    assert client.call("messageservice.sender.list") == []


def test_registered_once_changed_and_deleted(client: Client, manager: Client, sender: dict[str, Any]) -> None:
    assert manager.refused("messageservice.sender.add", sender) == (403, "ACCESS_DENIED", "Access denied!")
    assert client.refused("messageservice.sender.add") == (400, INVALID, "Empty data!")
    assert client.call("messageservice.sender.add", sender) is True
    assert client.refused("messageservice.sender.add", sender)[1] == "ERROR_SENDER_ALREADY_INSTALLED"
    assert client.call("messageservice.sender.list") == ["ship.sms"]
    assert client.refused("messageservice.sender.update", CODE="ship.sms")[1] == "ERROR_SENDER_OTHER_PARAMS_REQUIRED"
    assert client.refused("messageservice.sender.update", CODE="other", NAME="A")[1] == "ERROR_SENDER_NOT_FOUND"
    assert client.call("messageservice.sender.update", CODE="ship.sms", NAME="Ship") is True
    assert client.refused("messageservice.sender.delete", CODE="")[1] == "ERROR_SENDER_CODE_REQUIRED"
    assert client.call("messageservice.sender.delete", CODE="ship.sms") is True
    assert client.refused("messageservice.sender.delete", CODE="ship.sms")[1] == "ERROR_SENDER_NOT_FOUND"


def test_a_person_sends_from_a_card(
    client: Client, app: App, world: World, portal: Portal, sender: dict[str, Any], deal: int
) -> None:
    client.call("messageservice.sender.add", sender)
    message = send(world, portal, deal, author=1)["id"]
    (told,) = app.wait(1)
    assert (told["module_id"], told["code"], told["type"], told["message_id"]) == ("crm", "ship.sms", "SMS", message)
    assert (told["message_to"], told["message_body"]) == (PHONE, TEXT)
    assert told["properties"] == {"phone_number": PHONE, "message_text": TEXT}
    assert told["bindings"] == [{"OWNER_TYPE_ID": "2", "OWNER_ID": str(deal)}]
    install = portal.app.install
    assert install is not None
    assert told["auth"]["application_token"] == install.application_token


def test_a_rule_has_no_author_and_nothing_to_prove_the_portal_with(
    client: Client, app: App, world: World, portal: Portal, sender: dict[str, Any], deal: int
) -> None:
    client.call("messageservice.sender.add", sender)
    send(world, portal, deal, workflow="65f.1")
    (told,) = app.wait(1)
    assert "auth" not in told
    assert told["document_id"] == ["crm", "CCrmDocumentDeal", f"DEAL_{deal}"]
    assert (told["module_id"], told["workflow_id"]) == ("bizproc", "65f.1")


def test_what_becomes_of_a_message_is_told_by_its_author_or_an_administrator(
    client: Client, manager: Client, app: App, world: World, portal: Portal, sender: dict[str, Any], deal: int
) -> None:
    client.call("messageservice.sender.add", sender)
    message = send(world, portal, deal)["id"]
    app.wait(1)
    say = {"CODE": "ship.sms", "MESSAGE_ID": message, "STATUS": "sent"}
    update = "messageservice.message.status.update"
    assert manager.refused(update, say) == (403, "ACCESS_DENIED", "Access denied!")
    assert client.refused(update, say | {"STATUS": "gone"})[1] == "ERROR_MESSAGE_STATUS_INCORRECT"
    assert client.refused(update, say | {"MESSAGE_ID": "x"})[1] == "ERROR_MESSAGE_NOT_FOUND"
    assert client.call(update, say) is True
    assert client.call(update, say | {"STATUS": "delivered"}) is True
    assert seen(world, portal, message)["told"] == ["sent", "delivered"]


def test_an_unknown_sender_and_an_empty_message_are_the_callers_mistake(
    world: World, portal: Portal, deal: int
) -> None:
    with pytest.raises(Exception, match="400"):
        send(world, portal, deal)


def test_an_update_takes_senders_away(client: Client, portal: Portal, sender: dict[str, Any]) -> None:
    client.call("messageservice.sender.add", sender)
    lifecycle.update_app(portal)
    assert portal.app.senders == {}
