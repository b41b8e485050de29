"""The portal's automation at work: a rule's steps one after another, the results of each in the fields of the next
(crm §7). It runs beside whoever set it off, some moments later, as the portal's queue does."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sandbox.bitrix24.rules import items
from sandbox.bitrix24.state.automation import WAITS, Run
from sandbox.bitrix24.state.portal import Portal
from sandbox.bitrix24.state.rules import DONE, EMAIL, FAILED, ROBOT, RUNNING, SMS, STANDS, Flow, Rule, Step
from sandbox.bitrix24.state.table import Row
from sandbox.bitrix24.state.users import ROBOT as NOBODY

from . import robots, sms

EXPRESSION = re.compile(r"\{=(\w+):([\w.]+)\}")


def entered(portal: Portal, kind: int, item: Row) -> None:
    """An item came to a stage, by whomever."""
    for rule in list(portal.rules.rules.values()):
        if rule.stage and rule.stage == item.get("stageId") and _concerns(rule, kind, item):
            begin(portal, rule, kind, int(item["id"]))


def triggered(portal: Portal, code: str, kind: int, item: Row) -> None:
    """A trigger of the app fired for an item."""
    for rule in list(portal.rules.rules.values()):
        if rule.trigger and rule.trigger == code and _concerns(rule, kind, item):
            begin(portal, rule, kind, int(item["id"]))


def _concerns(rule: Rule, kind: int, item: Row) -> bool:
    return rule.entity_type_id == kind and rule.category in (None, item.get("categoryId"))


def begin(portal: Portal, rule: Rule, kind: int, number: int) -> Flow:
    flow = Flow(rule.id, kind, number)
    portal.rules.flows[flow.id] = flow
    portal.note("rule.started", flow.id, rule=rule.id, entity_type_id=kind, item=number)
    _soon(portal, flow)
    return flow


def _soon(portal: Portal, flow: Flow) -> None:
    switches = portal.switches
    delay = portal.events.chance(switches.event_delay_min, switches.event_delay_max)
    portal.hub.timers.at(portal.hub.clock.time() + delay, lambda: go(portal, flow.id))


def go(portal: Portal, flow_id: str) -> None:
    """Steps up to the first that makes the flow stand still."""
    with portal.lock:
        flow = portal.rules.flows.get(flow_id)
        rule = portal.rules.rules.get(flow.rule) if flow is not None else None
        if flow is None or flow.state != RUNNING:
            return
        while rule is not None and flow.at < len(rule.steps):
            try:
                going = _do(portal, flow, rule.steps[flow.at])
            except ValueError as problem:
                _end(portal, flow, FAILED, str(problem))
                return
            if not going:
                flow.state = STANDS
                return
            flow.at += 1
        _end(portal, flow, DONE, "")


def _end(portal: Portal, flow: Flow, state: str, why: str) -> None:
    flow.state = state
    if why:
        flow.log.append(why)
    portal.note("rule.ended", flow.id, rule=flow.rule, state=state, why=why, results=flow.results)


def answered(portal: Portal, run: Run) -> None:
    """A robot of the app answered: the flow that stands still for it goes on with its results."""
    flow = portal.rules.flows.get(run.workflow)
    if flow is None or flow.state != STANDS:
        return
    flow.results[f"A{flow.at + 1}"] = dict(run.values)
    flow.log += run.log
    flow.at, flow.state = flow.at + 1, RUNNING
    _soon(portal, flow)


def _do(portal: Portal, flow: Flow, step: Step) -> bool:
    """False = the flow stands still. Raises ValueError for what the portal refuses."""
    item = portal.crm.tables[flow.kind].get(flow.number)
    if item is None:
        raise ValueError(f"item {flow.number} is gone")
    if step.when and not filled(portal, flow, item, step.when).strip():
        return True
    given = {key: filled(portal, flow, item, value) for key, value in step.properties.items()}
    if step.kind == ROBOT:
        return _robot(portal, flow, step, given)
    if step.kind == SMS:
        sms.send(portal, step.code, flow.kind, flow.number, given["phone"], given["text"], workflow=flow.id)
    elif step.kind == EMAIL:
        portal.note(
            "email.sent", flow.number, to=given.get("to", ""), subject=given.get("subject", ""), workflow=flow.id
        )
    else:
        items.change(portal, flow.kind, item, {"stageId": given["stage"]}, NOBODY, via="automation")
    return True


def _robot(portal: Portal, flow: Flow, step: Step, given: Mapping[str, Any]) -> bool:
    robot = portal.app.robots.get(step.code)
    if robot is None:
        raise ValueError(f"robot {step.code} is gone")
    run = robots.run(portal, robot, flow.kind, flow.number, given, waits=True, workflow=flow.id)
    return run.state != WAITS


def filled(portal: Portal, flow: Flow, item: Row, text: Any) -> str:
    """A field's text with its expressions; one without a value is empty."""

    def value(found: re.Match[str]) -> str:
        where, name = found.group(1), found.group(2)
        if where == "Document":
            return _of_document(portal, item, name)
        return str(flow.results.get(where, {}).get(name, ""))

    return EXPRESSION.sub(value, str(text))


def _of_document(portal: Portal, item: Row, name: str) -> str:
    if name.startswith("CONTACT."):
        contact = portal.crm.tables[3].get(item.get("contactId") or 0) or {}
        kind = name.removeprefix("CONTACT.")
        return next((str(row["value"]) for row in contact.get("fm") or () if row["typeId"] == kind), "")
    known = {key.upper(): key for key in item}
    found = item.get(known.get(name.upper(), ""), "")
    return "" if found is None else str(found)
