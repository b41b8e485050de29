"""What the store knows about some deals, and what the flow decides about them. No remote call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from b24app.flows import ship
from b24app.flows.recipient import as_text
from b24app.flows.shop import Wish
from b24app.flows.snapshot import DealSnapshot, Role
from b24app.runners.portal import asking, choices, feed, shop
from b24app.runners.portal.context import Run
from b24app.runners.portal.deciding import Verdict
from b24app.runners.views import problem_view, shipment_view
from b24app.store import deal_extras, deals, parcels, problems, shipments
from b24app.store.inbox import Claimed
from b24app.store.models import DealState, ProblemRow, Shipment
from b24app.wire.trace import current_trace

Rows = Mapping[int, Sequence[Claimed]]


@dataclass
class Known:
    """What the store knows about some deals."""

    states: dict[int, DealState]
    shipments: dict[int, list[Shipment]]
    problems: dict[int, list[ProblemRow]]


def know(session: Session, portal_id: int, deal_ids: Iterable[int]) -> Known:
    ids = sorted({deal_id for deal_id in deal_ids if deal_id})
    return Known(
        deals.states(session, portal_id, ids),
        shipments.of_deals(session, portal_id, ids),
        problems.open_of_orders(session, portal_id, ids),
    )


def verdicts(session: Session, run: Run, group: Sequence[DealSnapshot], by_deal: Rows, now: datetime) -> list[Verdict]:
    """One for each deal, in their order."""
    known = know(session, run.portal.id, [deal.deal_id for deal in group])
    ordered = shop.wishes(session, run, [deal.deal_id for deal in group])
    return [
        _judge(run, deal, known, by_deal.get(deal.deal_id, ()), now, ordered.get(deal.deal_id))
        for deal in beside(session, run, group)
    ]


def beside(session: Session, run: Run, group: Sequence[DealSnapshot]) -> list[DealSnapshot]:
    """The deals with what we know of them beside what the portal says."""
    copied = _copied(session, run, group)
    ids = [deal.deal_id for deal in group]
    picked, plans = choices.picked(session, run.portal.id, ids), parcels.plans(session, run.portal.id, ids)
    chosen = deal_extras.chosen(session, run.portal.id, ids)
    return [
        replace(
            deal,
            copied_numbers=each in copied,
            picked=picked.get(each),
            plan=plans.get(each),
            extras=chosen.get(each),
        )
        for each, deal in zip(ids, group, strict=True)
    ]


def _judge(
    run: Run, deal: DealSnapshot, known: Known, rows: Sequence[Claimed], now: datetime, wish: Wish | None = None
) -> Verdict:
    deal_id = deal.deal_id
    open_ones = known.problems[deal_id]
    views = [shipment_view(one, (), open_ones) for one in known.shipments[deal_id]]
    pipeline, deal = shop.as_asked(run, run.pipeline(deal.category if not deal.gone else None), deal, wish)
    move = feed.as_move(known.states.get(deal_id))
    by_person = any(row.kind in asking.WISHES for row in rows)
    decisions = ship.decide(
        deal,
        pipeline,
        views,
        now,
        [move] if move else [],
        problems=[problem_view(one) for one in open_ones],
        by_person=by_person,
    )
    history_id = move.history_id if move else 0
    trace = rows[0].trace_id if rows else current_trace()
    return Verdict(deal, pipeline, decisions, history_id, by_person, trace)


def _copied(session: Session, run: Run, group: Sequence[DealSnapshot]) -> set[int]:
    """Deals whose order number belongs to another deal's shipment."""
    numbers = {deal.deal_id: _numbers(as_text(deal.fields.get(Role.ORDER_ID))) for deal in group}
    wanted = [number for each in numbers.values() for number in each]
    owners = shipments.owners_of_numbers(session, run.portal.id, wanted)
    return {
        deal_id for deal_id, each in numbers.items() if any(owners.get(number, deal_id) != deal_id for number in each)
    }


def _numbers(text: str) -> list[str]:
    """The field holds the numbers of all orders of its deal."""
    return [number for each in text.split(",") if (number := each.strip())]
