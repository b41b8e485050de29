"""The health page's table and the dead-letter desk: what a person reads and decides."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import select

from b24app.clock import FixedClock
from b24app.flows.vitals import Verdict
from b24app.frames.formats import Formats
from b24app.store import outbox, portals
from b24app.store.calllog import StoredCallLog
from b24app.store.engine import Sessions, session_scope
from b24app.store.faces.failed import FailedRow
from b24app.store.models import AuditRow, OutboxRow, Portal
from b24app.store.outbox import ToPortal
from b24app.wire.log import CallRecord
from placements.app.failed_view import code_of, failed_groups
from tests.unit.placements.conftest import NOW
from tests.unit.placements.page import Page
from tests.unit.placements.test_app_page import one, page

__all__ = ["page"]


def failed(kind: str, id_: int, outcome: str, **over: Any) -> FailedRow:
    values: dict[str, Any] = {
        "what": "create",
        "state": "dead",
        "deal_id": 1049,
        "title": "Пётр",
        "connection_id": 5,
        "code": "",
        "words": "Некорректный ключ",
        "attempts": 5,
        "at": NOW,
        "next_try_at": None,
    }
    return FailedRow(kind=kind, id=id_, outcome=outcome, **{**values, **over})


def test_rows_are_grouped_by_cause_and_what_a_person_can_fix_comes_first(ru: Formats) -> None:
    rows = [
        failed("intent", 1, "dead"),
        failed("intent", 2, "account", state="retry", next_try_at=NOW),
        failed("intent", 3, "dead"),
        failed("outbox", 4, "refused", what="deal_update", connection_id=0, code="ACCESS_DENIED"),
        failed("outbox", 5, "refused", what="comment", connection_id=0, code="OTHER"),
        failed("inbox", 6, "ours", what="deal", connection_id=0),
    ]
    groups = failed_groups(rows, {5: "СДЭК"}, ru)
    assert [(group.title, group.who, [line.id for line in group.lines], len(group.dead)) for group in groups] == [
        ("Портал не принял запись", "admin", [4], 1),
        ("Портал не принял запись", "admin", [5], 1),
        ("СДЭК: ключ не принимают", "admin", [2], 0),
        ("СДЭК: нет ответа", "carrier", [1, 3], 2),
        ("Наша ошибка", "waybill", [6], 1),
    ]
    assert [group.code for group in groups] == [code_of(rows[n]) for n in (3, 4, 1, 0, 5)]
    line = groups[2].lines[0]
    assert (line.what, line.next, line.row) == ("вызов перевозчика: создать заказ", "14:30", "intent:2")


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("orders.find: circuit: cdek:1 is left alone", "не спрашивали: до этого он молчал (orders.find)"),
        ("orders.find: HTTP 503, 19 bytes, not JSON", "ответил ошибкой 503 (orders.find)"),
        ("read_timeout", "ответа не было"),
        ("ACCESS_DENIED Доступ запрещён", "ACCESS_DENIED Доступ запрещён"),
        ("Некорректный ключ", "Некорректный ключ"),
    ],
)
def test_our_own_words_about_a_call_are_put_plainly(ru: Formats, words: str, shown: str) -> None:
    (group,) = failed_groups([failed("intent", 1, "dead", words=words)], {5: "СДЭК"}, ru)
    assert group.lines[0].words == shown
    assert group.who_words == "на стороне перевозчика: повторите, когда он ответит"


def dead_write(sessions: Sessions, portal: Portal, clock: FixedClock, marker: str = "a", deal: int = 501) -> int:
    with session_scope(sessions) as session:
        payload = {"fields": {"address": "г. Казань, ул. Баумана, д. 5"}, "stage": None}
        thing = ToPortal(deal, "deal_update", f"{portal.id}:{marker}", payload)
        outbox.add(session, portal.id, [thing], now=clock.now(), trace_id="t")
        row = session.scalars(select(OutboxRow).where(OutboxRow.marker == thing.marker)).one()
        row.state, row.attempts, row.next_try_at, row.last_error = "dead", 3, None, "ACCESS_DENIED Доступ запрещён"
        row.closed_at = clock.now()
        return row.id


def test_a_dead_row_is_shown_masked_and_tried_again(
    page: Page, sessions: Sessions, set_up: Portal, clock: FixedClock
) -> None:
    row = dead_write(sessions, set_up, clock)
    text = page.health()
    assert "Портал не принял запись" in text
    assert "ACCESS_DENIED Доступ запрещён" in text
    assert "1 задача не получилась" in text
    sent = page.ask("GET", f"/app/failed/outbox/{row}/sent").text
    assert "fields.address: г. Казань, ул. Б••••••, д. •" in sent
    page.ask("POST", "/app/failed/retry", row=f"outbox:{row}")
    assert one(sessions, OutboxRow, id=row).state == "uncertain"
    assert one(sessions, AuditRow, action="desk_retry").detail == {"name": "Анна Лугова", "kind": "outbox", "id": row}


def test_what_waits_for_room_has_not_failed(page: Page, sessions: Sessions, set_up: Portal, clock: FixedClock) -> None:
    row = dead_write(sessions, set_up, clock)
    for words, listed in (("budget: wait 0.40 s", False), ("connect: refused", True)):
        with session_scope(sessions) as session:
            waiting = session.get_one(OutboxRow, row)
            waiting.state, waiting.next_try_at, waiting.last_error = "pending", clock.now(), words
        assert (f'value="outbox:{row}"' in page.health()) is listed


def test_a_whole_group_is_tried_again(page: Page, sessions: Sessions, set_up: Portal, clock: FixedClock) -> None:
    rows = [dead_write(sessions, set_up, clock, name, deal) for name, deal in (("a", 501), ("b", 502))]
    group = re.findall(r'name="group" value="([^"]+)"', page.health())[0]
    page.ask("POST", "/app/failed/retry", group=group)
    assert [one(sessions, OutboxRow, id=row).state for row in rows] == ["uncertain", "uncertain"]


def test_giving_up_needs_a_reason_and_keeps_it(
    page: Page, sessions: Sessions, set_up: Portal, clock: FixedClock
) -> None:
    row = dead_write(sessions, set_up, clock)
    page.open()
    assert page.ask("POST", "/app/failed/give-up", row=f"outbox:{row}", reason=" ").status_code == 422
    assert one(sessions, OutboxRow, id=row).state == "dead"
    answer = page.ask("POST", "/app/failed/give-up", row=f"outbox:{row}", reason="уже записали руками")
    assert "Портал не принял запись" not in answer.text
    assert one(sessions, OutboxRow, id=row).state == "dropped"
    audit = one(sessions, AuditRow, action="give_up")
    assert (audit.deal_id, audit.detail["reason"]) == (501, "уже записали руками")


def test_a_neighbours_row_is_not_there(page: Page, sessions: Sessions, neighbour: Portal, clock: FixedClock) -> None:
    row = dead_write(sessions, neighbour, clock)
    assert "Портал не принял запись" not in page.health()
    page.ask("POST", "/app/failed/retry", row=f"outbox:{row}")
    page.ask("POST", "/app/failed/give-up", row=f"outbox:{row}", reason="r")
    assert page.ask("GET", f"/app/failed/outbox/{row}/sent").status_code == 409
    assert one(sessions, OutboxRow, id=row).state == "dead"


def test_an_unsteady_carrier_is_the_first_sentence(
    page: Page, sessions: Sessions, set_up: Portal, clock: FixedClock
) -> None:
    with sessions() as session:
        account = portals.connections(session, set_up.id)[0].id
    log = StoredCallLog(sessions, every_s=3600)
    for n in range(20):
        outcome, why, status = ("unknown", "read_timeout: x", 0) if n < 5 else ("answered", "", 200)
        log.record(
            CallRecord(clock.now(), "t", f"cdek:{account}", "l", "GET", "u", outcome, why, status, 1.0, 0, 0, False)
        )
    log.flush()
    text = page.health()
    assert "CDEK отвечает через раз" in text
    assert "5 без ответа" in text
    assert 'hx-get="/app/s/connections"' in text
    assert Verdict.DEGRADED.value not in text


def test_the_notices_can_be_switched_off(page: Page, sessions: Sessions, set_up: Portal) -> None:
    page.open()
    page.ask("POST", "/app/alarms")
    assert one(sessions, Portal, id=set_up.id).settings["alarms_off"] is True
    page.ask("POST", "/app/alarms", on="1")
    assert one(sessions, Portal, id=set_up.id).settings["alarms_off"] is False
