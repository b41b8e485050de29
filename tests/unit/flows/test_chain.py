"""A warehouse first, a carrier next: one leg after the other, each once, whatever repeats and whatever goes wrong."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from b24app.flows.case import Case, with_legs
from b24app.flows.choose import Conditions, Rule
from b24app.flows.cutting import goods_of, worth_of
from b24app.flows.decisions import CreateShipment, OfferCancel, OpenProblem, WithdrawShipment
from b24app.flows.legs import PICKED, pieces
from b24app.flows.picking import Before, Book, Picking, got, measured
from b24app.flows.portions import PartWish, is_split, is_taken
from b24app.flows.several import again, part
from b24app.flows.snapshot import CodSource, Payment, Role, ShipmentView
from b24app.flows.trial import try_out
from b24app.logistics.model import DeliveryKind, Item, Parcel
from b24app.logistics.money import Money
from b24app.logistics.picking import PickedLine
from b24app.logistics.problem import Field, Problem
from b24app.logistics.status import Status
from tests.unit.flows.chains import BARN, CARRIER, GOODS, Store, boxes, chained
from tests.unit.flows.given import NOW, SHIP, deal, move

OWED_MINOR = 120003
OWED = (Payment(Money(OWED_MINOR, "RUB"), False),)


def owing(**changes: Any) -> Store:
    return Store(deal(rows=GOODS, payments=OWED, **changes), chained(cod_source=CodSource.UNPAID))


def test_the_warehouse_is_asked_first_and_the_carrier_when_it_packed() -> None:
    store = Store()
    store.look()
    [leg] = store.shipments.values()
    assert (leg.leg, leg.connection_id, leg.number, store.requests[1].service_code) == (PICKED, BARN, "wb-42-1", "pick")
    assert [(each.sku, each.quantity) for each in leg.picking.asked] == [("CUP-1", 2), ("TEA-1", 3)]  # type: ignore[union-attr]
    store.becomes(1, Status.CREATED)
    store.look()
    assert len(store.shipments) == 1
    store.in_stage("C3:PICK")  # our own mapping moved it
    store.packs(1, *boxes(1900))
    store.look()
    carrier = store.shipments[2]
    assert (carrier.leg, carrier.follows, carrier.connection_id, carrier.number) == ("", 1, CARRIER, "wb-42-2")
    assert carrier.portion is None
    [parcel] = store.requests[2].parcels
    assert (parcel.weight_g, parcel.length_mm, parcel.width_mm, parcel.height_mm) == (1900, 300, 200, 150)
    assert store.requests[2].service_code == "parcel"
    store.look()
    store.look()
    assert len(store.shipments) == 2


def test_what_the_carrier_would_refuse_is_found_before_anything_is_picked() -> None:
    store = Store(deal(rows=GOODS, fields={}))
    store.look()
    assert (store.shipments, store.codes) == ({}, {"destination_missing"})
    # What only the carrier can know, it is asked before the warehouse is.
    store = Store()
    [made] = [each for each in store.look() if isinstance(each, CreateShipment)]
    assert made.check is not None
    assert (made.check.connection_id, made.check.request.service_code) == (CARRIER, "parcel")


def test_a_carrier_that_is_booked_when_the_goods_leave_waits_for_that() -> None:
    store = Store(pipeline=chained(Book.SHIPPED))
    store.look()
    store.packs(1)
    store.look()
    assert len(store.shipments) == 1
    store.becomes(1, Status.IN_TRANSIT)
    store.look()
    assert store.shipments[2].follows == 1


def test_a_rule_may_go_through_another_warehouse_or_through_none() -> None:
    services = {DeliveryKind.COURIER: "parcel"}
    for before, leg, account in ((None, PICKED, BARN), (Before(0), "", CARRIER), (Before(33, "pick"), PICKED, 33)):
        rule = Rule(5, CARRIER, services, before=before)
        store = Store(pipeline=chained(rules=(rule,)))
        store.look()
        assert [(each.leg, each.connection_id) for each in store.shipments.values()] == [(leg, account)]


def test_the_carrier_that_a_rule_chose_by_value_carries_what_is_short_too() -> None:
    """Who carries was settled before the goods were picked: the missing pieces are cheap, the contract is the same."""
    whole = worth_of(deal(rows=GOODS), goods_of(deal(rows=GOODS)))
    rule = Rule(5, 44, {DeliveryKind.COURIER: "dear"}, conditions=Conditions(value_from=whole))
    store = Store(pipeline=chained(rules=(rule,)))
    store.look()
    store.packs(1, *boxes(900), TEA_1=2)
    store.look()
    assert (store.shipments[2].connection_id, store.requests[2].service_code) == (44, "dear")


def test_a_shortage_carries_what_was_packed_and_asks_about_the_rest() -> None:
    store = owing()
    store.look()
    store.open(Problem("short_picked", Field.ITEMS, params={"sku": "TEA-1"}), 1)
    store.packs(1, *boxes(900), TEA_1=2)
    store.look()
    carrier, request = store.shipments[2], store.requests[2]
    assert [(item.sku, item.quantity) for item in request.parcels[0].items] == [("CUP-1", 2), ("TEA-1", 2)]
    assert request.parcels[0].weight_g == 900
    assert store.codes == {"rest_missing"}
    assert store.problems[0].problem.params["what"] == ["Чай × 1"]
    assert carrier.portion is not None
    assert request.cod is not None
    assert is_split(pieces(store.shipments.values()))
    store.look()  # nothing more by itself
    store.in_stage("C3:BOXED")
    store.look()
    assert len(store.shipments) == 2
    # The manager ships the rest later: a chain of its own, and the sums add up.
    line = replace(carrier.portion.lines[1], quantity=Decimal(1))
    case = Case(store.deal, store.pipeline, (), tuple(store.problems), (), NOW)
    answer = part(with_legs(case, store.shipments.values()), PartWish((line,), seen=2))
    store.save(answer.decisions)
    assert (store.shipments[3].leg, store.shipments[3].n) == (PICKED, 3)
    store.packs(3, *boxes(300))
    store.look()
    rest = store.requests[4]
    assert [(item.sku, item.quantity) for item in rest.parcels[0].items] == [("TEA-1", 1)]
    assert rest.cod is not None
    assert request.cod.minor + rest.cod.minor == OWED_MINOR
    assert "rest_missing" not in store.codes


def test_nothing_packed_books_nothing() -> None:
    store = Store()
    store.look()
    store.packs(1, CUP_1=0, TEA_1=0)
    store.look()
    store.look()
    assert (len(store.shipments), store.codes) == (1, {"picked_nothing"})


def test_articles_that_the_order_does_not_have_are_a_question() -> None:
    store = Store()
    store.look()
    store.packs(1, TEA_1=2)
    packed = store.shipments[1].picking
    assert packed is not None
    lines = (*packed.lines, PickedLine("OTHER", Decimal(1), Decimal(1)))
    store.change(1, picking=replace(packed, lines=lines))
    store.look()
    assert (len(store.shipments), store.codes) == (1, {"picked_unclear"})
    store.look(by_person=True)
    assert [(item.sku, item.quantity) for item in store.requests[2].parcels[0].items] == [("CUP-1", 2), ("TEA-1", 2)]


def test_a_deal_whose_goods_changed_meanwhile_is_a_question() -> None:
    store = Store()
    store.look()
    store.packs(1)
    store.deal = replace(store.deal, rows=GOODS[1:])
    store.look()
    assert (len(store.shipments), store.codes) == (1, {"goods_changed"})
    store.deal = replace(store.deal, rows=GOODS)
    store.look()
    assert (len(store.shipments), store.codes) == (2, set())


def test_a_refused_carrier_is_tried_again_alone_after_a_fix() -> None:
    store = Store()
    store.look()
    store.packs(1, *boxes(1900))
    store.look()
    store.becomes(2, Status.REJECTED)
    store.open(Problem("city_unknown", Field.ADDRESS), 2, store.shipments[2].input_hash, 101)
    store.in_stage("C3:BOXED")
    store.look()
    assert store.shipments[2].status is Status.REJECTED  # nothing changed
    store.deal = replace(store.deal, fields={Role.ADDRESS: "Казань, Баумана 7"})
    store.look()
    assert (len(store.shipments), store.shipments[2].status, store.codes) == (2, Status.DRAFT, set())
    assert store.requests[2].parcels[0].weight_g == 1900
    assert store.shipments[1].status is Status.ACCEPTED_AT_WAREHOUSE


def test_other_measures_are_a_reason_to_try_a_refused_carrier_again() -> None:
    store = Store()
    store.look()
    store.packs(1, *boxes(31_000))
    store.look()
    store.becomes(2, Status.REJECTED)
    store.packs(1, *boxes(15_000, 16_000))
    store.look()
    assert store.shipments[2].status is Status.DRAFT
    assert [each.weight_g for each in store.requests[2].parcels] == [15_000, 16_000]


def test_a_refused_carrier_of_another_account_gets_the_next_number() -> None:
    store = Store()
    store.look()
    store.packs(1)
    store.look()
    store.becomes(2, Status.REJECTED)
    store.pipeline = chained(connection_id=5)
    store.look()
    assert store.shipments[2].status is Status.REJECTED  # changed settings send nothing by themselves
    store.look(by_person=True)
    assert (store.shipments[3].number, store.shipments[3].connection_id, store.shipments[3].follows) == (
        "wb-42-3",
        5,
        1,
    )


def test_a_carrier_that_was_cancelled_is_booked_again_by_a_person_only() -> None:
    store = Store()
    store.look()
    store.packs(1)
    store.look()
    store.becomes(2, Status.CANCELLED)
    store.look()
    assert len(store.shipments) == 2
    store.look(by_person=True)
    assert (store.shipments[3].follows, store.shipments[3].n) == (1, 3)
    assert [each.id for each in pieces(store.shipments.values())] == [3]


@pytest.mark.parametrize("status", [Status.REJECTED, Status.CANCELLED])
def test_a_warehouse_that_does_not_do_it_books_nothing(status: Status) -> None:
    store = Store()
    store.look()
    store.packs(1)
    store.becomes(1, status)
    store.look()
    assert store.carried == []
    store.look(by_person=True)
    assert store.carried == []
    again = store.picked[-1]
    assert again.status is Status.DRAFT
    assert again.n == (1 if status is Status.REJECTED else 2)


def test_a_lost_deal_books_nothing_and_offers_each_leg() -> None:
    store = Store()
    store.look()
    store.packs(1)
    store.in_stage("C3:LOSE", "F")
    assert [each.shipment_id for each in store.look() if isinstance(each, OfferCancel)] == [1]
    assert store.carried == []
    store.in_stage("C3:BOXED")
    store.look()
    store.becomes(2, Status.CREATED)
    store.in_stage("C3:LOSE", "F")
    offers = [each for each in store.look() if isinstance(each, OfferCancel)]
    assert [(each.shipment_id, each.text.key) for each in offers] == [
        (2, "ship.deal_lost"),
        (1, "ship.deal_lost_picked"),
    ]
    store.becomes(1, Status.IN_TRANSIT)
    assert [each.shipment_id for each in store.look() if isinstance(each, OfferCancel)] == [2]


def test_a_lost_deal_forgets_a_carrier_that_was_not_asked_yet() -> None:
    store = Store()
    store.look()
    store.packs(1)
    store.look()
    store.in_stage("C3:LOSE", "F")
    found = store.look()
    assert [each.shipment_id for each in found if isinstance(each, WithdrawShipment)] == [2]
    assert [each.shipment_id for each in found if isinstance(each, OfferCancel)] == [1]
    store.in_stage(SHIP, history_id=130)
    store.look()
    assert store.shipments[3].follows == 1


def test_a_deal_that_a_person_moved_by_hand_goes_on() -> None:
    """Nobody's mapping knows the stage: what is picked is carried, and each order is offered to be cancelled."""
    store = Store()
    store.look()
    store.in_stage("C3:ELSEWHERE")
    store.packs(1)
    found = store.look()
    assert any(isinstance(each, CreateShipment) for each in found)
    assert [each.shipment_id for each in found if isinstance(each, OfferCancel)] in ([1], [])
    store.look()
    assert store.shipments[2].status is Status.DRAFT


def test_a_pipeline_that_is_off_leaves_the_goods_packed_and_says_so() -> None:
    store = Store()
    store.look()
    store.packs(1)
    store.pipeline = None
    store.look()
    assert (store.carried, store.codes) == ([], {"pipeline_off"})
    store.pipeline = chained()
    store.look()
    assert (len(store.carried), store.codes) == (1, set())


def test_the_chain_goes_on_when_the_warehouse_is_taken_out_of_the_settings() -> None:
    store = Store()
    store.look()
    store.packs(1)
    store.pipeline = chained(before=None)
    store.look()
    assert store.shipments[2].follows == 1


def test_what_leaves_once_more_through_a_warehouse_collects_nothing_either() -> None:
    store = owing()
    store.shipments[1] = ShipmentView(1, 1, "wb-42-1", Status.DELIVERED)
    case = with_legs(Case(store.deal, store.pipeline, (), (), (), NOW), store.shipments.values())
    [cup, _] = goods_of(store.deal)
    store.save(again(case, (replace(cup, quantity=Decimal(1)),)).decisions)
    assert store.shipments[2].leg == PICKED
    store.packs(2, *boxes(700))
    store.look()
    assert (store.shipments[3].follows, store.requests[3].cod) == (2, None)
    assert [(item.name, item.quantity) for item in store.requests[3].parcels[0].items] == [("Чашка", 1)]


def test_a_dry_run_says_the_chain() -> None:
    trial = try_out(deal(rows=GOODS), chained(), (), NOW)
    assert (trial.connection_id, trial.before) == (CARRIER, Before(BARN, "pick"))
    assert trial.request is not None
    assert trial.request.service_code == "parcel"


# --- what was packed --------------------------------------------------------------------------------------------------


def _item(name: str, quantity: int, weight: int, price: int = 100) -> Item:
    return Item(name, name, quantity, Money(price, "RUB"), weight)


items = st.lists(
    st.builds(_item, st.sampled_from("abcdef"), st.integers(1, 9), st.integers(1, 5000), st.integers(0, 99999)),
    min_size=1,
    max_size=5,
    unique_by=lambda item: item.name,
)
found_boxes = st.lists(
    st.builds(Parcel, st.integers(0, 30000), st.integers(0, 900), st.integers(0, 900), st.integers(0, 900)), max_size=6
)


def _inside(parcels: tuple[Parcel, ...]) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for item in (item for parcel in parcels for item in parcel.items):
        quantity, value = found.get(item.name, (0, 0))
        found[item.name] = (quantity + item.quantity, value + item.quantity * item.price.minor)
    return found


@settings(max_examples=60, deadline=None)
@given(st.lists(items, min_size=1, max_size=3), found_boxes)
def test_no_piece_and_no_kopeck_is_lost_in_measured_parcels(laid: list[list[Item]], found: list[Parcel]) -> None:
    parcels = tuple(
        Parcel(sum(item.weight_g * item.quantity for item in inside), 0, 0, 0, tuple(inside)) for inside in laid
    )
    result = measured(parcels, found)
    assert _inside(result) == _inside(parcels)
    assert len(result) == (len(found) or len(parcels))
    weighed = sorted(each.weight_g for each in found if each.weight_g)
    if len(weighed) == len(found) > 0:
        assert sorted(each.weight_g for each in result) == weighed
    assert all(each.weight_g > 0 for each in result)
    pieces_there = sum(quantity for quantity, _ in _inside(parcels).values())
    if len(found) != len(parcels) and found:
        assert sum(not each.items for each in result) == max(0, len(found) - pieces_there)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=2, max_size=2))
def test_what_is_there_and_what_is_missing_is_what_was_asked(told: list[tuple[int, bool]]) -> None:
    store = Store()
    store.look()
    picking = store.shipments[1].picking
    assert picking is not None
    lines = tuple(
        PickedLine(each.sku, each.quantity, *((Decimal(0), Decimal(n)) if out else (Decimal(n),)))
        for each, (n, out) in zip(picking.asked, told, strict=True)
    )
    found = got(replace(picking, lines=lines))
    there = {line.row: line.quantity for line in found.lines}
    missing = {line.row: line.quantity for line in found.missing}
    for each, (n, _) in zip(picking.asked, told, strict=True):
        assert there.get(each.row, 0) == min(n, each.quantity)
        assert there.get(each.row, 0) + missing.get(each.row, 0) == each.quantity


def test_a_part_of_a_unit_is_picked_as_one_piece_or_by_measure() -> None:
    store = Store(deal(rows=(replace(GOODS[0], quantity=Decimal("1.5")),)))
    store.look()
    picking = store.shipments[1].picking
    assert picking is not None
    for ordered, there, left in (("1", "1", "1.5"), ("1", "0", "0"), ("1.5", "1.2", "1.2")):
        line = PickedLine("CUP-1", Decimal(ordered), Decimal(there))
        assert sum(each.quantity for each in got(replace(picking, lines=(line,))).lines) == Decimal(left)


# --- whatever happens -------------------------------------------------------------------------------------------------

EVENTS = ("look", "look", "person", "pack", "short", "ship", "cancel", "reject", "create", "deliver", "lose", "back",
          "fix", "again")  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(EVENTS), st.integers(0, 7)), max_size=25))
def test_there_is_never_a_second_live_order_of_a_leg(events: list[tuple[str, int]]) -> None:
    store = owing()
    for at, (event, which) in enumerate(events):
        _happens(store, event, which, at)
        _holds(store)


def _happens(store: Store, event: str, which: int, at: int) -> None:
    ids = sorted(store.shipments)
    one = store.shipments[ids[which % len(ids)]] if ids else None
    match event:
        case "look":
            store.look()
        case "person":
            store.look(by_person=True)
        case "lose":
            store.in_stage("C3:LOSE", "F")
        case "back":
            store.in_stage(SHIP, history_id=200 + at)
        case "again":
            store.in_stage("C3:PICK")
        case "fix":
            store.deal = replace(store.deal, fields={Role.ADDRESS: f"Казань, Баумана {at}"})
        case _ if one is not None and one.status.is_live:
            _legs(store, event, one, which)


def _legs(store: Store, event: str, one: ShipmentView, which: int) -> None:
    match event:
        case "pack" if one.leg == PICKED:
            store.packs(one.id, *boxes(*[700] * (which % 3)))
        case "short" if one.leg == PICKED:
            store.packs(one.id, *boxes(*[700] * (which % 3)), CUP_1=which % 3, TEA_1=(which + 1) % 4)
        case "ship" if one.status.rank < Status.IN_TRANSIT.rank:
            store.becomes(one.id, Status.IN_TRANSIT)
        case "create" if one.status.rank < Status.CREATED.rank:
            store.becomes(one.id, Status.CREATED)
        case "cancel" | "reject" if not one.status.has_moved:
            store.becomes(one.id, Status.CANCELLED if event == "cancel" else Status.REJECTED)
        case "deliver" if one.leg != PICKED:
            store.becomes(one.id, Status.DELIVERED)


def _holds(store: Store) -> None:
    """No goods are in two orders that are on their way or delivered, a warehouse's order has one live carrier's, and no
    kopeck is collected twice."""
    sent: dict[int, Decimal] = {}
    taken = [each for each in pieces(store.shipments.values()) if is_taken(each.status)]
    for lines in (each.portion.lines if each.portion else goods_of(store.deal) for each in taken):
        for line in lines:
            sent[line.row] = sent.get(line.row, Decimal(0)) + line.quantity
    assert all(sent.get(row.id, 0) <= row.quantity for row in GOODS), sent
    followed = [each.follows for each in store.carried if each.follows and each.status.is_live]
    assert len(followed) == len(set(followed))
    carried = [store.requests[each.id].cod for each in store.carried if is_taken(each.status)]
    assert sum(cod.minor for cod in carried if cod) <= OWED_MINOR


def test_problems_that_keep_the_carrier_away_are_told_once() -> None:
    store = Store()
    store.look()
    store.packs(1)
    store.deal = replace(store.deal, fields={Role.ADDRESS: ""})
    first = [each for each in store.look() if isinstance(each, OpenProblem)]
    assert [(each.problem.code, each.shipment_id) for each in first] == [("destination_missing", 1)]
    assert not [each for each in store.look() if isinstance(each, OpenProblem)]
    store.deal = replace(store.deal, fields={Role.ADDRESS: "Казань, Баумана 5"})
    store.look()
    assert (len(store.carried), store.codes) == (1, set())


def test_a_move_back_to_the_shipping_stage_makes_no_second_chain() -> None:
    store = Store()
    store.look()
    store.packs(1)
    store.look()
    store.becomes(2, Status.CREATED)
    store.in_stage(SHIP, history_id=140)
    store.moves = (move(140, 0),)
    store.look()
    assert len(store.shipments) == 2
    assert isinstance(store.shipments[1].picking, Picking)
