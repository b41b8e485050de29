"""One deal with all we know about it, and what every way of shipping it asks first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from b24app.flows import legs
from b24app.flows.compose import Composed
from b24app.flows.decisions import (
    ClearFields,
    Decided,
    Hold,
    ListForPerson,
    Nothing,
    OfferCancel,
    OpenProblem,
    SolveProblems,
    Text,
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


@dataclass(frozen=True, slots=True)
class Case:
    """One deal with all we know about it. `by_person` = a person pressed the button: stage, age, hold do not matter.
    `shipments` are those that speak for its goods (`flows.legs.pieces`), `legs` all of them, both of a chain too (empty
    = there is no chain)."""

    deal: DealSnapshot
    pipeline: PipelineConfig | None
    shipments: tuple[ShipmentView, ...]
    problems: tuple[ProblemView, ...]
    moves: tuple[StageMove, ...]
    now: datetime
    by_person: bool = False
    legs: tuple[ShipmentView, ...] = ()

    @property
    def every(self) -> tuple[ShipmentView, ...]:
        """All shipments, both legs of a chain too."""
        return self.legs or self.shipments

    @property
    def next_n(self) -> int:
        return max((shipment.n for shipment in self.every), default=0) + 1

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


def with_legs(case: Case, every: Iterable[ShipmentView]) -> Case:
    """The case of a deal with these shipments."""
    found = tuple(every)
    return replace(case, shipments=legs.pieces(found), legs=found)


def wants_shipping(case: Case) -> bool:
    pipeline, deal = case.pipeline, case.deal
    if pipeline is None or not pipeline.enabled:
        return False
    return case.by_person or (deal.category == pipeline.category and deal.stage in pipeline.triggers)


def is_expected_stage(case: Case) -> bool:
    """Stages that our own mapping moves deals to, and success, are no change of mind."""
    if case.deal.semantic == "S":
        return True
    if case.pipeline is None or not case.pipeline.enabled:
        return case.deal.semantic != "F"
    ours = {*case.pipeline.triggers, *case.pipeline.our_stages}
    return case.deal.category == case.pipeline.category and case.deal.stage in ours


def offer_cancel(case: Case, shipment: ShipmentView, reason: str) -> OfferCancel:
    picked = shipment.leg == legs.PICKED
    free = picked or not shipment.status.has_moved
    key = f"ship.{reason}_picked" if picked else f"ship.{reason}" if free else f"ship.{reason}_moved"
    place = case.last_move_id or case.deal.stage
    params = {"number": shipment.order_number or shipment.number, "stage": case.deal.stage}
    return OfferCancel(shipment.id, reason, free, Text(key, params, f"{shipment.number}:{reason}:{place}"))


def clear_outputs(case: Case) -> list[Decided]:
    filled = tuple(role for role in OUTPUTS if as_text(case.deal.fields.get(role)))
    return [ClearFields(filled)] if filled else []


def not_yet(case: Case) -> Decided | None:
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


def pipeline_of(case: Case) -> PipelineConfig:
    if case.pipeline is None:
        raise ValueError("a deal without a pipeline is never shipped")
    return case.pipeline


def opened(case: Case, composed: Composed) -> list[Decided]:
    """Problems of now are opened (again), those that are no more are solved."""
    present = {problem.key for problem in composed.problems}
    over = tuple(sorted({view.problem.key for view in case.problems} - present))
    known = {(view.problem.key, view.input_hash, view.trigger_history_id) for view in case.problems}
    found: list[Decided] = [
        OpenProblem(problem, composed.input_hash, case.trigger_id)
        for problem in composed.problems
        if (problem.key, composed.input_hash, case.trigger_id) not in known
    ]
    solved: list[Decided] = [SolveProblems(over)] if over else []
    return [*solved, *found] or [Nothing("waits_for_fix")]
