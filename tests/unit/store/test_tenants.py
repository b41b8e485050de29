"""A portal's data is reached only through its own id, and all of it goes when it leaves."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from b24app.clock import FixedClock
from b24app.flows.returns.effects import Actor
from b24app.logistics.money import Money
from b24app.logistics.returning import Scan
from b24app.store import (
    calllog,
    deals,
    doors,
    feeds,
    inbox,
    intents,
    jobs,
    lanes,
    outbox,
    portals,
    problems,
    refunds,
    retention,
    return_journal,
    return_photos,
    return_scans,
    returns,
    shipments,
)
from b24app.store.engine import Sessions, session_scope
from b24app.store.models import Base, CallLogRow, ParcelPlanRow, Portal, PortalState, RefundKind, Shipment
from b24app.store.outbox import ToPortal
from b24app.store.refunds import Refund
from b24app.store.return_journal import Moved
from b24app.store.return_photos import Photo
from b24app.wire.log import CallRecord
from tests.unit.flows.returns.given import a_return, counted


def _fill(sessions: Sessions, portal: Portal, clock: FixedClock) -> Shipment:
    now = clock.now()
    with session_scope(sessions) as session:
        account = portals.connections(session, portal.id)[0]
        shipment = shipments.create(session, portal, 7, 1, account.id, status="created", request={}, now=now)
        shipment.remote_id = "r"
        intents.add(session, shipment, "create", {}, now=now, trace_id="t")
        outbox.add(session, portal.id, [ToPortal(7, "comment", f"m{portal.id}", {})], now=now, trace_id="t")
        deals.save(session, portal.id, {7: {"stage": "NEW"}})
        problems.open_problem(session, portal.id, 7, "k", {"code": "x"}, now=now)
        problems.note_unknown_code(session, portal.id, "cdek", "status", "Z", "?", now)
        portals.set_fields(session, portal.id, {"address": "UF"})
        event = {"key": "k", "code": "C", "status": "created", "at": now}
        assert shipments.add_events(session, portal.id, shipment.id, [event, event]) == 1
        lane = lanes.portal_lane(session, portal.id)
        inbox.append(session, lane.id, "deal", "7", {}, now=now, trace_id="t")
        feeds.join(session, account, f"account of {portal.member_id}", now)
        _send_back(session, portal, now)
    sink = calllog.StoredCallLog(sessions, every_s=3600)
    for remote in (f"portal:{portal.member_id}", f"cdek:{account.id}"):
        sink.record(CallRecord(now, "t", remote, "l", "GET", "u", "answered", "", 200, 1.0, 0, 0, False))
    sink.flush()
    return shipment


def _send_back(session: Session, portal: Portal, now: datetime) -> None:
    """A return with a row in each of its tables."""
    turn = returns.take_turn(session, portal, 7)
    case = a_return(number=turn.number, deal_id=7, counted=(counted(1, "1"),))
    kept = returns.begin(session, turn, case, by=1, name="", now=now)
    return_scans.append(session, portal.id, kept.id, [Scan("s", now, row=1, teaches="4601234560999")], now)
    return_photos.keep(session, portal.id, kept.id, Photo("p", "image/jpeg", now), b"jpeg", now)
    moved = Moved(now, Actor.PERSON, None, case.stage, case.stage)
    return_journal.add(session, portal.id, kept.id, moved)
    refund = Refund("r", RefundKind.PAID, Money(1), now)
    refunds.add(session, portal.id, returns.present(session, portal.id, kept.id), refund, now)


def test_nobody_sees_a_neighbours_rows(
    sessions: Sessions, portal: Portal, neighbour: Portal, clock: FixedClock
) -> None:
    mine = _fill(sessions, portal, clock)
    with session_scope(sessions) as session:
        other = neighbour.id
        assert shipments.get(session, portal.id, mine.id) is not None
        assert shipments.get(session, other, mine.id) is None
        assert shipments.by_number(session, other, mine.number) is None
        assert shipments.by_remote_ids(session, other, mine.connection_id, ["r"]) == {}
        assert shipments.of_deals(session, other, [7]) == {7: []}
        assert shipments.events_of(session, other, [mine.id]) == {mine.id: []}
        assert intents.of_shipments(session, other, [mine.id]) == {}
        assert deals.states(session, other, [7]) == {}
        assert problems.open_of_deals(session, other, [7]) == {7: []}
        assert problems.unknown_codes(session, other) == []
        assert portals.connection(session, other, mine.connection_id) is None
        assert portals.field_map(session, other) == {}


def test_an_erased_portal_leaves_nothing_and_its_neighbour_everything(
    sessions: Sessions, portal: Portal, neighbour: Portal, clock: FixedClock
) -> None:
    _fill(sessions, neighbour, clock)
    before = _counts(sessions)
    for _ in range(3):
        _fill_more(sessions, portal, clock)
    _fill(sessions, portal, clock)
    retention.erase_portal(sessions, portal.id, clock.now())
    after = _counts(sessions)
    left = {name: count for name, count in before.items() if name not in {"portal", "lane", "connection", "erasure"}}
    assert {name: after[name] for name in left} == left
    assert (after["portal"], after["connection"], after["lane"], after["erasure"]) == (1, 1, 2, 1)
    assert retention.erase_portal(sessions, portal.id, clock.now()) == 0


def test_every_table_of_a_portal_is_erased_with_it() -> None:
    """A new table with `portal_id` has to be named; what belongs to a portal otherwise is named here."""
    owned = {table.__tablename__ for table in retention.OWNED}
    assert {table.name for table in Base.metadata.sorted_tables if "portal_id" in table.c} == owned
    others = {table.name for table in Base.metadata.sorted_tables} - owned
    shared = {"point_source", "point_class", "point_days", "pickup_point", "point_cell"}  # public, of systems
    feeds = {"feed"}  # an account's, as long as some portal has it
    assert others == {"portal", "inbox", "call_log", "schedule", "erasure", *shared, *feeds}


def test_old_jobs_and_rows_of_lanes_that_are_no_more_are_forgotten(
    sessions: Sessions, portal: Portal, clock: FixedClock
) -> None:
    with session_scope(sessions) as session:
        lane = lanes.portal_lane(session, portal.id)
        jobs.start(session, portal.id, lane, "dry_run", {}, asked_by=1, now=clock.now(), trace_id="t")
        inbox.append(session, 999_999, "deal", "9", {}, now=clock.now(), trace_id="t")
    assert retention.purge(sessions, clock.now(), retention.Keep()) == 1
    clock.advance(3 * 86400 + 1)
    assert retention.purge(sessions, clock.now(), retention.Keep()) == 1


def test_how_parcels_were_laid_is_forgotten_with_the_audit(
    sessions: Sessions, portal: Portal, clock: FixedClock
) -> None:
    with session_scope(sessions) as session:
        session.add(ParcelPlanRow(portal_id=portal.id, deal_id=5, changed_at=clock.now()))
    clock.advance(timedelta(days=30).total_seconds())
    assert retention.purge(sessions, clock.now(), retention.Keep(audit_days=30)) == 0
    clock.advance(1)
    assert retention.purge(sessions, clock.now(), retention.Keep(audit_days=30)) == 1


def test_rows_of_the_log_that_only_name_a_portal_go_too(
    sessions: Sessions, portal: Portal, neighbour: Portal, clock: FixedClock
) -> None:
    """The OAuth servers are everybody's: their rows carry a portal only in what was sent and answered."""
    shared = {"trace_id": "", "label": "app.info", "verb": "POST", "url": "https://oauth.test/rest/app.info", "ms": 1,
              "outcome": "answered", "why": "", "status": 200, "bytes_out": 1, "bytes_in": 1, "people": True,
              "sent": ""}  # fmt: skip
    with session_scope(sessions) as session:
        for name in ("north", "south"):
            portals.by_member(session, name).domain = f"{name}.bitrix24.ru"  # type: ignore[union-attr]
        for got in ('{"member_id": "north"}', '{"domain": "north.bitrix24.ru"}', '{"domain": "south.bitrix24.ru"}'):
            session.add(CallLogRow(at=clock.now(), remote="oauth:oauth.test", got=got, **shared))
    retention.erase_portal(sessions, portal.id, clock.now())
    with sessions() as session:
        assert list(session.scalars(select(CallLogRow.got))) == ['{"domain": "south.bitrix24.ru"}']


def _fill_more(sessions: Sessions, portal: Portal, clock: FixedClock) -> None:
    with session_scope(sessions) as session:
        lane = lanes.portal_lane(session, portal.id)
        inbox.append(session, lane.id, "deal", "9", {}, now=clock.now(), trace_id="t")


def _counts(sessions: Sessions) -> dict[str, int]:
    with session_scope(sessions) as session:
        return {
            name: session.scalar(select(func.count()).select_from(table)) or 0
            for name, table in Base.metadata.tables.items()
        }


def test_retention_keeps_three_days_of_calls_and_waiting_rows_for_ever(
    sessions: Sessions, portal: Portal, clock: FixedClock
) -> None:
    _fill(sessions, portal, clock)
    clock.advance(timedelta(days=3).total_seconds())
    keep = retention.Keep(inbox_days=1, attempts_days=1, call_log_days=3)
    assert retention.purge(sessions, clock.now(), keep) == 0
    clock.advance(1)
    assert retention.purge(sessions, clock.now(), keep) == 2
    with session_scope(sessions) as session:
        assert session.scalar(select(func.count()).select_from(CallLogRow)) == 0


def test_doors_open_only_for_portals_that_are_there(sessions: Sessions, portal: Portal) -> None:
    with session_scope(sessions) as session:
        door = doors.portal_door(session, "north")
        assert door is not None
        assert door.secret == b"t-north"
        assert doors.portal_door(session, "nobody") is None
        portals.set_state(session, portal.id, PortalState.UNINSTALLED)
        assert doors.portal_door(session, "north") is None
