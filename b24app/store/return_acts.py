"""What is wanted of returns, and what systems tell of them: one row each, carried out in the portal's lane.

A row is durable before anybody is told that it was taken, and the same `key` is taken once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from b24app.flows.returns.effects import Actor
from b24app.logistics.jsonable import dump
from b24app.logistics.problem import Field, Problem, Who
from b24app.store import inbox, robot_answers
from b24app.store.lanes import LaneRef, portal_lane
from b24app.store.models import ActState, InboxKind, ReturnAct
from b24app.store.models.base import MAX_NAME
from b24app.store.sql import changed, insert_new
from b24app.wire.trace import new_trace_id


class ActKind(StrEnum):
    """`begin` {"wishes": [Wish] | "told": [Told], "reason", "note", "approve": bool, "stage", "override": why, "item"}:
    a return begins, of all that may come back where neither rows nor articles are named; `item` is its item in the
    smart process, which begins one. `move` {"to", "why"}. `override` {"why"}: past the window, by this person.
    `outcome` {"outcome", "delivery"}. `agree` {"minor", "currency", "why"} (`minor` None = as worked out again). `way`
    {"way": Way, "book": bool}. `count` {"counted": [Counted], "finished": bool}: None = what was scanned. `paid`
    {"minor", "currency", "note"}. `replace` {"number"}: the new goods may leave, or a person sent them under this
    number. `lines` {"wishes": [Wish]}: other rows are meant. `errand` {"errand": id}: a carrier or a warehouse told
    something. `tracked` {"shipment": id}: a parcel of the deal turns back, or moves on. `note` {"text"}. `read`: what
    the returns of the deal are judged by is read anew, nothing else.

    Any of them may carry `store.robot_answers.WAITS`: a workflow that is told what became of it."""

    BEGIN = "begin"
    MOVE = "move"
    OVERRIDE = "override"
    OUTCOME = "outcome"
    AGREE = "agree"
    WAY = "way"
    COUNT = "count"
    PAID = "paid"
    REPLACE = "replace"
    LINES = "lines"
    ERRAND = "errand"
    TRACKED = "tracked"
    NOTE = "note"
    READ = "read"


@dataclass(frozen=True, slots=True)
class Wanted:
    """`return_id` None with `begin` and `tracked`. `key` names the press or the fact. `by` is a user of the portal, 0 =
    none; `source` the system, robot or page that it comes from."""

    kind: ActKind
    key: str
    actor: Actor
    deal_id: int
    return_id: int | None = None
    given: Mapping[str, Any] = field(default_factory=dict)
    by: int = 0
    name: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    """An act as it stands. `problems`: why it was refused. `return_id` is the one that it began, once it has."""

    id: int
    wanted: Wanted
    at: datetime
    state: ActState
    problems: tuple[Problem, ...] = ()
    done_at: datetime | None = None


def ask(
    session: Session, portal_id: int, wanted: Wanted, *, now: datetime, trace_id: str, people: bool = False
) -> LaneRef | None:
    """Keeps it and asks the portal's lane for it; None = this key was taken already. Wake the lane after the commit.
    Raises ValueError without a key."""
    if not wanted.key:
        raise ValueError("an act without a key cannot be told from the next one")
    row = {
        "portal_id": portal_id, "return_id": wanted.return_id, "deal_id": wanted.deal_id, "key": wanted.key,
        "kind": wanted.kind, "given": dump(wanted.given), "actor": wanted.actor, "by": wanted.by,
        "name": wanted.name[:MAX_NAME], "source": wanted.source[:64], "at": now, "state": ActState.WAITING,
        "result": {},
    }  # fmt: skip
    if not insert_new(session, ReturnAct, [row], ["portal_id", "key"]):
        return None
    mine = select(ReturnAct.id).where(ReturnAct.portal_id == portal_id, ReturnAct.key == wanted.key)
    act_id, lane = session.scalars(mine).one(), portal_lane(session, portal_id)
    inbox.append(session, lane.id, InboxKind.RETURN, str(act_id), {}, now=now, trace_id=trace_id, people=people)
    return lane


def get(session: Session, portal_id: int, act_id: int) -> Act | None:
    row = session.scalar(select(ReturnAct).where(ReturnAct.portal_id == portal_id, ReturnAct.id == act_id))
    return _act(row) if row is not None else None


def by_key(session: Session, portal_id: int, key: str) -> Act | None:
    row = session.scalar(select(ReturnAct).where(ReturnAct.portal_id == portal_id, ReturnAct.key == key))
    return _act(row) if row is not None else None


def latest(session: Session, portal_id: int, *, return_id: int = 0, deal_id: int = 0, limit: int = 20) -> list[Act]:
    """The newest acts of a return, or of a deal's returns, newest first."""
    mine = select(ReturnAct).where(ReturnAct.portal_id == portal_id)
    mine = mine.where(ReturnAct.return_id == return_id) if return_id else mine.where(ReturnAct.deal_id == deal_id)
    return [_act(row) for row in session.scalars(mine.order_by(ReturnAct.id.desc()).limit(limit))]


def finish(
    session: Session, portal_id: int, act_id: int, now: datetime, return_id: int | None, problems: tuple[Problem, ...]
) -> None:
    """It was carried out, or refused with these problems; a workflow that waits for it is told. Raises
    NoResultFound."""
    row = session.scalars(select(ReturnAct).where(ReturnAct.portal_id == portal_id, ReturnAct.id == act_id)).one()
    row.state = ActState.REFUSED if problems else ActState.DONE
    row.result, row.done_at = {"problems": dump(problems)}, now
    row.return_id = return_id if return_id is not None else row.return_id
    session.flush()
    waits = row.given.get(robot_answers.WAITS)
    if waits:
        trace_id = new_trace_id()
        robot_answers.queue(session, portal_id, row.deal_id, waits, row.return_id, problems, now=now, trace_id=trace_id)


def give_up(session: Session, portal_id: int, now: datetime) -> None:
    """The portal left: what was not carried out by then never will be. Left waiting, it would keep its return waiting
    for good, should the portal come back."""
    problems = dump((Problem("return_portal_left", Field.NONE, Who.MANAGER),))
    mine = update(ReturnAct).where(ReturnAct.portal_id == portal_id, ReturnAct.state == ActState.WAITING)
    changed(session, mine.values(state=ActState.REFUSED, result={"problems": problems}, done_at=now))


def _act(row: ReturnAct) -> Act:
    wanted = Wanted(
        ActKind(row.kind), row.key, Actor(row.actor), row.deal_id, row.return_id, row.given, row.by, row.name,
        row.source,
    )  # fmt: skip
    problems = tuple(Problem.from_json(each) for each in row.result.get("problems", ()))
    return Act(row.id, wanted, row.at, ActState(row.state), problems, row.done_at)
