"""The automation of deals as an administrator makes it: the app's robots, a form of each, and the app's own page for
its fields beside that form (crm §7.2, `USE_PLACEMENT`)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, redirect, render_template, request
from werkzeug.exceptions import Forbidden, NotFound
from werkzeug.wrappers import Response

from sandbox.bitrix24.control.designer import designed
from sandbox.bitrix24.state.automation import Robot
from sandbox.bitrix24.state.portal import Portal
from sandbox.bitrix24.state.rules import ROBOT

from .look import language
from .session import signed_in

#: What a robot's page is opened as; the documentation names no code.
DIALOG = "BIZPROC_ROBOT"


def add_routes(pages: Blueprint, portal: Portal) -> None:
    @pages.get("/crm/deal/automation/")
    @signed_in
    def automation() -> str:
        return render_template("portal/automation.html", robots=_robots(portal), name_of=named, robot=None)

    @pages.get("/crm/deal/automation/<code>/")
    @signed_in
    def robot_form(code: str) -> str:
        return _form(_robot(portal, code))

    @pages.post("/crm/deal/automation/<code>/")
    @signed_in
    def save(code: str) -> str | Response:
        """The robot, with these fields, in the stage that is named."""
        robot = _robot(portal, code)
        if not g.user.admin:
            raise Forbidden
        given = {name[2:]: value for name, value in request.form.items() if name.startswith("p_") and value}
        steps = [{"kind": ROBOT, "code": code, "properties": given}]
        try:
            with portal.lock:
                rule = designed(portal, {"stage": request.form.get("stage", ""), "steps": steps})
                portal.rules.rules[rule.id] = rule
        except ValueError as problem:
            return _form(robot, str(problem))
        return redirect("/crm/deal/automation/")


def _robots(portal: Portal) -> list[Robot]:
    with portal.lock:
        return list(portal.app.robots.values())


def _robot(portal: Portal, code: str) -> Robot:
    with portal.lock:
        found = portal.app.robots.get(code)
    if found is None:
        raise NotFound
    return found


def _form(robot: Robot, problem: str = "") -> str:
    frame = {"placement": DIALOG, "robot": robot.code, "title": named(robot.name)}
    return render_template(
        "portal/automation.html", robots=[], robot=robot, name_of=named, frame=frame, problem=problem
    )  # fmt: skip


def named(told: Any) -> str:
    """A text, or one for each language."""
    return str(told.get(language()) or next(iter(told.values()), "")) if isinstance(told, dict) else str(told or "")


def options_of(portal: Portal, code: str, values: dict[str, Any]) -> tuple[str, dict[str, Any]] | None:
    """The address of a robot's page and what it is told; None: it has none. ``values``: what stands in its form."""
    robot = portal.app.robots.get(code)
    if robot is None or robot.use_placement != "Y":
        return None
    properties: dict[str, Any] = {
        name: {
            "Id": name, "Type": str(spec.get("TYPE", "string")), "Name": named(spec.get("NAME")),
            "Description": named(spec.get("DESCRIPTION")), "Multiple": False, "Required": spec.get("REQUIRED") == "Y",
            "Options": spec.get("OPTIONS") or "", "Settings": [], "Default": spec.get("DEFAULT") or "",
        }
        for name, spec in robot.properties.items()
    }  # fmt: skip
    return robot.placement_handler, {
        "code": code,
        "activity_name": "A4821_90122_11894_77013",
        "properties": properties,
        "current_values": {name: str(values.get(name) or "") for name in robot.properties},
        "document_type": ["crm", "CCrmDocumentDeal", "DEAL"],
        "document_fields": [],
        "template": {},
    }
