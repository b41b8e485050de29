"""Pictures that were kept before they were drawn anew first (`flows.pictures`): each portal's, once, from the newest to
the oldest. How far it came stands in the portal's settings, and is written with the picture: whoever is killed in
between draws one picture a second time."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from b24app.flows.pictures import Picture
from b24app.store import portal_settings, strays
from b24app.store.models import Portal, ReturnAct, ReturnPhoto, ReturnPhotoFile

#: Key of a portal's settings: ids above which nothing is left, by kind; 0 = nothing is left at all.
KEY = "pictures_older"


class Kind(StrEnum):
    """Of a return's inspection, or of a parcel that nobody expected."""

    PHOTO = "photo"
    STRAY = "stray"


@dataclass(frozen=True, slots=True)
class Kept:
    portal_id: int
    kind: Kind
    id: int


def unfinished(session: Session) -> list[int]:
    """Portals with pictures that nobody has looked at, for all that is known."""
    found = session.execute(select(Portal.id, Portal.settings).order_by(Portal.id))
    return [portal_id for portal_id, settings in found if (settings or {}).get(KEY) != 0]


def next_one(session: Session, portal_id: int) -> Kept | None:
    """The newest that is left of a portal that is not finished. Raises NoResultFound."""
    settings = session.scalars(select(Portal.settings).where(Portal.id == portal_id)).one() or {}
    below = settings.get(KEY) or {}
    for kind in Kind:
        model = ReturnPhotoFile if kind is Kind.PHOTO else ReturnAct
        mine = _ids(portal_id, kind).order_by(model.id.desc()).limit(1)
        found = session.scalar(mine.where(model.id < below[kind]) if kind in below else mine)
        if found is not None:
            return Kept(portal_id, kind, found)
    return None


def _ids(portal_id: int, kind: Kind) -> Select[int]:
    if kind is Kind.PHOTO:
        return select(ReturnPhotoFile.id).where(ReturnPhotoFile.portal_id == portal_id)
    return select(ReturnAct.id).where(ReturnAct.portal_id == portal_id, strays.is_photo())


def content(session: Session, kept: Kept) -> bytes | None:
    """None: it was deleted meanwhile. Raises NoKeyError."""
    if kept.kind is Kind.PHOTO:
        mine = (ReturnPhotoFile.portal_id == kept.portal_id, ReturnPhotoFile.id == kept.id)
        return session.scalar(select(ReturnPhotoFile.content).where(*mine))
    act = (ReturnAct.portal_id == kept.portal_id, ReturnAct.id == kept.id)
    given = session.scalar(select(ReturnAct.given).where(*act))
    return base64.b64decode(given["photo"]) if given else None


def done(session: Session, kept: Kept, drawn: Picture | None) -> None:
    """It is kept as `drawn` now; None = it stays as it came. Raises NoResultFound."""
    if drawn is not None:
        _put(session, kept, drawn)
    # After the picture: a portal's deletion takes them in this order, too.
    portal_settings.change(
        session, kept.portal_id, lambda each: each.update({KEY: {**(each.get(KEY) or {}), kept.kind.value: kept.id}})
    )


def _put(session: Session, kept: Kept, drawn: Picture) -> None:
    if kept.kind is Kind.STRAY:
        given = {"photo": base64.b64encode(drawn.content).decode()}
        mine = (ReturnAct.portal_id == kept.portal_id, ReturnAct.id == kept.id)
        session.execute(update(ReturnAct).where(*mine).values(given=given))
        return
    file = (ReturnPhotoFile.portal_id == kept.portal_id, ReturnPhotoFile.id == kept.id)
    photo = select(ReturnPhotoFile.photo_id).where(*file).scalar_subquery()
    session.execute(
        update(ReturnPhoto)
        .where(ReturnPhoto.portal_id == kept.portal_id, ReturnPhoto.id == photo)
        .values(media_type=drawn.media_type, size=len(drawn.content))
    )
    session.execute(update(ReturnPhotoFile).where(*file).values(content=drawn.content))


def finish(session: Session, portal_id: int) -> None:
    """Nothing is left of this portal's. Raises NoResultFound."""
    portal_settings.merge(session, portal_id, **{KEY: 0})
