"""What systems are asked for returns: a carrier to bring the goods back, a warehouse to expect them. Saved before the
call, in the lane of the account that is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from b24app.logistics.aftercare import ReturnRequest
from b24app.logistics.order import OrderState
from b24app.logistics.problem import Problem
from b24app.logistics.status import Status
from b24app.logistics.warehouse import ReceiptRequest, ReceiptState
from b24app.store.lanes import LaneRef, connection_lane
from b24app.store.models import ErrandKind, ErrandState, ReturnErrand

#: It runs, or is about to.
OPEN = (
    ErrandState.WAITING, ErrandState.SENDING, ErrandState.UNCERTAIN, ErrandState.LIVE,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Errand:
    """As it stands. `order` of a collection, `receipt` of a receipt: what the system showed last, None = nothing."""

    id: int
    return_id: int
    connection_id: int
    kind: ErrandKind
    n: int
    number: str
    state: ErrandState
    wants_cancel: bool
    remote_id: str
    order_number: str
    tracking_number: str
    status: Status | None
    problems: tuple[Problem, ...]
    order: OrderState | None
    receipt: ReceiptState | None
    created_at: datetime
    changed_at: datetime

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


def begin(
    session: Session,
    portal_id: int,
    return_id: int,
    connection_id: int,
    kind: ErrandKind,
    request: ReturnRequest | ReceiptRequest,
    *,
    now: datetime,
    trace_id: str,
) -> LaneRef:
    """Saves what an account is to be asked. Wake its lane after the commit. Raises IntegrityError for a number that was
    asked for already."""
    lane = connection_lane(session, connection_id)
    mine = (ReturnErrand.return_id == return_id, ReturnErrand.kind == kind)
    n = (session.scalar(select(func.max(ReturnErrand.n)).where(*mine)) or 0) + 1
    session.add(
        ReturnErrand(
            portal_id=portal_id, return_id=return_id, lane_id=lane.id, connection_id=connection_id, kind=kind, n=n,
            number=request.number, request=request.to_json(), state=ErrandState.WAITING, next_try_at=now,
            created_at=now, changed_at=now, trace_id=trace_id, problems=[],
        )
    )  # fmt: skip
    session.flush()
    return lane


def next_number(session: Session, return_id: int, kind: ErrandKind, number: str) -> str:
    """Our number for the next one of its kind: the return's own, later `…-2`."""
    mine = (ReturnErrand.return_id == return_id, ReturnErrand.kind == kind)
    count = session.scalar(select(func.count()).select_from(ReturnErrand).where(*mine)) or 0
    return number if not count else f"{number}-{count + 1}"


def call_off(session: Session, portal_id: int, errand_id: int, now: datetime) -> LaneRef | None:
    """It is not wanted any more: one that was never sent is over, another one is cancelled at its system. None = there
    is nothing to call off."""
    row = session.scalar(
        select(ReturnErrand)
        .where(ReturnErrand.portal_id == portal_id, ReturnErrand.id == errand_id, ReturnErrand.state.in_(OPEN))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        return None
    row.changed_at = now
    if row.state == ErrandState.WAITING and not row.attempts:
        row.state, row.next_try_at, row.closed_at = ErrandState.CANCELLED, None, now
    else:
        row.wants_cancel = True
        row.next_try_at = row.next_try_at if row.state == ErrandState.SENDING else now
    session.flush()
    return connection_lane(session, row.connection_id)


def of_returns(session: Session, portal_id: int, return_ids: Sequence[int]) -> dict[int, list[Errand]]:
    """The errands of each return, oldest first; every asked return is a key."""
    found: dict[int, list[Errand]] = {each: [] for each in return_ids}
    mine = select(ReturnErrand).where(ReturnErrand.portal_id == portal_id, ReturnErrand.return_id.in_(list(found)))
    for row in session.scalars(mine.order_by(ReturnErrand.id), execution_options={"populate_existing": True}):
        found[row.return_id].append(errand(row))
    return found


def get(session: Session, portal_id: int, errand_id: int) -> Errand | None:
    row = session.scalar(select(ReturnErrand).where(ReturnErrand.portal_id == portal_id, ReturnErrand.id == errand_id))
    return errand(row) if row is not None else None


def errand(row: ReturnErrand) -> Errand:
    """The row as everybody outside of its lane knows it."""
    answer: Any = row.answer
    is_receipt = row.kind == ErrandKind.RECEIPT
    return Errand(
        id=row.id,
        return_id=row.return_id,
        connection_id=row.connection_id,
        kind=ErrandKind(row.kind),
        n=row.n,
        number=row.number,
        state=ErrandState(row.state),
        wants_cancel=row.wants_cancel,
        remote_id=row.remote_id,
        order_number=row.order_number,
        tracking_number=row.tracking_number,
        status=Status(row.status) if row.status else None,
        problems=tuple(Problem.from_json(each) for each in row.problems),
        order=OrderState.from_json(answer) if answer and not is_receipt else None,
        receipt=ReceiptState.from_json(answer) if answer and is_receipt else None,
        created_at=row.created_at,
        changed_at=row.changed_at,
    )
