"""What a portal is called on its pages for clients: an id that nobody can guess and that says nothing of the portal."""

from __future__ import annotations

import secrets

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from b24app.store import portals
from b24app.store.models import Portal
from b24app.store.sql import changed

#: Bytes of chance: 16 letters of an address.
_CHANCE = 12
LONGEST = 24


def of_portal(session: Session, portal_id: int) -> str:
    """The portal's id, made when it has none; two who ask at once get the same. Raises NoResultFound."""
    mine = (Portal.id == portal_id, Portal.public_id.is_(None))
    changed(session, update(Portal).where(*mine).values(public_id=secrets.token_urlsafe(_CHANCE)))
    return str(session.scalars(select(Portal.public_id).where(Portal.id == portal_id)).one())


def portal_of(session: Session, public_id: str) -> Portal | None:
    """Whose pages these are."""
    if not 0 < len(public_id) <= LONGEST:
        return None
    return session.scalar(select(Portal).where(Portal.public_id == public_id))


def address(session: Session, portal_id: int, public_url: str, link: str = "") -> str:
    """Where the portal's clients ask for a return; with a link (`frames.public_links`), of that shipment's goods."""
    portals.get(session, portal_id)
    parts = (public_url.rstrip("/"), "r", of_portal(session, portal_id), *([link] if link else []))
    return "/".join(parts)
