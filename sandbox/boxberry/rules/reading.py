"""Reading orders and their history (contract §6.2, §7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.boxberry.core import Boxberry
from sandbox.boxberry.errors import NOT_FOUND, Refused, required
from sandbox.boxberry.model import Account, Parcel, Place, Status

from . import checks
from .accept import label_url
from .places import point
from .statuses import BALANCE, OVER

Rows = list[dict[str, Any]]


def found(boxberry: Boxberry, rows: Rows) -> Rows:
    """Nothing found is an empty list or a text, as the switch says (§3, §7)."""
    if not rows and boxberry.switches.nothing_found == "error":
        raise Refused(NOT_FOUND)
    return rows


def parcel_info(boxberry: Boxberry, account: Account, params: Mapping[str, Any]) -> Rows:
    """``ParcelInfo``: by track or client number; what is unknown is left out."""
    asked = params.get("parcels")
    if not isinstance(asked, list) or not asked:
        raise required("parcels")
    rows = []
    for entry in asked:
        keys = checks.mapping(entry, "parcels")
        checks.only(keys, "parcels", ("track", "order_id"))
        key = checks.text(keys.get("track"), "track") or checks.text(keys.get("order_id"), "order_id")
        if not key:
            raise required("track")
        parcel = boxberry.live(account.token, key)
        if parcel is not None:
            rows.append(_info(boxberry, parcel))
    return found(boxberry, rows)


def _info(boxberry: Boxberry, parcel: Parcel) -> dict[str, Any]:
    """An empty object comes as an empty list; a point's order carries its city in ``courier_delivery`` (§6.2)."""
    place = point(boxberry, parcel.point) if parcel.vid == 1 else None
    courier = {"postcode": parcel.postal, "city": parcel.city, "address_recipient": parcel.address or None}
    if place is not None:
        courier = {"postcode": "", "city": place.city.name, "address_recipient": None}
    pickup = {"pickup_point_code": parcel.point, "pickup_point_address": place.address if place else ""}
    return {
        "order_id": parcel.number,
        "track_number": parcel.track,
        "declared_cost": rubles(parcel.price),
        "payment_amount": rubles(parcel.payment),
        "delivery_cost": rubles(parcel.delivery),
        "delivery_type": parcel.vid,
        "courier_delivery": courier if courier["city"] else [],
        "pickup_point": pickup if parcel.vid == 1 else [],
        "recipient_data": {"full_name": parcel.fio, "email": parcel.email or None, "phone": "7" + parcel.phone},
        "products": parcel.items,
        "boxes_data": [_box(each) for each in parcel.places],
        "issue_type": parcel.issue,
    }


def _box(place: Place) -> dict[str, Any]:
    return {"weight": place.weight, "barcode": place.barcode, "x": place.x, "y": place.y, "z": place.z}


def rubles(kopecks: int) -> str:
    """As they write sums: without decimals when there are none."""
    return str(kopecks // 100) if kopecks % 100 == 0 else f"{kopecks // 100}.{kopecks % 100:02d}"


def parsel_story(boxberry: Boxberry, account: Account, params: Mapping[str, Any]) -> Rows:
    """``ParselStory``: newest first; without dates only the last one."""
    parcels = sorted(boxberry.of(account.token), key=lambda parcel: parcel.created, reverse=True)
    start = checks.day(params.get("from"), "from", "%Y%m%d")
    end = checks.day(params.get("to"), "to", "%Y%m%d")
    if start is None and end is None:
        parcels = parcels[:1]
    days = {parcel.track: boxberry.local(parcel.created).date() for parcel in parcels}
    rows = [
        {
            "track": parcel.track,
            "label": "" if parcel.barcode else label_url(boxberry, account.token, parcel),
            "date": boxberry.dotted_time(parcel.created),
            "send": bool(parcel.act),
            "barcode": parcel.barcode,
            "imid": parcel.number,
        }
        for parcel in parcels
        if (start is None or days[parcel.track] >= start) and (end is None or days[parcel.track] <= end)
    ]
    return found(boxberry, rows)


def parsel_list(boxberry: Boxberry, account: Account, _params: Mapping[str, Any]) -> dict[str, Any]:
    """``ParselList``: tracks that are in no act yet."""
    return {"ImIds": ",".join(parcel.track for parcel in boxberry.of(account.token) if not parcel.act)}


def orders_balance(boxberry: Boxberry, account: Account, params: Mapping[str, Any]) -> Rows:
    """``OrdersBalance``: what is under way, all in one call (§6.2, §7)."""
    postpaid = checks.chosen(params.get("OnlyPostpaid"), "OnlyPostpaid", ("0", "1"), "0") == "1"
    return [
        {
            "ID": parcel.number,
            "Status": BALANCE.get(parcel.stage, parcel.status),
            "Price": rubles(parcel.price),
            "Delivery_sum": rubles(parcel.delivery),
            "Payment_sum": rubles(parcel.payment),
        }
        for parcel in boxberry.of(account.token)
        if parcel.stage not in OVER and (parcel.payment or not postpaid)
    ]


def list_services(boxberry: Boxberry, account: Account, params: Mapping[str, Any]) -> Rows:
    """``ListServices``: charged after the issue; sums with a comma (§6.2)."""
    parcel = _asked(boxberry, account, params)
    if parcel is None or parcel.stage not in OVER:
        return []
    day = f"{boxberry.local(parcel.statuses[-1].moment):%Y-%m-%dT00:00:00}"
    fee = 15_036 + round(parcel.price * 0.005)
    return [
        {"Name": "Доставка заказа", "Sum": f"{fee / 100:.2f}".replace(".", ","), "Date": day, "PaymentMethod": "Банк"}
    ]


def list_statuses(boxberry: Boxberry, account: Account, params: Mapping[str, Any]) -> Rows:
    """``ListStatuses``: the history by track or client number, oldest first."""
    parcel = _asked(boxberry, account, params)
    lines = parcel.statuses if parcel else []
    return found(boxberry, [_line(boxberry, line) for line in lines])


def _line(boxberry: Boxberry, line: Status) -> dict[str, Any]:
    moment = boxberry.local(line.moment)
    form = {"space": "%Y-%m-%d %H:%M:%S", "iso": "%Y-%m-%dT%H:%M:%S", "slash": "%d/%m/%y %I:%M:%S %p"}
    row = {"Date": moment.strftime(form[boxberry.switches.date_format]), "Name": line.name}
    return row | ({"Comment": line.comment} if line.comment else {})


def list_statuses_full(boxberry: Boxberry, account: Account, params: Mapping[str, Any]) -> dict[str, Any]:
    """``ListStatusesFull``: dates without seconds; products only for a partial issue. Raises Refused."""
    parcel = _asked(boxberry, account, params)
    if parcel is None:
        raise Refused(NOT_FOUND)
    row: dict[str, Any] = {
        "statuses": [
            {"Date": f"{boxberry.local(line.moment):%d.%m.%Y %H:%M}", "Name": line.name, "Comment": line.comment}
            for line in parcel.statuses
        ],
        "PD": parcel.partial,
        "sum": _to_collect(parcel) / 100,
        "Weight": parcel.grams / 1000,
        "PaymentMethod": "Касса" if parcel.payment else "",
        "deliveryDate": parcel.storage_until or "0001-01-01",
    }
    if parcel.partial:
        row["products"] = [
            {"Name": item["name"], "Give": item["quantity"] - back, "Return": back, "Item_ID": item["vendor_code"]}
            for item, back in _left(parcel)
        ]
    return row


def _left(parcel: Parcel) -> list[tuple[Mapping[str, Any], int]]:
    """The rows of an order with how much of each goes back: as steered, else all of the first."""
    told = parcel.left or {parcel.items[0]["vendor_code"]: parcel.items[0]["quantity"]} if parcel.items else {}
    rest = dict(told)
    rows: list[tuple[Mapping[str, Any], int]] = []
    for item in parcel.items:
        back = min(item["quantity"], rest.get(item["vendor_code"], 0))
        rest[item["vendor_code"]] = rest.get(item["vendor_code"], 0) - back
        rows.append((item, back))
    return rows


def _to_collect(parcel: Parcel) -> int:
    """Kopecks: before the issue what is to be collected, after it what was (§7): nothing for what went back."""
    if not parcel.partial or not parcel.payment:
        return parcel.payment
    back: int = sum(round(item["price"] * 100) * pieces for item, pieces in _left(parcel))
    return parcel.payment - back


def _asked(boxberry: Boxberry, account: Account, params: Mapping[str, Any]) -> Parcel | None:
    key = checks.text(params.get("ImId"), "ImId")
    if not key:
        raise required("ImId")
    return boxberry.live(account.token, key)
