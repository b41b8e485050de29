"""Returns of a portal's deals: begun once, read whole, written by whoever saw them last.

Who begins one, or has it take pieces again, holds the deal first (`take_turn`): no two returns take one piece. Every
other writing is a compare-and-set on the return's version; who loses is shown what stands. Decisions are the core's
(`flows.returns`): nothing is judged here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from b24app.flows.returns.counting import held
from b24app.flows.returns.owed import MoneyRules
from b24app.flows.returns.pieces import without
from b24app.flows.returns.way import Way
from b24app.flows.returns.window import Verdict
from b24app.logistics.jsonable import Jsonable, dump
from b24app.logistics.problem import Problem
from b24app.logistics.returning import Return
from b24app.store import returns_found, returns_rows
from b24app.store.models import DealReturns, GoodsReturn, Portal
from b24app.store.models.base import MAX_NAME
from b24app.store.sql import changed, chunks, locked


@dataclass(frozen=True, slots=True)
class Client(Jsonable):
    """As much of the client as a clerk at the warehouse has to see. `contact_id` is the portal's, 0 = unknown."""

    contact_id: int = 0
    name: str = ""


@dataclass(frozen=True, slots=True)
class Decided(Jsonable):
    """Who approved or refused a return, and by which rules: those that change later change no promise."""

    by: int
    name: str
    at: datetime
    verdicts: tuple[Verdict, ...] = ()
    money: MoneyRules | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """A return as it stands. `item_id`: its item in the smart process, None = none (yet). `way` None = nobody has
    chosen how it travels; `problems` are open. `replacement`: number of the shipment that takes new goods to the
    client, or theirs back."""

    id: int
    version: int
    case: Return
    item_id: int | None
    client: Client | None
    decided: Decided | None
    created_by: int
    created_name: str
    created_at: datetime
    changed_at: datetime
    way: Way | None = None
    problems: tuple[Problem, ...] = ()
    replacement: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """`done` False = somebody else was quicker and nothing is changed; `kept` is what stands now in any case."""

    kept: Kept
    done: bool


@dataclass(frozen=True, slots=True)
class Turn:
    """A deal that is held until the transaction ends: all its returns, and the number for the next one."""

    portal_id: int
    deal_id: int
    returns: tuple[Kept, ...]
    number: str

    @property
    def cases(self) -> tuple[Return, ...]:
        """The `others` of whoever wants to begin one."""
        return tuple(kept.case for kept in self.returns)


# --- reading ----------------------------------------------------------------------------------------------------------


def get(session: Session, portal_id: int, return_id: int) -> Kept | None:
    return _one(session, portal_id, select(GoodsReturn).where(GoodsReturn.id == return_id))


def by_item(session: Session, portal_id: int, item_id: int) -> Kept | None:
    """The return of an item of the smart process."""
    return _one(session, portal_id, select(GoodsReturn).where(GoodsReturn.item_id == item_id))


def of_deals(session: Session, portal_id: int, deal_ids: Sequence[int]) -> dict[int, list[Kept]]:
    """The returns of each deal, oldest first; every asked deal is a key."""
    found: dict[int, list[Kept]] = {deal_id: [] for deal_id in deal_ids}
    for some in chunks(list(found)):
        wanted = select(GoodsReturn).where(GoodsReturn.deal_id.in_(some)).order_by(GoodsReturn.id)
        for kept in read(session, portal_id, wanted):
            found[kept.case.deal_id].append(kept)
    return found


def search(session: Session, portal_id: int, text: str, limit: int = 20) -> list[Kept]:
    """Returns that this number, tracking number or barcode names: those that are under way first, then the newest."""
    return read(session, portal_id, returns_found.named(text).limit(limit))


def _one(session: Session, portal_id: int, wanted: Select[GoodsReturn]) -> Kept | None:
    return next(iter(read(session, portal_id, wanted)), None)


def read(session: Session, portal_id: int, wanted: Select[GoodsReturn]) -> list[Kept]:
    """The portal's own of those that are `wanted`. Always as the database has it now: a row that was read before may
    have been written by somebody else since."""
    mine = wanted.where(GoodsReturn.portal_id == portal_id)
    rows = session.scalars(mine, execution_options=returns_rows.ANEW).all()
    found = returns_rows.cases(session, portal_id, rows)
    return [_kept(row, found[row.id]) for row in rows]


def _kept(row: GoodsReturn, case: Return) -> Kept:
    return Kept(
        id=row.id,
        version=row.version,
        case=case,
        item_id=row.item_id,
        client=Client.from_json(row.client) if row.client else None,
        decided=Decided.from_json(row.decided) if row.decided else None,
        created_by=row.created_by,
        created_name=row.created_name,
        created_at=row.created_at,
        changed_at=row.changed_at,
        way=Way.from_json(row.way) if row.way else None,
        problems=tuple(Problem.from_json(each) for each in row.problems),
        replacement=row.replacement,
    )


# --- beginning --------------------------------------------------------------------------------------------------------


def take_turn(session: Session, portal: Portal, deal_id: int) -> Turn:
    """Hold the deal until the transaction ends: who comes second reads what the first has written. Before any return of
    the deal is written, where both happen in one transaction."""
    row, _ = locked(session, DealReturns, {"portal_id": portal.id, "deal_id": deal_id}, {"last_n": 0})
    returns = of_deals(session, portal.id, [deal_id])[deal_id]
    return Turn(portal.id, deal_id, tuple(returns), f"{portal.code}-{deal_id}-R{row.last_n + 1}")


def begin(
    session: Session,
    turn: Turn,
    case: Return,
    *,
    by: int,
    name: str,
    now: datetime,
    item_id: int | None = None,
    client: Client | None = None,
    tracking: Sequence[str] = (),
) -> Kept:
    """Saves a new return with the turn's number; the one that is there when its key, or its item, has one already.
    `tracking` are numbers that stand on its box. Raises ValueError for a return of another number or deal; for another
    one of the same deal take the turn once more."""
    for kept in turn.returns:
        if (case.key and kept.case.key == case.key) or (item_id is not None and kept.item_id == item_id):
            return kept
    if (case.number, case.deal_id) != (turn.number, turn.deal_id):
        raise ValueError(f"return {case.number} of deal {case.deal_id} is not the one that {turn.number} is for")
    row = GoodsReturn(
        portal_id=turn.portal_id, deal_id=turn.deal_id, item_id=item_id, number=case.number, key=case.key or None,
        client=client.to_json() if client else None, created_by=by, created_name=name[:MAX_NAME],
        created_at=now, changed_at=now, version=1, **returns_rows.columns(case),
    )  # fmt: skip
    session.add(row)
    session.flush()
    mine = (DealReturns.portal_id == turn.portal_id, DealReturns.deal_id == turn.deal_id)
    changed(session, update(DealReturns).where(*mine).values(last_n=DealReturns.last_n + 1))
    returns_rows.write_lines(session, turn.portal_id, row.id, case.lines)
    returns_rows.write_counted(session, turn.portal_id, row.id, case.counted, by=by, name=name, now=now)
    returns_found.remember(session, turn.portal_id, row.id, case, tracking)
    return present(session, turn.portal_id, row.id)


# --- writing ----------------------------------------------------------------------------------------------------------


def save(
    session: Session,
    portal_id: int,
    seen: Kept,
    case: Return,
    *,
    by: int,
    name: str,
    now: datetime,
    decided: Decided | None = None,
    way: Way | None = None,
    problems: Sequence[Problem] | None = None,
    replacement: str | None = None,
    turn: Turn | None = None,
) -> Written:
    """Keeps what became of a return for who saw it as `seen`. `decided`, `way`, `problems` and `replacement`
    None = as before. One
    that takes pieces which it did not take needs the deal's `turn`, in which they were looked at. Raises ValueError for
    another return, or without that turn; NoResultFound when there is none (any more)."""
    if case.number != seen.case.number:
        raise ValueError(f"return {case.number} is not {seen.case.number}")
    its = turn is not None and (turn.portal_id, turn.deal_id) == (portal_id, case.deal_id)
    if not its and _takes_more(seen.case, case):
        raise ValueError(f"return {case.number} takes pieces that another one may take at the same moment")
    values = returns_rows.columns(case)
    if decided is not None:
        values["decided"] = decided.to_json()
    if way is not None:
        values["way"] = way.to_json()
    if problems is not None:
        values["problems"] = dump(tuple(problems))
    if replacement is not None:
        values["replacement"] = replacement
    if not returns_rows.step(session, portal_id, seen.id, now, seen.version, **values):
        return Written(present(session, portal_id, seen.id), False)
    if case.lines != seen.case.lines:
        returns_rows.write_lines(session, portal_id, seen.id, case.lines)
        returns_found.remember(session, portal_id, seen.id, case)
    if case.counted != seen.case.counted:
        returns_rows.write_counted(session, portal_id, seen.id, case.counted, by=by, name=name, now=now)
    return Written(present(session, portal_id, seen.id), True)


def _takes_more(before: Return, after: Return) -> bool:
    had = held(before)
    return any(without(spans, had.get(row, ())) for row, spans in held(after).items())


def tie(session: Session, portal_id: int, return_id: int, item_id: int) -> bool:
    """The return has this item in the smart process; False when it has one already. Raises IntegrityError for an item
    of another return."""
    mine = (GoodsReturn.portal_id == portal_id, GoodsReturn.id == return_id, GoodsReturn.item_id.is_(None))
    return changed(session, update(GoodsReturn).where(*mine).values(item_id=item_id)) == 1


def present(session: Session, portal_id: int, return_id: int) -> Kept:
    """Raises NoResultFound."""
    wanted = select(GoodsReturn).where(GoodsReturn.portal_id == portal_id, GoodsReturn.id == return_id)
    row = session.scalars(wanted, execution_options=returns_rows.ANEW).one()
    return _kept(row, returns_rows.cases(session, portal_id, [row])[row.id])
