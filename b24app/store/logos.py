"""A portal's own picture, as its clients see it: one, known by its content. Shown to everybody, so that it is no secret
and stays as it is."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from b24app.flows.brand import KEY
from b24app.flows.logo import Logo
from b24app.store import portal_settings
from b24app.store.models import PortalLogo
from b24app.store.sql import locked


def keep(session: Session, portal_id: int, logo: Logo, now: datetime) -> str:
    """In place of the one before; the mark that its address carries."""
    mark = hashlib.sha256(logo.content).hexdigest()[:16]
    first = {"content": logo.content, "changed_at": now}
    row, _ = locked(session, PortalLogo, {"portal_id": portal_id}, first)
    row.content, row.changed_at = logo.content, now
    _note(session, portal_id, mark)
    return mark


def drop(session: Session, portal_id: int) -> None:
    session.execute(delete(PortalLogo).where(PortalLogo.portal_id == portal_id))
    _note(session, portal_id, "")


def content(session: Session, portal_id: int) -> bytes | None:
    return session.scalar(select(PortalLogo.content).where(PortalLogo.portal_id == portal_id))


def _note(session: Session, portal_id: int, mark: str) -> None:
    """The brand names it, so that pages know without reading the picture."""
    portal_settings.change(
        session, portal_id, lambda settings: settings.update({KEY: {**settings.get(KEY, {}), "logo": mark}})
    )
