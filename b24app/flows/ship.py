"""A deal in the mapped stage becomes an order: what to do about one deal now.

Deal fields are output, never truth: what was shipped is known from our own shipments and the stage history alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from b24app.flows import chain, several
from b24app.flows.case import (
    Case,
    clear_outputs,
    is_expected_stage,
    not_yet,
    opened,
    pipeline_of,
    wants_shipping,
    with_legs,
)
from b24app.flows.compose import Composed, compose
from b24app.flows.decisions import (
    Decided,
    MarkGone,
    Nothing,
    SayAlreadyShipped,
    SolveProblems,
    Text,
    WithdrawShipment,
)
from b24app.flows.snapshot import DealSnapshot, PipelineConfig, ProblemView, ShipmentView, StageMove
from b24app.logistics.status import Status


def decide(
    snapshot: DealSnapshot,
    pipeline: PipelineConfig | None,
    shipments: Sequence[ShipmentView],
    now: datetime,
    moves: Sequence[StageMove] = (),
    *,
    problems: Sequence[ProblemView] = (),
    by_person: bool = False,
) -> list[Decided]:
    """Decisions in the order in which they are to be saved; the same input gives the same decisions, and saving them
    twice changes nothing (texts carry markers, shipments their n)."""
    case = Case(snapshot, pipeline, tuple(shipments), tuple(problems), tuple(moves), now, by_person)
    if snapshot.gone:
        return _gone(case)
    onward, case = chain.onward(with_legs(case, shipments))
    return [*onward, *_of_stage(case)]


def _of_stage(case: Case) -> list[Decided]:
    if several.concerns(case):
        return several.decide(case)
    if wants_shipping(case):
        return _in_trigger_stage(case)
    return [*_clear_copied(case), *_elsewhere(case)]


# --- the deal is gone, elsewhere or lost ------------------------------------------------------------------------------


def _gone(case: Case) -> list[Decided]:
    withdrawn: list[Decided] = [
        WithdrawShipment(shipment.id, "deal_deleted")
        for shipment in case.shipments
        if shipment.status.is_live and not shipment.sent
    ]
    followed = any(shipment.status.is_live and shipment.sent for shipment in case.shipments)
    return [*withdrawn, *([] if followed else _solve(case)), MarkGone(case.deal.deal_id)]


def _elsewhere(case: Case) -> list[Decided]:
    """Not in a trigger stage: problems of shipping no longer matter, a live order may not be wanted any more."""
    decisions: list[Decided] = []
    last = case.last
    if last is None or not last.status.is_live:
        decisions += _solve(case)
    if last is None or not last.status.is_live or is_expected_stage(case):
        return [*decisions, Nothing("not_in_stage")]
    return [*decisions, *chain.unwanted(case, last)]


def _clear_copied(case: Case) -> list[Decided]:
    """A copied deal brings another deal's numbers along."""
    return clear_outputs(case) if case.deal.copied_numbers and not case.shipments else []


# --- the deal stands in a trigger stage -------------------------------------------------------------------------------


def _in_trigger_stage(case: Case) -> list[Decided]:
    last = case.last
    if last is not None and (last.status.is_live or last.status in _SETTLED):
        return _already_shipped(case, last)
    waiting = not_yet(case)
    if waiting is not None:
        return [*_clear_copied(case), waiting]
    if last is not None and last.status is Status.REJECTED:
        return _after_refusal(case, last)
    return _first_or_next(case)


#: Finished in a way that a new order needs a person's word.
_SETTLED = frozenset({Status.DELIVERED, Status.RETURNED, Status.LOST})


def _already_shipped(case: Case, last: ShipmentView) -> list[Decided]:
    if case.by_person and last.status in _SETTLED:
        return _first_or_next(case)
    came_back = case.trigger is not None and case.trigger.history_id > last.trigger_history_id
    if not came_back or case.trigger is None:
        return [Nothing("already_shipped")]
    params = {"number": last.order_number or last.number, "status": last.status.value}
    key = "ship.already_shipped" if last.status.is_live else "ship.already_finished"
    marker = f"{last.number}:again:{case.trigger.history_id}"
    return [SayAlreadyShipped(last.id, Text(key, params, marker))]


def _after_refusal(case: Case, last: ShipmentView) -> list[Decided]:
    """Again under the same number, but only if something changed since: the deal, its settings, or the wish (a new move
    or a button). cdek.md §6.5: a taken number needs the next n. So does another account: each keeps its own history."""
    composed = compose(case.deal, pipeline_of(case), last.n)
    new_wish = case.by_person or case.trigger_id > last.trigger_history_id
    if composed.input_hash == last.input_hash and not new_wish:
        return [Nothing("waits_for_fix")]
    if composed.request is None:
        return opened(case, composed)
    retry = chain.again(case, last, composed)
    if retry is not None:
        return [*_solve(case), retry]
    return [*_solve(case), _made(case, compose(case.deal, pipeline_of(case), case.next_n))]


def _first_or_next(case: Case) -> list[Decided]:
    last = case.last
    cancelled_here = last is not None and last.status is Status.CANCELLED and case.trigger_id <= last.trigger_history_id
    if cancelled_here and not case.by_person:
        return [Nothing("cancelled_waits_for_person")]
    composed = compose(case.deal, pipeline_of(case), case.next_n)
    clear = clear_outputs(case)
    if composed.request is None:
        return [*clear, *opened(case, composed)]
    return [*clear, *_solve(case), _made(case, composed)]


def _made(case: Case, composed: Composed) -> Decided:
    """A shipment of what was composed for the next n."""
    return chain.first(case, case.next_n, composed) or Nothing("waits_for_fix")


def _solve(case: Case) -> list[Decided]:
    keys = tuple(sorted({view.problem.key for view in case.problems}))
    return [SolveProblems(keys)] if keys else []
