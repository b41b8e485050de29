"""Goods in parcels as a person laid them: what travels, what is a guess, and when a plan does not hold."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from b24app.flows.compose import compose
from b24app.flows.cutting import cut
from b24app.flows.laying import holds, lay, pieces_of
from b24app.flows.packing import gathered, moved, packing_of, together
from b24app.flows.plan import ParcelPlan, PlannedParcel, Share, Stated
from b24app.flows.portions import Line
from b24app.flows.rates import price_key, price_request
from b24app.flows.snapshot import CatalogueSize, Defaults, ProductRow, Source
from b24app.flows.trial import try_out
from b24app.logistics.money import Money
from tests.unit.flows.given import NOW, deal, pipeline

CUPS = ProductRow(1, "Чашка", Money.of(450), Decimal(3), sizes=(CatalogueSize(Source.VARIATION, 300, 100, 90, 80),))
NAILS = ProductRow(2, "Гвозди", Money.of(200), Decimal("1.5"), sizes=(CatalogueSize(Source.SECTION, 1000),))
CARE = ProductRow(3, "Сборка", Money.of(900), Decimal(1), type=7)
ROWS = (CUPS, NAILS, CARE)
DEFAULTS = Defaults(packaging_g=50)
SPLIT = ParcelPlan(
    together(ROWS).signature,
    (
        PlannedParcel((Share(1, 2),), weight_g=700, length_mm=200, width_mm=300, height_mm=100),
        PlannedParcel((Share(1, 1), Share(2, 1)), packaging_g=0),
    ),
    (Stated(2, 900),),
)


def test_a_plan_goes_before_the_one_parcel_and_what_was_measured_is_no_guess() -> None:
    (single,), _ = lay(ROWS, DEFAULTS)
    assert (single.weight_g, single.guesses) == (300 * 3 + 1500 + 50, ("weight:section",))
    (first, second), problems = lay(ROWS, DEFAULTS, SPLIT)
    assert problems == []
    assert (first.weight_g, first.length_mm, first.width_mm, first.height_mm, first.guesses) == (700, 300, 200, 100, ())
    assert [(item.name, item.quantity) for item in second.items] == [("Чашка", 1), ("Гвозди, 1.5", 1)]
    assert (second.weight_g, second.guesses) == (300 + 1350, ()), "no packaging, and the piece as the person said"


def test_a_plan_for_other_goods_is_never_used_and_the_person_is_asked() -> None:
    same = (replace(NAILS, price=Money.of(1)), CARE, replace(CUPS, sizes=()))
    assert holds(SPLIT, same), "prices, order and the catalogue's weights do not matter"
    for rows in ((replace(CUPS, quantity=Decimal(4)), NAILS), (CUPS,), (*ROWS, replace(CUPS, id=9))):
        parcels, [problem] = lay(rows, DEFAULTS, SPLIT)
        assert (parcels, problem.code) == ((), "parcels_changed")
    lost = replace(SPLIT, parcels=SPLIT.parcels[:1])
    assert lay(ROWS, DEFAULTS, lost)[1][0].code == "parcels_changed", "a piece without a place"


def test_the_order_its_price_and_the_dry_run_have_the_same_parcels() -> None:
    plain = compose(deal(rows=ROWS), pipeline())
    laid = compose(deal(rows=ROWS, plan=SPLIT), pipeline())
    assert laid.request is not None
    assert [parcel.weight_g for parcel in laid.request.parcels] == [700, 1650]
    assert laid.facts.weight_g == 2350
    assert laid.input_hash == plain.input_hash, "laying goods sends nothing by itself"
    asked, before = price_request(laid, None), price_request(plain, None)
    assert asked is not None and before is not None
    assert [parcel.weight_g for parcel in asked.parcels] == [700, 1650]
    assert price_key(asked) != price_key(before)
    told = try_out(deal(rows=ROWS, plan=SPLIT), pipeline(), (), NOW).told
    weights = [(line.value, line.origin.kind) for line in told if line.label == "weight"]
    assert weights == [(700, "person"), (1650, "goods")]


def test_a_weight_that_nobody_knows_is_asked_for_once() -> None:
    bare = replace(CUPS, sizes=())
    plan = ParcelPlan(together([bare]).signature, (PlannedParcel((Share(1, 1),)), PlannedParcel((Share(1, 2),))))
    parcels, problems = lay([bare], DEFAULTS, plan)
    assert (parcels, [problem.code for problem in problems]) == ((), ["weight_missing"])
    assert lay([bare], DEFAULTS, replace(plan, stated=(Stated(1, 200),)))[1] == []


def test_a_part_of_the_deal_lies_as_it_was_laid() -> None:
    """Of a deal that is split, each shipment takes its goods out of the parcels."""
    part = cut(deal(rows=ROWS, plan=SPLIT), [Line(1, "Чашка", Decimal(2))])
    [parcel], problems = lay(part.rows, DEFAULTS, part.plan)
    assert (problems, parcel.weight_g, parcel.length_mm) == ([], 700, 300), "the box that was weighed"
    rest = cut(deal(rows=ROWS, plan=SPLIT), [Line(1, "Чашка", Decimal(1)), Line(2, "Гвозди", Decimal("1.5"))])
    first, second = lay(rest.rows, DEFAULTS, rest.plan)[0]
    assert (first.weight_g, first.length_mm) == (350, 100), "half of a box is not what was weighed"
    assert second.weight_g == 1350
    # What was left is laid anew, and of that again only a part is sent.
    two = replace(CUPS, quantity=Decimal(2))
    anew = replace(together([two]), parcels=(PlannedParcel((Share(1, 1),), 500), PlannedParcel((Share(1, 1),))))
    of_rest = replace(anew, whole=together(ROWS).signature)
    one = cut(deal(rows=ROWS, plan=of_rest), [Line(1, "Чашка", Decimal(1))])
    assert [parcel.weight_g for parcel in lay(one.rows, DEFAULTS, one.plan)[0]] == [500]
    for plan, rows in ((anew, ROWS), (of_rest, (*ROWS, replace(CUPS, id=9)))):
        other = cut(deal(rows=rows, plan=plan), [Line(1, "Чашка", Decimal(1))])
        assert lay(other.rows, DEFAULTS, other.plan)[1][0].code == "parcels_changed", "the deal has other goods since"
    more = cut(deal(rows=ROWS, plan=of_rest), [Line(1, "Чашка", Decimal(3))])
    assert lay(more.rows, DEFAULTS, more.plan)[1][0].code == "parcels_changed", "not all of it was laid"
    found = packing_of(rest, pipeline(), deal(rows=ROWS, plan=SPLIT))
    assert found.plan is not None and holds(found.plan, found.rows) and found.whole == together(ROWS).signature
    stale = cut(deal(rows=(CUPS,), plan=SPLIT), [Line(1, "Чашка", Decimal(1))])
    assert lay(stale.rows, DEFAULTS, stale.plan)[1][0].code == "parcels_changed"


def test_what_was_weighed_is_forgotten_when_other_goods_lie_in_the_box() -> None:
    after = moved(SPLIT, 0, 1, 1, 1)
    assert [parcel.weight_g for parcel in after.parcels] == [0, 0]
    assert after.parcels[0].length_mm == 200, "the box is the same"


@pytest.mark.parametrize(
    ("step", "parcels"),
    [
        ((0, 1, 9, 2), [[(1, 1), (2, 1)], [(1, 2)]]),
        ((1, 2, 1, 0), [[(1, 2), (2, 1)], [(1, 1)]]),
        ((1, 1, 1, 2), [[(1, 2)], [(2, 1)], [(1, 1)]]),
        ((0, 2, 1, 1), None),
        ((0, 1, 1, 7), None),
        ((5, 1, 1, 0), None),
        ((0, 1, 0, 1), None),
    ],
)
def test_pieces_move_and_empty_parcels_are_gone(
    step: tuple[int, ...], parcels: list[list[tuple[int, int]]] | None
) -> None:
    after = moved(SPLIT, *step)
    if parcels is None:
        assert after == SPLIT
    else:
        assert [[(share.row, share.pieces) for share in parcel.shares] for parcel in after.parcels] == parcels


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(1, 3), st.integers(0, 9), st.integers(0, 5)), max_size=12))
def test_no_move_loses_or_makes_a_piece(steps: list[tuple[int, int, int, int]]) -> None:
    plan = together(ROWS)
    for step in steps:
        plan = moved(plan, *step)
    laid = Counter[int]()
    for parcel in plan.parcels:
        assert parcel.shares
        for share in parcel.shares:
            laid[share.row] += share.pieces
    assert laid == {row.id: pieces_of(row) for row in (CUPS, NAILS)}
    assert holds(plan, ROWS)
    assert len(gathered(plan).parcels) == 1 and holds(gathered(plan), ROWS)
