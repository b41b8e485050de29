"""Callbacks of carriers: a secret address, a sealed row, nothing believed."""

from __future__ import annotations

import json

import pytest

from b24app.store import lanes, portals
from b24app.store.crypto import unseal
from b24app.store.engine import session_scope
from b24app.store.models import Connection, Portal
from tests.unit.hooks.conftest import Hooks

BODY = '{"type":"ORDER_STATUS","uuid":"72753031","attributes":{"city_name":"Пермь"}}'


@pytest.fixture
def account(hooks: Hooks, portal: Portal) -> Connection:
    with session_scope(hooks.sessions) as session:
        return portals.connections(session, portal.id)[0]


def test_a_callback_becomes_one_sealed_row_in_the_connections_lane(hooks: Hooks, account: Connection) -> None:
    url = f"/hooks/carrier/{account.public_id}/{account.hook_secret}"
    for _ in range(2):
        assert hooks.client.post(url, data=BODY, content_type="application/json").status_code == 200
    first, second = hooks.rows()
    with session_scope(hooks.sessions) as session:
        lane = lanes.connection_lane(session, account.id).id
    assert (first.lane_id, first.kind) == (lane, "callback")
    assert first.key == second.key
    assert "72753031" not in json.dumps(first.payload)
    told = json.loads(unseal(hooks.sessions.kw["bind"], first.payload["sealed"]))
    assert told["body"] == BODY
    assert told["headers"]["Content-Type"] == "application/json"
    assert hooks.woken() == [lane]


def test_a_probe_is_answered_by_us_whatever_it_asks_for(hooks: Hooks, account: Connection) -> None:
    answer = hooks.client.head(f"/hooks/carrier/{account.public_id}/probe")
    assert (answer.status_code, answer.headers["X-Waybill-Hook"]) == (200, "carrier")
    assert hooks.rows() == []


def test_a_wrong_address_learns_nothing(hooks: Hooks, account: Connection) -> None:
    for url in (f"/hooks/carrier/{account.public_id}/guess", f"/hooks/carrier/none/{account.hook_secret}"):
        answer = hooks.client.post(url, data=BODY)
        assert (answer.status_code, answer.data) == (200, b"")
    assert hooks.rows() == []
    assert hooks.counted("carrier", "wrong_secret") == 1
    assert hooks.counted("carrier", "unknown_connection") == 1


def test_a_large_callback_is_refused(hooks: Hooks, account: Connection) -> None:
    url = f"/hooks/carrier/{account.public_id}/{account.hook_secret}"
    assert hooks.client.post(url, data="x" * 5000).status_code == 413
