"""The app's robots (contracts/bitrix24-crm.md §7.2): registered strictly, run by the portal, answered once."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from sandbox.bitrix24 import lifecycle
from sandbox.bitrix24.state.portal import Portal
from sandbox.world import World

from .conftest import App, Client

INVALID = "ERROR_ACTIVITY_VALIDATION_FAILURE"


@pytest.fixture
def robot(app: App) -> dict[str, Any]:
    return {
        "CODE": "ship.it",
        "HANDLER": f"{app.base}/events",
        "AUTH_USER_ID": 1,
        "USE_SUBSCRIPTION": "Y",
        "NAME": {"ru": "Отправить", "en": "Ship"},
        "PROPERTIES": {
            "why": {"Name": "Why", "Type": "select", "Options": {"size": "Size", "colour": "Colour"}, "Required": "Y"},
            "at_once": {"Name": "At once", "Type": "bool", "Default": "N"},
            "note": {"Name": "Note", "Type": "text"},
        },
        "RETURN_PROPERTIES": {"number": {"Name": "Number", "Type": "string"}},
        "FILTER": {"INCLUDE": [["crm", "CCrmDocumentDeal"]]},
    }


@pytest.fixture
def deal(portal: Portal) -> int:
    from sandbox.bitrix24.rules import items
    from sandbox.bitrix24.state.users import Actor

    return int(items.create(portal, 2, {"title": "A deal"}, Actor(1))["id"])


def run(world: World, portal: Portal, **spec: Any) -> dict[str, Any]:
    found: dict[str, Any] = world.control.post(f"/bitrix24/{portal.member_id}/robot", spec)
    return found


def seen(world: World, portal: Portal, workflow: str) -> dict[str, Any]:
    found: dict[str, Any] = world.control.get(f"/bitrix24/{portal.member_id}/workflow/{workflow}")
    return found


@pytest.mark.parametrize(
    ("change", "code", "text"),
    [
        ({"CODE": ""}, INVALID, "Empty activity code!"),
        ({"CODE": "ship it"}, INVALID, "Wrong activity code!"),
        ({"NAME": ""}, INVALID, "Empty activity NAME!"),
        ({"PROPERTIES": "x"}, INVALID, "Wrong properties array!"),
        ({"PROPERTIES": {"1a": {"Name": "A"}}}, INVALID, "Wrong property key 1a!"),
        ({"PROPERTIES": {"a": {"Type": "string"}}}, INVALID, "Empty property NAME a!"),
        ({"FILTER": {"ONLY": ["b24"]}}, INVALID, "Wrong activity FILTER!"),
        ({"FILTER": {"INCLUDE": [["crm", "CrmDeal"]]}}, INVALID, "Wrong activity FILTER!"),
        ({"DOCUMENT_TYPE": ["crm", "CCrmDocumentDeal", "LEAD"]}, INVALID, "Wrong activity DOCUMENT_TYPE!"),
        ({"HANDLER": "ftp://localhost/x"}, "ERROR_UNSUPPORTED_PROTOCOL", "Unsupported handler protocol"),
        ({"HANDLER": "https://elsewhere.example/x"}, "ERROR_WRONG_HANDLER_URL", "Wrong handler URL"),
    ],
)
def test_what_is_wrong_is_refused(
    client: Client, robot: dict[str, Any], change: dict[str, Any], code: str, text: str
) -> None:
    assert client.refused("bizproc.robot.add", robot | change) == (400, code, text)
    assert client.call("bizproc.robot.list") == []


def test_registered_once_changed_and_deleted(client: Client, manager: Client, robot: dict[str, Any]) -> None:
    assert manager.refused("bizproc.robot.add", robot) == (400, "ACCESS_DENIED", "Access denied!")
    assert client.refused("bizproc.robot.add") == (400, INVALID, "Empty data!")
    assert client.call("bizproc.robot.add", robot) is True
    assert client.refused("bizproc.robot.add", robot)[1] == "ERROR_ACTIVITY_ALREADY_INSTALLED"
    assert client.call("bizproc.robot.list") == ["ship.it"]
    assert client.refused("bizproc.robot.update", CODE="ship.it", FIELDS={})[2] == "No fields to update"
    assert client.refused("bizproc.robot.update", CODE="other", FIELDS={"NAME": "A"})[1] == "ERROR_ACTIVITY_NOT_FOUND"
    assert client.call("bizproc.robot.update", CODE="ship.it", FIELDS={"NAME": "Ship"}) is True
    assert client.call("bizproc.robot.delete", CODE="ship.it") is True
    assert client.refused("bizproc.robot.delete", CODE="ship.it")[1] == "ERROR_ACTIVITY_NOT_FOUND"


def test_scope_and_application_are_needed(
    client_of: Callable[..., Client], portal: Portal, world: World, robot: dict[str, Any]
) -> None:
    portal.app.install = None
    world.control.post("/bitrix24/app", {"scopes": ["crm"]})
    assert client_of(portal).refused("bizproc.robot.add", robot)[:2] == (403, "insufficient_scope")


def test_a_run_is_posted_and_answered_once(
    client: Client, app: App, world: World, portal: Portal, robot: dict[str, Any], deal: int
) -> None:
    client.call("bizproc.robot.add", robot)
    workflow = run(world, portal, code="ship.it", id=deal, properties={"why": "size"})["workflow"]
    (told,) = app.wait(1)
    assert (told["code"], told["workflow_id"], told["use_subscription"]) == ("ship.it", workflow, "Y")
    assert told["document_id"] == ["crm", "CCrmDocumentDeal", f"DEAL_{deal}"]
    assert told["document_type"] == ["crm", "CCrmDocumentDeal", "DEAL"]
    assert told["properties"] == {"why": "size", "at_once": "N", "note": ""}
    install = portal.app.install
    assert install is not None
    assert told["auth"]["application_token"] == install.application_token
    assert (told["auth"]["CODE"], told["auth"]["member_id"]) == ("ship.it", portal.member_id)
    token = told["event_token"]
    assert client.call("bizproc.activity.log", EVENT_TOKEN=token, LOG_MESSAGE="On the way") is True
    assert client.call("bizproc.event.send", event_token=token, return_values={"NUMBER": "R-1", "other": 2}) is True
    shown = seen(world, portal, workflow)
    assert (shown["state"], shown["values"]) == ("answered", {"number": "R-1"})
    assert client.refused("bizproc.event.send", event_token=token) == (403, "ACCESS_DENIED", "Access denied!")
    assert client.refused("bizproc.activity.log", event_token=token, log_message="x")[1] == "ACCESS_DENIED"


def test_a_run_that_waits_for_nothing_takes_no_answer(
    client: Client, app: App, world: World, portal: Portal, robot: dict[str, Any], deal: int
) -> None:
    client.call("bizproc.robot.add", robot | {"AUTH_USER_ID": 0})
    run(world, portal, code="ship.it", id=deal, properties={"why": "size"}, wait=False)
    (told,) = app.wait(1)
    assert told["use_subscription"] == "N"
    # Nobody whose key could be given: the application token is there all the same.
    assert "access_token" not in told["auth"]
    assert told["auth"]["application_token"]
    assert client.refused("bizproc.event.send", event_token=told["event_token"])[0] == 403


@pytest.mark.parametrize(
    "properties", [{}, {"why": "weight"}, {"why": "size", "more": 1}, {"why": "size", "at_once": 1}]
)
def test_the_designer_refuses_wrong_properties(
    client: Client, world: World, portal: Portal, robot: dict[str, Any], deal: int, properties: dict[str, Any]
) -> None:
    client.call("bizproc.robot.add", robot)
    with pytest.raises(Exception, match="400"):
        run(world, portal, code="ship.it", id=deal, properties=properties)


def test_an_update_and_an_uninstall_take_robots_away(client: Client, portal: Portal, robot: dict[str, Any]) -> None:
    client.call("bizproc.robot.add", robot)
    lifecycle.update_app(portal)
    assert portal.app.robots == {}


def ended(world: World, portal: Portal) -> list[dict[str, Any]]:
    """Flows that are over."""
    flows = world.control.get(f"/bitrix24/{portal.member_id}/rules")["flows"]
    return [flow for flow in flows if flow["state"] in ("done", "failed")]


def test_a_rule_goes_on_with_what_its_robots_gave(
    world: World, portal: Portal, client: Client, app: App, robot: dict[str, Any], deal: int
) -> None:
    client.call("bizproc.robot.add", robot)
    client.call("crm.automation.trigger.add", CODE="t.ready", NAME="Ready")
    path = f"/bitrix24/{portal.member_id}/rules"
    step = {"kind": "robot", "code": "ship.it", "properties": {"why": "size", "note": "{=Document:TITLE}"}}
    letter = {"kind": "email", "properties": {"to": "a@b.test", "text": "{=A1:number}"}, "when": "{=A1:number}"}
    moved = {"kind": "stage", "properties": {"stage": "EXECUTING"}}
    for wrong in (
        {"steps": [step]},
        {"trigger": "t.other", "steps": [step]},
        {"trigger": "t.ready", "steps": []},
        {"trigger": "t.ready", "steps": [letter, step]},
        {"trigger": "t.ready", "steps": [step | {"properties": {"colour": "red"}}]},
        {"trigger": "t.ready", "steps": [step, letter | {"when": "{=A1:other}"}]},
    ):
        with pytest.raises(Exception, match="400"):
            world.control.post(path, wrong)
    world.control.post(path, {"trigger": "t.ready", "steps": [step, letter, moved]})
    assert client.call("crm.automation.trigger.execute", CODE="t.ready", OWNER_TYPE_ID=2, OWNER_ID=deal) is True
    (told,) = app.wait(1)
    assert told["properties"]["note"] == "A deal"
    assert ended(world, portal) == []
    client.call("bizproc.event.send", EVENT_TOKEN=told["event_token"], RETURN_VALUES={"number": "N-1"})
    end = time.monotonic() + 30
    while not ended(world, portal) and time.monotonic() < end:
        time.sleep(0.02)
    [flow] = ended(world, portal)
    assert (flow["state"], flow["results"]) == ("done", {"A1": {"number": "N-1"}})
    assert portal.crm.tables[2].rows[deal]["stageId"] == "EXECUTING"
    [mail] = world.control.journal(system="bitrix24", kind="email.sent")
    assert mail["data"]["to"] == "a@b.test"
