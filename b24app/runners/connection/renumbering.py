"""Our number is taken at a system although no order of ours is there: the same request leaves under the next one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from b24app.logistics.model import ShipmentRequest
from b24app.logistics.status import Status
from b24app.runners.connection.tasks import CREATE, Landed
from b24app.store import costs, intents, shipments
from b24app.store.lanes import LaneRef
from b24app.store.models import Portal, Shipment


def next_number(session: Session, portal: Portal, landed: Landed, row: Shipment, now: datetime) -> LaneRef:
    """A shipment like `row` with the deal's next n, and its call; the lane to wake after the commit."""
    n = max(known.n for known in shipments.of_deals(session, portal.id, [row.deal_id])[row.deal_id]) + 1
    number = f"{portal.code}-{row.deal_id}-{n}"
    request = replace(ShipmentRequest.from_json(row.request), number=number).to_json()
    again = shipments.create(
        session,
        portal,
        row.deal_id,
        n,
        row.connection_id,
        status=Status.DRAFT,
        request=request,
        now=now,
        input_hash=row.input_hash,
        trigger_history_id=row.trigger_history_id,
        point_code=row.point_code,
        portion=row.portion,
        leg=row.leg,
        follows=row.follows,
        picking=row.picking,
    )
    costs.go_on(session, row, again)
    people, trace = landed.task.people, landed.task.trace_id
    return intents.add(session, again, CREATE, request, now=now, trace_id=trace, people=people)
