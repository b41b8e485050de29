"""What a clerk's phone has to know: the returns that may come, one of them whole, and whose a code may be.

Of the client there is the name alone: no telephone, no address (docs/returns.md)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from b24app.flows.returns.quantities import Room, rooms_of
from b24app.logistics.returning import Return, ReturnStage, Scan
from b24app.store import (
    product_barcodes,
    return_acts,
    return_basis,
    return_journal,
    return_photos,
    return_scans,
    returns,
    returns_rows,
)
from b24app.store.models import ActState, CodeKind, DealState, GoodsReturn, ReturnCode, Shipment
from b24app.store.return_acts import Act, ActKind
from b24app.store.return_photos import Photo
from b24app.store.returns import Client, Kept
from b24app.store.returns_found import plain
from b24app.store.sql import chunks
from b24app.store.strays import SOURCE

#: Stages in which goods may be on their way, or lie before the clerk.
COMING = (
    ReturnStage.REQUESTED,
    ReturnStage.APPROVED,
    ReturnStage.COLLECTION_BOOKED,
    ReturnStage.IN_TRANSIT,
    ReturnStage.RECEIVED,
)
#: Counted returns stay in the list so long: a clerk may come back to one.
_COUNTED_LATELY = timedelta(hours=24)
MOST = 150
_FOUND = 5


@dataclass(frozen=True, slots=True)
class Expected:
    """A return that may come, or was counted of late. `codes`: its number, tracking numbers, barcodes."""

    id: int
    version: int
    case: Return
    client: str
    changed_at: datetime
    codes: tuple[tuple[CodeKind, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Whole:
    """One return as the phone counts it. `manager`: who will see what is missing, "" = nobody in particular.
    `finished_at`: when it was counted last. `acts` of clerks, newest first."""

    expected: Expected
    scans: tuple[Scan, ...]
    photos: tuple[Photo, ...]
    acts: tuple[Act, ...]
    manager: str
    finished_at: datetime | None

    @property
    def waits(self) -> str:
        """What a clerk asked of it and is not carried out yet: "finish", "reopen", "" = nothing. That the box is here
        keeps nobody waiting."""
        kinds = {act.wanted.kind for act in self.acts if act.state is ActState.WAITING}
        if ActKind.COUNT in kinds:
            return "finish"
        return "reopen" if kinds and self.expected.case.stage is ReturnStage.INSPECTED else ""


@dataclass(frozen=True, slots=True)
class Guess:
    """A deal that a parcel may belong to, by a number on the box. `rooms`: its goods that may still come back, () =
    the deal was not read yet."""

    deal_id: int
    title: str
    client: str
    number: str
    rooms: tuple[Room, ...] = ()


def expected(session: Session, portal_id: int, now: datetime) -> list[Expected]:
    """Those that lie here first, then those that come, the latest first."""
    lately = (GoodsReturn.stage == ReturnStage.INSPECTED) & (GoodsReturn.changed_at > now - _COUNTED_LATELY)
    wanted = select(GoodsReturn).where(GoodsReturn.portal_id == portal_id, or_(GoodsReturn.stage.in_(COMING), lately))
    order = (GoodsReturn.stage == ReturnStage.RECEIVED).desc(), GoodsReturn.changed_at.desc(), GoodsReturn.id.desc()
    rows = session.scalars(wanted.order_by(*order).limit(MOST), execution_options=returns_rows.ANEW).all()
    kept = returns_rows.cases(session, portal_id, rows)
    cases = dict(zip(kept, product_barcodes.told(session, portal_id, list(kept.values())), strict=True))
    codes = _codes(session, portal_id, list(cases))
    return [
        Expected(row.id, row.version, cases[row.id], _client(row), row.changed_at, tuple(codes.get(row.id, ())))
        for row in rows
    ]


def list_version(session: Session, portal_id: int, now: datetime) -> str:
    """Changes with the list; two figures of one query. What merely grows old changes it hourly."""
    mine = select(func.count(), func.max(GoodsReturn.changed_at), func.sum(GoodsReturn.version))
    count, last, versions = session.execute(mine.where(GoodsReturn.portal_id == portal_id)).one()
    return _hash(count, last, versions, now.strftime("%Y%m%d%H"))


def whole(session: Session, portal_id: int, return_id: int) -> Whole | None:
    kept = returns.get(session, portal_id, return_id)
    if kept is None:
        return None
    acts = return_acts.latest(session, portal_id, return_id=return_id)
    moves = return_journal.of_return(session, portal_id, return_id)
    done = [each.at for each in moves if each.stands is ReturnStage.INSPECTED and each.was is not ReturnStage.INSPECTED]
    return Whole(
        expected=_of(session, portal_id, kept),
        scans=return_scans.of_return(session, portal_id, return_id),
        photos=return_photos.of_return(session, portal_id, return_id),
        acts=tuple(act for act in acts if act.wanted.source == SOURCE),
        manager=kept.created_name if kept.created_by else "",
        finished_at=done[-1] if done else None,
    )


def found(session: Session, portal_id: int, codes: Sequence[str]) -> list[Expected]:
    """Returns of any stage that one of these codes names; those under way first."""
    known: dict[int, Kept] = {}
    for code in codes:
        for kept in returns.search(session, portal_id, code, _FOUND):
            known.setdefault(kept.id, kept)
    return [_of(session, portal_id, kept) for kept in known.values()]


def guesses(session: Session, portal_id: int, codes: Sequence[str]) -> list[Guess]:
    """Deals whose shipments have one of these numbers: ours, the order's, the tracking number."""
    texts = [code for code in dict.fromkeys(plain(each) for each in codes) if code]
    numbers = (Shipment.number, Shipment.order_number, Shipment.tracking_number)
    named = or_(*(func.upper(column).in_(texts) for column in numbers))
    mine = select(Shipment).where(Shipment.portal_id == portal_id, named).order_by(Shipment.id.desc()).limit(_FOUND)
    deals: dict[int, Shipment] = {}
    for row in session.scalars(mine):
        deals.setdefault(row.deal_id, row)
    return [_guess(session, portal_id, row) for row in deals.values()]


def is_ours(session: Session, portal_id: int, deal_id: int) -> bool:
    """Whether the portal has shipped something of this deal."""
    mine = select(Shipment.id).where(Shipment.portal_id == portal_id, Shipment.deal_id == deal_id).limit(1)
    return session.scalar(mine) is not None


def _guess(session: Session, portal_id: int, row: Shipment) -> Guess:
    titled = select(DealState.title).where(DealState.portal_id == portal_id, DealState.deal_id == row.deal_id)
    basis = return_basis.of_deals(session, portal_id, [row.deal_id]).get(row.deal_id)
    others = [kept.case for kept in returns.of_deals(session, portal_id, [row.deal_id])[row.deal_id]]
    rooms = rooms_of(basis.sold, others).values() if basis else ()
    name = basis.client if basis else str((row.request or {}).get("recipient", {}).get("name") or "")
    number = row.order_number or row.tracking_number or row.number
    left = tuple(room for room in rooms if room.left > 0)
    return Guess(row.deal_id, session.scalar(titled) or "", name, number, left)


def _of(session: Session, portal_id: int, kept: Kept) -> Expected:
    codes = _codes(session, portal_id, [kept.id]).get(kept.id, [])
    client = kept.client.name if kept.client else ""
    [case] = product_barcodes.told(session, portal_id, [kept.case])
    return Expected(kept.id, kept.version, case, client, kept.changed_at, tuple(codes))


def _client(row: GoodsReturn) -> str:
    return Client.from_json(row.client).name if row.client else ""


def _codes(session: Session, portal_id: int, ids: Sequence[int]) -> dict[int, list[tuple[CodeKind, str]]]:
    by_id: dict[int, list[tuple[CodeKind, str]]] = {}
    for some in chunks(ids):
        mine = select(ReturnCode).where(ReturnCode.portal_id == portal_id, ReturnCode.return_id.in_(some))
        for row in session.scalars(mine.order_by(ReturnCode.id)):
            by_id.setdefault(row.return_id, []).append((CodeKind(row.kind), row.code))
    return by_id


def _hash(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]
