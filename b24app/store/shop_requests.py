"""Deliveries that the portal's store asked for: one row a shipment of its order, whatever is repeated."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from b24app.flows.shop import ShopRules, Wish
from b24app.logistics.status import Status
from b24app.store import inbox, outbox, shipments
from b24app.store.lanes import LaneRef, portal_lane
from b24app.store.models import InboxKind, Portal, Shipment, ShopRequest, ShopState
from b24app.store.outbox import ToPortal
from b24app.store.sql import locked

#: Kind of the outbox rows that tell the store how a delivery is.
NEWS = "shop_news"
#: The store asked for these, and is told of them; those beside were found with their deals.
_ASKED = (ShopState.ASKED, ShopState.MAKING, ShopState.SHIPPING, ShopState.LINKED)
#: Of an order without a deal, these wait for one.
DEALLESS = (ShopState.ASKED, ShopState.MAKING)
_LIVE = (*_ASKED, ShopState.FOUND)


@dataclass(frozen=True, slots=True)
class Asked:
    """One shipment of the store's order that is to be delivered."""

    sale_id: int
    order_id: int
    delivery_id: int
    wish: Wish


def get(session: Session, portal_id: int, request_id: int) -> ShopRequest | None:
    return session.scalar(select(ShopRequest).where(ShopRequest.portal_id == portal_id, ShopRequest.id == request_id))


def of_sales(session: Session, portal_id: int, sale_ids: Collection[int]) -> dict[int, ShopRequest]:
    """What is known of these shipments of the store, by their number there."""
    wanted = select(ShopRequest).where(ShopRequest.portal_id == portal_id, ShopRequest.sale_id.in_(sale_ids))
    return {row.sale_id: row for row in session.scalars(wanted)}


def of_number(session: Session, portal_id: int, number: str) -> list[ShopRequest]:
    """All that go by this number: one parcel may carry several shipments of the store."""
    wanted = select(ShopRequest).where(ShopRequest.portal_id == portal_id, ShopRequest.number == number)
    return list(session.scalars(wanted.order_by(ShopRequest.id)))


def without_deal(session: Session, portal_id: int, order_id: int) -> list[ShopRequest]:
    """Requests of this order that wait for its deal."""
    mine = (ShopRequest.portal_id == portal_id, ShopRequest.order_id == order_id, ShopRequest.deal_id == 0)
    wanted = select(ShopRequest).where(*mine, ShopRequest.state.in_(DEALLESS))
    return list(session.scalars(wanted.order_by(ShopRequest.id)))


def live_of_deals(session: Session, portal_id: int, deal_ids: Collection[int]) -> dict[int, list[ShopRequest]]:
    """Open requests by deal, and deliveries found with them; deals without any are no key."""
    mine = (ShopRequest.portal_id == portal_id, ShopRequest.deal_id.in_(deal_ids))
    found: dict[int, list[ShopRequest]] = {}
    for row in session.scalars(select(ShopRequest).where(*mine, ShopRequest.state.in_(_LIVE)).order_by(ShopRequest.id)):
        found.setdefault(row.deal_id, []).append(row)
    return found


def speaking(rows: Sequence[Shipment]) -> Shipment | None:
    """The shipment of a deal that a store's delivery is: the newest that is under way or arrived; else there is
    none."""
    by_id = {row.id: row for row in rows}
    fit = [each for each in shipments.pieces(rows) if each.status.is_live or each.status is Status.DELIVERED]
    newest = max(fit, key=lambda each: each.n, default=None)
    return by_id[newest.id] if newest is not None else None


def take(session: Session, portal: Portal, deal_id: int, asked: Sequence[Asked], now: datetime, trace: str) -> str:
    """Keeps what the store asks for and has the portal's lane look at it; returns the number by which the store knows
    it: that of the deal's shipment, or the one that its next shipment gets. The same asked again is the same. `deal_id`
    0 = the order has none yet: then the number is one of its own."""
    owned = shipments.of_deals(session, portal.id, [deal_id])[deal_id] if deal_id else []
    carrier = speaking(owned)
    promised = max((row.n for row in owned), default=0) + 1
    number = carrier.number if carrier is not None else f"{portal.code}-{deal_id}-{promised}"
    if not deal_id:
        number = f"{portal.code}-S{min(each.sale_id for each in asked)}"
    lane = portal_lane(session, portal.id)
    for each in sorted(asked, key=lambda one: one.sale_id):
        first = {
            "order_id": each.order_id,
            "delivery_id": each.delivery_id,
            "deal_id": deal_id,
            "number": number,
            "state": ShopState.ASKED,
            "problem": None,
            "told": "",
            "version": 0,
            "wish": each.wish.to_json(),
            "created_at": now,
            "changed_at": now,
        }
        mine = {"portal_id": portal.id, "sale_id": each.sale_id}
        row, fresh = locked(session, ShopRequest, mine, first)
        if not fresh and row.state in _ASKED:
            number = row.number
        elif not fresh:  # it was cancelled, its parcel came back, or its deal ships already: this is another wish
            for name, value in first.items():
                if name not in ("version", "created_at"):
                    setattr(row, name, value)
            row.shipment_id = None
        inbox.append(session, lane.id, InboxKind.SHOP, str(row.id), {}, now=now, trace_id=trace, people=True)
    return number


def keep_found(session: Session, portal_id: int, deal_id: int, found: Asked, now: datetime) -> None:
    """What the order says of a delivery that nobody asked for in the store: the deal's shipment is made of it. Of one
    that was asked for, only what is to be collected was not known."""
    first = {
        "order_id": found.order_id,
        "delivery_id": found.delivery_id,
        "deal_id": deal_id,
        "number": "",
        "state": ShopState.FOUND,
        "wish": found.wish.to_json(),
        "shipment_id": None,
        "changed_at": now,
    }
    mine = {"portal_id": portal_id, "sale_id": found.sale_id}
    row, fresh = locked(session, ShopRequest, mine, {**first, "told": "", "version": 0, "created_at": now})
    if fresh:
        return
    if row.state in (ShopState.FOUND, ShopState.OVER):
        for name, value in first.items():
            setattr(row, name, value)
        row.told = ""
    elif row.wish:
        row.wish = replace(Wish.from_json(row.wish), cod=found.wish.cod).to_json()
    session.flush()


def call_off(session: Session, portal_id: int, rows: Sequence[ShopRequest], now: datetime, trace: str) -> LaneRef:
    """The store wants these no more. Wake the lane after the commit."""
    lane = portal_lane(session, portal_id)
    for row in rows:
        row.state, row.changed_at = ShopState.CANCELLING, now
        inbox.append(session, lane.id, InboxKind.SHOP, str(row.id), {}, now=now, trace_id=trace, people=True)
    return lane


def link(row: ShopRequest, shipment: Shipment, now: datetime) -> None:
    """This shipment carries it; what the store did not ask for stays so. What the buyer said is kept until it is over:
    an order that its carrier refused is made once more of the same."""
    row.shipment_id, row.changed_at = shipment.id, now
    if row.state != ShopState.FOUND:
        row.state = ShopState.LINKED


def news(session: Session, portal: Portal, deal_ids: Iterable[int], now: datetime, trace: str) -> LaneRef | None:
    """Something changed in these deals: their deliveries are told to the store, if it has any. Wake the lane after the
    commit."""
    wanted = sorted(set(deal_ids))
    if not wanted or not ShopRules.of(portal.settings).on:
        return None
    rows = [row for found in live_of_deals(session, portal.id, wanted).values() for row in found]
    return tell(session, portal.id, rows, now, trace)


def tell(session: Session, portal_id: int, rows: Sequence[ShopRequest], now: datetime, trace: str) -> LaneRef | None:
    """One outbox row for each: what it says is worked out when it leaves."""
    things = []
    session.flush()
    for row in rows:
        # Counted by the database: two lanes that tell at once must not have one marker, or the later one is lost.
        mine = update(ShopRequest).where(ShopRequest.portal_id == portal_id, ShopRequest.id == row.id)
        counted = mine.values(version=ShopRequest.version + 1).returning(ShopRequest.version)
        version = session.execute(counted, execution_options={"synchronize_session": False}).scalar_one()
        set_committed_value(row, "version", version)
        marker = f"{NEWS}:{row.id}:{version}"
        things.append(ToPortal(row.deal_id, NEWS, marker, {"request": row.id}, row.shipment_id))
    return outbox.add(session, portal_id, things, now=now, trace_id=trace) if things else None
