"""Phones that clerks receive returns with: paired once by a code, then known by a token, until somebody revokes them.

Both secrets are random and long, and only their digests are kept: nobody who reads the database can use a phone.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from b24app.store.models import ClerkPhone, Portal, PortalState
from b24app.store.models.base import MAX_NAME
from b24app.store.sql import changed

#: How long a shown code may be used, how long a phone may lie in a drawer, and how long one that is of no use any more
#: is remembered.
CODE_LIFE = timedelta(minutes=10)
IDLE = timedelta(days=30)
FORGOTTEN = timedelta(days=90)
#: A clerk who was heard of so lately is at work; their phone's row is written no more often than `_STEP`.
BESIDE = timedelta(minutes=2)
_STEP = timedelta(seconds=30)
#: Codes of a portal that wait at the same time.
MOST_CODES = 30
_USABLE = (PortalState.INSTALLING, PortalState.ACTIVE, PortalState.BLOCKED)


class TooManyError(ValueError):
    """More codes wait than anybody needs."""


@dataclass(frozen=True, slots=True)
class Phone:
    """`clerk_id` is a user of the portal. `return_id`: where its code was shown. `looks_at`: the return on its screen,
    None = the list."""

    id: int
    portal_id: int
    clerk_id: int
    clerk_name: str
    return_id: int | None
    made_by: int
    code_until: datetime
    device: str = ""
    paired_at: datetime | None = None
    seen_at: datetime | None = None
    revoked_at: datetime | None = None
    looks_at: int | None = None


@dataclass(frozen=True, slots=True)
class Paired:
    """`token` is the phone's from now on, and nowhere else."""

    phone: Phone
    token: str


def offer(
    session: Session, portal_id: int, *, clerk_id: int, clerk_name: str, made_by: int, return_id: int | None,
    now: datetime,
) -> tuple[Phone, str]:  # fmt: skip
    """A phone that is not there yet, and the code that pairs it. What is long of no use is forgotten meanwhile. Raises
    TooManyError."""
    mine = (ClerkPhone.portal_id == portal_id, ClerkPhone.paired_at.is_(None))
    waiting = (*mine, ClerkPhone.revoked_at.is_(None), ClerkPhone.code_until > now)
    if len(session.scalars(select(ClerkPhone.id).where(*waiting).limit(MOST_CODES)).all()) >= MOST_CODES:
        raise TooManyError(f"{MOST_CODES} codes wait")
    _forget(session, portal_id, now)
    code = secrets.token_urlsafe(24)
    row = ClerkPhone(
        portal_id=portal_id, return_id=return_id, clerk_id=clerk_id, clerk_name=clerk_name[:MAX_NAME],
        code_digest=_digest(code), code_until=now + CODE_LIFE, made_by=made_by, made_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return _phone(row), code


def waiting(session: Session, code: str, now: datetime) -> Phone | None:
    """The phone that a live code would pair. Reading does not use it up: messengers look at what is sent through
    them."""
    row = _by_code(session, code)
    return _phone(row) if row is not None and _may_pair(row, now) else None


def pair(session: Session, code: str, device: str, now: datetime) -> Paired | None:
    """Uses the code up; None for one that is used, over or nobody's. Of two who use it at once one succeeds."""
    row = _by_code(session, code)
    if row is None or not _may_pair(row, now):
        return None
    token = secrets.token_urlsafe(32)
    mine = (ClerkPhone.id == row.id, ClerkPhone.paired_at.is_(None), ClerkPhone.revoked_at.is_(None))
    values = {"token_digest": _digest(token), "device": device[:MAX_NAME], "paired_at": now, "seen_at": now}
    if not changed(session, update(ClerkPhone).where(*mine).values(**values)):
        return None
    session.refresh(row)
    return Paired(_phone(row), token)


def by_token(session: Session, token: str, now: datetime) -> Phone | None:
    """The phone that shows this token; None for one that was revoked, or not used for long, and for a portal that
    left."""
    digest = _digest(token)
    wanted = select(ClerkPhone).join(Portal, Portal.id == ClerkPhone.portal_id)
    row = session.scalar(wanted.where(ClerkPhone.token_digest == digest, Portal.state.in_(_USABLE)))
    if row is None or row.token_digest is None or not hmac.compare_digest(row.token_digest, digest):
        return None
    if row.revoked_at is not None or row.seen_at is None or row.seen_at < now - IDLE:
        return None
    return _phone(row)


def due(phone: Phone, looks_at: int | None, now: datetime) -> bool:
    """Whether `seen` would write anything: phones ask all day."""
    return phone.looks_at != looks_at or phone.seen_at is None or phone.seen_at < now - _STEP


def seen(session: Session, phone: Phone, looks_at: int | None, now: datetime) -> None:
    """It was heard of, and shows this return."""
    mine = (ClerkPhone.portal_id == phone.portal_id, ClerkPhone.id == phone.id)
    changed(session, update(ClerkPhone).where(*mine).values(seen_at=now, looks_at=looks_at))


def beside(session: Session, phone: Phone, now: datetime) -> list[Phone]:
    """The other phones that are at work now, by the clerk's name."""
    mine = (ClerkPhone.portal_id == phone.portal_id, ClerkPhone.id != phone.id, ClerkPhone.revoked_at.is_(None))
    lately = select(ClerkPhone).where(*mine, ClerkPhone.seen_at > now - BESIDE)
    return [_phone(row) for row in session.scalars(lately.order_by(ClerkPhone.clerk_name, ClerkPhone.id))]


def get(session: Session, portal_id: int, phone_id: int) -> Phone | None:
    row = session.scalar(select(ClerkPhone).where(ClerkPhone.portal_id == portal_id, ClerkPhone.id == phone_id))
    return _phone(row) if row is not None else None


def of_portal(session: Session, portal_id: int, now: datetime) -> list[Phone]:
    """Phones that can be used now, the one that was heard of last first."""
    mine = (ClerkPhone.portal_id == portal_id, ClerkPhone.revoked_at.is_(None))
    wanted = select(ClerkPhone).where(*mine, ClerkPhone.seen_at >= now - IDLE)
    return [_phone(row) for row in session.scalars(wanted.order_by(ClerkPhone.seen_at.desc(), ClerkPhone.id))]


def revoke(session: Session, portal_id: int, phone_id: int, now: datetime) -> bool:
    """It opens nothing from now on; a code that nobody used pairs nothing. False = that is so already."""
    mine = (ClerkPhone.portal_id == portal_id, ClerkPhone.id == phone_id, ClerkPhone.revoked_at.is_(None))
    return changed(session, update(ClerkPhone).where(*mine).values(revoked_at=now, looks_at=None)) == 1


def _forget(session: Session, portal_id: int, now: datetime) -> None:
    before = now - FORGOTTEN
    over = or_(
        ClerkPhone.revoked_at < before,
        ClerkPhone.seen_at < before,
        ClerkPhone.paired_at.is_(None) & (ClerkPhone.code_until < now - CODE_LIFE),
    )
    changed(session, delete(ClerkPhone).where(ClerkPhone.portal_id == portal_id, over))


def _by_code(session: Session, code: str) -> ClerkPhone | None:
    digest = _digest(code)
    row = session.scalar(select(ClerkPhone).where(ClerkPhone.code_digest == digest))
    return row if row is not None and hmac.compare_digest(row.code_digest, digest) else None


def _may_pair(row: ClerkPhone, now: datetime) -> bool:
    return row.paired_at is None and row.revoked_at is None and row.code_until > now


def _digest(secret: str) -> str:
    """Of a random secret: it needs no salt and no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _phone(row: ClerkPhone) -> Phone:
    return Phone(
        id=row.id, portal_id=row.portal_id, clerk_id=row.clerk_id, clerk_name=row.clerk_name, return_id=row.return_id,
        made_by=row.made_by, code_until=row.code_until, device=row.device, paired_at=row.paired_at,
        seen_at=row.seen_at, revoked_at=row.revoked_at, looks_at=row.looks_at,
    )  # fmt: skip
