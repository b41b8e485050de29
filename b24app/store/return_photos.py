"""Pictures of what was found in a return: each once, however often a phone sends it, within bounds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from b24app.store import returns_rows
from b24app.store.models import GoodsReturn, ReturnPhoto, ReturnPhotoFile
from b24app.store.models.base import MAX_NAME
from b24app.store.sql import changed

#: Bytes of one picture, and pictures of one return: a phone sends them made smaller.
MOST_BYTES = 5 * 1024 * 1024
MOST = 100
#: How keys of pictures begin that the client sent: they show what was wrong at home, not what was found.
CLIENTS = "client-"


class TooMuchError(ValueError):
    """The picture, or their number, is above the bounds."""


@dataclass(frozen=True, slots=True)
class Photo:
    """`key` is the phone's, and what `Counted.photos` names. `row` 0 = of the box. `at` by the phone's clock."""

    key: str
    media_type: str
    at: datetime
    row: int = 0
    by: int = 0
    name: str = ""
    size: int = 0


def keep(session: Session, portal_id: int, return_id: int, photo: Photo, file: bytes, now: datetime) -> bool:
    """True when it is new; in any case the phone may forget it after the commit. Its size is the file's. Raises
    NoResultFound, `TooMuchError`, ValueError for a picture without a key."""
    if not photo.key:
        raise ValueError("a picture without a key cannot be told from the next one")
    if len(file) > MOST_BYTES:
        raise TooMuchError(f"a picture of {len(file)} bytes")
    returns_rows.hold(session, portal_id, return_id)
    mine = (ReturnPhoto.portal_id == portal_id, ReturnPhoto.return_id == return_id)
    known = session.scalars(select(ReturnPhoto.id).where(*mine, ReturnPhoto.key == photo.key)).one_or_none()
    if known is not None:
        return False
    if (session.scalar(select(func.count()).select_from(ReturnPhoto).where(*mine)) or 0) >= MOST:
        raise TooMuchError(f"more than {MOST} pictures")
    row = ReturnPhoto(
        portal_id=portal_id, return_id=return_id, key=photo.key, row=photo.row, media_type=photo.media_type,
        size=len(file), by=photo.by, name=photo.name[:MAX_NAME], at=photo.at,
    )  # fmt: skip
    session.add(row)
    session.flush()
    session.add(ReturnPhotoFile(portal_id=portal_id, photo_id=row.id, content=file))
    returns_rows.step(session, portal_id, return_id, now)
    return True


def of_return(session: Session, portal_id: int, return_id: int) -> tuple[Photo, ...]:
    """Without the files, in the order in which they came to us."""
    mine = select(ReturnPhoto).where(ReturnPhoto.portal_id == portal_id, ReturnPhoto.return_id == return_id)
    return tuple(
        Photo(row.key, row.media_type, row.at, row.row, row.by, row.name, row.size)
        for row in session.scalars(mine.order_by(ReturnPhoto.id))
    )


def content(session: Session, portal_id: int, return_id: int, key: str) -> bytes | None:
    """The file, or None when there is none (any more)."""
    mine = (ReturnPhoto.portal_id == portal_id, ReturnPhoto.return_id == return_id, ReturnPhoto.key == key)
    wanted = select(ReturnPhotoFile.content).join(ReturnPhoto, ReturnPhoto.id == ReturnPhotoFile.photo_id)
    return session.scalar(wanted.where(*mine))


def forget_files(session: Session, before: datetime) -> int:
    """Files of returns that ended before, and were not touched since; returns how many."""
    ended = select(GoodsReturn.id).where(GoodsReturn.stage.in_(returns_rows.ENDS), GoodsReturn.changed_at < before)
    photos = select(ReturnPhoto.id).where(ReturnPhoto.return_id.in_(ended))
    return changed(session, delete(ReturnPhotoFile).where(ReturnPhotoFile.photo_id.in_(photos)))
