"""Orders as their clients name them, and whose phone they were sent to. Nothing is told here: who asks compares.

Finding one and finding none are the same work (one statement, `LOOKED` phones taken out of what is encrypted), so that
the time of an answer does not say whether an order exists.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Engine, select, union_all
from sqlalchemy.orm import Session

from b24app.store import crypto
from b24app.store.models import CodeKind, GoodsReturn, ReturnCode, Shipment
from b24app.store.returns_found import plain

#: So many shipments of one number are compared; an order that was sent more often is known by the newest of them.
LOOKED = 4
_MOST_DIGITS = 15
#: Before a number; an N alone may begin a portal's code.
_SIGN = re.compile(r"^(№|#|N[°º])+")
_FEINT = {"recipient": {"name": "Имя Фамилия", "phone": None}, "parcels": [{"weight_g": 1000, "items": []}] * 3}


@dataclass(frozen=True, slots=True)
class Sent:
    """A shipment that a number names, and the phones of whom it was sent to, in E.164."""

    shipment_id: int
    deal_id: int
    phones: tuple[str, ...]


def named(session: Session, portal_id: int, text: str) -> list[Sent]:
    """Shipments of the portal that a client may mean by our number, the carrier's, the deal's or a return's; newest
    first."""
    number = plainly(text)
    which = _which(portal_id, number, text.strip()) if number else Shipment.id.is_(None)
    # The portal is named inside, with each number: named here too, SQLite would go through all that it ever shipped.
    mine = select(Shipment).where(which).order_by(Shipment.id.desc()).limit(LOOKED)
    return _opened(session, session.scalars(mine).all())


def of_shipment(session: Session, portal_id: int, shipment_id: int) -> list[Sent]:
    """The one that a link names."""
    mine = select(Shipment).where(Shipment.portal_id == portal_id, Shipment.id == shipment_id)
    return _opened(session, session.scalars(mine).all())


def phones_of(request: Mapping[str, Any] | None) -> tuple[str, ...]:
    """Of whom it is sent to (`logistics.model.Recipient`)."""
    recipient = (request or {}).get("recipient") or {}
    found = (recipient.get("phone"), *(recipient.get("spare_phones") or ()))
    return tuple(each for each in found if each)


def plainly(text: str) -> str:
    """`№ ab-8061-1` is AB-8061-1: how people put a number down is no part of it."""
    return _SIGN.sub("", plain(text))


def _which(portal_id: int, number: str, typed: str) -> ColumnElement[bool]:
    returned = select(GoodsReturn.deal_id).join(ReturnCode, ReturnCode.return_id == GoodsReturn.id)
    returned = returned.where(
        GoodsReturn.portal_id == portal_id,
        ReturnCode.portal_id == portal_id,
        ReturnCode.code == number,
        ReturnCode.kind == CodeKind.NUMBER,
    )
    known = [
        Shipment.number == number,
        Shipment.order_number.in_((number, typed)),  # of some systems in small letters
        Shipment.tracking_number.in_((number, typed)),
        Shipment.deal_id.in_(returned),
    ]
    if number.isascii() and number.isdigit() and len(number) <= _MOST_DIGITS:
        known.append(Shipment.deal_id == int(number))
    # One search for each: databases look through all of a portal's shipments for "this number or that".
    found = union_all(*(select(Shipment.id).where(Shipment.portal_id == portal_id, each) for each in known))
    return Shipment.id.in_(found)


def _opened(session: Session, rows: Sequence[Shipment]) -> list[Sent]:
    found = [Sent(row.id, row.deal_id, phones_of(row.request)) for row in rows]
    bind = session.get_bind()
    engine = bind if isinstance(bind, Engine) else bind.engine
    for _ in range(LOOKED - len(found)):
        phones_of(json.loads(crypto.unseal(engine, _feint(engine))))
    return found


@lru_cache(maxsize=8)
def _feint(engine: Engine) -> str:
    """What is opened in place of an order that is not there: about as long as one."""
    return crypto.seal(engine, json.dumps(_FEINT))
