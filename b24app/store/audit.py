"""The audit: who did what in our pages, and what the app did of its own accord. A row is written in the transaction of
the act itself, so that there is never one without the other.

Values of secrets and of personal data are never kept: a change of one says only that it was changed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, insert, or_, select
from sqlalchemy.orm import Session

from b24app.logistics.jsonable import Jsonable, dump
from b24app.store.audit_acts import ACTS, Act, Group
from b24app.store.calls import Cursor
from b24app.store.models import AuditRow

__all__ = [
    "ACTS",
    "Act",
    "Author",
    "Change",
    "Group",
    "Wanted",
    "changes_of",
    "compared",
    "newest",
    "write",
    "write_many",
]

PAGE = 50
#: Longer texts and lists of a value are cut: the audit tells what changed, it is no backup.
LONGEST_TEXT, LONGEST_LIST = 300, 20


@dataclass(frozen=True, slots=True)
class Author:
    """A person of the portal, by the name they had then ("" = the portal told only the id)."""

    user_id: int
    name: str


@dataclass(frozen=True, slots=True)
class Change(Jsonable):
    """One value: `before` and `after` as JSON. `hidden`: it was changed, and what it is nobody may read here."""

    field: str
    before: Any = None
    after: Any = None
    hidden: bool = False


def compared(before: Mapping[str, Any], after: Mapping[str, Any], hidden: Collection[str] = ()) -> tuple[Change, ...]:
    """What differs, in the order of `after`; of fields in `hidden` only that it does. Nothing, None, "" and an empty
    list are the same."""
    names = dict.fromkeys([*after, *before])
    return tuple(_changed(names, before, after, hidden))


def _changed(
    names: Iterable[str], before: Mapping[str, Any], after: Mapping[str, Any], hidden: Collection[str]
) -> Iterator[Change]:
    for name in names:
        was, now = dump(before.get(name)), dump(after.get(name))
        if was == now or (_nothing(was) and _nothing(now)):
            continue
        yield Change(name, hidden=True) if name in hidden else Change(name, _short(was), _short(now))


def _nothing(value: Any) -> bool:
    return value is None or value in ("", [], {})


def _short(value: Any) -> Any:
    if isinstance(value, str):
        return value if len(value) <= LONGEST_TEXT else value[:LONGEST_TEXT] + "…"
    if isinstance(value, list):
        return [_short(each) for each in value[:LONGEST_LIST]] + (["…"] if len(value) > LONGEST_LIST else [])
    return value


def write(
    session: Session,
    portal_id: int,
    act: Act,
    now: datetime,
    *,
    by: Author | None = None,
    deal_id: int | None = None,
    changes: Sequence[Change] = (),
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Add a row. `by` None = the app itself. `detail`: `title` names what it was done to, `reason` is why, the rest is
    for machines; none of it may hold a secret or personal data of the portal's customers."""
    told = {
        **({"name": by.name} if by and by.name else {}),
        **(detail or {}),
        **({"changes": [each.to_json() for each in changes]} if changes else {}),
    }
    user = by.user_id if by else None
    session.add(
        AuditRow(portal_id=portal_id, at=now, user_id=user, action=Act(act).value, deal_id=deal_id, detail=told)
    )


def write_many(
    session: Session, portal_id: int, act: Act, now: datetime, deal_ids: Sequence[int], *, by: Author, key: str
) -> None:
    """The same act on many deals, a row for each, in one statement. `key` names the press of the button."""
    told = {**({"name": by.name} if by.name else {}), "key": key}
    common = {"portal_id": portal_id, "at": now, "user_id": by.user_id, "action": Act(act).value, "detail": told}
    rows = [{**common, "deal_id": deal_id} for deal_id in deal_ids]
    if rows:
        session.execute(insert(AuditRow), rows)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the reader filters by; None = everything. `by` 0 = the app itself."""

    by: int | None = None
    group: Group | None = None
    deal_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None


def newest(
    session: Session, portal_id: int, wanted: Wanted, after: Cursor | None = None, limit: int = PAGE
) -> list[AuditRow]:
    """One page of a portal's audit, newest first; `after` is the last row of the page before."""
    query = select(AuditRow).where(AuditRow.portal_id == portal_id, *_filters(wanted))
    if after is not None:
        older = and_(AuditRow.at == after.at, AuditRow.id < after.id)
        query = query.where(or_(AuditRow.at < after.at, older))
    return list(session.scalars(query.order_by(AuditRow.at.desc(), AuditRow.id.desc()).limit(limit)))


def _filters(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.by is not None:
        yield AuditRow.user_id == wanted.by if wanted.by else AuditRow.user_id.is_(None)
    if wanted.group is not None:
        yield AuditRow.action.in_([act.value for act in ACTS[wanted.group]])
    if wanted.deal_id is not None:
        yield AuditRow.deal_id == wanted.deal_id
    if wanted.since is not None:
        yield AuditRow.at >= wanted.since
    if wanted.until is not None:
        yield AuditRow.at < wanted.until


def changes_of(row: AuditRow) -> tuple[Change, ...]:
    return tuple(Change.from_json(each) for each in row.detail.get("changes", ()))
