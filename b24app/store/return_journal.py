"""Who moved a return from where to where, and who was refused: rows are added, never changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from b24app.flows.returns.effects import Actor
from b24app.logistics.jsonable import dump
from b24app.logistics.problem import Problem
from b24app.logistics.returning import ReturnStage
from b24app.store import returns_rows
from b24app.store.models import ReturnMove
from b24app.store.models.base import MAX_NAME


@dataclass(frozen=True, slots=True)
class Moved:
    """It was at `was` (None = it began), `wanted` was asked for, and it `stands` there now, or where it was. `by` is a
    user of the portal, 0 = none; `source` the system or robot that told it."""

    at: datetime
    actor: Actor
    was: ReturnStage | None
    wanted: ReturnStage
    stands: ReturnStage
    by: int = 0
    name: str = ""
    source: str = ""
    why: str = ""
    problems: tuple[Problem, ...] = ()


def add(session: Session, portal_id: int, return_id: int, moved: Moved) -> None:
    """In the transaction that saves the move. Raises NoResultFound."""
    returns_rows.hold(session, portal_id, return_id)
    session.add(
        ReturnMove(
            portal_id=portal_id, return_id=return_id, at=moved.at, actor=moved.actor, by=moved.by,
            name=moved.name[:MAX_NAME], source=moved.source, was=moved.was or "", wanted=moved.wanted,
            stands=moved.stands, why=moved.why, problems=dump(moved.problems),
        )
    )  # fmt: skip
    session.flush()


def of_return(session: Session, portal_id: int, return_id: int) -> tuple[Moved, ...]:
    """Oldest first."""
    mine = select(ReturnMove).where(ReturnMove.portal_id == portal_id, ReturnMove.return_id == return_id)
    return tuple(moved_of(row) for row in session.scalars(mine.order_by(ReturnMove.id)))


def moved_of(row: ReturnMove) -> Moved:
    """A row of the journal as everybody else knows it."""
    return Moved(
        at=row.at,
        actor=Actor(row.actor),
        was=ReturnStage(row.was) if row.was else None,
        wanted=ReturnStage(row.wanted),
        stands=ReturnStage(row.stands),
        by=row.by,
        name=row.name,
        source=row.source,
        why=row.why,
        problems=tuple(Problem.from_json(each) for each in row.problems),
    )
