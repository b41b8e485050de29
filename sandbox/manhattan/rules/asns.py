"""Expected receipts (§3.3): saving, cancelling, receiving with conditions."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from sandbox.manhattan.data.items import ITEMS
from sandbox.manhattan.errors import Refused, refuse
from sandbox.manhattan.model import Asn, Receipt, Scope, Stock

from . import shapes

if TYPE_CHECKING:
    from sandbox.manhattan.core import Manhattan

Body = dict[str, Any]


def save(wm: Manhattan, scope: Scope, body: Body) -> Asn:
    """Create or replace, until receiving begins. Raises Refused."""
    if problems := shapes.asn(body, wm.switches.strict):
        raise Refused(problems)
    key = (scope.organization, body["AsnId"])
    known = wm.asns.get(key)
    kept = copy.deepcopy(body)
    if known is None:
        found = Asn(*key, kept, wm.time(), wm.time())
        wm.asns[key] = found
        rows = {row["ItemId"]: row["ShippedQuantity"] for row in lines_of(kept)}
        wm.note("receipt.accepted", found.id, facility=found.facility, goods=rows, origin=kept["AsnOriginTypeId"])
        return found
    _must_be_open(known)
    known.body, known.updated = kept, wm.time()
    wm.note("receipt.changed", known.id)
    return known


def put(wm: Manhattan, scope: Scope, number: str, changes: Body) -> Asn:
    """`{"Canceled": true}`, with one l (§3.3); else a partial change."""
    found = one(wm, scope, number)
    if changes.get("Canceled") is True and not (set(changes) - {"Canceled", "AsnStatus"}):
        if found.first is not None:
            raise refuse("RCV::RECEIVED", number)
        if not found.canceled:
            found.canceled, found.status, found.updated = True, "9000", wm.time()
            wm.note("receipt.cancelled", number)
        return found
    return save(wm, scope, {**found.body, **changes})


def one(wm: Manhattan, scope: Scope, number: str) -> Asn:
    found = wm.asns.get((scope.organization, number))
    if found is None or found.facility != scope.facility:
        raise refuse("FWCORE::404", f"Asn {number}")
    return found


def lines_of(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Rows by item, or those of the LPNs."""
    if body.get("AsnLevelId") == "LPN":
        return [row for lpn in body["Lpn"] for row in lpn["LpnDetail"]]
    return list(body.get("AsnLine") or [])


def inspect(wm: Manhattan, found: Asn, rows: list[Mapping[str, Any]], *, whole: bool) -> None:
    """Receive pieces by their condition, as the control API says: `accepted`, `damaged`, `surplus`; `missing` is what
    does not come. `whole` ends it: the ASN is verified. Raises ValueError."""
    if found.canceled or found.verified is not None:
        raise ValueError(f"{found.id} is over")
    fresh = [receipt for row in rows for receipt in _received(wm, found, row)]
    found.first = found.first or wm.time()
    found.last = found.updated = wm.time()
    found.receipts += fresh
    found.status = "8000" if whole else "3000"
    found.verified = wm.time() if whole else None
    for receipt in fresh:
        if receipt.condition == "GOOD":
            row = Stock(found.organization, found.facility, receipt.item, "RETURNS-01", receipt.quantity)
            wm.stock.append(row)
    wm.note("receipt.inspected", found.id, pieces=sum(row.quantity for row in fresh), whole=whole)


def _received(wm: Manhattan, found: Asn, row: Mapping[str, Any]) -> Iterator[Receipt]:
    item = str(row.get("sku") or "")
    if item not in ITEMS:
        raise ValueError(f"no such item: {item}")
    line = next((each for each in lines_of(found.body) if each["ItemId"] == item), {})
    number = str(line.get("AsnLineId") or line.get("LpnDetailId") or "")
    good = float(row.get("accepted") or 0) + float(row.get("surplus") or 0)
    for quantity, condition in ((good, "GOOD"), (float(row.get("damaged") or 0), "DAMAGED")):
        if quantity:
            yield Receipt(f"RCPT{next(wm.numbers):08d}", number, item, quantity, condition, wm.time())


def _must_be_open(found: Asn) -> None:
    if found.first is not None:
        raise refuse("RCV::RECEIVED", found.id)
    if found.canceled:
        raise refuse("RCV::CANCELED", found.id)
