"""Robots of a deal's delivery, from the call to the answer: each becomes what a person's press leaves in the tab, and
its workflow goes on when that is done or refused, at the latest after a day.

No call of the portal here: what is asked for is carried out where it always is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from b24app.bitrix24.names import DEAL
from b24app.bitrix24.robots import BELL, CANCEL, CREATE, LABEL, POINT, QUIET, QUOTE, TROUBLE, RobotCall
from b24app.flows.automation import Automation
from b24app.lanes.slices import Slice
from b24app.logistics.problem import Field, Problem, Who
from b24app.runners.portal import robot_cancel, robot_create, robot_label, robot_point, robot_quote
from b24app.runners.portal.robot_scene import RefusedError, Robot, Scene, Values
from b24app.runners.services import Services
from b24app.store import audit, automation_use, inbox, portals, robot_answers, robot_wishes
from b24app.store.audit import Act
from b24app.store.engine import session_scope
from b24app.store.inbox import Claimed
from b24app.store.lanes import LaneRef
from b24app.store.models import Portal, RobotWish
from b24app.store.robot_answers import RobotAnswer
from b24app.words import say

ROBOTS: Mapping[str, Robot] = {
    QUOTE: robot_quote.ROBOT,
    POINT: robot_point.ROBOT,
    CREATE: robot_create.ROBOT,
    LABEL: robot_label.ROBOT,
    CANCEL: robot_cancel.ROBOT,
}


def begin(
    services: Services, session: Session, portal: Portal, key: str, call: RobotCall, now: datetime, trace_id: str
) -> set[LaneRef]:
    """One call becomes a wish, once however often it is told; the lanes to wake after the commit."""
    if call.entity != DEAL:
        scene = Scene(services, session, portal, call, key, now, trace_id)
        return {_answer(scene, {}, [Problem("robot_place_deals", Field.NONE, Who.ADMIN)])}
    wish = robot_wishes.begin(session, portal.id, key, call.item, call.code, call.to_json(), now, trace_id)
    if wish is None:
        return set()
    audit.write(session, portal.id, Act.ROBOT, now, deal_id=call.item, detail={"title": name_of(portal, call.code)})
    scene = Scene(services, session, portal, call, key, now, trace_id)
    if call.code in Automation.of(portal.settings).off:
        _close(scene, wish, {}, [Problem("robot_off", Field.NONE, Who.ADMIN)])
        return scene.wake
    try:
        ROBOTS[call.code].begin(scene)
    except RefusedError as refused:
        _close(scene, wish, {}, refused.problems)
    else:
        wish.memory = scene.memory
    return scene.wake


def serving(services: Services) -> Callable[[Slice, Sequence[Claimed]], None]:
    """A chore for rows of kind `robot_wish`."""

    def serve(slice_: Slice, rows: Sequence[Claimed]) -> None:
        for row in rows:
            if slice_.time_left() <= 0:
                return
            now = services.clock.now()
            with session_scope(slice_.sessions) as session:
                slice_.check(session)
                portal = portals.get(session, slice_.portal_id)
                wish = robot_wishes.get(session, portal.id, int(row.key))
                wake = _look(services, session, portal, wish, now) if wish is not None else set()
                if wish is None or wish.done_at is not None:
                    inbox.close(session, slice_, row.ids, now)
                else:
                    inbox.defer(session, slice_, row.ids, now + robot_wishes.pause(wish.looks))
            for lane in wake:
                services.waker.wake(lane)

    return serve


def _look(services: Services, session: Session, portal: Portal, wish: RobotWish, now: datetime) -> set[LaneRef]:
    if wish.done_at is not None:
        return set()
    call = RobotCall.from_json(wish.call)
    scene = Scene(services, session, portal, call, wish.key, now, wish.trace_id, dict(wish.memory))
    values: Values | None = None
    problems: Sequence[Problem] = ()
    robot = ROBOTS.get(wish.code)
    if robot is None:  # of a release that knew another one: nobody can answer it
        robot_wishes.close(wish, now)
        return set()
    try:
        values = robot.look(scene)
    except RefusedError as refused:
        problems = refused.problems
    if values is None and not problems and now >= wish.until:
        problems = [Problem("robot_late", Field.NONE, Who.ADMIN)]
    if values is None and not problems:
        wish.memory, wish.looks = scene.memory, wish.looks + 1
    else:
        _close(scene, wish, values or {}, problems)
    return scene.wake


def _close(scene: Scene, wish: RobotWish, values: Values, problems: Sequence[Problem]) -> None:
    scene.wake.add(_answer(scene, values, problems))
    robot_wishes.close(wish, scene.now)


def _answer(scene: Scene, values: Values, problems: Sequence[Problem]) -> LaneRef:
    portal, call = scene.portal, scene.call
    said, code = robot_answers.said(problems, portal.language), robot_answers.code_of(problems)
    automation_use.note(scene.session, portal.id, call.code, scene.now, trouble=said)
    robot = ROBOTS[call.code]
    log = "" if said else say(robot.log, portal.language, **values)
    answer = RobotAnswer(call.token if call.waits else "", problem=said, more=robot.every(values), log=log, code=code)
    name = name_of(portal, call.code)
    deal_id = scene.deal_id if call.entity == DEAL else 0
    heard = scene.given(TROUBLE)
    who: Any = {"quiet": heard == QUIET, "bell": heard == BELL, "now": scene.now, "trace_id": scene.trace_id}
    return robot_answers.told(scene.session, portal, deal_id, scene.key, answer, name, **who)


def name_of(portal: Portal, code: str) -> str:
    """As the portal's people know the robot."""
    return say(f"robot.name.{code}", portal.language)
