"""A parcel of a deal that turns back, or was collected in part, begins a return of its own, and moves it on later; new
goods whose order came to nothing are to be sent again. That is an act in the portal's lane, kept with the news."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from b24app.flows.legs import PICKED
from b24app.flows.returns.effects import Actor
from b24app.flows.snapshot import ShipmentView
from b24app.logistics.status import Incident, Status
from b24app.runners.connection.tasks import Landed
from b24app.store import return_acts
from b24app.store.lanes import LaneRef
from b24app.store.models import GoodsReturn, Shipment
from b24app.store.return_acts import ActKind, Wanted

_BACK = (Status.RETURNING, Status.RETURNED)
_NO_ORDER = (Status.CANCELLED, Status.REJECTED)


def tell(
    session: Session, row: Shipment, was: ShipmentView, system: str, landed: Landed, now: datetime
) -> LaneRef | None:
    """`row` as it is now. The lane to wake after the commit; None = it is no such news, or was told before."""
    news = (row.status, row.incident or "") != (was.status, was.incident)
    if not news or not _matters(session, row):
        return None
    key = f"tracked:{row.number}:{row.status}"
    given = {"shipment": row.id}
    wanted = Wanted(ActKind.TRACKED, key, Actor.SYSTEM, row.deal_id, given=given, source=system)
    return return_acts.ask(session, row.portal_id, wanted, now=now, trace_id=landed.task.trace_id)


def _matters(session: Session, row: Shipment) -> bool:
    """What a warehouse does with its own orders is no return."""
    status = Status(row.status)
    if row.leg == PICKED:
        return False
    if status in _NO_ORDER:
        mine = (GoodsReturn.portal_id == row.portal_id, GoodsReturn.replacement == row.number)
        return session.scalar(select(GoodsReturn.id).where(*mine)) is not None
    return status in _BACK or (status is Status.DELIVERED and row.incident == Incident.PARTIAL)
