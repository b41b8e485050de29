"""What is forgotten: old rows by age, and everything of a portal that left. Small transactions, safe to repeat."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, or_, select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from b24app.store import (
    feeds,
    filed,
    jobs,
    messages,
    papers,
    rates,
    return_photos,
    shipments,
    shop_prices,
    stock,
    strays,
    trials,
)  # fmt: skip
from b24app.store.engine import Sessions, read_scope, session_scope
from b24app.store.models import (
    AddressChange,
    Attempt,
    AuditRow,
    AutomationUse,
    Base,
    CallLogRow,
    CarrierBill,
    CarrierBillLine,
    ClerkPhone,
    Connection,
    DealExtras,
    DealRates,
    DealReturns,
    DealState,
    DealStock,
    Erasure,
    FeedRow,
    FieldMap,
    Filed,
    FiledFile,
    FiledLook,
    ForeignOrder,
    GoodsReturn,
    InboxRow,
    InboxState,
    InstallStep,
    Intent,
    Job,
    Lane,
    Message,
    MessageStop,
    Origin,
    OutboxRow,
    Paper,
    PaperFile,
    ParcelPlanRow,
    Pipeline,
    Portal,
    PortalLogo,
    PortalToken,
    ProblemRow,
    ProductBarcode,
    PublicTry,
    Rate,
    Rating,
    ReturnAct,
    ReturnCode,
    ReturnCount,
    ReturnErrand,
    ReturnLabel,
    ReturnMove,
    ReturnPhoto,
    ReturnPhotoFile,
    ReturnPrices,
    ReturnRefund,
    ReturnRow,
    ReturnScan,
    RobotWish,
    Rule,
    Shipment,
    ShipmentFigures,
    ShopDoor,
    ShopPrice,
    ShopRequest,
    StockLook,
    StockRow,
    TrackingRow,
    Transit,
    UnknownCode,
)
from b24app.store.sql import changed

BATCH = 500
# Children first, so that no delete has to cascade over many rows.
OWNED: tuple[type[Base], ...] = (
    Attempt,
    TrackingRow,
    OutboxRow,
    RobotWish,
    AutomationUse,
    Message,
    MessageStop,
    Intent,
    PaperFile,
    Paper,
    FiledFile,
    Filed,
    FiledLook,
    ProblemRow,
    Transit,
    CarrierBillLine,
    CarrierBill,
    ShipmentFigures,
    Rating,
    Shipment,
    ReturnPhotoFile,
    ReturnPhoto,
    ReturnScan,
    ReturnCount,
    ReturnRow,
    ReturnCode,
    ReturnMove,
    ReturnRefund,
    ReturnLabel,
    ReturnPrices,
    ReturnErrand,
    ReturnAct,
    ClerkPhone,
    ProductBarcode,
    PublicTry,
    GoodsReturn,
    DealReturns,
    ShopRequest,
    ShopPrice,
    ShopDoor,
    Rate,
    DealRates,
    StockLook,
    StockRow,
    DealStock,
    DealExtras,
    ParcelPlanRow,
    DealState,
    UnknownCode,
    AuditRow,
    AddressChange,
    InstallStep,
    FieldMap,
    Job,
    Rule,
    ForeignOrder,
    Pipeline,
    PortalLogo,
    PortalToken,
    Lane,
    Connection,
    Origin,
)


@dataclass(frozen=True, slots=True)
class Keep:
    """Days that served inbox rows, attempts, the log of remote calls and the audit are kept."""

    inbox_days: int = 7
    attempts_days: int = 30
    call_log_days: int = 7
    audit_days: int = 365


def purge(sessions: Sessions, now: datetime, keep: Keep) -> int:
    """Delete what is older than it has to be kept; return the number of rows. Dead rows and what robots waited for
    stay as long as attempts, jobs for three days, prices and stock for seven, those that show a client's name and
    address (dry runs, address checks) for one, printed papers and labels of returns for `papers.KEPT`, files of
    documents for `filed.KEPT`, codes for parcels while these lie at their points, how parcels were laid, what was
    chosen beside carrying, and that clients were told as long as the audit (in which words for `messages.SAID_KEPT`),
    as are pictures of returns that ended and parcels that nobody expected, tries on public pages as long as they
    count; rows of lanes that exist no more belong to nobody."""
    served = (InboxRow.state == InboxState.DONE) & (InboxRow.served_at < now - timedelta(days=keep.inbox_days))
    closed = InboxRow.state.in_((InboxState.DEAD, InboxState.DROPPED))
    dead = closed & (InboxRow.served_at < now - timedelta(days=keep.attempts_days))
    count = _delete(sessions, InboxRow, or_(served, dead, InboxRow.lane_id.not_in(select(Lane.id))))
    count += _delete(sessions, AuditRow, AuditRow.at < now - timedelta(days=keep.audit_days))
    count += _delete(sessions, AddressChange, AddressChange.at < now - timedelta(days=keep.audit_days))
    count += _delete(sessions, Message, Message.changed_at < now - timedelta(days=keep.audit_days))
    count += _delete(sessions, ParcelPlanRow, ParcelPlanRow.changed_at < now - timedelta(days=keep.audit_days))
    count += _delete(sessions, DealExtras, DealExtras.changed_at < now - timedelta(days=keep.audit_days))
    count += _delete(sessions, PublicTry, PublicTry.until <= now)
    count += _delete(sessions, RobotWish, RobotWish.created_at < now - timedelta(days=keep.attempts_days))
    count += _delete(sessions, Attempt, Attempt.at < now - timedelta(days=keep.attempts_days))
    with session_scope(sessions) as session:
        count += jobs.purge(session, now - timedelta(days=3))
        count += jobs.purge(session, now - trials.KEPT, {*trials.KINDS, jobs.ADDRESS})
        count += rates.purge(session, now - rates.KEPT)
        count += shop_prices.purge(session, now - rates.KEPT)
        count += stock.purge(session, now - stock.KEPT)
        count += filed.forget_files(session, now - filed.KEPT)
        count += return_photos.forget_files(session, now - timedelta(days=keep.audit_days))
    for forget in (messages.forget, shipments.forget_codes):
        count += _all(sessions, forget, now - messages.SAID_KEPT)
    count += _delete(sessions, ReturnAct, strays.outdated(now - timedelta(days=keep.audit_days)))
    count += _delete(sessions, Paper, papers.outdated(now))
    count += _delete(sessions, ReturnLabel, ReturnLabel.changed_at < now - papers.KEPT)
    return count + _delete(sessions, CallLogRow, CallLogRow.at < now - timedelta(days=keep.call_log_days))


def _all(sessions: Sessions, forget: Callable[[Session, datetime], int], before: datetime) -> int:
    """However much it is: an hour of all portals together is more than one transaction should take."""
    total = 0
    while True:
        with session_scope(sessions) as session:
            some = forget(session, before)
        if not some:
            return total
        total += some


@dataclass(frozen=True, slots=True)
class Traces:
    """What a portal is called outside its own rows: in the call log (`str(RemoteKey)`), in lanes, in Redis."""

    portal_id: int
    member_id: str
    domain: str
    lanes: tuple[int, ...]
    accounts: tuple[str, ...]

    @property
    def remotes(self) -> list[str]:
        return [*self.accounts, f"portal:{self.member_id}"]


def traces(session: Session, portal_id: int) -> Traces | None:
    """None when the portal is gone already."""
    portal = session.scalar(select(Portal).where(Portal.id == portal_id))
    if portal is None:
        return None
    lanes = session.scalars(select(Lane.id).where(Lane.portal_id == portal_id).order_by(Lane.id))
    accounts = session.execute(select(Connection.system, Connection.id).where(Connection.portal_id == portal_id))
    names = tuple(f"{system}:{id_}" for system, id_ in accounts)
    return Traces(portal_id, portal.member_id, portal.domain, tuple(lanes), names)


def names_of(session: Session, portal_id: int) -> tuple[list[int], list[str]]:
    """Return the portal's lanes and the names that its remotes have in the call log. Raises NoResultFound."""
    found = traces(session, portal_id)
    if found is None:
        raise NoResultFound(f"no portal {portal_id}")
    return list(found.lanes), found.remotes


def erase_portal(sessions: Sessions, portal_id: int, now: datetime, more: Mapping[str, int] | None = None) -> int:
    """Delete everything about a portal, its call log included; return the number of rows. Safe to repeat.

    What stays is one row of counts by table (and `more`, counts of the caller's) that does not say whose they were.
    """
    with read_scope(sessions) as session:
        found = traces(session, portal_id)
    if found is None:
        return 0
    with session_scope(sessions) as session:
        alone = feeds.only_of(session, portal_id)
    counts = {
        InboxRow.__tablename__: _delete(sessions, InboxRow, InboxRow.lane_id.in_(found.lanes)),
        FeedRow.__tablename__: _delete(sessions, FeedRow, FeedRow.id.in_(alone)),
        CallLogRow.__tablename__: _delete(sessions, CallLogRow, _logged(found)),
    }
    for table in OWNED:
        counts[table.__tablename__] = _delete(sessions, table, table.__table__.c.portal_id == portal_id)
    with session_scope(sessions) as session:
        counts[Portal.__tablename__] = changed(session, delete(Portal).where(Portal.id == portal_id))
        session.add(Erasure(at=now, counts={**counts, **(more or {})}))
    return sum(counts.values())


def _logged(found: Traces) -> ColumnElement[bool]:
    """Its own calls, and those to the OAuth servers (which all portals share) that name it."""
    texts = (CallLogRow.url, CallLogRow.sent, CallLogRow.got, CallLogRow.why)
    names = (found.member_id, f'"{found.domain}"', f"//{found.domain}/")
    named = or_(*(text.contains(name, autoescape=True) for text in texts for name in names))
    return or_(CallLogRow.remote.in_(found.remotes), and_(CallLogRow.remote.startswith("oauth:"), named))


def _delete(sessions: Sessions, table: type[Base], which: ColumnElement[bool]) -> int:
    key, total = table.__table__.c.id, 0
    while True:
        with session_scope(sessions) as session:
            ids = list(session.scalars(select(key).where(which).limit(BATCH)))
            if ids:
                total += changed(session, delete(table).where(key.in_(ids)))
        if len(ids) < BATCH:
            return total
