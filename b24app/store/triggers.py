"""Triggers of the portal's automation that are to fire, as outbox rows, at most once each (bitrix24-crm.md §7.1).

`crm.automation.trigger.execute` says only that it began, may take many seconds, and nothing in the portal tells
afterwards whether it ran: a call whose outcome is unknown is never repeated. So these rows leave in requests of their
own (`runners.portal.firing`), and hold nothing of their deal back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from b24app.flows.automation import Automation, code_of, told_as_message
from b24app.flows.legs import PICKED
from b24app.flows.messages.moments import Moment, of_status
from b24app.flows.messages.rules import MessageRules
from b24app.logistics.jsonable import Jsonable
from b24app.logistics.status import Status
from b24app.store import outbox, return_process
from b24app.store.lanes import LaneHold, LaneRef
from b24app.store.models import DealState, GoodsReturn, OutboxRow, OutboxState, Portal, Shipment
from b24app.store.outbox import ToPortal

#: Kind of an outbox row, and the provisioning step that registers triggers.
KIND, STEP = "trigger", "triggers"
#: Type of a deal among the portal's items (bitrix24-crm.md §0.7).
DEAL = 2
LOOK_EVERY = timedelta(days=1)
#: As much as a row's marker holds.
MARKER = 80


@dataclass(frozen=True, slots=True)
class Kept(Jsonable):
    """What is kept in a portal's settings, under `STEP`: which triggers it has of ours, and when that was looked at."""

    codes: tuple[str, ...] = ()
    looked_at: datetime | None = None

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Kept:
        return cls.from_json(settings.get(STEP, {}))

    def due(self, now: datetime) -> bool:
        """What somebody deleted is put back the next day."""
        return self.looked_at is None or now - self.looked_at >= LOOK_EVERY


@dataclass(frozen=True, slots=True)
class Firing(Jsonable):
    """`code` fires for the item `item` of the type `entity`. `message_id`: the message to the client that it is the
    channel of."""

    code: str
    entity: int
    item: int
    message_id: int | None = None


def queue(
    session: Session,
    portal_id: int,
    deal_id: int,
    code: str,
    marker: str,
    *,
    message_id: int | None = None,
    item: tuple[int, int] | None = None,
    now: datetime,
    trace_id: str,
) -> LaneRef:
    """The trigger `code` fires for the deal, or for `item` (type, id) of a smart process, once for `marker`. What
    becomes of it is kept in the message, where it is one's channel. Wake the lane after the commit."""
    entity, number = item or (DEAL, deal_id)
    firing = Firing(code, entity, number, message_id)
    thing = ToPortal(deal_id, KIND, _marker(portal_id, marker), firing.to_json())
    return outbox.add(session, portal_id, [thing], now=now, trace_id=trace_id)


def _marker(portal_id: int, marker: str) -> str:
    whole = f"t:{portal_id}:{marker}"
    return whole if len(whole) <= MARKER else f"t:{portal_id}:{hashlib.sha256(marker.encode()).hexdigest()[:40]}"


def fired(
    session: Session,
    portal: Portal,
    what: str,
    deal_id: int,
    about: str,
    now: datetime,
    *,
    trace_id: str,
    item: tuple[int, int] | None = None,
) -> LaneRef | None:
    """Something happened (a moment's value, or `problem`) to `about`: its trigger fires for the deal, and for the item
    of the return, if the portal switched it on; None = nothing fires. `about` names the occasion: the same one fires
    once, ever. Wake the lane after the commit."""
    if not deal_id or not Automation.of(portal.settings).fires(what):
        return None
    state = select(DealState.category).where(DealState.portal_id == portal.id, DealState.deal_id == deal_id)
    rules = MessageRules.of(portal.settings)
    if rules.on and told_as_message(rules, session.scalar(state), what):
        return None
    code, mark = code_of(what), f"{what}:{about}"
    lane = queue(session, portal.id, deal_id, code, mark, now=now, trace_id=trace_id)
    if item is not None:
        queue(session, portal.id, deal_id, code, f"{mark}:item", item=item, now=now, trace_id=trace_id)
    return lane


def is_new(session: Session, portal_id: int, what: str, about: str) -> bool:
    """Whether the trigger was not queued for this occasion before."""
    marker = _marker(portal_id, f"{what}:{about}")
    return session.scalar(select(OutboxRow.id).where(OutboxRow.marker == marker)) is None


def of_shipment(session: Session, portal: Portal, row: Shipment, now: datetime, trace_id: str) -> LaneRef | None:
    """A parcel came to another status. What a warehouse does with its own orders fires nothing."""
    moment = of_status(Status(row.status)) if row.leg != PICKED else None
    if moment is None:
        return None
    about = f"{row.number}:{row.status_at:%y%m%d%H%M%S}" if moment.daily else row.number
    return fired(session, portal, moment, row.deal_id, about, now, trace_id=trace_id)


def of_return(
    session: Session, portal: Portal, moment: Moment | None, returned: GoodsReturn, now: datetime, trace_id: str,
    part: str = "",
) -> LaneRef | None:  # fmt: skip
    """A return came to another stage, or has a label (`part` tells one from the next): for its deal and its item."""
    if moment is None:
        return None
    process = return_process.Kept.of(portal.settings).process
    item = (process.entity, returned.item_id) if process is not None and returned.item_id else None
    about = f"r{returned.id}:{part}" if part else f"r{returned.id}"
    return fired(session, portal, moment, returned.deal_id, about, now, trace_id=trace_id, item=item)


def due(session: Session, hold: LaneHold, now: datetime, limit: int) -> list[OutboxRow]:
    """Triggers that may fire now, oldest first: not before what was to be written to their deals earlier."""
    older = aliased(OutboxRow)
    before = exists().where(
        older.lane_id == hold.lane_id,
        older.deal_id == OutboxRow.deal_id,
        older.id < OutboxRow.id,
        older.kind != KIND,
        older.next_try_at.is_not(None),
    )
    wanted = select(OutboxRow).where(
        OutboxRow.lane_id == hold.lane_id,
        OutboxRow.kind == KIND,
        OutboxRow.state == OutboxState.PENDING,
        OutboxRow.next_try_at <= now,
        ~before,
    )
    return list(session.scalars(wanted.order_by(OutboxRow.id).limit(limit)))
