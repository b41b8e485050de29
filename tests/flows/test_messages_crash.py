"""Waybill stops at each step of a message's way, with what it was about to save lost: the client reads it once."""

from __future__ import annotations

from typing import Any

import pytest

from b24app.flows.messages.moments import Moment
from b24app.flows.messages.rules import Channel
from b24app.runners.portal import messaging_reading, messaging_words
from b24app.store import inbox, letters_out, message_news, messages, outbox
from tests.flows.messaging import Telling
from tests.flows.test_chain_crash import Once
from tests.flows.town import Shop

M = Moment
#: Where it stops: the object, the name of what stops there, and whether before or after; a deal for each.
STEPS: dict[int, tuple[Any, str, bool]] = {
    501: (messages, "note", False),
    502: (messaging_reading, "clients", True),
    503: (messaging_words, "said", False),
    504: (letters_out, "queue", False),
    505: (inbox, "close", False),
    506: (message_news, "became", True),
    507: (outbox, "add", False),
}


def test_a_message_that_is_cut_off_at_any_step_is_read_once(shop: Shop) -> None:
    told = {deal: Telling(shop, deal) for deal in STEPS}
    for mine in told.values():
        mine.has_email(f"client-{mine.deal}@example.test")
    told[501].rules(Channel.EMAIL, moments=(M.DELIVERED,))
    shop.ship(*STEPS)
    shop.shipped(*STEPS)
    shop.town.calm()
    for deal, step in STEPS.items():
        _cut_off(told[deal], step)
    shop.town.advance(200)
    shop.town.calm()
    for deal, (where, _, _) in STEPS.items():
        assert len(told[deal].letters) == 1
        # Of a letter whose answer was lost on our side nobody can tell whether it left: it is not repeated.
        assert told[deal].states[M.DELIVERED] == ("maybe lost" if where is message_news else "sent")


def _cut_off(mine: Telling, step: tuple[Any, str, bool]) -> None:
    where, name, before = step
    town = mine.shop.town

    def left() -> bool:
        """Whoever fails is tried again later and later: the world's clock runs ahead of that."""
        if not mine.letters:
            town.advance(2)
        return bool(mine.letters)

    with pytest.MonkeyPatch.context() as patch:
        stop = Once(getattr(where, name), lambda *_: True, before)
        patch.setattr(where, name, stop.stand_in())
        mine.shop.happens(mine.deal, "DELIVERED")
        town.wait(left, f"the letter of deal {mine.deal}")
        town.calm()
    assert stop.stopped
