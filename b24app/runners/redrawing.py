"""Pictures of before we drew them anew lose what a phone had written beside them: once, in small portions, behind
everything else. From our store alone."""

from __future__ import annotations

import structlog
from sqlalchemy.exc import NoResultFound

from b24app.flows.pictures import NoPictureError, Picture, clean
from b24app.store import older_pictures
from b24app.store.crypto import NoKeyError
from b24app.store.engine import Sessions, read_scope, session_scope
from b24app.store.older_pictures import Kept

EVERY_S = 120
#: Pictures of one pass: a third of a second each, of one core.
PORTION = 20
_log = structlog.get_logger("waybill.pictures")


def redraw(sessions: Sessions) -> int:
    """A portion of all portals' older pictures; returns how many were looked at. Safe to repeat and to be killed."""
    with read_scope(sessions) as session:
        waiting = older_pictures.unfinished(session)
    looked = 0
    for portal_id in waiting:
        while looked < PORTION and _one(sessions, portal_id):
            looked += 1
    return looked


def _one(sessions: Sessions, portal_id: int) -> bool:
    """False: none is left, the portal is gone, or its pictures cannot be read (now)."""
    try:
        with read_scope(sessions) as session:
            kept = older_pictures.next_one(session, portal_id)
            content = older_pictures.content(session, kept) if kept is not None else None
        drawn = _drawn(kept, content) if kept is not None and content is not None else None
        with session_scope(sessions) as session:
            if kept is None:
                older_pictures.finish(session, portal_id)
            else:
                older_pictures.done(session, kept, drawn)
    except NoResultFound:
        return False
    except NoKeyError:
        _log.warning("pictures_unreadable", portal_id=portal_id)
        return False
    return kept is not None


def _drawn(kept: Kept, content: bytes) -> Picture | None:
    try:
        return clean(content)
    except NoPictureError as error:
        _log.warning("picture_stays_as_it_came", portal_id=kept.portal_id, kind=kept.kind, id=kept.id, code=error.code)
        return None
