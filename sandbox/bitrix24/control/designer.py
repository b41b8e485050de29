"""A rule as the portal's designer lets an administrator make it; everything else is a ValueError."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.bitrix24.events.automation import EXPRESSION
from sandbox.bitrix24.state.portal import Portal
from sandbox.bitrix24.state.rules import EMAIL, KINDS, ROBOT, SMS, Rule, Step

from .given import number

_FIELDS = {SMS: {"phone", "text"}, EMAIL: {"to", "subject", "text"}, "stage": {"stage"}}


def designed(portal: Portal, spec: Mapping[str, Any]) -> Rule:
    """``later``: the app is not installed yet, and what it will register is taken on trust."""
    later = bool(spec.get("later"))
    kind = number(spec, "entity_type_id", 2)
    category = number(spec, "category") if spec.get("category") is not None else None
    stage, trigger = str(spec.get("stage") or ""), str(spec.get("trigger") or "")
    if bool(stage) == bool(trigger):
        raise ValueError("a rule begins with a stage or with a trigger")
    if trigger and trigger not in portal.app.triggers and not later:
        raise ValueError(f"no trigger {trigger}")
    if stage:
        known = portal.crm.categories.get(kind, {})
        places = [category] if category is not None else list(known)
        if not any(portal.crm.stage(kind, place, stage) for place in places):
            raise ValueError(f"no stage {stage}")
    steps: list[Step] = []
    for each in spec.get("steps") or ():
        steps.append(_step(portal, each, steps, later=later))
    if not steps:
        raise ValueError("a rule has steps")
    return Rule(next(portal.rules.ids), kind, category, stage, trigger, steps)


def _step(portal: Portal, spec: Mapping[str, Any], before: Sequence[Step], *, later: bool) -> Step:
    step = Step(str(spec.get("kind")), str(spec.get("code") or ""), dict(spec.get("properties") or {}))
    step.when = str(spec.get("when") or "")
    if step.kind not in KINDS:
        raise ValueError(f"no step {step.kind}")
    if step.kind == ROBOT:
        robot = portal.app.robots.get(step.code)
        if robot is None:
            raise ValueError(f"no robot {step.code}")
        known = set(robot.properties)
    else:
        known = _FIELDS[step.kind]
    if step.kind == SMS and step.code not in portal.app.senders and not later:
        raise ValueError(f"no sender {step.code}")
    if strange := set(step.properties) - known:
        raise ValueError(f"{step.kind} has no fields {', '.join(sorted(strange))}")
    if step.kind in (SMS, "stage") and (missing := known - set(step.properties)):
        raise ValueError(f"{step.kind} needs {', '.join(sorted(missing))}")
    for text in (*step.properties.values(), step.when):
        _check(portal, str(text), before)
    return step


def _check(portal: Portal, text: str, before: Sequence[Step]) -> None:
    """Results are those of robots that come earlier, by the names they were registered with."""
    for where, name in EXPRESSION.findall(text):
        if where == "Document":
            continue
        at = int(where[1:]) if where[:1] == "A" and where[1:].isdigit() else 0
        robot = portal.app.robots.get(before[at - 1].code) if 0 < at <= len(before) else None
        if robot is None or name not in robot.returns:
            raise ValueError(f"nothing gives {{={where}:{name}}}")
