"""Managers are warned of a parcel that nobody collects: each step once, from its hour on, while it lies."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select, update

from b24app.clock import FixedClock
from b24app.flows.automation import KEY as AUTOMATION
from b24app.flows.automation import Automation
from b24app.flows.messages import rules as messages_rules
from b24app.flows.messages.rules import MessageRules
from b24app.flows.returns.rules import KEY, ReturnRules
from b24app.flows.returns.storage import StorageRules
from b24app.lanes.wake import LocalWakes
from b24app.logistics.status import Status
from b24app.runners import unclaimed
from b24app.store import deals, portal_settings, portals, shipments, triggers
from b24app.store.engine import Sessions, session_scope
from b24app.store.faces import many
from b24app.store.models import Message, OutboxRow, Portal, PortalState, Shipment

MOSCOW = ZoneInfo("Europe/Moscow")
ENDS = datetime(2026, 11, 20, 18, 30, tzinfo=MOSCOW)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=MOSCOW).astimezone(UTC)


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(f"{request.param}_database_url"))


@pytest.fixture
def lies(sessions: Sessions, portal: Portal, clock: FixedClock) -> int:
    """A parcel at a point, kept until the 20th; its id."""
    with session_scope(sessions) as session:
        portals.get(session, portal.id).language = "ru"
        deals.save(session, portal.id, {501: {"title": "Северцева, плед", "assigned_by": 7}})
        account = portals.connections(session, portal.id)[0]
        row = shipments.create(
            session, portal, 501, 1, account.id, status=Status.READY_FOR_PICKUP, request={}, now=at(13, 9),
            keep_until=ENDS, order_number="1573840216",
        )  # fmt: skip
        return row.id


def warned(sessions: Sessions, clock: FixedClock, when: datetime) -> list[str]:
    """What was queued by the look at `when`, as the bell will show it."""
    clock.at = when
    with sessions() as session:
        seen = session.scalar(select(func.count()).select_from(OutboxRow)) or 0
    unclaimed.warn(sessions, clock, LocalWakes())
    with sessions() as session:
        rows = session.scalars(select(OutboxRow).order_by(OutboxRow.id)).all()[seen:]
        assert all((row.deal_id, row.payload["user_id"]) == (501, 7) for row in rows)
        return [row.payload["text"] for row in rows]


def change(sessions: Sessions, shipment_id: int, **values: Any) -> None:
    with session_scope(sessions) as session:
        session.execute(update(Shipment).where(Shipment.id == shipment_id).values(**values))


def test_each_step_is_told_once_from_its_hour_on(sessions: Sessions, lies: int, clock: FixedClock) -> None:
    assert warned(sessions, clock, at(18, 12)) == []
    assert warned(sessions, clock, at(19, 9, 59)) == []
    [first] = warned(sessions, clock, at(19, 10))
    assert first == (
        "Посылку 1573840216 по сделке «Северцева, плед» не забирают: завтра, 20.11.2026, последний день "
        "бесплатного хранения. Позвоните клиенту. [URL=/crm/deal/details/501/]№ 501[/URL]"
    )
    assert [warned(sessions, clock, at(19, hour)) for hour in (10, 11, 23)] == [[], [], []]
    assert warned(sessions, clock, at(20, 9, 59)) == []
    [last] = warned(sessions, clock, at(20, 10))
    assert "сегодня последний день" in last
    assert [warned(sessions, clock, at(day, 12)) for day in (20, 21, 22, 30)] == [[], [], [], []]


def test_after_a_pause_the_manager_hears_how_it_is_now(sessions: Sessions, lies: int, clock: FixedClock) -> None:
    [late] = warned(sessions, clock, at(21, 12))
    assert "бесплатное хранение кончилось 20.11.2026" in late
    assert warned(sessions, clock, at(22, 12)) == []


def test_an_old_end_is_nobodys_business(sessions: Sessions, lies: int, clock: FixedClock) -> None:
    assert warned(sessions, clock, at(20, 19) + unclaimed.OVER) == []


@pytest.mark.parametrize(
    "values",
    [{"status": Status.RETURNING}, {"status": Status.DELIVERED}, {"keep_until": None}, {"closed": True}],
    ids=["turns back", "collected", "nobody said how long", "not followed"],
)
def test_only_a_parcel_that_lies_and_has_an_end(
    sessions: Sessions, lies: int, clock: FixedClock, values: dict[str, Any]
) -> None:
    change(sessions, lies, **values)
    assert warned(sessions, clock, at(20, 12)) == []


def test_storage_that_was_prolonged_is_counted_down_anew(sessions: Sessions, lies: int, clock: FixedClock) -> None:
    assert len(warned(sessions, clock, at(20, 12))) == 1
    change(sessions, lies, keep_until=ENDS + timedelta(days=3))
    assert warned(sessions, clock, at(21, 12)) == []
    [again] = warned(sessions, clock, at(22, 12))
    assert "завтра, 23.11.2026" in again


def test_a_portal_that_cannot_be_told_is_told_later(
    sessions: Sessions, portal: Portal, lies: int, clock: FixedClock
) -> None:
    with session_scope(sessions) as session:
        portals.set_state(session, portal.id, PortalState.BLOCKED, "no licence")
    assert warned(sessions, clock, at(19, 12)) == []
    with session_scope(sessions) as session:
        portals.set_state(session, portal.id, PortalState.ACTIVE)
    assert len(warned(sessions, clock, at(19, 13))) == 1


def test_a_deal_without_anybody_or_deleted_tells_nobody(
    sessions: Sessions, portal: Portal, lies: int, clock: FixedClock
) -> None:
    with session_scope(sessions) as session:
        deals.save(session, portal.id, {501: {"gone": True}})
    assert warned(sessions, clock, at(19, 12)) == []
    with session_scope(sessions) as session:
        deals.save(session, portal.id, {501: {"gone": False, "assigned_by": None}})
    assert warned(sessions, clock, at(19, 12)) == []


def test_the_list_finds_parcels_at_points_the_most_urgent_first(
    sessions: Sessions, portal: Portal, lies: int, clock: FixedClock
) -> None:
    with session_scope(sessions) as session:
        account = portals.connections(session, portal.id)[0]
        for deal, status, keep_until in (
            (502, Status.READY_FOR_PICKUP, None),
            (503, Status.READY_FOR_PICKUP, ENDS - timedelta(days=1)),
            (504, Status.RETURNING, ENDS),
        ):
            shipments.create(
                session, portal, deal, 1, account.id, status=status, request={}, now=clock.now(), keep_until=keep_until
            )
    with sessions() as session:
        assert many.at_points(session, portal.id) == (503, 501, 502)


def test_a_portals_own_steps_hold(sessions: Sessions, portal: Portal, lies: int, clock: FixedClock) -> None:
    rules = ReturnRules(storage=StorageRules(warn_days=(5,), hour=8))
    with session_scope(sessions) as session:
        portal_settings.merge(session, portal.id, **{KEY: rules.to_json()})
    assert warned(sessions, clock, at(15, 7, 59)) == []
    [early] = warned(sessions, clock, at(15, 8))
    assert "20.11.2026" in early
    assert [warned(sessions, clock, at(day, 12)) for day in (19, 20)] == [[], []]


def test_the_portals_automation_hears_a_day_before_once(
    sessions: Sessions, lies: int, portal: Portal, clock: FixedClock
) -> None:
    def fired() -> list[Any]:
        unclaimed.warn(sessions, clock, LocalWakes())
        with sessions() as session:
            rows = session.scalars(select(OutboxRow).where(OutboxRow.kind == triggers.KIND))
            return [(row.deal_id, row.payload["code"]) for row in rows]

    clock.at = at(19, 9)
    assert fired() == []
    with session_scope(sessions) as session:
        portal_settings.merge(session, portal.id, **{AUTOMATION: Automation(("storage",)).to_json()})
    clock.at = at(18, 23)
    assert fired() == []
    for hour in (0, 9, 23):
        clock.at = at(19, hour)
        assert fired() == [(501, "waybill.storage")]


def test_clients_are_reminded_where_the_portal_sends_messages(
    sessions: Sessions, portal: Portal, clock: FixedClock, lies: int
) -> None:
    """Three days and one day before the end, each once; nobody is where it does not."""

    def noted(when: datetime) -> list[str]:
        warned(sessions, clock, when)
        with sessions() as session:
            return list(session.scalars(select(Message.key).order_by(Message.id)))

    assert noted(at(17, 10, 1)) == []
    with session_scope(sessions) as session:
        portal_settings.merge(session, portal.id, **{messages_rules.KEY: MessageRules(on=True).to_json()})
    first = noted(at(17, 11))
    assert len(first) == 1
    assert noted(at(18, 12)) == first
    assert len(noted(at(19, 10, 1))) == 2
    assert len(noted(at(20, 12))) == 2
