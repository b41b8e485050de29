"""Who wants to hear nothing: phones and e-mail addresses of a portal's clients. Kept encrypted, found by a digest with
a salt that only the portal's rows have."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from b24app.logistics.phones import read_phones
from b24app.store.models import MessageStop
from b24app.store.models.base import MAX_NAME
from b24app.store.sql import changed, chunks, insert_new

_SALT = ""
_LONGEST = 254


@dataclass(frozen=True, slots=True)
class Stop:
    """`address` is a phone in E.164 or an e-mail address: show it `masked`. `by` 0 = the client said so."""

    id: int
    address: str
    by: int
    name: str
    at: datetime


def normal(text: str, country: str = "RU") -> str:
    """A phone or an e-mail address as it is kept; "" for a text that is neither."""
    plain = text.strip()
    if "@" in plain:
        name, _, host = plain.lower().rpartition("@")
        good = bool(name) and "." in host and not any(sign.isspace() for sign in plain)
        return plain.lower() if good and len(plain) <= _LONGEST else ""
    found = read_phones(plain, country)
    return found[0].e164 if len(found) == 1 else ""


def stop(session: Session, portal_id: int, address: str, *, now: datetime, by: int = 0, name: str = "") -> bool:
    """From now on nothing is sent there; False = that was so already. `address` is a `normal` one; raises ValueError
    for another."""
    if not address or normal(address) != address:
        raise ValueError("neither a phone in E.164 nor an e-mail address")
    row = {
        "portal_id": portal_id, "who": _digest(_made_salt(session, portal_id, now), address), "address": address,
        "by": by, "name": name[:MAX_NAME], "at": now,
    }  # fmt: skip
    return insert_new(session, MessageStop, [row], ["portal_id", "who"]) > 0


def allow(session: Session, portal_id: int, address: str) -> bool:
    """They may be told again; False = they were not stopped."""
    salt = _salt(session, portal_id)
    if not salt or not address:
        return False
    mine = (MessageStop.portal_id == portal_id, MessageStop.who == _digest(salt, address))
    return changed(session, delete(MessageStop).where(*mine)) > 0


def stopped(session: Session, portal_id: int, addresses: Collection[str]) -> set[str]:
    """Those of the addresses at which nothing is to be heard."""
    salt = _salt(session, portal_id)
    digests = {_digest(salt, each): each for each in addresses if each} if salt else {}
    found: set[str] = set()
    for some in chunks(sorted(digests)):
        mine = select(MessageStop.who).where(MessageStop.portal_id == portal_id, MessageStop.who.in_(some))
        found |= {digests[who] for who in session.scalars(mine)}
    return found


def is_stopped(session: Session, portal_id: int, *addresses: str) -> bool:
    """Whether any of a client's addresses is stopped: whoever wants no messages means all ways."""
    return bool(stopped(session, portal_id, addresses))


def listed(session: Session, portal_id: int, limit: int = 100, before: int | None = None) -> list[Stop]:
    """Newest first, from the one of id `before` on."""
    mine = select(MessageStop).where(MessageStop.portal_id == portal_id, MessageStop.who != _SALT)
    if before is not None:
        mine = mine.where(MessageStop.id < before)
    rows = session.scalars(mine.order_by(MessageStop.id.desc()).limit(limit))
    return [Stop(row.id, row.address, row.by, row.name, row.at) for row in rows]


def one(session: Session, portal_id: int, stop_id: int) -> Stop | None:
    row = session.scalar(select(MessageStop).where(MessageStop.portal_id == portal_id, MessageStop.id == stop_id))
    return Stop(row.id, row.address, row.by, row.name, row.at) if row is not None and row.who != _SALT else None


def count(session: Session, portal_id: int) -> int:
    mine = (MessageStop.portal_id == portal_id, MessageStop.who != _SALT)
    return session.scalar(select(func.count()).select_from(MessageStop).where(*mine)) or 0


def _digest(salt: str, address: str) -> str:
    return hmac.new(salt.encode(), address.encode(), hashlib.sha256).hexdigest()


def _salt(session: Session, portal_id: int) -> str:
    """Empty before the first stop."""
    mine = (MessageStop.portal_id == portal_id, MessageStop.who == _SALT)
    return session.scalar(select(MessageStop.address).where(*mine)) or ""


def _made_salt(session: Session, portal_id: int, now: datetime) -> str:
    """Two who come first get the same."""
    row = {
        "portal_id": portal_id, "who": _SALT, "address": secrets.token_hex(32), "by": 0, "name": "", "at": now,
    }  # fmt: skip
    if not _salt(session, portal_id):
        insert_new(session, MessageStop, [row], ["portal_id", "who"])
    return _salt(session, portal_id)
