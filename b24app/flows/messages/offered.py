"""What a text of a moment may say: placeholders that have something to say then, and how they are written in the
text's language. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from b24app.flows.messages.moments import Moment
from b24app.flows.messages.texts import ALIASES, Placeholder

P = Placeholder
_ALWAYS = (P.NAME, P.ORDER, P.SHOP, P.SHOP_PHONE)
_WAY = (P.NUMBER, P.CARRIER, P.LINK)
_POINT = (P.POINT, P.ADDRESS, P.HOURS, P.UNTIL, P.DAYS, P.CODE, P.COD)
_OWN: Mapping[Moment, tuple[Placeholder, ...]] = {
    Moment.NUMBER: (P.PROMISED,),
    Moment.TRANSIT: (P.PROMISED, P.EXPECTED),
    Moment.READY: _POINT,
    Moment.STORAGE: _POINT,
    Moment.COURIER: (P.ADDRESS, P.COD),
    Moment.FAILED: (P.REASON, P.ADDRESS),
    Moment.RETURNING: (P.REASON,),
    Moment.LATE: (P.PROMISED, P.EXPECTED),
    Moment.RETURN_REFUSED: (P.REASON,),
    Moment.RETURN_LABEL: (P.NUMBER, P.CARRIER, P.POINT),
    Moment.RETURN_REFUNDED: (P.OWED,),
}
_RUSSIAN = {each: name for name, each in ALIASES.items()}
#: Moments that a shop begins with: what clients wait for, without a word for every step of the way.
RECOMMENDED = frozenset({
    Moment.NUMBER, Moment.READY, Moment.STORAGE, Moment.COURIER, Moment.FAILED, Moment.LATE, Moment.RETURN_APPROVED,
    Moment.RETURN_REFUSED, Moment.RETURN_LABEL, Moment.RETURN_REFUNDED,
})  # fmt: skip


def offered(moment: Moment) -> tuple[Placeholder, ...]:
    """In the order in which people look for them. Others may be written too: they stay empty where nothing is known."""
    ways = (P.RETURN, P.RETURN_LINK) if moment.of_return else _WAY
    return tuple(dict.fromkeys((*_ALWAYS[:2], *ways, *_OWN.get(moment, ()), *_ALWAYS[2:], P.STOP)))


def written(placeholder: Placeholder, lang: str) -> str:
    """`{трек}` in a Russian text, `{number}` in any other."""
    return "{" + (_RUSSIAN[placeholder] if lang == "ru" else placeholder.value) + "}"
