"""Events of portals: proven by their token, one row each, nothing secret kept."""

from __future__ import annotations

import json

import pytest

from b24app.clock import FixedClock
from b24app.hooks.known import Memory
from b24app.store import lanes, portals
from b24app.store.engine import session_scope
from b24app.store.models import Portal, PortalState
from tests.unit.hooks.conftest import Hooks

URL = "/b24/events"


def event(name: str = "ONCRMDEALUPDATE", member: str = "north", token: str = "t-north", **data: str) -> dict[str, str]:
    return {
        "event": name,
        "ts": "1789000050",
        "data[FIELDS][ID]": "8061",
        "auth[member_id]": member,
        "auth[application_token]": token,
        "auth[access_token]": "cc33",
        "auth[client_endpoint]": "https://evil.example/rest/",
        **data,
    }


def _lane(hooks: Hooks, portal: Portal) -> int:
    with session_scope(hooks.sessions) as session:
        return lanes.portal_lane(session, portal.id).id


@pytest.mark.parametrize("name", ["ONCRMDEALADD", "OnCrmDealUpdate", "ONCRMDEALMOVETOCATEGORY", "ONCRMDEALDELETE"])
def test_an_event_becomes_one_row_and_wakes_its_lane(
    hooks: Hooks, portal: Portal, clock: FixedClock, name: str
) -> None:
    answer = hooks.client.post(URL, data=event(name))
    assert answer.status_code == 200
    (row,) = hooks.rows()
    lane = _lane(hooks, portal)
    assert (row.lane_id, row.kind, row.key, row.state) == (lane, "deal", "8061", "new")
    assert row.payload == {"event": name.upper(), "fields": {"ID": "8061"}, "ts": "1789000050"}
    assert row.received_at == row.due_at == clock.now()
    assert len(row.trace_id) == 16
    assert hooks.woken() == [lane]
    assert hooks.counted("portal", "taken") == 1


def test_doubled_events_are_two_rows_that_fold_later(hooks: Hooks, portal: Portal) -> None:
    for _ in range(2):
        hooks.client.post(URL, data=event())
    assert [row.key for row in hooks.rows()] == ["8061", "8061"]


def test_an_item_of_a_smart_process_has_a_row_of_its_process_and_robots_one_of_their_own(
    hooks: Hooks, portal: Portal
) -> None:
    typed = event("ONCRMDYNAMICITEMUPDATE_1042", **{"data[FIELDS][ENTITY_TYPE_ID]": "1042"})
    robot = event("ONCRMDYNAMICITEMADD", **{"data[FIELDS][ENTITY_TYPE_ID]": "1042"})
    robot.pop("auth[access_token]")
    for told in (typed, robot):
        assert hooks.client.post(URL, data=told).status_code == 200
    assert [(row.kind, row.key) for row in hooks.rows()] == [
        ("return_item", "1042:8061"),
        ("return_item", "1042:8061:r"),
    ]


@pytest.mark.parametrize("entity", ["31", "", "1042; --"])
def test_smart_invoices_and_nonsense_are_no_items_of_ours(hooks: Hooks, portal: Portal, entity: str) -> None:
    told = event("ONCRMDYNAMICITEMADD", **{"data[FIELDS][ENTITY_TYPE_ID]": entity})
    assert hooks.client.post(URL, data=told).status_code == 200
    assert hooks.rows() == []
    assert hooks.counted("portal", "not_an_item") == 1


def test_no_token_and_no_address_of_an_event_is_kept(hooks: Hooks, portal: Portal) -> None:
    hooks.client.post(URL, data=event("ONSOMETHINGELSE"))
    (row,) = hooks.rows()
    assert row.kind == "event"
    kept = json.dumps(row.payload)
    assert "cc33" not in kept
    assert "evil" not in kept
    assert "t-north" not in kept


@pytest.mark.parametrize(
    ("form", "why"),
    [
        (event(member="nobody"), "unknown_portal"),
        (event(token="t-south"), "wrong_token"),
        (event(token=""), "wrong_token"),
        ({"event": "ONCRMDEALUPDATE"}, "unknown_portal"),
        ({}, "unknown_portal"),
    ],
)
def test_what_is_not_proven_is_dropped_with_a_plain_200(
    hooks: Hooks, portal: Portal, neighbour: Portal, form: dict[str, str], why: str
) -> None:
    answer = hooks.client.post(URL, data=form)
    assert (answer.status_code, answer.data) == (200, b"")
    assert hooks.rows() == []
    assert hooks.woken() == []
    assert hooks.counted("portal", why) == 1


def test_an_uninstall_is_a_row_and_changes_nothing_by_itself(hooks: Hooks, portal: Portal) -> None:
    form = event("ONAPPUNINSTALL", **{"data[CLEAN]": "1"})
    hooks.client.post(URL, data=form)
    (row,) = hooks.rows()
    assert (row.kind, row.payload) == ("uninstall", {"clean": "1"})
    with session_scope(hooks.sessions) as session:
        assert portals.get(session, portal.id).state == PortalState.ACTIVE


def test_a_payment_event_without_token_is_a_hint_that_counts_once_a_minute(hooks: Hooks, portal: Portal) -> None:
    form = event("ONAPPPAYMENT")
    del form["auth[application_token]"]
    for _ in range(3):
        assert hooks.client.post(URL, data=form).status_code == 200
    assert [(row.kind, row.key) for row in hooks.rows()] == [("licence", "app")]
    hooks.client.post(URL, data=event("ONAPPPAYMENT", token="wrong"))
    assert len(hooks.rows()) == 1


def test_head_answers_200_and_too_much_is_not_read(hooks: Hooks, portal: Portal) -> None:
    assert hooks.client.head(URL).status_code == 200
    assert hooks.client.post(URL, data=event(**{"data[x]": "y" * 5000})).status_code == 413
    many = {f"k{n}": "v" for n in range(300)}
    assert hooks.client.post(URL, data=many).status_code == 200
    assert hooks.counted("portal", "not_a_form") == 1
    assert hooks.rows() == []


def test_a_database_that_is_away_is_no_200(hooks: Hooks, portal: Portal) -> None:
    with session_scope(hooks.sessions) as session:
        session.connection().exec_driver_sql("ALTER TABLE inbox RENAME TO elsewhere")
    assert hooks.client.post(URL, data=event()).status_code == 503
    assert hooks.counted("portal", "not_stored") == 1
    assert hooks.woken() == []
    with session_scope(hooks.sessions) as session:
        session.connection().exec_driver_sql("ALTER TABLE elsewhere RENAME TO inbox")
    assert hooks.client.post(URL, data=event()).status_code == 200
    assert len(hooks.rows()) == 1


def test_memory_forgets_after_its_time_and_stays_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def load(key: str) -> str | None:
        asked.append(key)
        return None if key == "none" else key

    memory = Memory(load, ttl_s=60)
    assert [memory.get("a"), memory.get("a"), memory.get("none"), memory.get("none")] == ["a", "a", None, None]
    assert asked == ["a", "none"]
    assert [Memory(load, ttl_s=-1).get("a") for _ in range(2)] == ["a", "a"]
    monkeypatch.setattr("b24app.hooks.known.MAX_ENTRIES", 3)
    for n in range(10):
        memory.get(str(n))
    assert len(memory._entries) <= 3
