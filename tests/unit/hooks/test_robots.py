"""Robots of ours that a portal reached: proven by its token, one sealed row each."""

from __future__ import annotations

import json

import pytest

from b24app.bitrix24.robots import RobotCall
from b24app.store.crypto import unseal
from b24app.store.models import Portal
from tests.unit.hooks.conftest import Hooks

URL = "/b24/robots/waybill_return_start"
TOKEN = "65f1c0a1|A4821_90122|9d3f.77aa"


def call(member: str = "north", token: str = "t-north", **more: str) -> dict[str, str]:
    return {
        "workflow_id": "65f1c0a1",
        "code": "waybill_return_start",
        "document_id[0]": "crm",
        "document_id[1]": "CCrmDocumentDeal",
        "document_id[2]": "DEAL_5120",
        "document_type[2]": "DEAL",
        "event_token": TOKEN,
        "properties[reason]": "size",
        "properties[goods]": "",
        "properties[note]": "Ольга звонила",
        "use_subscription": "Y",
        "auth[member_id]": member,
        "auth[application_token]": token,
        "auth[access_token]": "cc33",
        **more,
    }


def told(hooks: Hooks, sealed: str) -> RobotCall:
    return RobotCall.from_json(json.loads(unseal(hooks.sessions.kw["bind"], sealed)))


def test_a_call_becomes_one_row_that_says_nothing_to_others(hooks: Hooks, portal: Portal) -> None:
    answer = hooks.client.post(URL, data=call())
    assert (answer.status_code, answer.data) == (200, b"")
    (row,) = hooks.rows()
    assert (row.kind, len(row.key)) == ("robot", 32)
    assert list(row.payload) == ["sealed"]
    assert not any(word in json.dumps(row.payload, ensure_ascii=False) for word in ("cc33", TOKEN, "Ольга"))
    wanted = {"reason": "size", "goods": "", "note": "Ольга звонила"}
    assert told(hooks, row.payload["sealed"]) == RobotCall("waybill_return_start", 2, 5120, TOKEN, True, wanted)
    assert hooks.woken() == [row.lane_id]


def test_told_twice_it_has_one_key(hooks: Hooks, portal: Portal) -> None:
    for _ in range(2):
        hooks.client.post(URL, data=call())
    assert len({row.key for row in hooks.rows()}) == 1


@pytest.mark.parametrize(
    ("document", "entity", "item"),
    [("DYNAMIC_1042_17", 1042, 17), ("LEAD_5", 0, 0), ("DEAL_x", 0, 0), ("", 0, 0)],
)
def test_what_it_is_about(hooks: Hooks, portal: Portal, document: str, entity: int, item: int) -> None:
    hooks.client.post(URL, data=call(**{"document_id[2]": document, "use_subscription": "N"}))
    (row,) = hooks.rows()
    found = told(hooks, row.payload["sealed"])
    assert (found.entity, found.item, found.waits) == (entity, item, False)


@pytest.mark.parametrize(
    ("form", "why"),
    [
        (call(member="nobody"), "unknown_portal"),
        (call(token="t-south"), "wrong_token"),
        (call(token=""), "wrong_token"),
        (call(event_token=""), "not_a_robot"),
        (call(event_token="x" * 501), "not_a_robot"),
        ({}, "unknown_portal"),
    ],
)
def test_what_is_not_proven_is_dropped_with_a_plain_200(
    hooks: Hooks, portal: Portal, neighbour: Portal, form: dict[str, str], why: str
) -> None:
    answer = hooks.client.post(URL, data=form)
    assert (answer.status_code, answer.data) == (200, b"")
    assert hooks.rows() == []
    assert hooks.counted("robot", why) == 1


def test_head_is_answered(hooks: Hooks) -> None:
    assert hooks.client.head(URL).status_code == 200
