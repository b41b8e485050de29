"""Messages set up for the first time, in five steps: who sends, when, in which words, at which hours, and a try on a
real deal. What each step says is kept when it is left; nothing is sent before the last one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, request

from b24app.flows.messages.moments import Moment
from b24app.flows.messages.rules import EVERY, Channel, MessageRules
from b24app.frames.errors import ErrorCode, PageError
from b24app.store.audit import Act
from placements.app import messages_automation, messages_try
from placements.app import messages_rules as rules_of
from placements.app.desk import Desk
from placements.app.messages_form import SendingForm, read_sending, read_ways
from placements.app.messages_room import Room
from placements.app.messages_sending import keep_sending, sending_context
from placements.app.messages_view import MOST_WAYS, rows, ways

WAYS, MOMENTS, WORDS, SENDING, TRY = range(1, rules_of.STEPS + 1)
NAMES = ("ways", "moments", "words", "sending", "try")


def context(room: Room, step: int, form: SendingForm | None = None, *, wrong: str = "") -> dict[str, Any]:
    """`wrong` is a key of the `messages.says.*` words."""
    rules = room.rules
    mine = rules_of.plans(rules, EVERY)
    chosen = next((own.channels for own in mine.values() if own.channels), ())
    first_time = not any(own.on for own in mine.values())
    return {
        "screen": "wizard",
        "step": step,
        "step_names": NAMES,
        "reached": room.step or rules_of.STEPS,
        "scope": rules_of.ALL,
        "wrong": wrong,
        "ways": ways(room.ground, rules, room.formats),
        "chosen_ways": [each.value for each in chosen],
        "most_ways": MOST_WAYS,
        "parcels": rows(rules, EVERY, room.who.lang, returns=False),
        "returns": rows(rules, EVERY, room.who.lang, returns=True),
        "first_time": first_time,
        "by_trigger": Channel.TRIGGER in chosen,
        **sending_context(room, form),
        **messages_automation.context(room, EVERY),
        **(messages_try.context(room) if step == TRY else {}),
    }


def lacking(room: Room) -> str:
    """What hinders that anything is sent; "" = nothing. A key of the `messages.says.*` words."""
    on = [own for plans in room.rules.plans.values() for own in plans.values() if own.on]
    if not on:
        return "no_moments"
    if not any(own.channels for own in on):
        return "no_ways"
    # Where the only way is an account that nobody chose, nothing would ever leave.
    only_sms = all(set(own.channels) <= {Channel.SMS} for own in on)
    return "no_sms" if only_sms and not room.rules.sms else ""


def routes(bp: Blueprint, desk: Desk) -> None:
    def messages_step_shown(step: int) -> Response:
        """A step that was reached before."""
        room = Room.of(desk)
        return room.draw(**context(room, _within(room, step)))

    def messages_step_saved(step: int) -> Response:
        """What the step says is kept, and the next one shown."""
        room = Room.of(desk)
        _within(room, step)
        reached = {"step": max(step + 1, room.step)} if step < TRY and room.step else {}
        if step == WAYS:
            channels = read_ways(request.form)
            if not channels:
                return room.draw(**context(room, step, wrong="no_ways"))
            room = _kept(room, lambda rules: _with_ways(rules, channels), reached)
        elif step == MOMENTS:
            chosen = {each for each in Moment if request.form.get(f"on_{each.value}")}
            if not chosen:
                return room.draw(**context(room, step, wrong="no_moments"))
            room = _kept(room, lambda rules: _with_moments(rules, chosen), reached)
        elif step == SENDING:
            _, form = read_sending(request.form, room.rules, [row.id for row in room.accounts])
            if form.errors:
                return room.draw(**context(room, step, form))
            room = keep_sending(room, request.form, reached)
        elif reached:
            room = room.note_setup(**reached)
        return room.draw(**context(room, min(step + 1, TRY)))

    bp.get("/app/messages/step/<int:step>")(messages_step_shown)
    bp.post("/app/messages/step/<int:step>")(messages_step_saved)


def _within(room: Room, step: int) -> int:
    """Raises PageError for a step that is not open (yet)."""
    if not 1 <= step <= (room.step or rules_of.STEPS):
        raise PageError(ErrorCode.BAD_INPUT, f"step {step}")
    return step


def _kept(room: Room, change: Any, reached: Mapping[str, Any]) -> Room:
    return room.keep(
        change,
        Act.MESSAGES,
        lambda rules: rules_of.told_choice(rules, room.moment_name, room.channel_name),
        setup=reached,
    )


def _with_ways(rules: MessageRules, channels: tuple[Channel, ...]) -> MessageRules:
    return rules_of.with_all(rules, lambda _, own: replace(own, channels=channels))


def _with_moments(rules: MessageRules, chosen: set[Moment]) -> MessageRules:
    return rules_of.with_all(rules, lambda moment, own: replace(own, on=moment in chosen))
