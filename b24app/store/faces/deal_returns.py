"""The returns of one deal as its tab shows them. A deal without any costs no question of its own: how many there are is
told with other counts (`counted`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from b24app.flows.returns.basis import Basis
from b24app.store import return_acts, return_basis, returns
from b24app.store.models import ActState, GoodsReturn, ReturnAct, ReturnMove
from b24app.store.return_acts import Act, ActKind
from b24app.store.return_journal import Moved, moved_of
from b24app.store.returns import Kept

#: Moves of a deal's returns that its history shows.
_MOVES_SHOWN = 50
_ACTS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class ReturnMoved:
    """A line of the journal, and the number of its return."""

    number: str
    moved: Moved


@dataclass(frozen=True, slots=True)
class DealReturnsFacts:
    """`returns` oldest first, `moves` those that led somewhere, oldest first. `basis` None = the deal was never read
    for a return; `begun`: the newest acts that were to begin one, newest first."""

    returns: tuple[Kept, ...] = ()
    moves: tuple[ReturnMoved, ...] = ()
    basis: Basis | None = None
    begun: tuple[Act, ...] = ()


def deal_returns(session: Session, portal_id: int, deal_id: int, count: int, acts: int) -> DealReturnsFacts:
    """`count` and `acts`: how many of both the deal has, as somebody has asked already."""
    latest = return_acts.latest(session, portal_id, deal_id=deal_id, limit=_ACTS_SHOWN) if acts else []
    begun = tuple(act for act in latest if act.wanted.kind is ActKind.BEGIN)
    if not count:
        return DealReturnsFacts(begun=begun)
    return DealReturnsFacts(
        returns=tuple(returns.of_deals(session, portal_id, [deal_id])[deal_id]),
        moves=_moves(session, portal_id, deal_id),
        basis=return_basis.of_deals(session, portal_id, [deal_id]).get(deal_id),
        begun=begun,
    )


def _moves(session: Session, portal_id: int, deal_id: int) -> tuple[ReturnMoved, ...]:
    query = (
        select(GoodsReturn.number, ReturnMove)
        .join(ReturnMove, ReturnMove.return_id == GoodsReturn.id)
        .where(GoodsReturn.portal_id == portal_id, GoodsReturn.deal_id == deal_id, ReturnMove.portal_id == portal_id)
        .where(ReturnMove.stands != ReturnMove.was)
        .order_by(ReturnMove.id.desc())
        .limit(_MOVES_SHOWN)
    )
    found = [ReturnMoved(number, moved_of(row)) for number, row in session.execute(query)]
    return tuple(reversed(found))


def version_columns(portal_id: Any, deal_id: Any) -> list[Any]:
    """What changes when anything of the deal's returns does, as parts of a larger question."""
    mine = (GoodsReturn.portal_id == portal_id, GoodsReturn.deal_id == deal_id)
    acts = (ReturnAct.portal_id == portal_id, ReturnAct.deal_id == deal_id)
    told: list[Any] = [
        select(func.count()).select_from(GoodsReturn).where(*mine),
        select(func.sum(GoodsReturn.version)).where(*mine),
        select(func.count(GoodsReturn.item_id)).where(*mine),
        select(func.count()).select_from(ReturnAct).where(*acts, ReturnAct.state == ActState.WAITING),
    ]
    return [each.scalar_subquery() for each in told]


def counted(portal_id: int, deal_id: int) -> tuple[Any, Any]:
    """How many returns the deal has, and how many acts, as parts of a larger question."""
    mine = (GoodsReturn.portal_id == portal_id, GoodsReturn.deal_id == deal_id)
    acts = (ReturnAct.portal_id == portal_id, ReturnAct.deal_id == deal_id)
    return (
        select(func.count()).select_from(GoodsReturn).where(*mine).scalar_subquery(),
        select(func.count()).select_from(ReturnAct).where(*acts).scalar_subquery(),
    )
