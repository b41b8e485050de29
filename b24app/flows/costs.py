"""What a delivery was to cost, what it costs and what is billed, side by side. Pure.

Quoted: the price that a person chose, or the last one that was told of what ships. Booked: the system's price when it
took the order. Billed: the system's price once it has the parcel, or the carrier's invoice, which goes before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from b24app.flows.rates import Choice
from b24app.logistics.money import Money
from b24app.logistics.ports import Quote
from b24app.logistics.status import Status


class QuotedBy(StrEnum):
    """`choice`: a person saw it and chose. `offer`: the account had told it of this deal, nobody chose."""

    CHOICE = "choice"
    OFFER = "offer"


class BilledBy(StrEnum):
    SYSTEM = "system"
    INVOICE = "invoice"


class Reason(StrEnum):
    """Why a bill is what it is; only what a system or an invoice says. `same`: there is no difference. `weight`: it
    weighed more than the order said. `service`: the bill names another service. `booking`: the price was that one
    already when the order was taken. `cheaper`: less than expected. `currency`: it cannot be compared. `unknown`:
    nobody says."""

    SAME = "same"
    WEIGHT = "weight"
    SERVICE = "service"
    BOOKING = "booking"
    CHEAPER = "cheaper"
    CURRENCY = "currency"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Price:
    """A sum, when it was told, and by what (`QuotedBy`, `BilledBy`, "" where there is only one way)."""

    money: Money
    at: datetime
    by: str = ""


@dataclass(frozen=True, slots=True)
class Costs:
    """One shipment's; None = nobody has told. Weights in grams, 0 = not told."""

    quoted: Price | None = None
    booked: Price | None = None
    billed: Price | None = None
    told_g: int = 0
    weighed_g: int = 0
    extra: str = ""

    @property
    def expected(self) -> Price | None:
        """What a bill is compared with: the quote, or the price at booking where nobody was asked before."""
        return self.quoted or self.booked

    @property
    def is_empty(self) -> bool:
        return not (self.quoted or self.booked or self.billed)


@dataclass(frozen=True, slots=True)
class Compared:
    """`over`: minor units above what was expected, below 0 = less; None = it cannot be compared."""

    over: int | None
    reason: Reason


def compared(costs: Costs) -> Compared | None:
    """The bill against what was expected; None while either is not known."""
    billed, expected = costs.billed, costs.expected
    if billed is None or expected is None:
        return None
    if billed.money.currency != expected.money.currency:
        return Compared(None, Reason.CURRENCY)
    over = billed.money.minor - expected.money.minor
    if over == 0:
        return Compared(0, Reason.SAME)
    if over < 0:
        return Compared(over, Reason.CHEAPER)
    return Compared(over, _why_more(costs, billed))


def _why_more(costs: Costs, billed: Price) -> Reason:
    if costs.weighed_g > costs.told_g > 0:
        return Reason.WEIGHT
    if costs.extra:
        return Reason.SERVICE
    if costs.booked is not None and costs.booked.money == billed.money:
        return Reason.BOOKING
    return Reason.UNKNOWN


def quoted(
    connection_id: int, service: str, choice: Choice | None, offers: Sequence[Quote], told_at: datetime | None
) -> Price | None:
    """What this account's service was said to cost: by the person's choice, if it is what ships, else by what the
    account has told of the deal (`offers`, at `told_at`)."""
    mine = choice if choice and (choice.connection_id, choice.service) == (connection_id, service) else None
    if mine is not None and mine.quote is not None:
        return Price(mine.quote.price, mine.at, QuotedBy.CHOICE)
    found = next((each for each in offers if each.service_code == service), None)
    return Price(found.price, told_at, QuotedBy.OFFER) if found is not None and told_at is not None else None


def system_bills(was: Status, now: Status, before: Money | None, told: Money | None) -> Money | None:
    """What the system asks for by what it tells of an order: another price than `before`, or the same one once it has
    the parcel. None = that is no news."""
    if before is None or told is None:
        return None  # the first price is that of the booking
    if told != before:
        return told
    return told if now.has_moved and not was.has_moved else None
