"""What a clerk may read off a box, and the returns that it names: their number, a tracking number, a barcode."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, and_, delete, or_, select
from sqlalchemy.orm import Session

from b24app.logistics.returning import Return
from b24app.store import returns_rows
from b24app.store.models import CodeKind, GoodsReturn, ProductBarcode, ReturnCode, ReturnRow
from b24app.store.sql import changed, insert_new

MAX_CODE = 128


def plain(text: str) -> str:
    """A code as it is compared: without blanks, without what a scanner sends between its parts, in capitals."""
    return "".join(each for each in text if each.isprintable() and not each.isspace()).upper()[:MAX_CODE]


def named(text: str) -> Select[GoodsReturn]:
    """Returns, whosever they are: those that are under way first, then the newest."""
    order = (GoodsReturn.stage.in_(returns_rows.ENDS), GoodsReturn.id.desc())
    return select(GoodsReturn).where(is_named(text)).order_by(*order)


def is_named(text: str, portal_id: int | None = None) -> ColumnElement[bool]:
    """Of a return: it, its parcel or its goods have this code. What clerks taught of a code goes before what returns
    have kept of it. `portal_id` None = whosever the return is."""
    whose = GoodsReturn.portal_id if portal_id is None else portal_id
    code = plain(text)
    its = (ProductBarcode.portal_id == ReturnCode.portal_id, ProductBarcode.code == code)
    old = or_(ReturnCode.kind != CodeKind.BARCODE, ~select(ProductBarcode.id).where(*its).exists())
    mine = select(ReturnCode.return_id).where(ReturnCode.portal_id == whose, ReturnCode.code == code, old)
    same = and_(ProductBarcode.portal_id == ReturnRow.portal_id, ProductBarcode.goods == ReturnRow.goods)
    taught = (
        select(ReturnRow.return_id)
        .join(ProductBarcode, same)
        .where(ReturnRow.portal_id == whose, ReturnRow.goods != "", ProductBarcode.code == code)
    )
    return or_(GoodsReturn.id.in_(mine), GoodsReturn.id.in_(taught))


def remember(session: Session, portal_id: int, return_id: int, case: Return, tracking: Sequence[str] = ()) -> None:
    """The return is found by its number, by these tracking numbers (and former ones), and by the barcodes of its goods
    as they are now."""
    barcodes = (ReturnCode.portal_id == portal_id, ReturnCode.return_id == return_id)
    changed(session, delete(ReturnCode).where(*barcodes, ReturnCode.kind == CodeKind.BARCODE))
    goods = [barcode for line in case.lines for barcode in line.sold.barcodes]
    _keep(session, portal_id, return_id, CodeKind.NUMBER, [case.number])
    _keep(session, portal_id, return_id, CodeKind.TRACKING, tracking)
    _keep(session, portal_id, return_id, CodeKind.BARCODE, goods)


def track(session: Session, portal_id: int, return_id: int, number: str) -> None:
    """A parcel that carries the return has this number. Raises NoResultFound."""
    returns_rows.hold(session, portal_id, return_id)
    _keep(session, portal_id, return_id, CodeKind.TRACKING, [number])


def _keep(session: Session, portal_id: int, return_id: int, kind: CodeKind, texts: Sequence[str]) -> None:
    codes = [code for code in dict.fromkeys(plain(text) for text in texts) if code]
    rows = [{"portal_id": portal_id, "return_id": return_id, "kind": kind, "code": code} for code in codes]
    insert_new(session, ReturnCode, rows, ["return_id", "kind", "code"])
