"""The audit: who did what in our pages, and what the app did of its own accord. A row is written in the transaction of
the act itself, so that there is never one without the other.

Values of secrets and of personal data are never kept: a change of one says only that it was changed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, insert, or_, select
from sqlalchemy.orm import Session

from b24app.logistics.jsonable import Jsonable, dump
from b24app.store.calls import Cursor
from b24app.store.models import AuditRow

PAGE = 50
#: Longer texts and lists of a value are cut: the audit tells what changed, it is no backup.
LONGEST_TEXT, LONGEST_LIST = 300, 20


class Group(StrEnum):
    """What an act is about, as the page filters."""

    DEALS = "deals"
    SETTINGS = "settings"
    CARE = "care"
    APP = "app"


class Act(StrEnum):
    """Everything that leaves a row. Words: `audit.<act>` with `name` and `title`."""

    SHIP_NOW = "ship_now"
    RETRY = "retry"
    CANCEL = "cancel"
    REFRESH = "refresh"
    SHIPPED = "shipped"
    WITHDRAWN = "withdrawn"
    CORRECTED = "corrected"
    CHECKED_OFF = "checked_off"
    PRICE_CHANGED = "price_changed"
    PAPER_ASKED = "paper_asked"
    PAPER_OPENED = "paper_opened"
    DOCUMENT_OPENED = "document_opened"
    DOCUMENT_SENT = "document_sent"
    DOCUMENT_ADDED = "document_added"
    ADDRESS = "address"
    RATE = "rate"
    RATE_DROPPED = "rate_dropped"
    RATE_BOOKED = "rate_booked"
    CHANGE = "change"
    ANEW = "anew"
    STOP = "stop"
    COURIER = "courier"
    COURIER_OFF = "courier_off"
    HANDOVER = "handover"
    POINT = "point"
    PART = "part"
    REST = "rest"
    PARCELS = "parcels"
    PARCELS_DROPPED = "parcels_dropped"
    CATALOGUE = "catalogue"
    CLIENT_RETURN = "client_return"
    CLIENT_RETURN_OFF = "client_return_off"
    CLIENT_CHANGE = "client_change"
    CLIENT_STOP = "client_stop"
    CLIENT_AGAIN = "client_again"
    RETURN = "return"
    RETURN_PHOTO = "return_photo"
    RETURN_BEGUN = "return_begun"
    ROBOT = "robot"
    TOLD_AGAIN = "told_again"
    TOLD_REST = "told_rest"

    CONNECTION_ADDED = "connection_added"
    CONNECTION = "connection"
    CONNECTION_TEST = "connection_test"
    PAUSE = "pause"
    RESUME = "resume"
    CONNECTION_REMOVED = "connection_removed"
    ORIGIN_ADDED = "origin_added"
    ORIGIN = "origin"
    ORIGIN_DEFAULT = "origin_default"
    ORIGIN_REMOVE = "origin_remove"
    PIPELINE = "pipeline"
    PIPELINE_ON = "pipeline_on"
    PIPELINE_OFF = "pipeline_off"
    FIELDS = "fields"
    FIELD_OWN = "field_own"
    FIELD_NAME = "field_name"
    FIELD_KEEP = "field_keep"
    PAPERS = "papers"
    DELIVERY_ROW = "delivery_row"
    PRICE_RULES = "price_rules"
    DELIVERY_INVOICE = "delivery_invoice"
    CLIENT_PAGE = "client_page"
    SHOP = "shop"
    RETURNS_PROCESS = "returns_process"
    RETURNS_AGAIN = "returns_again"
    RETURN_RULES = "return_rules"
    RETURN_REPORT = "return_report"
    PROMISES = "promises"
    BRAND = "brand"
    MESSAGES = "messages"
    MESSAGES_ON = "messages_on"
    MESSAGES_OFF = "messages_off"
    MESSAGE_PLAN = "message_plan"
    MESSAGE_PIPELINE = "message_pipeline"
    MESSAGE_PIPELINE_OFF = "message_pipeline_off"
    MESSAGE_STOP = "message_stop"
    MESSAGE_ALLOW = "message_allow"
    DASHBOARD = "dashboard"
    CARRIER_BILL = "carrier_bill"
    DEFAULTS = "defaults"
    SECTION_DEFAULTS = "section_defaults"
    RULE_ADDED = "rule_added"
    RULE = "rule"
    RULE_UP = "rule_up"
    RULE_DOWN = "rule_down"
    RULE_ON = "rule_on"
    RULE_OFF = "rule_off"
    RULE_REMOVE = "rule_remove"
    RIGHTS = "rights"
    CLERK_OFFERED = "clerk_offered"
    CLERK_OFF = "clerk_off"
    STRAY_SETTLED = "stray_settled"
    ALARMS_ON = "alarms_on"
    ALARMS_OFF = "alarms_off"
    AUTOMATION = "automation"

    DESK_RETRY = "desk_retry"
    GIVE_UP = "give_up"
    RECONCILE = "reconcile"
    TRIAL = "trial"
    RULES_TRY = "rules_try"
    REREAD = "reread"
    UPDATE_AGAIN = "update_again"
    SUPPORT_BUNDLE = "support_bundle"

    INSTALL = "install"
    INSTALL_AGAIN = "install_again"
    REINSTALL = "reinstall"
    UNINSTALL = "uninstall"


_OF_DEALS = (
    Act.SHIP_NOW,
    Act.RETRY,
    Act.CANCEL,
    Act.REFRESH,
    Act.SHIPPED,
    Act.WITHDRAWN,
    Act.CORRECTED,
    Act.CHECKED_OFF,
    Act.PRICE_CHANGED,
    Act.PAPER_ASKED,
    Act.PAPER_OPENED,
    Act.DOCUMENT_OPENED,
    Act.DOCUMENT_SENT,
    Act.DOCUMENT_ADDED,
    Act.ADDRESS,
    Act.RATE,
    Act.RATE_DROPPED,
    Act.RATE_BOOKED,
    Act.PART,
    Act.REST,
    Act.CHANGE,
    Act.ANEW,
    Act.STOP,
    Act.COURIER,
    Act.COURIER_OFF,
    Act.HANDOVER,
    Act.POINT,
    Act.PARCELS,
    Act.PARCELS_DROPPED,
    Act.CATALOGUE,
    Act.CLIENT_RETURN,
    Act.CLIENT_RETURN_OFF,
    Act.CLIENT_CHANGE,
    Act.CLIENT_STOP,
    Act.CLIENT_AGAIN,
    Act.RETURN,
    Act.RETURN_PHOTO,
    Act.RETURN_BEGUN,
    Act.ROBOT,
    Act.TOLD_AGAIN,
    Act.TOLD_REST,
)
_OF_CARE = (
    Act.DESK_RETRY,
    Act.GIVE_UP,
    Act.RECONCILE,
    Act.TRIAL,
    Act.RULES_TRY,
    Act.REREAD,
    Act.RETURNS_AGAIN,
    Act.RETURN_REPORT,
    Act.PROMISES,
    Act.DASHBOARD,
    Act.CARRIER_BILL,
    Act.UPDATE_AGAIN,
    Act.SUPPORT_BUNDLE,
)
_OF_APP = (Act.INSTALL, Act.INSTALL_AGAIN, Act.REINSTALL, Act.UNINSTALL)
#: What is in none of the others is a setting.
ACTS: Mapping[Group, tuple[Act, ...]] = {
    Group.DEALS: _OF_DEALS,
    Group.SETTINGS: tuple(act for act in Act if act not in (*_OF_DEALS, *_OF_CARE, *_OF_APP)),
    Group.CARE: _OF_CARE,
    Group.APP: _OF_APP,
}


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
