"""A deal in the mapped stage becomes an order: what to do about one deal now.

Deal fields are output, never truth: what was shipped is known from our own shipments and the stage history alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from b24app.flows.compose import Composed, compose
from b24app.flows.decisions import (
    ClearFields,
    CreateShipment,
    Decided,
    Hold,
    ListForPerson,
    MarkGone,
    Nothing,
    OfferCancel,
    OpenProblem,
    RetryShipment,
    SayAlreadyShipped,
    SolveProblems,
    Text,
    WithdrawShipment,
)
from b24app.flows.recipient import as_text
from b24app.flows.snapshot import (
    OUTPUTS,
    DealSnapshot,
    PipelineConfig,
    ProblemView,
    ShipmentView,
    StageMove,
)
from b24app.logistics.status import Status


@dataclass(frozen=True, slots=True)
class Case:
    """One deal with all we know about it. `by_person` = a person pressed the button: stage, age, hold do not matter."""

    deal: DealSnapshot
    pipeline: PipelineConfig | None
    shipments: tuple[ShipmentView, ...]
    problems: tuple[ProblemView, ...]
    moves: tuple[StageMove, ...]
    now: datetime
    by_person: bool = False

    @property
    def last(self) -> ShipmentView | None:
        return max(self.shipments, key=lambda shipment: shipment.n, default=None)

    @property
    def trigger(self) -> StageMove | None:
        """The newest move that brought the deal into a trigger stage, among those after the pipeline's cursor."""
        if self.pipeline is None:
            return None
        stages, category, cursor = self.pipeline.triggers, self.pipeline.category, self.pipeline.cursor
        mine = [move for move in self.moves if move.deal_id == self.deal.deal_id and move.history_id > cursor]
        entries = [move for move in mine if move.stage in stages and move.category == category]
        return max(entries, key=lambda move: move.history_id, default=None)

    @property
    def trigger_id(self) -> int:
        return self.trigger.history_id if self.trigger is not None else max(self.seen_triggers, default=0)

    @property
    def seen_triggers(self) -> set[int]:
        """Moves that already led to a shipment or a problem."""
        of_problems = {view.trigger_history_id for view in self.problems}
        return (of_problems | {view.trigger_history_id for view in self.shipments}) - {0}

    @property
    def last_move_id(self) -> int:
        mine = [move.history_id for move in self.moves if move.deal_id == self.deal.deal_id]
        return max(mine, default=0)


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
    if _wants_shipping(case):
        return _in_trigger_stage(case)
    return [*_clear_copied(case), *_elsewhere(case)]


def _wants_shipping(case: Case) -> bool:
    pipeline, deal = case.pipeline, case.deal
    if pipeline is None or not pipeline.enabled:
        return False
    return case.by_person or (deal.category == pipeline.category and deal.stage in pipeline.triggers)


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
    if last is None or not last.status.is_live or _is_expected_stage(case):
        return [*decisions, Nothing("not_in_stage")]
    reason = "deal_lost" if case.deal.semantic == "F" else "left_stage"
    if not last.sent:
        return [*decisions, WithdrawShipment(last.id, reason)]
    return [*decisions, _offer_cancel(case, last, reason)]


def _is_expected_stage(case: Case) -> bool:
    """Stages that our own mapping moves deals to, and success, are no change of mind."""
    if case.deal.semantic == "S":
        return True
    if case.pipeline is None or not case.pipeline.enabled:
        return case.deal.semantic != "F"
    ours = {*case.pipeline.triggers, *case.pipeline.status_stages.values()}
    return case.deal.category == case.pipeline.category and case.deal.stage in ours


def _offer_cancel(case: Case, shipment: ShipmentView, reason: str) -> OfferCancel:
    free = not shipment.status.has_moved
    key = f"ship.{reason}" if free else f"ship.{reason}_moved"
    place = case.last_move_id or case.deal.stage
    params = {"number": shipment.order_number or shipment.number, "stage": case.deal.stage}
    return OfferCancel(shipment.id, reason, free, Text(key, params, f"{shipment.number}:{reason}:{place}"))


def _clear_copied(case: Case) -> list[Decided]:
    """A copied deal brings another deal's numbers along."""
    return _clear_outputs(case) if case.deal.copied_numbers and not case.shipments else []


def _clear_outputs(case: Case) -> list[Decided]:
    filled = tuple(role for role in OUTPUTS if as_text(case.deal.fields.get(role)))
    return [ClearFields(filled)] if filled else []


# --- the deal stands in a trigger stage -------------------------------------------------------------------------------


def _in_trigger_stage(case: Case) -> list[Decided]:
    last = case.last
    if last is not None and (last.status.is_live or last.status in _SETTLED):
        return _already_shipped(case, last)
    waiting = _not_yet(case)
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


def _not_yet(case: Case) -> Decided | None:
    """Reasons to wait or to leave it to a person; None = go on."""
    pipeline, trigger = case.pipeline, case.trigger
    if case.by_person or pipeline is None:
        return None
    if trigger is None:
        # A fix days later comes without the move that we have long read.
        return None if case.seen_triggers else ListForPerson("already_in_stage", case.deal.moved_at)
    # A move that led to a problem or a refusal while it was fresh may be fixed at any time.
    seen = trigger.history_id in case.seen_triggers
    if case.now - trigger.at > timedelta(seconds=pipeline.max_age_s) and not seen:
        return ListForPerson("old_move", trigger.at)
    until = trigger.at + timedelta(seconds=pipeline.hold_s)
    return Hold(until) if until > case.now else None


def _after_refusal(case: Case, last: ShipmentView) -> list[Decided]:
    """Again under the same number, but only if something changed since: the deal, its settings, or the wish (a new move
    or a button). cdek.md §6.5: a taken number needs the next n. So does another account: each keeps its own history."""
    composed = compose(case.deal, _pipeline(case), last.n)
    new_wish = case.by_person or case.trigger_id > last.trigger_history_id
    if composed.input_hash == last.input_hash and not new_wish:
        return [Nothing("waits_for_fix")]
    if composed.request is None:
        return _open(case, composed)
    if last.connection_id not in (0, composed.connection_id):
        return [*_solve(case), _made(last.n + 1, compose(case.deal, _pipeline(case), last.n + 1), case.trigger_id)]
    retry = RetryShipment(last.id, composed.request, composed.input_hash, case.trigger_id)
    return [*_solve(case), retry]


def _first_or_next(case: Case) -> list[Decided]:
    last = case.last
    cancelled_here = last is not None and last.status is Status.CANCELLED and case.trigger_id <= last.trigger_history_id
    if cancelled_here and not case.by_person:
        return [Nothing("cancelled_waits_for_person")]
    n = (last.n if last else 0) + 1
    composed = compose(case.deal, _pipeline(case), n)
    clear = _clear_outputs(case)
    if composed.request is None:
        return [*clear, *_open(case, composed)]
    return [*clear, *_solve(case), _made(n, composed, case.trigger_id)]


def _made(n: int, composed: Composed, trigger_id: int) -> Decided:
    """A shipment of what was composed for this n."""
    if composed.request is None:
        return Nothing("waits_for_fix")
    return CreateShipment(n, composed.request, composed.input_hash, trigger_id, composed.connection_id)


def _open(case: Case, composed: Composed) -> list[Decided]:
    """Problems of now are opened (again), those that are no more are solved."""
    present = {problem.key for problem in composed.problems}
    over = tuple(sorted({view.problem.key for view in case.problems} - present))
    known = {(view.problem.key, view.input_hash, view.trigger_history_id) for view in case.problems}
    opened: list[Decided] = [
        OpenProblem(problem, composed.input_hash, case.trigger_id)
        for problem in composed.problems
        if (problem.key, composed.input_hash, case.trigger_id) not in known
    ]
    solved: list[Decided] = [SolveProblems(over)] if over else []
    return [*solved, *opened] or [Nothing("waits_for_fix")]


def _solve(case: Case) -> list[Decided]:
    keys = tuple(sorted({view.problem.key for view in case.problems}))
    return [SolveProblems(keys)] if keys else []


def _pipeline(case: Case) -> PipelineConfig:
    if case.pipeline is None:
        raise ValueError("a deal without a pipeline is never shipped")
    return case.pipeline


def next_number_after_duplicate(deal: DealSnapshot, pipeline: PipelineConfig, last: ShipmentView) -> Decided:
    """The system says that our number is taken although no order of ours is there: the same request with the next n."""
    return _made(last.n + 1, compose(deal, pipeline, last.n + 1), last.trigger_history_id)
