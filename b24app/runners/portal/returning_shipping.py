"""New goods for the client, or theirs back: one more shipment of the deal, of exactly these goods."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from b24app.flows import several
from b24app.flows.case import Case, with_legs
from b24app.flows.cutting import goods_of, newest
from b24app.flows.decisions import CreateShipment, Decided
from b24app.flows.portions import Line, PartWish, same_product
from b24app.flows.returns.counting import found_of
from b24app.flows.returns.effects import Effect
from b24app.flows.snapshot import DealSnapshot
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.returning import Condition, Return, Sold
from b24app.runners.portal import feed, judging
from b24app.runners.portal.deciding import DecisionSaver, Verdict
from b24app.runners.portal.returning_scene import Scene
from b24app.runners.views import problem_view, shipment_view
from b24app.store.lanes import LaneRef

_WHY = {
    "off": Problem("pipeline_off", Field.STAGE, Who.ADMIN),
    "newer": Problem("return_goods_gone", Field.ITEMS),
    "not_left": Problem("return_goods_gone", Field.ITEMS),
}


@dataclass(frozen=True, slots=True)
class Shipping:
    """A shipment that is to be saved with the return, or what stands in its way."""

    number: str = ""
    verdict: Verdict | None = None
    problems: tuple[Problem, ...] = ()


def plan(scene: Scene, case: Return, effect: Effect) -> Shipping:
    """Nothing is collected for goods that were the client's once. Goods that never were delivered go out as any part of
    the deal does."""
    deal = scene.deal
    if deal is None:
        return Shipping(problems=scene.unread)
    lines = _lines(case, effect, deal)
    if lines is None:
        return Shipping(problems=(Problem("return_goods_gone", Field.ITEMS),))
    if not lines:
        return Shipping(problems=(Problem("return_nothing_to_ship", Field.ITEMS),))
    known = _case(scene, deal)
    answer = (
        several.part(known, PartWish(lines, newest(known.every))) if case.undelivered else several.again(known, lines)
    )
    made = next((each for each in answer.decisions if isinstance(each, CreateShipment)), None)
    if made is None:
        return Shipping(problems=answer.problems or (_WHY.get(answer.why, _WHY["not_left"]),))
    decisions: tuple[Decided, ...] = answer.decisions
    last = known.last_move_id
    verdict = Verdict(known.deal, known.pipeline, decisions, last, True, scene.trace_id)
    return Shipping(made.request.number, verdict)


def save(scene: Scene, shipping: Shipping) -> set[LaneRef]:
    """The lanes to wake. Raises ChangedMeanwhileError."""
    if shipping.verdict is None:
        return set()
    saver = DecisionSaver(scene.session, scene.run.portal, scene.run.slice.lane_id, scene.now)
    saver.save([shipping.verdict])
    return saver.wake


def _case(scene: Scene, deal: DealSnapshot) -> Case:
    run, session = scene.run, scene.session
    [deal] = judging.beside(session, run, [deal])
    known = judging.know(session, run.portal.id, [deal.deal_id])
    opened, move = known.problems[deal.deal_id], feed.as_move(known.states.get(deal.deal_id))
    views = [shipment_view(row, (), opened) for row in known.shipments[deal.deal_id]]
    told, moves = tuple(map(problem_view, opened)), (move,) if move else ()
    return with_legs(Case(deal, run.pipeline(deal.category), (), told, moves, scene.now), views)


def _lines(case: Return, effect: Effect, deal: DealSnapshot) -> tuple[Line, ...] | None:
    """So much of each row of the deal as it is now; None = the deal has the goods no more."""
    whole = goods_of(deal)
    wanted: dict[int, Decimal] = {}
    for sold, quantity in _goods(case, effect):
        row = _row_of(sold, whole)
        if row is None:
            return None
        wanted[row] = wanted.get(row, Decimal(0)) + quantity
    return tuple(
        Line(line.row, line.name, wanted[line.row], line.product_id) for line in whole if wanted.get(line.row, 0) > 0
    )


def _goods(case: Return, effect: Effect) -> list[tuple[Sold, Decimal]]:
    """What lies here and goes back to the client; or what they no longer have, and get anew. Before it is counted that
    is all they asked for."""
    if not case.counted:
        return [(line.sold, line.asked) for line in case.lines]
    here = (Condition.AS_NEW, Condition.DAMAGED)
    kinds = here if effect is Effect.SHIP_BACK else (*here, Condition.LOST)
    return [(found.sold, found.quantity) for found in found_of(case) if found.condition in kinds]


def _row_of(sold: Sold, whole: Sequence[Line]) -> int | None:
    if any(line.row == sold.row for line in whole):
        return sold.row
    wanted = (sold.product_id, sold.title)
    return next((line.row for line in whole if same_product(wanted, (line.product_id, line.name.strip()))), None)
