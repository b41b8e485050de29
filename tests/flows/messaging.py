"""A shop that tells its clients: its rules, what left for them, what its people see of that."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from b24app.flows.messages.moments import Moment
from b24app.flows.messages.rules import EVERY, KEY, Channel, MessageRules, Plan, Template
from b24app.store import messages, portal_settings
from b24app.store.engine import session_scope
from b24app.store.models import Message
from tests.flows.town import Row, Shop, words_of

_BUTTON = re.compile(r'hx-post="(/tab/told/\d+/again)"')


@dataclass
class Telling:
    """`deal` is the one that is told of."""

    shop: Shop
    deal: int

    def rules(
        self,
        *channels: Channel,
        moments: Sequence[Moment] = tuple(Moment),
        quiet: tuple[int, int] = (0, 0),
        texts: Mapping[str, Template] | None = None,
        **more: Any,
    ) -> None:
        """These moments are told by these ways, in order."""
        plans = {moment: Plan(True, channels, dict(texts or {})) for moment in moments}
        rules = MessageRules(True, {EVERY: plans}, *quiet, **more)
        with session_scope(self.shop.town.program.parts.sessions) as session:
            portal_settings.merge(session, self.shop.id, **{KEY: rules.to_json()})

    def has_email(self, address: str = "client@example.test") -> None:
        """The deal's contact gets an e-mail address."""
        contact = self.shop.deal(self.deal)["contactId"]
        box = {"n0": {"typeId": "EMAIL", "valueType": "WORK", "value": address}}
        self.shop.ask("POST", "/edit", {"id": contact, "entity_type_id": 3, "fields": {"fm": box}, "user": 7})

    @property
    def rows(self) -> list[Message]:
        """Of the deal, oldest first."""
        found: list[Message] = self.shop.town.program.read(messages.of_deal, self.shop.id, self.deal)
        return found[::-1]

    def row(self, moment: Moment) -> Message:
        """The only one of this moment."""
        [found] = [row for row in self.rows if row.moment == moment]
        return found

    @property
    def states(self) -> dict[str, str]:
        """Of each moment the newest message's; why, where it says so."""
        return {row.moment: row.state + (f" {row.why}" if row.why else "") for row in self.rows}

    def becomes(self, moment: Moment, state: str) -> None:
        self.shop.town.wait(lambda: self.states.get(moment) == state, f"{moment}: {state} (is {self.states})", 12)

    @property
    def letters(self) -> list[Row]:
        """Those that really left, oldest first."""
        return [row["data"] for row in self.shop.town.journal("mail.sent", "bitrix24") if self._mine(row)]

    @property
    def said(self) -> list[Row]:
        """What was written in chats."""
        return [row["data"] for row in self.shop.town.journal("chat.said", "bitrix24")]

    def _mine(self, row: Row) -> bool:
        return str(row["key"]) == str(self.deal)

    def until(self, zone: str, hour: int, day: int = 0) -> None:
        """The world's clock runs to this hour of the client's clock, `day` days ahead (the next such moment)."""
        town, place = self.shop.town, ZoneInfo(zone)
        now: datetime = town.program.parts.clock.now()
        then = datetime.combine(now.astimezone(place).date() + timedelta(days=day), time(hour), place)
        then += timedelta(days=1) if then <= now else timedelta()
        town.advance((then - now).total_seconds())
        town.calm()

    def card(self) -> str:
        """What the tab's card says."""
        page = self.shop.tab(self.deal).page
        found = re.search(r'<section[^>]*id="told".*?</section>', page, re.DOTALL)
        return words_of(found.group()) if found else ""

    def again(self) -> None:
        """The manager presses the card's button."""
        person = self.shop.tab(self.deal)
        found = _BUTTON.search(person.page)
        assert found is not None, words_of(person.page)
        person.press(found.group(1), {"key": "pressed-once-more"})
