"""One moment: whether its clients are told, by which ways, in which words. Every text is edited by itself; whoever goes
to another one keeps what was typed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, Response, request

from b24app.flows.messages import segments
from b24app.flows.messages.compose import compose
from b24app.flows.messages.defaults import LANGUAGES, default, words_of
from b24app.flows.messages.moments import Moment
from b24app.flows.messages.offered import offered, written
from b24app.flows.messages.rules import Channel, MessageRules, Plan, Template
from b24app.flows.messages.sample import sample
from b24app.flows.messages.texts import MOST, MOST_SUBJECT, Wrong, check
from b24app.frames.errors import ErrorCode, PageError
from b24app.store.audit import Act
from placements.app import messages_automation, messages_try
from placements.app import messages_rules as rules_of
from placements.app.desk import Desk
from placements.app.messages_form import read_text, read_ways
from placements.app.messages_room import Room
from placements.app.messages_view import MOST_WAYS, text_tabs, ways

LOOK = "parts/app_messages_look.html"


@dataclass(frozen=True, slots=True)
class Edited:
    """What is edited: a moment of a pipeline (or of all), and one of its texts."""

    scope: str
    moment: Moment
    lang: str
    channel: Channel

    @classmethod
    def of(cls, room: Room, scope: str, moment: str) -> Edited:
        """Of this request: `text` names the text (`ru:sms`). Raises PageError."""
        chosen, at = room.scope(scope), room.moment(moment)
        usual = f"{room.who.lang}:{_first(rules_of.plan(room.rules, chosen, at)).value}"
        return cls(chosen, at, *read_code(request.values.get("text", usual)))


def read_code(code: str) -> tuple[str, Channel]:
    """Raises PageError(BAD_INPUT) for what no page of ours sends."""
    lang, _, way = code.partition(":")
    if lang not in LANGUAGES or way not in {each.value for each in rules_of.WITH_TEXT}:
        raise PageError(ErrorCode.BAD_INPUT, f"no text {code}", "text")
    return lang, Channel(way)


def _first(own: Plan) -> Channel:
    return next((each for each in own.channels if each.has_text), Channel.SMS)


def context(
    room: Room, at: Edited, typed: Template | None = None, wrong: tuple[Wrong, ...] = (), *, saved: str = ""
) -> dict[str, Any]:
    """`typed`: what stands in the form and could not be kept. `saved` is a key of the `messages.says.*` words."""
    own = rules_of.plan(room.rules, at.scope, at.moment)
    text = typed or words_of(own, at.moment, at.lang, at.channel)
    return {
        "screen": "plan",
        "step": room.step,
        "scope": rules_of.name_of(at.scope),
        "scope_name": room.scope_name(at.scope),
        "moment": at.moment.value,
        "plan": own,
        "lang_of": at.lang,
        "channel": at.channel.value,
        "tabs": text_tabs(own, at.lang, at.channel, room.who.lang),
        "is_own": own.text(at.lang, at.channel) is not None,
        "text": text,
        "errors": {"subject": [], "body": [], **errors_of(text, at.channel, wrong)},
        "most": MOST[at.channel],
        "most_subject": MOST_SUBJECT,
        "placeholders": [(each.value, written(each, at.lang)) for each in offered(at.moment)],
        "ways": ways(room.ground, room.rules, room.formats),
        "chosen_ways": [each.value for each in own.channels],
        "most_ways": MOST_WAYS,
        "saved": saved,
        **look(room, at, text),
        **messages_automation.context(room, at.scope),
        **messages_try.context(room, moment=at.moment),
    }


def errors_of(text: Template, channel: Channel, wrong: tuple[Wrong, ...]) -> dict[str, list[Wrong]]:
    """Beside the field in which it is: what is wrong with the body alone is the body's."""
    of_body = set(check(replace(text, subject=""), channel))
    return {
        "subject": [each for each in wrong if each not in of_body],
        "body": [each for each in wrong if each in of_body],
    }


def look(room: Room, at: Edited, text: Template) -> dict[str, Any]:
    """How the text reads, of an order that never was, and what it costs as an SMS."""
    now, formats = room.desk.parts.clock.now(), room.formats
    facts = sample(at.moment, at.lang, room.brand, now)
    said = compose(text, facts, at.lang, now, formats.zone)
    return {
        "said": said,
        "said_lang": at.lang,
        "segments": segments.count(said.body) if at.channel is Channel.SMS else None,
        "wrong_now": check(text, at.channel),
    }


def routes(bp: Blueprint, desk: Desk) -> None:
    def message_plan_shown(scope: str, moment: str) -> Response:
        room = Room.of(desk)
        return room.draw(**context(room, Edited.of(room, scope, moment)))

    def message_plan_saved(scope: str, moment: str) -> Response:
        """The plan with the text that stood in the form; `go` names the text that is edited next, `ours` takes our
        words back."""
        room = Room.of(desk)
        at, ours = Edited.of(room, scope, moment), bool(request.form.get("ours"))
        typed = default(at.moment, at.lang, at.channel) if ours else read_text(request.form, at.channel)
        wrong = () if ours else check(typed, at.channel)
        if wrong:
            return room.draw(**context(room, at, typed, wrong))
        channels, is_on = read_ways(request.form), bool(request.form.get("on"))
        if is_on and not channels:
            return room.draw(**context(room, at, typed, saved="no_ways"))

        def change(rules: MessageRules) -> MessageRules:
            own = replace(rules_of.plan(rules, at.scope, at.moment), on=is_on, channels=channels)
            own = rules_of.with_text(own, at.moment, at.lang, at.channel, typed)
            return rules_of.with_plan(rules, at.scope, at.moment, own)

        room = keep_plan(room, at, change)
        go = request.form.get("go", "")
        after = Edited(at.scope, at.moment, *read_code(go)) if go else at
        return room.draw(**context(room, after, saved="ours" if ours else "plan"))

    def message_looked(scope: str, moment: str) -> Response:
        """How what stands in the form reads; nothing is kept."""
        room = Room.of(desk)
        at = Edited.of(room, scope, moment)
        return desk.fragment(
            room.who, LOOK, channel=at.channel.value, **look(room, at, read_text(request.form, at.channel))
        )

    path = "/app/messages/plan/<scope>/<moment>"
    bp.get(path)(message_plan_shown)
    bp.post(path)(message_plan_saved)
    bp.post(f"{path}/look")(message_looked)


def keep_plan(room: Room, at: Edited, change: Callable[[MessageRules], MessageRules]) -> Room:
    """The plan of a moment, told text by text."""
    name = room.moment_name(at.moment)
    return room.keep(
        change,
        Act.MESSAGE_PLAN,
        lambda rules: rules_of.told_plan(rules_of.plan(rules, at.scope, at.moment), room.channel_name),
        title=name if not at.scope else f"{room.scope_name(at.scope)}, {name}",
    )
