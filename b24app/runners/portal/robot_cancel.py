"""The robot «Cancel shipment»: what the tab's button leaves, and its answer when the carrier has decided."""

from __future__ import annotations

from b24app.logistics.problem import Field, Problem
from b24app.logistics.status import Status
from b24app.runners.portal.robot_scene import RefusedError, Robot, Scene, Values
from b24app.store import intents, robot_wishes, shipments
from b24app.store.models import InboxKind, IntentState, Shipment

_CANCEL = "cancel"
_OVER = (IntentState.REFUSED, IntentState.DEAD, IntentState.OBSOLETE, IntentState.DROPPED)


def begin(scene: Scene) -> None:
    rows = scene.speaking()
    live = [row for row in rows if Status(row.status).is_live]
    last = live[-1] if live else rows[-1] if rows else None
    if last is None:
        raise RefusedError(Problem("robot_no_order", Field.ORDER))
    if not live and Status(last.status) is not Status.CANCELLED:
        raise RefusedError(_refused(scene, last))
    # The newest of all legs, as the button takes it.
    newest = [row for row in scene.owned() if Status(row.status).is_live][-1:] or [last]
    calls = intents.of_shipments(scene.session, scene.portal.id, [newest[0].id], (_CANCEL,)).get(newest[0].id, [])
    scene.memory |= {"shipment": newest[0].id, "calls": len(calls)}
    if live:
        ask = (InboxKind.CANCEL, scene.deal_id, scene.key, scene.now, scene.trace_id)
        scene.wake.add(robot_wishes.ask(scene.session, scene.portal.id, *ask))


def look(scene: Scene) -> Values | None:
    if robot_wishes.is_waiting(scene.session, scene.portal.id, InboxKind.CANCEL, scene.deal_id):
        return None
    mine = int(scene.memory["shipment"])
    row = shipments.by_ids(scene.session, scene.portal.id, [mine]).get(mine)
    if row is None:
        raise RefusedError(Problem("robot_no_order", Field.ORDER))
    if Status(row.status) is Status.CANCELLED:
        return {"state": scene.status(row), "state_code": row.status}
    if not Status(row.status).is_live:
        raise RefusedError(_refused(scene, row))
    calls = intents.of_shipments(scene.session, scene.portal.id, [mine], (_CANCEL,)).get(mine, [])
    if not calls or (len(calls) > int(scene.memory["calls"]) and calls[-1].state in _OVER):
        raise RefusedError(_refused(scene, row, calls[-1].last_error or "" if calls else ""))
    return None


def _refused(scene: Scene, row: Shipment, words: str = "") -> Problem:
    params = {"number": row.order_number or row.number, "status": scene.status(row)}
    return Problem("robot_not_cancelled", Field.ORDER, their_text=words[:300], params=params)


RESULTS = ("state", "state_code")
ROBOT = Robot(begin, look, RESULTS, "robot.log_cancel")
