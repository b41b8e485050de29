"""The job `rates`: reads a deal and asks every account what it would cost, here and now while the process has room for
its calls, else in the account's own lane.

One reading of the deal, whatever the number of accounts; an account whose last price for exactly this is still good is
not asked.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from b24app.flows import extras, several
from b24app.flows.case import Case, with_legs
from b24app.flows.compose import Composed
from b24app.flows.legs import pieces
from b24app.flows.portions import may_ship
from b24app.flows.rates import BookingState, facts_of, price_key, price_request
from b24app.flows.simulate import BY_HOUSE, impersonal
from b24app.flows.snapshot import DealSnapshot, PipelineConfig
from b24app.logistics.model import ShipmentRequest
from b24app.logistics.problem import Field, Problem, Who
from b24app.runners.connection.rating import Question, Rater
from b24app.runners.portal import choices
from b24app.runners.portal.context import Run, draft
from b24app.runners.portal.jobs import JobStep
from b24app.runners.portal.trying import read_one
from b24app.runners.services import Services
from b24app.runners.views import shipment_view
from b24app.store import decisions, origins, portals, rates, shipments
from b24app.store.engine import read_scope, session_scope
from b24app.store.models import Connection, ConnectionState, Job, Shipment
from b24app.store.origins import Senders
from b24app.store.rates import Spread
from b24app.wire.trace import current_trace


def ask_all(rater: Rater, run: Run, job: Job) -> JobStep:
    """One step. Asking is saved before anybody is asked and before the job is closed: a crash in between costs a price
    that nobody pays for, or one that is asked for again."""
    deal = read_one(run, int(job.input["deal_id"]), [int(each) for each in job.input.get("wares", ())])
    again = [int(each) for each in job.input.get("again", ())]
    with read_scope(run.services.sessions) as session:
        places = origins.senders(session, run.portal.id)
        accounts = portals.connections(session, run.portal.id)
        owned = shipments.of_deals(session, run.portal.id, [deal.deal_id])[deal.deal_id]
    pipeline = draft(run, deal.category)
    by_rule = several.next_up(_case(run, deal, pipeline, owned))
    asked = _asked(run.services, accounts, places, by_rule, lambda account: extras.beside(deal, pipeline, account))
    seats = rater.seats(asked)
    try:
        with session_scope(run.services.sessions) as session:
            run.slice.check(session)
            spread = _save(run, session, deal, by_rule, asked, again, seats)
    except BaseException:
        rater.leave(seats)
        raise
    rater.leave(seats - set(spread.here))
    for account in accounts:
        if account.id in spread.here:
            request = ShipmentRequest.from_json(asked[account.id][1])
            rate_id, trace = spread.here[account.id], current_trace()
            rater.begin(account, Question(run.portal.id, account.id, rate_id, spread.at, request, trace))
    for lane in spread.lanes:
        run.services.waker.wake(lane)
    return JobStep(result={"asked": len(asked)})


def _case(run: Run, deal: DealSnapshot, pipeline: PipelineConfig, owned: Sequence[Shipment]) -> Case:
    views = tuple(shipment_view(row) for row in owned)
    return with_legs(Case(deal, pipeline, (), (), (), run.services.clock.now(), by_person=True), views)


def tells_prices(services: Services, account: Connection) -> bool:
    """Whether the account works and its system tells prices."""
    plugin = services.plugins.get(account.system)
    return account.state == ConnectionState.READY and plugin is not None and "Quotes" in plugin.manifest.ports


def _asked(
    services: Services,
    accounts: Sequence[Connection],
    places: Senders,
    composed: Composed,
    beside: Callable[[int], tuple[str, ...] | None],
) -> dict[int, tuple[str, dict[str, Any]]]:
    """`beside`: what an account is asked for beside carrying, None = it does not give what somebody chose."""
    found: dict[int, tuple[str, dict[str, Any]]] = {}
    for account in accounts:
        wanted = beside(account.id)
        if wanted is None or not tells_prices(services, account):
            continue
        by_house = bool(services.plugins[account.system].manifest.limits.get(BY_HOUSE))
        request = price_request(replace(composed, extras=wanted), places.of(account.id), by_house)
        if request is not None:
            found[account.id] = (price_key(request), request.to_json())
    return found


def _save(
    run: Run,
    session: Session,
    deal: DealSnapshot,
    by_rule: Composed,
    asked: dict[int, tuple[str, dict[str, Any]]],
    again: Sequence[int],
    seats: Collection[int],
) -> Spread:
    portal_id, deal_id, now = run.portal.id, deal.deal_id, run.services.clock.now()
    spread = rates.spread(session, portal_id, deal_id, facts_of(by_rule), asked, again, now, current_trace(), seats)
    state, problems = _in_its_way(run, session, deal, asked)
    if state is not None:
        decisions.halt(session, portal_id, deal_id, state, problems, now)
    return spread


def _in_its_way(
    run: Run, session: Session, deal: DealSnapshot, asked: dict[int, tuple[str, dict[str, Any]]]
) -> tuple[BookingState | None, tuple[Problem, ...]]:
    """Why a booking that waits for its price cannot go on; (None, ()) = it can."""
    owned = shipments.of_deals(session, run.portal.id, [deal.deal_id])[deal.deal_id]
    if not may_ship(pieces([shipment_view(row) for row in owned])):
        return BookingState.ALREADY, ()
    pipeline = run.pipeline(deal.category)
    if pipeline is None:
        return BookingState.PROBLEMS, (Problem("pipeline_off", Field.STAGE, Who.ADMIN),)
    picked = choices.picked(session, run.portal.id, [deal.deal_id]).get(deal.deal_id)
    composed = several.next_up(_case(run, replace(deal, picked=picked), pipeline, owned))
    if composed.problems:
        return BookingState.PROBLEMS, tuple(map(impersonal, composed.problems))
    if composed.connection_id not in asked:
        return BookingState.PROBLEMS, (Problem("account_stopped", Field.ACCOUNT, Who.ADMIN),)
    return None, ()
