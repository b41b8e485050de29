"""Many returns of a portal as the app's page lists them: narrowed, counted by stage, a page at a time.

A fixed number of questions, however many returns there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, String, and_, case, cast, func, or_, select
from sqlalchemy.orm import Session

from b24app.flows.returns.basis import Basis
from b24app.logistics.returning import ReturnStage
from b24app.store import return_basis, return_errands, returns, returns_found, returns_rows
from b24app.store.models import (
    DealState,
    ErrandKind,
    GoodsReturn,
    ReturnErrand,
    ReturnMove,
    ReturnRow,
    Shipment,
)
from b24app.store.return_errands import Errand
from b24app.store.returns import Kept

S = ReturnStage
#: Stages in which nothing goes on until a person does something; an approved one, until it is said how it travels.
WAITS = (S.REQUESTED, S.RECEIVED, S.INSPECTED)
OPEN = tuple(stage for stage in ReturnStage if not stage.is_final)
PAGE = 25
_DEAL = 15


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list is narrowed to; empty fields do not narrow. `waits`: somebody has to do something, `responsible`:
    for the deal. `account`: it brought the goods, or brings them back. `deals` None = all."""

    stages: tuple[ReturnStage, ...] = ()
    waits: bool = False
    responsible: int = 0
    reason: str = ""
    account: int = 0
    text: str = ""
    deals: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A page. `deals`: all returns of the deals on it; `since` when each came where it stands; `titles` of deals."""

    rows: tuple[Kept, ...]
    deals: Mapping[int, Sequence[Kept]] = field(default_factory=dict)
    bases: Mapping[int, Basis] = field(default_factory=dict)
    since: Mapping[int, datetime] = field(default_factory=dict)
    errands: Mapping[int, Sequence[Errand]] = field(default_factory=dict)
    titles: Mapping[int, str] = field(default_factory=dict)


def counts(session: Session, portal_id: int, wanted: Wanted) -> dict[ReturnStage, int]:
    """How many fit by stage, whatever stages are wanted; every stage is a key."""
    query = select(GoodsReturn.stage, func.count()).where(*_narrowed(portal_id, wanted)).group_by(GoodsReturn.stage)
    found = dict.fromkeys(ReturnStage, 0)
    for stage, count in session.execute(query):
        found[ReturnStage(stage)] = count
    return found


def deals_of(session: Session, portal_id: int, wanted: Wanted, most: int) -> list[int]:
    """The deals of what fits, whatever stages are wanted: those with the newest returns, so many at most."""
    newest = func.max(GoodsReturn.id)
    query = select(GoodsReturn.deal_id).where(*_narrowed(portal_id, wanted)).group_by(GoodsReturn.deal_id)
    return list(session.scalars(query.order_by(newest.desc()).limit(most)))


def page(session: Session, portal_id: int, wanted: Wanted, offset: int = 0) -> Listed:
    """Open ones first, of these the one that nobody has touched for longest; then the newest."""
    fits = [*_narrowed(portal_id, wanted)]
    if wanted.stages:
        fits.append(GoodsReturn.stage.in_(wanted.stages))
    is_over = GoodsReturn.stage.in_(returns_rows.ENDS)
    # Ends sort by their number alone.
    order = (is_over, case((is_over, None), else_=GoodsReturn.changed_at), GoodsReturn.id.desc())
    query = select(GoodsReturn).where(*fits).order_by(*order).offset(offset).limit(PAGE)
    rows = tuple(returns.read(session, portal_id, query))
    ids, deal_ids = [each.id for each in rows], list(dict.fromkeys(each.case.deal_id for each in rows))
    if not rows:
        return Listed(())
    return Listed(
        rows=rows,
        deals=returns.of_deals(session, portal_id, deal_ids),
        bases=return_basis.of_deals(session, portal_id, deal_ids),
        since=_since(session, portal_id, ids),
        errands=return_errands.of_returns(session, portal_id, ids),
        titles=_titles(session, portal_id, deal_ids),
    )


def _narrowed(portal_id: int, wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [GoodsReturn.portal_id == portal_id]
    if wanted.deals is not None:
        found.append(GoodsReturn.deal_id.in_(wanted.deals))
    if wanted.waits:
        found.append(waits())
    if wanted.responsible:
        mine = (DealState.portal_id == portal_id, DealState.assigned_by == wanted.responsible)
        found.append(GoodsReturn.deal_id.in_(select(DealState.deal_id).where(*mine)))
    if wanted.reason:
        its = (ReturnRow.portal_id == portal_id, ReturnRow.reason == wanted.reason)
        found.append(GoodsReturn.id.in_(select(ReturnRow.return_id).where(*its)))
    if wanted.account:
        found.append(_carried(portal_id, wanted.account))
    if wanted.text:
        found.append(_named(portal_id, wanted.text))
    return found


def waits() -> ColumnElement[bool]:
    """Nothing goes on with it until a person does something."""
    undecided = and_(GoodsReturn.stage == S.APPROVED, GoodsReturn.way.is_(None))
    wrong = and_(cast(GoodsReturn.problems, String) != "[]", GoodsReturn.stage.in_(OPEN))
    return or_(GoodsReturn.stage.in_(WAITS), undecided, wrong)


def _carried(portal_id: int, account: int) -> ColumnElement[bool]:
    """This account brings the goods back, or brought them to the client."""
    back = (ReturnErrand.portal_id == portal_id, ReturnErrand.connection_id == account)
    there = (Shipment.portal_id == portal_id, Shipment.connection_id == account)
    return or_(
        GoodsReturn.id.in_(select(ReturnErrand.return_id).where(*back, ReturnErrand.kind == ErrandKind.COLLECTION)),
        GoodsReturn.deal_id.in_(select(Shipment.deal_id).where(*there)),
    )


def _named(portal_id: int, text: str) -> ColumnElement[bool]:
    """By number, tracking number or barcode, as a scanner reads them; a part of our number, or the deal's."""
    code = returns_found.plain(text)
    fits = [returns_found.is_named(code, portal_id), func.upper(GoodsReturn.number).contains(code, autoescape=True)]
    if code.isascii() and code.isdigit() and len(code) <= _DEAL:
        fits.append(GoodsReturn.deal_id == int(code))
    return or_(*fits)


def _since(session: Session, portal_id: int, ids: Sequence[int]) -> dict[int, datetime]:
    mine = (ReturnMove.portal_id == portal_id, ReturnMove.return_id.in_(ids), ReturnMove.stands != ReturnMove.was)
    query = select(ReturnMove.return_id, func.max(ReturnMove.at)).where(*mine).group_by(ReturnMove.return_id)
    return {key: at for key, at in session.execute(query)}  # noqa: C416 - rows are not pairs to the type checker


def _titles(session: Session, portal_id: int, deal_ids: Sequence[int]) -> dict[int, str]:
    mine = (DealState.portal_id == portal_id, DealState.deal_id.in_(deal_ids))
    query = select(DealState.deal_id, DealState.title).where(*mine)
    return {key: title for key, title in session.execute(query)}  # noqa: C416
