"""What an act about a deal's returns is decided by, read under the deal's turn, and what it comes to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from b24app.flows.returns import moves
from b24app.flows.returns.basis import Basis
from b24app.flows.returns.counting import surplus
from b24app.flows.returns.effects import Actor, Effect
from b24app.flows.returns.facts import Looked, Running, look
from b24app.flows.returns.owed import MoneyRules
from b24app.flows.returns.rules import ReturnRules
from b24app.flows.returns.way import Way
from b24app.flows.snapshot import DealSnapshot
from b24app.frames.formats import portal_zone
from b24app.logistics.money import Money
from b24app.logistics.problem import Problem
from b24app.logistics.returning import Return, ReturnStage
from b24app.logistics.status import Status
from b24app.runners.portal.context import Run
from b24app.store import portals, return_errands, shipments
from b24app.store.models import Connection, ConnectionState, Shipment
from b24app.store.return_acts import Act
from b24app.store.return_errands import Errand
from b24app.store.return_running import running_of
from b24app.store.returns import Decided, Kept, Turn

S = ReturnStage
RECEIPTS = "Receipts"
_CAME_TO_NOTHING = (Status.CANCELLED, Status.REJECTED)


@dataclass(frozen=True, slots=True)
class Change:
    """What an act comes to. `refused`: nothing but these words; else `case` is to be saved. `wanted` is the stage that
    was asked for, for the journal. `open` are the Problems that stay with the return (None = as before). `paid` went
    back to the client; `then` is a stage that follows if nothing speaks against it."""

    case: Return
    wanted: ReturnStage | None = None
    effects: tuple[Effect, ...] = ()
    refused: tuple[Problem, ...] = ()
    open: tuple[Problem, ...] | None = None
    way: Way | None = None
    decided: Decided | None = None
    tracking: tuple[str, ...] = ()
    replacement: str | None = None
    paid: Money | None = None
    then: ReturnStage | None = None
    why: str = ""
    #: Who counted, where that is not who acts.
    counter: str = ""


@dataclass(frozen=True)
class Scene:
    """A deal that is held until the transaction ends. `deal` None = it cannot be read now, `basis` is then the one that
    was kept, and `unread` says why."""

    run: Run
    session: Session
    act: Act
    turn: Turn
    basis: Basis
    deal: DealSnapshot | None
    unread: tuple[Problem, ...]
    rules: ReturnRules
    rows: Sequence[Shipment]
    errands: Mapping[int, Sequence[Errand]]
    accounts: Sequence[Connection]
    now: datetime
    trace_id: str

    @property
    def zone(self) -> ZoneInfo:
        return portal_zone(self.run.portal.language)

    @property
    def warehouses(self) -> list[Connection]:
        """The ready accounts that can expect goods."""
        plugins = self.run.services.plugins
        ready = (each for each in self.accounts if each.state == ConnectionState.READY and each.system in plugins)
        return [each for each in ready if plugins[each.system].manifest.gives(RECEIPTS, each.settings)]

    @property
    def actor(self) -> Actor:
        return self.act.wanted.actor

    def others(self, number: str) -> list[Return]:
        """All other returns of the deal."""
        return [each.case for each in self.turn.returns if each.case.number != number]

    def running(self, kept: Kept) -> Running:
        """New goods whose order came to nothing are not sent."""
        over = [row.number for row in self.rows if Status(row.status) in _CAME_TO_NOTHING]
        known = replace(kept, replacement="") if kept.replacement in over else kept
        return running_of(self.errands.get(kept.id, ()), known, [each.id for each in self.warehouses])

    def looked(self, kept: Kept, case: Return, way: Way | None = None) -> Looked:
        money = kept.decided.money if kept.decided else None
        return self._look(case, self.running(kept), way or kept.way, money)

    def begins(self, case: Return, way: Way | None = None) -> Looked:
        """One that is not saved yet."""
        return self._look(case, Running(has_warehouse=bool(self.warehouses)), way, None)

    def _look(self, case: Return, running: Running, way: Way | None, money: MoneyRules | None) -> Looked:
        others = self.others(case.number)
        return look(case, self.basis, others, self.rules, self.zone, running, way, money, self.now)

    def decided(self, looked: Looked) -> Decided:
        wanted = self.act.wanted
        return Decided(wanted.by, wanted.name, self.now, looked.judged.verdicts, self.rules.money)


def open_scene(
    run: Run,
    session: Session,
    act: Act,
    turn: Turn,
    basis: Basis,
    deal: DealSnapshot | None,
    unread: tuple[Problem, ...],
    rows: Sequence[Shipment],
    now: datetime,
    trace_id: str,
) -> Scene:
    return Scene(
        run=run,
        session=session,
        act=act,
        turn=turn,
        basis=basis,
        deal=deal,
        unread=unread,
        rules=ReturnRules.of(run.portal.settings or {}),
        rows=rows,
        errands=return_errands.of_returns(session, run.portal.id, [kept.id for kept in turn.returns]),
        accounts=portals.connections(session, run.portal.id),
        now=now,
        trace_id=trace_id,
    )


def moved(
    scene: Scene,
    kept: Kept,
    case: Return,
    to: ReturnStage,
    *,
    actor: Actor | None = None,
    way: Way | None = None,
    why: str = "",
) -> Change:
    """The return, as it would be in `case`, goes to another stage, or why it may not. Old news is nothing."""
    looked = scene.looked(kept, case, way)
    move = moves.move(case, to, actor or scene.actor, looked.facts)
    if move.problems:
        return Change(kept.case, to, refused=move.problems, why=why)
    if move.stage is case.stage:
        return Change(case, way=way, why=why)
    after, found = replace(case, stage=move.stage), tuple[Problem, ...]()
    if move.stage is S.INSPECTED:
        after, found = settled(after, looked)
    elif case.stage is S.INSPECTED and move.stage is S.RECEIVED:
        after = replace(after, settled=None)
    decides = move.stage is S.REFUSED or (move.stage is S.APPROVED and case.stage is S.REQUESTED)
    decided = scene.decided(looked) if decides else None
    return Change(after, to, move.effects, open=found, way=way, decided=decided, why=why)


def settled(case: Return, looked: Looked) -> tuple[Return, tuple[Problem, ...]]:
    """What is owed is kept from now on; what a person has to look at about it."""
    line = looked.line
    if line is None:
        return replace(case, settled=None), (*looked.money_problems, *surplus(case))
    return replace(case, settled=line.settled), (*line.problems, *surplus(case))


def shipment_of(scene: Scene, shipment_id: int) -> Shipment | None:
    found = (row for row in scene.rows if row.id == shipment_id)
    return next(found, None) or shipments.get(scene.session, scene.run.portal.id, shipment_id)
