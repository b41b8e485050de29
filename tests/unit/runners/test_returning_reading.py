"""What shipments say to a return: who brought the goods, and what a carrier was to collect for them, once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from b24app.flows.portions import Line, Portion
from b24app.logistics.model import Address, DeliveryKind, Parcel, Recipient, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.order import InPart
from b24app.logistics.status import Incident, Status
from b24app.runners.portal.returning_reading import brought_of, on_delivery_of, sent_of
from b24app.store.models import Shipment

AT = datetime(2026, 11, 12, tzinfo=UTC)
REQUEST = ShipmentRequest(
    "wb-1-1", "137", DeliveryKind.COURIER, Recipient("Мария", "+79000000001", "+79000000001"),
    (Parcel(500, 0, 0, 0),), Address("Тула, Мира 1"), cod=Money(90000),
)  # fmt: skip
CUP, TEA = Line(1, "Чашка", Decimal(2)), Line(2, "Чай", Decimal(1))


def row(n: int, status: Status, portion: Portion | None = None, **changes: Any) -> Shipment:
    request = replace(REQUEST, number=f"wb-1-{n}", **changes.pop("request", {}))
    basic: dict[str, Any] = {
        "id": n, "portal_id": 1, "connection_id": 5, "deal_id": 1, "n": n, "number": request.number, "status": status,
        "request": request.to_json(), "status_at": AT, "leg": "", "follows": 0, "tracking_number": f"T{n}",
        "portion": portion.to_json() if portion else None,
    }  # fmt: skip
    return Shipment(**(basic | changes))


def test_only_what_left_brought_anything() -> None:
    statuses = (Status.REJECTED, Status.CANCELLED, Status.DRAFT, Status.DELIVERED, Status.IN_TRANSIT)
    rows = [row(n, status) for n, status in enumerate(statuses, 1)]
    found = brought_of(rows)
    assert [(each.number, each.at) for each in found] == [("wb-1-4", AT), ("wb-1-5", None)]
    assert (found[0].recipient.name, found[0].tracking_number, found[0].address) == ("Мария", "T4", REQUEST.address)
    assert [each.number for each in sent_of(rows)] == [f"wb-1-{n}" for n in range(1, 6)]


def test_one_that_cannot_be_read_any_more_is_left_out() -> None:
    rows = [row(1, Status.DELIVERED, request={}), row(2, Status.DELIVERED)]
    rows[0].request = {"number": "wb-1-1"}
    assert [each.number for each in brought_of(rows)] == ["wb-1-2"]
    assert [each.number for each in sent_of(rows)] == ["wb-1-2"]


def test_goods_that_came_back_and_were_sent_again_are_collected_for_once() -> None:
    back, again = row(1, Status.RETURNED), row(2, Status.DELIVERED)
    assert [each.number for each in on_delivery_of([back, again])] == ["wb-1-2"]
    assert [each.number for each in on_delivery_of([back])] == ["wb-1-1"]
    assert [each.number for each in on_delivery_of([back, row(2, Status.REJECTED)])] == ["wb-1-1"]


def test_parts_are_collected_for_each() -> None:
    whole = (CUP, TEA)
    cups, tea = Portion((CUP,), whole), Portion((TEA,), whole)
    rows = [row(1, Status.RETURNED, cups), row(2, Status.DELIVERED, tea)]
    assert [each.number for each in on_delivery_of(rows)] == ["wb-1-1", "wb-1-2"]
    assert [each.number for each in on_delivery_of([*rows, row(3, Status.CREATED, cups)])] == ["wb-1-2", "wb-1-3"]
    together = [row(1, Status.RETURNED), row(2, Status.DELIVERED, cups), row(3, Status.CREATED, tea)]
    assert [each.number for each in on_delivery_of(together)] == ["wb-1-2", "wb-1-3"]
    assert [each.number for each in on_delivery_of(together[:2])] == ["wb-1-1", "wb-1-2"]


def test_of_an_order_taken_in_part_its_system_says_what_was_collected() -> None:
    told = InPart(collected=Money(30000)).to_json()
    part = row(1, Status.DELIVERED, incident=Incident.PARTIAL, in_part=told)
    assert [each.told for each in on_delivery_of([part])] == [Money(30000)]
    part.in_part = InPart(collected=Money(30000, "KZT")).to_json()
    assert [each.told for each in on_delivery_of([part])] == [None]
    # A status that was rolled back takes it along.
    assert [each.told for each in on_delivery_of([row(1, Status.DELIVERED, in_part=told)])] == [None]
