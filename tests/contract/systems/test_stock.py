"""How much lies where: the port Stock."""

from __future__ import annotations

from b24app.logistics.errors import Unavailable
from tests.contract.systems.harness import Harness
from tests.contract.systems.parts import ODD, ODD_LISTS, SILENT


def test_stock_is_told_by_warehouse_and_what_is_unknown_is_said(system: Harness) -> None:
    if not system.has("Stock"):
        return
    places = system.port.warehouses()
    assert len(places) == 2
    assert all(place.code and place.title for place in places)
    asked = [*system.in_stock, system.scarce, system.unheard_of]
    answer = system.port.stock(asked)
    assert answer.unknown == (system.unheard_of,)
    assert {line.warehouse for line in answer.lines} <= {place.code for place in places}
    for sku in system.in_stock:
        assert sum(line.available for line in answer.lines if line.sku == sku) > 10, sku
    assert all(line.available <= 1 for line in answer.lines if line.sku == system.scarce)
    keys = [(line.sku, line.warehouse) for line in answer.lines]
    assert len(set(keys)) == len(keys)
    assert {line.sku for line in answer.lines} <= set(asked)
    assert system.port.stock([]).lines == ()


def test_stock_that_cannot_be_read_is_not_none_in_stock(system: Harness) -> None:
    if not system.has("Stock"):
        return
    system.port.stock(list(system.in_stock))
    for action, params in (*SILENT, *ODD, *ODD_LISTS):
        system.strike(action, system.at("stock"), **params)
        try:
            system.port.stock(list(system.in_stock))
        except Unavailable as error:
            assert system.told(str(error)) == []
        else:
            raise AssertionError(f"{action} {params}: an answer")
        finally:
            system.no_faults()
