"""The point as a field of a card: what the frame may claim, and what is shown to whom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from flask import Flask

from b24app.bitrix24.errors import RestError
from b24app.store import portals
from b24app.store.engine import Sessions, session_scope
from b24app.store.models import Portal
from placements.pickup_field import Asks
from tests.unit.placements.conftest import frame


@pytest.fixture
def database_url(sqlite_database_url: str) -> str:
    """One database is enough here: the store has its own tests."""
    return sqlite_database_url


@pytest.mark.parametrize(
    ("mode", "entity", "number", "value", "asks"),
    [
        ("edit", "CRM_DEAL", "8061", None, Asks(True, "", 8061)),
        ("view", "CRM_DEAL", 8061, "KZN12, Казань", Asks(False, "KZN12", 8061)),
        ("edit", "CRM_DEAL", "0", ["KZN1", "KZN2"], Asks(True, "KZN1", 0)),
        ("edit", "CRM_LEAD", "8061", [], Asks(True, "", 0)),
    ],
)
def test_what_the_card_says_is_read_tolerantly(mode: str, entity: str, number: Any, value: Any, asks: Asks) -> None:
    assert Asks.of({"MODE": mode, "ENTITY_ID": entity, "ENTITY_VALUE_ID": number, "VALUE": value}) == asks
    assert Asks.of({}) == Asks(False, "", 0)


def opened(app: Flask, query: Mapping[str, str], **over: str) -> Any:
    options = '{"MODE":"edit","ENTITY_ID":"CRM_DEAL","ENTITY_VALUE_ID":"8061","VALUE":"KZN12"}'
    body = frame(PLACEMENT="USERFIELD_TYPE", PLACEMENT_OPTIONS=options, **over)
    return app.test_client().post("/field/point", query_string=dict(query), data=dict(body))


def test_who_has_no_access_to_the_app_sees_the_value_alone(
    page_app: Flask, set_up: Portal, sessions: Sessions, person: Any, frame_query: Mapping[str, str]
) -> None:
    with session_scope(sessions) as session:
        portals.get(session, set_up.id).domain = frame_query["DOMAIN"]
    answer = opened(page_app, frame_query, AUTH_ID="")
    assert (answer.status_code, person.asked) == (200, [])
    assert "KZN12" in answer.text
    assert "открыт доступ к приложению" in answer.text
    assert "field-form" not in answer.text
    assert "Bearer" not in answer.text
    assert "frame-ancestors https://north.bitrix24.ru" in answer.headers["Content-Security-Policy"]
    assert opened(page_app, {**frame_query, "DOMAIN": "evil.example"}, AUTH_ID="").status_code == 403


def test_a_deal_that_the_person_may_not_read_shows_nothing(
    page_app: Flask, set_up: Portal, person: Any, frame_query: Mapping[str, str]
) -> None:
    assert "Такого пункта в списках ваших перевозчиков нет" in opened(page_app, frame_query).text
    person.answers["crm.item.get"] = RestError("ACCESS_DENIED", "Access denied!", "crm.item.get")
    answer = opened(page_app, frame_query)
    assert (answer.status_code, "KZN12" in answer.text) == (403, False)
