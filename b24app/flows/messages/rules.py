"""A portal's own rules of messages, as its administrator sets them. Pure.

Nothing is sent before somebody switched it on: a shop decides itself what its clients hear."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from b24app.flows.messages.moments import Moment
from b24app.logistics.jsonable import Jsonable

#: Key of the portal's settings.
KEY = "message_rules"
#: A pipeline without plans of its own goes by those of this one.
EVERY = ""


class Channel(StrEnum):
    """`trigger`: our trigger fires and the portal's own robot sends (SMS, e-mail, WhatsApp …: who and how is the
    administrator's). `email`: an outgoing letter in the deal's feed. `sms`: an account of ours at an SMS gateway.
    `chat`: the open line in which the client writes."""

    TRIGGER = "trigger"
    EMAIL = "email"
    SMS = "sms"
    CHAT = "chat"

    @property
    def has_text(self) -> bool:
        """The text is ours; a trigger's is written in the portal's robot."""
        return self is not Channel.TRIGGER


@dataclass(frozen=True, slots=True)
class Template(Jsonable):
    """Words with `{placeholders}` (`flows.messages.texts`); `subject` is of a letter."""

    body: str
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Plan(Jsonable):
    """What is told at one moment. `channels` in order: the first by which this client can be reached is used.
    `texts` by language and, where one needs its own, by `<language>:<channel>`; what is missing is ours
    (`words`)."""

    on: bool = False
    channels: tuple[Channel, ...] = ()
    texts: Mapping[str, Template] = field(default_factory=dict)

    def text(self, lang: str, channel: Channel) -> Template | None:
        return self.texts.get(f"{lang}:{channel.value}") or self.texts.get(lang)


@dataclass(frozen=True, slots=True)
class MessageRules(Jsonable):
    """`plans` by pipeline (`EVERY` or a category's id as text) and moment. Between `quiet_from` and `quiet_to` (hours
    of the client's own clock; equal = never quiet) nothing is sent. `sms`: the account that sends, 0 = none. `sender`:
    from whom letters come (`Name <address>`), "" = the responsible person's mailbox in the portal."""

    on: bool = False
    plans: Mapping[str, Mapping[Moment, Plan]] = field(default_factory=dict)
    quiet_from: int = 21
    quiet_to: int = 9
    sms: int = 0
    sender: str = ""

    @classmethod
    def of(cls, settings: Mapping[str, object]) -> MessageRules:
        """From a portal's settings; the defaults where nobody has set any."""
        kept = settings.get(KEY)
        return cls.from_json(kept) if isinstance(kept, Mapping) else cls()

    def plan(self, category: int | None, moment: Moment) -> Plan:
        """What holds for a deal of this pipeline; off where messages are."""
        if not self.on:
            return Plan()
        own = self.plans.get(str(category)) if category is not None else None
        plans = own if own is not None else self.plans.get(EVERY, {})
        return plans.get(moment, Plan())
