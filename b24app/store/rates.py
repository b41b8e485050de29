"""Prices of deals: who is asked what, and what came of it. What people decide about them: `decisions`.

An answer belongs to the question it was asked by (`asked_at`): one that comes after a newer question was put is thrown
away. No fence is needed: a price is read, never sent.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from b24app.flows.rates import LIFE, Answer, Booking, Choice, Facts, is_good, merged
from b24app.flows.simulate import Priced
from b24app.store import inbox, jobs
from b24app.store.decisions import go_on, locked_row, touch
from b24app.store.lanes import LaneRef, connection_lane, portal_lane
from b24app.store.models import DealRates, InboxKind, Job, JobState, Rate
from b24app.store.sql import changed, chunks

#: Kind of the job that reads a deal for its prices.
KIND = "rates"
#: A question that nobody looked at again is forgotten after this; a choice stays with its deal.
KEPT = timedelta(days=7)
#: Nobody waits longer for the reading of the deal: it may be asked for again.
READING = timedelta(seconds=30)
_OPEN = (JobState.WAITING, JobState.RUNNING)


@dataclass(frozen=True, slots=True)
class Spread:
    """Whom a reading of a deal has asked, `at` when: in their own lanes, to be woken after the commit, or `here`, by
    the caller: account -> row."""

    at: datetime
    lanes: Sequence[LaneRef]
    here: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Known:
    """Everything the store knows about one deal's prices. `job` is the last reading of the deal."""

    version: int = 0
    asked_at: datetime | None = None
    facts: Facts | None = None
    choice: Choice | None = None
    booking: Booking | None = None
    job: Job | None = None
    answers: Mapping[int, Answer] = field(default_factory=dict)

    def reading(self, now: datetime) -> bool:
        """Whether the deal is being read for its prices just now."""
        asked = self.asked_at is not None and now - self.asked_at < READING
        return asked and self.job is not None and self.job.state in _OPEN


def of_deal(session: Session, portal_id: int, deal_id: int) -> Known:
    """What is known, of a deal nobody asked about an empty one."""
    row = _row(session, portal_id, deal_id)
    if row is None:
        return Known()
    rates = session.scalars(select(Rate).where(Rate.portal_id == portal_id, Rate.deal_id == deal_id))
    return Known(
        version=row.version,
        asked_at=row.asked_at,
        facts=Facts.from_json(row.facts) if row.facts else None,
        choice=Choice.from_json(row.choice) if row.choice else None,
        booking=Booking.from_json(row.booking) if row.booking else None,
        job=jobs.get(session, portal_id, row.job_id) if row.job_id else None,
        answers={rate.connection_id: _answer(rate) for rate in rates},
    )


def _answer(rate: Rate) -> Answer:
    return Answer(
        connection_id=rate.connection_id,
        key=rate.key,
        asked_at=rate.asked_at,
        answered_at=rate.answered_at,
        priced_at=rate.priced_at,
        answered_key=rate.answered_key,
        priced=Priced.from_json(rate.priced) if rate.priced else Priced(),
    )


def ask(
    session: Session,
    portal_id: int,
    deal_id: int,
    again: Sequence[int] = (),
    *,
    asked_by: int,
    now: datetime,
    trace: str,
    wares: Sequence[int] = (),
) -> LaneRef:
    """Has the deal read and its accounts asked; those in `again` also when their last price is still good. `wares`: the
    portal's numbers of what the deal is thought to hold. Wake the lane after the commit."""
    row = locked_row(session, portal_id, deal_id, now)
    lane = portal_lane(session, portal_id)
    given = {"deal_id": deal_id, "again": list(again), "wares": list(wares)}
    job = jobs.start(session, portal_id, lane, KIND, given, asked_by=asked_by, now=now, trace_id=trace)
    row.job_id, row.asked_at = job.id, now
    touch(row, now)
    return lane


def spread(
    session: Session,
    portal_id: int,
    deal_id: int,
    facts: Facts,
    asked: Mapping[int, tuple[str, dict[str, Any]]],
    again: Iterable[int],
    now: datetime,
    trace: str,
    here: Collection[int] = (),
) -> Spread:
    """The deal was read: asks the accounts (`asked`: connection id -> key and request) whose last price is not good any
    more. Accounts that are not named are not asked and lose their prices. Those in `here` are not put into their lanes:
    the caller asks them after the commit."""
    row = locked_row(session, portal_id, deal_id, now)
    row.facts = facts.to_json()
    touch(row, now)
    mine = {
        rate.connection_id: rate
        for rate in session.scalars(select(Rate).where(Rate.portal_id == portal_id, Rate.deal_id == deal_id))
    }
    gone = [rate.id for account, rate in mine.items() if account not in asked]
    if gone:
        session.execute(delete(Rate).where(Rate.portal_id == portal_id, Rate.id.in_(gone)))
    forced, woken, kept = set(again), [], {}
    for account, (key, request) in asked.items():
        rate = mine.get(account)
        known = None if account in forced else _good(session, portal_id, account, key, now)
        if known is not None:
            _take_over(session, portal_id, deal_id, account, rate, known)
        elif not _under_way(rate, key, now, account in forced):
            put = _put(session, portal_id, deal_id, account, rate, key, request, now)
            if account in here:
                kept[account] = put.id
            else:
                woken.append(_queue(session, put, now, trace))
    return Spread(now, woken, kept)


def _good(session: Session, portal_id: int, account: int, key: str, now: datetime) -> Rate | None:
    """An answer of the account about exactly this, of whichever deal, that is still good."""
    wanted = select(Rate).where(
        Rate.portal_id == portal_id,
        Rate.connection_id == account,
        Rate.answered_key == key,
        Rate.priced_at > now - LIFE,
    )
    found = session.scalars(wanted.order_by(Rate.priced_at.desc()).limit(3))
    return next((rate for rate in found if is_good(Priced.from_json(rate.priced))), None)


def _take_over(session: Session, portal_id: int, deal_id: int, account: int, rate: Rate | None, known: Rate) -> None:
    if rate is None:
        rate = Rate(portal_id=portal_id, deal_id=deal_id, connection_id=account)
        session.add(rate)
    rate.key = rate.answered_key = known.answered_key
    rate.priced, rate.priced_at, rate.answered_at, rate.request = known.priced, known.priced_at, known.answered_at, {}
    rate.asked_at = known.answered_at or known.asked_at


def _under_way(rate: Rate | None, key: str, now: datetime, forced: bool) -> bool:
    if rate is None or forced or rate.key != key:
        return False
    return _answer(rate).is_open and now - rate.asked_at < READING


def _put(
    session: Session,
    portal_id: int,
    deal_id: int,
    account: int,
    rate: Rate | None,
    key: str,
    request: dict[str, Any],
    now: datetime,
) -> Rate:
    if rate is None:
        rate = Rate(portal_id=portal_id, deal_id=deal_id, connection_id=account, answered_key="", priced={})
        session.add(rate)
    rate.key, rate.request, rate.asked_at = key, request, now
    session.flush()
    return rate


def _queue(session: Session, rate: Rate, now: datetime, trace: str) -> LaneRef:
    lane = connection_lane(session, rate.connection_id)
    inbox.append(session, lane.id, InboxKind.RATES, str(rate.id), {}, now=now, trace_id=trace, people=True)
    return lane


def question(session: Session, portal_id: int, connection_id: int, rate_id: int) -> Rate | None:
    """What an account is asked, if nobody has answered it yet."""
    wanted = select(Rate).where(Rate.portal_id == portal_id, Rate.connection_id == connection_id, Rate.id == rate_id)
    found = session.scalar(wanted)
    return found if found is not None and found.request and _answer(found).is_open else None


def answered(
    session: Session, portal_id: int, rate_id: int, asked_at: datetime, priced: Priced, now: datetime
) -> LaneRef | None:
    """Keeps an answer to the question of `asked_at`. If somebody's booking waited for it and the price is as they saw
    it, the deal is asked to be shipped: then the lane to wake after the commit."""
    mine = select(Rate).where(Rate.portal_id == portal_id, Rate.id == rate_id)
    deal_id = session.scalar(mine.with_only_columns(Rate.deal_id))
    if deal_id is None:
        return None
    # First, as everybody does: two that wait for each other never end.
    row = locked_row(session, portal_id, deal_id, now)
    rate = session.scalar(mine.with_for_update())
    if rate is None or rate.asked_at != asked_at:
        return None
    before = _answer(rate).current
    kept = merged(before, priced)
    if kept is priced:
        rate.priced_at = now
    rate.priced, rate.answered_key, rate.request, rate.answered_at = kept.to_json(), rate.key, {}, now
    return go_on(session, row, rate, priced, now)


def asked_since(session: Session, portal_id: int, deal_ids: Collection[int], since: datetime) -> set[int]:
    """Those of the deals whose prices were asked for since then: their tabs were opened."""
    found: set[int] = set()
    for some in chunks(sorted(deal_ids)):
        mine = (DealRates.portal_id == portal_id, DealRates.deal_id.in_(some), DealRates.asked_at >= since)
        found |= set(session.scalars(select(DealRates.deal_id).where(*mine)))
    return found


def purge(session: Session, before: datetime) -> int:
    """Forgets old prices, and deals that nobody decided anything about; returns how many rows."""
    count = changed(session, delete(Rate).where(Rate.asked_at < before))
    idle = delete(DealRates).where(DealRates.touched_at < before, DealRates.chosen_id.is_(None))
    return count + changed(session, idle)


def _row(session: Session, portal_id: int, deal_id: int) -> DealRates | None:
    return session.scalar(select(DealRates).where(DealRates.portal_id == portal_id, DealRates.deal_id == deal_id))
