"""What an answer about one leg of a chain means for the other, saved in one transaction: nothing is lost between."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from b24app.flows import picked, taken_back
from b24app.flows.decisions import Advance
from b24app.flows.following import follow
from b24app.flows.legs import PICKED, beside
from b24app.flows.picking import Picking, is_ready, learnt
from b24app.flows.snapshot import PipelineConfig, ShipmentView
from b24app.flows.track import advance
from b24app.logistics.order import OrderState
from b24app.logistics.status import Status
from b24app.runners.connection import changing, telling
from b24app.runners.connection.account import Account
from b24app.runners.connection.tasks import CREATE, Landed
from b24app.store import inbox, intents
from b24app.store.lanes import LaneRef, portal_lane
from b24app.store.models import InboxKind, Shipment
from b24app.systems.plugin import Manifest, SystemPlugin
from b24app.words import language_of

#: A `Manifest.kind`.
WAREHOUSE = "warehouse"


def advanced(
    view: ShipmentView,
    others: Sequence[ShipmentView],
    state: OrderState,
    pipeline: PipelineConfig | None,
    account: Account,
    manifest: Manifest,
    now: datetime,
) -> Advance:
    """What the order's state changes, in the words of what it is: a warehouse's leg, a warehouse alone, a carrier's.
    `others`: all other shipments of the deal. A leg that its carrier refuses beforehand is not yet the warehouse's."""
    every, pace = [view, *others], account.pace
    if manifest.kind != WAREHOUSE:
        return follow(advance(view, state, pipeline, now, pace), view, beside(view, every), pipeline)
    again = taken_back.anew(view, state)
    if view.leg == PICKED:
        change = picked.advance_picked(again, every, state, pipeline, now, pace)
    elif taken_back.is_taken_back(view, state):
        change = taken_back.advance_back(view, None, state, now, pace)
    else:
        change = follow(advance(again, state, pipeline, now, pace), again, beside(view, every), pipeline)
        change = picked.spoken(picked.ends(change, view, now))
    return taken_back.kept_once(change, view)


def picking_of(view: ShipmentView, state: OrderState, change: Advance, manifest: Manifest) -> Picking | None:
    """What a warehouse shows of its work; None = nothing new."""
    if manifest.kind != WAREHOUSE:
        return None
    was = view.picking or Picking()
    found = learnt(was, state, change.status)
    return found if found != was else None


def checked(session: Session, landed: Landed, row: Shipment, now: datetime) -> set[LaneRef]:
    """The carrier has nothing against it, or does not answer now: the warehouse is asked. A leg that was taken back
    meanwhile is not."""
    if Status(row.status) is not Status.DRAFT:
        return set()
    task = landed.task
    lane = intents.add(
        session, row, CREATE, task.payload["then"], now=now, trace_id=task.trace_id, people=task.people
    )  # fmt: skip
    return {lane}


@dataclass(frozen=True)
class Chain:
    """What follows for the other leg."""

    session: Session
    plugins: Mapping[str, SystemPlugin]
    account: Account
    now: datetime
    trace_id: str

    def follow_up(
        self, row: Shipment, view: ShipmentView, change: Advance, picking: Picking | None, manifest: Manifest
    ) -> set[LaneRef]:
        """Goods that lie packed are the portal lane's to decide about, a warehouse is told who carries, a leg that is
        called off takes the one behind it along. The lanes to wake after the commit."""
        if row.leg == PICKED:
            return self._packed(row, view, change, picking)
        if not row.follows:
            return set()
        name = manifest.title.get(language_of(self.account.portal.language)) or manifest.code
        told = telling.after_advance(
            self.session, row, change, self.plugins, name, now=self.now, trace_id=self.trace_id
        )
        lanes = {told} if told is not None else set()
        if change.changed and change.status is Status.CANCELLED:
            lanes |= changing.along(self.session, row, self.now)
        return lanes

    def _packed(self, row: Shipment, view: ShipmentView, change: Advance, picking: Picking | None) -> set[LaneRef]:
        """Once they are ready, and again whenever the warehouse tells something else of them."""
        ready = is_ready(picking or view.picking, change.status)
        if not ready or (picking is None and is_ready(view.picking, view.status)):
            return set()
        lane = portal_lane(self.session, row.portal_id)
        inbox.append(
            self.session,
            lane.id,
            InboxKind.DEAL,
            str(row.deal_id),
            {"event": inbox.MOVED},
            now=self.now,
            trace_id=self.trace_id,
        )
        return {lane}
