"""Between which regions shipments go and how long their rate takes: read once for each from what was sent, which is
personal and encrypted; kept is only what is not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from b24app.flows.forecast import Lane
from b24app.flows.rates import Choice
from b24app.flows.simulate import Priced
from b24app.logistics.addresses import read_address
from b24app.logistics.model import Sender, ShipmentRequest
from b24app.logistics.points import PickupPoint
from b24app.logistics.ports import Quote
from b24app.logistics.regions import region_of, region_of_place
from b24app.store import origins
from b24app.store.models import Connection, DealRates, PointRow, PointSource, Rate, Shipment
from b24app.store.origins import Senders
from b24app.store.sql import chunks

#: Settings of an account that say where its parcels start (`systems.kit.senders`).
_ADDRESS, _OFFICE = "sender_address", "shipment_point"


@dataclass(frozen=True, slots=True)
class Sent:
    """`days_max`: what the rate said that was chosen, or would have been; None = nobody had asked."""

    lane: Lane
    service: str
    days_max: int | None = None


def read(session: Session, portal_id: int, shipment_ids: Sequence[int]) -> dict[int, Sent]:
    """Of shipments whose request can still be read."""
    found: dict[int, Sent] = {}
    places = Places(session, portal_id)
    for some in chunks(list(shipment_ids), 100):
        query = select(Shipment.id, Shipment.deal_id, Shipment.connection_id, Shipment.request).where(
            Shipment.portal_id == portal_id, Shipment.id.in_(some)
        )
        rows = [row for row in session.execute(query) if row.request]
        requests = {row.id: ShipmentRequest.from_json(row.request) for row in rows}
        quotes = _quotes(session, portal_id, [row.deal_id for row in rows])
        places.learn([(row.connection_id, code) for row in rows if (code := requests[row.id].point_code)])
        for row in rows:
            request = requests[row.id]
            lane = places.lane(row.connection_id, request)
            quote = quotes.get((row.deal_id, row.connection_id), {}).get(request.service_code)
            found[row.id] = Sent(lane, request.service_code[:80], quote.days_max if quote else None)
    return found


class Places:
    """Regions of the portal's senders and of pickup points, each asked for once."""

    def __init__(self, session: Session, portal_id: int) -> None:
        self._session = session
        query = select(Connection).where(Connection.portal_id == portal_id)
        self._accounts = {row.id: row for row in session.scalars(query)}
        self._senders: Senders = origins.senders(session, portal_id)
        self._points: dict[tuple[str, str, str], str] = {}
        self._origins: dict[int, str] = {}

    def lane(self, connection_id: int, request: ShipmentRequest) -> Lane:
        account = self._accounts[connection_id]
        to = self.point(connection_id, request.point_code) if request.point_code else region_of(request.address)
        origin = _of_sender(request.sender) or self.origin(connection_id)
        return Lane(account.system, request.kind.value, origin, to)

    def origin(self, connection_id: int) -> str:
        """Where parcels of this account start, "" = nobody said so."""
        if connection_id not in self._origins:
            account = self._accounts[connection_id]
            settings: Mapping[str, Any] = account.settings or {}
            office, address = str(settings.get(_OFFICE) or ""), str(settings.get(_ADDRESS) or "")
            if office:
                self.learn([(connection_id, office)])
            self._origins[connection_id] = (
                (self.point(connection_id, office) if office else "")
                or _of_sender(self._senders.of(connection_id))
                or (region_of(read_address(address)) if address else "")
            )
        return self._origins[connection_id]

    def point(self, connection_id: int, code: str) -> str:
        account = self._accounts[connection_id]
        return self._points.get((account.system, account.mode, code), "")

    def learn(self, wanted: Sequence[tuple[int, str]]) -> None:
        """Looks up points by account and code."""
        groups: dict[tuple[str, str], set[str]] = {}
        for connection_id, code in wanted:
            account = self._accounts[connection_id]
            if (account.system, account.mode, code) not in self._points:
                groups.setdefault((account.system, account.mode), set()).add(code)
        for (system, mode), codes in groups.items():
            query = (
                select(PointRow.code, PointRow.details)
                .join(PointSource, PointSource.id == PointRow.source_id)
                .where(PointSource.system == system, PointSource.mode == mode, PointRow.code.in_(sorted(codes)))
            )
            self._points |= dict.fromkeys(((system, mode, code) for code in codes), "")
            for code, details in self._session.execute(query):
                point = PickupPoint.from_json(details)
                region = region_of_place(point.city, point.region, point.postal_code, point.address)
                self._points[system, mode, code] = region


def _of_sender(sender: Sender | None) -> str:
    return region_of(sender.address) if sender is not None else ""


def _quotes(session: Session, portal_id: int, deal_ids: Sequence[int]) -> dict[tuple[int, int], dict[str, Quote]]:
    """By deal and account: what was quoted for each service; what a person chose counts more than what came later."""
    found: dict[tuple[int, int], dict[str, Quote]] = {}
    mine = (Rate.portal_id == portal_id, Rate.deal_id.in_(list(deal_ids)))
    for deal_id, account, priced in session.execute(select(Rate.deal_id, Rate.connection_id, Rate.priced).where(*mine)):
        offers = Priced.from_json(priced).offers if priced else ()
        found[deal_id, account] = {each.service_code: each for each in offers}
    chosen = select(DealRates.deal_id, DealRates.choice).where(
        DealRates.portal_id == portal_id, DealRates.deal_id.in_(list(deal_ids)), DealRates.chosen_id.is_not(None)
    )
    for deal_id, kept in session.execute(chosen):
        choice = Choice.from_json(kept) if kept else None
        if choice is not None and choice.quote is not None:
            found.setdefault((deal_id, choice.connection_id), {})[choice.service] = choice.quote
    return found
