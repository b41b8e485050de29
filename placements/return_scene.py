"""What the page of a return is drawn from, and the sums that several of its parts tell. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from decimal import Decimal

from b24app.flows.returns.counting import Found, asked_of, found_of, uncounted
from b24app.flows.returns.facts import Looked
from b24app.flows.returns.ways import WayOffer
from b24app.frames.formats import Formats
from b24app.frames.rights import Right
from b24app.logistics.money import Money
from b24app.logistics.numbers import read_decimal
from b24app.logistics.returning import Condition, Return, ReturnStage
from b24app.store.faces.returns import ReturnFacts
from b24app.store.models import ErrandState
from b24app.store.return_errands import Errand

#: An errand that came to nothing: somebody has to choose anew.
_FAILED = (ErrandState.REFUSED, ErrandState.DEAD)
NOTHING = Decimal(0)
#: Portals keep quantities with four places.
_FINEST = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Scene:
    """`looked` None = the deal was not read yet. `mine` are the person's rights. `carriers`: account id -> its system's
    name for people; `offers`: ways in which the goods may come back; `prices` "" = none to ask for, "asking", or
    "known"; `here` and `me` are the person. `client_page` is where the client follows it, "" = nowhere."""

    facts: ReturnFacts
    formats: Formats
    looked: Looked | None
    zone: tzinfo
    mine: Collection[Right]
    carriers: Mapping[int, str]
    offers: tuple[WayOffer, ...] = ()
    prices: str = ""
    services: Mapping[tuple[int, str], str] = field(default_factory=dict)
    here: int = 0
    me: str = ""
    client_page: str = ""

    @property
    def case(self) -> Return:
        return self.facts.case

    @property
    def stage(self) -> ReturnStage:
        return self.facts.case.stage

    @property
    def decides(self) -> bool:
        return Right.RETURNS in self.mine

    @property
    def pays(self) -> bool:
        return Right.REFUNDS in self.mine

    @property
    def found(self) -> tuple[Found, ...]:
        return found_of(self.case)

    @property
    def asked(self) -> Decimal:
        return sum((asked.quantity for asked in asked_of(self.case)), NOTHING)

    @property
    def came(self) -> Decimal:
        """Pieces that lay in the box and are the return's."""
        return sum((each.quantity for each in self.found if came(each.condition)), NOTHING)

    def of(self, *conditions: Condition) -> Decimal:
        return sum((each.quantity for each in self.found if each.condition in conditions), NOTHING)

    @property
    def is_counted(self) -> bool:
        return bool(self.case.lines) and not uncounted(self.case)

    @property
    def owed(self) -> Money | None:
        return self.looked.line.owed if self.looked and self.looked.line else None

    @property
    def left(self) -> Money | None:
        """What is left to pay of a sum that was worked out; None = it was not, or nothing is paid in the end."""
        return self.looked.facts.left if self.looked and self.case.is_paid else None

    @property
    def failed(self) -> Errand | None:
        """The way back that came to nothing and was not replaced by another one."""
        errand = self.facts.collection
        waits = self.stage in (ReturnStage.APPROVED, ReturnStage.COLLECTION_BOOKED)
        return errand if errand is not None and errand.state in _FAILED and waits else None

    @property
    def client(self) -> str:
        """Their name, or a word for them."""
        kept = self.facts.kept.client
        basis = self.facts.basis
        return (kept.name if kept else "") or (basis.client if basis else "") or self.formats.words("ret.client")

    @property
    def phone(self) -> str:
        """The client's, E.164; "" = nobody knows."""
        carried = self.facts.basis.carried if self.facts.basis else None
        return (carried.recipient.phone or "") if carried is not None else ""

    def when(self, *stages: ReturnStage) -> datetime | None:
        """When it came to one of these stages last; None = it never did."""
        moves = [each for each in self.facts.moves if each.stands in stages and each.was is not each.stands]
        return moves[-1].at if moves else None

    def money(self, money: Money) -> str:
        return self.formats.money(money.minor, money.currency)


def came(condition: Condition) -> bool:
    """Whether pieces found so lay in the box."""
    return condition in (Condition.AS_NEW, Condition.DAMAGED)


# --- numbers that people type -----------------------------------------------------------------------------------------


def read_quantity(text: str, divisible: bool) -> tuple[Decimal, str]:
    """How many of a row, nothing typed is none; and what is wrong with it, a key of the `ret.wrong.*` words."""
    if not text:
        return NOTHING, ""
    found = read_decimal(plain_number(text))
    if found is None or found < 0 or found != found.quantize(_FINEST):
        return NOTHING, "quantity"
    return (found, "") if divisible or found == found.to_integral_value() else (NOTHING, "whole")


def plain_number(text: str) -> str:
    """`4 644,00 ₽` as people type it: without spaces and signs, with a point."""
    kept = "".join(text.split()).replace("\u202f", "").removesuffix("₽").removeprefix("₽")
    return kept.replace(",", ".") if kept.count(",") == 1 and "." not in kept else kept
