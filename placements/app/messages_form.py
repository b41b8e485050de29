"""What an administrator sends about messages: ways, a text, who sends and when. Checked here, whatever the browser
checked. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from b24app.flows.messages.rules import Channel, MessageRules, Template
from b24app.flows.messages.texts import MOST, MOST_SUBJECT
from placements.app.messages_view import MOST_WAYS

_LONGEST_SENDER = 120
_ADDRESS = r"[^\s@<>,;\"]+@[^\s@<>,;\"]+\.[^\s@<>,;\"]+"
_SENDER = re.compile(rf"([^<>@,;]*)<({_ADDRESS})>")
_ALONE = re.compile(_ADDRESS)
_HOURS = frozenset(map(str, range(24)))


def read_ways(form: Mapping[str, str]) -> tuple[Channel, ...]:
    """In the order in which they are tried, each once."""
    typed = [form.get(f"way{at}", "") for at in range(1, MOST_WAYS + 1)]
    return tuple(dict.fromkeys(Channel(each) for each in typed if each in set(Channel)))


def read_text(form: Mapping[str, str], channel: Channel) -> Template:
    """Longer ones are cut a little above what may be kept, so that it is said how long they may be."""
    lines = [line.rstrip() for line in form.get("body", "").replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    body = "\n".join(lines).strip()[: MOST[channel] + 1]
    subject = " ".join(form.get("subject", "").split())[: MOST_SUBJECT + 1] if channel is Channel.EMAIL else ""
    return Template(body, subject)


@dataclass(frozen=True, slots=True)
class SendingForm:
    """`errors`: field -> key of the `messages.wrong.*` words."""

    values: Mapping[str, str]
    errors: Mapping[str, str] = field(default_factory=dict)
    saved: bool = False


def sending_form(rules: MessageRules, saved: bool = False) -> SendingForm:
    values = {
        "quiet_from": str(rules.quiet_from),
        "quiet_to": str(rules.quiet_to),
        "sms": str(rules.sms),
        "sender": rules.sender,
    }
    return SendingForm(values, saved=saved)


def read_sending(
    form: Mapping[str, str], rules: MessageRules, accounts: Collection[int]
) -> tuple[MessageRules, SendingForm]:
    """`(the rules with what was sent, the form as it was left)`; with errors the rules are not to be kept."""
    values = {name: " ".join(form.get(name, "").split()) for name in ("quiet_from", "quiet_to", "sms", "sender")}
    errors: dict[str, str] = {}
    for name in ("quiet_from", "quiet_to"):
        if values[name] not in _HOURS:
            errors[name] = "hour"
    sender = _sender(values["sender"])
    if values["sender"] and not sender:
        errors["sender"] = "sender"
    account = int(values["sms"]) if values["sms"] in {str(each) for each in accounts} else 0
    if errors:
        return rules, SendingForm(values, errors)
    begins, ends = int(values["quiet_from"]), int(values["quiet_to"])
    return replace(rules, quiet_from=begins, quiet_to=ends, sms=account, sender=sender), SendingForm(values)


def _sender(text: str) -> str:
    """`Name <address>`, or an address alone, as the portal reads it; "" for anything else."""
    if len(text) > _LONGEST_SENDER:
        return ""
    if _ALONE.fullmatch(text):
        return text
    found = _SENDER.fullmatch(text)
    if found is None:
        return ""
    name = found[1].strip(' "')
    return f"{name} <{found[2]}>" if name else found[2]
