"""The tab of a deal whose goods go through a warehouse: both legs, one "what now", what was picked and measured."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from b24app.flows.legs import PICKED, pieces
from b24app.flows.picking import Asked, Picking
from b24app.frames.formats import NBSP, Formats
from b24app.frames.rights import Right
from b24app.logistics.model import Parcel
from b24app.logistics.picking import Packed, PickedLine
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.status import Status
from b24app.store.faces.deal_facts import IntentFacts, ProblemFacts, ShipmentFacts, TabFacts
from placements.tab_several_view import chosen
from placements.tab_view import TabView, tab_view
from tests.unit.placements.conftest import NOW

ASKED = Picking(asked=(Asked(1, "Плед", Decimal(2), sku="PLAID"),))
LINES = (PickedLine("PLAID", Decimal(2), Decimal(1), name="Плед"),)
PACKED = replace(ASKED, lines=LINES, packed=Packed(NOW - timedelta(hours=1), (Parcel(2400, 300, 200, 150),)))
NAMES = {"barn": "Амбар", "cdek": "СДЭК"}


def barn(shipment: ShipmentFacts, status: Status, picking: Picking = ASKED, **over: Any) -> ShipmentFacts:
    basic: dict[str, Any] = {"id": 1, "n": 1, "system": "barn", "connection": "Склад", "order_number": "B0001"}
    return replace(shipment, status=status, leg=PICKED, picking=picking, events=(), **{**basic, **over})


def carrier(shipment: ShipmentFacts, status: Status, **over: Any) -> ShipmentFacts:
    basic: dict[str, Any] = {"id": 2, "n": 2, "system": "cdek", "follows": 1, "events": ()}
    return replace(shipment, status=status, **{**basic, **over})


def of(facts: TabFacts, *legs: ShipmentFacts, **over: Any) -> TabFacts:
    every = tuple(sorted(legs, key=lambda each: -each.n))
    shown = tuple(reversed(pieces(every)))
    return replace(facts, shipments=shown, legs=every, systems=NAMES, system="cdek", **over)


def seen(facts: TabFacts, formats: Formats, **more: Any) -> TabView:
    shown = chosen(facts, "")
    return tab_view(shown, formats, NAMES[shown.shipments[0].system], **more)


@pytest.mark.parametrize(
    ("status", "picking", "title", "here"),
    [
        (Status.CREATED, ASKED, "Заказ B0001 передан на склад", 0),
        (Status.ACCEPTED_AT_WAREHOUSE, ASKED, "Амбар собирает заказ B0001", 0),
        (Status.ACCEPTED_AT_WAREHOUSE, PACKED, "Заказ B0001 собран, заказываем перевозчика", 1),
    ],
)
def test_what_now_is_the_warehouses_until_the_carrier_has_a_number(
    status: Status, picking: Picking, title: str, here: int, facts: TabFacts, shipment: ShipmentFacts, ru: Formats
) -> None:
    view = seen(of(facts, barn(shipment, status, picking)), ru)
    assert view.now.title == title
    assert [stop.state == "is-here" for stop in view.stops] == [at == here for at in range(5)]
    assert view.stops[1].title == "Собран"
    assert view.cancel is not None or view.now.busy


def test_the_carriers_order_says_what_now_and_both_legs_are_shown(
    facts: TabFacts, shipment: ShipmentFacts, ru: Formats
) -> None:
    view = seen(of(facts, barn(shipment, Status.IN_TRANSIT, PACKED), carrier(shipment, Status.IN_TRANSIT)), ru)
    assert view.chain is not None
    assert [(leg.title, leg.number, leg.state) for leg in view.chain.legs] == [
        ("Склад", "B0001", "is-done"),
        (shipment.connection, shipment.order_number, "is-here"),
    ]
    assert [stop.state for stop in view.stops] == ["is-done", "is-done", "is-here", "", ""]
    assert view.chain.legs[0].chip is not None
    assert view.chain.legs[0].chip.label == "Отгружен со склада"
    assert [each.weight for each in view.chain.measured] == [f"2,400{NBSP}кг"]
    assert len(view.chain.announced) == 2
    [row] = view.chain.rows
    assert (row.name, row.ordered, row.picked, row.missing) == ("Плед", "2", "1", "1")
    assert view.others == ()


def test_cancelling_says_which_legs_and_in_which_order(facts: TabFacts, shipment: ShipmentFacts, ru: Formats) -> None:
    inside = of(facts, barn(shipment, Status.ACCEPTED_AT_WAREHOUSE, PACKED), carrier(shipment, Status.CREATED))
    view = seen(inside, ru)
    assert view.cancel is not None
    assert f"Сначала отменим заказ {shipment.order_number} у перевозчика, затем заказ B0001" in view.cancel_text
    assert view.chain is not None
    assert (view.chain.alone, view.chain.both) == (2, True)
    gone = seen(of(facts, barn(shipment, Status.IN_TRANSIT, PACKED), carrier(shipment, Status.CREATED)), ru)
    assert gone.chain is not None
    assert gone.chain.alone == 0
    assert "склад" not in gone.cancel_text
    other = seen(inside, ru, mine=frozenset({Right.SHIP}))
    assert other.chain is not None
    assert (other.cancel, other.chain.alone) == (None, 0)


@pytest.mark.parametrize(
    ("status", "note", "title", "action"),
    [
        (Status.CANCELLED, "", "перевозчик отменён", "ship_now"),
        (Status.REJECTED, "", "но перевозчик отказал", "retry"),
        (None, "deal_lost", "но сделка проиграна", "ship_now"),
    ],
)
def test_goods_that_lie_packed_wait_for_a_person(
    status: Status | None, note: str, title: str, action: str, facts: TabFacts, shipment: ShipmentFacts, ru: Formats
) -> None:
    legs = [barn(shipment, Status.ACCEPTED_AT_WAREHOUSE, PACKED)]
    legs += [carrier(shipment, status)] if status else []
    view = seen(of(facts, *legs, note=note, problems=()), ru)
    assert title in view.now.title
    assert [each.code for each in view.now.actions] == [action]


def test_a_problem_quotes_the_system_whose_order_it_is_about(
    facts: TabFacts, shipment: ShipmentFacts, ru: Formats
) -> None:
    refused = Problem("city_unknown", Field.ADDRESS, Who.MANAGER, "v2", "no such city")
    legs = (barn(shipment, Status.ACCEPTED_AT_WAREHOUSE, PACKED), carrier(shipment, Status.REJECTED))
    view = seen(of(facts, *legs, problems=(ProblemFacts(refused, NOW, None, 2),)), ru)
    assert view.now.problem is not None
    assert "СДЭК" in view.now.problem.said
    assert [each.code for each in view.now.actions] == ["retry"]
    check = IntentFacts("check", "refused", 1, None, "", NOW)
    before = barn(shipment, Status.REJECTED, intents=(check,))
    view = seen(of(facts, before, problems=(ProblemFacts(refused, NOW, None, 1),)), ru)
    assert view.now.problem is not None
    assert "СДЭК" in view.now.problem.said


def test_the_history_says_which_leg(facts: TabFacts, shipment: ShipmentFacts, ru: Formats) -> None:
    picked = replace(barn(shipment, Status.IN_TRANSIT, PACKED), events=shipment.events)
    view = seen(of(facts, picked, replace(carrier(shipment, Status.IN_TRANSIT), events=shipment.events)), ru)
    lines = [line for day in view.days for line in day.lines]
    cites = {line.cite for line in lines if line.who == "carrier"}
    assert cites == {"Амбар, B0001", f"СДЭК, {shipment.order_number}"}
    assert any("Амбар: собрано 1 место, 2,400" in line.title for line in lines)


def test_goods_that_were_missing_may_be_left(facts: TabFacts, shipment: ShipmentFacts, ru: Formats) -> None:
    rest = ProblemFacts(Problem("rest_missing", Field.ITEMS, params={"what": ["Плед × 1"]}), NOW, None, 1)
    legs = (barn(shipment, Status.IN_TRANSIT, PACKED), carrier(shipment, Status.IN_TRANSIT))
    view = seen(of(facts, *legs, problems=(rest,)), ru)
    assert view.chain is not None
    assert view.chain.rest
    assert "Плед × 1" in view.problems[0].title + view.problems[0].advice


def test_a_warehouse_alone_is_told_in_its_own_steps(facts: TabFacts, shipment: ShipmentFacts, ru: Formats) -> None:
    alone = replace(barn(shipment, Status.ACCEPTED_AT_WAREHOUSE, replace(PACKED, asked=())), leg="")
    view = seen(replace(facts, shipments=(alone,), systems=NAMES), ru)
    assert view.now.title == "Заказ B0001 собран"
    assert "Перевозчика" not in view.now.text
    assert view.chain is not None
    assert len(view.chain.legs) == 1
    assert view.chip is not None
    assert view.chip.label == "Собран"
