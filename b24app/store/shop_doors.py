"""The door of a portal's online store to us: an address that nobody can guess, found by its digest alone, so that right
and wrong secrets cost the same."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from b24app.store.models import Portal, PortalState, ShopDoor
from b24app.store.sql import insert_new

#: A secret of ours is never longer.
LONGEST = 64


@dataclass(frozen=True, slots=True)
class Door:
    """Whose store it is, and the key that each of its requests carries beside the secret of the address."""

    portal_id: int
    key: str


def ensure(session: Session, portal_id: int, now: datetime) -> tuple[str, str]:
    """The secret and the key of the portal, made when it has none; two who ask at once get the same."""
    secret = secrets.token_hex(24)  # of hex digits: no log shows these (`wire.mask`)
    row = {
        "portal_id": portal_id,
        "digest": digest(secret),
        "secret": secret,
        "key": secrets.token_hex(16),
        "created_at": now,
    }
    insert_new(session, ShopDoor, [row], ["portal_id"])
    found = session.scalars(select(ShopDoor).where(ShopDoor.portal_id == portal_id)).one()
    return found.secret, found.key


def of_secret(session: Session, secret: str) -> Door | None:
    """Whose secret it is; None for a wrong one, or a portal that left. One query in any case."""
    wanted = (
        select(ShopDoor.portal_id, ShopDoor.key)
        .join(Portal, Portal.id == ShopDoor.portal_id)
        .where(ShopDoor.digest == digest(secret), Portal.state.in_((PortalState.ACTIVE, PortalState.BLOCKED)))
    )
    row = session.execute(wanted).one_or_none()
    return Door(row.portal_id, row.key) if row is not None else None


def digest(secret: str) -> str:
    """Of a secret that was shown, whatever its length."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
