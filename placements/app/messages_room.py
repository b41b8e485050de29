"""One request for the page of messages: whose portal, what it has, and how a change of its rules is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import Response

from b24app.bitrix24.features import Feature, has
from b24app.flows.brand import Brand
from b24app.flows.messages.moments import Moment
from b24app.flows.messages.rules import EVERY, Channel, MessageRules
from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.formats import Formats
from b24app.frames.session import PageSession
from b24app.store import message_rules
from b24app.store.audit import Act, compared
from b24app.store.engine import session_scope
from b24app.store.faces.portal import PortalFacts
from b24app.store.models import Connection, ConnectionState
from placements.app import messages_rules as rules_of
from placements.app.desk import Desk
from placements.app.messages_view import Ground
from placements.app.saving import audit

BOX = "parts/app_messages.html"
#: What an account's system has that sends text messages.
PORT = "Messages"
_WORKS = (ConnectionState.READY, ConnectionState.UNTESTED)
Change = Callable[[MessageRules], MessageRules]
Told = Callable[[MessageRules], Mapping[str, Any]]


@dataclass(frozen=True)
class Room:
    desk: Desk
    who: PageSession
    facts: PortalFacts

    @classmethod
    def of(cls, desk: Desk) -> Room:
        """Of this request, for a person who may change settings. Raises PageError."""
        who = desk.who()
        return cls(desk, who, desk.facts(who))

    def again(self) -> Room:
        """As it is after a change."""
        return Room(self.desk, self.who, self.desk.facts(self.who))

    @cached_property
    def formats(self) -> Formats:
        return self.desk.formats(self.who)

    @cached_property
    def rules(self) -> MessageRules:
        return MessageRules.of(self.facts.settings)

    @property
    def setup(self) -> Mapping[str, Any]:
        """How far the wizard has come."""
        kept = self.facts.settings.get(rules_of.SETUP)
        return kept if isinstance(kept, Mapping) else {}

    @property
    def step(self) -> int:
        """The wizard's; 0 = it is done, or messages are on without it."""
        return (
            0
            if self.setup.get("done") or self.rules.on
            else max(1, min(int(self.setup.get("step", 1)), rules_of.STEPS))
        )

    @cached_property
    def accounts(self) -> list[Connection]:
        """Those at gateways."""
        return self.desk.parts.giving(PORT, self.facts.connections)

    @property
    def ground(self) -> Ground:
        return Ground(
            accounts=tuple((row.id, row.title, row.state in _WORKS) for row in self.accounts),
            triggers=bool(self.registered),
            chats=has(Feature.CHATS, self.facts.portal.scopes or ()),
        )

    @property
    def registered(self) -> tuple[str, ...]:
        """Codes of our triggers that the portal's automation has, as it was looked at last."""
        return registered(self.facts.settings)

    @property
    def brand(self) -> Brand:
        return Brand.of(self.facts.settings, self.facts.portal.domain)

    @property
    def pipelines(self) -> list[Mapping[str, Any]]:
        return list(self.facts.settings.get("pipelines", ()))

    def scope(self, name: str) -> str:
        """A pipeline's id, or `EVERY`. Raises PageError for one that the portal does not have (any more)."""
        scope = rules_of.scope_of(name)
        if scope != EVERY and scope not in {str(each["id"]) for each in self.pipelines}:
            raise PageError(ErrorCode.OUT_OF_DATE)
        return scope

    def scope_name(self, scope: str) -> str:
        found = next((each["name"] for each in self.pipelines if str(each["id"]) == scope), "")
        return str(found) or self.formats.words("messages.every")

    def moment(self, code: str) -> Moment:
        try:
            return Moment(code)
        except ValueError as error:
            raise PageError(ErrorCode.BAD_INPUT, f"unknown moment {code}") from error

    def moment_name(self, moment: Moment) -> str:
        return self.formats.words(f"messages.moment.{moment.value}")

    def channel_name(self, channel: Channel) -> str:
        return self.formats.words(f"messages.channel.{channel.value}")

    def draw(self, screen: str, **context: Any) -> Response:
        """The section's box with one of its screens."""
        return self.desk.fragment(self.who, BOX, screen=screen, **context)

    def keep(
        self, change: Change, act: Act, told: Told, *, title: str = "", setup: Mapping[str, Any] | None = None
    ) -> Room:
        """The rules as they are now, changed and told in one transaction; `setup`: how far the wizard is then."""

        def more(settings: Mapping[str, Any]) -> Mapping[str, Any]:
            return {} if setup is None else {rules_of.SETUP: {**settings.get(rules_of.SETUP, {}), **setup}}

        with session_scope(self.desk.parts.sessions) as session:
            before, after = message_rules.change(session, self.who.portal_id, change, more)
            changes = compared(told(before), told(after))
            detail = {"title": title} if title else None
            # A step of the wizard that was only looked at is no act.
            if changes or setup is None:
                audit(session, self.who, act, self.desk.parts.clock.now(), detail, changes=changes)
        return self.again()

    def note_setup(self, **values: Any) -> Room:
        """How far the wizard is, and nothing else."""
        with session_scope(self.desk.parts.sessions) as session:
            message_rules.change(
                session,
                self.who.portal_id,
                lambda rules: rules,
                lambda kept: {rules_of.SETUP: {**kept.get(rules_of.SETUP, {}), **values}},
            )
        return self.again()


def registered(settings: Mapping[str, Any]) -> tuple[str, ...]:
    kept = settings.get("triggers")
    codes = kept.get("codes", ()) if isinstance(kept, Mapping) else ()
    return tuple(str(each) for each in codes)
