"""A deal whose goods leave in several shipments: what is left, what a person splits off, what a stage ships.

Nothing is sent twice: a shipment takes its goods from what no other shipment that is on its way or delivered holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from b24app.flows.case import Case, clear_outputs, is_expected_stage, not_yet, offer_cancel, opened, pipeline_of
from b24app.flows.case import wants_shipping as wants
from b24app.flows.cod import build_cod
from b24app.flows.compose import Composed, compose, input_hash
from b24app.flows.decisions import (
    CreateShipment,
    Decided,
    Nothing,
    RetryShipment,
    SayAlreadyShipped,
    SolveProblems,
    Text,
    WithdrawShipment,
)
from b24app.flows.laying import part_of
from b24app.flows.parcels import SERVICE
from b24app.flows.portions import Held, Line, PartWish, Portion, Terms, covers, is_split, is_taken, left
from b24app.flows.snapshot import DealSnapshot, ProductRow, ShipmentView
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


@dataclass(frozen=True, slots=True)
class _Made:
    """A portion composed into a request; `portion` None = it is the whole deal."""

    composed: Composed
    portion: Portion | None


def concerns(case: Case) -> bool:
    """Whether the deal was ever split."""
    return is_split(case.shipments)


def goods_of(deal: DealSnapshot) -> tuple[Line, ...]:
    """The deal's goods as lines; services do not travel."""
    rows = (row for row in deal.rows if row.type != SERVICE and row.quantity > 0)
    return tuple(Line(row.id, row.name, row.quantity, row.product_id) for row in rows)


def cut(deal: DealSnapshot, lines: Sequence[Line]) -> DealSnapshot:
    """The deal with the goods of these lines alone, in the parcels that they were laid into."""
    wanted = {line.row: line.quantity for line in lines}
    rows = tuple(replace(row, quantity=wanted[row.id]) for row in deal.rows if row.id in wanted)
    return replace(deal, rows=rows, plan=part_of(deal.plan, deal.rows, rows) if deal.plan else None)


def lines_of(view: ShipmentView, whole: Sequence[Line]) -> Sequence[Line]:
    return whole if view.portion is None else view.portion.lines


def left_of(deal: DealSnapshot, shipments: Iterable[ShipmentView]) -> tuple[Line, ...]:
    """What may still be shipped: all that is neither on its way nor delivered."""
    whole = goods_of(deal)
    return left(whole, [lines_of(view, whole) for view in shipments if is_taken(view.status)])


def newest(shipments: Iterable[ShipmentView]) -> int:
    """The number of the deal's newest shipment, 0 = none."""
    return max((view.n for view in shipments), default=0)


# --- a person's part --------------------------------------------------------------------------------------------------


def part(case: Case, wish: PartWish) -> PartAnswer:
    """Ship what the person chose, now, or say why not. Unlike a stage that ships, it leaves no Problem on the deal: the
    person is there and sees it."""
    if case.deal.gone or not wants(replace(case, by_person=True)):
        return PartAnswer(why="off")
    if newest(case.shipments) != wish.seen:
        return PartAnswer(why="newer")
    rest = left_of(case.deal, case.shipments)
    if not covers(rest, wish.lines):
        return PartAnswer(why="not_left")
    plan = _Plan(case)
    plan.create(_in_order(rest, wish.lines))
    if plan.blocked is not None:
        return PartAnswer(problems=plan.blocked.problems)
    return PartAnswer(tuple(plan.done()))


def _in_order(rest: Sequence[Line], wanted: Sequence[Line]) -> tuple[Line, ...]:
    """Names and goods as the deal says them, quantities as wished."""
    asked = {line.row: line.quantity for line in wanted}
    return tuple(replace(line, quantity=asked[line.row]) for line in rest if line.row in asked)


# --- a stage, or a press of "ship" ------------------------------------------------------------------------------------


@dataclass
class _Plan:
    """What is decided in one go. `case` is kept as it will be: each next shipment takes from what the former left."""

    case: Case
    decisions: list[Decided] = field(default_factory=list)
    problems: dict[str, Problem] = field(default_factory=dict)
    blocked: Composed | None = None

    def retry(self, view: ShipmentView, lines: Sequence[Line]) -> None:
        """A refused shipment again under its own number, but only if something changed since. Each account keeps its
        own history: another one gets the next number."""
        made = _made(self.case, lines, view.n)
        composed, trigger = made.composed, self.case.trigger_id
        new_wish = self.case.by_person or trigger > view.trigger_history_id
        if composed.input_hash == view.input_hash and not new_wish:
            return
        if composed.request is None:
            self._block(composed)
        elif view.connection_id not in (0, composed.connection_id):
            self.create(lines)
        else:
            self.decisions.append(RetryShipment(view.id, composed.request, composed.input_hash, trigger, made.portion))
            self._hold(replace(view, status=Status.DRAFT, portion=made.portion))

    def create(self, lines: Sequence[Line]) -> None:
        """A new shipment. The numbers of those that are on their way stay in the deal's fields."""
        n = newest(self.case.shipments) + 1
        made = _made(self.case, lines, n)
        composed, trigger = made.composed, self.case.trigger_id
        if composed.request is None:
            self._block(composed)
            return
        if not any(is_taken(view.status) for view in self.case.shipments):
            self.decisions += clear_outputs(self.case)
        self.decisions.append(
            CreateShipment(n, composed.request, composed.input_hash, trigger, composed.connection_id, made.portion)
        )
        view = ShipmentView(0, n, composed.request.number, Status.DRAFT, trigger, portion=made.portion)
        self._hold(view)

    def _hold(self, view: ShipmentView) -> None:
        others = [each for each in self.case.shipments if each.n != view.n]
        self.case = replace(self.case, shipments=(*others, view))

    def _block(self, composed: Composed) -> None:
        self.problems |= {problem.key: problem for problem in composed.problems}
        self.blocked = composed

    def done(self) -> list[Decided]:
        """With the deal's problems: opened once for the deal, whatever the number of shipments they stop."""
        case = _of_deal(self.case)
        if self.blocked is None:
            return [*(_solve(case) if self.decisions else []), *self.decisions]
        of_all = input_hash(case.deal, pipeline_of(case))
        found = opened(case, replace(self.blocked, problems=tuple(self.problems.values()), input_hash=of_all))
        return [*self.decisions, *found]


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
            found.append((view, _in_order(rest, lines)))
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
    decisions = _solve(case)
    live = [view for view in case.shipments if view.status.is_live]
    if not live or is_expected_stage(case):
        return [*decisions, Nothing("not_in_stage")]
    lost = case.deal.semantic == "F"
    reason = "deal_lost" if lost else "left_stage"
    for view in live:
        if not lost and _made_elsewhere(case, view):
            continue
        decisions.append(offer_cancel(case, view, reason) if view.sent else WithdrawShipment(view.id, reason))
    return decisions or [Nothing("not_in_stage")]


def next_up(case: Case) -> Composed:
    """What a press of "ship" would send: all that is left of a deal that was split, else the whole deal."""
    n = newest(case.shipments) + 1
    rest = _rest(case, ()) if concerns(case) else ()
    return _made(case, rest, n).composed if rest else compose(case.deal, pipeline_of(case), n)


def _made_elsewhere(case: Case, view: ShipmentView) -> bool:
    """A person split it off while the deal stood in no stage that ships: leaving one takes nothing back."""
    triggers = case.pipeline.triggers if case.pipeline is not None else ()
    return view.portion is not None and view.portion.stage not in triggers


# --- pieces -----------------------------------------------------------------------------------------------------------


def _made(case: Case, lines: Sequence[Line], n: int) -> _Made:
    """The portion's request, with its share of the money. All goods of a deal of which nothing is on its way are no
    portion."""
    deal, pipeline, whole = case.deal, pipeline_of(case), goods_of(case.deal)
    others = [view for view in case.shipments if view.n != n and is_taken(view.status)]
    if not others and tuple(lines) == whole:
        return _Made(compose(deal, pipeline, n), None)
    mine = cut(deal, lines)
    behind = left(left(whole, [lines_of(view, whole) for view in others]), [lines])
    after = _value(cut(deal, behind).rows) if behind else None
    held = tuple(Held(view.portion, view.status) for view in others if view.portion is not None)
    composed = compose(mine, pipeline, n, Terms(_value(mine.rows), after, held))
    owed, _ = build_cod(deal, pipeline)
    parts = composed.parts
    portion = Portion(
        tuple(lines),
        whole,
        deal.stage,
        parts.cod.minor if parts.cod else 0,
        parts.declared.minor if parts.declared else 0,
        owed.minor if owed else 0,
    )
    return _Made(composed, portion)


def _value(rows: Iterable[ProductRow]) -> int:
    return sum(int(row.price.minor * row.quantity) for row in rows)


def _of_deal(case: Case) -> Case:
    """The case with the problems of the deal alone: those of orders are theirs."""
    return replace(case, problems=tuple(view for view in case.problems if not view.shipment_id))


def _solve(case: Case) -> list[Decided]:
    keys = tuple(sorted({view.problem.key for view in case.problems if not view.shipment_id}))
    return [SolveProblems(keys)] if keys else []
