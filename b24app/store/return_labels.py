"""Labels of the orders that bring goods back: made and fetched in the account's lane, kept encrypted with the errand,
given out by links that work once (`store.papers.offer_link` with `{"label": id}`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from b24app.logistics.problem import Problem
from b24app.store import inbox
from b24app.store.lanes import LaneRef, connection_lane
from b24app.store.models import InboxKind, PaperStatus, ReturnErrand, ReturnLabel
from b24app.store.papers import STUCK
from b24app.store.sql import locked


@dataclass(frozen=True, slots=True)
class Label:
    """How far a label is. `is_ready`: its file can be opened; `problem` says why there is none."""

    id: int
    errand_id: int
    form: str
    is_ready: bool
    asked_at: datetime
    changed_at: datetime
    problem: Problem | None = None

    def preparing(self, now: datetime) -> bool:
        return not self.is_ready and self.problem is None and now - self.changed_at < STUCK


def ask(
    session: Session, errand: ReturnErrand, form: str, *, now: datetime, trace_id: str, people: bool = False
) -> LaneRef | None:
    """Has the label of an order that is there made; None = it is ready, or on its way. Wake the lane after the
    commit."""
    first = {"form": form, "status": PaperStatus.FAILED, "problem": {}, "asked_at": now, "changed_at": now, "tries": 0,
             "remote_key": ""}  # fmt: skip
    mine = {"portal_id": errand.portal_id, "errand_id": errand.id}
    row, new = locked(session, ReturnLabel, mine, first, ["errand_id"])
    under_way = row.status in (PaperStatus.WAITING, PaperStatus.ASKED) and now - row.changed_at < STUCK
    if not new and (under_way or row.status == PaperStatus.READY):
        return None
    row.form, row.status, row.remote_key, row.tries = form, PaperStatus.WAITING, "", 0
    row.problem, row.asked_at, row.changed_at = {}, now, now
    session.flush()
    lane = connection_lane(session, errand.connection_id)
    inbox.append(session, lane.id, InboxKind.RETURN_LABEL, str(row.id), {}, now=now, trace_id=trace_id, people=people)
    return lane


def ask_again(session: Session, portal_id: int, errand_id: int, *, now: datetime, trace_id: str) -> LaneRef | None:
    """A person wants a label that could not be had once more; None = there is none, or nothing to do."""
    label = of_errands(session, portal_id, [errand_id]).get(errand_id)
    mine = (ReturnErrand.portal_id == portal_id, ReturnErrand.id == errand_id)
    row = session.scalar(select(ReturnErrand).where(*mine))
    if label is None or row is None or not row.remote_id:
        return None
    return ask(session, row, label.form, now=now, trace_id=trace_id, people=True)


def of_errands(session: Session, portal_id: int, errand_ids: Sequence[int]) -> dict[int, Label]:
    """By errand, without the files."""
    columns = (
        ReturnLabel.id, ReturnLabel.errand_id, ReturnLabel.form, ReturnLabel.status, ReturnLabel.asked_at,
        ReturnLabel.changed_at, ReturnLabel.problem,
    )  # fmt: skip
    mine = (ReturnLabel.portal_id == portal_id, ReturnLabel.errand_id.in_(errand_ids))
    return {
        row.errand_id: Label(
            row.id, row.errand_id, row.form, row.status == PaperStatus.READY, row.asked_at, row.changed_at,
            Problem.from_json(row.problem) if row.problem else None,
        )
        for row in session.execute(select(*columns).where(*mine))
    }  # fmt: skip


def get(session: Session, portal_id: int, label_id: int) -> tuple[ReturnLabel, ReturnErrand] | None:
    """With the errand whose order it is of."""
    wanted = select(ReturnLabel, ReturnErrand).join(ReturnErrand, ReturnErrand.id == ReturnLabel.errand_id)
    mine = (ReturnLabel.portal_id == portal_id, ReturnErrand.portal_id == portal_id, ReturnLabel.id == label_id)
    row = session.execute(wanted.where(*mine)).one_or_none()
    return (row[0], row[1]) if row is not None else None


def content(session: Session, portal_id: int, label_id: int) -> bytes | None:
    """The file, or None when there is none (any more)."""
    mine = (ReturnLabel.portal_id == portal_id, ReturnLabel.id == label_id)
    return session.scalar(select(ReturnLabel.content).where(*mine))


def keep(row: ReturnLabel, file: bytes, now: datetime) -> None:
    row.status, row.content, row.problem, row.changed_at = PaperStatus.READY, file, {}, now
