"""Our SMS sender is asked by a portal: proven by a secret part of its address, one sealed row each."""

from __future__ import annotations

import json

import pytest

from b24app.bitrix24.sms import SmsRequest
from b24app.store import portal_settings, portals, public_ids, sms_sender
from b24app.store.crypto import unseal
from b24app.store.engine import session_scope
from b24app.store.models import Portal, PortalState
from b24app.store.sms_sender import Kept
from tests.unit.hooks.conftest import Hooks

SECRET, OLDER = "s-3f1c-north", "s-2e0b-north"
PHONE, TEXT = "+79170000001", "Ваш заказ в пункте выдачи"
ABOUT_DEAL = {"bindings[0][OWNER_TYPE_ID]": "2", "bindings[0][OWNER_ID]": "5120"}


@pytest.fixture
def address(hooks: Hooks, portal: Portal) -> str:
    doors = tuple(sms_sender.digest(each) for each in (SECRET, OLDER))
    with session_scope(hooks.sessions) as session:
        kept = Kept(registered="1", doors=doors)
        portal_settings.merge(session, portal.id, **{sms_sender.KEY: kept.to_json()})
        return f"/b24/sms/{public_ids.of_portal(session, portal.id)}"


def asked(**more: str) -> dict[str, str]:
    return {
        "module_id": "crm",
        "type": "SMS",
        "code": "waybill",
        "message_id": "0f6d6f1e0c6f4c6f9a5b1f2e3d4c5b6a",
        "message_to": PHONE,
        "message_body": TEXT,
        "properties[phone_number]": PHONE,
        "properties[message_text]": TEXT,
        "ts": "1772442000",
        **more,
    }


def told(hooks: Hooks) -> list[SmsRequest]:
    engine = hooks.sessions.kw["bind"]
    return [SmsRequest.from_json(json.loads(unseal(engine, row.payload["sealed"]))) for row in hooks.rows()]


def test_a_rule_without_an_author_is_known_by_the_address(hooks: Hooks, portal: Portal, address: str) -> None:
    answer = hooks.client.post(f"{address}/{SECRET}", data=asked(**ABOUT_DEAL))
    assert (answer.status_code, answer.data) == (200, b"")
    (row,) = hooks.rows()
    assert (row.kind, len(row.key), list(row.payload)) == ("sms", 32, ["sealed"])
    assert TEXT not in json.dumps(row.payload, ensure_ascii=False)
    assert told(hooks) == [SmsRequest("0f6d6f1e0c6f4c6f9a5b1f2e3d4c5b6a", PHONE, TEXT, 5120)]
    assert hooks.woken() == [row.lane_id]


def test_the_portal_may_not_have_heard_of_the_newest_address_yet(hooks: Hooks, portal: Portal, address: str) -> None:
    hooks.client.post(f"{address}/{OLDER}", data=asked())
    hooks.client.post(f"{address}/{SECRET}", data=asked())
    assert len({row.key for row in hooks.rows()}) == 1
    assert len(hooks.rows()) == 2


@pytest.mark.parametrize(
    ("about", "deal"),
    [
        ({"document_id[0]": "crm", "document_id[1]": "CCrmDocumentDeal", "document_id[2]": "DEAL_77"}, 77),
        ({"document_id[2]": "LEAD_77"}, 0),
        ({"bindings[0][OWNER_TYPE_ID]": "3", "bindings[0][OWNER_ID]": "4", **{k.replace("0]", "1]", 1): v for k, v in ABOUT_DEAL.items()}}, 5120),  # noqa: E501
        ({"bindings[0][OWNER_TYPE_ID]": "2", "bindings[0][OWNER_ID]": "x"}, 0),
        ({}, 0),
    ],
)  # fmt: skip
def test_which_deal_it_is_about(hooks: Hooks, portal: Portal, address: str, about: dict[str, str], deal: int) -> None:
    hooks.client.post(f"{address}/{SECRET}", data=asked(**about))
    assert [each.deal for each in told(hooks)] == [deal]


@pytest.mark.parametrize(
    ("form", "why"),
    [
        (asked(code="another"), "not_a_message"),
        (asked(type="EMAIL"), "not_a_message"),
        (asked(message_id=""), "not_a_message"),
        (asked(message_id="a b"), "not_a_message"),
        (asked(**{"auth[application_token]": "t-south"}), "wrong_token"),
        (asked(**{"auth[application_token]": ""}), "wrong_token"),
        ({f"f{at}": "1" for at in range(300)}, "not_a_form"),
    ],
)
def test_what_is_not_ours_is_dropped_with_a_plain_200(
    hooks: Hooks, portal: Portal, address: str, form: dict[str, str], why: str
) -> None:
    assert hooks.client.post(f"{address}/{SECRET}", data=form).status_code == 200
    assert hooks.rows() == []
    assert hooks.counted("sms", why) == 1


def test_a_token_that_fits_is_welcome(hooks: Hooks, portal: Portal, address: str) -> None:
    hooks.client.post(f"{address}/{SECRET}", data=asked(**{"auth[application_token]": "t-north"}))
    assert len(hooks.rows()) == 1


def test_another_secret_or_portal_or_one_that_left_is_nobody(
    hooks: Hooks, portal: Portal, neighbour: Portal, address: str
) -> None:
    hooks.client.post(f"{address}/s-other", data=asked())
    with session_scope(hooks.sessions) as session:
        theirs = public_ids.of_portal(session, neighbour.id)
    hooks.client.post(f"/b24/sms/{theirs}/{SECRET}", data=asked())
    hooks.client.post(f"/b24/sms/nobody/{SECRET}", data=asked())
    with session_scope(hooks.sessions) as session:
        portals.get(session, portal.id).state = PortalState.UNINSTALLED
    hooks.client.post(f"{address}/{SECRET}", data=asked())
    assert hooks.rows() == []
    assert (hooks.counted("sms", "wrong_secret"), hooks.counted("sms", "unknown_portal")) == (1, 3)


def test_head_is_answered(hooks: Hooks) -> None:
    assert hooks.client.head("/b24/sms/any/thing").status_code == 200
