"""Prices of a deal from all accounts: what is asked, how long an answer is good, what a person chose, and whether the
price that they saw still holds when they book. Pure."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from b24app.flows.compose import Composed
from b24app.flows.risks import Cargo, cargo_of
from b24app.flows.simulate import Priced, for_a_price, impersonal
from b24app.logistics.jsonable import Jsonable
from b24app.logistics.model import DeliveryKind, Sender, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.ports import Quote
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.regions import region_of

#: A price is shown as good for so long; then it is shown with its time, and asked anew when somebody looks.
LIFE = timedelta(minutes=5)
#: What does not answer within this is called silent: nobody waits for it any more, its late answer is still shown.
SILENT = timedelta(seconds=10)
#: No call of ours lasts longer: what has not answered by then never will.
LOST = timedelta(seconds=60)
#: Problems of a deal without which there is no price: the others (a name, a phone) only stand in the order's way.
_PRICED_BY = frozenset(
    {
        Field.ADDRESS,
        Field.CITY,
        Field.POINT,
        Field.TYPE,
        Field.COD,
        Field.DECLARED,
        Field.ITEMS,
        Field.WEIGHT,
        Field.SIZE,
    }
)


@dataclass(frozen=True, slots=True)
class Facts(Jsonable):
    """What prices were asked for, nothing of the client in it. `problems` stand in the way of asking. `connection_id`
    and `service` are what would ship it without anybody's choice, by the rule `rule` ("" = the pipeline's own).
    `cargo` is what risks are judged by, `region` that of an address (`logistics.regions`), "" = not known."""

    kind: DeliveryKind | None = None
    place: str = ""
    weight_g: int = 0
    cod: Money | None = None
    declared: Money | None = None
    guessed: bool = False
    problems: tuple[Problem, ...] = ()
    connection_id: int = 0
    service: str = ""
    rule: str = ""
    cargo: Cargo | None = None
    region: str = ""


def facts_of(composed: Composed) -> Facts:
    """`composed` without anybody's choice."""
    parts, rule = composed.parts, composed.choice.rule
    where, parcels = parts.destination, parts.parcels
    found = composed.facts
    return Facts(
        kind=where.kind if where else None,
        place=(where.point_code if where else None) or next(iter(found.cities), ""),
        weight_g=sum(parcel.weight_g for parcel in parcels),
        cod=parts.cod,
        declared=parts.declared if parts.declared is not None else found.value,
        guessed=any(parcel.guesses for parcel in parcels),
        problems=tuple(in_the_way(composed)),
        connection_id=composed.connection_id,
        service=parts.service,
        rule=rule.title if rule else "",
        cargo=cargo_of(composed) if parcels else None,
        region=region_of(where.address) if where else "",
    )


def in_the_way(composed: Composed) -> list[Problem]:
    """Why no price can be asked; empty = it can. Without the client's own words."""
    return [impersonal(problem) for problem in composed.problems if problem.field in _PRICED_BY]


def price_request(composed: Composed, sender: Sender | None, by_house: bool = False) -> ShipmentRequest | None:
    """What a carrier is asked, whatever else the order still lacks; None = see `in_the_way`. `by_house`: see
    `for_a_price`."""
    parts = composed.parts
    if in_the_way(composed) or parts.destination is None or not parts.parcels:
        return None
    return for_a_price(
        ShipmentRequest(
            number="",
            service_code=parts.service,
            kind=parts.destination.kind,
            recipient=parts.recipient,
            parcels=parts.parcels,
            address=parts.destination.address,
            point_code=parts.destination.point_code,
            cod=parts.cod,
            declared=parts.declared,
            extras=composed.extras,
            wished=bool(composed.extras) and composed.wished,
        ),
        sender,
        by_house,
    )


def price_key(request: ShipmentRequest) -> str:
    """Equal for requests that must have equal prices at one account: of what `price_request` gives, all but the service
    that happens to be chosen and where a weight came from."""
    plain = replace(request, service_code="", parcels=tuple(replace(each, guesses=()) for each in request.parcels))
    told = plain.to_json()
    del told["reference"]  # no price depends on it; keys of prices that are kept stay what they are
    if not request.extras:
        del told["extras"], told["wished"]
    text = json.dumps(told, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:40]


@dataclass(frozen=True, slots=True)
class Choice(Jsonable):
    """What a person decided for one deal; it goes before rules and pipeline until it is taken back. `quote` is what
    they saw."""

    connection_id: int
    service: str
    kind: DeliveryKind
    at: datetime
    by: int = 0
    name: str = ""
    quote: Quote | None = None

    @property
    def mark(self) -> str:
        """Tells one decision from the next: a page says by it which one it showed."""
        return f"{self.connection_id}:{self.service}:{self.at.timestamp():.6f}"


class BookingState(StrEnum):
    """`checking`: the price is asked again. `sent`: it was as seen, the order is on its way. The others wait for the
    person: the price is another one, the carrier refuses, is silent, or the deal itself cannot be sent."""

    CHECKING = "checking"
    SENT = "sent"
    CHANGED = "changed"
    REFUSED = "refused"
    SILENT = "silent"
    PROBLEMS = "problems"
    ALREADY = "already"


@dataclass(frozen=True, slots=True)
class Booking(Jsonable):
    """One press of «book». `seen` is the price on the button, `found` what the carrier says now."""

    key: str
    connection_id: int
    service: str
    since: datetime
    by: int
    name: str
    state: BookingState = BookingState.CHECKING
    seen: Quote | None = None
    found: Quote | None = None
    problems: tuple[Problem, ...] = ()
    trace_id: str = ""

    def waits(self, now: datetime) -> bool:
        """Whether a second press would be the same one."""
        return self.state is BookingState.CHECKING and now - self.since < LOST


def rechecked(booking: Booking, priced: Priced) -> Booking:
    """The booking after the carrier has priced it again: only what is just as the person saw it goes on by itself."""
    found = next((one for one in priced.offers if one.service_code == booking.service), None)
    if found is None:
        problem = priced.problem or Problem("service_unavailable", Field.SERVICE, Who.MANAGER)
        mute = priced.left_alone or problem.code == "system_silent"
        return replace(booking, state=BookingState.SILENT if mute else BookingState.REFUSED, problems=(problem,))
    same = booking.seen is not None and _terms(booking.seen) == _terms(found)
    return replace(booking, state=BookingState.SENT if same else BookingState.CHANGED, found=found)


def _terms(quote: Quote) -> tuple[Money, int | None, int | None]:
    return quote.price, quote.days_min, quote.days_max


@dataclass(frozen=True, slots=True)
class Answer:
    """How one account stands with one deal. `priced` is what it said at `answered_at` about `answered_key`; `asked_at`
    later than that = it is being asked about `key`. `priced_at` is the time of its prices, which may be older: a
    carrier that did not answer leaves what it had said before."""

    connection_id: int
    key: str
    asked_at: datetime
    answered_at: datetime | None = None
    priced_at: datetime | None = None
    answered_key: str = ""
    priced: Priced = field(default_factory=Priced)

    @property
    def is_open(self) -> bool:
        return self.answered_at is None or self.answered_at < self.asked_at

    @property
    def current(self) -> Priced | None:
        """What is known about exactly this deal; None = nothing yet."""
        return self.priced if self.answered_at is not None and self.answered_key == self.key else None

    def fresh(self, now: datetime) -> bool:
        """Whether there are prices that are still good."""
        return self.current is not None and is_good(self.current) and now - (self.priced_at or now) < LIFE


def is_good(priced: Priced) -> bool:
    """Whether it is an answer with prices; a carrier's "no" and its silence are asked again each time."""
    return bool(priced.offers) and priced.problem is None


def merged(before: Priced | None, now: Priced) -> Priced:
    """A carrier that does not answer now leaves what it said before, if that was about the same: an old price with its
    time is worth more than none."""
    mute = now.problem is not None and (now.left_alone or now.problem.code == "system_silent")
    return replace(now, offers=before.offers) if before and mute and not now.offers else now
