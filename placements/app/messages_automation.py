"""What an administrator does in the portal's own automation, which no method can do for them (contracts/bitrix24-crm.md
§7.1): where to go, which of our triggers to choose, which robot to add, and whether it has worked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from b24app.flows.automation import code_of
from b24app.flows.messages.defaults import words_of
from b24app.flows.messages.moments import Moment
from b24app.flows.messages.rules import EVERY, Channel
from b24app.flows.messages.texts import Placeholder, used
from b24app.frames.formats import Formats
from b24app.store import automation_use
from b24app.words import language_of, say
from placements.app import messages_rules as rules_of
from placements.app.messages_room import Room
from placements.app.messages_view import TriggerRow

#: Where the portal's designer of a pipeline's automation is.
_PLACE = "/crm/deal/automation/{category}/"
#: What a robot can say of a deal: our roles of its fields, by what our texts call them.
_ROLES: Mapping[Placeholder, str] = {
    Placeholder.NUMBER: "tracking",
    Placeholder.LINK: "link",
    Placeholder.ADDRESS: "address",
    Placeholder.POINT: "point_code",
}


def context(room: Room, scope: str) -> dict[str, Any]:
    """`triggers`: those that are ways of messages here. `places`: pipelines with where their automation is set up."""
    chosen = [
        moment
        for moment in Moment
        if (own := rules_of.plan(room.rules, scope, moment)).on and Channel.TRIGGER in own.channels
    ]
    used_ = room.desk.read(lambda session: _used(session, room.who.portal_id)) if chosen else {}
    return {
        "triggers": [_row(room, moment, used_) for moment in chosen],
        "places": [
            (str(each["name"]), _PLACE.format(category=each["id"]))
            for each in room.pipelines
            if scope in (EVERY, str(each["id"]))
        ],
        "robot_fields": _fields(room, chosen),
    }


def _used(session: Session, portal_id: int) -> Mapping[str, Any]:
    return automation_use.of_portal(session, portal_id)


def _row(room: Room, moment: Moment, used_: Mapping[str, Any]) -> TriggerRow:
    code, formats = code_of(moment.value), room.formats
    row = used_.get(code)
    return TriggerRow(
        code,
        # As the designer shows it: in the portal's language.
        say(f"trigger.{moment.value}", language_of(room.facts.portal.language)),
        code in room.registered,
        formats.moment(row.used_at) if row is not None and row.used_at is not None else "",
        _trouble(row.trouble, formats) if row is not None else "",
    )


def _trouble(said: str, formats: Formats) -> str:
    """What the portal said, or a word of ours for it."""
    key = f"automation.trouble.{said}"
    return formats.words(key) if said and formats.words.has(key) else said


def _fields(room: Room, moments: Iterable[Moment]) -> list[tuple[str, str]]:
    """Fields of the deal from which a robot's text takes what ours would: (what they are called, their code)."""
    texts = [
        words_of(rules_of.plan(room.rules, EVERY, moment), moment, room.who.lang, Channel.SMS).body
        for moment in moments
    ]
    wanted = dict.fromkeys(each for text in texts for each in used(text) if each in _ROLES)
    found = ((_ROLES[each], room.facts.roles.get(_ROLES[each], "")) for each in wanted)
    return [(room.formats.words(f"fields.role.{role}"), name) for role, name in found if name]
