"""The ways in which the goods of a return may travel back, compared like those to the client; and the warehouse that
they go to. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from b24app.flows.returns.requests import Sent, brought_by
from b24app.flows.returns.rules import ReturnRules
from b24app.flows.returns.way import WayKind
from b24app.flows.simulate import Priced
from b24app.logistics.jsonable import Jsonable
from b24app.logistics.ports import Quote
from b24app.logistics.problem import Field, Problem
from b24app.logistics.returning import Return

#: Limits of manifests: the system takes back only what it brought itself (apiship: `POST /orders/return`; a text names
#: the setting which lifts this), clients hand in themselves, and nobody says what a way back costs.
OWN_ONLY, NO_COURIER, UNPRICED = "return_own_only", "return_no_courier", "return_unpriced"
#: No word about the way itself.
_SILENT = ("system_silent", "quote_failed")
#: An account that does not answer within this never will: it may be asked again.
LOST = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Carrier:
    """An account that can bring goods back. `priced`: its system tells what a way back costs; `points`: it has points
    where clients hand parcels in; `own_only`: it takes back only what it brought; `collects`: a courier comes."""

    connection_id: int
    system: str
    title: str
    priced: bool = False
    own_only: bool = False
    points: bool = True
    collects: bool = True


@dataclass(frozen=True, slots=True)
class Near(Jsonable):
    """A point near the client that takes parcels in."""

    code: str
    address: str
    metres: int | None = None


@dataclass(frozen=True, slots=True)
class Prices(Jsonable):
    """What one account says of a return's way back: with a courier from the client, and from a point, the first one of
    `near`. `answered_at` None = it is being asked."""

    asked_at: datetime
    answered_at: datetime | None = None
    courier: Priced = field(default_factory=Priced)
    point: Priced = field(default_factory=Priced)
    near: tuple[Near, ...] = ()

    def waits(self, now: datetime) -> bool:
        return self.answered_at is None and now - self.asked_at < LOST


@dataclass(frozen=True, slots=True)
class WayOffer(Jsonable):
    """A way that can be chosen, or could be but for `problem`. `quote` None = what it costs is not known, or (`asking`)
    not yet. `own`: this account brought the goods. `near` are points to hand them in at, `point_code` the one that
    is meant ("" = one has to be chosen)."""

    kind: WayKind
    connection_id: int = 0
    service: str = ""
    point_code: str = ""
    quote: Quote | None = None
    asking: bool = False
    own: bool = False
    near: tuple[Near, ...] = ()
    problem: Problem | None = None


def offers_of(
    case: Return,
    sent: Sequence[Sent],
    carriers: Sequence[Carrier],
    prices: Mapping[int, Prices],
    now: datetime,
) -> tuple[WayOffer, ...]:
    """All ways, those with a price first, the cheapest first of all; by hand and by the client themselves always. What
    was not delivered the carrier brings back by itself: nothing is ordered."""
    by_hand = (WayOffer(WayKind.BY_HAND), WayOffer(WayKind.BROUGHT))
    if case.undelivered:
        brought = brought_by(case, sent)
        return (WayOffer(WayKind.OWN, brought.connection_id if brought is not None else 0, own=True), *by_hand)
    found = [offer for each in carriers for offer in _by_carrier(case, sent, each, prices.get(each.connection_id), now)]
    return (*sorted(found, key=_order), *by_hand)


def can_ask(case: Return, sent: Sequence[Sent], carrier: Carrier) -> bool:
    """Whether this account may bring it back at all."""
    brought = brought_by(case, sent)
    mine = brought is not None and brought.connection_id == carrier.connection_id and bool(brought.remote_id)
    return not case.undelivered and (mine or not carrier.own_only)


def _by_carrier(
    case: Return, sent: Sequence[Sent], carrier: Carrier, prices: Prices | None, now: datetime
) -> list[WayOffer]:
    if not can_ask(case, sent, carrier):
        return []
    brought = brought_by(case, sent)
    own = brought is not None and brought.connection_id == carrier.connection_id
    service = brought.request.service_code if brought is not None and own else ""
    asking = carrier.priced and prices is not None and prices.waits(now)
    near = prices.near if prices is not None else ()
    known = (brought.request.point_code or "") if brought is not None and own else ""
    point = known or next((each.code for each in near), "")
    address = brought is not None and brought.request.address is not None
    kinds = (
        (WayKind.COURIER, "", () if address else (Problem("return_address_missing", Field.ADDRESS),)),
        (WayKind.POINT, point, () if point or asking else (Problem("return_point_missing", Field.POINT),)),
    )
    found: list[WayOffer] = []
    for kind, code, problems in kinds:
        if not (carrier.points or code if kind is WayKind.POINT else carrier.collects):
            continue
        told = Priced() if prices is None else prices.courier if kind is WayKind.COURIER else prices.point
        here = near if kind is WayKind.POINT else ()
        why = next(iter(problems), _refusal(told))
        usual = WayOffer(kind, carrier.connection_id, service, code, None, asking, own, here, why)
        quotes = [each for each in told.offers if not carrier.own_only or each.service_code == service]
        priced = [replace(usual, service=each.service_code, quote=each, asking=False) for each in quotes]
        found += priced or [usual]
    return found


def _refusal(told: Priced) -> Problem | None:
    """Why it does not go this way. A system that merely does not answer may still be asked to bring it."""
    silent = told.left_alone or (told.problem is not None and told.problem.code in _SILENT)
    return None if silent else told.problem


def _order(offer: WayOffer) -> tuple[bool, int, bool]:
    price = offer.quote.price.minor if offer.quote is not None else 0
    return offer.quote is None, price, not offer.own


def warehouse_of(rules: ReturnRules, sent: Sequence[Sent], able: Collection[int]) -> int:
    """The account that is to expect the goods, 0 = none. `able` are those whose system can. The one that the portal
    names, else the one that packed them, else the only one there is."""
    if rules.warehouse:
        return rules.warehouse if rules.warehouse in able else 0
    packed = next((each.connection_id for each in reversed(sent) if each.connection_id in able), 0)
    return packed or (next(iter(able)) if len(able) == 1 else 0)
