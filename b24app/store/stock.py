"""What lies in warehouses: who is asked for which deal, what each said of an article, and what a deal's way lacks.

An answer is good for every deal that wants the same article of the same account within `flows.stock.FRESH`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from b24app.flows.stock import FRESH, LOST, SILENT, Lack, Need, Shelf, articles_of, judge, lacks_of
from b24app.logistics.problem import Problem
from b24app.store import inbox, jobs
from b24app.store.lanes import LaneRef, connection_lane, portal_lane
from b24app.store.models import Connection, DealStock, InboxKind, Job, JobState, StockLook, StockRow
from b24app.store.sql import changed, chunks, locked, upsert

#: Kind of the job that reads a deal for its articles.
KIND = "stock"
#: The port of systems that can be asked.
PORT = "Stock"
#: Settings of an account that say from which of its warehouses it ships, as systems call it; "" = from any.
OWN = ("warehouse", "store")
KEPT = timedelta(days=7)
#: Nobody waits longer for the reading of the deal: it may be asked for again.
READING = timedelta(seconds=30)
#: Who presses the button wants to know it now; two presses in a row are one.
PRESSED = timedelta(seconds=3)
_OPEN = (JobState.WAITING, JobState.RUNNING)


@dataclass(frozen=True, slots=True)
class Look:
    """How one account stands with one deal."""

    connection_id: int
    asked_at: datetime
    answered_at: datetime | None = None
    problem: Problem | None = None

    @property
    def is_open(self) -> bool:
        return self.answered_at is None

    def awaited(self, now: datetime) -> bool:
        """Whether its answer may come any moment."""
        return self.is_open and now - self.asked_at < SILENT

    def may_come(self, now: datetime) -> bool:
        """Silent for long, and not lost yet."""
        return self.is_open and now - self.asked_at < LOST


@dataclass(frozen=True, slots=True)
class Known:
    """All that the store knows of one deal's stock. `needs` None = it was not read yet; `job` its last reading;
    `shelves` by account and article."""

    needs: tuple[Need, ...] | None = None
    asked_at: datetime | None = None
    job: Job | None = None
    looks: Mapping[int, Look] = field(default_factory=dict)
    shelves: Mapping[tuple[int, str], Shelf] = field(default_factory=dict)

    def reading(self, now: datetime, again: bool = False) -> bool:
        """Whether the deal is being read for its articles just now; `again`: and everything is asked anew then."""
        asked = self.asked_at is not None and now - self.asked_at < READING
        under_way = asked and self.job is not None and self.job.state in _OPEN
        return under_way and (not again or bool(self.job and self.job.input.get("again")))


@dataclass(frozen=True, slots=True)
class Question:
    """Articles that one account is asked about, for the looks of all deals that want them."""

    looks: tuple[int, ...]
    skus: tuple[str, ...]


def own_warehouse(account: Connection) -> str:
    """The warehouse that the account ships from, "" = none was chosen."""
    settings = account.settings or {}
    return next((found for name in OWN if (found := str(settings.get(name) or "").strip())), "")


def of_deal(session: Session, portal_id: int, deal_id: int) -> Known:
    """What is known, of a deal nobody asked about an empty one."""
    row = session.scalar(select(DealStock).where(DealStock.portal_id == portal_id, DealStock.deal_id == deal_id))
    if row is None:
        return Known()
    needs = _needs(row)
    asked = session.scalars(select(StockLook).where(StockLook.portal_id == portal_id, StockLook.deal_id == deal_id))
    looks = {each.connection_id: _look(each) for each in asked}
    return Known(
        needs,
        row.asked_at,
        jobs.get(session, portal_id, row.job_id) if row.job_id else None,
        looks,
        _shelves(session, portal_id, looks, articles_of(needs or ())),
    )


def _needs(row: DealStock) -> tuple[Need, ...] | None:
    return tuple(Need.from_json(each) for each in row.needs["rows"]) if "rows" in row.needs else None


def _look(row: StockLook) -> Look:
    problem = Problem.from_json(row.problem) if row.problem else None
    return Look(row.connection_id, row.asked_at, row.answered_at, problem)


def _shelves(
    session: Session, portal_id: int, accounts: Collection[int], skus: Sequence[str], after: datetime | None = None
) -> dict[tuple[int, str], Shelf]:
    """`after`: only what was heard later than that."""
    found: dict[tuple[int, str], Shelf] = {}
    for some in chunks(sorted(set(skus))) if accounts else ():
        mine = select(StockRow.connection_id, StockRow.sku, StockRow.shelf).where(
            StockRow.portal_id == portal_id, StockRow.connection_id.in_(list(accounts)), StockRow.sku.in_(some)
        )
        if after is not None:
            mine = mine.where(StockRow.read_at > after)
        found |= {(account, sku): Shelf.from_json(shelf) for account, sku, shelf in session.execute(mine)}
    return found


# --- asking -----------------------------------------------------------------------------------------------------------


def ask(
    session: Session, portal_id: int, deal_id: int, *, again: bool, asked_by: int, now: datetime, trace: str
) -> LaneRef:
    """Has the deal read and its accounts asked about its articles; `again`: also about those whose answer is still
    good. Wake the lane after the commit."""
    row = _locked(session, portal_id, deal_id, now)
    lane = portal_lane(session, portal_id)
    given = {"deal_id": deal_id, "again": again}
    job = jobs.start(session, portal_id, lane, KIND, given, asked_by=asked_by, now=now, trace_id=trace)
    row.job_id, row.asked_at, row.touched_at = job.id, now, now
    return lane


def spread(
    session: Session,
    portal_id: int,
    deal_id: int,
    needs: Sequence[Need],
    legs: Collection[int],
    accounts: Sequence[Connection],
    again: bool,
    now: datetime,
    trace: str,
) -> list[LaneRef]:
    """The deal was read: asks these accounts about what nobody knows. Wake the lanes after the commit."""
    row = _locked(session, portal_id, deal_id, now)
    row.needs, row.touched_at = {"rows": [need.to_json() for need in needs], "legs": sorted(legs)}, now
    skus, ids = articles_of(needs), [each.id for each in accounts]
    mine = (StockLook.portal_id == portal_id, StockLook.deal_id == deal_id)
    session.execute(delete(StockLook).where(*mine, StockLook.connection_id.not_in(ids)))
    looks = {each.connection_id: each for each in session.scalars(select(StockLook).where(*mine))}
    good = _shelves(session, portal_id, ids, skus, now - (PRESSED if again else FRESH))
    lanes = []
    for account in accounts:
        missing = [sku for sku in skus if (account.id, sku) not in good]
        look = looks.get(account.id)
        if look is not None and look.answered_at is None and now - look.asked_at < SILENT and not again:
            continue  # it is being asked
        if look is None:
            look = StockLook(portal_id=portal_id, deal_id=deal_id, connection_id=account.id, problem={})
            session.add(look)
        look.asked_at, look.answered_at = now, None if missing else now
        if not missing:
            look.problem = {}
            _judge(session, row, account, now)
            continue
        session.flush()
        lane = connection_lane(session, account.id)
        payload = {"skus": missing}
        inbox.append(session, lane.id, InboxKind.STOCK, str(look.id), payload, now=now, trace_id=trace, people=True)
        lanes.append(lane)
    _forget_others(row, legs)
    return lanes


# --- answering --------------------------------------------------------------------------------------------------------


def question(session: Session, portal_id: int, connection_id: int, asked: Mapping[int, Sequence[str]]) -> Question:
    """What the account is really to be asked for these looks (`asked`: look -> articles): not what was heard since,
    nor for looks that are answered."""
    mine = (StockLook.portal_id == portal_id, StockLook.connection_id == connection_id)
    wanted = select(StockLook.id, StockLook.asked_at).where(*mine, StockLook.id.in_(list(asked)))
    found = {row.id: row.asked_at for row in session.execute(wanted.where(StockLook.answered_at.is_(None)))}
    skus = sorted({sku for look in found for sku in asked[look]})
    since = min(found.values(), default=None)
    heard = _shelves(session, portal_id, [connection_id], skus, since) if since is not None else {}
    return Question(tuple(sorted(found)), tuple(sku for sku in skus if (connection_id, sku) not in heard))


def answered(
    session: Session,
    account: Connection,
    looks: Collection[int],
    shelves: Sequence[Shelf],
    problem: Problem | None,
    now: datetime,
) -> None:
    """Keeps what the account said, or why it did not; each deal of the looks learns what its way lacks.

    Deals in the order of their ids, each before its looks: whoever holds one waits for nobody who waits for it.
    """
    rows = [
        {
            "portal_id": account.portal_id,
            "connection_id": account.id,
            "sku": shelf.sku,
            "shelf": shelf.to_json(),
            "read_at": shelf.read_at,
        }
        for shelf in shelves
    ]
    if rows:
        upsert(session, StockRow, rows, ["connection_id", "sku"])
    mine = (StockLook.portal_id == account.portal_id, StockLook.connection_id == account.id)
    wanted = select(StockLook).where(*mine, StockLook.id.in_(list(looks))).order_by(StockLook.deal_id)
    for look in session.scalars(wanted).all():
        row = _locked(session, account.portal_id, look.deal_id, now) if problem is None else None
        look.answered_at, look.problem = now, problem.to_json() if problem else {}
        if row is not None:
            _judge(session, row, account, now)


def _judge(session: Session, row: DealStock, account: Connection, now: datetime) -> None:
    """What the account lacks for the deal, if the deal's way goes through it."""
    needs = _needs(row) or ()
    if account.id not in row.needs.get("legs", ()):
        return
    session.flush()
    shelves = _shelves(session, row.portal_id, [account.id], articles_of(needs))
    own = own_warehouse(account)
    found = lacks_of(judge(need, shelves.get((account.id, need.sku)), own) for need in needs)
    _keep(row, {**row.lacking, str(account.id): [each.to_json() for each in found]}, now)


def _forget_others(row: DealStock, legs: Collection[int]) -> None:
    """What a warehouse lacks that the deal does not go through any more is nobody's worry."""
    kept = {account: found for account, found in row.lacking.items() if int(account) in legs}
    if kept != row.lacking:
        row.lacking, row.version = kept, row.version + 1


def _keep(row: DealStock, lacking: dict[str, Any], now: datetime) -> None:
    told = {account: found for account, found in lacking.items() if found}
    if told != row.lacking:
        row.lacking, row.version, row.touched_at = told, row.version + 1, now


def lacking(session: Session, portal_id: int, deal_ids: Sequence[int]) -> dict[int, dict[int, tuple[Lack, ...]]]:
    """What warehouses on these deals' ways lack, by deal and account; deals that lack nothing that we know of are
    missing."""
    found: dict[int, dict[int, tuple[Lack, ...]]] = {}
    for some in chunks(list(deal_ids)):
        mine = select(DealStock.deal_id, DealStock.lacking).where(
            DealStock.portal_id == portal_id, DealStock.deal_id.in_(some), DealStock.version > 0
        )
        for deal_id, told in session.execute(mine):
            if told:
                found[deal_id] = {
                    int(account): tuple(Lack.from_json(each) for each in rows) for account, rows in told.items()
                }
    return found


def purge(session: Session, before: datetime) -> int:
    """Forgets what was asked and heard before; returns how many rows."""
    count = changed(session, delete(StockLook).where(StockLook.asked_at < before))
    count += changed(session, delete(StockRow).where(StockRow.read_at < before))
    return count + changed(session, delete(DealStock).where(DealStock.touched_at < before))


def _locked(session: Session, portal_id: int, deal_id: int, now: datetime) -> DealStock:
    """The deal's row, ours until the transaction ends; made when missing."""
    first = {"version": 0, "touched_at": now, "needs": {}, "lacking": {}}
    return locked(session, DealStock, {"portal_id": portal_id, "deal_id": deal_id}, first)[0]
