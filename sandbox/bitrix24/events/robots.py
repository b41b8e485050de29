"""Running a robot of the app: the portal's queue server POSTs its handler, once (crm §7.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.bitrix24.state.automation import WAITS, WENT_ON, Robot, Run
from sandbox.bitrix24.state.install import Install
from sandbox.bitrix24.state.portal import Portal
from sandbox.bitrix24.wire import encode
from sandbox.kernel.push import Push, Result

from . import payload
from .delivery import FORM

_DEAL, _DYNAMIC = "CCrmDocumentDeal", r"Bitrix\Crm\Integration\BizProc\Document\Dynamic"


def document_of(kind: int, number: int) -> tuple[str, str, str]:
    """The triple of a deal or of an item of a smart process (§0.7)."""
    return ("crm", _DEAL, f"DEAL_{number}") if kind == 2 else ("crm", _DYNAMIC, f"DYNAMIC_{kind}_{number}")


def run(
    portal: Portal,
    robot: Robot,
    kind: int,
    number: int,
    given: Mapping[str, Any],
    *,
    waits: bool,
    workflow: str = "",
) -> Run:
    """Begin a run, of a workflow of its own unless one is named, and send its POST after a while. Raises ValueError for
    properties that the designer would refuse, or a document that the robot's FILTER leaves out."""
    document = document_of(kind, number)
    if not _offered(robot, document, box=portal.box):
        raise ValueError(f"robot {robot.code} is not offered for {document[2]}")
    # Only what is said to wait does: an unset USE_SUBSCRIPTION is documented both ways (§7.2).
    state = WAITS if waits and robot.subscription == "Y" else WENT_ON
    found = Run(robot.code, document, _values(robot, given), state)
    found.workflow = workflow or found.workflow
    portal.app.runs[found.token] = found
    portal.note("robot.started", found.workflow, code=robot.code, document=document[2], properties=found.properties)
    switches = portal.switches
    delay = portal.events.chance(switches.event_delay_min, switches.event_delay_max)
    for _ in range(2 if portal.events.chance(0.0, 1.0) < switches.event_duplicate else 1):
        portal.hub.timers.at(portal.hub.clock.time() + delay, lambda: send(portal, robot, found))
    return found


def send(portal: Portal, robot: Robot, found: Run) -> None:
    """One attempt, whatever comes of it."""
    with portal.lock:
        install = portal.app.install
        if install is None or not portal.app.running:
            return
        body = _body(portal, install, robot, found)

    def done(result: Result) -> None:
        portal.note("robot.sent", found.workflow, code=robot.code, status=result.status, error=result.error)

    portal.hub.pusher.send(Push(robot.handler, body, FORM, portal.switches.event_timeout, done))


def _body(portal: Portal, install: Install, robot: Robot, found: Run) -> bytes:
    user = portal.users.get(robot.auth_user)
    token = None
    if user is not None and user.active:
        token = portal.hub.tokens.issue(
            portal.hub.card.client_id, portal.member_id, user.id, install.scope, install.generation
        )
    auth = payload.full_auth(portal, install, token, refresh=True)
    auth |= {"WORKFLOW_ID": found.workflow, "ACTIVITY_NAME": found.activity, "CODE": robot.code}
    module, entity, number = found.document
    whole = {
        "workflow_id": found.workflow,
        "code": robot.code,
        "document_id": [module, entity, number],
        "document_type": [module, entity, number.rpartition("_")[0]],
        "event_token": found.token,
        "properties": found.properties,
        "use_subscription": "Y" if found.state == WAITS else "N",
        "timeout_duration": "0",
        "ts": int(portal.hub.clock.time()),
        "auth": auth,
    }
    return encode(whole).encode()


def _offered(robot: Robot, document: tuple[str, str, str], *, box: bool) -> bool:
    kind = [document[0], document[1], document[2].rpartition("_")[0]]
    edition = "box" if box else "b24"

    def fits(rule: Any) -> bool:
        return rule == edition if isinstance(rule, str) else list(rule) == kind[: len(rule)]

    include, exclude = robot.filter.get("INCLUDE") or (), robot.filter.get("EXCLUDE") or ()
    return (not include or any(fits(rule) for rule in include)) and not any(fits(rule) for rule in exclude)


def _values(robot: Robot, given: Mapping[str, Any]) -> dict[str, Any]:
    """Every property of the robot, null ones as empty text."""
    if strange := sorted(set(given) - set(robot.properties)):
        raise ValueError(f"robot {robot.code} has no properties {', '.join(strange)}")
    found: dict[str, Any] = {}
    for key, spec in robot.properties.items():
        value = given.get(key, spec.get("DEFAULT"))
        options = spec.get("OPTIONS") or {}
        if spec.get("REQUIRED") == "Y" and value in (None, ""):
            raise ValueError(f"property {key} is required")
        if spec.get("TYPE") == "select" and value not in (None, "") and str(value) not in {str(one) for one in options}:
            raise ValueError(f"property {key} has no value {value}")
        if spec.get("TYPE") == "bool" and value not in (None, "", "Y", "N"):
            raise ValueError(f"property {key} is Y or N")
        found[key] = "" if value is None else value
    return found
