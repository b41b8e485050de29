"""What an administrator does in the portal's own automation, which no method can do for them (contracts/bitrix24-crm.md
§7.1): where to go, which of our triggers to choose, which robot to add, and whether it has worked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from b24app.flows.automation import code_of
from b24app.flows.brand import Brand
from b24app.flows.messages.defaults import words_of
from b24app.flows.messages.moments import Moment
from b24app.flows.messages.rules import EVERY, Channel, Plan
from b24app.flows.messages.texts import Placeholder, render
from b24app.frames.formats import Formats
from b24app.store import automation_use
from b24app.words import language_of, say
from placements.app import messages_rules as rules_of
from placements.app.messages_room import Room
from placements.app.messages_view import TriggerRow

#: Where the portal's designer of a pipeline's automation is.
_PLACE = "/crm/deal/automation/{category}/"
#: How a robot's text names a field of the deal (official page of bizproc.activity.add, `Default`).
_FIELD = "{{=Document:{name}}}"
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
        "triggers": [_row(room, scope, moment, used_) for moment in chosen],
        "places": [
            (str(each["name"]), _PLACE.format(category=each["id"]))
            for each in room.pipelines
            if scope in (EVERY, str(each["id"]))
        ],
    }


def _used(session: Session, portal_id: int) -> Mapping[str, Any]:
    return automation_use.of_portal(session, portal_id)


def _row(room: Room, scope: str, moment: Moment, used_: Mapping[str, Any]) -> TriggerRow:
    code, formats, lang = code_of(moment.value), room.formats, language_of(room.facts.portal.language)
    row = used_.get(code)
    return TriggerRow(
        code,
        # As the designer shows it: in the portal's language.
        say(f"trigger.{moment.value}", lang),
        code in room.registered,
        formats.moment(row.used_at) if row is not None and row.used_at is not None else "",
        _trouble(row.trouble, formats) if row is not None else "",
        robot_text(rules_of.plan(room.rules, scope, moment), moment, lang, room.brand, room.facts.roles),
    )


def _trouble(said: str, formats: Formats) -> str:
    """What the portal said, or a word of ours for it."""
    key = f"automation.trouble.{said}"
    return formats.words(key) if said and formats.words.has(key) else said


def robot_text(own: Plan, moment: Moment, lang: str, brand: Brand, roles: Mapping[str, str]) -> str:
    """What the robot is to say: the text of an SMS, ours or the shop's, with fields of the deal where the portal has
    them. What only we know is left out."""
    fields = {each: roles.get(role, "") for each, role in _ROLES.items()}
    values = {each: _FIELD.format(name=name) for each, name in fields.items() if name}
    known = {Placeholder.ORDER: _FIELD.format(name="ID"), Placeholder.SHOP: brand.name}
    return render(
        words_of(own, moment, lang, Channel.SMS).body, {**values, **known, Placeholder.SHOP_PHONE: brand.phone}
    )
