"""A portal's calls in the log of remote calls: page by page, one, and those of one deal."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from b24app.store.models import Attempt, Base, CallLogRow, InboxRow, Intent, OutboxRow, Shipment
from b24app.store.retention import names_of
from b24app.store.sql import chunks
from b24app.wire.mask import IDS_MARK
from b24app.wire.trace import steady_trace

PAGE = 50
#: What is looked through for one deal at most.
OF_A_DEAL = 500
IN_A_WINDOW = 120
WINDOWS = 40
#: A row that waited long was read just before it was served.
READ_BEFORE = timedelta(seconds=20)
READ_AFTER = timedelta(seconds=2)
ANSWERED, REFUSED, NOT_SENT, UNKNOWN = "answered", "refused", "not_sent", "unknown"
OUTCOMES = (ANSWERED, REFUSED, NOT_SENT, UNKNOWN)
_REFUSED_FROM = 400
Row = TypeVar("Row", bound=Base)
#: `…&filter[@id][0]=501`, `"OWNER_ID":501`: places where a masked body names a deal.
_IN_COMMAND = r"[?&](?:[^\"&=]*\[)?[=@]?(?:id|ownerId|owner_id|entity_id)\]?(?:\[\d*\])*={id}(?=[&\"]|$)"
_IN_JSON = r"\"(?:id|ownerId|OWNER_ID|ENTITY_ID)\":\"?{id}(?=[,\"}\s]|$)"
_OTHER_TYPE = re.compile(r"entityTypeId=(?!2(?!\d))")


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last call of the page before."""

    at: datetime
    id: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the reader filters by; None and "" = everything. `text` is looked for in the method, `outcome` of
    `OUTCOMES`."""

    remote: str = ""
    outcome: str = ""
    text: str = ""
    since: datetime | None = None
    until: datetime | None = None


def remotes(session: Session, portal_id: int) -> list[str]:
    """The names that the portal and its accounts have in the log."""
    return names_of(session, portal_id)[1]


def newest(
    session: Session, portal_id: int, wanted: Wanted, after: Cursor | None = None, limit: int = PAGE
) -> list[CallLogRow]:
    """One page, newest first. A remote that is not the portal's own shows nothing."""
    mine = remotes(session, portal_id)
    if wanted.remote:
        mine = [name for name in mine if name == wanted.remote]
    query = select(CallLogRow).where(CallLogRow.remote.in_(mine), *_filters(wanted))
    if after is not None:
        older = and_(CallLogRow.at == after.at, CallLogRow.id < after.id)
        query = query.where(or_(CallLogRow.at < after.at, older))
    return list(session.scalars(query.order_by(CallLogRow.at.desc(), CallLogRow.id.desc()).limit(limit)))


def _filters(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.since is not None:
        yield CallLogRow.at >= wanted.since
    if wanted.until is not None:
        yield CallLogRow.at <= wanted.until
    if wanted.text:
        yield CallLogRow.label.icontains(wanted.text, autoescape=True)
    if wanted.outcome == REFUSED:
        yield CallLogRow.status >= _REFUSED_FROM
    elif wanted.outcome == ANSWERED:
        yield and_(CallLogRow.outcome == ANSWERED, CallLogRow.status < _REFUSED_FROM)
    elif wanted.outcome:
        yield CallLogRow.outcome == wanted.outcome


def one(session: Session, portal_id: int, call_id: int) -> CallLogRow | None:
    mine = CallLogRow.remote.in_(remotes(session, portal_id))
    return session.scalar(select(CallLogRow).where(CallLogRow.id == call_id, mine))


# --- one deal --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DealRows:
    """Everything of ours that a deal led to."""

    inbox: Sequence[InboxRow]
    shipments: Sequence[Shipment]
    intents: Sequence[Intent]
    outbox: Sequence[OutboxRow]
    attempts: Sequence[Attempt]


def deal_rows(session: Session, portal_id: int, deal_id: int, limit: int = OF_A_DEAL) -> DealRows:
    """Newest first, `limit` of each kind at most."""
    lanes = names_of(session, portal_id)[0]
    owned = _newest(session, limit, Shipment, Shipment.portal_id == portal_id, Shipment.deal_id == deal_id)
    intents = _newest(
        session, limit, Intent, Intent.portal_id == portal_id, Intent.shipment_id.in_([row.id for row in owned])
    )
    outbox = _newest(session, limit, OutboxRow, OutboxRow.portal_id == portal_id, OutboxRow.deal_id == deal_id)
    targets = or_(
        and_(Attempt.target_kind == Intent.__tablename__, Attempt.target_id.in_([row.id for row in intents])),
        and_(Attempt.target_kind == OutboxRow.__tablename__, Attempt.target_id.in_([row.id for row in outbox])),
    )
    return DealRows(
        inbox=_newest(session, limit, InboxRow, InboxRow.lane_id.in_(lanes), InboxRow.key == str(deal_id)),
        shipments=owned,
        intents=intents,
        outbox=outbox,
        attempts=_newest(session, limit, Attempt, Attempt.portal_id == portal_id, targets),
    )


def _newest(session: Session, limit: int, table: type[Row], *where: ColumnElement[bool]) -> list[Row]:
    order = table.__table__.c.id.desc()
    return list(session.scalars(select(table).where(*where).order_by(order).limit(limit)))


def of_deal(session: Session, portal_id: int, deal_id: int, rows: DealRows) -> list[CallLogRow]:
    """Calls made for a deal, newest first: those of its orders by their traces, and requests to the portal that name
    it, among those made while its rows were being served. A request of many deals is in the log of each."""
    mine = remotes(session, portal_id)
    at_portal = mine[-1]
    found = {row.id: row for row in _traced(session, mine, _traces(rows))}
    found |= {row.id: row for row in _around(session, at_portal, rows.inbox)}
    orders = _Orders.of(session, portal_id, rows)
    kept = [row for row in found.values() if (names_deal(row, deal_id) if row.remote == at_portal else orders.own(row))]
    return sorted(kept, key=lambda row: (row.at, row.id), reverse=True)[:OF_A_DEAL]


def names_deal(row: CallLogRow, deal_id: int) -> bool:
    """Whether a masked request to the portal names the deal; the history's answer counts too."""
    commands = [part for part in re.split(r"(?<=\")(?=[a-z.]+\?)", row.sent) if not _OTHER_TYPE.search(part)]
    in_command = re.compile(_IN_COMMAND.replace("{id}", str(deal_id)), re.IGNORECASE)
    in_json = re.compile(_IN_JSON.replace("{id}", str(deal_id)))
    if any(in_command.search(part) or in_json.search(part) for part in commands):
        return True
    if str(deal_id) in row.sent.partition(IDS_MARK)[2].split():
        return True
    return "stagehistory" in row.label and in_json.search(row.got) is not None


@dataclass(frozen=True, slots=True)
class _Orders:
    """Which calls to a carrier are those of the deal's orders. `shared` traces began for several deals at once."""

    shared: frozenset[str]
    steady: frozenset[str]
    names: tuple[str, ...]

    @classmethod
    def of(cls, session: Session, portal_id: int, rows: DealRows) -> _Orders:
        others = (
            select(Intent.trace_id)
            .where(Intent.portal_id == portal_id, Intent.trace_id.in_({row.trace_id for row in rows.intents}))
            .where(Intent.shipment_id.not_in([row.id for row in rows.shipments]))
        )
        names = [name for row in rows.shipments for name in (row.number, row.remote_id, row.order_number) if name]
        return cls(
            shared=frozenset(session.scalars(others)),
            steady=frozenset(steady_trace(row.number) for row in rows.shipments),
            names=tuple(names),
        )

    def own(self, row: CallLogRow) -> bool:
        if row.trace_id in self.steady or row.trace_id not in self.shared:
            return True
        return any(name in part for name in self.names for part in (row.url, row.sent, row.got))


def _traces(rows: DealRows) -> set[str]:
    """Outbox rows are stored in groups under one deal's trace; their attempts say which calls were theirs."""
    told = {row.trace_id for row in rows.inbox} | {row.trace_id for row in rows.intents}
    told |= {row.trace_id for row in rows.attempts if row.target_kind == OutboxRow.__tablename__}
    return (told | {steady_trace(row.number) for row in rows.shipments}) - {""}


def _traced(session: Session, remotes_: Sequence[str], traces: Iterable[str]) -> Iterator[CallLogRow]:
    for some in chunks(sorted(traces)):
        query = select(CallLogRow).where(CallLogRow.trace_id.in_(some), CallLogRow.remote.in_(remotes_))
        yield from session.scalars(query.order_by(CallLogRow.id.desc()).limit(OF_A_DEAL))


def _around(session: Session, remote: str, inbox: Sequence[InboxRow]) -> Iterator[CallLogRow]:
    """What the portal was asked while rows of the deal were being served: a slice reads many deals under one trace."""
    for since, until in merged(inbox):
        query = select(CallLogRow).where(CallLogRow.remote == remote, CallLogRow.at >= since, CallLogRow.at <= until)
        yield from session.scalars(query.order_by(CallLogRow.at.desc()).limit(IN_A_WINDOW))


def merged(inbox: Sequence[InboxRow]) -> list[tuple[datetime, datetime]]:
    """The newest spans of time in which rows were served, those that touch as one."""
    spans: list[tuple[datetime, datetime]] = []
    for row in sorted((row for row in inbox if row.served_at is not None), key=lambda row: row.served_at or row.due_at):
        served = row.served_at or row.received_at
        since, until = max(row.received_at, served - READ_BEFORE), served + READ_AFTER
        if spans and since <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(until, spans[-1][1]))
        else:
            spans.append((since, until))
    return spans[-WINDOWS:]
