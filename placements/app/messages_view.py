"""What clients are told, as its page draws it: ways with what they need, moments with their plans, numbers. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from b24app.flows.messages.defaults import LANGUAGES, words_of
from b24app.flows.messages.moments import Moment
from b24app.flows.messages.offered import RECOMMENDED
from b24app.flows.messages.rules import EVERY, Channel, MessageRules, Plan
from b24app.frames.formats import Formats
from b24app.store.message_stats import Group, Told, summed
from placements.app import messages_rules as rules_of

#: How many ways may be tried one after the other.
MOST_WAYS = 3
_PARCEL = tuple(each for each in Moment if not each.of_return)
_RETURN = tuple(each for each in Moment if each.of_return)


@dataclass(frozen=True, slots=True)
class Way:
    """A channel: `state` ready | lacking | unknown; `text` says what there is or what is missing. `section`: where the
    app mends it, `place`: where the portal does; "" = nowhere."""

    code: str
    state: str
    text: str
    section: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Ground:
    """What the portal has for messages. `accounts`: those at gateways, (id, title, works)."""

    accounts: tuple[tuple[int, str, bool], ...] = ()
    triggers: bool = False
    chats: bool = False


def ways(ground: Ground, rules: MessageRules, formats: Formats) -> tuple[Way, ...]:
    return tuple(_way(channel, ground, rules, formats) for channel in Channel)


def _way(channel: Channel, ground: Ground, rules: MessageRules, formats: Formats) -> Way:
    t = formats.words
    if channel is Channel.SMS:
        if not ground.accounts:
            return Way(channel, "lacking", t("messages.way.sms_none"), "connections")
        titles = ", ".join(formats.quote(title) for _, title, works in ground.accounts if works)
        if not titles:
            return Way(channel, "lacking", t("messages.way.sms_broken"), "connections")
        return Way(channel, "ready", t("messages.way.sms_ready", titles=titles))
    if channel is Channel.TRIGGER:
        state = "ready" if ground.triggers else "lacking"
        return Way(channel, state, t(f"messages.way.trigger_{state}"))
    if channel is Channel.CHAT:
        state = "ready" if ground.chats else "lacking"
        return Way(channel, state, t(f"messages.way.chat_{state}"))
    said = t("messages.way.email_from", sender=rules.sender) if rules.sender else t("messages.way.email")
    return Way(channel, "unknown", said)


@dataclass(frozen=True, slots=True)
class Row:
    """A moment of the overview or of the wizard. `ways` are channels' codes in order; `own`: some of its texts are the
    shop's own."""

    code: str
    on: bool
    ways: tuple[str, ...]
    own: bool
    text: str
    recommended: bool = False


def rows(rules: MessageRules, scope: str, lang: str, returns: bool | None = None) -> tuple[Row, ...]:
    """All moments in the order in which they happen; `returns`: only those of returns, or only the others."""
    moments = (*_PARCEL, *_RETURN) if returns is None else _RETURN if returns else _PARCEL
    return tuple(_row(moment, rules_of.plan(rules, scope, moment), lang) for moment in moments)


def _row(moment: Moment, own: Plan, lang: str) -> Row:
    first = next((each for each in own.channels if each.has_text), Channel.SMS)
    text = words_of(own, moment, lang, first)
    ways_ = tuple(each.value for each in own.channels)
    return Row(moment, own.on, ways_, bool(own.texts), text.subject or text.body, moment in RECOMMENDED)


@dataclass(frozen=True, slots=True)
class Scope:
    """A pipeline as its tab. `own`: it has plans of its own."""

    code: str
    name: str
    own: bool
    chosen: bool


def scopes(rules: MessageRules, chosen: str, pipelines: Iterable[Mapping[str, Any]], formats: Formats) -> list[Scope]:
    every = Scope(rules_of.ALL, formats.words("messages.every"), True, chosen == EVERY)
    return [
        every,
        *(
            Scope(str(each["id"]), str(each["name"]), str(each["id"]) in rules.plans, str(each["id"]) == chosen)
            for each in pipelines
        ),
    ]


@dataclass(frozen=True, slots=True)
class Numbers:
    """Of the last days, by channel and by moment: (code, what came of it); `total` of all."""

    by_channel: tuple[tuple[str, Told], ...]
    by_moment: tuple[tuple[str, Told], ...]
    total: Told

    @property
    def empty(self) -> bool:
        return self.total == Told()


def numbers(groups: Sequence[Group]) -> Numbers:
    """What has no channel yet is in the total alone; what the portal's automation sent has no moment."""
    return Numbers(
        tuple(
            (each.value, told)
            for each in Channel
            if (told := summed(one for one in groups if one.channel == each)) != Told()
        ),
        tuple(
            (each, told)
            for each in (*_PARCEL, *_RETURN, "")
            if (told := summed(one for one in groups if one.moment == each)) != Told()
        ),
        summed(groups),
    )


@dataclass(frozen=True, slots=True)
class StopRow:
    """Somebody who wants to hear nothing. `who` is masked, `by` "" = they said so themselves."""

    id: int
    who: str
    at: str
    by: str


@dataclass(frozen=True, slots=True)
class TriggerRow:
    """A trigger of the portal's automation: `name` as the designer shows it, `at` when it last fired, `text` for the
    robot that sends."""

    code: str
    name: str
    registered: bool
    at: str
    trouble: str
    text: str


@dataclass(frozen=True, slots=True)
class TextTab:
    """A text that can be edited: `lang:channel`. `own`: it is the shop's."""

    code: str
    lang: str
    channel: str
    own: bool
    chosen: bool


def text_tabs(own: Plan, lang: str, channel: Channel, first_lang: str) -> list[TextTab]:
    """The reader's language first; of channels all that have texts, those of the plan first."""
    langs = sorted(LANGUAGES, key=lambda each: each != first_lang)
    channels = sorted(rules_of.WITH_TEXT, key=lambda each: each not in own.channels)
    return [
        TextTab(f"{each}:{way.value}", each, way, own.text(each, way) is not None, (each, way) == (lang, channel))
        for each in langs
        for way in channels
    ]


def hour_choices() -> list[tuple[str, str]]:
    return [(str(hour), f"{hour}:00") for hour in range(24)]


def clock_words(at: datetime, now: datetime, formats: Formats) -> str:
    """When a message would leave: at once, or at the end of the quiet hours by the client's clock."""
    if at <= now:
        return formats.words("messages.try.now")
    return formats.words("messages.try.later", day=formats.day(at), time=formats.time(at))
