"""What the portal's clients are told of their parcels and returns: set up step by step once, then seen at a glance. A
page of the set-up; its parts: the wizard (`messages_wizard`), one moment with its texts (`messages_text`), a try on a
real deal (`messages_try`), who wants to hear nothing (`messages_stops`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, request

from b24app.flows.messages.rules import EVERY, Channel, MessageRules
from b24app.frames.session import PageSession
from b24app.store import message_stats
from b24app.store.audit import Act
from b24app.store.faces.portal import PortalFacts
from placements.app import (
    messages_automation,
    messages_stops,
    messages_text,
    messages_try,
    messages_wizard,
)
from placements.app import messages_rules as rules_of
from placements.app.desk import Desk
from placements.app.messages_form import SendingForm, read_sending, sending_form
from placements.app.messages_room import Room
from placements.app.messages_sending import keep_sending, sending_context
from placements.app.messages_text import Edited
from placements.app.messages_view import numbers, rows, scopes, ways
from placements.app.section import Group, Section

#: Days of the numbers.
DAYS = 30


def view(desk: Desk, who: PageSession, facts: PortalFacts) -> Mapping[str, Any]:
    room = Room(desk, who, facts)
    if room.step:
        return messages_wizard.context(room, room.step)
    return overview(room, EVERY)


def overview(
    room: Room, scope: str, sending: SendingForm | None = None, *, wrong: str = "", saved: str = ""
) -> dict[str, Any]:
    """Everything at a glance, of one pipeline or of all. `wrong`, `saved`: keys of the `messages.says.*` words."""
    rules, desk = room.rules, room.desk
    since = desk.parts.clock.now() - timedelta(days=DAYS)
    found = desk.read(lambda session: message_stats.since(session, room.who.portal_id, since))
    return {
        "screen": "overview",
        "on": rules.on,
        "scopes": scopes(rules, scope, room.pipelines, room.formats),
        "scope": rules_of.name_of(scope),
        "scope_name": room.scope_name(scope),
        "is_own": scope != EVERY and scope in rules.plans,
        "parcels": rows(rules, scope, room.who.lang, returns=False),
        "returns": rows(rules, scope, room.who.lang, returns=True),
        "ways": ways(room.ground, rules, room.formats),
        "numbers": numbers(found),
        "days": DAYS,
        "wrong": wrong,
        "saved": saved,
        **sending_context(room, sending),
        **messages_automation.context(room, scope),
        **messages_stops.context(room),
        **messages_try.context(room),
    }


def routes(bp: Blueprint, desk: Desk) -> None:
    def messages_shown() -> Response:
        """The overview, of the pipeline `scope`."""
        room = Room.of(desk)
        return room.draw(**overview(room, room.scope(request.args.get("scope", rules_of.ALL))))

    def messages_switch(on: str) -> Response:
        """All messages of the portal, `on` or `off`; switching on ends the wizard."""
        room = Room.of(desk)
        is_on = on == "on"
        if is_on and (wrong := messages_wizard.lacking(room)):
            return room.draw(**_stays(room, wrong))
        act = Act.MESSAGES_ON if is_on else Act.MESSAGES_OFF
        setup = {"done": True} if is_on and room.step else None
        room = room.keep(lambda rules: replace(rules, on=is_on), act, lambda rules: {"enabled": rules.on}, setup=setup)
        return room.draw(**overview(room, EVERY, saved=on))

    def save_messages_sending() -> Response:
        room = Room.of(desk)
        _, form = read_sending(request.form, room.rules, [row.id for row in room.accounts])
        if not form.errors:
            room = keep_sending(room, request.form)
            form = sending_form(room.rules, saved=True)
        return room.draw(**overview(room, EVERY, form))

    def messages_switch_moment(scope: str, moment: str) -> Response:
        room = Room.of(desk)
        at = Edited(room.scope(scope), room.moment(moment), room.who.lang, Channel.SMS)
        is_on = request.form.get("on") == "yes"
        if is_on and not rules_of.plan(room.rules, at.scope, at.moment).channels:
            return room.draw(**messages_text.context(room, at, saved="no_ways"))

        def change(rules: MessageRules) -> MessageRules:
            own = rules_of.plan(rules, at.scope, at.moment)
            return rules_of.with_plan(rules, at.scope, at.moment, replace(own, on=is_on))

        return room.draw(**overview(messages_text.keep_plan(room, at, change), at.scope))

    bp.get("/app/messages")(messages_shown)
    bp.post("/app/messages/<any(on, off):on>")(messages_switch)
    bp.post("/app/messages/sending")(save_messages_sending)
    bp.post("/app/messages/plan/<scope>/<moment>/switch")(messages_switch_moment)
    _scope_routes(bp, desk)
    messages_wizard.routes(bp, desk)
    messages_text.routes(bp, desk)
    messages_try.routes(bp, desk)
    messages_stops.routes(bp, desk)


def _scope_routes(bp: Blueprint, desk: Desk) -> None:
    def messages_own_plans(scope: str) -> Response:
        """A pipeline gets plans of its own, a copy to begin with."""
        room = Room.of(desk)
        chosen, name = room.scope(scope), room.scope_name(room.scope(scope))
        if chosen != EVERY and chosen not in room.rules.plans:
            room = room.keep(lambda rules: rules_of.with_own(rules, chosen), Act.MESSAGE_PIPELINE, _nothing, title=name)
        return room.draw(**overview(room, chosen, saved="own"))

    def messages_common_plans(scope: str) -> Response:
        """A pipeline goes by those of all again."""
        room = Room.of(desk)
        chosen, name = rules_of.scope_of(scope), room.scope_name(rules_of.scope_of(scope))
        if chosen in room.rules.plans and chosen != EVERY:
            room = room.keep(
                lambda rules: rules_of.without_own(rules, chosen), Act.MESSAGE_PIPELINE_OFF, _nothing, title=name
            )
        return room.draw(**overview(room, chosen, saved="common"))

    bp.post("/app/messages/scope/<scope>")(messages_own_plans)
    bp.post("/app/messages/scope/<scope>/off")(messages_common_plans)


def _stays(room: Room, wrong: str) -> dict[str, Any]:
    """Where the person was, with what hinders."""
    if room.step:
        return messages_wizard.context(room, room.step, wrong=wrong)
    return overview(room, EVERY, wrong=wrong)


def _nothing(_: object) -> Mapping[str, Any]:
    return {}


SECTION = Section("messages", Group.MORE, "send", view, routes=routes)
