"""Words of the store about a delivery's status on their way (`store.shop_words`)."""

from __future__ import annotations

from datetime import datetime

from b24app.bitrix24 import shop_orders
from b24app.bitrix24.encoding import Command
from b24app.bitrix24.errors import Kind, RestError
from b24app.bitrix24.features import Feature, has
from b24app.lanes import ladder
from b24app.runners.portal.context import Run
from b24app.store import shop_requests
from b24app.store.engine import read_scope
from b24app.store.models import OutboxRow
from b24app.store.sending import Outcome
from b24app.words import say


def command(run: Run, row: OutboxRow, key: str) -> Command | None:
    """None: the request is gone, or the portal took the scope back."""
    if not has(Feature.STORE, run.portal.scopes or ()):
        return None
    with read_scope(run.services.sessions) as session:
        request = shop_requests.get(session, run.portal.id, int(row.payload["request"]))
    if request is None or not request.number:
        return None
    told = row.payload
    subject = say("shop.subject", run.portal.language, number=request.order_id)
    return shop_orders.say_status(
        key, request.delivery_id, request.number, told["to"], subject, told["text"], told["semantic"]
    )


def outcome(run: Run, row: OutboxRow, error: RestError, now: datetime, ms: int) -> Outcome:
    """One that may have been said is not said again; one that is refused is no trouble of the parcel's."""
    if error.uncertain or error.kind is Kind.NOT_RUN:
        return unsure(row, ms, error.text)
    if error.retryable and not ladder.is_spent(row.attempts + 1, run.services.settings.dead_after):
        due = ladder.next_try(now, row.attempts + 1, spread=run.services.spread())
        return Outcome(row.id, "pending", "later", ms, error.code, error.text, due)
    return Outcome(row.id, "done", "refused", ms, error.code, error.text)


def unsure(row: OutboxRow, ms: int = 0, words: str = "") -> Outcome:
    return Outcome(row.id, "done", "maybe", ms, words=words or "interrupted")
