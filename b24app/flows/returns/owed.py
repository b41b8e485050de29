"""The money line of a return: what is owed, refunded and left, and how it came to that. Pure.

It is a proposal: a person pays, and says so; nothing is ever refunded by us. Every amount is exact to the minor unit,
and all returns of a deal together never come to more than the client has paid.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction

from b24app.flows.returns.counting import Asked, Found, asked_of, found_of, uncounted
from b24app.flows.returns.pieces import NOTHING, rounded, worth_of
from b24app.flows.returns.quantities import rooms_of
from b24app.logistics.jsonable import Jsonable
from b24app.logistics.money import Money
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.returning import Condition, Counted, DeliveryCost, Outcome, Return, ReturnStage, Settled, Sold

_WHOLE = 100


@dataclass(frozen=True, slots=True)
class MoneyRules(Jsonable):
    """A portal's own. `markdown`: percent off the price of pieces in a condition that come back; what is not named
    costs nothing off. The default of 20 is that of mockup 08."""

    markdown: Mapping[Condition, int] = field(default_factory=lambda: {Condition.DAMAGED: 20})
    delivery: DeliveryCost = DeliveryCost.KEPT


@dataclass(frozen=True, slots=True)
class Paid(Jsonable):
    """Of the whole deal: `total` was to be paid for goods and delivery, `delivery` is the delivery's part of it.
    `received` is what the client really paid: in advance, and to the carrier on delivery. Cash on delivery that the
    carrier was to collect and did not is not among it; whether the carrier has passed it on does not matter here."""

    total: Money
    delivery: Money
    received: Money


@dataclass(frozen=True, slots=True)
class Explained(Jsonable):
    """One line of how it came to the sum. `code`: a condition; `undelivered` (whole price, whatever its condition),
    `replaced`, `sent_back` (nothing, by the outcome); `delivery_kept`, `delivery_returned`; `unpaid` (what the client
    never paid cannot be owed) and `agreed` (the difference that a person settled)."""

    code: str
    amount: Money
    row: int = 0
    title: str = ""
    quantity: Decimal = NOTHING
    percent: int = 0


@dataclass(frozen=True, slots=True)
class MoneyLine(Jsonable):
    """`lines` add up to `owed`; `left` = owed - refunded, and never below nothing. `settled` is to be kept with the
    return. `problems` are a person's to look at; the sums hold without what they name."""

    owed: Money
    refunded: Money
    left: Money
    lines: tuple[Explained, ...]
    settled: Settled
    problems: tuple[Problem, ...] = ()


def money_line(
    case: Return, sold: Sequence[Sold], others: Sequence[Return], paid: Paid, rules: MoneyRules
) -> tuple[MoneyLine | None, list[Problem]]:
    """By what was counted; None = it cannot be said, the problems tell why. `others` are all other returns of the deal:
    those that are settled have their share of what was paid."""
    if len(_currencies(case, others, paid)) > 1:
        return None, [Problem("return_currency", Field.ITEMS, Who.MANAGER)]
    if not case.undelivered and uncounted(case):
        return None, [Problem("return_uncounted", Field.ITEMS)]
    before = _settled(others)
    goods = _goods(case, rules)
    delivery = _delivery(case, sold, others, paid, rules)
    credit = sum(line.amount.minor for line in goods)
    mine = credit + delivery.amount.minor
    owed = min(mine, _due(paid, mine, before), _unreturned(paid, before))
    lines = [*goods, delivery]
    if owed != mine:
        lines.append(Explained("unpaid", _like(paid, owed - mine)))
    settled = Settled(_like(paid, credit), delivery.amount, _like(paid, owed))
    agreed, problems = _agreed(case, paid, settled, before)
    if agreed != owed:
        lines.append(Explained("agreed", _like(paid, agreed - owed)))
    settled = replace(settled, owed=_like(paid, agreed))
    refunded = case.refunded.minor if case.refunded else 0
    if refunded > agreed:
        params = {"owed": settled.owed, "refunded": case.refunded}
        problems.append(Problem("return_refunded_more", Field.ITEMS, params=params))
    left = _like(paid, max(0, agreed - refunded))
    return MoneyLine(settled.owed, _like(paid, refunded), left, tuple(lines), settled, tuple(problems)), []


def promised(
    case: Return, sold: Sequence[Sold], others: Sequence[Return], paid: Paid, rules: MoneyRules
) -> tuple[MoneyLine | None, list[Problem]]:
    """What would be owed if all that was asked came back as new: what the client is told before anything is counted."""
    counted = tuple(Counted(asked.row, asked.quantity, Condition.AS_NEW) for asked in asked_of(case))
    return money_line(replace(case, counted=counted, agreed=None), sold, others, paid, rules)


def by_word(case: Return) -> MoneyLine | None:
    """Nobody can say what the client paid: then what a person settled holds, signed; None = nobody has."""
    agreed = case.agreed
    if agreed is None or not agreed.signed.is_valid or agreed.amount.minor < 0:
        return None
    owed, refunded = agreed.amount, case.refunded or Money(0, agreed.amount.currency)
    nothing = Money(0, owed.currency)
    left = Money(max(0, owed.minor - refunded.minor), owed.currency)
    return MoneyLine(owed, refunded, left, (Explained("agreed", owed),), Settled(nothing, nothing, owed))


def _currencies(case: Return, others: Sequence[Return], paid: Paid) -> set[str]:
    told = [paid.total, paid.delivery, paid.received, *(line.sold.paid for line in case.lines)]
    told += [each.settled.owed for each in others if each.settled]
    told += [case.refunded] if case.refunded else []
    told += [case.agreed.amount] if case.agreed else []
    return {money.currency for money in told}


def _like(paid: Paid, minor: int) -> Money:
    return Money(minor, paid.total.currency)


def _inspected(others: Sequence[Return]) -> list[Return]:
    """Those with a share of what was paid: a return that is counted once more, or refused, has none."""
    return [each for each in others if each.settled is not None and each.stage.is_counted]


def _settled(others: Sequence[Return]) -> list[Settled]:
    return [each.settled for each in _inspected(others) if each.settled is not None]


def _received(paid: Paid) -> int:
    return min(paid.received.minor, paid.total.minor)


def _unreturned(paid: Paid, before: Sequence[Settled]) -> int:
    """What the client has paid, less what other returns owe."""
    return max(0, _received(paid) - sum(each.owed.minor for each in before))


def _due(paid: Paid, mine: int, before: Sequence[Settled]) -> int:
    """What of the money received is due back once the order costs `mine` less, beside what is due for other returns.
    Goods that came back and were not paid cancel out, so that a refused parcel with cash on delivery comes to nothing.
    What a person gave others beyond their worth is taken from nobody."""
    worth = [each.credit.minor + each.delivery.minor for each in before]
    back = max(0, _received(paid) - paid.total.minor + sum(worth) + mine)
    return max(0, back - sum(min(each.owed.minor, all_) for each, all_ in zip(before, worth, strict=True)))


# --- lines ------------------------------------------------------------------------------------------------------------


def _goods(case: Return, rules: MoneyRules) -> list[Explained]:
    if not case.is_paid:
        code = "replaced" if case.outcome is Outcome.REPLACEMENT else "sent_back"
        return [_of_asked(code, asked, Money(0, asked.sold.paid.currency)) for asked in asked_of(case)]
    if case.undelivered:
        return [_of_asked("undelivered", asked, worth_of(asked.sold, asked.pieces)) for asked in asked_of(case)]
    return [_of_found(found, rules) for found in found_of(case)]


def _of_asked(code: str, asked: Asked, amount: Money) -> Explained:
    return Explained(code, amount, asked.row, asked.sold.title, asked.quantity)


def _of_found(found: Found, rules: MoneyRules) -> Explained:
    """Marked down as a whole and rounded once, so that equal pieces of one finding lose nothing twice."""
    percent = _percent(found, rules)
    worth = worth_of(found.sold, found.pieces)
    amount = rounded(Fraction(worth.minor * (_WHOLE - percent), _WHOLE))
    return Explained(
        found.condition.value, Money(amount, worth.currency), found.sold.row, found.sold.title, found.quantity, percent
    )


def _percent(found: Found, rules: MoneyRules) -> int:
    """Pieces that did not come are worth nothing, whatever anybody wrote; a finding's own percent goes first."""
    if not found.condition.is_back:
        return _WHOLE
    said = found.counted.percent if found.counted.percent is not None else rules.markdown.get(found.condition, 0)
    return min(_WHOLE, max(0, said))


def _delivery(case: Return, sold: Sequence[Sold], others: Sequence[Return], paid: Paid, rules: MoneyRules) -> Explained:
    """What of the delivery cost goes back with this return: all that has not gone back already, or nothing."""
    rest = max(0, paid.delivery.minor - sum(each.delivery.minor for each in _settled(others)))
    choice = case.delivery or rules.delivery
    goes_back = choice is DeliveryCost.RETURNED or (choice is DeliveryCost.WITH_ALL and _is_all(case, sold, others))
    if case.is_paid and goes_back:
        return Explained("delivery_returned", _like(paid, rest))
    return Explained("delivery_kept", _like(paid, 0))


def _is_all(case: Return, sold: Sequence[Sold], others: Sequence[Return]) -> bool:
    """Whether no goods of the deal are left with the client, by returns that are settled."""
    counted = replace(case, stage=ReturnStage.INSPECTED)
    return all(not room.left for room in rooms_of(sold, [*_inspected(others), counted]).values())


# --- what a person settled --------------------------------------------------------------------------------------------


def _agreed(case: Return, paid: Paid, settled: Settled, before: Sequence[Settled]) -> tuple[int, list[Problem]]:
    """The sum that holds. A person's sum that nobody signed, or above what the client has paid and not got back by
    other returns, is not taken."""
    owed, agreed = settled.owed.minor, case.agreed
    if agreed is None:
        return owed, []
    if not agreed.signed.is_valid:
        return owed, [Problem("return_agreed_unsigned", Field.ITEMS)]
    most = _unreturned(paid, before)
    if not 0 <= agreed.amount.minor <= most:
        params = {"agreed": agreed.amount, "most": _like(paid, most)}
        return owed, [Problem("return_agreed_too_much", Field.ITEMS, params=params)]
    return agreed.amount.minor, []
