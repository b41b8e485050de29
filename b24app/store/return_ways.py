"""Prices of the ways in which goods may travel back: whom a page asks for them, and what came of it.

As with a deal's prices (`store.rates`), an answer belongs to the question that it was asked by, and needs no fence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from b24app.flows.rates import LIFE
from b24app.flows.returns.ways import NO_COURIER, OWN_ONLY, Carrier, Prices, WayOffer, can_ask, offers_of
from b24app.logistics.returning import Return
from b24app.store import inbox, portals, return_sent
from b24app.store.lanes import LaneRef, connection_lane
from b24app.store.models import ConnectionState, InboxKind, ReturnPrices
from b24app.store.sql import locked


class Manifest(Protocol):
    """A system's manifest, as far as it matters here."""

    @property
    def limits(self) -> Mapping[str, Any]: ...

    def gives(self, port: str, settings: Mapping[str, Any]) -> bool: ...


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways that there are, best first. `asking`: prices are still to come. `version` changes whenever they do."""

    offers: tuple[WayOffer, ...]
    asking: bool
    version: str


def carriers(session: Session, portal_id: int, manifests: Mapping[str, Manifest]) -> tuple[Carrier, ...]:
    """The accounts that work and can bring goods back; `manifests` by system."""
    found: list[Carrier] = []
    for row in portals.connections(session, portal_id):
        manifest = manifests.get(row.system)
        if manifest is None or row.state != ConnectionState.READY or not manifest.gives("Returns", row.settings):
            continue
        priced, points = (manifest.gives(port, row.settings) for port in ("Quotes", "PickupPoints"))
        own, collects = manifest.limits.get(OWN_ONLY), not manifest.limits.get(NO_COURIER)
        own_only = not row.settings.get(own) if isinstance(own, str) else bool(own)
        found.append(Carrier(row.id, row.system, row.title, priced, own_only, points, collects))
    return tuple(found)


def warehouses(session: Session, portal_id: int, manifests: Mapping[str, Manifest]) -> tuple[int, ...]:
    """The accounts that work and can expect goods: `able` of `flows.returns.ways.warehouse_of`."""
    return tuple(
        row.id
        for row in portals.connections(session, portal_id)
        if row.state == ConnectionState.READY
        and row.system in manifests
        and manifests[row.system].gives("Receipts", row.settings)
    )


def ask(
    session: Session,
    portal_id: int,
    return_id: int,
    case: Return,
    able: Sequence[Carrier],
    *,
    now: datetime,
    trace_id: str,
    again: bool = False,
) -> list[LaneRef]:
    """Asks those of `able` whose prices are not known, or not fresh (`again`: all). Wake the lanes after the commit."""
    sent = return_sent.of_deal(session, portal_id, case.deal_id)
    known = of_returns(session, portal_id, return_id)
    lanes: list[LaneRef] = []
    for carrier in able:
        before = known.get(carrier.connection_id)
        if not carrier.priced or not can_ask(case, sent, carrier) or (before is not None and before.waits(now)):
            continue
        if before is not None and before.answered_at is not None and now - before.answered_at < LIFE and not again:
            continue
        row = _hold(session, portal_id, return_id, carrier.connection_id, now)
        row.asked_at, row.prices = now, Prices(now).to_json()
        session.flush()
        lane = connection_lane(session, carrier.connection_id)
        key = str(row.id)
        inbox.append(session, lane.id, InboxKind.RETURN_PRICES, key, {}, now=now, trace_id=trace_id, people=True)
        lanes.append(lane)
    return lanes


def _hold(session: Session, portal_id: int, return_id: int, connection_id: int, now: datetime) -> ReturnPrices:
    mine = {"portal_id": portal_id, "return_id": return_id, "connection_id": connection_id}
    first = {"asked_at": now, "prices": Prices(now).to_json()}
    return locked(session, ReturnPrices, mine, first, ["return_id", "connection_id"])[0]


def of_returns(session: Session, portal_id: int, return_id: int) -> dict[int, Prices]:
    """What each account said of a return, by its id."""
    mine = select(ReturnPrices).where(ReturnPrices.portal_id == portal_id, ReturnPrices.return_id == return_id)
    rows = session.scalars(mine, execution_options={"populate_existing": True})
    return {row.connection_id: Prices.from_json(row.prices) for row in rows}


def of_return(
    session: Session, portal_id: int, return_id: int, case: Return, able: Sequence[Carrier], now: datetime
) -> Ways:
    """All ways with what is known of their prices. Nothing is asked by this."""
    sent = return_sent.of_deal(session, portal_id, case.deal_id)
    known = of_returns(session, portal_id, return_id)
    asking = any(known[each.connection_id].waits(now) for each in able if each.connection_id in known)
    marks = [f"{id_}:{each.asked_at.timestamp():.3f}:{bool(each.answered_at)}" for id_, each in sorted(known.items())]
    return Ways(offers_of(case, sent, able, known, now), asking, "|".join([str(asking), *marks]))


def question(session: Session, portal_id: int, connection_id: int, prices_id: int) -> ReturnPrices | None:
    """What an account is asked, if nobody has answered it yet."""
    mine = (ReturnPrices.portal_id == portal_id, ReturnPrices.connection_id == connection_id)
    row = session.scalar(select(ReturnPrices).where(*mine, ReturnPrices.id == prices_id))
    return row if row is not None and Prices.from_json(row.prices).answered_at is None else None


def answered(session: Session, portal_id: int, prices_id: int, prices: Prices) -> None:
    """Keeps the answer to the question of `prices.asked_at`; one to an older question is dropped."""
    mine = select(ReturnPrices).where(ReturnPrices.portal_id == portal_id, ReturnPrices.id == prices_id)
    row = session.scalar(mine.with_for_update().execution_options(populate_existing=True))
    if row is not None and row.asked_at == prices.asked_at:
        row.prices = prices.to_json()
        session.flush()
