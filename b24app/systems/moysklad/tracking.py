"""What an order, its shipments and their returns say together (moysklad.md §8). Pure.

MoySklad keeps no history here: an order has its creation and what it is now. Of several documents the one that is
further along speaks: a posted return, a return, a shipment's state, a posted shipment, the order's state.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from b24app.logistics.order import Decision, OrderState, TrackingEvent, fingerprint_of, fingerprint_of_name
from b24app.logistics.picking import PACKED, Packed, PickedLine
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.status import Incident, Status
from b24app.systems.kit.picked import shortages
from b24app.systems.moysklad.lists import DEMAND, ORDER, Meant, State
from b24app.systems.moysklad.vocabulary import (
    BLOCKED,
    Row,
    boxes_of,
    field_in,
    id_of,
    moment,
    quantity_of,
    rows_in,
    sku_of,
)

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
#: Marks of events that are documents, not states.
CREATED, POSTED, RETURN, RETURN_POSTED = "created", "demand", "salesreturn", "salesreturn.posted"


@dataclass(frozen=True, slots=True)
class Papers:
    """An order with what was made from it; none of them in the trash."""

    order: Row
    demands: Sequence[Row] = ()
    returns: Sequence[Row] = ()

    @property
    def posted(self) -> list[Row]:
        return [row for row in self.demands if row.get("applicable")]


@dataclass(frozen=True, slots=True)
class _Word:
    """What one document says. `meaning` is a `Status`, `packed`, or `blocked`."""

    meaning: str
    code: str
    text: str
    at: datetime


def state_of(papers: Papers, meant: Meant, boxes: str) -> OrderState:
    """`boxes`: the name of the account's field where the warehouse writes each box."""
    order = papers.order
    remote_id, number = str(order.get("id")), str(order.get("externalCode") or "")
    if order.get("deleted"):
        return OrderState(remote_id, number, gone=True)
    words = list(_words(papers, meant))
    speaks = _speaks(words)
    packed = _packed(papers, words, speaks, boxes)
    lines = _lines(papers, packed is not None)
    born = moment(order.get("created")) or _NEVER
    events = [TrackingEvent(CREATED, "", Status.CREATED, born)]
    if speaks is not None and speaks.meaning != Status.CREATED:
        events.append(TrackingEvent(speaks.code, speaks.text, Status(speaks.meaning), max(speaks.at, born)))
    events += [_note(word) for word in words if word.meaning in (BLOCKED, Status.UNKNOWN) and word is not speaks]
    if packed is not None:
        # The shipment was made at one moment, whatever became of it.
        made = moment(papers.demands[0].get("created")) if papers.demands else None
        events += shortages(lines, made or packed.at or born)
    last = papers.demands[-1] if papers.demands else {}
    return OrderState(
        remote_id,
        number,
        Decision.ACCEPTED,
        order_number=str(order.get("name") or ""),
        tracking_number=str(last.get("shippingDocumentNumber") or ""),
        events=tuple(sorted(events, key=lambda event: event.at)),
        fingerprint=_fingerprint(order, boxes, moved=speaks is not None and speaks.meaning != Status.CREATED),
        cancel=Decision.ACCEPTED if speaks is not None and speaks.meaning == Status.CANCELLED else None,
        lines=lines,
        packed=packed,
    )


def has_left(papers: Papers, meant: Meant) -> bool:
    """The goods are no longer in the warehouse's hands."""
    return bool(papers.posted) or _says_left(_speaks(list(_words(papers, meant))))


# --- who speaks -------------------------------------------------------------------------------------------------------


def _words(papers: Papers, meant: Meant) -> Iterator[_Word]:
    """Most telling first."""
    for row in sorted(papers.returns, key=lambda row: not row.get("applicable")):
        posted = bool(row.get("applicable"))
        code, meaning = (RETURN_POSTED, Status.RETURNED) if posted else (RETURN, Status.RETURNING)
        yield _Word(meaning, code, str(row.get("name") or ""), _at(row))
    for row in papers.demands[::-1]:
        if (state := State.of(row.get("state"))) is not None:
            yield _Word(meant.of(DEMAND, state), state.id, state.name, _at(row))
    for row in papers.posted[::-1]:
        yield _Word(Status.IN_TRANSIT, POSTED, str(row.get("name") or ""), _at(row))
    if (state := State.of(papers.order.get("state"))) is not None:
        yield _Word(meant.of(ORDER, state), state.id, state.name, _at(papers.order))


def _speaks(words: Sequence[_Word]) -> _Word | None:
    """The first that says where the goods are; a posted shipment leaves it to an order that is further along. When
    nothing else is said, what nobody knows is said to be unknown."""
    told = [word for word in words if word.meaning not in (BLOCKED, PACKED, Status.UNKNOWN)]
    if not told:
        return next((word for word in words if word.meaning == Status.UNKNOWN), None)
    first, last = told[0], told[-1]
    further = Status(last.meaning).rank > Status.IN_TRANSIT.rank and last.meaning != Status.CANCELLED
    return last if first.code == POSTED and further else first


def _says_left(speaks: _Word | None) -> bool:
    return speaks is not None and Status(speaks.meaning).has_left


def _note(word: _Word) -> TrackingEvent:
    if word.meaning != BLOCKED:
        return TrackingEvent(word.code, word.text, Status.UNKNOWN, word.at)
    problem = Problem("warehouse_blocked", Field.ORDER, Who.MANAGER, their_code=word.code, their_text=word.text)
    return TrackingEvent(word.code, word.text, None, word.at, incident=Incident.NOT_READY, problem=problem)


def _at(row: Row) -> datetime:
    return moment(row.get("updated")) or _NEVER


# --- picking ----------------------------------------------------------------------------------------------------------


def _packed(papers: Papers, words: Sequence[_Word], speaks: _Word | None, boxes: str) -> Packed | None:
    """From the moment on that a state says so, and for ever after: what has left was packed."""
    word = next((word for word in words if word.meaning == PACKED), speaks if _says_left(speaks) else None)
    if word is None or (speaks is not None and speaks.meaning == Status.CANCELLED):
        return None
    measured = next((text for row in papers.demands[::-1] if (text := field_in(row, boxes))), None)
    return Packed(word.at, boxes_of(measured if papers.demands else field_in(papers.order, boxes)))


def _lines(papers: Papers, packed: bool) -> tuple[PickedLine, ...]:
    """Rows of the order with what shipments have of them. Who packs without a shipment has picked what the row says."""
    picked, shipped = _amounts(papers.demands), _amounts(papers.posted)
    found = []
    for row in rows_in(papers.order.get("positions")):
        goods, ordered = id_of(row.get("assortment")), quantity_of(row.get("quantity"))
        taken = _take(picked, goods, ordered) if papers.demands else ordered if packed else Decimal(0)
        name = row.get("assortment", {}).get("name") if isinstance(row.get("assortment"), Mapping) else ""
        found.append(PickedLine(sku_of(row), ordered, taken, _take(shipped, goods, ordered), str(name or "")))
    return tuple(found)


def _amounts(documents: Sequence[Row]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for document in documents:
        for row in rows_in(document.get("positions")):
            goods = id_of(row.get("assortment"))
            found[goods] = found.get(goods, Decimal(0)) + quantity_of(row.get("quantity"))
    return found


def _take(amounts: dict[str, Decimal], goods: str, most: Decimal) -> Decimal:
    taken = min(amounts.get(goods, Decimal(0)), most)
    amounts[goods] = amounts.get(goods, Decimal(0)) - taken
    return taken


# --- whose it is ------------------------------------------------------------------------------------------------------


def _fingerprint(order: Row, boxes: str, *, moved: bool) -> str:
    """The boxes as announced stand in the order's own field until the warehouse works on it; without them, the name."""
    agent: Any = order.get("agent")
    if not isinstance(agent, Mapping) or not agent.get("name"):
        return ""
    # A company's person stands in the description.
    company = agent.get("companyType") == "legal"
    name = str((agent.get("description") if company else agent.get("name")) or "")
    parcels = boxes_of(field_in(order, boxes))
    if moved or not parcels:
        return fingerprint_of_name(name)
    return fingerprint_of(name, str(agent.get("phone") or ""), [box.weight_g for box in parcels])
