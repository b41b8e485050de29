"""Feeds: which accounts share one, who pulls it, and what it told. A page is saved, for all accounts that share the
feed, in the transaction that keeps its cursor and its receipt; it is confirmed after that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from b24app.logistics.order import OrderState
from b24app.store import inbox, lanes, return_errand_lane, shipments
from b24app.store.lanes import FenceLostError, LaneRef
from b24app.store.models import Connection, FeedRow, InboxKind, Shipment
from b24app.store.sql import changed, chunks, insert_new
from b24app.wire.trace import new_trace_id

#: A feed is looked into this long after an order was made, when it had nothing to tell before.
SOON = timedelta(seconds=60)


def joined(session: Session, connection: Connection, key: str) -> int:
    """The id of the feed that an account is noted to share; 0 when that is another one (other keys were typed in)."""
    row = session.get(FeedRow, connection.feed_id) if connection.feed_id is not None else None
    own = (connection.system, connection.mode, key[:120])
    return row.id if row is not None and (row.system, row.mode, row.key) == own else 0


def join(session: Session, connection: Connection, key: str, now: datetime) -> FeedRow:
    """The feed of an account, and note that the account is one of its own."""
    of = {"system": connection.system, "mode": connection.mode, "key": key[:120]}
    empty = {"cursor": "", "receipt": "", "due_at": now, "held_by": "", "problem": ""}
    row = session.scalars(select(FeedRow).filter_by(**of)).one_or_none()
    if row is None:
        insert_new(session, FeedRow, [{**of, **empty}], list(of))
        row = session.scalars(select(FeedRow).filter_by(**of)).one()
    if connection.feed_id != row.id:
        mine = update(Connection).where(Connection.portal_id == connection.portal_id, Connection.id == connection.id)
        changed(session, mine.values(feed_id=row.id))
    return row


def due_at(session: Session, feed_id: int, now: datetime) -> datetime | None:
    """When the feed wants to be pulled by somebody; what another holds is not due before its time is over."""
    row = session.get(FeedRow, feed_id)
    if row is None:
        return None
    return max(row.due_at, row.held_until) if row.held_until is not None and row.held_until > now else row.due_at


def take(session: Session, feed_id: int, holder: str, now: datetime, until: datetime) -> FeedRow | None:
    """Hold the feed, if it is due and nobody else has it."""
    free = or_(FeedRow.held_until.is_(None), FeedRow.held_until <= now)
    mine = update(FeedRow).where(FeedRow.id == feed_id, FeedRow.due_at <= now, free)
    if not changed(session, mine.values(held_by=holder, held_until=until)):
        return None
    return session.scalars(select(FeedRow).filter_by(id=feed_id).execution_options(populate_existing=True)).one()


def keep(session: Session, feed_id: int, holder: str, **values: object) -> None:
    """Write what the pull came to. Raises FenceLostError when somebody else has taken the feed over."""
    mine = update(FeedRow).where(FeedRow.id == feed_id, FeedRow.held_by == holder)
    if not changed(session, mine.values(**values)):
        raise FenceLostError(f"feed {feed_id} was taken over")


def release(session: Session, feed_id: int, holder: str, due: datetime, problem: str = "") -> None:
    """Let go of it until `due`; nothing if somebody else has it by now."""
    mine = update(FeedRow).where(FeedRow.id == feed_id, FeedRow.held_by == holder)
    changed(session, mine.values(held_by="", held_until=None, due_at=due, problem=problem[:255]))


def hurry(session: Session, feed_id: int, now: datetime) -> None:
    """There is a new order to be told of: a feed that had nothing to watch for is pulled soon."""
    mine = update(FeedRow).where(FeedRow.id == feed_id, FeedRow.due_at > now + SOON)
    changed(session, mine.values(due_at=now + SOON))


def sharers(session: Session, feed_id: int) -> list[Connection]:
    """The accounts whose orders the feed tells of."""
    return list(session.scalars(select(Connection).where(Connection.feed_id == feed_id).order_by(Connection.id)))


def watched(session: Session, feed_id: int) -> list[str]:
    """Tracking numbers of all their orders that are under way."""
    found: list[str] = []
    for account in sharers(session, feed_id):
        wanted = select(Shipment.tracking_number).where(
            Shipment.portal_id == account.portal_id,
            Shipment.connection_id == account.id,
            Shipment.closed.is_(False),
            Shipment.tracking_number != "",
        )
        found += [number for number in session.scalars(wanted.order_by(Shipment.id)) if number]
    return list(dict.fromkeys(found))


def tell(
    session: Session, feed_id: int, states: Sequence[OrderState], read_again: Sequence[str], now: datetime
) -> tuple[set[LaneRef], int]:
    """Hand what is new of `states` to the accounts whose orders they are, one row an order. Returns the lanes to wake
    after the commit, and how many of the states are nobody's."""
    wake: set[LaneRef] = set()
    left = list(states)
    for account in sharers(session, feed_id):
        mine, left = _mine(session, account, left)
        hinted = shipments.by_remote_ids(session, account.portal_id, account.id, read_again)
        shipments.poll_now(session, account.portal_id, sorted(row.id for row in hinted.values()), now)
        names = [
            *read_again,
            *(name for state in left for name in (state.remote_id, state.number, state.tracking_number)),
        ]
        back = return_errand_lane.look_now(session, account.portal_id, account.id, names, now)
        left = [each for each in left if not back & {each.remote_id, each.number, each.tracking_number}]
        news = _news(session, account, mine)
        if news or hinted or back:
            lane = lanes.connection_lane(session, account.id)
            inbox.append_many(session, lane.id, InboxKind.FEED, news, now=now)
            wake.add(lane)
    return wake, len(left)


def _mine(
    session: Session, account: Connection, states: Sequence[OrderState]
) -> tuple[list[tuple[Shipment, OrderState]], list[OrderState]]:
    """Which are this account's, by their id, our number, or their tracking number."""
    by_id = shipments.by_remote_ids(
        session, account.portal_id, account.id, [s.remote_id for s in states if s.remote_id]
    )
    names = sorted({name for state in states for name in (state.number, state.tracking_number) if name})
    by_name: dict[str, Shipment] = {}
    for some in chunks(names):
        wanted = select(Shipment).where(
            Shipment.portal_id == account.portal_id,
            Shipment.connection_id == account.id,
            or_(Shipment.number.in_(some), Shipment.tracking_number.in_(some)),
        )
        for row in session.scalars(wanted):
            by_name |= {name: row for name in (row.number, row.tracking_number) if name}
    mine: list[tuple[Shipment, OrderState]] = []
    left: list[OrderState] = []
    for state in states:
        found = by_id.get(state.remote_id) or by_name.get(state.number) or by_name.get(state.tracking_number)
        if found is None:
            left.append(state)
        else:
            mine.append((found, state))
    return mine, left


def _news(
    session: Session, account: Connection, mine: Sequence[tuple[Shipment, OrderState]]
) -> Mapping[str, Mapping[str, object]]:
    """Rows for what is not known yet: systems tell whole histories again and again."""
    known = shipments.events_of(session, account.portal_id, [row.id for row, _ in mine])
    rows: dict[str, Mapping[str, object]] = {}
    for row, state in mine:
        seen = {event.key for event in known.get(row.id, ())}
        fresh = [event.to_json() for event in state.events if event.key not in seen]
        if fresh or (state.tracking_number and state.tracking_number != row.tracking_number):
            rows[new_trace_id()] = {"shipment": row.id, "state": {**state.to_json(), "events": fresh}}
    return rows


def only_of(session: Session, portal_id: int) -> list[int]:
    """Feeds that nobody but this portal has: they go when it goes."""
    mine = select(Connection.feed_id).where(Connection.portal_id == portal_id, Connection.feed_id.is_not(None))
    others = select(Connection.feed_id).where(Connection.portal_id != portal_id, Connection.feed_id.is_not(None))
    return sorted({*session.scalars(mine)} - {*session.scalars(others)} - {None})
