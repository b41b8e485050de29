"""A deal whose goods go through a warehouse, and a store that keeps what flows decide about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from b24app.flows import ship
from b24app.flows.decisions import (
    CreateShipment,
    Decided,
    OpenProblem,
    RetryShipment,
    SolveProblems,
    WithdrawShipment,
)
from b24app.flows.legs import PICKED
from b24app.flows.picking import Before, Book, Picking, learnt
from b24app.flows.snapshot import DealSnapshot, PipelineConfig, ProblemView, ShipmentView, StageMove
from b24app.logistics.model import Parcel, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.order import OrderState
from b24app.logistics.picking import Packed, PickedLine
from b24app.logistics.problem import Problem
from b24app.logistics.status import Status
from tests.unit.flows.given import NOW, ROW, SHIP, deal, move, pipeline

CARRIER, BARN = 1, 9
TEA = replace(ROW, id=2, name="Чай", price=Money.of("100.01"), quantity=Decimal(3), sku="TEA-1")
GOODS = (ROW, TEA)


def chained(book: Book = Book.PACKED, **changes: Any) -> PipelineConfig:
    basic: dict[str, Any] = {
        "before": Before(BARN, "pick", book),
        "warehouse_stages": {"accepted_at_warehouse": "C3:PICK", "packed": "C3:BOXED", "in_transit": "C3:LEFT"},
        "stage_order": ("C3:NEW", SHIP, "C3:PICK", "C3:BOXED", "C3:LEFT", "C3:WAY", "C3:WON", "C3:LOSE"),
        "lost_stages": ("C3:LOSE",),
    }
    return pipeline(**{**basic, **changes})


def boxes(*weights: int) -> tuple[Parcel, ...]:
    return tuple(Parcel(weight, 300, 200, 150) for weight in weights)


@dataclass
class Store:
    """What is kept of one deal. `requests` by shipment id."""

    deal: DealSnapshot = field(default_factory=lambda: deal(rows=GOODS))
    pipeline: PipelineConfig | None = field(default_factory=chained)
    moves: tuple[StageMove, ...] = (move(),)
    now: datetime = NOW
    shipments: dict[int, ShipmentView] = field(default_factory=dict)
    requests: dict[int, ShipmentRequest] = field(default_factory=dict)
    problems: list[ProblemView] = field(default_factory=list)

    def look(self, by_person: bool = False) -> list[Decided]:
        """Decide and save, as the portal's lane does."""
        decisions = ship.decide(
            self.deal,
            self.pipeline,
            list(self.shipments.values()),
            self.now,
            self.moves,
            problems=self.problems,
            by_person=by_person,
        )
        self.save(decisions)
        return decisions

    def save(self, decisions: Iterable[Decided]) -> None:
        for one in decisions:
            match one:
                case CreateShipment():
                    self._create(one)
                case RetryShipment():
                    self.requests[one.shipment_id] = one.request
                    self.change(
                        one.shipment_id,
                        status=Status.DRAFT,
                        sent=False,
                        input_hash=one.input_hash,
                        trigger_history_id=one.trigger_history_id,
                        portion=one.portion,
                        picking=one.picking,
                    )
                case OpenProblem():
                    self.open(one.problem, one.shipment_id, one.input_hash, one.trigger_history_id)
                case SolveProblems():
                    self.problems = [each for each in self.problems if each.problem.key not in one.keys]
                case WithdrawShipment():
                    self.change(one.shipment_id, status=Status.CANCELLED)

    def open(self, problem: Problem, shipment_id: int = 0, seen: str = "", trigger: int = 0) -> None:
        self.problems = [each for each in self.problems if each.problem.key != problem.key]
        self.problems.append(ProblemView(problem, seen, trigger, shipment_id))

    def _create(self, made: CreateShipment) -> None:
        assert made.n not in {each.n for each in self.shipments.values()}, "n is unique in a deal"
        new = len(self.shipments) + 1
        self.requests[new] = made.request
        self.shipments[new] = ShipmentView(
            id=new,
            n=made.n,
            number=made.request.number,
            status=Status.DRAFT,
            trigger_history_id=made.trigger_history_id,
            input_hash=made.input_hash,
            connection_id=made.connection_id,
            portion=made.portion,
            leg=made.leg,
            follows=made.follows,
            picking=made.picking,
        )

    def change(self, shipment_id: int, **changes: Any) -> None:
        self.shipments[shipment_id] = replace(self.shipments[shipment_id], **changes)

    def becomes(self, shipment_id: int, status: Status) -> None:
        self.change(shipment_id, status=status, sent=True)

    def packs(self, shipment_id: int, *parcels: Parcel, **picked: int) -> None:
        """The warehouse packed; `picked` by article (its `-` as `_`), everything when nothing is named."""
        view = self.shipments[shipment_id]
        lines = tuple(
            PickedLine(each.sku, each.quantity, Decimal(picked.get(each.sku.replace("-", "_"), int(each.quantity))))
            for each in (view.picking or Picking()).asked
        )
        state = OrderState("r", lines=lines if picked else (), packed=Packed(self.now, parcels))
        status = Status.ACCEPTED_AT_WAREHOUSE if view.status.rank < Status.IN_TRANSIT.rank else view.status
        self.change(shipment_id, status=status, sent=True, picking=learnt(view.picking or Picking(), state, status))

    def in_stage(self, stage: str, semantic: str = "P", history_id: int = 0) -> None:
        self.deal = replace(self.deal, stage=stage, semantic=semantic)
        if history_id:
            self.moves = (move(history_id, 0, stage),)

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    @property
    def picked(self) -> list[ShipmentView]:
        return [each for each in self.shipments.values() if each.leg == PICKED]

    @property
    def carried(self) -> list[ShipmentView]:
        return [each for each in self.shipments.values() if each.leg != PICKED]

    @property
    def codes(self) -> set[str]:
        return {each.problem.code for each in self.problems}
