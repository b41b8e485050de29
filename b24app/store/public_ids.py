"""What a portal is called on its pages for clients: an id that nobody can guess and that says nothing of the portal.

A new portal gets one at once, an older one when somebody first asks for it."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from b24app.store.models import Portal
from b24app.store.portals import new_public_id
from b24app.store.sql import changed

LONGEST = 24


def of_portal(session: Session, portal_id: int) -> str:
    """The portal's id, made when it has none; two who ask at once get the same. Raises NoResultFound."""
    mine = (Portal.id == portal_id, Portal.public_id.is_(None))
    changed(session, update(Portal).where(*mine).values(public_id=new_public_id()))
    return str(session.scalars(select(Portal.public_id).where(Portal.id == portal_id)).one())


def portal_of(session: Session, public_id: str) -> Portal | None:
    """Whose pages these are."""
    if not 0 < len(public_id) <= LONGEST:
        return None
    return session.scalar(select(Portal).where(Portal.public_id == public_id))
