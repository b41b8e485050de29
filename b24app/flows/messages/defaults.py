"""Our own words of every moment: what is sent where a portal has written none. Pure.

An SMS is short (its counted price is two messages with usual names), a letter has a subject and paragraphs (an empty
line between two), a chat is in between. The words themselves: `defaults_ru`, `defaults_en`."""

from __future__ import annotations

from collections.abc import Mapping

from b24app.flows.messages import defaults_en, defaults_ru
from b24app.flows.messages.moments import Moment
from b24app.flows.messages.rules import Channel, Plan, Template

LANGUAGES = ("ru", "en")
_TEXTS: Mapping[str, Mapping[Moment, Mapping[Channel, Template]]] = {"ru": defaults_ru.TEXTS, "en": defaults_en.TEXTS}
_NOTHING = Template("")


def default(moment: Moment, lang: str, channel: Channel) -> Template:
    """Ours; in English for a language that we do not write, empty for a channel whose text is not ours."""
    texts = _TEXTS.get(lang) or _TEXTS["en"]
    return texts[moment].get(channel, _NOTHING)


def words_of(plan: Plan, moment: Moment, lang: str, channel: Channel) -> Template:
    """The portal's own, else ours."""
    return plan.text(lang, channel) or default(moment, lang, channel)
