"""Parcels under way are looked ahead for: their lanes and promises kept, forecasts made from the portal's own history
alone, a lateness that is certain told once; a crash at any line loses nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update

from b24app.clock import FixedClock
from b24app.flows.forecast import By, Risk
from b24app.flows.messages.rules import KEY, MessageRules
from b24app.lanes.wake import LocalWakes
from b24app.logistics.status import Status
from b24app.runners import lateness
from b24app.store import deals, messages, portal_settings, portals, promises, shipments, transits
from b24app.store.engine import Sessions, read_scope, session_scope
from b24app.store.faces import many
from b24app.store.models import Message, OutboxRow, Portal, Shipment, Transit, TransitState
from tests.unit.queries import statements

S = Status
NOON = datetime(2026, 11, 12, 9, tzinfo=UTC)
TODAY = date(2026, 11, 12)
REQUEST = {
    "number": "n", "service_code": "parcel", "kind": "courier", "parcels": [],
    "recipient": {"name": "Ян", "phone_raw": "", "phone": None},
    "address": {"text": "Казань, ул. Баумана, 44", "city_names": ["Казань"]},
    "sender": {"address": {"text": "Москва", "city_names": ["Москва"]}},
}  # fmt: skip


#: Tests whose questions the two databases might answer differently.
both = pytest.mark.parametrize("database_url", ["sqlite", "postgres"], indirect=True)


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> str:
    """One database is enough for most."""
    kind = getattr(request, "param", "sqlite")
    return str(request.getfixturevalue("sqlite_database_url" if kind == "sqlite" else "emptied_postgres_url"))


@pytest.fixture(autouse=True)
def noon(clock: FixedClock, sessions: Sessions, portal: Portal, neighbour: Portal) -> None:
    clock.at = NOON
    with session_scope(sessions) as session:
        for each in (portal, neighbour):
            portals.get(session, each.id).language = "ru"


def ago(days: float) -> datetime:
    return NOON - timedelta(days=days)


def put(sessions: Sessions, portal: Portal, deal: int, steps: list[tuple[Status, float]], **more: Any) -> int:
    """A shipment with this history (status, days ago), oldest first."""
    status, days = steps[-1]
    with session_scope(sessions) as session:
        deals.save(session, portal.id, {deal: {"title": f"Сделка {deal}", "assigned_by": 7}})
        account = portals.connections(session, portal.id)[0]
        row = shipments.create(
            session,
            portal,
            deal,
            1,
            account.id,
            status=status,
            request=more.pop("request", REQUEST),
            now=ago(30),
            **more,
        )
        row.status_at = ago(days)
        _tell(session, row, steps)
        return row.id


def _tell(session: Any, row: Shipment, steps: list[tuple[Status, float]]) -> None:
    events = [
        {"key": f"{status.value}{days}", "code": status.value, "status": status, "at": ago(days)}
        for status, days in steps
    ]
    shipments.add_events(session, row.portal_id, row.id, events)


def moves(sessions: Sessions, shipment_id: int, status: Status, days: float, **more: Any) -> None:
    """The carrier tells something new."""
    with session_scope(sessions) as session:
        row = session.get_one(Shipment, shipment_id)
        shipments.change(session, row, status=status, status_at=ago(days), **more)
        _tell(session, row, [(status, days)])


def history(sessions: Sessions, portal: Portal, days: int = 3, n: int = 8, first: int = 1000) -> None:
    for at in range(n):
        put(sessions, portal, first + at, [(S.CREATED, 21), (S.IN_TRANSIT, 20), (S.DELIVERED, 20 - days)])


def look(sessions: Sessions, clock: FixedClock) -> int:
    return lateness.watch(sessions, clock, LocalWakes())


def transit(sessions: Sessions, shipment_id: int) -> Transit:
    with sessions() as session:
        return session.scalars(select(Transit).where(Transit.shipment_id == shipment_id)).one()


def bells(sessions: Sessions) -> list[str]:
    with sessions() as session:
        return [row.payload["text"] for row in session.scalars(select(OutboxRow).order_by(OutboxRow.id))]


def told(sessions: Sessions, portal: Portal) -> list[str]:
    with sessions() as session:
        return list(session.scalars(select(Message.key).where(Message.portal_id == portal.id)))


@both
def test_a_lane_and_its_days_are_read_from_what_was_sent_and_what_was_told(
    sessions: Sessions, portal: Portal, clock: FixedClock
) -> None:
    one = put(sessions, portal, 1, [(S.CREATED, 6), (S.ACCEPTED_AT_WAREHOUSE, 5), (S.IN_TRANSIT, 4), (S.DELIVERED, 1)])
    assert look(sessions, clock) == 0
    row = transit(sessions, one)
    assert (row.system, row.kind, row.origin, row.to, row.service) == ("cdek", "courier", "MOW", "TA", "parcel")
    assert (row.handed, row.arrived, row.gap) == (TODAY - timedelta(days=5), TODAY - timedelta(days=1), 3)
    assert row.state == TransitState.DONE


@both
def test_a_day_that_the_client_chose_is_the_promise_from_then_on(
    sessions: Sessions, portal: Portal, neighbour: Portal, clock: FixedClock
) -> None:
    """Before the hand-over too; a lateness of before is over, a broken one of their own day is news."""
    history(sessions, portal, days=6)
    look(sessions, clock)
    slow = put(sessions, portal, 1, [(S.IN_TRANSIT, 1)], promised=TODAY + timedelta(days=2))
    early = put(sessions, portal, 2, [(S.CREATED, 1)])
    assert look(sessions, clock) == 1
    day = TODAY + timedelta(days=9)
    with session_scope(sessions) as session:
        transits.agree(session, neighbour.id, slow, TODAY)
        for each in (slow, early):
            transits.agree(session, portal.id, each, day)
    moves(sessions, early, S.IN_TRANSIT, 0, promised=TODAY + timedelta(days=3))
    assert look(sessions, clock) == 0
    for row in (transit(sessions, slow), transit(sessions, early)):
        assert (row.promised, row.by, row.expected, row.risk, row.told) == (day, By.CLIENT, day, Risk.NONE, None)
    clock.at += timedelta(days=10)
    assert look(sessions, clock) == 2
    assert transit(sessions, slow).late_by == 1
    moves(sessions, slow, S.DELIVERED, 0)
    look(sessions, clock)
    with read_scope(sessions) as session:
        assert len(transits.finished(session, portal.id, clock.now().date())) == 8, "it waited: no sample"


def test_a_forecast_comes_from_the_portals_own_parcels_only(
    sessions: Sessions, portal: Portal, neighbour: Portal, clock: FixedClock
) -> None:
    history(sessions, neighbour, days=9)
    mine, theirs = (put(sessions, each, 1, [(S.IN_TRANSIT, 1)]) for each in (portal, neighbour))
    look(sessions, clock)
    clock.at += timedelta(days=1)
    look(sessions, clock)
    assert transit(sessions, mine).expected is None
    assert transit(sessions, theirs).expected == TODAY + timedelta(days=8)


@both
def test_a_lateness_is_told_once_when_it_is_certain(sessions: Sessions, portal: Portal, clock: FixedClock) -> None:
    with session_scope(sessions) as session:
        portal_settings.merge(session, portal.id, **{KEY: MessageRules(on=True).to_json()})
    history(sessions, portal, days=6)
    look(sessions, clock)
    slow = put(sessions, portal, 1, [(S.IN_TRANSIT, 1)], promised=TODAY + timedelta(days=2))
    fine = put(sessions, portal, 2, [(S.IN_TRANSIT, 1)], promised=TODAY + timedelta(days=9))
    assert look(sessions, clock) == 1
    row = transit(sessions, slow)
    assert (row.risk, row.late_by, row.expected) == (Risk.LATE, 3, TODAY + timedelta(days=5))
    assert transit(sessions, fine).risk == Risk.OK
    [bell] = bells(sessions)
    assert f"Посылка {portal.code}-1-1 по сделке «Сделка 1» опоздает: обещали 14.11.2026, ожидаем 17.11.2026" in bell
    assert told(sessions, portal) == [f"ship:{portal.code}-1-1:late"]
    with read_scope(sessions) as session:
        assert many.at_risk(session, portal.id) == (1,)
        assert [each.deal_id for each in promises.at_risk(session, portal.id)] == [1]
        assert promises.counts(session, portal.id) == {Risk.NONE: 0, Risk.OK: 1, Risk.MAYBE: 0, Risk.LATE: 1}
        assert promises.expected(session, portal.id, [slow])[slow] == (row.promised, row.expected)
        [message] = messages.of_deal(session, portal.id, 1)
        assert message.shipment_id == slow
    for days in (0, 1, 5):
        clock.at = NOON + timedelta(days=days)
        assert look(sessions, clock) == 0
    assert len(bells(sessions)) == len(told(sessions, portal)) == 1


def test_without_rules_of_messages_only_the_manager_hears(
    sessions: Sessions, portal: Portal, clock: FixedClock
) -> None:
    put(sessions, portal, 1, [(S.IN_TRANSIT, 9)], promised=TODAY - timedelta(days=1))
    assert look(sessions, clock) == 1
    assert len(bells(sessions)) == 1
    assert told(sessions, portal) == []


def test_an_old_broken_promise_is_no_news(sessions: Sessions, portal: Portal, clock: FixedClock) -> None:
    old = put(sessions, portal, 1, [(S.IN_TRANSIT, 40)], promised=TODAY - timedelta(days=30))
    assert look(sessions, clock) == 0
    assert (transit(sessions, old).risk, bells(sessions)) == (Risk.LATE, [])


@both
def test_the_promise_is_that_of_the_hand_over_and_the_carriers_later_word_breaks_it(
    sessions: Sessions, portal: Portal, clock: FixedClock
) -> None:
    one = put(sessions, portal, 1, [(S.CREATED, 2)], promised=TODAY + timedelta(days=1))
    look(sessions, clock)
    moves(sessions, one, S.ACCEPTED_AT_WAREHOUSE, 1, promised=TODAY + timedelta(days=2))
    look(sessions, clock)
    assert (transit(sessions, one).promised, transit(sessions, one).by) == (TODAY + timedelta(days=2), By.CARRIER)
    moves(sessions, one, S.IN_TRANSIT, 0, promised=TODAY + timedelta(days=6))
    assert look(sessions, clock) == 1
    row = transit(sessions, one)
    assert (row.promised, row.expected, row.late_by) == (TODAY + timedelta(days=2), TODAY + timedelta(days=6), 4)
    moves(sessions, one, S.DELIVERED, 0)
    look(sessions, clock)
    with read_scope(sessions) as session:
        [kept] = promises.of_period(session, portal.id, TODAY, TODAY + timedelta(days=9)).promises
        assert (kept.promised, kept.arrived, kept.late_by) == (TODAY + timedelta(days=2), TODAY, 0)
        assert promises.of_period(session, portal.id, TODAY, TODAY + timedelta(days=1)).promises == ()


def test_a_rate_promises_from_the_hand_over_on(sessions: Sessions, portal: Portal, clock: FixedClock) -> None:
    one = put(sessions, portal, 1, [(S.CREATED, 2)])
    look(sessions, clock)
    assert (transit(sessions, one).promised, transit(sessions, one).state) == (None, TransitState.OPEN)
    with session_scope(sessions) as session:
        session.execute(update(Transit).where(Transit.shipment_id == one).values(days_max=4))
    moves(sessions, one, S.IN_TRANSIT, 1)
    look(sessions, clock)
    assert (transit(sessions, one).promised, transit(sessions, one).by) == (TODAY + timedelta(days=3), By.RATE)


def test_where_it_began_is_what_the_carrier_says_if_nobody_else_does(
    sessions: Sessions, portal: Portal, clock: FixedClock
) -> None:
    nobody = {key: value for key, value in REQUEST.items() if key != "sender"}
    one = put(sessions, portal, 1, [(S.CREATED, 2)], request=nobody)
    look(sessions, clock)
    assert transit(sessions, one).origin == ""
    with session_scope(sessions) as session:
        event = {"key": "k", "code": "3", "status": S.IN_TRANSIT, "at": ago(1), "place": "Пермь"}
        shipments.add_events(session, portal.id, one, [event])
        shipments.change(session, session.get_one(Shipment, one), status=S.IN_TRANSIT, status_at=ago(1))
    look(sessions, clock)
    assert (transit(sessions, one).origin, transit(sessions, one).to) == ("PER", "TA")


@pytest.mark.parametrize("status", [S.CANCELLED, S.REJECTED, S.RETURNING, S.LOST])
def test_what_will_not_arrive_is_not_forecast(
    sessions: Sessions, portal: Portal, clock: FixedClock, status: Status
) -> None:
    one = put(sessions, portal, 1, [(S.CREATED, 3), (status, 1)], promised=TODAY - timedelta(days=1))
    assert look(sessions, clock) == 0
    assert (transit(sessions, one).state, transit(sessions, one).risk) == (TransitState.OVER, "")


@both
def test_shipments_of_before_are_taken_over_piece_by_piece(
    sessions: Sessions, portal: Portal, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lateness, "ADOPTED", 3)
    for deal in range(1, 6):
        put(sessions, portal, deal, [(S.IN_TRANSIT, 3), (S.DELIVERED, 1)])
    with session_scope(sessions) as session:
        session.execute(delete(Transit))
    seen = []
    for _ in range(4):
        look(sessions, clock)
        with sessions() as session:
            seen.append(session.scalar(select(func.count()).where(Transit.state == TransitState.DONE)))
            left = portals.get(session, portal.id).settings[transits.OLDER]
    assert (seen, left) == ([3, 5, 5, 5], 0)


def test_a_crash_while_telling_tells_it_the_next_time(
    sessions: Sessions, portal: Portal, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = put(sessions, portal, 1, [(S.IN_TRANSIT, 9)], promised=TODAY - timedelta(days=1))

    def crash(*_: Any, **__: Any) -> None:
        raise RuntimeError("the power went out")

    with monkeypatch.context() as broken:
        broken.setattr("b24app.store.outbox.add", crash)
        with pytest.raises(RuntimeError, match="power"):
            look(sessions, clock)
    assert (transit(sessions, late).told, bells(sessions)) == (None, [])
    assert look(sessions, clock) == 1
    assert len(bells(sessions)) == 1


@both
def test_many_parcels_are_looked_at_in_as_many_questions_as_few(
    sessions: Sessions, portal: Portal, clock: FixedClock
) -> None:
    history(sessions, portal)
    asked = []
    for first, n in ((100, 5), (200, 40)):
        for deal in range(first, first + n):
            put(sessions, portal, deal, [(S.IN_TRANSIT, 1)])
        with statements(sessions) as said:
            look(sessions, clock)
        asked.append(len(said))
    assert asked[1] <= asked[0]
    with statements(sessions) as said:
        look(sessions, clock)
    assert sum("FROM transit" in each for each in said) == 2  # of each portal what is under way
