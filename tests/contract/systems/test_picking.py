"""What a warehouse says of an order while it picks: packed once, measured, short, blocked."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from b24app.logistics.errors import Refused
from b24app.logistics.order import OrderState
from b24app.logistics.problem import Field
from b24app.logistics.status import Incident, Status
from tests.contract.systems.harness import Harness


def picks(system: Harness) -> bool:
    return system.manifest.kind == "warehouse"


def read(system: Harness, order: OrderState) -> OrderState:
    found: OrderState = system.port.read(order.remote_id)
    [same] = system.port.read_many([order.remote_id])
    if system.bulk_tells_history:
        assert (same.lines, same.packed) == (found.lines, found.packed), "in bulk as one by one"
    return found


def test_packed_is_told_from_then_on_with_what_was_measured(system: Harness) -> None:
    if not picks(system):
        return
    order = system.make()
    before = read(system, order)
    assert before.packed is None
    assert [(line.sku, line.ordered) for line in before.lines] == [("CUP-1", Decimal(2))]
    system.pack("wb-1-1")
    packed = read(system, order)
    assert packed.packed is not None
    boxes = [(box.weight_g, box.length_mm, box.width_mm, box.height_mm) for box in packed.packed.parcels]
    assert boxes == ([(1000, 300, 200, 150)] if system.measures else [])
    [line] = packed.lines
    assert (line.picked, line.short) == (Decimal(2), Decimal(0))
    assert all(event.incident is None for event in system.events(order))
    assert Status.IN_TRANSIT not in [event.status for event in system.events(order)]
    system.move(order, "in_transit")
    left = read(system, order)
    assert left.packed is not None
    assert left.lines[0].shipped == Decimal(2)
    assert [event.status for event in system.events(order) if event.status][-1] is Status.IN_TRANSIT
    assert Status.UNKNOWN not in [event.status for event in system.events(order)]


def test_what_is_short_is_said_once_and_the_order_goes_on(system: Harness) -> None:
    if not picks(system):
        return
    order = system.make()
    system.pack("wb-1-1", short=1)
    found = read(system, order)
    assert found.packed is not None
    [line] = found.lines
    assert (line.ordered, line.picked, line.short) == (Decimal(2), Decimal(1), Decimal(1))
    for _ in range(2):
        [event] = [each for each in read(system, order).events if each.incident is Incident.MISSING_GOODS]
        assert event.status is None
        assert event.problem is not None
        assert event.problem.code == "short_picked"
        told = {name: str(event.problem.params[name]) for name in ("sku", "short", "ordered")}
        assert told == {"sku": "CUP-1", "short": "1", "ordered": "2"}
        system.advance(60)
    system.move(order, "in_transit")
    last = read(system, order)
    assert (last.lines[0].shipped, last.lines[0].short) == (Decimal(1), Decimal(1))
    again = {event.key for event in system.events(order) if event.incident is Incident.MISSING_GOODS}
    assert len(again) == 1


def test_a_blocked_order_is_said_to_be_blocked_and_is_where_it_was(system: Harness) -> None:
    if not picks(system):
        return
    order = system.make()
    system.control("POST", "orders/wb-1-1/route", {"route": "blocked"})
    system.advance(3 * 86_400)
    [event] = [each for each in read(system, order).events if each.incident is Incident.NOT_READY]
    assert event.status is None
    assert event.problem is not None
    assert event.problem.code == "warehouse_blocked"
    assert event.text or event.code
    assert read(system, order).packed is None
    assert all(
        (each.status or Status.CREATED).rank <= Status.ACCEPTED_AT_WAREHOUSE.rank for each in system.events(order)
    )


def test_an_unknown_article_is_named_before_anything_is_made(system: Harness) -> None:
    if not picks(system) or not system.knows_articles:
        return
    request = system.request("wb-31-1")
    goods = replace(request.parcels[0].items[0], sku=system.unknown_sku)
    request = replace(request, parcels=(replace(request.parcels[0], items=(goods,)),))
    with pytest.raises(Refused) as caught:
        system.port.create(request)
    [problem] = caught.value.problems
    assert (problem.code, problem.field, problem.params["sku"]) == ("article_unknown", Field.ITEMS, system.unknown_sku)
    assert system.accepted("wb-31-1") == 0
