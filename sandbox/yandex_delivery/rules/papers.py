"""Labels and handover acts (§A11)."""

from __future__ import annotations

from sandbox.kernel.pdf import label_pdf
from sandbox.yandex_delivery.core import Yandex
from sandbox.yandex_delivery.errors import Refused, bad
from sandbox.yandex_delivery.fields import Fields
from sandbox.yandex_delivery.model import Account, Parcel

from .parcels import by_id

_SIZES = ("210x297", "100x150", "75x120", "58x60", "58x40")


def labels(yandex: Yandex, account: Account, fields: Fields) -> bytes:
    """One label per box. Raises Refused: not there yet, too many at once."""
    ids = fields.texts("request_ids", least=1)
    kind = fields.one_of("generate_type", ("one", "many"), "one")
    fields.one_of("language", ("ru", "en"), "ru")
    size = fields.one_of("label_size_mm", _SIZES, "100x150")
    if len(ids) > yandex.switches.label_cap:
        raise bad(f"Too many requests in one call: {len(ids)}")
    with yandex.lock:
        parcels = [by_id(yandex, account, request_id) for request_id in ids]
        for parcel in parcels:
            if yandex.switches.labels_wait and not parcel.has_been("CREATED"):
                raise Refused(404, "not_found", f"Labels of {parcel.request_id} are not ready")
            yandex.note("label.made", parcel.number, request_id=parcel.request_id)
        pages = [page for parcel in parcels for page in _pages(parcel)]
    return label_pdf(pages, "A4" if kind == "many" or size == "210x297" else "A6")


def _pages(parcel: Parcel) -> list[tuple[str, list[str]]]:
    who = parcel.body["recipient_info"]
    pages = []
    for number, place in enumerate(parcel.body["places"], start=1):
        code = f"{parcel.courier_order_id}-{number}"
        lines = [
            "Yandex Dostavka", code, f"N {parcel.number}",
            f"{who['first_name']} {who.get('last_name') or ''}".strip(),
            f"{place['physical_dims']['weight_gross']} g",
        ]  # fmt: skip
        pages.append((code, lines))
    return pages


def act(
    yandex: Yandex, account: Account, ids: list[str], codes: list[str], since: float | None, until: float | None,
    *, new: bool,
) -> tuple[bytes, list[str]]:  # fmt: skip
    """The act of what is handed over and whose numbers are in it. Raises Refused without a criterion."""
    if not (ids or codes or new or since is not None or until is not None):
        raise bad("At least one of new_requests, created_since, request_ids, request_code is required")
    with yandex.lock:
        mine = [parcel for parcel in yandex.parcels.values() if parcel.account == account.code]
        chosen = [parcel for parcel in mine if _wanted(parcel, ids, codes, since, until, new=new)]
        if not chosen:
            raise Refused(404, "not_found", "No orders for the act")
        lines = ["Akt priema-peredachi", *(f"{parcel.number}  {parcel.request_id}" for parcel in chosen)]
    return label_pdf([("ACT", lines[:50])], "A4"), [parcel.number for parcel in chosen]


def _wanted(
    parcel: Parcel, ids: list[str], codes: list[str], since: float | None, until: float | None, *, new: bool
) -> bool:
    if ids or codes:
        return parcel.request_id in ids or parcel.number in codes
    if new:
        return not parcel.stopped and not parcel.has_been("SORTING_CENTER_AT_START", "CANCELLED")
    return (since is None or parcel.created >= since) and (until is None or parcel.created <= until)
