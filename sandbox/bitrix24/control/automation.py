"""The portal's automation by control: its rules and what became of them, and the app's robots one by one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask

from sandbox.bitrix24.events import robots
from sandbox.bitrix24.state.automation import STOPPED, WAITS, Run
from sandbox.bitrix24.state.portal import Portal

from .deals import item_of
from .designer import designed
from .given import body, number, portal_of


def add_routes(app: Flask, portals: Mapping[str, Portal]) -> None:
    _add_rules(app, portals)
    _add_robots(app, portals)


def _add_rules(app: Flask, portals: Mapping[str, Portal]) -> None:
    @app.get("/<member_id>/rules")
    def rules(member_id: str) -> dict[str, Any]:
        """The rules, and every flow that one began, oldest first."""
        portal = portal_of(portals, member_id)
        with portal.lock:
            flows = [flow.as_json() for flow in portal.rules.flows.values()]
            return {"rules": [rule.as_json() for rule in portal.rules.rules.values()], "flows": flows}

    @app.post("/<member_id>/rules")
    def add_rule(member_id: str) -> dict[str, Any]:
        """``{"stage" or "trigger", "category"?, "entity_type_id"?: 2, "steps": [{"kind": robot | sms | email | stage,
        "code"?, "properties"?, "when"?}], "later"?}`` -> the rule. What the designer would not offer is refused, but
        for what the app registers ``later``."""
        portal = portal_of(portals, member_id)
        spec = body("stage", "trigger", "category", "entity_type_id", "steps", "later")
        with portal.lock:
            found = designed(portal, spec)
            portal.rules.rules[found.id] = found
            return found.as_json()

    @app.post("/<member_id>/rules/<int:rule>/delete")
    def drop_rule(member_id: str, rule: int) -> dict[str, Any]:
        portal = portal_of(portals, member_id)
        with portal.lock:
            return {"deleted": portal.rules.rules.pop(rule, None) is not None}


def _add_robots(app: Flask, portals: Mapping[str, Portal]) -> None:
    @app.get("/<member_id>/robots")
    def listed(member_id: str) -> dict[str, Any]:
        portal = portal_of(portals, member_id)
        with portal.lock:
            return {"robots": [row.as_json() for row in portal.app.robots.values()]}

    @app.post("/<member_id>/robot")
    def run(member_id: str) -> dict[str, Any]:
        """``{"code", "id", "entity_type_id"?: 2, "properties"?: {}, "wait"?: true}`` -> the workflow's id."""
        portal = portal_of(portals, member_id)
        spec = body("code", "id", "entity_type_id", "properties", "wait")
        kind, item = number(spec, "entity_type_id", 2), number(spec, "id")
        with portal.lock:
            robot = portal.app.robots.get(str(spec.get("code") or ""))
            if robot is None:
                raise ValueError(f"no robot {spec.get('code')}")
            item_of(portal, kind, item)
            given = dict(spec.get("properties") or {})
            return robots.run(portal, robot, kind, item, given, waits=bool(spec.get("wait", True))).as_json()

    @app.get("/<member_id>/workflow/<workflow>")
    def shown(member_id: str, workflow: str) -> dict[str, Any]:
        portal = portal_of(portals, member_id)
        with portal.lock:
            return _run_of(portal, workflow).as_json()

    @app.post("/<member_id>/workflow/<workflow>/send-again")
    def again(member_id: str, workflow: str) -> dict[str, Any]:
        """The queue server delivers the same POST once more."""
        portal = portal_of(portals, member_id)
        with portal.lock:
            found = _run_of(portal, workflow)
            robots.send(portal, portal.app.robots[found.code], found)
            return found.as_json()

    @app.post("/<member_id>/workflow/<workflow>/stop")
    def stop(member_id: str, workflow: str) -> dict[str, Any]:
        """Somebody ends the workflow: nobody waits for the answer any more."""
        portal = portal_of(portals, member_id)
        with portal.lock:
            found = _run_of(portal, workflow)
            found.state = STOPPED if found.state == WAITS else found.state
            return found.as_json()


def _run_of(portal: Portal, workflow: str) -> Run:
    found = next((run for run in portal.app.runs.values() if run.workflow == workflow), None)
    if found is None:
        raise ValueError(f"no workflow {workflow}")
    return found
