"""Orders of the portal's store that no deal stands behind: one is made and bound, for it is deals that are shipped.

Before the portal is asked to make it, that it may have been is kept (`making`). Whoever finds that looks for the deal
by its origin, and makes another one only when the call cannot be under way any more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

import structlog

from b24app.bitrix24 import shop_deals as calls
from b24app.bitrix24.errors import RestError
from b24app.flows.shop import ShopRules
from b24app.logistics.problem import Field, Problem, Who
from b24app.runners.portal.context import Run
from b24app.store import shop_requests
from b24app.store.engine import read_scope, session_scope
from b24app.store.models import ShopRequest, ShopState
from b24app.wire.errors import NotSent, OutcomeUnknown
from b24app.wire.trace import current_trace
from b24app.words import say

#: A call of the portal may be under way for so long (as `sending_out.CALL_LASTS`).
CALL_LASTS = timedelta(seconds=75)
#: Orders looked at in one slice: two or three calls each.
MOST = 5
_log = structlog.get_logger("waybill.shop")


def ensure(run: Run, order_ids: Sequence[int]) -> None:
    """Give the requests of these orders their deal where that can be done now; a portal that refuses for good is told
    of in the store. Raises what may go better later."""
    for order_id in sorted(set(order_ids))[:MOST]:
        try:
            _ensure(run, order_id)
        except RestError as error:
            if error.retryable or error.portal_wide:
                raise
            words = error.text or error.code
            _refused(run, order_id, Problem("shop_no_deal", Field.NONE, Who.ADMIN, params={"words": words}))


def _ensure(run: Run, order_id: int) -> None:
    known = calls.read(order_id, run.client.read_all(calls.questions(order_id), people=True))
    deal_id = known.linked
    if not deal_id:
        if not known.order:
            _refused(run, order_id, Problem("shop_order_gone", Field.NONE))
            return
        deal_id = known.made or _make(run, order_id, known)
        if not deal_id:
            return
        _bind(run, order_id, deal_id, known)
    with session_scope(run.services.sessions) as session:
        run.slice.check(session)
        for row in shop_requests.without_deal(session, run.portal.id, order_id):
            row.deal_id, row.state, row.problem = deal_id, ShopState.ASKED, None


def _make(run: Run, order_id: int, known: calls.Known) -> int:
    """The deal's number; 0 = not yet, or the portal refuses."""
    if not _may_make(run, order_id):
        return 0
    title = say("shop.deal", run.portal.language, number=known.order.get("accountNumber") or order_id)
    params = calls.add_deal(order_id, known.order, title, ShopRules.of(run.portal.settings).category)
    try:
        answer = run.client.call("crm.item.add", params, people=True)
    except NotSent:
        _state(run, order_id, lambda row: setattr(row, "state", ShopState.ASKED))
        raise
    except OutcomeUnknown:
        return 0  # looked for when the call is surely over
    except RestError as error:
        if error.uncertain:
            return 0
        _state(run, order_id, lambda row: setattr(row, "state", ShopState.ASKED))
        raise
    return calls.made_deal(answer.result)


def _may_make(run: Run, order_id: int) -> bool:
    """Marks the requests before the call; False while an earlier one may be under way."""
    now = run.services.clock.now()
    with session_scope(run.services.sessions) as session:
        run.slice.check(session)
        rows = shop_requests.without_deal(session, run.portal.id, order_id)
        if any(row.state == ShopState.MAKING and now - row.changed_at < CALL_LASTS for row in rows):
            return False
        for row in rows:
            row.state, row.changed_at = ShopState.MAKING, now
        return bool(rows)


def _bind(run: Run, order_id: int, deal_id: int, known: calls.Known) -> None:
    """A binding that the portal refuses is only told of: the deal ships without it, and is found by its origin."""
    answer = run.client.batch(calls.bind(order_id, deal_id, known.order, known.filled), people=True)
    for error in answer.errors.values():
        if error.retryable or error.portal_wide:
            raise error
        if error.code != calls.BOUND:
            _log.warning("shop_order_not_bound", portal=run.portal.id, order=order_id, code=error.code)


def _state(run: Run, order_id: int, change: Callable[[ShopRequest], None]) -> None:
    with session_scope(run.services.sessions) as session:
        run.slice.check(session)
        for row in shop_requests.without_deal(session, run.portal.id, order_id):
            change(row)


def _refused(run: Run, order_id: int, problem: Problem) -> None:
    """The store's request says why nothing goes."""
    now = run.services.clock.now()
    with session_scope(run.services.sessions) as session:
        run.slice.check(session)
        rows = shop_requests.without_deal(session, run.portal.id, order_id)
        for row in rows:
            row.problem = problem.to_json()
        lane = shop_requests.tell(session, run.portal.id, rows, now, current_trace())
    if lane is not None:
        run.services.waker.wake(lane)


def waiting(run: Run, rows: Sequence[int]) -> list[int]:
    """Orders of those of these requests that have no deal yet."""
    with read_scope(run.services.sessions) as session:
        found = [shop_requests.get(session, run.portal.id, each) for each in rows]
    return [
        row.order_id for row in found if row is not None and not row.deal_id and row.state in shop_requests.DEALLESS
    ]
