"""What reports count of shipments: prices quoted, booked and billed, from the deal's move to the number.

Written in the transaction of what is told; a shipment from before these tables has a row as soon as something is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from b24app.flows.costs import BilledBy, Costs, Price, compared, quoted, system_bills
from b24app.flows.rates import Choice
from b24app.flows.simulate import Priced
from b24app.logistics.model import ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.ports import Quote
from b24app.logistics.status import Status
from b24app.store.models import DealRates, Rate, Shipment, ShipmentFigures
from b24app.store.sql import changed, chunks, insert_new, locked


@dataclass
class Said:
    """What was said of one deal's price before it was shipped: a person's choice, offers by account."""

    choice: Choice | None = None
    offers: dict[int, tuple[tuple[Quote, ...], datetime | None]] = field(default_factory=dict)

    def of(self, connection_id: int, service: str) -> Price | None:
        """What this account's service was to cost."""
        offers, at = self.offers.get(connection_id, ((), None))
        return quoted(connection_id, service, self.choice, offers, at)


def said_of_deals(session: Session, portal_id: int, deal_ids: Sequence[int]) -> dict[int, Said]:
    """Two questions; every asked deal is a key."""
    found = {deal_id: Said() for deal_id in deal_ids}
    for some in chunks(list(found)):
        chosen = (DealRates.portal_id == portal_id, DealRates.deal_id.in_(some), DealRates.chosen_id.is_not(None))
        for deal_id, choice in session.execute(select(DealRates.deal_id, DealRates.choice).where(*chosen)):
            found[deal_id].choice = Choice.from_json(choice)
        told = (Rate.portal_id == portal_id, Rate.deal_id.in_(some), Rate.priced_at.is_not(None))
        columns = (Rate.deal_id, Rate.connection_id, Rate.priced, Rate.priced_at)
        for deal_id, connection_id, priced, at in session.execute(select(*columns).where(*told)):
            found[deal_id].offers[connection_id] = (Priced.from_json(priced).offers if priced else (), at)
    return found


def begin(
    session: Session, shipment: Shipment, request: ShipmentRequest, said: Said | None, moved_at: datetime | None
) -> None:
    """A shipment was made, or is sent anew: what it is to cost by what was `said` of its deal (None = that was of other
    goods too), and the move that shipped it."""
    price = said.of(shipment.connection_id, request.service_code) if said is not None else None
    row = _row(session, shipment)
    row.moved_at, row.told_g, row.connection_id = moved_at, request.weight_g, shipment.connection_id
    row.quoted, row.quoted_currency = (price.money.minor, price.money.currency) if price else (None, "")
    row.quoted_at, row.quoted_by = (price.at, price.by) if price else (None, "")


def go_on(session: Session, before: Shipment, again: Shipment) -> None:
    """`again` takes the place of `before`, which came to nothing: what was said holds for it."""
    was = _row(session, before)
    row = _row(session, again)
    row.moved_at, row.told_g = was.moved_at, was.told_g
    row.quoted, row.quoted_currency = was.quoted, was.quoted_currency
    row.quoted_at, row.quoted_by = was.quoted_at, was.quoted_by
    was.moved_at = None


@dataclass(frozen=True, slots=True)
class Heard:
    """What an answer tells of an order: its state, whether it has a number now, what it costs, its weight (0 = it does
    not say)."""

    status: Status
    numbered: bool = False
    price: Money | None = None
    weighed_g: int = 0


def hear(session: Session, row: Shipment, heard: Heard, now: datetime) -> None:
    """Keep what is news. `row` is the shipment as it was before; nothing is read or written when nothing is news."""
    values: dict[str, Any] = {}
    if heard.numbered and not (row.order_number or row.tracking_number) and heard.status is not Status.REJECTED:
        values["numbered_at"] = now
    before = Money(row.price_minor, row.currency or "RUB") if row.price_minor is not None else None
    if before is None and heard.price is not None:
        values |= {"booked": heard.price.minor, "booked_currency": heard.price.currency, "booked_at": now}
        values |= {"told_g": heard.weighed_g} if heard.weighed_g else {}
    if heard.price is None and heard.weighed_g:
        # A feed tells it once, on the way, without what it costs: the bill is compared with it later.
        values["weighed_g"] = heard.weighed_g
    if values:
        _write(session, row, values)
    billed = system_bills(Status(row.status), heard.status, before, heard.price)
    if billed is not None and before is not None:
        _system_bills(session, row, before, billed, heard.weighed_g, now)


def _write(session: Session, shipment: Shipment, values: Mapping[str, Any]) -> None:
    mine = update(ShipmentFigures).where(
        ShipmentFigures.portal_id == shipment.portal_id, ShipmentFigures.shipment_id == shipment.id
    )
    if not changed(session, mine.values(**values)):
        insert_new(session, ShipmentFigures, [{**_first(shipment), **_mine(shipment), **values}], ["shipment_id"])


def _system_bills(
    session: Session, shipment: Shipment, before: Money, billed: Money, weighed_g: int, now: datetime
) -> None:
    row = _row(session, shipment)
    if row.booked is None:  # from before there were figures
        row.booked, row.booked_currency = before.minor, before.currency
        row.booked_at = shipment.accepted_at or shipment.created_at
    row.weighed_g = weighed_g or row.weighed_g
    if row.billed_by != BilledBy.INVOICE:
        _bill(row, billed, BilledBy.SYSTEM, now)


def invoice(
    session: Session, shipment: Shipment, billed: Money, now: datetime, weighed_g: int = 0, extra: str = ""
) -> None:
    """A carrier's invoice names the shipment."""
    row = _row(session, shipment)
    row.weighed_g, row.extra = weighed_g or row.weighed_g, extra[:160]
    _bill(row, billed, BilledBy.INVOICE, now)


def _bill(row: ShipmentFigures, billed: Money, by: BilledBy, now: datetime) -> None:
    row.billed, row.billed_currency, row.billed_at, row.billed_by = billed.minor, billed.currency, now, by
    found = compared(costs_of(row))
    row.over, row.reason = (found.over, found.reason) if found else (None, "")


def of_shipments(session: Session, portal_id: int, ids: Iterable[int]) -> dict[int, Costs]:
    """What is known of each; shipments of which nothing is are missing."""
    found: dict[int, Costs] = {}
    for some in chunks(sorted(set(ids))):
        mine = (ShipmentFigures.portal_id == portal_id, ShipmentFigures.shipment_id.in_(some))
        for row in session.scalars(select(ShipmentFigures).where(*mine)):
            costs = costs_of(row)
            if not costs.is_empty:
                found[row.shipment_id] = costs
    return found


def costs_of(row: ShipmentFigures) -> Costs:
    return Costs(
        quoted=_price(row.quoted, row.quoted_currency, row.quoted_at, row.quoted_by),
        booked=_price(row.booked, row.booked_currency, row.booked_at, ""),
        billed=_price(row.billed, row.billed_currency, row.billed_at, row.billed_by),
        told_g=row.told_g,
        weighed_g=row.weighed_g,
        extra=row.extra,
    )


def _price(minor: int | None, currency: str, at: datetime | None, by: str) -> Price | None:
    return Price(Money(minor, currency), at, by) if minor is not None and at is not None else None


def _mine(shipment: Shipment) -> dict[str, Any]:
    return {"portal_id": shipment.portal_id, "shipment_id": shipment.id}


def _first(shipment: Shipment) -> dict[str, Any]:
    texts = ("quoted_currency", "quoted_by", "booked_currency", "billed_currency", "billed_by", "extra", "reason")
    weights = {"told_g": 0, "weighed_g": 0}
    return {"connection_id": shipment.connection_id, **dict.fromkeys(texts, ""), **weights}


def _row(session: Session, shipment: Shipment) -> ShipmentFigures:
    return locked(session, ShipmentFigures, _mine(shipment), _first(shipment), ["shipment_id"])[0]
