"""What clerks scanned of a return: each scan once, however often a phone sends it, and none deleted.

Their sums are the core's (`flows.returns.scans`)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from b24app.logistics.returning import Condition, Scan
from b24app.store import product_barcodes, returns_rows
from b24app.store.models import ReturnScan
from b24app.store.models.base import MAX_NAME
from b24app.store.returns_found import plain
from b24app.store.sql import chunks, insert_new


def append(session: Session, portal_id: int, return_id: int, scans: Sequence[Scan], now: datetime) -> int:
    """Keeps scans that are not kept yet (by `key`); returns how many were new. After the commit the phone may forget
    all of them. Codes are kept as `returns_found.plain` writes them; those that they teach are learnt
    for the portal. Raises NoResultFound, ValueError for a scan without a key."""
    if not all(scan.key for scan in scans):
        raise ValueError("a scan without a key cannot be told from the next one")
    returns_rows.hold(session, portal_id, return_id)
    rows = [
        {
            "portal_id": portal_id, "return_id": return_id, "key": scan.key, "code": plain(scan.code), "row": scan.row,
            "quantity": str(scan.quantity), "condition": scan.condition, "undoes": scan.undoes,
            "note": scan.note or None, "teaches": plain(scan.teaches),
            "by": scan.by, "name": scan.name[:MAX_NAME], "at": scan.at, "got_at": now,
        }
        for scan in scans
    ]  # fmt: skip
    heeded = [scan for scan in scans if scan.teaches or scan.undoes]
    known = _known(session, portal_id, return_id, [scan.key for scan in heeded])
    fresh = insert_new(session, ReturnScan, rows, ["return_id", "key"])
    if fresh:
        returns_rows.step(session, portal_id, return_id, now)
    # What is sent again teaches nothing: somebody may have taught it otherwise since.
    anew = [scan for scan in heeded if scan.key not in known]
    if anew:
        product_barcodes.heed(session, portal_id, return_id, anew, now)
    return fresh


def _known(session: Session, portal_id: int, return_id: int, keys: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for some in chunks(keys):
        mine = (ReturnScan.portal_id == portal_id, ReturnScan.return_id == return_id, ReturnScan.key.in_(some))
        found |= set(session.scalars(select(ReturnScan.key).where(*mine)))
    return found


def of_return(session: Session, portal_id: int, return_id: int) -> tuple[Scan, ...]:
    """Undone ones and undos too, in the order in which they came to us."""
    mine = select(ReturnScan).where(ReturnScan.portal_id == portal_id, ReturnScan.return_id == return_id)
    return tuple(_scan(row) for row in session.scalars(mine.order_by(ReturnScan.id)))


def _scan(row: ReturnScan) -> Scan:
    return Scan(
        key=row.key,
        at=row.at,
        code=row.code,
        row=row.row,
        quantity=Decimal(row.quantity),
        condition=Condition(row.condition),
        by=row.by,
        name=row.name,
        undoes=row.undoes,
        note=row.note or "",
        teaches=row.teaches,
    )
