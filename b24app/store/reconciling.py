"""What the reconciliation found, minus what was settled since: deals without a shipment, shipments without a deal,
orders nobody here made, prices that changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from b24app.store import audit, deals, portal_settings, problems, shipments
from b24app.store.audit import Act, Change
from b24app.store.models import (
    AuditRow,
    ForeignOrder,
    InboxRow,
    InboxState,
    Lane,
    LaneKind,
    Pipeline,
    Portal,
    PortalState,
    Shipment,
)
from b24app.store.sql import changed, chunks, insert_new

#: Job and key of the portal's settings.
KIND = KEY = "reconcile"
CHECKED_OFF, PRICE_CHANGED = Act.CHECKED_OFF.value, Act.PRICE_CHANGED.value
#: Rows of each kind that are kept and shown at most.
SHOWN = 200
#: Foreign orders kept of one account: a busy shop may share its account with other programs.
FOREIGN_MOST = 500
PRICES_OF = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Missing:
    """A deal that stands where it should have been shipped, and was not."""

    deal_id: int
    title: str
    stage: str
    category: int
    moved_at: datetime


@dataclass(frozen=True, slots=True)
class PriceChange:
    """What the carrier said first and what it says now, in minor units."""

    shipment_id: int
    deal_id: int
    number: str
    first: int
    now: int
    currency: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Findings:
    """`at` None: never looked. `more`: there were more deals than one look reads."""

    at: datetime | None
    read: int
    more: bool
    missing: tuple[Missing, ...]
    orphans: tuple[Shipment, ...]
    foreign: tuple[ForeignOrder, ...]
    prices: tuple[PriceChange, ...]

    @property
    def count(self) -> int:
        return len(self.missing) + len(self.orphans) + len(self.foreign) + len(self.prices)


def keep(
    session: Session,
    portal_id: int,
    found: Sequence[Missing],
    orphans: Sequence[int],
    now: datetime,
    read: int,
    more: bool,
) -> None:
    """Store the result of a look, and the deals it found so that they have names."""
    rows = [
        {"deal": each.deal_id, "stage": each.stage, "category": each.category, "moved": each.moved_at.isoformat()}
        for each in found[:SHOWN]
    ]
    result = {"at": now.isoformat(), "read": read, "more": more, "missing": rows, "orphans": list(orphans)[:SHOWN]}
    portal_settings.merge(session, portal_id, **{KEY: result})
    known = {
        each.deal_id: {"title": each.title[:255], "stage": each.stage, "category": each.category}
        for each in found[:SHOWN]
    }
    deals.save(session, portal_id, known)


def findings(session: Session, portal_id: int, now: datetime) -> Findings:
    """The last look's result as it stands now, and what needs no look."""
    settings = session.scalars(select(Portal.settings).where(Portal.id == portal_id)).one()
    last: Mapping[str, Any] = settings.get(KEY, {})
    return Findings(
        at=datetime.fromisoformat(last["at"]) if last else None,
        read=last.get("read", 0),
        more=last.get("more", False),
        missing=tuple(_missing(session, portal_id, last.get("missing", ()))),
        orphans=tuple(_orphans(session, portal_id, last.get("orphans", ()))),
        foreign=tuple(foreign(session, portal_id)),
        prices=tuple(prices(session, portal_id, now)),
    )


def open_findings(session: Session, portal_id: int, now: datetime) -> int:
    """How many findings nobody has settled: for the health page."""
    return findings(session, portal_id, now).count


def missing_count(session: Session, portal_id: int, now: datetime) -> int:
    """How many deals still lack a shipment."""
    return len(findings(session, portal_id, now).missing)


def explained(session: Session, portal_id: int, moved: Mapping[int, datetime | None]) -> set[int]:
    """Deals for which there is a shipment, an open problem, a place in a person's list, a row on its way, or somebody's
    word (given after the deal's last move) that all is well."""
    ids = sorted(moved)
    owned = {deal_id for deal_id, rows in shipments.of_deals(session, portal_id, ids).items() if rows}
    troubled = {deal_id for deal_id, rows in problems.open_of_orders(session, portal_id, ids).items() if rows}
    listed = {
        deal_id for deal_id, row in deals.states(session, portal_id, ids).items() if row.waits_for_person or row.gone
    }
    off = {
        deal_id
        for deal_id, at in _checked_off(session, portal_id, "missing", ids).items()
        if (moved.get(deal_id) or at) <= at
    }
    return owned | troubled | listed | off | _under_way(session, portal_id, ids)


def _under_way(session: Session, portal_id: int, ids: Sequence[int]) -> set[int]:
    lanes = list(session.scalars(select(Lane.id).where(Lane.kind == LaneKind.PORTAL, Lane.owner_id == portal_id)))
    found: set[int] = set()
    for some in chunks(list(ids)):
        query = select(InboxRow.key).where(
            InboxRow.lane_id.in_(lanes),
            InboxRow.state == InboxState.NEW,
            InboxRow.key.in_([str(each) for each in some]),
        )
        found |= {int(key) for key in session.scalars(query)}
    return found


def _missing(session: Session, portal_id: int, rows: Iterable[Mapping[str, Any]]) -> list[Missing]:
    moved = {row["deal"]: datetime.fromisoformat(row["moved"]) for row in rows}
    settled = explained(session, portal_id, dict(moved))
    known = deals.states(session, portal_id, sorted(moved))
    return [
        Missing(row["deal"], _title(known, row["deal"]), row["stage"], row["category"], moved[row["deal"]])
        for row in rows
        if row["deal"] not in settled
    ]


def _title(known: Mapping[int, Any], deal_id: int) -> str:
    return known[deal_id].title if deal_id in known else ""


def _orphans(session: Session, portal_id: int, ids: Sequence[int]) -> list[Shipment]:
    rows = shipments.by_ids(session, portal_id, ids).values()
    off = _checked_off_shipments(session, portal_id, "orphan")
    return sorted((row for row in rows if not row.closed and row.id not in off), key=lambda row: row.id)


def live(session: Session, portal_id: int, after: int, limit: int) -> list[Shipment]:
    """Shipments that are still followed, by id."""
    mine = (Shipment.portal_id == portal_id, Shipment.closed.is_(False), Shipment.id > after)
    return list(session.scalars(select(Shipment).where(*mine).order_by(Shipment.id).limit(limit)))


# --- orders we do not know -------------------------------------------------------------------------------------------


def note_foreign(
    session: Session, portal_id: int, connection_id: int, orders: Mapping[str, str], now: datetime
) -> None:
    """Keep orders (the carrier's id -> number) that an account's callbacks named and that are not ours."""
    mine = (ForeignOrder.portal_id == portal_id, ForeignOrder.connection_id == connection_id)
    for some in chunks(sorted(orders)):
        again = update(ForeignOrder).where(*mine, ForeignOrder.remote_id.in_(some))
        changed(session, again.values(seen=ForeignOrder.seen + 1, last_seen_at=now))
    room = FOREIGN_MOST - (session.scalar(select(func.count()).select_from(ForeignOrder).where(*mine)) or 0)
    rows = [
        {
            "portal_id": portal_id,
            "connection_id": connection_id,
            "remote_id": remote_id[:64],
            "number": number[:64],
            "seen": 1,
            "first_seen_at": now,
            "last_seen_at": now,
            "dismissed": False,
        }
        for remote_id, number in sorted(orders.items())
    ]
    insert_new(session, ForeignOrder, rows[: max(0, room)], ["connection_id", "remote_id"])


def foreign(session: Session, portal_id: int) -> list[ForeignOrder]:
    """Those that are not ours by now either, newest first: a callback may be quicker than the answer that named it."""
    query = select(ForeignOrder).where(ForeignOrder.portal_id == portal_id, ForeignOrder.dismissed.is_(False))
    rows = list(session.scalars(query.order_by(ForeignOrder.last_seen_at.desc(), ForeignOrder.id).limit(SHOWN)))
    ours: set[tuple[int, str]] = set()
    for connection_id in {row.connection_id for row in rows}:
        wanted = [row.remote_id for row in rows if row.connection_id == connection_id]
        known = shipments.by_remote_ids(session, portal_id, connection_id, wanted)
        ours |= {(connection_id, remote_id) for remote_id in known}
    numbers = select(Shipment.number).where(
        Shipment.portal_id == portal_id, Shipment.number.in_([row.number for row in rows if row.number])
    )
    mine = set(session.scalars(numbers))
    return [row for row in rows if (row.connection_id, row.remote_id) not in ours and row.number not in mine]


def dismiss_foreign(session: Session, portal_id: int, order_id: int) -> bool:
    mine = update(ForeignOrder).where(ForeignOrder.portal_id == portal_id, ForeignOrder.id == order_id)
    return changed(session, mine.where(ForeignOrder.dismissed.is_(False)).values(dismissed=True)) > 0


# --- prices ----------------------------------------------------------------------------------------------------------


def note_price(session: Session, row: Shipment, minor: int, currency: str, now: datetime) -> None:
    """The carrier names another price than before."""
    detail = {"shipment": row.id, "number": row.number, "from": row.price_minor, "to": minor, "currency": currency}
    changes = (Change("price_minor", row.price_minor, minor),)
    audit.write(session, row.portal_id, Act.PRICE_CHANGED, now, deal_id=row.deal_id, changes=changes, detail=detail)


def prices(session: Session, portal_id: int, now: datetime) -> list[PriceChange]:
    """Changes of the last month, first price against the last one, one row a shipment, the largest first."""
    query = select(AuditRow).where(
        AuditRow.portal_id == portal_id, AuditRow.at >= now - PRICES_OF, AuditRow.action == PRICE_CHANGED
    )
    found: dict[int, PriceChange] = {}
    for row in session.scalars(query.order_by(AuditRow.id)):
        id_, told = int(row.detail["shipment"]), row.detail
        first = found[id_].first if id_ in found else int(told["from"])
        found[id_] = PriceChange(
            id_, row.deal_id or 0, told["number"], first, int(told["to"]), told["currency"], row.at
        )
    off = _checked_off_shipments(session, portal_id, "price")
    fresh = [row for row in found.values() if row.shipment_id not in off or off[row.shipment_id] < row.at]
    kept = [row for row in fresh if row.first != row.now]
    return sorted(kept, key=lambda row: -abs(row.now - row.first))[:SHOWN]


# --- what a person settled -------------------------------------------------------------------------------------------


def _checked_off(session: Session, portal_id: int, what: str, deal_ids: Sequence[int]) -> dict[int, datetime]:
    """Deal -> when somebody last said that its finding is fine."""
    found: dict[int, datetime] = {}
    for some in chunks(list(deal_ids)):
        query = select(AuditRow).where(
            AuditRow.portal_id == portal_id, AuditRow.deal_id.in_(some), AuditRow.action == CHECKED_OFF
        )
        for row in session.scalars(query.order_by(AuditRow.id)):
            if row.detail.get("what") == what and row.deal_id is not None:
                found[row.deal_id] = row.at
    return found


def _checked_off_shipments(session: Session, portal_id: int, what: str) -> dict[int, datetime]:
    query = select(AuditRow).where(AuditRow.portal_id == portal_id, AuditRow.action == CHECKED_OFF)
    rows = session.scalars(query.order_by(AuditRow.id.desc()).limit(1000))
    found: dict[int, datetime] = {}
    for row in rows:
        if row.detail.get("what") == what and row.detail.get("shipment"):
            found.setdefault(int(row.detail["shipment"]), row.at)
    return found


def due_nightly(session: Session, before: datetime) -> list[int]:
    """Working portals with a pipeline that is on, whose last look was before a moment or never."""
    on = select(Pipeline.portal_id).where(Pipeline.enabled.is_(True))
    rows = session.execute(
        select(Portal.id, Portal.settings).where(Portal.state == PortalState.ACTIVE, Portal.id.in_(on))
    )
    return [id_ for id_, settings in rows if not settings.get(KEY) or settings[KEY]["at"] < before.isoformat()]
