"""What a message to a client may say, gathered from the store as it is now: for whoever sends it and whoever previews
it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from sqlalchemy.orm import Session

from b24app.flows.brand import Brand
from b24app.flows.messages.facts import MessageFacts, PointFacts
from b24app.flows.messages.moments import Moment
from b24app.flows.messages.opening import hours_words
from b24app.logistics.model import ShipmentRequest
from b24app.logistics.points import PickupPoint
from b24app.logistics.returning import ReturnStage
from b24app.logistics.status import Status
from b24app.store import points_found, portals, promises, return_errands, return_journal, returns, shipments
from b24app.store.models import ErrandKind, Portal, Shipment
from b24app.store.returns import Kept
from b24app.words import say

#: Moments at which a parcel lies at its point.
_AT_POINT = (Moment.READY, Moment.STORAGE)


class Links(Protocol):
    """Addresses of the portal's pages for clients (`frames.client_links`), by shipment; "" = it has none."""

    def track(self, shipment_id: int) -> str: ...

    def stop(self, shipment_id: int) -> str: ...

    def back(self, shipment_id: int) -> str: ...


@dataclass(frozen=True)
class Subject:
    """What is told of: a shipment of the deal, or a return and the shipment that its goods came with."""

    shipment: Shipment | None = None
    kept: Kept | None = None
    request: ShipmentRequest | None = None
    point: PickupPoint | None = None
    system: str = ""

    @property
    def regions(self) -> tuple[str, ...]:
        """Where it goes, best first (`flows.messages.zones`)."""
        address = self.request.address if self.request else None
        names = (self.point.region if self.point else "", (address.region or "") if address else "")
        return tuple(name for name in names if name)

    @property
    def towns(self) -> tuple[str, ...]:
        address = self.request.address if self.request else None
        return (*((self.point.city,) if self.point else ()), *(address.city_names if address else ()))

    @property
    def country(self) -> str:
        address = self.request.address if self.request else None
        return address.country if address else "RU"


def subject_of(
    session: Session, portal_id: int, deal_id: int, shipment_id: int | None, return_id: int | None
) -> Subject | None:
    """None = what it was about is gone. Of a return: the deal's newest shipment to the client."""
    kept = returns.get(session, portal_id, return_id) if return_id else None
    if return_id and kept is None:
        return None
    row = shipments.get(session, portal_id, shipment_id) if shipment_id else None
    if row is None and shipment_id:
        return None
    if row is None:
        own = [each for each in shipments.of_deals(session, portal_id, [deal_id])[deal_id] if not each.picking]
        row = own[-1] if own else None
    if row is None:
        return Subject(kept=kept) if kept is not None else None
    request = _request(row)
    connection = portals.connection(session, portal_id, row.connection_id)
    code = row.point_code or (request.point_code if request is not None else None) or ""
    place = (connection.system, connection.mode) if connection is not None else ("", "")
    point = points_found.listed(session, {place}, code).get(place) if code and connection is not None else None
    if point is None and code:
        point = PickupPoint(code, "", "", "")
    return Subject(row, kept, request, point, connection.system if connection is not None else "")


def facts_of(
    session: Session,
    portal: Portal,
    moment: Moment,
    subject: Subject,
    lang: str,
    links: Links,
    carrier: Callable[[str, str], str],
) -> MessageFacts:
    """`carrier` names a system for clients, in a language."""
    brand = Brand.of(portal.settings or {}, portal.domain)
    row, request, kept = subject.shipment, subject.request, subject.kept
    if row is None:
        facts = MessageFacts(brand)
    else:
        promised, expected = promises.expected(session, portal.id, [row.id]).get(row.id, (None, None))
        facts = MessageFacts(
            brand,
            name=request.recipient.name if request else "",
            order=(request.reference if request else "") or _numbered(row.deal_id, lang),
            number=row.tracking_number or row.order_number or row.number,
            carrier=carrier(subject.system, lang),
            link=links.track(row.id) or row.tracking_url or "",
            stop_link=links.stop(row.id),
            point=_point(subject, lang),
            keep_until=row.keep_until if row.status == Status.READY_FOR_PICKUP else None,
            code=(row.pickup_code or "") if moment in _AT_POINT else "",
            cod=request.cod if request else None,
            promised=promised or row.promised,
            # A day that was broken is not repeated as if it still held.
            expected=expected or (row.promised if moment is not Moment.LATE else None),
            address=request.address.text if request and request.address else "",
            reason=say(f"incident.{row.incident}", lang) if row.incident and moment is Moment.FAILED else "",
            return_link=links.back(row.id),
        )
    return _of_return(session, portal.id, facts, kept, moment, lang) if kept is not None else facts


def _request(row: Shipment) -> ShipmentRequest | None:
    """None for a request that an older release wrote, or that no key opens."""
    try:
        return ShipmentRequest.from_json(row.request)
    except (KeyError, TypeError, ValueError):
        return None


def _point(subject: Subject, lang: str) -> PointFacts | None:
    found = subject.point
    if found is None:
        return None
    return PointFacts(
        found.code, found.name, found.address, hours_words(found.hours, lang), found.phone, found.lat, found.lon
    )


def _numbered(deal_id: int, lang: str) -> str:
    return f"№ {deal_id}" if lang == "ru" else str(deal_id)


def _of_return(
    session: Session, portal_id: int, facts: MessageFacts, kept: Kept, moment: Moment, lang: str
) -> MessageFacts:
    case = kept.case
    owed = case.refunded if moment is Moment.RETURN_REFUNDED else None
    if owed is None and case.settled is not None and case.is_paid:
        owed = case.settled.owed
    facts = replace(
        facts,
        name=facts.name or (kept.client.name if kept.client else ""),
        order=facts.order or _numbered(case.deal_id, lang),
        return_number=case.number,
        owed=owed,
        keep_until=None,
    )
    if moment is Moment.RETURN_REFUSED:
        return replace(facts, reason=_why_not(session, portal_id, kept.id))
    if moment is not Moment.RETURN_LABEL:
        return facts
    code = kept.way.point_code if kept.way is not None else ""
    return replace(facts, number=label_code(session, portal_id, kept.id), point=PointFacts(code) if code else None)


def label_code(session: Session, portal_id: int, return_id: int) -> str:
    """Under which number the client hands the goods over; "" = the carrier gave none (yet)."""
    for each in return_errands.of_returns(session, portal_id, [return_id])[return_id]:
        if each.kind is ErrandKind.COLLECTION and each.is_open and (each.order_number or each.tracking_number):
            return each.order_number or each.tracking_number
    return ""


def _why_not(session: Session, portal_id: int, return_id: int) -> str:
    """What whoever refused it wrote for the client."""
    moves = return_journal.of_return(session, portal_id, return_id)
    return next((each.why for each in reversed(moves) if each.stands is ReturnStage.REFUSED and each.why), "")
