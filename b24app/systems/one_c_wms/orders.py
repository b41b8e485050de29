"""Shipment orders by the HTTP service (1c.md §6.8): build(our request) -> their document, parse(their state) -> ours.
Pure. The order of members is the contract's: in XML it is obligatory (§6.10)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from b24app.logistics.model import Parcel, Recipient, ShipmentRequest
from b24app.logistics.order import OrderState
from b24app.logistics.picking import PACKED, PickedLine
from b24app.logistics.problem import Problem
from b24app.systems.kit.one_c_documents import MAX_COMMENT, MAX_LINE, address_of, filled, item_of
from b24app.systems.kit.one_c_http import Row
from b24app.systems.kit.picked import joined
from b24app.systems.kit.rows import rows_of
from b24app.systems.kit.units import decimal_of, grams_of, moment_of
from b24app.systems.one_c_wms.goods import items_of
from b24app.systems.one_c_wms.states import Shown, order_state
from b24app.systems.one_c_wms.vocabulary import BLOCKED, STATES, STATUSES, millimetres


def build_order(request: ShipmentRequest, warehouse: str) -> dict[str, Any]:
    """Raises Refused for goods that cannot be picked."""
    return {
        "externalId": request.number,
        "warehouseRef": warehouse,
        "party": party(request.recipient),
        "deliveryAddress": filled(_place(request)),
        "items": [filled(item_of(line, item)) for line, item in enumerate(items_of(request), 1)],
    }


def _place(request: ShipmentRequest) -> dict[str, Any]:
    found: dict[str, Any] = {"text": f"Пункт выдачи {request.point_code}"[:MAX_LINE]}
    if address := request.address:
        found = address_of(address)
    said = (request.recipient.company, request.comment)
    return {**found, "comment": ". ".join(part for part in said if part)[:MAX_COMMENT]}


def party(recipient: Recipient) -> dict[str, Any]:
    """The person, by whose name an order is known as ours; their company stands in the comment."""
    return filled({"kind": "person", "name": (recipient.name or recipient.company or "")[:MAX_LINE],
                   "phone": recipient.phone})  # fmt: skip


def with_articles(problems: Sequence[Problem], body: Row) -> tuple[Problem, ...]:
    """A refused row names its article, not only its place in the document."""
    return tuple(_with_article(problem, rows_of(body.get("items"))) for problem in problems)


def _with_article(problem: Problem, items: Sequence[Row]) -> Problem:
    place = re.match(r"items\[(\d+)\]", problem.their_code)
    at = int(place[1]) if place else len(items)
    if problem.code != "article_unknown" or at >= len(items):
        return problem
    return replace(problem, params={"sku": str(items[at]["sku"])})


# --- answers ----------------------------------------------------------------------------------------------------------


def parse_order(row: Row) -> OrderState | None:
    """A state of §6.8; None when it is none."""
    identifier, status = str(row.get("id") or ""), str(row.get("status") or "")
    if not identifier or not status:
        return None
    raw = str(row.get("rawStatus") or status)
    problem = row.get("problem")
    return order_state(
        Shown(
            remote_id=identifier,
            number=str(row.get("externalId") or ""),
            their_number=str(row.get("number") or ""),
            raw=raw,
            word=_word(status, raw),
            text=str(row.get("statusText") or ""),
            at=moment_of(row.get("statusAt")) or moment_of(row.get("date")),
            made=moment_of(row.get("date")),
            recipient=_recipient(row.get("request")),
            lines=joined([line for each in rows_of(row.get("items")) if (line := _line(each))]),
            boxes=tuple(box for each in rows_of(row.get("packages")) if (box := _box(each))),
            said=str(problem.get("message") or "") if isinstance(problem, Mapping) else "",
        )
    )


def _word(status: str, raw: str) -> str:
    """The service's word counts (1C maps its own to it, §9); one that the base calls packed says more."""
    if status == BLOCKED or (status in STATUSES and STATES.get(raw) == PACKED):
        return BLOCKED if status == BLOCKED else PACKED
    return STATUSES[status].value if status in STATUSES else ""


def _recipient(request: Any) -> str:
    """As 1C shows what it accepted, where it does (as §6.5 has it for transport)."""
    found = request.get("party") if isinstance(request, Mapping) else None
    return str(found.get("name") or "") if isinstance(found, Mapping) else ""


def _line(row: Row) -> PickedLine | None:
    sku, ordered = str(row.get("sku") or ""), decimal_of(row.get("qtyOrdered"))
    if not sku or ordered is None:
        return None
    nothing = Decimal(0)
    return PickedLine(
        sku, ordered, decimal_of(row.get("qtyPicked")) or nothing, decimal_of(row.get("qtyShipped")) or nothing
    )


def _box(row: Row) -> Parcel | None:
    """Kilograms and whole centimetres; a box that nobody weighed is none."""
    weight = grams_of(row.get("weightKg"))
    if weight is None:
        return None
    length, width, height = (millimetres(row.get(name)) for name in ("lengthCm", "widthCm", "heightCm"))
    return Parcel(weight, length, width, height)
