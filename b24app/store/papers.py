"""Print forms: asked for by a page, made and fetched in the connection's lane, kept for a while.

A paper is a row that says how far it is, so that a crash at any moment costs one more print at most, which is free.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from b24app.store import inbox
from b24app.store.lanes import LaneRef, connection_lane
from b24app.store.models import InboxKind, Job, JobState, Paper, PaperFile, PaperStatus, ReturnLabel, Shipment
from b24app.store.sql import changed, chunks, insert_new

#: Papers can be made anew at any time; they name a person and an address.
KEPT = timedelta(days=30)
#: A paper that nobody has moved for this long was lost with its row: it may be asked for anew.
STUCK = timedelta(minutes=15)
#: Portal setting: what `Wanted` says.
SETTING = "papers"
#: Kind of the job that stands for a link which works once.
LINK = "paper_link"
_OPEN = (PaperStatus.WAITING, PaperStatus.ASKED)
_FILE = (PaperFile.paper_id, PaperFile.content)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the portal wants: files in deals' timelines, and a form (`PaperForm.alike`, "" = none) that is prepared as
    soon as an order is there."""

    attach: bool = True
    prepare: str = ""

    @classmethod
    def of(cls, settings: Mapping[str, Any] | None) -> Wanted:
        kept = (settings or {}).get(SETTING, {})
        return cls(bool(kept.get("attach", True)), str(kept.get("prepare", "")))


def ask(
    session: Session,
    shipment: Shipment,
    form: str,
    *,
    asked_by: int | None,
    now: datetime,
    trace_id: str,
    people: bool = True,
) -> LaneRef | None:
    """Have a form of this order made; None when it is there, or on its way. Wake the lane after the commit."""
    paper = _held(session, shipment.portal_id, {shipment.id: form}, [shipment], now)[shipment.id]
    if not _begun(paper, shipment, now):
        return None
    paper.asked_by = asked_by
    lane = connection_lane(session, shipment.connection_id)
    inbox.append(session, lane.id, InboxKind.PAPER, str(paper.id), {}, now=now, trace_id=trace_id, people=people)
    return lane


def ask_many(
    session: Session, portal_id: int, forms: Mapping[int, str], *, asked_by: int | None, now: datetime
) -> list[LaneRef]:
    """Have a form of each of these orders made (by the shipment's id), those that are there or on their way excepted,
    as background work; the lanes to wake after the commit."""
    lanes: dict[int, dict[str, dict[str, Any]]] = {}
    for some in chunks(sorted(forms)):
        mine = select(Shipment).where(Shipment.portal_id == portal_id, Shipment.id.in_(some))
        orders = session.scalars(mine.order_by(Shipment.id)).all()
        held = _held(session, portal_id, forms, orders, now)
        for shipment in orders:
            paper = held[shipment.id]
            if _begun(paper, shipment, now):
                paper.asked_by = asked_by
                lanes.setdefault(shipment.connection_id, {})[str(paper.id)] = {}
    found = []
    for connection_id, rows in lanes.items():
        lane = connection_lane(session, connection_id)
        inbox.append_many(session, lane.id, InboxKind.PAPER, rows, now=now)
        found.append(lane)
    return found


def _held(
    session: Session, portal_id: int, forms: Mapping[int, str], orders: Sequence[Shipment], now: datetime
) -> dict[int, Paper]:
    """The rows of these orders' forms by order, ours until the transaction ends; made when missing, as ones that
    failed: they may be begun."""
    mine = select(Paper).where(Paper.portal_id == portal_id, Paper.shipment_id.in_([order.id for order in orders]))
    wanted = mine.where(Paper.form.in_(sorted(set(forms.values())))).order_by(Paper.id).with_for_update()
    there = {(row.shipment_id, row.form): row for row in session.scalars(wanted)}
    missing = [order for order in orders if (order.id, forms[order.id]) not in there]
    if missing:
        fresh = {"portal_id": portal_id, "status": PaperStatus.FAILED, "remote_id": "", "remote_key": "", "tries": 0,
                 "size": 0, "problem": {}, "asked_at": now, "changed_at": now}  # fmt: skip
        rows = [
            {**fresh, "shipment_id": order.id, "deal_id": order.deal_id, "form": forms[order.id]} for order in missing
        ]
        insert_new(session, Paper, rows, ["shipment_id", "form"])
        there = {(row.shipment_id, row.form): row for row in session.scalars(wanted)}
    return {order.id: there[order.id, forms[order.id]] for order in orders}


def _begun(paper: Paper, shipment: Shipment, now: datetime) -> bool:
    """Sets the paper to its beginning; False when it is there, or on its way."""
    under_way = paper.status in _OPEN and now - paper.changed_at < STUCK
    if under_way or (paper.status == PaperStatus.READY and paper.remote_id == shipment.remote_id):
        return False
    paper.status, paper.remote_id, paper.remote_key = PaperStatus.WAITING, shipment.remote_id or "", ""
    paper.tries, paper.problem, paper.asked_at, paper.changed_at = 0, {}, now, now
    return True


def get(session: Session, portal_id: int, paper_id: int) -> Paper | None:
    return session.scalar(select(Paper).where(Paper.portal_id == portal_id, Paper.id == paper_id))


def of_shipments(session: Session, portal_id: int, shipment_ids: Sequence[int]) -> list[Paper]:
    """Without their files."""
    mine = select(Paper).where(Paper.portal_id == portal_id, Paper.shipment_id.in_(shipment_ids))
    return list(session.scalars(mine.order_by(Paper.id)))


def content(session: Session, portal_id: int, paper_id: int) -> bytes | None:
    """The file, or None when there is none (any more)."""
    return contents(session, portal_id, [paper_id]).get(paper_id)


def contents(session: Session, portal_id: int, paper_ids: Sequence[int]) -> dict[int, bytes]:
    """The files that there are, by their papers' ids."""
    found: dict[int, bytes] = {}
    for some in chunks(paper_ids):
        mine = (PaperFile.portal_id == portal_id, PaperFile.paper_id.in_(some))
        found |= {row.paper_id: row.content for row in session.execute(select(*_FILE).where(*mine))}
    return found


def opened(session: Session, portal_id: int, paper_ids: Sequence[int], now: datetime) -> None:
    """They were given to somebody for printing."""
    for some in chunks(paper_ids):
        mine = (Paper.portal_id == portal_id, Paper.id.in_(some))
        changed(session, update(Paper).where(*mine).values(opened_at=now))


def spoilt(session: Session, portal_id: int, paper_ids: Sequence[int], problem: dict[str, Any], now: datetime) -> None:
    """Their files cannot be printed: they may be asked for anew."""
    for some in chunks(paper_ids):
        mine = (Paper.portal_id == portal_id, Paper.id.in_(some))
        failed = {"status": PaperStatus.FAILED, "problem": problem, "changed_at": now}
        changed(session, update(Paper).where(*mine).values(failed))


def keep(session: Session, paper: Paper, file: bytes, now: datetime) -> None:
    """The paper is ready; a former file of it goes."""
    session.execute(delete(PaperFile).where(PaperFile.portal_id == paper.portal_id, PaperFile.paper_id == paper.id))
    session.add(PaperFile(portal_id=paper.portal_id, paper_id=paper.id, content=file))
    paper.status, paper.size, paper.problem, paper.changed_at = PaperStatus.READY, len(file), {}, now


def fail(paper: Paper | ReturnLabel, problem: dict[str, Any], now: datetime) -> None:
    paper.status, paper.problem, paper.changed_at = PaperStatus.FAILED, problem, now


def forget(session: Session, portal_id: int, shipment_id: int) -> int:
    """The order is another one now (changed, made anew): papers of before are no longer true."""
    return changed(session, delete(Paper).where(Paper.portal_id == portal_id, Paper.shipment_id == shipment_id))


def outdated(now: datetime) -> ColumnElement[bool]:
    return Paper.changed_at < now - KEPT


# --- links that work once -------------------------------------------------------------------------------------------


def offer_link(session: Session, portal_id: int, user_id: int, given: dict[str, Any], now: datetime) -> int:
    """The id of a link that works once. `given` says to what: `{"papers": [ids]}`."""
    job = Job(
        portal_id=portal_id, kind=LINK, input=given, memory={}, result={}, asked_by=user_id, created_at=now,
        state=JobState.WAITING, done=0, total=0,
    )  # fmt: skip
    session.add(job)
    session.flush()
    return job.id


def use_link(session: Session, portal_id: int, link: int, now: datetime, life: timedelta) -> dict[str, Any] | None:
    """What it leads to, for the one request that may use it: a compare-and-set, whichever process asks."""
    mine = (Job.id == link, Job.portal_id == portal_id, Job.kind == LINK)
    fresh = update(Job).where(*mine, Job.state == JobState.WAITING, Job.created_at > now - life)
    if changed(session, fresh.values(state=JobState.DONE, finished_at=now)) != 1:
        return None
    found: dict[str, Any] = session.scalars(select(Job.input).where(*mine)).one()
    return found
