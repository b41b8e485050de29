"""The money line: mockup 08 to the kopeck, cash on delivery, delivery cost, and what a person settled."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from b24app.flows.returns.counting import finished
from b24app.flows.returns.owed import MoneyLine, MoneyRules, Paid, by_word, money_line, promised
from b24app.logistics.money import Money
from b24app.logistics.returning import Agreed, Condition, DeliveryCost, Outcome, Return, ReturnStage, Sold
from tests.unit.flows.returns.given import ANNA, CUSHION, PAID, PLAID, RULES, SOLD, a_return, counted, settled, wish

KEPT, BACK, WITH_ALL = DeliveryCost.KEPT, DeliveryCost.RETURNED, DeliveryCost.WITH_ALL


def line_of(case: Return, *others: Return, paid: Paid = PAID, rules: MoneyRules = RULES, **more: Any) -> MoneyLine:
    found, problems = money_line(case, more.get("sold", SOLD), others, paid, rules)
    assert problems == []
    assert found is not None
    assert sum(each.amount.minor for each in found.lines) == found.owed.minor
    return found


def told(found: MoneyLine) -> list[tuple[str, int]]:
    return [(each.code, each.amount.minor) for each in found.lines]


def as_new(*wishes: Any, others: tuple[Return, ...] = (), **changes: Any) -> Return:
    case = a_return(*wishes, others=others, stage=ReturnStage.RECEIVED, **changes)
    return replace(case, counted=tuple(counted(line.row, line.asked) for line in case.lines))


def kept(case: Return, found: MoneyLine) -> Return:
    return replace(case, stage=ReturnStage.INSPECTED, settled=found.settled)


def mockup() -> Return:
    pieces = (counted(1, "1"), counted(1, "1", Condition.DAMAGED, note="пятно у края"))
    return finished(a_return(stage=ReturnStage.RECEIVED, counted=pieces))


def test_how_it_came_to_4644() -> None:
    found = line_of(mockup())
    assert (found.owed, found.refunded, found.left) == (Money(464400), Money(0), Money(464400))
    assert sorted(told(found)) == [("as_new", 258000), ("damaged", 206400), ("delivery_kept", 0), ("missing", 0)]
    damaged = next(each for each in found.lines if each.code == "damaged")
    assert (damaged.row, damaged.title, damaged.quantity, damaged.percent) == (1, PLAID.title, Decimal(1), 20)


def test_refunded_and_left() -> None:
    found = line_of(replace(mockup(), refunded=Money(400000)))
    assert (found.refunded, found.left, found.problems) == (Money(400000), Money(64400), ())
    found = line_of(replace(mockup(), refunded=Money(464401)))
    assert (found.left, [each.code for each in found.problems]) == (Money(0), ["return_refunded_more"])


def test_what_is_promised_before_anything_is_counted() -> None:
    case = a_return(wish(1, "2"), wish(2, "1"))
    assert money_line(case, SOLD, (), PAID, RULES)[1][0].code == "return_uncounted"
    found, _ = promised(case, SOLD, (), PAID, RULES)
    assert found is not None
    assert found.owed == Money(715000)


@pytest.mark.parametrize(("percent", "rule", "owed"), [(None, 33, 172860), (0, 33, 258000), (100, 0, 0), (250, 0, 0)])
def test_a_finding_may_have_a_percent_of_its_own(percent: int | None, rule: int, owed: int) -> None:
    case = a_return(wish(1, "1"), counted=(counted(1, "1", Condition.DAMAGED, percent=percent),))
    assert line_of(case, rules=MoneyRules({Condition.DAMAGED: rule})).owed.minor == owed


def test_a_markdown_is_rounded_once_for_all_pieces_found_alike() -> None:
    """Three at 33.33 with 50 % off are 50.00, not three times 16.67."""
    sold = (Sold(1, "Чай", Decimal(3), Money(9999)),)
    case = a_return(sold=sold, counted=(counted(1, "3", Condition.DAMAGED, percent=50),))
    paid = Paid(Money(9999), Money(0), Money(9999))
    assert line_of(case, sold=sold, paid=paid).owed.minor == 5000


def test_what_did_not_come_is_worth_nothing_whatever_anybody_wrote() -> None:
    pieces = (counted(1, "2", Condition.MISSING, percent=0), counted(2, "1", Condition.WRONG, percent=0))
    assert line_of(a_return(counted=pieces)).owed == Money(0)
    # Lost by the carrier is another matter: the client handed it over.
    assert line_of(a_return(counted=(counted(1, "2", Condition.LOST), counted(2, "1")))).owed == Money(715000)


@pytest.mark.parametrize(
    ("outcome", "code"), [(Outcome.REPLACEMENT, "replaced"), (Outcome.BACK_TO_CUSTOMER, "sent_back")]
)
def test_goods_instead_of_money(outcome: Outcome, code: str) -> None:
    found = line_of(replace(mockup(), outcome=outcome, delivery=BACK))
    assert found.owed == Money(0)
    assert {line.code for line in found.lines} == {code, "delivery_kept"}


# --- delivery cost ----------------------------------------------------------------------------------------------------


def test_delivery_cost_goes_back_by_choice_and_once() -> None:
    first = as_new(wish(1, "1"), delivery=BACK)
    found = line_of(first)
    assert told(found)[-1] == ("delivery_returned", 33000)
    second = line_of(as_new(wish(1, "1"), others=(first,), delivery=BACK), kept(first, found))
    assert told(second) == [("as_new", 258000), ("delivery_returned", 0)]


def test_delivery_cost_goes_back_when_all_came_back() -> None:
    rules = MoneyRules(delivery=WITH_ALL)
    first = as_new(wish(1, "1"))
    one = line_of(first, rules=rules)
    assert told(one)[-1] == ("delivery_kept", 0)
    second = as_new(others=(first,))
    # The first one is still on its way: not everything is back yet.
    assert told(line_of(second, first, rules=rules))[-1] == ("delivery_kept", 0)
    two = line_of(second, kept(first, one), rules=rules)
    assert told(two)[-1] == ("delivery_returned", 33000)
    assert one.owed + two.owed == PAID.received
    # What a return itself says wins.
    assert told(line_of(replace(second, delivery=KEPT), kept(first, one), rules=rules))[-1] == ("delivery_kept", 0)
    assert told(line_of(mockup(), rules=rules))[-1] == ("delivery_kept", 0)


# --- what was paid ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("received", "delivery", "owed"),
    [
        # Cash on delivery, refused at the door: nobody paid anything.
        (0, KEPT, 0),
        (0, BACK, 0),
        # Paid in advance, delivery cost by choice.
        (748000, KEPT, 715000),
        (748000, BACK, 748000),
        # A part was paid in advance; the delivery is kept of it.
        (100000, KEPT, 67000),
        (100000, BACK, 100000),
        (20000, KEPT, 0),
        # A portal that counts a payment twice owes no more for it.
        (999999, BACK, 748000),
    ],
)
def test_an_order_that_was_never_delivered(received: int, delivery: DeliveryCost, owed: int) -> None:
    """Whatever its condition: the client never had it in their hands."""
    pieces = (counted(1, "1", Condition.DAMAGED), counted(1, "1", Condition.MISSING))
    case = finished(a_return(undelivered=True, delivery=delivery, counted=pieces))
    found = line_of(case, paid=replace(PAID, received=Money(received)))
    assert found.owed == Money(owed)
    assert {line.code for line in found.lines} - {"unpaid"} <= {"undelivered", "delivery_kept", "delivery_returned"}


def test_what_was_left_at_the_point_and_not_paid_is_not_owed() -> None:
    """Partly collected with cash on delivery: the client paid for what they kept."""
    case = as_new(wish(2, "1"), undelivered=True)
    found = line_of(case, paid=replace(PAID, received=Money(748000 - 199000)))
    assert told(found) == [("undelivered", 199000), ("delivery_kept", 0), ("unpaid", -199000)]


def test_what_one_return_gave_beyond_its_worth_is_taken_from_no_other() -> None:
    generous = settled(a_return(wish(1, "1")), 258000, owed=Money(300000))
    other = as_new(wish(2, "1"), others=(generous,))
    assert line_of(other, generous).owed == Money(199000)
    # But never more than was paid.
    everything = settled(a_return(wish(1, "1")), 258000, owed=PAID.received)
    assert told(line_of(other, everything))[-1] == ("unpaid", -199000)
    # A return that is counted once more, or was refused, has no share.
    for stage in (ReturnStage.RECEIVED, ReturnStage.REFUSED):
        gone = replace(generous, stage=stage, settled=replace(generous.settled, owed=Money(748000)))  # type: ignore[type-var]
        assert line_of(other, gone).owed == Money(199000)


# --- what a person settled --------------------------------------------------------------------------------------------


def test_a_person_may_settle_another_sum() -> None:
    found = line_of(replace(mockup(), agreed=Agreed(Money(500000), ANNA), refunded=Money(500000)))
    assert (found.owed, found.left, found.settled.owed) == (Money(500000), Money(0), Money(500000))
    assert told(found)[-1] == ("agreed", 35600)
    less = line_of(replace(mockup(), agreed=Agreed(Money(0), ANNA)))
    assert (less.owed, told(less)[-1]) == (Money(0), ("agreed", -464400))


@pytest.mark.parametrize(
    ("agreed", "code"),
    [
        (Agreed(Money(748001), ANNA), "return_agreed_too_much"),
        (Agreed(Money(-1), ANNA), "return_agreed_too_much"),
        (Agreed(Money(1), replace(ANNA, why=" ")), "return_agreed_unsigned"),
        (Agreed(Money(1), replace(ANNA, by=0)), "return_agreed_unsigned"),
    ],
)
def test_a_sum_that_cannot_be_is_not_taken(agreed: Agreed, code: str) -> None:
    found = line_of(replace(mockup(), agreed=agreed))
    assert (found.owed, [each.code for each in found.problems]) == (Money(464400), [code])


def test_currencies_do_not_mix() -> None:
    case = a_return(counted=(counted(1, "2"), counted(2, "1")), refunded=Money(5, "USD"))
    found, problems = money_line(case, SOLD, (), PAID, RULES)
    assert (found, [each.code for each in problems]) == (None, ["return_currency"])
    dollars = (replace(CUSHION, paid=Money(1, "USD")),)
    assert promised(a_return(sold=dollars), dollars, (), PAID, RULES)[0] is None


def test_where_nobody_knows_what_was_paid_a_person_s_word_holds() -> None:
    case = replace(mockup(), refunded=Money(100))
    assert by_word(case) is None
    found = by_word(replace(case, agreed=Agreed(Money(3000), ANNA)))
    assert found is not None
    assert (found.owed, found.left, found.settled.owed) == (Money(3000), Money(2900), Money(3000))
    assert by_word(replace(case, agreed=Agreed(Money(3000), replace(ANNA, why="")))) is None
    assert by_word(replace(case, agreed=Agreed(Money(-1), ANNA))) is None
