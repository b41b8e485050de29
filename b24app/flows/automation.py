"""The portal's automation: which of our triggers fire in it, what they are called, and what robots of ours may do
there. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from b24app.flows.messages.moments import Moment
from b24app.flows.messages.rules import Channel, MessageRules
from b24app.logistics.jsonable import Jsonable

#: Key of the portal's settings.
KEY = "automation"
#: Codes of our triggers begin so: one that no release has any more is deleted.
PREFIX = "waybill."
#: Something is wrong with a deal's delivery, and somebody has to look.
PROBLEM = "problem"
#: Everything that fires a trigger, in the order in which it happens; `trigger.<what>` are its words.
WHATS: tuple[str, ...] = (*(moment.value for moment in Moment), PROBLEM)


def code_of(what: str) -> str:
    """The trigger's code in the portal, of a moment's value or `problem`."""
    return f"{PREFIX}{what}"


@dataclass(frozen=True, slots=True)
class Automation(Jsonable):
    """As the administrator set it. `triggers`: which fire by themselves (values of `WHATS`); one that nobody uses would
    cost the portal a slow call at each parcel. `off`: codes of robots that only answer that they are switched off."""

    triggers: tuple[str, ...] = ()
    off: tuple[str, ...] = ()

    @classmethod
    def of(cls, settings: Mapping[str, object]) -> Automation:
        """From a portal's settings; nothing fires where nobody has set anything."""
        kept = settings.get(KEY)
        return cls.from_json(kept) if isinstance(kept, Mapping) else cls()

    def fires(self, what: str) -> bool:
        return what in self.triggers


def told_as_message(rules: MessageRules, category: int | None, what: str) -> bool:
    """Whether the trigger is a channel of the portal's messages at this moment: then it fires as one, when quiet hours
    are over and unless the client wants to hear nothing, and not a second time by itself."""
    if what not in set(Moment):
        return False
    plan = rules.plan(category, Moment(what))
    return plan.on and Channel.TRIGGER in plan.channels
