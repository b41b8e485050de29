"""A chain: the warehouse's leg first, the carrier's when the goods lie packed, whatever stage the deal is in. Pure.

What decides is what we have ourselves: a warehouse's leg that is ready and has no carrier's leg gets one, so that a
decision that was lost is taken again by whoever looks at the deal next, and one that was saved is not taken twice.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from b24app.flows.case import Case, offer_cancel, with_legs
from b24app.flows.compose import Composed, input_hash, our_number
from b24app.flows.cutting import asked_of, compose_part, goods_of, in_order, left_of, worth_of
from b24app.flows.decisions import (
    Check,
    CreateShipment,
    Decided,
    OpenProblem,
    RetryShipment,
    SolveProblems,
    WithdrawShipment,
)
from b24app.flows.legs import CARRIED, PICKED, alive, carrier_of
from b24app.flows.picking import Before, Got, Picking, got, is_ready
from b24app.flows.portions import Line, Portion, covers
from b24app.flows.snapshot import ShipmentView
from b24app.logistics.model import ShipmentRequest
from b24app.logistics.numbers import plain
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.status import Status

#: Goods that the warehouse did not have: the rest goes on, a person says what becomes of these.
REST = "rest_missing"
#: A warehouse's own word of it, while it is picking.
SHORT = "short_picked"
#: Its word at the very beginning: some rows of the order were not taken.
IN_PART = "saved_in_part"
#: Hashes of problems that keep the carrier's leg from being made begin so: whatever else is wrong with a warehouse's
#: leg is the warehouse's.
_OURS = "chain:"


# --- the first leg of what is to be shipped ---------------------------------------------------------------------------


def first(
    case: Case, n: int, composed: Composed, portion: Portion | None = None, lines: Sequence[Line] | None = None
) -> CreateShipment | None:
    """What a stage or a person ships begins with this shipment; None = the composed problems stand in its way. All that
    the carrier's request must pass was asked before anything is picked."""
    request, before, trigger = composed.request, composed.before, case.trigger_id
    if request is None:
        return None
    if before is None:
        return CreateShipment(n, request, composed.input_hash, trigger, composed.connection_id, portion)
    return CreateShipment(
        n,
        _for_warehouse(request, before),
        composed.input_hash,
        trigger,
        before.connection_id,
        portion,
        PICKED,
        picking=_asked(case, before, lines),
        check=Check(composed.connection_id, request),
    )


def again(
    case: Case,
    view: ShipmentView,
    composed: Composed,
    portion: Portion | None = None,
    lines: Sequence[Line] | None = None,
) -> RetryShipment | None:
    """A refused first leg under its own number; None = another account is to have it, under another number."""
    request, before = composed.request, composed.before
    account = before.connection_id if before else composed.connection_id
    same = view.leg == (PICKED if before else CARRIED) and view.connection_id in (0, account)
    if request is None or not same:
        return None
    if before is None:
        return RetryShipment(view.id, request, composed.input_hash, case.trigger_id, portion)
    picking, check = _asked(case, before, lines), Check(composed.connection_id, request)
    sent = _for_warehouse(request, before)
    return RetryShipment(view.id, sent, composed.input_hash, case.trigger_id, portion, picking, check)


def _for_warehouse(request: ShipmentRequest, before: Before) -> ShipmentRequest:
    """The goods and where they go; where they start the warehouse knows itself."""
    return replace(request, service_code=before.service, sender=None)


def _asked(case: Case, before: Before, lines: Sequence[Line] | None) -> Picking:
    return Picking(before.book, asked_of(case.deal, goods_of(case.deal) if lines is None else lines))


# --- the second ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Leg:
    """A carrier's leg as it would be now. `made` None = the problems stand in its way."""

    made: CreateShipment | RetryShipment | None
    view: ShipmentView | None = None
    problems: tuple[Problem, ...] = ()
    hash: str = ""


def waiting(pieces: Iterable[ShipmentView]) -> tuple[ShipmentView, ...]:
    """Warehouse's legs whose goods lie packed and that no carrier has taken over, of what speaks for a deal's goods
    (`flows.legs.pieces`)."""
    return tuple(each for each in pieces if each.leg == PICKED and is_ready(each.picking, each.status))


def onward(case: Case) -> tuple[list[Decided], Case]:
    """Carrier's legs for what lies packed, and the case with them: what else is decided must not count their goods
    twice."""
    decisions: list[Decided] = []
    for picked in waiting(case.shipments):
        if _wanted(case, picked):
            found, case = _carry(case, picked)
            decisions += found
    return [*decisions, *_rest_over(case)], case


def _wanted(case: Case, picked: ShipmentView) -> bool:
    """A lost deal's goods stay where they are, and so does what a person took back: until somebody wants it again."""
    last = carrier_of(picked, case.every)
    if case.by_person:
        return True
    if last is not None and last.status is Status.CANCELLED:
        return case.trigger_id > last.trigger_history_id and case.deal.semantic != "F"
    return case.deal.semantic != "F"


def _carry(case: Case, picked: ShipmentView) -> tuple[list[Decided], Case]:
    last = carrier_of(picked, case.every)
    refused = last if last is not None and last.status is Status.REJECTED else None
    leg = _leg(case, picked, refused)
    if leg.made is None:
        return _stopped(case, picked, leg), case
    new_wish = case.by_person or refused is None or case.trigger_id > refused.trigger_history_id
    if refused is not None and leg.hash == refused.input_hash and not new_wish:
        return [], case
    over = {picked.id: _OURS, **({refused.id: ""} if refused is not None else {})}
    after = with_legs(case, [*(each for each in case.every if each.n != leg.view.n), leg.view]) if leg.view else case
    return [*_solve(case, over), leg.made, *(_short(case, picked) if last is None else ())], after


def _leg(case: Case, picked: ShipmentView, refused: ShipmentView | None) -> _Leg:
    """The request of what was really packed, as it was measured."""
    found = got(picked.picking or Picking())
    in_the_way = _in_the_way(case, found)
    if in_the_way is not None or case.pipeline is None:
        return _Leg(None, problems=(in_the_way,) if in_the_way else ())
    packed = picked.picking.packed if picked.picking else None
    boxes = packed.parcels if packed else ()
    lines = in_order(goods_of(case.deal), found.lines)
    others = with_legs(case, [each for each in case.every if picked.id not in (each.id, each.follows)])
    asked = [each.as_line(each.quantity) for each in picked.picking.asked] if picked.picking else []
    worth = worth_of(case.deal, asked) if found.missing else None
    n = refused.n if refused is not None else case.next_n
    made = compose_part(others, lines, n, boxes, worth, again=picked.portion is not None and picked.portion.again)
    composed, trigger = made.composed, case.trigger_id
    seen = _hash(composed, boxes, lines)
    if composed.request is None:
        return _Leg(None, problems=composed.problems, hash=seen)
    if refused is not None and refused.connection_id in (0, composed.connection_id):
        retry = RetryShipment(refused.id, composed.request, seen, trigger, made.portion)
        return _Leg(retry, replace(refused, status=Status.DRAFT, portion=made.portion), hash=seen)
    n = case.next_n  # also for another account: each keeps its own history
    number = our_number(case.pipeline.portal_code, case.deal.deal_id, n)
    request = replace(composed.request, number=number)
    new = CreateShipment(n, request, seen, trigger, composed.connection_id, made.portion, CARRIED, follows=picked.id)
    view = ShipmentView(0, n, number, Status.DRAFT, trigger, portion=made.portion, follows=picked.id)
    return _Leg(new, view, hash=seen)


def _in_the_way(case: Case, found: Got) -> Problem | None:
    """Why what lies packed cannot go on, before anything of the deal is looked at."""
    if case.pipeline is None or not case.pipeline.enabled:
        return Problem("pipeline_off", Field.STAGE, Who.ADMIN)
    if found.unclear and not case.by_person:
        return Problem("picked_unclear", Field.ITEMS, params={"skus": list(found.unclear)})
    if not found.lines:
        return Problem("picked_nothing", Field.ITEMS)
    if not covers(goods_of(case.deal), found.lines):
        return Problem("goods_changed", Field.ITEMS, params={"what": _said(found.lines)})
    return None


def _hash(composed: Composed, boxes: Iterable[object], lines: Sequence[Line]) -> str:
    """Of the deal, and of what was packed: other measures are a reason to try again."""
    told = json.dumps([composed.input_hash, repr(tuple(boxes)), repr(tuple(lines))])
    return hashlib.sha256(told.encode()).hexdigest()[:32]


# --- what is wrong ----------------------------------------------------------------------------------------------------


def _stopped(case: Case, picked: ShipmentView, leg: _Leg) -> list[Decided]:
    """The goods lie packed, and something of the deal keeps the carrier from being booked. Told once for each state of
    the deal."""
    state = input_hash(case.deal, case.pipeline) if case.pipeline is not None else ""
    mine = {view.problem.key: view for view in case.problems if _is_ours(view.input_hash, view.shipment_id, picked)}
    present = {problem.key: problem for problem in leg.problems}
    over = tuple(sorted(set(mine) - set(present)))
    seen = _OURS + (leg.hash or state)
    found: list[Decided] = [
        OpenProblem(problem, seen, case.trigger_id, picked.id)
        for key, problem in present.items()
        if key not in mine or mine[key].input_hash != seen
    ]
    return [*([SolveProblems(over)] if over else []), *found]


def _is_ours(seen: str, shipment_id: int, picked: ShipmentView) -> bool:
    return shipment_id == picked.id and seen.startswith(_OURS)


def _solve(case: Case, of: dict[int, str]) -> list[Decided]:
    """Problems of these shipments whose hashes begin so."""
    keys = {
        view.problem.key
        for view in case.problems
        if view.shipment_id in of and view.input_hash.startswith(of[view.shipment_id])
    }
    return [SolveProblems(tuple(sorted(keys)))] if keys else []


def _short(case: Case, picked: ShipmentView) -> list[Decided]:
    """What was not there is a person's to decide. Said once, when the rest goes on."""
    missing = got(picked.picking or Picking()).missing
    told = tuple(
        sorted(
            view.problem.key
            for view in case.problems
            if view.problem.code in (SHORT, IN_PART) and view.shipment_id in (0, picked.id)
        )
    )
    solved: list[Decided] = [SolveProblems(told)] if told else []
    if not missing:
        return solved
    problem = Problem(REST, params={"what": _said(missing), "part": picked.number})
    return [*solved, OpenProblem(problem, picked.input_hash, case.trigger_id, picked.id)]


def _rest_over(case: Case) -> list[Decided]:
    """What was missing has been shipped since, or is no more in the deal."""
    open_ones = [view for view in case.problems if view.problem.code == REST]
    if not open_ones:
        return []
    left = {line.row for line in left_of(case.deal, case.shipments)}
    picked = {view.id: view for view in case.every if view.leg == PICKED}
    over = [
        view.problem.key
        for view in open_ones
        if (of := picked.get(view.shipment_id)) is not None
        and not left & {line.row for line in got(of.picking or Picking()).missing}
    ]
    return [SolveProblems(tuple(sorted(over)))] if over else []


def _said(lines: Iterable[Line]) -> list[str]:
    return [f"{line.name} × {plain(line.quantity)}" for line in lines]


# --- no longer wanted -------------------------------------------------------------------------------------------------


def unwanted(case: Case, piece: ShipmentView) -> list[Decided]:
    """The deal left, or is lost: what has not begun is forgotten, of every leg that is alive a person is told. A
    carrier's leg that goes on from a warehouse is not taken back because a person moved the deal by hand meanwhile."""
    lost = case.deal.semantic == "F"
    reason = "deal_lost" if lost else "left_stage"
    decisions: list[Decided] = []
    for leg in alive(piece, case.every):
        if leg.sent:
            decisions.append(offer_cancel(case, leg, reason))
        elif leg.id and (lost or not leg.follows):
            decisions.append(WithdrawShipment(leg.id, reason))
    return decisions
