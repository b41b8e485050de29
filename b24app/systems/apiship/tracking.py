"""Statuses as our events (apiship.md §5): of one order, of many by their ids, of all that changed since a moment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from b24app.logistics.feed import FeedPage
from b24app.logistics.order import Decision, OrderState, TrackingEvent
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.status import Incident, Status
from b24app.systems.apiship.errors import Reply
from b24app.systems.apiship.vocabulary import MEANINGS, NOTES, STATUSES, UPLOAD
from b24app.systems.kit.links import link_of
from b24app.systems.kit.rows import rows_of
from b24app.systems.kit.statuses import of_return
from b24app.systems.kit.units import moment_of

Row = Mapping[str, Any]
#: Orders in one call of `POST /orders/statuses`, rows in one page of a history (§5).
MOST_IDS, PAGE = 100, 100
#: A page of a list cannot begin further on: then the moment is moved instead.
FURTHEST = 5000
#: A feed that begins looks back so far; one that goes on looks this much behind the newest that it saw.
BEGINNING, OVERLAP = timedelta(days=3), timedelta(minutes=2)


def parse_event(row: Row, back: bool = False) -> TrackingEvent | None:
    """None for a row without a status or a time. `back`: of a client's return."""
    key, at = str(row.get("key") or "").strip(), moment_of(row.get("created"))
    if not key or at is None:
        return None
    theirs = str(row.get("providerName") or row.get("providerDescription") or "").strip()
    status = None if key in NOTES else STATUSES.get(key, Status.UNKNOWN)
    incident = _incident(key, status)
    return TrackingEvent(
        code=key,
        text=theirs or str(row.get("name") or key),
        status=of_return(status) if back else status,
        at=at,
        reason=str(row.get("providerCode") or ""),
        incident=incident,
        back=back,
        problem=_trouble(row) if status is Status.DELIVERY_FAILED and not back else None,
    )


def _incident(key: str, status: Status | None) -> Incident | None:
    if key == "partialReturn":
        return Incident.PARTIAL
    # ApiShip tells no reason, only the carrier's words.
    return {Status.DELIVERY_FAILED: Incident.OTHER, Status.LOST: Incident.LOST}.get(status or Status.UNKNOWN)


def _trouble(row: Row) -> Problem:
    words = str(row.get("providerDescription") or row.get("description") or "")
    return Problem("delivery_other", Field.ORDER, Who.MANAGER, str(row.get("providerCode") or ""), words)


def events_of(rows: Iterable[Row], back: bool = False) -> tuple[TrackingEvent, ...]:
    """Oldest first: histories come newest first. Statuses of one second keep their order."""
    found = [event for row in reversed(list(rows)) if (event := parse_event(row, back))]
    return tuple(sorted(found, key=lambda event: event.at))


def state_of(info: Row, rows: list[Row], back: bool = False) -> OrderState:
    """What `orderInfo` and (some of) the statuses, newest first, tell of an order."""
    number, events = str(info.get("providerNumber") or ""), events_of(rows, back)
    decision, problems = decided(rows, number)
    return OrderState(
        remote_id=str(info.get("orderId") or ""),
        number=str(info.get("clientNumber") or ""),
        decision=decision,
        order_number=number,
        tracking_number=number,
        tracking_url=link_of(info.get("trackingUrl")),
        problems=problems,
        events=events,
        cancel=Decision.ACCEPTED if any(event.status is Status.CANCELLED for event in events) else None,
    )


def decided(rows: list[Row], number: str) -> tuple[Decision, tuple[Problem, ...]]:
    """By the newest status: an order that was refused may be sent again (§4). The carrier's number proves that it took
    the order, whatever part of the history is at hand."""
    newest = str(rows[0].get("key") or "") if rows else ""
    if newest == "uploadingError":
        return Decision.REFUSED, (_refusal(rows[0]),)
    taken = bool(number) and newest not in UPLOAD
    return (Decision.ACCEPTED if taken or newest == "deliveryCanceled" else Decision.PENDING), ()


def _refusal(row: Row) -> Problem:
    """`errorCode`: 100 an error in ApiShip, 200 in the carrier, 300 our data; the words are the carrier's."""
    words = str(row.get("providerDescription") or row.get("description") or row.get("name") or "")
    return MEANINGS.problem(str(row.get("errorCode") or ""), words)


def is_partial(state: OrderState) -> bool:
    """Whether the recipient took only a part: then what they left is listed with the order (§4)."""
    return any(event.incident is Incident.PARTIAL for event in state.events)


def parse_many(reply: Reply) -> list[OrderState]:
    """`POST /orders/statuses`: of each its newest status; those that ApiShip does not know are gone."""
    found = []
    for row in rows_of(reply.row.get("succeedOrders")):
        info, status = row.get("orderInfo"), row.get("status")
        if isinstance(info, Mapping) and isinstance(status, Mapping):
            found.append(state_of(info, [status]))
    lost = [row for row in rows_of(reply.row.get("failedOrders")) if "не существует" in str(row.get("message"))]
    return found + [OrderState(str(row.get("orderId") or ""), gone=True) for row in lost]


# --- the feed: `<since>|<offset>|<newest seen>` -----------------------------------------------------------------------


def read_cursor(cursor: str, now: datetime) -> tuple[datetime, int, datetime]:
    """(since, offset, the newest seen); of none, the beginning."""
    since, _, rest = cursor.partition("|")
    offset, _, newest = rest.partition("|")
    first = moment_of(since) or (now - BEGINNING)
    return first, int(offset) if offset.isdigit() else 0, moment_of(newest) or first


def parse_feed(reply: Reply, since: datetime, offset: int, newest: datetime) -> FeedPage:
    """One page of `statuses/history/date`. The moment stays while the pages of one list are read; then it moves to
    the newest status seen, and a little back, so that what comes twice is the worst that happens. Of an order that was
    delivered in part its goods have to be read too."""
    rows, seen = rows_of(reply.row.get("rows")), newest
    states, again, skipped = [], [], 0
    for row in rows:
        info = row.get("orderInfo")
        if not isinstance(info, Mapping) or not info.get("orderId"):
            skipped += 1
            continue
        state = state_of(info, rows_of(row.get("statuses")))
        seen = max([seen, *(event.at for event in state.events)])
        if is_partial(state):
            again.append(state.remote_id)
        else:
            states.append(state)
    meta = reply.row.get("meta")
    total = meta.get("total") if isinstance(meta, Mapping) else 0
    more = bool(rows) and isinstance(total, int) and offset + len(rows) < total
    if more and offset + len(rows) <= FURTHEST:
        following = f"{since.isoformat()}|{offset + len(rows)}|{seen.isoformat()}"
    else:
        following = f"{max(since, seen - OVERLAP).isoformat()}|0|{seen.isoformat()}"
    return FeedPage(tuple(states), tuple(again), cursor=following, more=more, skipped=skipped)


def path_of_feed(since: datetime) -> str:
    """In UTC with `Z`-less offset, as their examples have it; `+` must not become a blank."""
    return f"orders/statuses/history/date/{since.astimezone(UTC).strftime('%Y-%m-%dT%H:%M:%S')}%2B00:00"
