"""A deal whose goods leave in several shipments: what is left, what a person splits off, what a stage ships.

Nothing is sent twice: a shipment takes its goods from what no other shipment that is on its way or delivered holds.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from b24app.flows import chain
from b24app.flows.case import Case, clear_outputs, is_expected_stage, not_yet, opened, pipeline_of, with_legs
from b24app.flows.case import wants_shipping as wants
from b24app.flows.compose import Composed, compose, input_hash
from b24app.flows.cutting import compose_part, goods_of, in_order, left_of, lines_of, newest
from b24app.flows.decisions import (
    Decided,
    Nothing,
    SayAlreadyShipped,
    SolveProblems,
    Text,
)
from b24app.flows.portions import Line, PartWish, covers, is_split, is_taken, left
from b24app.flows.snapshot import ShipmentView
from b24app.logistics.problem import Problem
from b24app.logistics.status import Status

#: Finished, and the goods are not where they were: only a person sends them again.
_ASTRAY = (Status.RETURNED, Status.LOST)


@dataclass(frozen=True, slots=True)
class PartAnswer:
    """What came of a person's wish to ship a part: decisions to save; or `why` not (`newer`: somebody else shipped
    meanwhile; `not_left`; `off`: the pipeline ships nothing) or what is wrong with the deal."""

    decisions: tuple[Decided, ...] = ()
    why: str = ""
    problems: tuple[Problem, ...] = ()


def concerns(case: Case) -> bool:
    """Whether the deal was ever split."""
    return is_split(case.shipments)


# --- a person's part --------------------------------------------------------------------------------------------------


def part(case: Case, wish: PartWish) -> PartAnswer:
    """Ship what the person chose, now, or say why not. Unlike a stage that ships, it leaves no Problem on the deal: the
    person is there and sees it."""
    if case.deal.gone or not wants(replace(case, by_person=True)):
        return PartAnswer(why="off")
    if newest(case.every) != wish.seen:
        return PartAnswer(why="newer")
    rest = left_of(case.deal, case.shipments)
    if not covers(rest, wish.lines):
        return PartAnswer(why="not_left")
    plan = _Plan(case)
    plan.create(in_order(rest, wish.lines))
    if plan.blocked is not None:
        return PartAnswer(problems=plan.blocked.problems)
    return PartAnswer(tuple(plan.done()))


def again(case: Case, lines: Sequence[Line]) -> PartAnswer:
    """Goods that came back leave once more, or others in their place: a shipment of its own, for which nothing is
    collected, whatever else of the deal was shipped."""
    if case.deal.gone or not wants(replace(case, by_person=True)):
        return PartAnswer(why="off")
    whole = goods_of(case.deal)
    if not covers(whole, lines):
        return PartAnswer(why="not_left")
    here = in_order(whole, lines)
    made = compose_part(case, here, case.next_n, again=True)
    shipment = chain.first(case, case.next_n, made.composed, made.portion, here)
    return PartAnswer((shipment,)) if shipment is not None else PartAnswer(problems=made.composed.problems)


# --- a stage, or a press of "ship" ------------------------------------------------------------------------------------


@dataclass
class _Plan:
    """What is decided in one go. `case` is kept as it will be: each next shipment takes from what the former left."""

    case: Case
    decisions: list[Decided] = field(default_factory=list)
    problems: dict[str, Problem] = field(default_factory=dict)
    blocked: Composed | None = None
    retried: set[int] = field(default_factory=set)

    def retry(self, view: ShipmentView, lines: Sequence[Line]) -> None:
        """A refused shipment again under its own number, but only if something changed since. Each account keeps its
        own history: another one gets the next number."""
        free = view.portion is not None and view.portion.again
        made = compose_part(self.case, lines, view.n, again=free)
        composed, trigger = made.composed, self.case.trigger_id
        new_wish = self.case.by_person or trigger > view.trigger_history_id
        if composed.input_hash == view.input_hash and not new_wish:
            return
        if composed.request is None:
            self._block(composed)
            return
        retry = chain.again(self.case, view, composed, made.portion, lines)
        if retry is None:
            self.create(lines)
        else:
            self.decisions.append(retry)
            self.retried.add(view.id)
            self._hold(replace(view, status=Status.DRAFT, portion=made.portion))

    def create(self, lines: Sequence[Line]) -> None:
        """A new shipment. The numbers of those that are on their way stay in the deal's fields."""
        n = self.case.next_n
        made = compose_part(self.case, lines, n)
        shipment = chain.first(self.case, n, made.composed, made.portion, lines)
        if shipment is None:
            self._block(made.composed)
            return
        if not any(is_taken(view.status) for view in self.case.shipments):
            self.decisions += clear_outputs(self.case)
        self.decisions.append(shipment)
        trigger, number = shipment.trigger_history_id, shipment.request.number
        self._hold(ShipmentView(0, n, number, Status.DRAFT, trigger, portion=made.portion, leg=shipment.leg))

    def _hold(self, view: ShipmentView) -> None:
        self.case = with_legs(self.case, (*(each for each in self.case.every if each.n != view.n), view))

    def _block(self, composed: Composed) -> None:
        self.problems |= {problem.key: problem for problem in composed.problems}
        self.blocked = composed

    def done(self) -> list[Decided]:
        """With the deal's problems: opened once for the deal, whatever the number of shipments they stop."""
        case = _of_deal(self.case)
        solved = _solve(self.case, self._settled()) if self.decisions else []
        if self.blocked is None:
            return [*solved, *self.decisions]
        of_all = input_hash(case.deal, pipeline_of(case))
        found = opened(case, replace(self.blocked, problems=tuple(self.problems.values()), input_hash=of_all))
        return [*solved, *self.decisions, *found]

    def _settled(self) -> set[int]:
        """Whose problems are over: of orders that are sent again, or whose goods are on their way in another one; of
        the deal (0) when nothing stops it."""
        whole, rest = goods_of(self.case.deal), left_of(self.case.deal, self.case.shipments)
        failed = [view for view in self.case.shipments if view.status in (Status.REJECTED, *_ASTRAY)]
        gone_on = {view.id for view in failed if not covers(rest, lines_of(view, whole))}
        return self.retried | gone_on | (set() if self.blocked is not None else {0})


def decide(case: Case) -> list[Decided]:
    """As `flows.ship.decide`, for a deal that was split."""
    if not wants(case):
        return _elsewhere(case)
    plan = _Plan(case)
    refused = _refused(case)
    for view, lines in refused:
        plan.retry(view, lines)
    if case.by_person and refused:
        return plan.done()
    rest = _rest(case, [view for view, _ in refused])
    idle = _why_not(case, rest)
    if idle is None:
        plan.create(rest)
    return plan.done() or ([idle] if idle is not None else [])


def _refused(case: Case) -> list[tuple[ShipmentView, tuple[Line, ...]]]:
    """Refused shipments whose goods are still there and in no later shipment, whatever came of that; with these
    goods."""
    whole, rest = goods_of(case.deal), left_of(case.deal, case.shipments)
    later: set[int] = set()
    found: list[tuple[ShipmentView, tuple[Line, ...]]] = []
    for view in sorted(case.shipments, key=lambda each: each.n, reverse=True):
        lines = lines_of(view, whole)
        rows = {line.row for line in lines}
        if view.status is Status.REJECTED and not rows & later and covers(rest, lines):
            found.append((view, in_order(rest, lines)))
        later |= rows
    return found


def _rest(case: Case, refused: Sequence[ShipmentView]) -> tuple[Line, ...]:
    """What a stage ships: goods that never left, or whose order was cancelled."""
    whole = goods_of(case.deal)
    taken = [view for view in case.shipments if is_taken(view.status) or view.status in _ASTRAY or view in refused]
    return left(whole, [lines_of(view, whole) for view in taken])


def _why_not(case: Case, rest: Sequence[Line]) -> Decided | None:
    """Why what is left is not shipped now; None = it is: the deal came to the stage after its last shipment was
    decided, or a person pressed "ship" or "try again" and it was this that they meant. Whoever wants the rest of a
    split deal says so where it is listed (`part`)."""
    if not rest:
        return _nothing_left(case)
    if not (_meant(case) if case.by_person else _came_later(case)):
        return Nothing("part_waits")
    return not_yet(case)


def _meant(case: Case) -> bool:
    """Nothing of the deal is on its way or delivered, or a Problem stopped what is left."""
    return not any(is_taken(view.status) for view in case.shipments) or bool(_of_deal(case).problems)


def _came_later(case: Case) -> bool:
    if case.trigger is None:
        return False
    move = case.trigger.history_id
    hindered = any(view.trigger_history_id == move and not view.shipment_id for view in case.problems)
    return hindered or move > max(view.trigger_history_id for view in case.shipments)


def _nothing_left(case: Case) -> Decided:
    last = case.last
    if last is None or case.trigger is None or not _came_later(case):
        return Nothing("already_shipped")
    params = {"number": last.order_number or last.number, "status": last.status.value}
    key = "ship.already_shipped" if last.status.is_live else "ship.already_finished"
    return SayAlreadyShipped(last.id, Text(key, params, f"{last.number}:again:{case.trigger.history_id}"))


def _elsewhere(case: Case) -> list[Decided]:
    """Not in a stage that ships: live orders may not be wanted any more."""
    live = [view for view in case.shipments if view.status.is_live]
    closed = case.deal.semantic != "P" and not live
    decisions = _solve(case, {view.shipment_id for view in case.problems} if closed else {0})
    if not live or is_expected_stage(case):
        return [*decisions, Nothing("not_in_stage")]
    lost = case.deal.semantic == "F"
    for view in live:
        if not lost and _made_elsewhere(case, view):
            continue
        decisions += chain.unwanted(case, view)
    return decisions or [Nothing("not_in_stage")]


def next_up(case: Case) -> Composed:
    """What a press of "ship" would send: all that is left of a deal that was split, else the whole deal."""
    n = case.next_n
    rest = _rest(case, ()) if concerns(case) else ()
    return compose_part(case, rest, n).composed if rest else compose(case.deal, pipeline_of(case), n)


def _made_elsewhere(case: Case, view: ShipmentView) -> bool:
    """A person split it off while the deal stood in no stage that ships: leaving one takes nothing back."""
    triggers = case.pipeline.triggers if case.pipeline is not None else ()
    return view.portion is not None and view.portion.stage not in triggers


# --- pieces -----------------------------------------------------------------------------------------------------------


def _of_deal(case: Case) -> Case:
    """The case with the problems of the deal alone: those of orders are theirs."""
    return replace(case, problems=tuple(view for view in case.problems if not view.shipment_id))


def _solve(case: Case, of: Collection[int]) -> list[Decided]:
    """Of these shipments, 0 = of the deal itself."""
    keys = tuple(sorted({view.problem.key for view in case.problems if view.shipment_id in of}))
    return [SolveProblems(keys)] if keys else []
