"""Deliveries that the portal's online store asked for, or wants no more: carried out as a person's press in the deal's
tab would be, so that one deal never has two parcels."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from b24app.flows.decisions import OpenProblem
from b24app.flows.shop import ShopRules, Wish, completed, filled, insured
from b24app.flows.snapshot import DealSnapshot, PipelineConfig
from b24app.runners import tell
from b24app.runners.portal.context import Run, draft
from b24app.runners.portal.deciding import Verdict
from b24app.store import inbox, outbox, shipments, shop_requests
from b24app.store.engine import session_scope
from b24app.store.inbox import Claimed
from b24app.store.lanes import LaneRef
from b24app.store.models import InboxKind, Portal, ShopRequest, ShopState
from b24app.wire.trace import current_trace

#: A cancellation behind a wish to ship that nobody has served yet is looked at again after this.
BEHIND = timedelta(seconds=1)
NAME = "store"


def do(run: Run) -> bool:
    """Serve what the store asked for; False when nothing is due."""
    now = run.services.clock.now()
    with session_scope(run.services.sessions) as session:
        rows = run.slice.claim_inbox(session, (InboxKind.SHOP,))
        if not rows:
            return False
        late: list[int] = []
        wake: set[LaneRef] = set()
        for row in rows:
            found = shop_requests.get(session, run.portal.id, int(row.key)) if row.key.isdigit() else None
            if found is not None and found.state == ShopState.CANCELLING and _is_behind(run, session, found):
                late.extend(row.ids)
            elif found is not None:
                wake |= _serve(run, session, row, found, now)
        inbox.close(session, run.slice, [id_ for row in rows for id_ in row.ids if id_ not in late], now)
        inbox.defer(session, run.slice, late, now + BEHIND)
    for lane in wake:
        run.services.waker.wake(lane)
    return not late


def _is_behind(run: Run, session: Session, found: ShopRequest) -> bool:
    """A wish to ship waits yet: else the parcel would leave after it was called off."""
    return bool(inbox.waiting_keys(session, run.slice, InboxKind.SHIP_NOW, [str(found.deal_id)]))


def _serve(run: Run, session: Session, row: Claimed, found: ShopRequest, now: datetime) -> set[LaneRef]:
    if found.state == ShopState.ASKED:
        return _ship(run, session, row, found, now)
    if found.state == ShopState.CANCELLING:
        _cancel(run, session, row, found, now)
    return set()


def _ship(run: Run, session: Session, row: Claimed, found: ShopRequest, now: datetime) -> set[LaneRef]:
    """A deal that ships already is linked; another one is asked to be shipped, as by the tab's button."""
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
    """As the tab's button. A parcel that carries another shipment of the store too goes on."""
    found.state, found.wish, found.changed_at = ShopState.OVER, None, now
    session.flush()
    if not shop_requests.live_of_deals(session, run.portal.id, [found.deal_id]):
        _press(run, session, row, InboxKind.CANCEL, found, now)


def _press(run: Run, session: Session, row: Claimed, kind: InboxKind, found: ShopRequest, now: datetime) -> None:
    payload = {"deal_id": found.deal_id, "user_id": 0, "name": NAME, "key": f"{NAME}:{found.id}"}
    lane_id, deal, trace = run.slice.lane_id, str(found.deal_id), row.trace_id
    inbox.append(session, lane_id, kind, deal, payload, now=now, trace_id=trace, people=True)


# --- the deals of requests --------------------------------------------------------------------------------------------


def wishes(session: Session, run: Run, deal_ids: Sequence[int]) -> dict[int, Wish]:
    """What buyers said of these deals' deliveries, where nothing was shipped yet."""
    if not ShopRules.of(run.portal.settings).on:
        return {}
    found = shop_requests.live_of_deals(session, run.portal.id, deal_ids)
    return {deal: Wish.from_json(row.wish) for deal, rows in found.items() for row in rows if row.wish}


def as_asked(run: Run, deal: DealSnapshot, wish: Wish | None) -> DealSnapshot:
    """The deal with what its order says of the delivery."""
    if wish is None or deal.gone:
        return deal
    return completed(deal, wish, draft(run, deal.category).delivery_types)


def terms(pipeline: PipelineConfig | None, wish: Wish | None) -> PipelineConfig | None:
    return insured(pipeline, wish is not None and wish.insured) if pipeline is not None else None


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
            if row.state != ShopState.SHIPPING:
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
