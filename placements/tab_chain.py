"""What a person does with one leg of a chain from the deal's tab: calls the carrier off alone, or leaves what the
warehouse did not have.

Cancelling both legs is the tab's own cancellation: the lane does it in the right order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from b24app.flows.chain import REST
from b24app.flows.legs import may_be_cancelled
from b24app.flows.portions import Portion, still_left
from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.parts import PageParts, answer_errors, session_of, trace
from b24app.frames.rights import Right
from b24app.logistics.jsonable import dump
from b24app.logistics.status import Status
from b24app.store import audit, intents, problems, shipments
from b24app.store.audit import Act
from b24app.store.engine import session_scope
from b24app.store.models import Shipment
from placements.asking import is_key, pressed
from placements.deal_tab import PLACEMENT, Tab

CANCEL = "cancel"


def blueprint(parts: PageParts) -> Blueprint:
    """The addresses, joined to `parts`."""
    bp = Blueprint("tab_chain", __name__)
    answer_errors(bp)
    desk = ChainDesk(parts)
    bp.post("/tab/chain/<int:shipment_id>/cancel")(desk.cancel)
    bp.post("/tab/chain/rest")(desk.rest)
    return bp


class ChainDesk:
    """The handlers."""

    def __init__(self, parts: PageParts) -> None:
        self._parts = parts
        self._tab = Tab(parts)

    def cancel(self, shipment_id: int) -> Response:
        """The carrier's order alone; the packed goods stay at the warehouse."""
        parts, who = self._parts, session_of(self._parts, PLACEMENT, Right.CANCEL)
        press, now = f"cancel:{shipment_id}:{_key()}", parts.clock.now()
        with session_scope(parts.sessions) as session:
            row = shipments.get(session, who.portal_id, shipment_id)
            if row is None or row.deal_id != who.entity_id or not row.follows:
                raise PageError(ErrorCode.OUT_OF_DATE, f"no carrier's leg {shipment_id} of this deal")
            busy = intents.open_kinds(session, who.portal_id, shipment_id)
            if CANCEL in busy or pressed(session, who.portal_id, who.entity_id, press, now):
                return self._tab.fragment(who)
            if busy or not may_be_cancelled(Status(row.status), at_warehouse=False):
                raise PageError(ErrorCode.OUT_OF_DATE, "it moved, or something is being done with it")
            lane = intents.add(session, row, CANCEL, {}, now=now, trace_id=trace(), people=True)
            detail = {"key": press, "title": row.order_number or row.number}
            audit.write(session, who.portal_id, Act.CANCEL, now, by=who.author, deal_id=who.entity_id, detail=detail)
        parts.waker.wake(lane)
        return self._tab.fragment(who)

    def rest(self) -> Response:
        """What was missing is not shipped: the deal holds no more than what left."""
        parts, who = self._parts, session_of(self._parts, PLACEMENT, Right.SHIP)
        press, now = f"rest:{_key()}", parts.clock.now()
        with session_scope(parts.sessions) as session:
            if not pressed(session, who.portal_id, who.entity_id, press, now):
                leave_rest(session, who.portal_id, who.entity_id, now)
                detail = {"key": press}
                audit.write(session, who.portal_id, Act.REST, now, by=who.author, deal_id=who.entity_id, detail=detail)
        return self._tab.fragment(who)


def _key() -> str:
    key = request.form.get("key", "")
    if not is_key(key):
        raise PageError(ErrorCode.BAD_INPUT, "no idempotency key")
    return key


def leave_rest(session: Session, portal_id: int, deal_id: int, now: datetime) -> None:
    """The newest split knows the missing goods no more, and their Problems are over."""
    shipments.take_turns(session, portal_id, [deal_id])
    rows = shipments.of_deals(session, portal_id, [deal_id])[deal_id]
    last = max((row for row in rows if row.portion), key=lambda row: row.n, default=None)
    if last is not None:
        shipments.change(session, last, portion=_without(last, still_left(shipments.pieces(rows))))
    opened = problems.open_of_deals(session, portal_id, [deal_id])[deal_id]
    problems.solve(session, portal_id, deal_id, [row.key for row in opened if row.key.startswith(f"{REST}|")], now)


def _without(row: Shipment, rest: Sequence[Any]) -> dict[str, Any]:
    portion = Portion.from_json(row.portion or {})
    gone = {line.row: line.quantity for line in rest}
    kept = [line for line in portion.whole if line.quantity > gone.get(line.row, 0)]
    whole = [{**dump(line), "quantity": str(line.quantity - gone.get(line.row, 0))} for line in kept]
    return {**portion.to_json(), "whole": whole}
