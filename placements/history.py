"""One history of a deal's shipping: the carrier's events, ours, and what people did, newest first. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from b24app.flows.legs import PICKED
from b24app.flows.portions import is_split
from b24app.frames.formats import Formats
from b24app.logistics.status import Status
from b24app.store.audit import Act
from b24app.store.faces.deal_facts import (
    AuditFacts,
    EditFacts,
    EventFacts,
    ProblemFacts,
    ShipmentFacts,
    TabFacts,
)
from placements.audit_words import sentence
from placements.codes import telling
from placements.return_words import STAGE_TONES, stage_name

#: Presses of which the moves of returns tell what became of them.
_TOLD_BY_MOVES = (Act.RETURN_BEGUN, Act.RETURN)
_ICONS = {
    Status.CREATED: ("check", "green"),
    Status.ACCEPTED_AT_WAREHOUSE: ("store", "blue"),
    Status.IN_TRANSIT: ("truck", "blue"),
    Status.READY_FOR_PICKUP: ("pin", "blue"),
    Status.OUT_FOR_DELIVERY: ("walk", "blue"),
    Status.DELIVERED: ("check", "green"),
    Status.DELIVERY_FAILED: ("alert", "red"),
    Status.RETURNING: ("undo", "violet"),
    Status.RETURNED: ("home", "violet"),
    Status.CANCELLED: ("cross-circle", ""),
    Status.REJECTED: ("ban", "red"),
    Status.LOST: ("search", "red"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """`who`: carrier | us. `quote` is the carrier's own text (Russian), `after` what follows it; `note` is a person's
    own words."""

    who: str
    icon: str
    tone: str
    title: str
    at: datetime
    cite: str = ""
    quote: str = ""
    after: str = ""
    changes: tuple[tuple[str, str], ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    title: str
    lines: tuple[Line, ...]


def history(facts: TabFacts, formats: Formats, carrier: str) -> tuple[Day, ...]:
    lines = sorted(_lines(facts, formats, carrier), key=lambda line: line.at, reverse=True)
    days = groupby(lines, key=lambda line: line.at.astimezone(formats.zone).date())
    return tuple(Day(formats.day(day), tuple(group)) for day, group in days)


def _lines(facts: TabFacts, formats: Formats, carrier: str) -> Iterator[Line]:
    several = is_split(facts.shipments) or bool(facts.legs)
    for shipment in facts.every:
        name = facts.systems.get(shipment.system, carrier) if facts.legs else carrier
        cite = f"{name}, {shipment.order_number or shipment.number}" if several else name
        yield from (_event(event, formats, cite, shipment.leg == PICKED) for event in shipment.events)
        yield from _own(shipment, formats, name)
    edited = {edit.at for edit in facts.edits}
    told = [row for row in facts.audits if not (row.action == Act.ADDRESS and row.at in edited)]
    yield from (_audit(row, formats) for row in told if row.action not in _TOLD_BY_MOVES)
    yield from (_edit(edit, formats) for edit in facts.edits)
    yield from _returns(facts, formats)
    for rated in facts.ratings:
        said = formats.words("client_page.rated", stars=rated.stars)
        yield Line("us", "user", "red" if rated.is_low else "", said, rated.changed_at, note=rated.comment)
    for found in facts.problems:
        yield Line(
            "us",
            "alert",
            "red",
            formats.words("history.problem"),
            found.opened_at,
            cite=_said_by(found, facts, carrier) if found.problem.their_text else "",
            quote=found.problem.their_text,
        )


def _said_by(found: ProblemFacts, facts: TabFacts, carrier: str) -> str:
    of = next((each for each in facts.legs if each.id == found.shipment_id), None)
    return facts.systems.get(of.system, carrier) if of is not None else carrier


def _event(event: EventFacts, formats: Formats, carrier: str, at_warehouse: bool = False) -> Line:
    icon, tone = _ICONS.get(event.status, ("info", ""))
    own = at_warehouse and event.status in (Status.CREATED, Status.ACCEPTED_AT_WAREHOUSE, Status.IN_TRANSIT)
    code = telling(event.code)
    title = formats.words(f"chain.step.{event.status.value}" if own else f"status.{event.status.value}")
    return Line(
        "carrier",
        icon,
        tone,
        f"{title}: {event.place}" if event.place and event.status.has_moved else title,
        event.at,
        cite=carrier,
        quote=event.text,
        after=formats.words("history.code", code=code) if code else "",
    )


def _own(shipment: ShipmentFacts, formats: Formats, carrier: str) -> Iterator[Line]:
    yield Line(
        "us", "send", "", formats.words("history.sent", carrier=carrier, number=shipment.number), shipment.created_at
    )
    packed = shipment.picking.packed if shipment.picking else None
    if packed is not None and packed.at is not None:
        weight = sum(each.weight_g for each in packed.parcels)
        said = {"carrier": carrier, "n": len(packed.parcels), "weight": formats.weight(weight) if weight else ""}
        yield Line("us", "box", "green", formats.words("chain.packed_line" if weight else "chain.packed_plain", **said),
                   packed.at)  # fmt: skip
    if shipment.closed_reason == "withdrawn":
        yield Line("us", "cross-circle", "", formats.words("history.withdrawn"), shipment.status_at)


def _returns(facts: TabFacts, formats: Formats) -> Iterator[Line]:
    """What became of the deal's returns, and by whom."""
    for each in facts.returned.moves:
        moved = each.moved
        tone, icon = STAGE_TONES[moved.stands][0], "undo" if moved.was is None else STAGE_TONES[moved.stands][1]
        key = "back.moved_by" if moved.name else "back.moved"
        stage = stage_name(moved.stands, formats)
        said = formats.words(key, number=each.number, stage=stage[:1].lower() + stage[1:], name=moved.name)
        yield Line("us", icon, tone, said, moved.at, note=moved.why)


def _edit(edit: EditFacts, formats: Formats) -> Line:
    """The audit's line of it, with what was and what became: the audit itself holds no addresses."""
    said = formats.words("address.changed", name=edit.name)
    return Line("us", "edit", "", said, edit.at, changes=edit.changes)


def _audit(row: AuditFacts, formats: Formats) -> Line:
    icon = "user" if row.user_id else "info"
    return Line("us", icon, "", sentence(formats.words, row.action, row.user_id, row.name), row.at)
