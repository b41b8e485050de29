"""Deliveries that the portal's online store asked for, or wants no more: carried out as a person's press in the deal's
tab would be, so that one deal never has two parcels."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from b24app.flows.decisions import OpenProblem
from b24app.flows.shop import ShopRules, Wish, collected, completed, filled, insured
from b24app.flows.snapshot import DealSnapshot, PipelineConfig
from b24app.runners import tell
from b24app.runners.portal import shop_deals
from b24app.runners.portal.context import Run, draft
from b24app.runners.portal.deciding import Verdict
from b24app.store import deal_extras, inbox, outbox, shipments, shop_requests
from b24app.store.engine import read_scope, session_scope
from b24app.store.inbox import Claimed
from b24app.store.lanes import LaneRef
from b24app.store.models import InboxKind, Portal, ShopRequest, ShopState
from b24app.wire.trace import current_trace

#: A cancellation behind a wish to ship that nobody has served yet is looked at again after this.
BEHIND = timedelta(seconds=1)
#: An order whose deal may be under way is looked at again after this.
FOR_A_DEAL = timedelta(seconds=5)
NAME = "store"


def do(run: Run) -> bool:
    """Serve what the store asked for; False when nothing is due."""
    with read_scope(run.services.sessions) as session:
        rows = run.slice.claim_inbox(session, (InboxKind.SHOP,))
    if not rows:
        return False
    orders = shop_deals.waiting(run, [int(row.key) for row in rows if row.key.isdigit()])
    shop_deals.ensure(run, orders)
    now = run.services.clock.now()
    with session_scope(run.services.sessions) as session:
        run.slice.check(session)
        late: list[int] = []
        wake: set[LaneRef] = set()
        for row in rows:
            found = shop_requests.get(session, run.portal.id, int(row.key)) if row.key.isdigit() else None
            if found is not None and _waits(run, session, found):
                late.extend(row.ids)
            elif found is not None:
                wake |= _serve(run, session, row, found, now)
        inbox.close(session, run.slice, [id_ for row in rows for id_ in row.ids if id_ not in late], now)
        inbox.defer(session, run.slice, late, now + (BEHIND if not orders else FOR_A_DEAL))
    for lane in wake:
        run.services.waker.wake(lane)
    return not late


def _waits(run: Run, session: Session, found: ShopRequest) -> bool:
    """A cancellation for the wish before it, an order for its deal."""
    if found.state == ShopState.CANCELLING:
        return _is_behind(run, session, found)
    return not found.deal_id and found.state in shop_requests.DEALLESS and not found.problem


def _is_behind(run: Run, session: Session, found: ShopRequest) -> bool:
    """A wish to ship waits yet: else the parcel would leave after it was called off."""
    return bool(inbox.waiting_keys(session, run.slice, InboxKind.SHIP_NOW, [str(found.deal_id)]))


def _serve(run: Run, session: Session, row: Claimed, found: ShopRequest, now: datetime) -> set[LaneRef]:
    if found.state == ShopState.ASKED and found.deal_id:
        return _ship(run, session, row, found, now)
    if found.state == ShopState.CANCELLING:
        _cancel(run, session, row, found, now)
    return set()


def _ship(run: Run, session: Session, row: Claimed, found: ShopRequest, now: datetime) -> set[LaneRef]:
    """A deal that ships already is linked; another one is asked to be shipped, as by the tab's button. What the buyer
    ticked is the deal's from now on: another parcel for it asks for the same."""
    ticked = Wish.from_json(found.wish).extras if found.wish else ()
    if ticked:
        deal_extras.keep_buyers(session, run.portal.id, found.deal_id, ticked, now)
    owned = shipments.of_deals(session, run.portal.id, [found.deal_id])[found.deal_id]
    carrier = shop_requests.speaking(owned)
    if carrier is not None:
        shop_requests.link(found, carrier, now)
        lane = shop_requests.tell(session, run.portal.id, [found], now, row.trace_id)
        return {lane} if lane is not None else set()
    found.state, found.changed_at = ShopState.SHIPPING, now
    _press(run, session, row, InboxKind.SHIP_NOW, found, now)
    return set()


def _cancel(run: Run, session: Session, row: Claimed, found: ShopRequest, now: datetime) -> None:
    """As the tab's button. A parcel that was asked for as another shipment of the store too goes on."""
    found.state, found.wish, found.changed_at = ShopState.OVER, None, now
    session.flush()
    if not found.deal_id:
        return
    live = shop_requests.live_of_deals(session, run.portal.id, [found.deal_id]).get(found.deal_id, ())
    if all(each.state == ShopState.FOUND for each in live):
        _press(run, session, row, InboxKind.CANCEL, found, now)


def _press(run: Run, session: Session, row: Claimed, kind: InboxKind, found: ShopRequest, now: datetime) -> None:
    payload = {"deal_id": found.deal_id, "user_id": 0, "name": NAME, "key": f"{NAME}:{found.id}"}
    lane_id, deal, trace = run.slice.lane_id, str(found.deal_id), row.trace_id
    inbox.append(session, lane_id, kind, deal, payload, now=now, trace_id=trace, people=True)


# --- the deals of requests --------------------------------------------------------------------------------------------


def wishes(session: Session, run: Run, deal_ids: Sequence[int]) -> dict[int, Wish]:
    """What buyers said of these deals' deliveries, where nothing was shipped yet; what was asked for in the store goes
    before what was found with the deal."""
    if not ShopRules.of(run.portal.settings).on:
        return {}
    found = shop_requests.live_of_deals(session, run.portal.id, deal_ids)
    return {
        deal: Wish.from_json(row.wish)
        for deal, rows in found.items()
        for row in sorted(rows, key=lambda each: each.state != ShopState.FOUND)
        if row.wish
    }


def as_asked(
    run: Run, pipeline: PipelineConfig | None, deal: DealSnapshot, wish: Wish | None
) -> tuple[PipelineConfig | None, DealSnapshot]:
    """The deal with what its order says of the delivery, and how its pipeline ships it then."""
    if wish is None or deal.gone:
        return pipeline, deal
    deal = completed(deal, wish, draft(run, deal.category).delivery_types)
    return collected(insured(pipeline, wish.insured), deal, wish) if pipeline is not None else (pipeline, deal)


def after(session: Session, run: Run, verdicts: Sequence[Verdict], group: Sequence[DealSnapshot]) -> set[LaneRef]:
    """Decisions about these deals are saved: requests get their shipments, deals what the order says of the delivery,
    and the store hears what is in the way. `group`: the deals as the portal tells them. Lanes to wake after the
    commit."""
    portal, now, trace = run.portal, run.services.clock.now(), current_trace()
    if not ShopRules.of(portal.settings).on:
        return set()
    found = shop_requests.live_of_deals(session, portal.id, [deal.deal_id for deal in group])
    owned = shipments.of_deals(session, portal.id, list(found))
    changed: list[ShopRequest] = []
    for deal, verdict in zip(group, verdicts, strict=True):
        carrier = shop_requests.speaking(owned.get(deal.deal_id, ()))
        # Also a problem that was open before the store asked: whoever pressed there hears of it.
        stuck = verdict.people or any(isinstance(each, OpenProblem) for each in verdict.decisions)
        for row in found.get(deal.deal_id, ()):
            asked = row.state == ShopState.SHIPPING
            is_new = carrier is not None and row.shipment_id != carrier.id
            if not asked and not (row.state == ShopState.FOUND and is_new):
                continue
            if carrier is not None:
                _tell_deal(session, portal, deal, verdict.pipeline, row, now, trace)
                shop_requests.link(row, carrier, now)
            if carrier is not None or stuck:
                changed.append(row)
    lane = shop_requests.tell(session, portal.id, changed, now, trace)
    return {lane} if lane is not None else set()


def _tell_deal(
    session: Session, portal: Portal, deal: DealSnapshot, pipeline: PipelineConfig | None, row: ShopRequest,
    now: datetime, trace: str,
) -> None:  # fmt: skip
    """Managers see in the deal where it goes."""
    if not row.wish or pipeline is None or deal.gone:
        return
    fields = filled(deal, Wish.from_json(row.wish), pipeline.delivery_types)
    if fields:
        thing = tell.update(deal.deal_id, f"shop:{row.id}:{row.version}", fields)
        outbox.add(session, portal.id, [thing], now=now, trace_id=trace)
