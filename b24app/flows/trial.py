"""The dry run of one deal: what shipping would do with it now, and every value of it with its source. Pure.

Nothing here composes anything itself: the decision is that of `flows.ship`, the request that of `flows.compose`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from b24app.flows import ship
from b24app.flows.choose import Miss
from b24app.flows.compose import Composed, compose
from b24app.flows.decisions import CreateShipment, RetryShipment
from b24app.flows.explain import Told, explain
from b24app.flows.legs import pieces
from b24app.flows.picking import Before
from b24app.flows.snapshot import DealSnapshot, PipelineConfig, ProblemView, ShipmentView
from b24app.logistics.jsonable import Jsonable
from b24app.logistics.model import ShipmentRequest
from b24app.logistics.ports import Outgoing
from b24app.logistics.problem import Problem
from b24app.logistics.status import Status


class Standing(StrEnum):
    """Whether the deal is still being worked on."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


class Missing(StrEnum):
    """What the set-up lacks before this deal can ship: an account, a stage that ships."""

    ACCOUNT = "account"
    STAGE = "stage"


@dataclass(frozen=True, slots=True)
class Shipped(Jsonable):
    """A shipment that the deal has already; no second one is made by itself. `number` is the carrier's, else ours."""

    number: str
    status: Status


@dataclass(frozen=True, slots=True)
class Trial(Jsonable):
    """What shipping would do with a deal.

    `request` is what would be sent: for a deal that is shipped already, what its next shipment would be. None = the
    `problems` stand in its way. `connection_id` 0 = no account is chosen. `rule` is the title of the rule that chose
    account and service (`rule_id` 0 = none did, the pipeline's own are used), `misses` are those tried before.
    `before` is the warehouse that the goods would go through first; `request` is the carrier's in any case.
    """

    deal_id: int
    title: str
    category: int
    stage: str
    standing: Standing
    missing: tuple[Missing, ...]
    connection_id: int
    rule_id: int
    rule: str
    misses: tuple[Miss, ...]
    told: tuple[Told, ...]
    problems: tuple[Problem, ...]
    request: ShipmentRequest | None = None
    shipped: Shipped | None = None
    before: Before | None = None


@dataclass(frozen=True, slots=True)
class Outcome(Jsonable):
    """A finished dry run. `outgoing` is the call that would be made, `refused` what the system (or its own check before
    the call) has against it, `silent` its words when it could not be asked."""

    trial: Trial
    outgoing: Outgoing | None = None
    refused: tuple[Problem, ...] = ()
    silent: str = ""

    @property
    def problems(self) -> tuple[Problem, ...]:
        return (*self.trial.problems, *self.refused)

    @property
    def good(self) -> bool:
        """Whether the deal would ship."""
        ready = self.trial.request is not None and not self.trial.missing
        return ready and not self.problems and not self.silent


def try_out(
    deal: DealSnapshot,
    pipeline: PipelineConfig,
    shipments: Sequence[ShipmentView],
    now: datetime,
    problems: Sequence[ProblemView] = (),
) -> Trial:
    """As if a person pressed "Ship" in the deal's tab, in a pipeline that is on."""
    decided = ship.decide(deal, replace(pipeline, enabled=True), shipments, now, problems=problems, by_person=True)
    made = next((each for each in decided if isinstance(each, CreateShipment | RetryShipment)), None)
    last = max(pieces(shipments), key=lambda shipment: shipment.n, default=None)
    newest = max((shipment.n for shipment in shipments), default=0)
    n = newest + (0 if isinstance(made, RetryShipment) else 1)
    composed = compose(deal, pipeline, n)
    carried = made is not None and made.picking is None  # a warehouse's request is not what is shown
    rule = composed.choice.rule
    missing = _missing(pipeline, composed)
    return Trial(
        deal_id=deal.deal_id,
        title=deal.title,
        category=deal.category,
        stage=deal.stage,
        standing={"S": Standing.WON, "F": Standing.LOST}.get(deal.semantic, Standing.OPEN),
        missing=missing,
        connection_id=composed.connection_id,
        rule_id=rule.id if rule else 0,
        rule=rule.title if rule else "",
        misses=composed.choice.misses,
        told=explain(deal, pipeline, composed),
        problems=_problems(composed, missing),
        request=made.request if made and carried else composed.request,
        shipped=_shipped(last),
        before=composed.before,
    )


def _missing(pipeline: PipelineConfig, composed: Composed) -> tuple[Missing, ...]:
    lacks = {Missing.ACCOUNT: not composed.connection_id, Missing.STAGE: not pipeline.triggers}
    return tuple(what for what, lacking in lacks.items() if lacking)


def _problems(composed: Composed, missing: tuple[Missing, ...]) -> tuple[Problem, ...]:
    """Without an account there is no service to choose either: one thing is said once."""
    hidden = {"service_missing"} if Missing.ACCOUNT in missing else set()
    return tuple(problem for problem in composed.problems if problem.code not in hidden)


def _shipped(last: ShipmentView | None) -> Shipped | None:
    """The deal's last shipment, unless it came to nothing."""
    if last is None or last.status in (Status.CANCELLED, Status.REJECTED):
        return None
    return Shipped(last.order_number or last.number, last.status)
