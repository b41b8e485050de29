"""The words of the returns desk: a return, its rows and pieces, what was counted of them, and how it ends. Pure data.

What may happen to it is in `flows.returns`; docs/returns.md has the whole on one page.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from b24app.logistics.jsonable import Jsonable
from b24app.logistics.money import Money


class ReturnStage(StrEnum):
    """Where a return is, in the order of its life; the last two are its ends: success and failure. A portal has its own
    stages for these, and its own names of them (`flows.return_process`)."""

    REQUESTED = "requested"
    APPROVED = "approved"
    COLLECTION_BOOKED = "collection_booked"
    IN_TRANSIT = "in_transit"
    RECEIVED = "received"
    INSPECTED = "inspected"
    REFUNDED = "refunded"
    REPLACED = "replaced"
    CLOSED = "closed"
    #: It does not take place: we said no, or the client thought better of it.
    REFUSED = "refused"

    @property
    def rank(self) -> int:
        """How far along; refunded and replaced are two ends of one step."""
        return _RANKS[self]

    @property
    def is_final(self) -> bool:
        return self in (ReturnStage.CLOSED, ReturnStage.REFUSED)

    @property
    def is_counted(self) -> bool:
        """What arrived is known and counts from now on, instead of what was asked."""
        return self.rank >= _RANKS[ReturnStage.INSPECTED] and self is not ReturnStage.REFUSED


_RANKS = {
    ReturnStage.REQUESTED: 0,
    ReturnStage.APPROVED: 1,
    ReturnStage.COLLECTION_BOOKED: 2,
    ReturnStage.IN_TRANSIT: 3,
    ReturnStage.RECEIVED: 4,
    ReturnStage.INSPECTED: 5,
    ReturnStage.REFUNDED: 6,
    ReturnStage.REPLACED: 6,
    ReturnStage.CLOSED: 7,
    ReturnStage.REFUSED: 7,
}


class ReturnOrigin(StrEnum):
    """How it began."""

    CRM_ITEM = "crm_item"
    MANAGER = "manager"
    CUSTOMER = "customer"
    TRACKING = "tracking"
    AUTOMATION = "automation"


class Outcome(StrEnum):
    """What becomes of it in the end. Written-off goods are paid for like kept ones; goods that are replaced or go back
    to the client are not."""

    REFUND = "refund"
    REPLACEMENT = "replacement"
    BACK_TO_CUSTOMER = "back_to_customer"
    WRITE_OFF = "write_off"

    @property
    def is_paid(self) -> bool:
        return self in (Outcome.REFUND, Outcome.WRITE_OFF)


class DeliveryCost(StrEnum):
    """What becomes of the delivery cost that the client paid: it is kept, goes back with the first return that is
    settled so, or with the one that makes all goods of the deal come back. In any case once."""

    KEPT = "kept"
    RETURNED = "returned"
    WITH_ALL = "with_all"


class Condition(StrEnum):
    """How pieces were found. `wrong` = something else lay in the box, `missing` = nothing did, `lost` = the carrier
    that brought them back lost them, so that the client has done their part."""

    AS_NEW = "as_new"
    DAMAGED = "damaged"
    WRONG = "wrong"
    MISSING = "missing"
    LOST = "lost"

    @property
    def is_back(self) -> bool:
        """The client no longer has these pieces, so that they can come back only this once."""
        return self not in (Condition.WRONG, Condition.MISSING)


@dataclass(frozen=True, slots=True)
class Span(Jsonable):
    """Pieces of a sold row, from `begin` up to `end`, of 0 to its quantity: of three cups the second one is 1 to 2.

    A return says which pieces it takes, not only how many: the money of a row then adds up to what was paid for it,
    in whatever order the pieces come back and whichever return is called off."""

    begin: Decimal
    end: Decimal

    @property
    def quantity(self) -> Decimal:
        return self.end - self.begin


@dataclass(frozen=True, slots=True)
class Sold(Jsonable):
    """A row of goods as it was sold. `row` is the portal's id of it; `paid` is for the whole row, after discounts, tax
    included. `divisible`: its unit is no piece (kilograms, metres), so that a part of one may come back. `sections` are
    the catalogue's, the nearest first."""

    row: int
    title: str
    quantity: Decimal
    paid: Money
    sku: str = ""
    product_id: int = 0
    barcodes: tuple[str, ...] = ()
    sections: tuple[int, ...] = ()
    divisible: bool = False


@dataclass(frozen=True, slots=True)
class ReturnLine(Jsonable):
    """What is asked to come back of a row. `sold` is a copy: a deal that is edited later does not change it. `pieces`
    are disjoint and as many as are asked. `reason` is a code of the portal's list of reasons."""

    sold: Sold
    pieces: tuple[Span, ...]
    reason: str = ""
    note: str = ""

    @property
    def row(self) -> int:
        return self.sold.row

    @property
    def asked(self) -> Decimal:
        return sum((span.quantity for span in self.pieces), Decimal(0))


@dataclass(frozen=True, slots=True)
class Counted(Jsonable):
    """Pieces of a row that were found alike. `percent` is what is taken off the price of damaged ones, None = as the
    portal's rules say. `photos` are keys of stored pictures, or of the warehouse's (`Finding.photos`)."""

    row: int
    quantity: Decimal
    condition: Condition
    percent: int | None = None
    note: str = ""
    photos: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scan(Jsonable):
    """A clerk found pieces, or takes an earlier scan back: `undoes` is that one's `key`. `key` is made by the phone, so
    that a scan which is sent twice is one. `row` 0 = what `code` says is none of the return's. A scan of no quantity is
    a `note` on what was found so. `at` by the phone's clock, `by` a user of the portal. `teaches`: the clerk says that
    this code is one of these goods, "" = nothing new."""

    key: str
    at: datetime
    code: str = ""
    row: int = 0
    quantity: Decimal = Decimal(1)
    condition: Condition = Condition.AS_NEW
    by: int = 0
    name: str = ""
    undoes: str = ""
    note: str = ""
    teaches: str = ""


@dataclass(frozen=True, slots=True)
class Signed(Jsonable):
    """Who decided against a rule, and why. `by` is a user of the portal."""

    by: int
    name: str
    why: str
    at: datetime

    @property
    def is_valid(self) -> bool:
        return self.by > 0 and bool(self.name.strip()) and bool(self.why.strip())


@dataclass(frozen=True, slots=True)
class Agreed(Jsonable):
    """Another sum than the inspection gives, as a person settled it with the client."""

    amount: Money
    signed: Signed


@dataclass(frozen=True, slots=True)
class Settled(Jsonable):
    """What was worked out for a return when it was inspected: what its goods are worth now, the delivery cost that
    goes back with it, and what is owed. Kept, so that rules that change later change no promise."""

    credit: Money
    delivery: Money
    owed: Money


@dataclass(frozen=True, slots=True)
class Return(Jsonable):
    """Goods of a deal on their way back. `number` is ours. `key` names what it began with, where that may be told
    twice (`flows.returns.starts`). `undelivered`: the goods never were the client's, so that nothing of their condition
    is the client's concern. `override` lets it pass the return window. `delivery` None = as the portal's rules say,
    `refunded` None = nothing yet."""

    number: str
    deal_id: int
    stage: ReturnStage
    origin: ReturnOrigin
    lines: tuple[ReturnLine, ...] = ()
    asked_at: datetime | None = None
    key: str = ""
    undelivered: bool = False
    counted: tuple[Counted, ...] = ()
    outcome: Outcome | None = None
    override: Signed | None = None
    delivery: DeliveryCost | None = None
    agreed: Agreed | None = None
    settled: Settled | None = None
    refunded: Money | None = None

    @property
    def is_paid(self) -> bool:
        """It ends with money, as far as anybody has said: without an outcome nobody has said otherwise."""
        return self.outcome is None or self.outcome.is_paid
