"""Calling a courier and handing over from the tab: what is offered when, what the form refuses, what is saved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from b24app.frames.formats import Formats
from b24app.frames.parts import PageParts
from b24app.frames.rights import Right
from b24app.logistics.aftercare import CourierRequest
from b24app.logistics.status import Status
from b24app.store.audit import Act
from b24app.store.engine import Sessions, session_scope
from b24app.store.faces.deal_facts import (
    IntentFacts,
    ShipmentFacts,
)
from b24app.store.models import AuditRow, Intent, Portal, Shipment
from b24app.systems import discover
from placements.tab_changes_view import changes_view
from placements.tab_collect_view import (
    CollectView,
    Ways,
    collect_view,
    open_call,
    read_call,
    together,
    ways_of,
)
from tests.unit.placements.conftest import NOW
from tests.unit.placements.test_rights_table import Caller, Ids, app, caller, ours

__all__ = ["app", "caller", "ours"]

CDEK = discover()["cdek"].manifest
BOTH = Ways(courier=True, hand_over=True, hours=("09:00", "22:00"), days=31)
WANTED = CourierRequest("AB-8061-1-c1", date(2026, 11, 13), time(10), time(18), ("r-1",))
Make = Callable[..., ShipmentFacts]


@pytest.fixture
def made(shipment: ShipmentFacts) -> ShipmentFacts:
    return replace(shipment, status=Status.CREATED, connection_id=3)


def call(kind: str = "courier", state: str = "done", minutes: int = 0, **told: Any) -> IntentFacts:
    details = {"request": WANTED.to_json(), "shipments": [1, 2], "told": {"number": "77", "remote_id": "c", **told}}
    return IntentFacts(kind, state, 1, None, "", NOW + timedelta(minutes=minutes), details)


def view(shown: ShipmentFacts, formats: Formats, *rights: Right, ways: Ways = BOTH, **over: Any) -> CollectView | None:
    shown = replace(shown, **over)
    return collect_view((shown,), shown, formats, "СДЭК", ways, rights or tuple(Right))


@pytest.mark.parametrize(
    ("settings", "courier"),
    [({}, True), ({"shipment_point": " "}, True), ({"shipment_point": "MSK5"}, False)],
)
def test_an_account_that_hands_in_at_an_office_is_sent_nobody(settings: dict[str, str], courier: bool) -> None:
    assert ways_of(CDEK, settings) == Ways(courier, False, ("09:00", "22:00"), 31)
    without = replace(CDEK, ports=("Orders",), limits={})
    assert ways_of(without, settings) == Ways()


def test_only_what_the_system_has_is_offered_and_only_for_a_created_order(made: ShipmentFacts, ru: Formats) -> None:
    both = view(made, ru)
    assert both is not None
    assert (both.form is not None, both.hand_over, both.call_off, both.busy) == (True, True, False, "")
    courier, hand_over = view(made, ru, ways=replace(BOTH, hand_over=False)), view(made, ru, ways=Ways(hand_over=True))
    assert courier is not None
    assert (courier.form is not None, courier.hand_over) == (True, False)
    assert hand_over is not None
    assert (hand_over.form, hand_over.hand_over, hand_over.courier) == (None, True, False)
    assert view(made, ru, ways=Ways()) is None
    for status in Status:
        if status is not Status.CREATED:
            assert view(made, ru, status=status) is None


def test_rights_and_calls_under_way_take_the_buttons_away(made: ShipmentFacts, ru: Formats) -> None:
    def buttons(*rights: Right, **over: Any) -> tuple[bool, bool, bool]:
        found = view(made, ru, *rights, **over)
        assert found is not None
        return found.form is not None, found.hand_over, found.call_off

    assert buttons(Right.SHIP) == (True, True, False)
    assert buttons(Right.COSTS) == (False, False, False)
    assert buttons(Right.CANCEL, intents=(call(),)) == (False, False, True)
    assert buttons(Right.SHIP, intents=(call(),)) == (False, True, False)
    for state in ("waiting", "sending", "uncertain"):
        assert buttons(intents=(call(state=state),)) == (False, False, False)
        assert buttons(intents=(IntentFacts("cancel", state, 1, None, "", NOW),)) == (False, False, False)
    for state in ("refused", "dead", "obsolete"):
        assert buttons(intents=(call(state=state),)) == (True, True, False)


def test_who_comes_when_until_called_off(made: ShipmentFacts, ru: Formats) -> None:
    called = view(made, ru, intents=(call(),))
    assert called is not None
    assert (called.called, called.call) == ("завтра, 10:00–18:00", "77")
    under_way = view(made, ru, intents=(call(), call("courier_off", "waiting", 5)))
    assert under_way is not None
    assert (under_way.busy, under_way.called, under_way.call_off) == ("courier_off", "завтра, 10:00–18:00", False)
    kept = view(made, ru, intents=(call(), call("courier_off", "refused", 5)))
    assert kept is not None
    assert kept.call_off
    off = view(made, ru, intents=(call(), call("courier_off", minutes=5, cancelled=True)))
    assert off is not None
    assert (off.called, off.form is not None) == ("", True)
    cancelled_there = view(made, ru, intents=(call(cancelled=True),))
    assert cancelled_there is not None
    assert cancelled_there.called == ""


def test_a_courier_of_an_order_that_was_cancelled_can_still_be_called_off(made: ShipmentFacts, ru: Formats) -> None:
    found = view(made, ru, status=Status.CANCELLED, intents=(call(),))
    assert found is not None
    assert (found.call_off, found.form, found.hand_over) == (True, None, False)


def test_what_is_handed_over_is_neither_changed_nor_handed_over_again(made: ShipmentFacts, ru: Formats) -> None:
    handed = view(made, ru, intents=(call("handover", handed=["r-1"]),))
    assert handed is not None
    assert (handed.handed, handed.hand_over, handed.form is not None) == (True, False, True)
    for known, free in ((False, True), (True, False)):
        changes = changes_view(made, ru, "СДЭК", CDEK.changes, tuple(Right), known)
        assert changes is not None
        assert (changes.form is not None, changes.anew) == (free, free)


def test_orders_of_one_account_leave_together(made: ShipmentFacts, ru: Formats) -> None:
    second = replace(made, id=2, n=2, order_number="2", intents=(call(),))
    other = replace(made, id=3, n=3, connection_id=4)
    moved = replace(made, id=4, n=4, status=Status.IN_TRANSIT)
    assert together((moved, other, second, made), made) == (made, second)
    found = collect_view((second, made), made, ru, "СДЭК", BOTH, tuple(Right))
    assert found is not None
    assert (found.numbers, found.several, found.called) == ("1573840216, 2", True, "завтра, 10:00–18:00")


@pytest.mark.parametrize(
    ("typed", "errors"),
    [
        ({}, {}),
        ({"day": ""}, {"day": "empty"}),
        ({"day": "2026-11-11"}, {"day": "past"}),
        ({"day": "2026-12-14"}, {"day": "far"}),
        ({"day": "2026-12-13"}, {}),
        ({"begin": "x", "end": ""}, {"begin": "empty", "end": "empty"}),
        ({"begin": "08:59"}, {"begin": "hours"}),
        ({"end": "22:01"}, {"end": "hours"}),
        ({"begin": "12:00", "end": "12:00"}, {"end": "order"}),
        ({"day": "2026-11-12", "begin": "09:00", "end": "14:00"}, {"end": "past"}),
        ({"day": "2026-11-12", "begin": "09:00", "end": "15:00"}, {}),
        ({"comment": "х" * 201}, {"comment": "long"}),
    ],
)
def test_what_is_wrong_is_said_in_its_field(ru: Formats, typed: dict[str, str], errors: dict[str, str]) -> None:
    """It is 14:30 in Moscow."""
    form = open_call(1, BOTH, ru)
    assert read_call(form, {**form.values, **typed}, ru)[-1].errors == errors


def test_the_form_opens_on_the_next_working_day(ru: Formats) -> None:
    form = open_call(1, BOTH, ru)
    assert dict(form.values) == {"day": "2026-11-13", "begin": "10:00", "end": "18:00", "comment": ""}
    assert (form.first, form.last) == ("2026-11-12", "2026-12-13")
    saturday = replace(ru, now=NOW + timedelta(days=2))
    assert open_call(1, BOTH, saturday).values["day"] == "2026-11-16"
    narrow = open_call(1, Ways(courier=True, hours=("11:00", "16:00")), ru)
    assert (narrow.values["begin"], narrow.values["end"]) == ("11:00", "16:00")


# --- the handlers ----------------------------------------------------------------------------------------------------

FORM = {"day": "2026-11-25", "begin": "10:00", "end": "18:00", "comment": "Проходная 2"}


def press(caller: Caller, what: str, **form: str) -> TestResponse:
    return caller.call(f"POST /tab/collect/{{shipment}}/{what}", caller.token("CRM_DEAL_DETAIL_TAB"), None, **form)


def saved(sessions: Sessions) -> tuple[list[Intent], list[AuditRow]]:
    with sessions() as session:
        return list(session.scalars(select(Intent).order_by(Intent.id))), list(session.scalars(select(AuditRow)))


@pytest.fixture
def database_url(sqlite_database_url: str) -> str:
    return sqlite_database_url


def ended(sessions: Sessions, state: str, told: dict[str, Any]) -> None:
    with session_scope(sessions) as session:
        intent = session.scalars(select(Intent).order_by(Intent.id.desc()).limit(1)).one()
        intent.state, intent.next_try_at, intent.payload = state, None, {**intent.payload, "told": told}


def test_one_press_is_one_call_saved_before_it_is_made(
    caller: Caller, sessions: Sessions, set_up: Portal, ours: Ids
) -> None:
    wrong = press(caller, "courier", **{**FORM, "end": "09:00"})
    assert (wrong.status_code, saved(sessions)) == (200, ([], []))
    assert 'aria-invalid="true"' in wrong.text
    for _ in range(2):
        answer = press(caller, "courier", **FORM)
        assert (answer.status_code, "data-done" in answer.text) == (200, True)
    [intent], [row] = saved(sessions)
    assert (intent.kind, intent.state, intent.priority) == ("courier", "waiting", 1)
    wanted = CourierRequest.from_json(intent.payload["request"])
    assert (wanted.number, wanted.day, wanted.begin, wanted.end, wanted.comment) == (
        f"{set_up.code}-8061-1-c1", date(2026, 11, 25), time(10), time(18), "Проходная 2")  # fmt: skip
    assert wanted.remote_ids == (f"r-{set_up.code}",)
    assert (row.action, row.user_id) == (Act.COURIER, 7)
    busy = press(caller, "courier", **{**FORM, "key": "another-press"})
    assert busy.status_code == 409

    ended(sessions, "done", {"remote_id": "c-1", "number": "77", "cancelled": False})
    for key in ("off-press-1", "off-press-1"):
        assert press(caller, "courier/off", key=key).status_code == 204
    intents, _ = saved(sessions)
    assert [each.kind for each in intents] == ["courier", "courier_off"]
    assert intents[1].payload["told"]["remote_id"] == "c-1"
    assert intents[1].payload["request"] == intents[0].payload["request"]


def test_nothing_is_handed_over_where_the_system_has_no_such_step(
    caller: Caller, sessions: Sessions, parts: PageParts, monkeypatch: pytest.MonkeyPatch, set_up: Portal, ours: Ids
) -> None:
    assert press(caller, "hand-over").status_code == 409
    assert press(caller, "courier/off").status_code == 409
    assert saved(sessions) == ([], [])

    class Closing:
        manifest = replace(CDEK, ports=("Orders", "HandOvers"))

    monkeypatch.setitem(parts.systems, "cdek", Closing())
    assert press(caller, "courier", **FORM).status_code == 409
    for _ in range(2):
        assert press(caller, "hand-over").status_code == 204
    [intent], [row] = saved(sessions)
    assert intent.payload == {
        "remote_ids": [f"r-{set_up.code}"], "day": "2026-11-23", "shipments": [ours["shipment"]], "told": {},
    }  # fmt: skip
    assert (row.action, row.deal_id) == (Act.HANDOVER, 8061)


def test_an_order_that_moved_meanwhile_is_out_of_date(caller: Caller, sessions: Sessions, ours: Ids) -> None:
    with session_scope(sessions) as session:
        session.get_one(Shipment, ours["shipment"]).status = "in_transit"
    assert press(caller, "courier", **FORM).status_code == 409
    assert saved(sessions) == ([], [])


def test_the_tab_shows_the_card(app: Flask, caller: Caller, sessions: Sessions, ours: Ids) -> None:
    token = caller.token("CRM_DEAL_DETAIL_TAB")
    page = caller.call("GET /tab/version", token).text
    assert 'id="courier-dialog"' in page
    assert "handover" not in page
    press(caller, "courier", **FORM)
    assert "Вызываем курьера" in caller.call("GET /tab/version", token).text
    ended(sessions, "done", {"remote_id": "c-1", "number": "77", "cancelled": False})
    page = caller.call("GET /tab/version", token).text
    assert "заявка 77" in page
    assert 'id="courier-off-dialog"' in page
    assert 'id="courier-dialog"' not in page
