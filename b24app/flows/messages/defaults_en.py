"""Our words in English (`flows.messages.defaults`)."""

from __future__ import annotations

from collections.abc import Mapping

from b24app.flows.messages.moments import Moment
from b24app.flows.messages.rules import Channel, Template

_HELLO = "Hello[, {name}]!"
_ASK = "[If something is wrong, call us: {shop_phone}.]"


def _words(sms: str, chat: str, subject: str, *paragraphs: str) -> Mapping[Channel, Template]:
    letter = "\n\n".join((_HELLO, *paragraphs, _ASK))
    return {
        Channel.SMS: Template(sms),
        Channel.CHAT: Template(chat),
        Channel.EMAIL: Template(letter, subject),
    }


TEXTS: Mapping[Moment, Mapping[Channel, Template]] = {
    Moment.NUMBER: _words(
        "{shop}: order {order} has been shipped.[ Tracking {number}.][ Where it is: {link}]",
        "Hello[, {name}]! Order {order} has been shipped[ with {carrier}][, tracking number {number}]."
        "[ Where it is now: {link}]",
        "Order {order} has been shipped",
        "We have packed order {order} and handed it over for delivery[ to {carrier}].[ Tracking number: {number}.]",
        "[Promised for {promised}.]",
        "[Where it is now: {link}]",
    ),
    Moment.TRANSIT: _words(
        "{shop}: order {order} is on its way.[ Expected {expected}.][ Where it is: {link}]",
        "Order {order} is on its way.[ Expected {expected}.][ Where it is now: {link}]",
        "Order {order} is on its way",
        "Order {order} is on its way to you.[ Expected {expected}.]",
        "[Carrier: {carrier}.][ Tracking number: {number}.]",
        "[Where it is now: {link}]",
    ),
    Moment.READY: _words(
        "{shop}: order {order} is ready to collect[: {address}].[ Until {until}.][ Code {code}.][ To pay {cod}.]",
        "Order {order} is waiting for you![ Where: {point}.][ Address: {address}.][ Open: {hours}.]"
        "[ Kept until {until}.][ To pay: {cod}.][ More: {link}]",
        "Order {order} is ready to collect",
        "Order {order} has arrived and is waiting for you.",
        "[Where: {point}.][\nAddress: {address}.][\nOpen: {hours}.]",
        "[Kept until {until}.][ To pay when you collect it: {cod}.]",
        "[The point on a map and more: {link}]",
    ),
    Moment.STORAGE: _words(
        "{shop}: order {order} is still waiting for you[: {address}].[ Kept until {until}.][ Code {code}.]",
        "Order {order} is still waiting for you.[ Where: {point}.][ Address: {address}.]"
        "[ Kept until {until}, then it goes back.][ More: {link}]",
        "Order {order} is still waiting for you",
        "A reminder: order {order} is at the pickup point.[ It is kept there until {until}, then it goes back.]",
        "[Where: {point}.][\nAddress: {address}.][\nOpen: {hours}.]",
        "[To pay when you collect it: {cod}.]",
        "[More: {link}]",
    ),
    Moment.COURIER: _words(
        "{shop}: a courier brings order {order} today.[ To pay {cod}.][ {link}]",
        "A courier brings order {order} today.[ Address: {address}.][ To pay: {cod}.][ More: {link}]",
        "Order {order} comes today",
        "A courier brings order {order} today, and will call before.",
        "[Address: {address}.][ To pay on delivery: {cod}.]",
        "[More: {link}]",
    ),
    Moment.DELIVERED: _words(
        "{shop}: order {order} is with you. Thank you![ Rate the delivery: {link}]",
        "Order {order} is with you. Thank you for choosing us![ Rate the delivery: {link}]",
        "Order {order} has been delivered",
        "Order {order} is with you. Thank you for choosing us!",
        "[Tell us how the delivery went: {link}]",
    ),
    Moment.FAILED: _words(
        "{shop}: we could not deliver order {order}[: {reason}].[ What to do: {link}]",
        "We could not deliver order {order} today.[ Reason: {reason}.][ What you can do: {link}]",
        "We could not deliver order {order}",
        "We tried to deliver order {order}, and it did not work out.[ Reason: {reason}.]",
        "[What you can do: {link}]",
    ),
    Moment.RETURNING: _words(
        "{shop}: order {order} is going back to us.[ Still need it? Call {shop_phone}]",
        "Order {order} is going back to us. If you still need it, write here[ or call {shop_phone}].",
        "Order {order} is going back",
        "Order {order} was not collected and is going back to us.[ Reason: {reason}.]",
        "If you still need it, let us know: we will send it again.",
        "[Where it is now: {link}]",
    ),
    Moment.LATE: _words(
        "{shop}: order {order} is late, sorry.[ Now expected {expected}.][ Where it is: {link}]",
        "Order {order} is late, sorry.[ Promised for {promised}.][ Now expected {expected}.][ Where it is now: {link}]",
        "Order {order} is late",
        "Order {order} will arrive later than we promised. We are sorry.",
        "[Promised for {promised}.][ Now expected {expected}.]",
        "[Where it is now: {link}]",
    ),
    Moment.RETURN_APPROVED: _words(
        "{shop}: return {return} is approved.[ What is next: {return_link}]",
        "Return {return} of order {order} is approved.[ What is next: {return_link}]",
        "Return {return} is approved",
        "We have approved return {return} of order {order}.",
        "[How to hand over the goods: {return_link}]",
    ),
    Moment.RETURN_REFUSED: _words(
        "{shop}: we cannot accept return {return}[: {reason}].[ Questions: {shop_phone}]",
        "We cannot accept return {return} of order {order}.[ Reason: {reason}.][ More: {return_link}]",
        "We cannot accept return {return}",
        "Unfortunately we cannot accept return {return} of order {order}.[ Reason: {reason}.]",
        "[More: {return_link}]",
    ),
    Moment.RETURN_LABEL: _words(
        "{shop}: please send return {return}.[ Number: {number}.][ How: {return_link}]",
        "Return {return} can be sent now.[ Carrier: {carrier}.][ Tell the point the number {number}.]"
        "[ How to send it: {return_link}]",
        "How to send return {return}",
        "Everything is ready to send return {return}.[ Carrier: {carrier}.][ Tell the point the number {number}.]",
        "[How to send it and what to put in: {return_link}]",
    ),
    Moment.RETURN_RECEIVED: _words(
        "{shop}: the goods of return {return} are here. We will check them and write.",
        "The goods of return {return} are here. We will check them and write about the money.[ More: {return_link}]",
        "The goods of return {return} are here",
        "The goods of return {return} have arrived. We will check them and write about the money.",
        "[More: {return_link}]",
    ),
    Moment.RETURN_REFUNDED: _words(
        "{shop}: we refunded return {return}[: {owed}]. When it arrives depends on the bank.",
        "We have refunded return {return}[: {owed}]. When it arrives depends on the bank.",
        "Return {return} is refunded",
        "We have refunded return {return}[: {owed}]. When the money arrives depends on the bank.",
        "[More: {return_link}]",
    ),
}
