"""What people do in the portal itself leaves a row in the audit too: who moved a deal to the stage that ships, who took
it away in time, who corrected it. The app acts on it; the portal says whose hand it was.

The portal gives ids of people, not names. A hand it does not tell, or that may be our own, is nobody's.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from b24app.flows.snapshot import DealSnapshot
from b24app.logistics.model import ShipmentRequest
from b24app.store import audit, tokens
from b24app.store.audit import Act, Author, compared

#: Of the recipient the audit only says that something was corrected.
_HIDDEN = ("name", "phone", "email", "company", "address", "parcels")


def shipped(session: Session, portal_id: int, deal: DealSnapshot, number: str, now: datetime) -> None:
    """An order follows from a move to the stage, not from a button: that has its own row."""
    _write(session, portal_id, Act.SHIPPED, now, deal, deal.moved_by, number)


def withdrawn(session: Session, portal_id: int, deal: DealSnapshot, number: str, now: datetime) -> None:
    """The deal left before the order did."""
    _write(session, portal_id, Act.WITHDRAWN, now, deal, deal.moved_by, number)


def corrected(
    session: Session,
    portal_id: int,
    deal: DealSnapshot,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    number: str,
    now: datetime,
) -> None:
    """An order leaves (again) with other data than those refused; requests as JSON, {} = there was none.

    Our own writes to the deal are in the name of those whose keys we use: somebody else's hand was the last on it
    after them.
    """
    ours = {row.user_id for row in tokens.pool(session, portal_id)}
    by = 0 if deal.updated_by in ours else deal.updated_by
    changes = compared(_told(before), _told(after), _HIDDEN)
    _write(session, portal_id, Act.CORRECTED, now, deal, by, number, changes)


def _told(request: Mapping[str, Any]) -> dict[str, Any]:
    """{} for a request that an older version of the program stored and this one cannot read."""
    try:
        sent = ShipmentRequest.from_json(request)
    except (KeyError, TypeError, ValueError):
        return {}
    return {
        "name": sent.recipient.name,
        "phone": sent.recipient.phone or sent.recipient.phone_raw,
        "email": sent.recipient.email,
        "company": sent.recipient.company,
        "address": sent.address.text if sent.address else "",
        "point_code": sent.point_code,
        "parcels": [each.to_json() for each in sent.parcels],
        "kind": sent.kind.value,
        "cod_minor": sent.cod.minor if sent.cod else None,
    }


def _write(
    session: Session,
    portal_id: int,
    act: Act,
    now: datetime,
    deal: DealSnapshot,
    user_id: int,
    number: str,
    changes: tuple[audit.Change, ...] = (),
) -> None:
    by = Author(user_id, "") if user_id else None
    detail = {"title": number, "currency": deal.currency}
    audit.write(session, portal_id, act, now, by=by, deal_id=deal.deal_id, changes=changes, detail=detail)
