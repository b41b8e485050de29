"""What a person asked for in the tab besides shipping: cancel, look again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from b24app.flows.legs import may_be_called_off
from b24app.logistics.status import Status
from b24app.runners.portal.asking import deal_id_of
from b24app.runners.portal.context import Run
from b24app.store import inbox, intents, shipments, shop_requests
from b24app.store.engine import session_scope
from b24app.store.inbox import Claimed
from b24app.store.lanes import LaneRef, ask, connection_lane
from b24app.store.models import InboxKind, IntentState, Shipment
from b24app.wire.trace import current_trace

KINDS = (InboxKind.CANCEL, InboxKind.REFRESH)
CANCEL = "cancel"


def do(run: Run) -> bool:
    """Serve the wishes that are due; False when there are none."""
    now = run.services.clock.now()
    wake: set[LaneRef] = set()
    with session_scope(run.services.sessions) as session:
        rows = run.slice.claim_inbox(session, KINDS)
        if not rows:
            return False
        owned = shipments.of_deals(session, run.portal.id, [deal_id_of(row) for row in rows])
        for row in rows:
            wake |= _serve(run, session, row, owned)
        lane = shop_requests.news(session, run.portal, owned, now, current_trace())
        wake |= {lane} if lane is not None else set()
        inbox.close(session, run.slice, [row_id for row in rows for row_id in row.ids], now)
    if wake:
        with session_scope(run.services.sessions) as session:
            for lane in sorted(wake):
                ask(session, lane.id, now)
    for lane in wake:
        run.services.waker.wake(lane)
    return True


def _serve(run: Run, session: Session, row: Claimed, owned: Mapping[int, Sequence[Shipment]]) -> set[LaneRef]:
    live = [one for one in owned[deal_id_of(row)] if Status(one.status).is_live]
    if not live:
        return set()
    return _cancel(run, session, row, live) if row.kind == InboxKind.CANCEL else _refresh(run, session, live)


def _refresh(run: Run, session: Session, live: Sequence[Shipment]) -> set[LaneRef]:
    """Orders are read again now; dead or waiting calls are tried again now."""
    now = run.services.clock.now()
    shipments.poll_now(session, run.portal.id, [one.id for one in live if one.remote_id], now)
    for calls in intents.of_shipments(session, run.portal.id, [one.id for one in live]).values():
        for intent in calls:
            if intent.state in (IntentState.DEAD, IntentState.WAITING):
                intents.revive(session, run.portal.id, intent.id, now)
    return {connection_lane(session, one.connection_id) for one in live}


def _cancel(run: Run, session: Session, row: Claimed, live: Sequence[Shipment]) -> set[LaneRef]:
    """The newest order; of a chain the carrier's leg first, and the warehouse's after it: what a carrier comes for must
    not be put back on the shelf."""
    shipment = live[-1]
    behind = next((one for one in live if shipment.follows and one.id == shipment.follows), None)
    if behind is not None and not may_be_called_off(Status(behind.status)):
        behind = None
    asked = _call_off(run, session, row, shipment, behind)
    if behind is not None and shipment.status == Status.CANCELLED:  # nothing of it had left
        asked |= _call_off(run, session, row, behind, None)
    return asked


def _call_off(run: Run, session: Session, row: Claimed, shipment: Shipment, behind: Shipment | None) -> set[LaneRef]:
    now = run.services.clock.now()
    if not shipment.sent and intents.withdraw(session, run.portal.id, shipment.id, now):
        shipments.change(
            session,
            shipment,
            status=Status.CANCELLED,
            status_at=now,
            closed=True,
            closed_reason="by_person",
            next_poll_at=None,
        )
        return set()
    if _under_way(session, run, shipment):
        return set()
    payload = {intents.ALONG: behind.id} if behind is not None else {}
    intents.add(session, shipment, CANCEL, payload, now=now, trace_id=row.trace_id, people=True)
    return {connection_lane(session, shipment.connection_id)}


def _under_way(session: Session, run: Run, shipment: Shipment) -> bool:
    """One cancellation at a time: a second press changes nothing."""
    mine = intents.of_shipments(session, run.portal.id, [shipment.id], (CANCEL,)).get(shipment.id, [])
    open_states = (IntentState.WAITING, IntentState.SENDING, IntentState.UNCERTAIN, IntentState.ACCEPTED)
    return any(intent.state in open_states for intent in mine)
