"""A basket of the portal's online store as a deal that could be shipped, and which price the buyer is told. Pure.

The same composition, rules and prices as for a deal: a basket differs only in where it was read from.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from b24app.flows.pricing import PriceRules
from b24app.flows.recipient import as_text
from b24app.flows.simulate import Priced
from b24app.flows.snapshot import (
    CodSource,
    DealSnapshot,
    DeclaredSource,
    Person,
    Phone,
    PipelineConfig,
    ProductRow,
    Role,
)
from b24app.logistics.jsonable import Jsonable
from b24app.logistics.model import DeliveryKind, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.ports import Quote
from b24app.logistics.problem import Problem

#: Key of the portal's settings.
KEY = "shop"
#: Prices of baskets that differ by less than this are about the same.
LANE_STEP_G = 500
#: Stands for a pickup point while nobody knows which one.
ANY_POINT = "?"


class By(StrEnum):
    """Whose price the buyer is told: that of the account and service which the rules would ship with, or the lowest."""

    RULES = "rules"
    CHEAPEST = "cheapest"


class Words(StrEnum):
    """Whom the store itself writes to of a new status (`sale.delivery.request.sendmessage`)."""

    NOBODY = "nobody"
    MANAGER = "manager"
    BOTH = "both"

    @property
    def addressees(self) -> tuple[str, ...]:
        return {Words.NOBODY: (), Words.MANAGER: ("MANAGER",), Words.BOTH: ("MANAGER", "RECIPIENT")}[self]


@dataclass(frozen=True, slots=True)
class ShopRules(Jsonable):
    """What an administrator decided about the store. `category`: the pipeline by whose rules orders are priced, and
    that orders become deals of. `insurance`: the buyer may have the goods insured for what they cost. `cod`: what an
    order leaves unpaid in cash is collected with the parcel. `words`: whom the store writes to of a new status.
    `extras`: what buyers may choose beside carrying (`logistics.extras`)."""

    on: bool = False
    name: str = ""
    currency: str = "RUB"
    category: int = 0
    by: By = By.RULES
    insurance: bool = False
    cod: bool = True
    words: Words = Words.NOBODY
    extras: tuple[str, ...] = ()

    @classmethod
    def of(cls, settings: Mapping[str, object] | None) -> ShopRules:
        kept = (settings or {}).get(KEY)
        return cls.from_json(kept) if isinstance(kept, Mapping) else cls()


@dataclass(frozen=True, slots=True)
class Wish(Jsonable):
    """What the buyer said of the delivery, for a deal that says nothing of it. `address` as in the deal's field;
    `point` "" = none was named. `phone` and `name` are the recipient's as told. `cod` is what the order leaves to be
    paid in cash, None = nothing; `extras` what they chose beside carrying."""

    kind: DeliveryKind
    address: str = ""
    point: str = ""
    phone: str = ""
    name: str = ""
    comment: str = ""
    insured: bool = False
    cod: Money | None = None
    extras: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Basket(Jsonable):
    """One shipment of the store. `sale_id` 0 = it is not saved yet; `key` is what the service's settings carry, None =
    the request holds none."""

    wish: Wish
    rows: tuple[ProductRow, ...]
    currency: str
    sale_id: int = 0
    delivery_id: int = 0
    key: str | None = None

    @property
    def worth(self) -> Money:
        return Money.of(sum((row.price.amount * row.quantity for row in self.rows), start=0), self.currency)


def deal_of(basket: Basket) -> DealSnapshot:
    """The basket as a deal nobody has made yet."""
    wish = basket.wish
    phones = (Phone(wish.phone),) if wish.phone else ()
    buyer = (Person(0, wish.name, phones),) if wish.name or phones else ()
    return DealSnapshot(
        deal_id=0, contacts=buyer, fields=_fields(wish), rows=basket.rows, currency=basket.currency,
        extras=wish.extras or None,
    )  # fmt: skip


def _fields(wish: Wish) -> dict[Role, str]:
    point = (wish.point or ANY_POINT) if wish.kind is DeliveryKind.PICKUP else ""
    found = {Role.TYPE: wish.kind.value, Role.ADDRESS: wish.address, Role.POINT: point, Role.COMMENT: wish.comment}
    return {role: text for role, text in found.items() if text}


def pipeline_of(pipeline: PipelineConfig, wish: Wish) -> PipelineConfig:
    """The pipeline as this basket is priced by: its kind of delivery is no value of the portal's field."""
    kinds = {kind.value: kind for kind in DeliveryKind}
    return insured(replace(pipeline, delivery_types=kinds), wish.insured)


def insured(pipeline: PipelineConfig, wanted: bool) -> PipelineConfig:
    """Who paid for an insurance gets one, whatever the pipeline declares of others."""
    return replace(pipeline, declared_source=DeclaredSource.GOODS) if wanted else pipeline


def collected(pipeline: PipelineConfig, deal: DealSnapshot, wish: Wish) -> tuple[PipelineConfig, DealSnapshot]:
    """What the buyer chose to pay on receipt is collected, unless the deal says an amount of its own. Unpaid payments
    of the deal are those of its order: where they are read, they say it already."""
    by_field = pipeline.cod_source is CodSource.FIELD and as_text(deal.fields.get(Role.COD))
    if not wish.cod or by_field or pipeline.cod_source is CodSource.UNPAID:
        return pipeline, deal
    told = f"{wish.cod.amount}|{wish.cod.currency}"
    return replace(pipeline, cod_source=CodSource.FIELD), replace(deal, fields={**deal.fields, Role.COD: told})


def filled(deal: DealSnapshot, wish: Wish, delivery_types: Mapping[str, DeliveryKind]) -> dict[Role, str]:
    """What the store's order says of the delivery and the deal does not. A deal that names any destination of its own
    keeps it whole."""
    own = {role for role, value in deal.fields.items() if value not in (None, "", [], False)}
    found: dict[Role, str] = {}
    if not own & {Role.ADDRESS, Role.POINT, Role.TYPE}:
        kinds = [value for value, kind in delivery_types.items() if kind is wish.kind]
        pickup = wish.kind is DeliveryKind.PICKUP
        found = {Role.POINT: wish.point} if pickup else {Role.ADDRESS: wish.address}
        if len(kinds) == 1:
            found[Role.TYPE] = kinds[0]
    told = {Role.PHONE: wish.phone, Role.NAME: wish.name, Role.COMMENT: wish.comment}
    found |= {role: text for role, text in told.items() if role not in own}
    return {role: text for role, text in found.items() if text}


def completed(deal: DealSnapshot, wish: Wish, delivery_types: Mapping[str, DeliveryKind]) -> DealSnapshot:
    """The deal with what its order says of the delivery. What its buyer ticked beside carrying is kept as the deal's
    choice (`store.deal_extras`)."""
    more = filled(deal, wish, delivery_types)
    return replace(deal, fields={**deal.fields, **more})


def lane_of(request: ShipmentRequest) -> str:
    """Equal for requests of about the same weight, to the same town, from the same place, in the same way."""
    address, sender = request.address, request.sender
    town = address and (address.region, address.city_names[:1] or address.postal_code or address.text)
    told = [
        request.kind.value,
        town or request.point_code,
        sender.to_json() if sender else None,
        -(-request.weight_g // LANE_STEP_G),
        bool(request.cod),
    ]
    return hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:40]


# --- the price that the buyer is told ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Chosen:
    """The account and service that the rules ship with; 0 and "" = none."""

    connection_id: int = 0
    service: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """The answer: `price` is the buyer's, None = there is none, then `problem` says why. `old`: nobody has said it
    just now."""

    price: Money | None = None
    days_min: int | None = None
    days_max: int | None = None
    problem: Problem | None = None
    old: bool = False


@dataclass(frozen=True, slots=True)
class Offers:
    """What is known when the time is over: of each account by its id, `now` about exactly this basket, `before` about
    one like it."""

    now: Mapping[int, Priced] = field(default_factory=dict)
    before: Mapping[int, Priced] = field(default_factory=dict)


def is_settled(rules: ShopRules, chosen: Chosen, now: Mapping[int, Priced]) -> bool:
    """Whether nothing that still may come would change the price."""
    if rules.by is not By.RULES or chosen.connection_id not in now:
        return False
    return bool(_of(chosen, now, rules.currency))


def told(rules: ShopRules, chosen: Chosen, offers: Offers, prices: PriceRules, worth: Money) -> Told:
    """The best that is known: of now before that of earlier, of the chosen service before any other."""
    order: list[tuple[Quote | None, bool]] = []
    for known, old in ((offers.now, False), (offers.before, True)):
        if rules.by is By.RULES:
            order.append((_of(chosen, known, rules.currency), old))
    order += [(_cheapest(known, rules.currency), old) for known, old in ((offers.now, False), (offers.before, True))]
    quote, old = next(((quote, old) for quote, old in order if quote is not None), (None, False))
    if quote is None:
        return Told(problem=_why(offers, chosen))
    price = prices.apply(quote.price, worth).price
    return Told(price, quote.days_min, quote.days_max, old=old)


def _of(chosen: Chosen, known: Mapping[int, Priced], currency: str) -> Quote | None:
    priced = known.get(chosen.connection_id)
    mine = [one for one in priced.offers if one.service_code == chosen.service] if priced is not None else []
    return next((one for one in mine if one.price.currency == currency), None)


def _cheapest(known: Mapping[int, Priced], currency: str) -> Quote | None:
    found = [one for priced in known.values() for one in priced.offers if one.price.currency == currency]
    return min(found, key=lambda one: one.price.minor, default=None)


def _why(offers: Offers, chosen: Chosen) -> Problem | None:
    """A carrier's own reason, that of the chosen one before the others'."""
    said = {account: priced.problem for account, priced in offers.now.items() if priced.problem is not None}
    return said.get(chosen.connection_id) or next(iter(said.values()), None)


def in_order(chosen: Chosen, accounts: Sequence[int]) -> list[int]:
    """Accounts as they are asked: the chosen one first, so that it has a seat before the others."""
    return sorted(accounts, key=lambda account: (account != chosen.connection_id, account))
