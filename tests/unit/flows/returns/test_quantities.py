"""Never more back than was sold, whoever asks, in however many returns."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from b24app.flows.returns.counting import finished
from b24app.flows.returns.quantities import Told, by_article, check, lines_of, rooms_of, still_fits
from b24app.flows.returns.sold import shared_out, sold_of
from b24app.flows.snapshot import ProductRow
from b24app.logistics.money import Money
from b24app.logistics.returning import Condition, Outcome, Return, ReturnStage, Sold
from tests.unit.flows.returns.given import CUSHION, PLAID, SOLD, a_return, counted, wish

TEA = Sold(3, "Чай", Decimal("1.5"), Money(90000), "TEA", 13, divisible=True)


def left(*others: Return, sold: tuple[Sold, ...] = SOLD) -> dict[int, str]:
    return {row: str(room.left) for row, room in rooms_of(sold, others).items()}


def codes(*wishes: object, others: tuple[Return, ...] = ()) -> list[tuple[str, object]]:
    found = check(list(wishes), rooms_of((*SOLD, TEA), others))  # type: ignore[arg-type]
    assert all(
        problem.params.get("item") or problem.code in ("return_empty", "return_row_unknown") for problem in found
    )
    assert len({problem.key for problem in found}) == len(found)
    return [(problem.code, problem.params.get("part")) for problem in found]


def test_what_an_open_return_asks_is_taken_until_it_is_refused() -> None:
    first = a_return(wish(1, "1"))
    assert left(first) == {1: "1", 2: "1"}
    assert left(replace(first, stage=ReturnStage.REFUSED)) == {1: "2", 2: "1"}
    assert left(first, a_return(others=(first,))) == {1: "0", 2: "0"}


def test_after_the_count_only_what_the_client_no_longer_has_is_taken() -> None:
    case = a_return(stage=ReturnStage.RECEIVED, counted=(counted(1, "1"), counted(1, "1", Condition.WRONG)))
    assert left(case) == {1: "0", 2: "0"}
    case = replace(finished(case), stage=ReturnStage.INSPECTED)
    assert left(case) == {1: "1", 2: "1"}
    lost = replace(case, counted=(counted(1, "2", Condition.LOST), counted(2, "1", Condition.DAMAGED)))
    assert left(lost) == {1: "0", 2: "0"}


def test_goods_that_never_were_delivered_are_not_at_the_clients() -> None:
    case = finished(a_return(stage=ReturnStage.INSPECTED, undelivered=True))
    assert left(case) == {1: "0", 2: "0"}


@pytest.mark.parametrize("outcome", [Outcome.REPLACEMENT, Outcome.BACK_TO_CUSTOMER])
def test_goods_that_the_client_has_in_the_end_may_come_back_once_more(outcome: Outcome) -> None:
    case = replace(a_return(outcome=outcome, stage=ReturnStage.INSPECTED), counted=(counted(1, "2"), counted(2, "1")))
    assert left(case) == {1: "0", 2: "0"}
    assert left(replace(case, stage=ReturnStage.CLOSED)) == {1: "2", 2: "1"}
    assert left(replace(case, stage=ReturnStage.CLOSED, outcome=Outcome.REFUND)) == {1: "0", 2: "0"}


def test_problems_name_the_row() -> None:
    other = a_return(wish(1, "1"))
    assert codes() == [("return_empty", None)]
    assert codes(wish(9, "1")) == [("return_row_unknown", "row9")]
    assert codes(wish(1, "0"), wish(2, "-1"), wish(3, "NaN")) == [
        ("return_nothing_asked", "row1"),
        ("return_nothing_asked", "row2"),
        ("return_nothing_asked", "row3"),
    ]
    assert codes(wish(1, "2"), wish(2, "1"), others=(other,)) == [("return_too_many", "row1")]
    assert codes(wish(1, "0.5"), wish(3, "0.75")) == [("return_part_of_piece", "row1")]
    assert codes(wish(1, "Infinity"), wish(3, "1E+40")) == [
        ("return_nothing_asked", "row1"),
        ("return_too_many", "row3"),
    ]


def test_two_wishes_of_one_row_count_together_and_take_different_pieces() -> None:
    assert codes(wish(1, "1"), wish(1, "1", "fault")) == []
    assert codes(wish(1, "2"), wish(1, "1", "fault")) == [("return_too_many", "row1")]
    lines, _ = lines_of([wish(1, "1"), wish(1, "1", "fault")], rooms_of(SOLD, ()))
    assert [(str(line.pieces[0].begin), line.reason) for line in lines] == [("0", "colour"), ("1", "fault")]


def test_a_deal_that_is_edited_after_a_return_gives_no_pieces_twice() -> None:
    """The manager took the returned plaid out of the deal: one is still with the client."""
    first = a_return(wish(1, "1"))
    fewer = replace(PLAID, quantity=Decimal(1), paid=Money(258000))
    assert left(first, sold=(fewer, CUSHION)) == {1: "1", 2: "1"}
    second = a_return(wish(1, "1"), sold=(fewer, CUSHION), others=(first,))
    assert left(first, second, sold=(fewer, CUSHION)) == {1: "0", 2: "1"}
    # Two more were sold since: those may come back too.
    more = replace(PLAID, quantity=Decimal(4), paid=Money(1032000))
    assert left(first, second, sold=(more,)) == {1: "2"}


def test_rows_that_were_written_anew_are_known_by_their_goods() -> None:
    first = a_return(wish(1, "1"), wish(2, "1"))
    anew = (replace(PLAID, row=71), replace(CUSHION, row=72, product_id=0))
    assert left(first, sold=anew) == {71: "1", 72: "0"}
    assert left(first, sold=(replace(PLAID, row=71, title="Другой", product_id=99),)) == {71: "2"}
    # Two rows of one article, both written anew: each stands for one of the old ones, and none is counted twice.
    twins = (PLAID, replace(PLAID, row=3, quantity=Decimal(1), paid=Money(200000)))
    second = a_return(wish(1, "2"), wish(3, "1"), sold=twins)
    moved = (replace(PLAID, row=81), replace(twins[1], row=82))
    assert left(second, sold=moved) == {81: "0", 82: "0"}


def test_one_row_that_stands_for_two_old_ones_has_all_their_pieces_taken() -> None:
    twins = (replace(PLAID, quantity=Decimal(1)), replace(PLAID, row=3, quantity=Decimal(1)))
    both = a_return(sold=twins)
    assert left(both, sold=(replace(PLAID, row=91, quantity=Decimal(3)),)) == {91: "1"}


def test_a_return_that_is_opened_again_needs_its_pieces() -> None:
    refused = replace(a_return(wish(1, "2")), stage=ReturnStage.REFUSED)
    assert still_fits(refused, SOLD, []) == []
    second = a_return(wish(1, "1"), others=(refused,))
    [problem] = still_fits(refused, SOLD, [second])
    assert (problem.code, problem.params["item"]) == ("return_pieces_taken", PLAID.title)
    [gone] = still_fits(refused, (CUSHION,), [])
    assert gone.code == "return_pieces_taken"


def test_articles_find_their_rows() -> None:
    twins = (PLAID, CUSHION, replace(PLAID, row=3, quantity=Decimal(1)))
    rooms = rooms_of(twins, ())
    wishes, problems = by_article([Told(Decimal(3), "PLD-1"), Told(Decimal(1), title=" подушка «хвоя»")], rooms, "x")
    assert [(each.row, str(each.quantity), each.reason) for each in wishes] == [
        (1, "2", "x"),
        (3, "1", "x"),
        (2, "1", "x"),
    ]
    assert problems == []
    wishes, problems = by_article([Told(Decimal(4), "PLD-1"), Told(Decimal(1), "NO-1")], rooms)
    assert [str(each.quantity) for each in wishes] == ["2", "1"]
    assert [(each.code, each.params["item"], each.params["more"]) for each in problems] == [
        ("return_not_of_deal", "PLD-1", "1"),
        ("return_not_of_deal", "NO-1", "1"),
    ]


# --- what was sold ----------------------------------------------------------------------------------------------------


def test_goods_of_a_deal_and_what_was_paid_for_each_row() -> None:
    rows = [
        ProductRow(1, " Плед ", Money(258000), Decimal(2), product_id=11, sku="PLD-1 ", measure_code=796),
        ProductRow(2, "Доставка", Money(33000), Decimal(1), type=7),
        ProductRow(3, "Гвозди", Money(33333), Decimal("1.5"), measure_code=166),
        ProductRow(4, "Подарок", Money(0), Decimal(0)),
    ]
    plaid, nails = sold_of(rows, {1: ("460",)}, {11: (7, 3)})
    assert plaid == Sold(1, "Плед", Decimal(2), Money(516000), "PLD-1", 11, ("460",), (7, 3))
    assert (nails.paid, nails.divisible) == (Money(50000), True)


def test_a_discount_on_the_whole_order_is_borne_by_its_rows() -> None:
    rows = shared_out(SOLD, Money(500001))
    assert [each.paid.minor for each in rows] == [360840, 139161]
    with pytest.raises(ValueError, match="USD"):
        shared_out(SOLD, Money(1, "USD"))
