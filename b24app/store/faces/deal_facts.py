"""What the deal's tab shows, as plain facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from b24app.flows.costs import Costs
from b24app.flows.forecast import Forecast
from b24app.flows.legs import CARRIED
from b24app.flows.picking import Picking
from b24app.flows.portions import Portion
from b24app.flows.stock import Lack
from b24app.logistics.model import ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.problem import Problem
from b24app.logistics.status import Status
from b24app.store import deal_extras, parcels
from b24app.store.faces import papers
from b24app.store.faces.deal_messages import ToldFacts
from b24app.store.faces.deal_returns import DealReturnsFacts
from b24app.store.models import Connection, ConnectionState
from b24app.store.ratings import Rated

#: Kinds of inbox rows that a person asks for in the tab.
ASKS = ("ship_now", "retry", "cancel", "refresh")
#: Kinds of calls whose payload the tab shows.
DETAILED = ("courier", "courier_off", "handover")


@dataclass(frozen=True, slots=True)
class EventFacts:
    """One tracking event, the carrier's code and words as received."""

    at: datetime
    code: str
    text: str
    status: Status
    place: str
    reason: str
    incident: str


@dataclass(frozen=True, slots=True)
class IntentFacts:
    """A call to the carrier under way or done. `kind` create | cancel | …; `details` are the payload of those in
    `DETAILED`, which stand nowhere else."""

    kind: str
    state: str
    attempts: int
    next_try_at: datetime | None
    last_error: str
    created_at: datetime
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PauseFacts:
    """Who stopped an account, when and why."""

    by: str
    reason: str
    since: datetime | None


@dataclass(frozen=True, slots=True)
class TransitFacts:
    """What was promised of a shipment and what is expected of it (`store.models.Transit`): the day that was promised
    `by` its carrier's word or its rate, the carrier's own `plan` of now, the day it `arrived`, the forecast while it is
    under way. `days_max` of its rate counts from the hand-over, which may not have been yet."""

    promised: date | None = None
    by: str = ""
    plan: date | None = None
    days_max: int | None = None
    handed: date | None = None
    arrived: date | None = None
    place: str = ""
    news: date | None = None
    forecast: Forecast | None = None


@dataclass(frozen=True, slots=True)
class ShipmentFacts:
    """A shipment; `request` is what was sent, None when it cannot be read any more; `portion` what one of several
    holds, `leg` and `follows` its place in a chain (`flows.legs`), `picking` is a warehouse's. `remote_id`: the
    order's name in its system, "" = none was made. `promised` is the first promise, `transit` None = nothing is known
    of its way yet."""

    id: int
    n: int
    number: str
    system: str
    connection: str
    status: Status
    incident: str
    remote_code: str
    remote_text: str
    order_number: str
    tracking_number: str
    tracking_url: str
    price: Money | None
    promised: date | None
    request: ShipmentRequest | None
    created_at: datetime
    status_at: datetime
    polled_at: datetime | None
    closed_reason: str
    events: tuple[EventFacts, ...]
    intents: tuple[IntentFacts, ...]
    paused: PauseFacts | None = None
    portion: Portion | None = None
    keep_until: datetime | None = None
    connection_id: int = 0
    leg: str = CARRIED
    follows: int = 0
    picking: Picking | None = None
    remote_id: str = ""
    transit: TransitFacts | None = None
    costs: Costs = field(default_factory=Costs)


@dataclass(frozen=True, slots=True)
class ProblemFacts:
    """`shipment_id` 0 = of the deal, not of an order."""

    problem: Problem
    opened_at: datetime
    solved_at: datetime | None
    shipment_id: int = 0


@dataclass(frozen=True, slots=True)
class AskFacts:
    """What a person asked for and nobody has served yet."""

    kind: str
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AuditFacts:
    """`user_id` None = the app itself."""

    action: str
    user_id: int | None
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class EditFacts:
    """What a person changed in the deal's address on our page: (what it was, what it became) of each field."""

    name: str
    at: datetime
    changes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class LackFacts:
    """The warehouse on the deal's way that cannot pick everything, by its account's title, and what it lacks."""

    connection: str
    lacks: tuple[Lack, ...]


@dataclass(frozen=True, slots=True)
class TabFacts:
    """`shipments` are those that speak for the deal's goods (`flows.legs.pieces`), `legs` all of them where there is a
    chain, newest first; `systems` what people call the systems of both. `connection` is the account that a person
    chose for the deal, else its pipeline's ("" = none), `system` its system, `paused` says that somebody
    stopped it. `titles` are what the portal calls its own fields that play our roles. `accounts` are all of the
    portal's by id, the removed ones too; `ratings` what the client says of the deliveries; `extras` what somebody chose
    beside carrying, `wished` what the pipeline asks for by itself."""

    deal_id: int
    title: str
    category: int | None
    stage: str
    note: str
    gone: bool
    connection: str
    system: str
    pipeline_on: bool
    trigger_stage: str
    shipments: tuple[ShipmentFacts, ...]
    problems: tuple[ProblemFacts, ...]
    asks: tuple[AskFacts, ...]
    audits: tuple[AuditFacts, ...]
    unwritten: int
    version: str
    paused: PauseFacts | None = None
    titles: Mapping[str, str] = field(default_factory=dict)
    papers: tuple[papers.PaperFacts, ...] = ()
    edits: tuple[EditFacts, ...] = ()
    laid: parcels.Kept = field(default_factory=parcels.Kept)
    lacking: LackFacts | None = None
    legs: tuple[ShipmentFacts, ...] = ()
    systems: Mapping[str, str] = field(default_factory=dict)
    accounts: Mapping[int, Connection] = field(default_factory=dict)
    returned: DealReturnsFacts = field(default_factory=DealReturnsFacts)
    ratings: tuple[Rated, ...] = ()
    told: tuple[ToldFacts, ...] = ()
    extras: deal_extras.Kept = field(default_factory=deal_extras.Kept)
    wished: tuple[str, ...] = ()

    @property
    def every(self) -> tuple[ShipmentFacts, ...]:
        """All shipments, both legs of a chain too, newest first."""
        return self.legs or self.shipments

    @property
    def live_accounts(self) -> dict[int, Connection]:
        """Those that were not removed."""
        return {row.id: row for row in self.accounts.values() if row.state != ConnectionState.REMOVED}
