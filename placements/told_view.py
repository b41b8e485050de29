"""What the client was told, as the tabs of a deal and of a return draw it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from b24app import words
from b24app.frames.formats import Formats
from b24app.frames.rights import Right
from b24app.store.faces.deal_messages import ToldFacts
from b24app.store.models import MessageState
from placements.chips import Chip

#: Who may have a message sent once more.
RIGHT = Right.SHIP
_TONES = {
    MessageState.WAITING: ("grey", "hourglass"),
    MessageState.QUEUED: ("blue", "hourglass"),
    MessageState.SENDING: ("blue", "hourglass"),
    MessageState.UNCERTAIN: ("amber", "hourglass"),
    MessageState.SENT: ("green", "check"),
    MessageState.DELIVERED: ("green", "check-circle"),
    MessageState.UNDELIVERED: ("red", "alert"),
    MessageState.MAYBE: ("amber", "question"),
    MessageState.FAILED: ("red", "alert"),
    MessageState.DROPPED: ("grey", "cross-circle"),
}
_ICONS = {"sms": "phone", "email": "send", "chat": "user", "trigger": "refresh"}


@dataclass(frozen=True, slots=True)
class ToldLine:
    """`how`: by which way and to whom. `why`: what speaks for its state, "" = nothing. `quote`: what the other side
    said to it."""

    id: int
    title: str
    how: str
    icon: str
    when: str
    at: str
    chip: Chip
    why: str
    quote: str
    again: bool


@dataclass(frozen=True, slots=True)
class ToldView:
    """`bad`: some need somebody; `may`: the person may see to them."""

    lines: tuple[ToldLine, ...]
    bad: bool
    may: bool


def told_view(told: Sequence[ToldFacts], formats: Formats, mine: Collection[Right]) -> ToldView | None:
    """None = the client was told nothing, and nothing is to be."""
    if not told:
        return None
    may = RIGHT in mine
    lines = tuple(_line(each, formats, may=may) for each in told)
    return ToldView(lines, any(each.again for each in told), may)


def _line(each: ToldFacts, formats: Formats, *, may: bool) -> ToldLine:
    t = formats.words
    tone, icon = _TONES[each.state]
    state = t(f"told.state.{each.state.value}")
    if each.state is MessageState.WAITING and each.due is not None:
        state = t("told.state.due", when=formats.moment(each.due))
    elif each.state is MessageState.SENT and each.channel == "trigger":
        state = t("told.state.fired")
    known = f"told.why.{each.why}"
    bad = each.state in (MessageState.FAILED, MessageState.UNDELIVERED, MessageState.MAYBE)
    said = (
        words.say(f"message.moment.{each.moment}", formats.lang)
        if each.moment and words.has(f"message.moment.{each.moment}")
        else t("told.of_portal")
    )
    channel = t(f"told.by.{each.channel}") if each.channel else ""
    parts = [part for part in (channel, each.to, t("told.asked", name=each.name) if each.name else "") if part]
    return ToldLine(
        id=each.id,
        title=said[:1].upper() + said[1:],
        how=" · ".join(parts),
        icon=_ICONS.get(each.channel, "send"),
        when=formats.moment(each.at),
        at=each.at.isoformat(),
        chip=Chip(tone, icon, state),
        why=t(known) if each.why and t.has(known) else "",
        quote=each.error if bad else "",
        again=each.again and may,
    )
