"""What the portal's own automation has of us: which triggers fire, which robots are there (or why not), when each was
last used, and how to use them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from b24app.bitrix24.features import Feature, has
from b24app.bitrix24.robots import MOVE, OF_DEALS, START
from b24app.flows.automation import KEY, WHATS, Automation, code_of
from b24app.flows.messages.moments import Moment
from b24app.flows.messages.rules import Channel, MessageRules
from b24app.frames import parts as page_parts
from b24app.frames.formats import Formats
from b24app.frames.session import PageSession
from b24app.store import audit as audit_store
from b24app.store import automation_use, portal_settings, portals, robots, triggers
from b24app.store.audit import Act
from b24app.store.faces.portal import PortalFacts
from b24app.store.lanes import LaneRef
from b24app.store.models import AutomationUse, InstallStep
from b24app.store.part_looks import look_again
from b24app.words import say
from placements.app.desk import Desk
from placements.app.saving import audit
from placements.app.section import Group, Section

BOX = "parts/app_automation.html"
ROBOTS = (*OF_DEALS, START, MOVE)
STEPS = (triggers.STEP, robots.STEP)
_RETURNS = tuple(moment.value for moment in Moment if moment.of_return)
_GROUPS = {"parcels": tuple(what for what in WHATS if what not in _RETURNS), "returns": _RETURNS}
SKIPPED, FAILED, DONE = "skipped", "failed", "done"


@dataclass(frozen=True, slots=True)
class Line:
    """A trigger or a robot. `used`: when it last worked, in words ("" = never), `trouble`: why it did not the last
    time. `by_message`: the messages fire it at this moment, whatever is set here."""

    value: str
    name: str
    on: bool
    used: str
    trouble: str = ""
    by_message: bool = False


@dataclass(frozen=True, slots=True)
class Registered:
    """How one half stands in the portal: `state` there | off (the portal has not granted what it takes) | refused |
    waiting. `said` are the portal's own words."""

    state: str
    said: str = ""


def view(desk: Desk, who: PageSession, facts: PortalFacts) -> Mapping[str, Any]:
    formats = desk.formats(who)
    used = desk.read(lambda session: automation_use.of_portal(session, who.portal_id))
    setting, granted = Automation.of(facts.settings), facts.portal.scopes or ()
    rules = MessageRules.of(facts.settings)
    return {
        "groups": [
            (group, [_trigger(what, setting, rules, used.get(code_of(what)), formats) for what in whats])
            for group, whats in _GROUPS.items()
        ],
        "robots": [_robot(code, setting, used.get(code), formats) for code in ROBOTS],
        "triggers_there": _standing(facts.step(triggers.STEP), granted=True),
        "robots_there": _standing(facts.step(robots.STEP), granted=has(Feature.ROBOTS, granted)),
    }


def _trigger(what: str, setting: Automation, rules: MessageRules, use: AutomationUse | None, formats: Formats) -> Line:
    name = say(f"trigger.{what}", formats.lang).removeprefix("Waybill: ").capitalize()
    return Line(what, name, setting.fires(what), *_use(use, formats), by_message=_by_message(rules, what))


def _robot(code: str, setting: Automation, use: AutomationUse | None, formats: Formats) -> Line:
    return Line(code, say(f"robot.name.{code}", formats.lang), code not in setting.off, *_use(use, formats))


def _use(use: AutomationUse | None, formats: Formats) -> tuple[str, str]:
    t = formats.words
    if use is None:
        return "", ""
    used = t("automation.used", when=formats.moment(use.used_at), n=use.count) if use.used_at else ""
    said = t("automation.maybe") if use.trouble == automation_use.MAYBE else use.trouble
    when = formats.moment(use.trouble_at) if use.trouble_at else ""
    return used, t("automation.trouble", when=when, said=said) if said else ""


def _by_message(rules: MessageRules, what: str) -> bool:
    """Whether messages of any pipeline go by this trigger."""
    if what not in set(Moment) or not rules.on:
        return False
    plans = (by_moment.get(Moment(what)) for by_moment in rules.plans.values())
    return any(plan is not None and plan.on and Channel.TRIGGER in plan.channels for plan in plans)


def _standing(step: InstallStep | None, *, granted: bool) -> Registered:
    if not granted:
        return Registered("off")
    why, _, said = (step.words if step is not None else "").partition("|")
    if step is None or step.state not in (DONE, FAILED):
        return Registered("waiting")
    return Registered("refused", said) if step.state == FAILED or why == SKIPPED else Registered("there")


def routes(bp: Blueprint, desk: Desk) -> None:
    def save_automation() -> Response:
        """Both cards at once: a switch that is not sent is off."""
        who, now = desk.who(), desk.parts.clock.now()
        on, working = set(request.form.getlist("on")), set(request.form.getlist("robot"))
        after = Automation(
            tuple(what for what in WHATS if what in on), tuple(code for code in OF_DEALS if code not in working)
        )

        def store(session: Session) -> None:
            portal = portals.get(session, who.portal_id)
            before, lang = Automation.of(portal.settings), portal.language
            portal_settings.merge(session, who.portal_id, **{KEY: after.to_json()})
            changes = audit_store.compared(_told(before, lang), _told(after, lang))
            audit(session, who, Act.AUTOMATION, now, changes=changes)

        desk.write(store)
        return desk.fragment(who, BOX, **view(desk, who, desk.facts(who)), saved=True)

    def register_again() -> Response:
        """Triggers and robots are looked at, and put right, now."""
        who, now = desk.who(), desk.parts.clock.now()
        asked: list[LaneRef] = []

        def ask(session: Session) -> LaneRef | None:
            audit(session, who, Act.REREAD, now)
            asked.extend(look_again(session, who.portal_id, step, now, page_parts.trace()) for step in STEPS)
            return asked[0]

        desk.write(ask)
        return desk.fragment(who, BOX, **view(desk, who, desk.facts(who)))

    bp.post("/app/automation")(save_automation)
    bp.post("/app/automation/again")(register_again)


def _told(setting: Automation, lang: str) -> dict[str, Any]:
    """As the audit tells it."""
    return {
        "triggers": [say(f"trigger.{what}", lang) for what in setting.triggers],
        "robots_off": [say(f"robot.name.{code}", lang) for code in setting.off],
    }


SECTION = Section("automation", Group.MORE, "refresh", view, routes=routes)
