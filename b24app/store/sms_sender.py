"""What is kept of our SMS sender in a portal: what was registered last, and by which secret parts of its address the
portal is known. In the portal's settings, as our robots (`store.robots`)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from b24app.flows.messages.rules import MessageRules
from b24app.logistics.jsonable import Jsonable
from b24app.store.models import Connection, ConnectionState

#: Key of the portal's settings, and the provisioning step that looks after it.
KEY = STEP = "sms_sender"
LOOK_EVERY = timedelta(days=1)
#: Addresses of before that still count: the portal may not have heard of the newest yet.
MOST_DOORS = 4


@dataclass(frozen=True, slots=True)
class Kept(Jsonable):
    """`registered`: a digest of what the portal was told; "" = nothing is registered. `doors` are digests of secrets,
    the newest first."""

    registered: str = ""
    doors: tuple[str, ...] = ()
    looked_at: datetime | None = None

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Kept:
        return cls.from_json(settings.get(KEY, {}))

    def due(self, now: datetime) -> bool:
        """Somebody may have deleted it. A portal without a sender is left alone."""
        return bool(self.registered) and (self.looked_at is None or now - self.looked_at >= LOOK_EVERY)


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def opens(doors: Collection[str], shown: str) -> bool:
    """Whether a secret that somebody shows is one of the portal's. Every one is compared."""
    told = digest(shown)
    return sum(hmac.compare_digest(told, door) for door in doors) > 0


def gateways(session: Session, portal_id: int, systems: Collection[str]) -> list[Connection]:
    """The portal's accounts at gateways (`systems` are their codes) that have ever worked, in use and first those that
    work now."""
    mine = (Connection.portal_id == portal_id, Connection.state != ConnectionState.REMOVED)
    wanted = select(Connection).where(*mine, Connection.system.in_(list(systems)), Connection.tested_at.is_not(None))
    rows = session.scalars(wanted.order_by(Connection.id))
    return sorted(rows, key=lambda row: row.state != ConnectionState.READY)


def chosen(
    session: Session, portal_id: int, settings: Mapping[str, Any], systems: Collection[str]
) -> Connection | None:
    """The account that sends what the portal asks for: the one of its rules, else the first."""
    found = gateways(session, portal_id, systems)
    wanted = MessageRules.of(settings).sms
    return next((row for row in found if row.id == wanted), found[0] if found else None)
