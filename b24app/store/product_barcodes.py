"""Codes that clerks taught: the portal has no list of its products' barcodes, so who scans an unknown one says which
goods it stands on, and it is known from then on in all returns of the portal.

A code that stands in the table is what the table says, also where a return has an older copy of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from b24app.flows.returns.sold import goods_key
from b24app.flows.snapshot import ProductRow
from b24app.logistics.returning import Return, Scan, Sold
from b24app.store.models import CodeKind, ProductBarcode, ReturnCode, ReturnRow, ReturnScan, Shipment
from b24app.store.models.base import MAX_NAME
from b24app.store.returns_found import plain
from b24app.store.sql import changed, chunks, locked


def key_of(sold: Sold) -> str:
    return goods_key(sold.product_id, sold.title, sold.sku)


# --- learning ---------------------------------------------------------------------------------------------------------


def heed(session: Session, portal_id: int, return_id: int, scans: Sequence[Scan], now: datetime) -> None:
    """What these scans teach and what their undos take back; they are new, and kept already, in this transaction. The
    last teaching of a code wins; an undo of another one changes nothing."""
    undone = [scan.undoes for scan in scans if scan.undoes]
    for some in chunks(undone):
        mine = update(ProductBarcode).where(ProductBarcode.portal_id == portal_id)
        taught = mine.where(ProductBarcode.return_id == return_id, ProductBarcode.scan_key.in_(some))
        changed(session, taught.values(goods="", at=now))
    taught_by = {plain(scan.teaches): scan for scan in _standing(session, portal_id, return_id, scans)}
    taught_by.pop("", None)
    if not taught_by:
        return
    goods, never = _goods(session, portal_id, return_id), _never(session, portal_id, list(taught_by))
    for code, scan in sorted(taught_by.items()):  # in one order: two phones that teach the same do not lock each other
        if code not in never and scan.row in goods:
            _learn(session, portal_id, return_id, code, goods[scan.row], scan, now)


def _learn(session: Session, portal_id: int, return_id: int, code: str, goods: str, scan: Scan, now: datetime) -> None:
    said = {
        "return_id": return_id, "goods": goods, "scan_key": scan.key, "learnt_by": scan.by,
        "name": scan.name[:MAX_NAME], "at": now,
    }  # fmt: skip
    row, fresh = locked(session, ProductBarcode, {"portal_id": portal_id, "code": code}, said)
    if not fresh:
        for name, value in said.items():
            setattr(row, name, value)
        session.flush()


def _standing(session: Session, portal_id: int, return_id: int, scans: Sequence[Scan]) -> list[Scan]:
    """Those that teach and are not undone: with a bad network the undo may have come before."""
    teaching = [scan for scan in scans if scan.teaches and scan.row and not scan.undoes]
    undone: set[str] = set()
    for some in chunks([scan.key for scan in teaching]):
        mine = (ReturnScan.portal_id == portal_id, ReturnScan.return_id == return_id, ReturnScan.undoes.in_(some))
        undone |= set(session.scalars(select(ReturnScan.undoes).where(*mine)))
    return [scan for scan in teaching if scan.key not in undone]


def _goods(session: Session, portal_id: int, return_id: int) -> dict[int, str]:
    """By row of the deal."""
    mine = select(ReturnRow.sold).where(ReturnRow.portal_id == portal_id, ReturnRow.return_id == return_id)
    sold = [Sold.from_json(each) for each in session.scalars(mine)]
    return {each.row: key_of(each) for each in sold}


def _never(session: Session, portal_id: int, codes: Sequence[str]) -> set[str]:
    """Those that are no product's: numbers of returns and of shipments, which stand on boxes."""
    kinds = (CodeKind.NUMBER, CodeKind.TRACKING)
    found: set[str] = set()
    for some in chunks(codes):
        ours = (ReturnCode.portal_id == portal_id, ReturnCode.kind.in_(kinds), ReturnCode.code.in_(some))
        found |= set(session.scalars(select(ReturnCode.code).where(*ours)))
        for column in (Shipment.number, Shipment.order_number, Shipment.tracking_number):
            its = select(func.upper(column)).where(Shipment.portal_id == portal_id, func.upper(column).in_(some))
            found |= set(session.scalars(its))
    return found


# --- what is known ----------------------------------------------------------------------------------------------------


def of_rows(session: Session, portal_id: int, rows: Iterable[ProductRow]) -> dict[int, tuple[str, ...]]:
    """Codes of a deal's goods, by row."""
    keys = {row.id: goods_key(row.product_id, row.name, row.sku) for row in rows}
    by_goods = _by_goods(_rows(session, portal_id, list(keys.values()), ()))
    return {row: tuple(by_goods[key]) for row, key in keys.items() if key in by_goods}


def told(session: Session, portal_id: int, cases: Sequence[Return]) -> list[Return]:
    """The same returns with the codes of their goods as they are known now."""
    sold = [line.sold for case in cases for line in case.lines]
    stored = [plain(code) for each in sold for code in each.barcodes]
    rows = _rows(session, portal_id, [key_of(each) for each in sold], stored)
    if not rows:
        return list(cases)
    by_goods, known = _by_goods(rows), {row.code for row in rows}

    def fresh(each: Sold) -> Sold:
        old = [code for code in each.barcodes if plain(code) not in known]
        return replace(each, barcodes=tuple(dict.fromkeys([*old, *by_goods.get(key_of(each), ())])))

    return [replace(case, lines=tuple(replace(line, sold=fresh(line.sold)) for line in case.lines)) for case in cases]


def _rows(session: Session, portal_id: int, keys: Sequence[str], codes: Sequence[str]) -> list[ProductBarcode]:
    """What the table says of these goods, and of these codes whosever they are."""
    found: dict[int, ProductBarcode] = {}
    for column, wanted in ((ProductBarcode.goods, keys), (ProductBarcode.code, codes)):
        for some in chunks(list(dict.fromkeys(wanted))):
            mine = select(ProductBarcode).where(ProductBarcode.portal_id == portal_id, column.in_(some))
            anew = session.scalars(mine, execution_options={"populate_existing": True})
            found |= {row.id: row for row in anew}
    return [found[key] for key in sorted(found)]


def _by_goods(rows: Iterable[ProductBarcode]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in rows:
        if row.goods:
            found.setdefault(row.goods, []).append(row.code)
    return found
