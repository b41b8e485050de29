"""What a warehouse's answer means for an order: its state, its rows, its boxes. Pure, the same for both interfaces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from b24app.logistics.model import Parcel
from b24app.logistics.order import Decision, OrderState, TrackingEvent, fingerprint_of_name
from b24app.logistics.picking import PACKED, Packed, PickedLine
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.status import Incident, Status
from b24app.systems.kit.picked import shortages
from b24app.systems.kit.statuses import status_named
from b24app.systems.one_c_wms.vocabulary import BLOCKED, STATES


@dataclass(frozen=True, slots=True)
class Shown:
    """An order as it is shown. `raw` is the base's own state, `word` what that is in ours (a `Status` value, `packed`,
    `blocked`, or anything else: unknown); `at` None = nobody says when; `made` is the document's own date; `said` are
    words about trouble."""

    remote_id: str
    number: str
    their_number: str
    raw: str
    word: str
    text: str = ""
    at: datetime | None = None
    made: datetime | None = None
    recipient: str = ""
    lines: tuple[PickedLine, ...] = ()
    boxes: tuple[Parcel, ...] = ()
    said: str = ""
    posted: bool = True


def word_of(raw: str, own: Mapping[str, str]) -> str:
    """What a base's state is taken for; "" = nobody knows."""
    return own.get(raw) or ("" if own else STATES.get(raw, ""))


def order_state(shown: Shown) -> OrderState:
    """Only the newest state is shown: earlier ones are what was read before."""
    packed = shown.word == PACKED or bool(shown.boxes)
    cancelled = shown.word == Status.CANCELLED.value
    return OrderState(
        remote_id=shown.remote_id,
        number=shown.number,
        decision=Decision.ACCEPTED if shown.posted else Decision.PENDING,
        order_number=shown.their_number,
        events=(*_shortages(shown, packed), *_event(shown)) if shown.posted else (),
        fingerprint=fingerprint_of_name(shown.recipient) if shown.recipient else "",
        cancel=Decision.ACCEPTED if cancelled else None,
        lines=shown.lines,
        packed=Packed(shown.at, shown.boxes) if packed else None,
    )


def _event(shown: Shown) -> tuple[TrackingEvent, ...]:
    if shown.at is None or not shown.raw:
        return ()
    text = shown.text or shown.raw
    if shown.word == BLOCKED:
        problem = Problem("warehouse_blocked", Field.ORDER, Who.MANAGER, shown.raw, shown.said or text)
        return (TrackingEvent(shown.raw, text, None, shown.at, incident=Incident.NOT_READY, problem=problem),)
    return (TrackingEvent(shown.raw, text, status_named(shown.word), shown.at),)


def _shortages(shown: Shown, packed: bool) -> tuple[TrackingEvent, ...]:
    """Once picking is over. Dated as the document, since nothing says when picking ended."""
    over = packed or (shown.word == Status.IN_TRANSIT.value and any(line.shipped for line in shown.lines))
    at = shown.made or shown.at
    if not over or at is None or not any(line.picked or line.shipped for line in shown.lines):
        return ()
    return shortages(shown.lines, at)
