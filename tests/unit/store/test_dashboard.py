"""Figures of the dashboard: counted by the portal's days on both databases, in a fixed number of questions, of the
portal's own alone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from b24app.flows import buckets
from b24app.flows.buckets import Period
from b24app.flows.dashboard import Bills, Figures, OnTime, Sent, Told, Work
from b24app.flows.urgency import Why
from b24app.logistics.problem import Field, Problem, Who
from b24app.store import deals, portals, problems
from b24app.store.engine import Sessions, session_scope
from b24app.store.faces import dashboard as face
from b24app.store.faces.urgent import urgent
from b24app.store.models import Message, Portal, Shipment, Transit
from tests.unit.queries import statements
from tests.unit.store import figured
from tests.unit.store.figured import Shipped

BERLIN = ZoneInfo("Europe/Berlin")
TODAY = date(2026, 11, 12)
NOW = datetime(2026, 11, 12, 11, 30, tzinfo=UTC)
#: Holds the night on which Berlin's clocks are put back.
PERIOD = Period(date(2026, 10, 19), TODAY, BERLIN)
SOON = datetime(2026, 11, 14, tzinfo=UTC)


def local(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=BERLIN).astimezone(UTC)


def figures(sessions: Sessions, portal: Portal, period: Period = PERIOD, system: str = "") -> Figures:
    with sessions() as session:
        return face.figures(session, portal.id, period, TODAY, system)


def test_days_are_the_portals(sessions: Sessions, portal: Portal, neighbour: Portal) -> None:
    moments = [
        local(10, 18, 23, 59), local(10, 19, 0), local(10, 25, 0, 30), local(10, 25, 23, 30), local(10, 26, 0, 15),
        local(11, 12, 23, 59), local(11, 13, 0),
    ]  # fmt: skip
    with session_scope(sessions) as session:
        figured.put(session, portal, [Shipped(n, at) for n, at in enumerate(moments, 1)])
        figured.put(session, neighbour, [Shipped(9, local(10, 20, 12))])
        account = portals.connections(session, portal.id)[0].id
    days = {(each.connection_id, buckets.day_of(each.day)): each.count for each in figures(sessions, portal).sent}
    assert days == {
        (account, date(2026, 10, 19)): 1,
        (account, date(2026, 10, 25)): 2,
        (account, date(2026, 10, 26)): 1,
        (account, date(2026, 11, 12)): 1,
    }
    weeks = [(buckets.monday_of(each.week), each.count) for each in figures(sessions, portal).bills]
    assert weeks == [(date(2026, 10, 19), 3), (date(2026, 10, 26), 1), (date(2026, 11, 9), 1)]


def test_a_period_in_numbers(sessions: Sessions, portal: Portal, neighbour: Portal) -> None:
    with session_scope(sessions) as session:
        other = portals.add_connection(session, portal.id, "pek", "ПЭК", "test", {}, NOW)
        mine = portals.connections(session, portal.id)[0].id
        day = local(11, 10, 12)
        made = [
            Shipped(1, day, seconds=3, quoted=486, billed=520, told_g=2100, weighed_g=3000,
                    promised=date(2026, 11, 9), arrived=date(2026, 11, 9)),
            Shipped(2, day, seconds=3, quoted=100, billed=100, promised=date(2026, 11, 9), arrived=date(2026, 11, 10)),
            Shipped(3, day, seconds=-5, quoted=100, promised=date(2026, 11, 11)),
            Shipped(4, day, seconds=10**6, account=other.id, promised=date(2026, 11, 12)),
            Shipped(5, day, account=other.id, billed=99, promised=date(2026, 11, 12), arrived=date(2026, 11, 12)),
        ]  # fmt: skip
        rows = figured.put(session, portal, made)
        figured.put(session, neighbour, [Shipped(1, day, seconds=9, quoted=1, billed=2)])
        for n, state in enumerate(("delivered", "delivered", "failed")):
            session.add(
                Message(portal_id=portal.id, deal_id=1, shipment_id=rows[3 * (n % 2)].id, key=f"k{n}", state=state,
                        moment="delivered", created_at=NOW, changed_at=NOW, trace_id="t")
            )  # fmt: skip
    week = buckets.week_of(buckets.number_of(date(2026, 11, 10)))
    day_n = buckets.number_of(date(2026, 11, 10))
    assert figures(sessions, portal) == Figures(
        sent=[Sent(mine, day_n, 3), Sent(other.id, day_n, 2)],
        # What is promised for today and has not come yet may still.
        on_time=[OnTime("cdek", 3, 1), OnTime("pek", 1, 1)],
        bills=[
            Bills(mine, week, "", "", 1, 0, 0),
            Bills(mine, week, "RUB", "same", 1, 10000, 0),
            Bills(mine, week, "RUB", "weight", 1, 52000, 3400),
            Bills(other.id, week, "", "", 1, 0, 0),
            Bills(other.id, week, "RUB", "", 1, 9900, 0),
        ],
        seconds={0: 1, 3: 2, face.LONGEST_S: 1},
        told=[Told("delivered", 2), Told("failed", 1)],
    )
    only = figures(sessions, portal, system="pek")
    assert (only.shipped, only.on_time, only.seconds) == (2, [OnTime("pek", 1, 1)], {face.LONGEST_S: 1})
    assert only.told == [Told("delivered", 1)]
    assert figures(sessions, portal, system="dpd").is_empty
    with sessions() as session:
        lines = face.lines(session, portal.id, PERIOD)
        assert [(each.deal_id, each.over, each.reason) for each in lines] == [
            (1, 3400, "weight"), (2, 0, "same"), (3, None, ""), (5, None, ""),
        ]  # fmt: skip
        assert [each.deal_id for each in face.differing(session, portal.id, PERIOD, "", 10)] == [1]


def test_todays_work_and_what_comes_first(sessions: Sessions, portal: Portal, neighbour: Portal) -> None:
    found = Problem("phone_missing", Field.PHONE, Who.MANAGER).to_json()
    with session_scope(sessions) as session:
        made = [
            Shipped(1, NOW, "ready_for_pickup"), Shipped(2, NOW, "ready_for_pickup"),
            Shipped(3, NOW, "delivery_failed"), Shipped(4, NOW, "in_transit", promised=TODAY),
            Shipped(5, NOW, "created"), Shipped(6, NOW, "submitting"),
            Shipped(7, NOW, "delivered", arrived=TODAY),
        ]  # fmt: skip
        rows = figured.put(session, portal, made)
        figured.put(session, neighbour, made[:4])
        rows[0].keep_until, rows[1].keep_until = SOON - timedelta(hours=1), SOON + timedelta(days=1)
        rows[2].incident = "no_answer"
        late = session.query(Transit).filter_by(portal_id=portal.id, deal_id=4).one()
        late.risk, late.late_by, late.expected = "late", 2, TODAY + timedelta(days=2)
        for deal in (3, 8):
            problems.open_problem(session, portal.id, deal, "k", found, now=NOW)
        deals.save(session, portal.id, {9: {"waits_for_person": "old_move", "moved_at": NOW, "title": "Стол"}})
    with sessions() as session:
        with statements(sessions) as said:
            work = face.work(session, portal.id, SOON)
        assert work == Work(waiting=1, sending=1, numbered=1, moving=2, late=1, stored=2, ending=1)
        assert (work.to_send, len(said)) == (3, 1)
        with statements(sessions) as said:
            first = urgent(session, portal.id, SOON)
        assert len(said) == 5
        assert [(each.why, each.deal_id) for each in first] == [
            (Why.ENDING, 1), (Why.FAILED, 3), (Why.LATE, 4), (Why.PROBLEM, 8), (Why.WAITING, 9),
        ]  # fmt: skip
        assert (first[2].days, first[2].expected, first[4].title) == (2, TODAY + timedelta(days=2), "Стол")
        assert face.to_hand(session, portal.id) == (9, 5, 6)
        assert face.moving(session, portal.id) == (3, 4)
        assert [each.deal_id for each in urgent(session, neighbour.id, SOON)] == [3]


def test_many_shipments_cost_no_more_questions(sessions: Sessions, portal: Portal) -> None:
    said = []
    for count in (3, 600):
        with session_scope(sessions) as session:
            session.query(Shipment).delete()
            figured.many(session, portal, count, NOW)
        with statements(sessions) as asked:
            found = figures(sessions, portal)
        said.append(len(asked))
    assert said == [6, 6]
    assert found.shipped == sum(found.seconds.values()) == sum(each.count for each in found.bills) > 500


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "Australia/Lord_Howe"])
def test_clocks_ahead_by_half_hours(sessions: Sessions, portal: Portal, zone: str) -> None:
    there = ZoneInfo(zone)
    period = Period(date(2026, 9, 28), date(2026, 10, 11), there)
    at = [datetime(2026, 10, day, hour, 10, tzinfo=there) for day in (3, 4, 5) for hour in (0, 23)]
    with session_scope(sessions) as session:
        figured.put(session, portal, [Shipped(n, each.astimezone(UTC)) for n, each in enumerate(at, 1)])
    found = [(buckets.day_of(each.day).day, each.count) for each in figures(sessions, portal, period).sent]
    assert found == [(3, 2), (4, 2), (5, 2)]
