"""Changes of a portal's rules of messages, and what the audit tells of them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from b24app.flows.messages.defaults import LANGUAGES, default
from b24app.flows.messages.moments import Moment
from b24app.flows.messages.rules import EVERY, Channel, MessageRules, Plan, Template

#: How the pages call the plans of all pipelines: an address has no empty part.
ALL = "all"
#: Key of the portal's settings: how far the wizard has come, `{"step": 1 … 5, "done": …}`.
SETUP = "message_setup"
STEPS = 5
WITH_TEXT = tuple(channel for channel in Channel if channel.has_text)


def scope_of(name: str) -> str:
    """Of an address: `all`, or a pipeline's id."""
    return EVERY if name == ALL else name


def name_of(scope: str) -> str:
    return scope or ALL


def plans(rules: MessageRules, scope: str) -> Mapping[Moment, Plan]:
    """Those that hold for a pipeline, whether messages are on or not."""
    own = rules.plans.get(scope)
    return own if own is not None else rules.plans.get(EVERY, {})


def plan(rules: MessageRules, scope: str, moment: Moment) -> Plan:
    return plans(rules, scope).get(moment, Plan())


def with_plan(rules: MessageRules, scope: str, moment: Moment, changed: Plan) -> MessageRules:
    """A pipeline without plans of its own gets them all, so that one change is none of the others'."""
    mine = {**plans(rules, scope), moment: changed}
    return replace(rules, plans={**rules.plans, scope: mine})


def with_all(rules: MessageRules, change: Callable[[Moment, Plan], Plan]) -> MessageRules:
    """The plans of every pipeline, changed one by one; pipelines of their own stay as they are."""
    mine = {moment: change(moment, plan(rules, EVERY, moment)) for moment in Moment}
    return replace(rules, plans={**rules.plans, EVERY: mine})


def with_own(rules: MessageRules, scope: str) -> MessageRules:
    """The pipeline begins with a copy of what held for it."""
    return replace(rules, plans={**rules.plans, scope: dict(plans(rules, scope))})


def without_own(rules: MessageRules, scope: str) -> MessageRules:
    return replace(rules, plans={name: mine for name, mine in rules.plans.items() if name != scope})


def with_text(own: Plan, moment: Moment, lang: str, channel: Channel, text: Template | None) -> Plan:
    """None, or what is ours word by word, is ours from then on. What was written for all channels of a language is
    theirs one by one before that: taking it back for one takes it from no other."""
    texts = dict(own.texts)
    common = texts.pop(lang, None)
    if common is not None:
        texts = {**{f"{lang}:{each.value}": common for each in WITH_TEXT}, **texts}
    key = f"{lang}:{channel.value}"
    if text is None or text == default(moment, lang, channel):
        texts.pop(key, None)
    else:
        texts[key] = text
    return replace(own, texts=texts)


# --- what the audit tells -------------------------------------------------------------------------------------------


def told_plan(own: Plan, channel_name: Callable[[Channel], str]) -> dict[str, Any]:
    """Names of channels in the language of who changes them."""
    texts = {
        f"message_{part}_{lang}_{channel.value}": said
        for lang in LANGUAGES
        for channel in WITH_TEXT
        if (text := own.text(lang, channel)) is not None
        for part, said in (("subject", text.subject), ("text", text.body))
    }
    return {"message_on": own.on, "message_channels": [channel_name(each) for each in own.channels], **texts}


def told_sending(rules: MessageRules, accounts: Mapping[int, str]) -> dict[str, Any]:
    return {
        "message_quiet": f"{rules.quiet_from}:00–{rules.quiet_to}:00" if rules.quiet_from != rules.quiet_to else "",
        "message_sms": accounts.get(rules.sms, ""),
        "message_sender": rules.sender,
    }


def told_choice(
    rules: MessageRules, moment_name: Callable[[Moment], str], channel_name: Callable[[Channel], str]
) -> dict[str, Any]:
    """Of the wizard: what is on for every pipeline, and by which ways."""
    mine = plans(rules, EVERY)
    ways = {each for own in mine.values() for each in own.channels}
    return {
        "message_moments": [moment_name(each) for each in Moment if each in mine and mine[each].on],
        "message_channels": [channel_name(each) for each in Channel if each in ways],
    }
