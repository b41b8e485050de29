"""How much lies where: the port Stock."""

from __future__ import annotations

from decimal import Decimal

from tests.contract.systems.harness import Harness
from tests.contract.systems.parts import ODD, SILENT


def test_stock_is_told_by_warehouse_and_unknown_is_not_none(system: Harness) -> None:
    if not system.has("Stock"):
        return
    places = system.port.warehouses()
    codes = {place.code for place in places}
    assert len(codes) == len(places) >= 2
    assert all(place.title for place in places)
    system.calls.records.clear()
    asked = [system.sku, system.short_sku, system.unknown_sku]
    answer = system.port.stock(asked)
    assert len(system.calls.records) <= 6, "a handful of calls, however many articles"
    assert answer.unknown == (system.unknown_sku,)
    assert {line.warehouse for line in answer.lines} <= codes
    assert {line.sku for line in answer.lines} == {system.sku, system.short_sku}
    assert sum(line.available for line in answer.lines if line.sku == system.sku) >= 20
    few = [line.available for line in answer.lines if line.sku == system.short_sku]
    assert Decimal(0) < sum(few, Decimal(0)) <= 1
    assert answer.as_of is None or answer.as_of.tzinfo is not None
    assert len({(line.sku, line.warehouse) for line in answer.lines}) == len(answer.lines)
    assert system.port.stock([]).lines == ()
    assert system.port.stock([system.unknown_sku]).lines == ()


def test_what_is_ordered_is_no_longer_to_be_promised(system: Harness) -> None:
    """At the latest once it has left."""
    if not system.has("Stock"):
        return

    def available() -> Decimal:
        return sum((line.available for line in system.port.stock([system.sku]).lines), Decimal(0))

    before, order = available(), system.make()
    system.pack("wb-1-1")
    system.move(order, "in_transit")
    assert available() == before - 2


def test_a_silent_warehouse_is_no_empty_one(system: Harness) -> None:
    if not system.has("Stock"):
        return
    said = system.raised_by((*SILENT, *ODD), system.at("stock"), lambda: system.port.stock([system.sku]))
    assert said == dict.fromkeys(said, "Unavailable")
