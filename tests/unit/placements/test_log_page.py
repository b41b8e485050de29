"""The log of calls and a deal's trace on the app's page."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from b24app.clock import FixedClock
from b24app.frames.formats import Formats
from b24app.store import inbox, lanes, portals
from b24app.store.calls import Cursor
from b24app.store.engine import Sessions, session_scope
from b24app.store.models import AuditRow, CallLogRow, Portal
from placements.app import log_view
from tests.unit.placements.page import Page
from tests.unit.store.test_calls import call

AT = datetime(2026, 11, 12, 11, 5, 9, tzinfo=UTC)


def add(sessions: Sessions, row: CallLogRow) -> int:
    with session_scope(sessions) as session:
        session.add(row)
        session.flush()
        return row.id


def test_the_log_shows_opens_and_filters(
    page: Page, sessions: Sessions, set_up: Portal, neighbour: Portal, clock: FixedClock
) -> None:
    mine = f"portal:{set_up.member_id}"
    own = add(sessions, call(clock.now(), mine, label="batch: crm.item.get×2", sent='{"auth":"<9>"}', status=503))
    theirs = add(sessions, call(clock.now(), f"portal:{neighbour.member_id}", label="their call"))
    shown = page.ask("GET", "/app/s/log").text
    assert "crm.item.get×2" in shown
    assert "their call" not in shown
    opened = page.ask("GET", f"/app/log/call/{own}").text
    assert "&#34;auth&#34;: &#34;&lt;9&gt;&#34;" in opened
    assert page.ask("GET", f"/app/log/call/{theirs}").status_code == 409
    assert "crm.item.get×2" not in page.ask("GET", "/app/log/rows?outcome=answered").text
    assert "crm.item.get×2" in page.ask("GET", f"/app/log/rows?outcome=refused&text=item&remote={mine}").text


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("since=yesterday", "Не понимаем дату"),
        ("remote=portal:south", "Выберите из списка"),
        ("outcome=well", "Выберите из списка"),
        ("deal=Olga", "состоит из цифр"),
        ("after=nonsense", "Таких запросов нет"),
    ],
)
def test_a_wrong_filter_is_answered_in_words(page: Page, asked: str, said: str) -> None:
    answer = page.ask("GET", f"/app/log/rows?{asked}")
    assert answer.status_code == 200
    assert said in answer.text


def test_pages_follow_each_other(page: Page, sessions: Sessions, set_up: Portal, clock: FixedClock) -> None:
    for n in range(53):
        add(sessions, call(clock.now() - timedelta(seconds=n), f"portal:{set_up.member_id}", label=f"n{n}."))
    first = page.ask("GET", "/app/log/rows").text
    assert first.count("<details") == 50
    after = first.partition('name="after" value="')[2].partition('"')[0]
    second = page.client.get(
        "/app/log/rows", query_string={"after": after}, headers={"Authorization": f"Bearer {page.token}"}
    ).text
    assert second.count("<details") == 3
    assert "n52." in second
    assert 'name="after"' not in second


def test_a_trace_is_one_timeline(page: Page, sessions: Sessions, set_up: Portal, clock: FixedClock) -> None:
    now = clock.now()
    with session_scope(sessions) as session:
        lane = lanes.portal_lane(session, set_up.id)
        inbox.append(session, lane.id, "ship_now", "501", {"name": "Анна"}, now=now, trace_id="e", people=True)
        session.add(AuditRow(portal_id=set_up.id, at=now, user_id=7, action="ship_now", deal_id=501, detail={}))
        account = portals.connections(session, set_up.id)[0].id
        session.add(call(now + timedelta(seconds=70), f"cdek:{account}", trace_id="e", label="orders.create"))
    answer = page.ask("GET", "/app/trace/501")
    assert answer.headers["HX-Retarget"] == "#app"
    order = [answer.text.index(part) for part in ("Анна: «Оформить»", "через 1 мин", "orders.create")]
    assert order == sorted(order)
    assert "Об этой сделке ничего нет" in page.ask("GET", "/app/s/log?deal=7").text


@pytest.mark.parametrize("path", ["/app/s/log", "/app/log/rows", "/app/log/call/1", "/app/trace/501"])
def test_only_administrators_read_the_log(page: Page, parts: Any, clock: FixedClock, path: str) -> None:
    who = parts.signer.read(page.token, clock.now())
    page.token = parts.signer.write(replace(who, admin=False))
    assert page.ask("GET", path).status_code == 403


def test_moments_are_the_readers_clock(ru: Formats) -> None:
    wanted, filters = log_view.wanted({"since": "2026-11-12T14:00"}, {}, "Europe/Moscow")
    assert wanted.since == datetime(2026, 11, 12, 11, tzinfo=UTC)
    assert filters.errors == {}
    assert log_view.exact(AT, ru) == "14:05:09"
    assert log_view.cursor(f"{AT.isoformat()}_7") == Cursor(AT, 7)


def test_pauses_between_steps(ru: Formats, en: Formats) -> None:
    happened = [
        log_view.Happened(AT + timedelta(seconds=seconds), 0, "event", "x") for seconds in (7265, 0, 0.4, 3.4, 3.4)
    ]
    assert [step.pause for step in log_view.steps(happened, en)] == ["", "", "3 s later", "", "2 h later"]
    assert log_view.between(timedelta(days=2), ru) == "через 2 дн."
