"""The shipments of a deal as its returns ask about them (`flows.returns.requests.Sent`)."""

from __future__ import annotations

from sqlalchemy.orm import Session

from b24app.flows.legs import PICKED
from b24app.flows.returns.requests import Sent
from b24app.logistics.model import ShipmentRequest
from b24app.logistics.status import Status
from b24app.store import shipments
from b24app.store.models import Shipment


def of_deal(session: Session, portal_id: int, deal_id: int) -> tuple[Sent, ...]:
    """Oldest first, both legs of a chain."""
    return tuple(sent(row) for row in shipments.of_deals(session, portal_id, [deal_id])[deal_id])


def sent(row: Shipment) -> Sent:
    return Sent(
        number=row.number,
        connection_id=row.connection_id,
        request=ShipmentRequest.from_json(row.request),
        status=Status(row.status),
        remote_id=row.remote_id or "",
        tracking_number=row.tracking_number or row.order_number or "",
        picked=row.leg == PICKED,
    )
