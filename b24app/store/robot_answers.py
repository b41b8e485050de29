"""What a workflow of the portal is told that waits for one of our robots: one outbox row for each of its tokens, ever.

A token lets a workflow go on once, so it is sealed, here and in the act that it belongs to."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from b24app.flows.decisions import Text
from b24app.logistics.jsonable import Jsonable
from b24app.logistics.problem import Problem
from b24app.store import deals, outbox
from b24app.store.comments import comment
from b24app.store.crypto import seal, unseal
from b24app.store.lanes import LaneRef
from b24app.store.models import GoodsReturn, Portal
from b24app.store.notices import notice
from b24app.store.outbox import ToPortal
from b24app.words import say, say_problem

#: Kind of an outbox row, and the name in `ReturnAct.given` under which an act keeps by which workflow it was wished.
KIND, WAITS = "robot_answer", "robot"


@dataclass(frozen=True, slots=True)
class RobotAnswer(Jsonable):
    """What the robot gives back: a return's number and stage (empty = there is none), and why it did not work, in words
    and as the `code` of the first thing, which stays the same in any language. One of a deal's delivery gives `more` by
    its own names instead of the first two, and says itself what the workflow's `log` reads."""

    token: str
    number: str = ""
    stage: str = ""
    problem: str = ""
    more: Mapping[str, str] | None = None
    log: str = ""
    code: str = ""

    @property
    def values(self) -> dict[str, str]:
        first = {"number": self.number, "stage": self.stage} if self.more is None else dict(self.more)
        return {**first, "problem": self.problem, "problem_code": self.code}


def queue(
    session: Session,
    portal_id: int,
    deal_id: int,
    waits: Mapping[str, Any],
    return_id: int | None,
    problems: Sequence[Problem],
    *,
    now: datetime,
    trace_id: str,
) -> LaneRef:
    """Of a robot of returns: the workflow is told what became of its wish, and the portal's people why it did not work
    (as `told`). `waits`: `{"token", "key", "robot", "quiet", "bell"}`, the token empty where nobody waits, `robot` its
    name. Wake the lane after the commit."""
    portal = session.get_one(Portal, portal_id)
    mine = session.get(GoodsReturn, return_id) if return_id is not None else None
    mine = mine if mine is not None and mine.portal_id == portal_id else None
    number, stage = (mine.number, mine.stage) if mine is not None else ("", "")
    refused = said(problems, portal.language)
    things: list[ToPortal] = []
    if refused and deal_id and not waits["quiet"]:
        robot, bell = str(waits["robot"]), bool(waits["bell"])
        things += _trouble(session, portal, deal_id, str(waits["key"]), robot, refused, bell=bell)
    if waits["token"]:
        # What did begin may have something open: why it was not approved, an article that the deal does not have.
        left = [Problem.from_json(each) for each in mine.problems] if mine is not None else []
        told = list(problems) or left
        answer = RobotAnswer(str(waits["token"]), number, stage, said(told, portal.language), code=code_of(told))
        things.append(_thing(session, portal_id, deal_id, str(waits["key"]), answer))
    return outbox.add(session, portal_id, things, now=now, trace_id=trace_id)


def told(
    session: Session,
    portal: Portal,
    deal_id: int,
    key: str,
    answer: RobotAnswer,
    robot: str,
    *,
    quiet: bool,
    bell: bool,
    now: datetime,
    trace_id: str,
) -> LaneRef:
    """Of a robot of a deal's delivery: the workflow is told `answer` (nobody where its token is empty), and the deal's
    timeline why `robot`, by its name, did not work, unless it is to be `quiet`; with `bell` the deal's responsible
    person, too, once we know who that is. Wake the lane after the commit."""
    things: list[ToPortal] = []
    if answer.problem and deal_id and not quiet:
        things += _trouble(session, portal, deal_id, key, robot, answer.problem, bell=bell)
    if answer.token:
        things.append(_thing(session, portal.id, deal_id, key, answer))
    return outbox.add(session, portal.id, things, now=now, trace_id=trace_id)


def _trouble(
    session: Session, portal: Portal, deal_id: int, key: str, robot: str, problem: str, *, bell: bool
) -> list[ToPortal]:
    said = {"robot": robot, "problem": problem}
    text = Text("robot.refused", said, f"robot:{key}")
    ring = _ring(session, portal, deal_id, key, said) if bell else None
    return [comment(portal.id, deal_id, text, portal.language), *([ring] if ring is not None else [])]


def _ring(session: Session, portal: Portal, deal_id: int, key: str, said: Mapping[str, str]) -> ToPortal | None:
    deal = deals.states(session, portal.id, [deal_id]).get(deal_id)
    if deal is None or not deal.assigned_by:
        return None
    words = say("notice.robot", portal.language, deal=deal.title or f"№ {deal_id}", **said)
    return notice(portal.id, deal_id, deal.assigned_by, f"robot:{key}", words)


def _thing(session: Session, portal_id: int, deal_id: int, key: str, answer: RobotAnswer) -> ToPortal:
    sealed = seal(_engine(session), json.dumps(answer.to_json(), ensure_ascii=False))
    return ToPortal(deal_id, KIND, f"robot:{portal_id}:{key}", {"sealed": sealed})


def said(problems: Sequence[Problem], lang: str) -> str:
    """All of it, in words."""
    return " ".join(say_problem(each, lang) for each in problems)


def code_of(problems: Sequence[Problem]) -> str:
    """Of the first: what a rule looks at to do one thing or another."""
    return problems[0].code if problems else ""


def opened(session: Session, payload: Mapping[str, Any]) -> RobotAnswer:
    """Raises NoKeyError."""
    return RobotAnswer.from_json(json.loads(unseal(_engine(session), payload["sealed"])))


def _engine(session: Session) -> Engine:
    bind = session.get_bind()
    return bind if isinstance(bind, Engine) else bind.engine
