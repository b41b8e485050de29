"""What rules would choose for a deal, and what it would cost: the rows of a simulation. Pure.

A row holds nothing of the client: what rules may ask (a city, a weight, a sum) and what came of it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from b24app.flows.choose import Facts, Miss, Rule
from b24app.flows.compose import compose
from b24app.flows.picking import Before
from b24app.flows.snapshot import DealSnapshot, PipelineConfig
from b24app.logistics.addressing.parts import Part, write_address
from b24app.logistics.addressing.read import read_parts
from b24app.logistics.jsonable import Jsonable
from b24app.logistics.model import Address, Recipient, Sender, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.ports import Quote
from b24app.logistics.problem import Problem


@dataclass(frozen=True, slots=True)
class Chosen(Jsonable):
    """One deal of a simulation. `rule_id` 0 = no rule fits: the pipeline's own account and service ship. `service` is
    empty when there is none for this kind of delivery. With `problems` the deal would not be sent. `before` is the
    warehouse that it would go through first."""

    deal_id: int
    title: str
    moved_at: datetime | None
    facts: Facts
    connection_id: int
    service: str
    rule_id: int = 0
    rule: str = ""
    misses: tuple[Miss, ...] = ()
    problems: tuple[Problem, ...] = ()
    before: Before | None = None


@dataclass(frozen=True, slots=True)
class Priced(Jsonable):
    """What one account says of one deal. `offers` are its prices, cheapest first, `asked` that of the chosen service
    (None = not chosen, or not to be had); `problem` says why there is none. `left_alone` = its circuit is open."""

    offers: tuple[Quote, ...] = ()
    asked: Quote | None = None
    problem: Problem | None = None
    left_alone: bool = False


@dataclass(frozen=True, slots=True)
class Cheapest:
    """The best price that any account gave for a deal."""

    connection_id: int
    quote: Quote


def shipping_stages(pipeline: PipelineConfig) -> tuple[str, ...]:
    """The stages that ship and all after them but those of lost deals: who stands there was to be sent, or was."""
    order = pipeline.stage_order
    known = [order.index(stage) for stage in pipeline.triggers if stage in order]
    after = order[min(known) :] if known else pipeline.triggers
    return tuple(stage for stage in after if stage not in pipeline.lost_stages)


def with_rules(pipeline: PipelineConfig, rules: Sequence[Rule], switched_on: Collection[int] = ()) -> PipelineConfig:
    """The pipeline as if the rules named in `switched_on` were on."""
    tried = tuple(replace(rule, enabled=rule.enabled or rule.id in switched_on) for rule in rules)
    return replace(pipeline, rules=tried)


def simulate(deal: DealSnapshot, pipeline: PipelineConfig) -> tuple[Chosen, ShipmentRequest | None]:
    """What shipping would choose, and the request that it would send (None = the problems stand in its way)."""
    composed = compose(deal, pipeline)
    rule = composed.choice.rule
    chosen = Chosen(
        deal_id=deal.deal_id,
        title=deal.title,
        moved_at=deal.moved_at,
        facts=composed.facts,
        connection_id=composed.connection_id,
        service=composed.parts.service,
        rule_id=rule.id if rule else 0,
        rule=rule.title if rule else "",
        misses=composed.choice.misses,
        problems=tuple(impersonal(problem) for problem in composed.problems),
        before=composed.before,
    )
    return chosen, composed.request


#: What a problem may quote of the client's own data.
_PERSONAL = frozenset({"value", "address", "name", "phone"})


def impersonal(problem: Problem) -> Problem:
    """Without the client's own words."""
    return replace(problem, params={name: value for name, value in problem.params.items() if name not in _PERSONAL})


#: A limit of manifests: the system prices by the house, the city alone is refused.
BY_HOUSE = "price_needs_house"


def for_a_price(request: ShipmentRequest, sender: Sender | None, by_house: bool = False) -> ShipmentRequest:
    """As much of a request as a price needs: no name, no phone, no goods, of the address only what tells the city; the
    house too (never the flat) where the system prices `by_house`."""
    address = request.address
    place = replace(address, text=(_house if by_house else _place)(address)) if address else None
    parcels = tuple(replace(parcel, items=()) for parcel in request.parcels)
    declared = request.declared if request.declared is not None else _goods(request)
    return replace(
        request,
        recipient=Recipient("", "", None),
        parcels=parcels,
        address=place,
        sender=sender,
        declared=declared,
        comment="",
    )


def _place(address: Address) -> str:
    """An address up to the city's name (a region often stands before it); street, house and flat after it are cut."""
    text = address.text
    ends = (text.lower().find(name.lower()) + len(name) for name in address.city_names if name.lower() in text.lower())
    known = (address.postal_code, address.region, *address.city_names)
    end = next(ends, 0)
    return text[:end] if end else ", ".join(dict.fromkeys(word for word in known if word))


def _house(address: Address) -> str:
    """An address up to the house."""
    parts = read_parts(address.text).values
    return write_address({part: value for part, value in parts.items() if part is not Part.FLAT}) or _place(address)


def _goods(request: ShipmentRequest) -> Money | None:
    prices = [item.price * item.quantity for parcel in request.parcels for item in parcel.items]
    return sum(prices[1:], prices[0]) if prices else None


def cheapest(prices: Mapping[int, Priced], currency: str) -> Cheapest | None:
    """The best of all accounts in this currency; the lowest account id among equals."""
    found = [
        Cheapest(connection_id, quote)
        for connection_id, priced in sorted(prices.items())
        for quote in priced.offers
        if quote.price.currency == currency
    ]
    return min(found, key=lambda one: one.quote.price.minor, default=None)
