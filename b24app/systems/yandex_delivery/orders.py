"""Other-day orders: build(our request) -> their body, parse(their answer) -> our state (yandex-delivery.md §A6, §A7).
Kopecks, grams and whole centimetres. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

from b24app.logistics.extras import Extra
from b24app.logistics.model import DeliveryKind, Parcel, Recipient, ShipmentRequest
from b24app.logistics.order import Decision, OrderState, fingerprint_of
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.status import Status
from b24app.systems.kit.goods import Pieces, collect, pieces
from b24app.systems.kit.links import link_of
from b24app.systems.kit.rows import rows_of
from b24app.systems.kit.units import centimetres
from b24app.systems.yandex_delivery.errors import child
from b24app.systems.yandex_delivery.tracking import platform_events
from b24app.systems.yandex_delivery.vocabulary import AT_POINTS, house_and_flat

MAX_CODE = 32
VAT_RATES = frozenset({0, 5, 7, 10, 22})
NO_VAT = -1


def build_order(
    request: ShipmentRequest, station: str, inn: str = "", vat: str = "", on_receipt: str = ""
) -> dict[str, Any]:
    """The body of `offers/create` (§A6). `vat`: "" = none, `rows` = the goods' own, or one rate for all; `on_receipt`:
    how the recipient pays."""
    items = [item for parcel in request.parcels for item in parcel.items]
    info = {"operator_request_id": request.number}
    partial = {"particular_items_refuse": True} if Extra.PARTIAL in request.extras else {}
    return {
        "info": info | ({"comment": request.comment} if request.comment else {}),
        "source": {"platform_station": {"platform_id": station}},
        "destination": destination(request),
        "items": _items(request, inn, vat),
        "places": [
            {"barcode": barcode(request, n), "physical_dims": dims(parcel)}
            for n, parcel in enumerate(request.parcels, start=1)
        ],
        "billing_info": {
            "payment_method": (on_receipt or "card_on_receipt") if request.cod else "already_paid",
            "delivery_cost": collect(items, request.cod).delivery,
        },
        "recipient_info": recipient_info(request.recipient),
        "last_mile_policy": policy(request.kind),
        **partial,
    }


def policy(kind: DeliveryKind) -> str:
    return "self_pickup" if kind is DeliveryKind.PICKUP else "time_interval"


def barcode(request: ShipmentRequest, n: int) -> str:
    return f"{request.number}-{n}"


def destination(request: ShipmentRequest) -> dict[str, Any]:
    """A point, or an address as typed with its flat apart; a pin on the map goes with it."""
    if request.kind is DeliveryKind.PICKUP:
        return {"type": "platform_station", "platform_station": {"platform_id": request.point_code or ""}}
    address = request.address
    if address is None:
        raise ValueError("a courier order without an address")
    house, flat = house_and_flat(address.text)
    details = {"full_address": house, "apartment": flat, "postal_code": address.postal_code or ""}
    place: dict[str, Any] = {"details": {name: text for name, text in details.items() if text}}
    if address.lat is not None and address.lon is not None:
        place |= {"latitude": address.lat, "longitude": address.lon}
    return {"type": "custom_location", "custom_location": place}


def dims(parcel: Parcel) -> dict[str, int]:
    """§A5: dx length, dy height, dz width."""
    return {
        "weight_gross": parcel.weight_g,
        "dx": centimetres(parcel.length_mm),
        "dy": centimetres(parcel.height_mm),
        "dz": centimetres(parcel.width_mm),
    }


def unsized(parcels: Sequence[Parcel]) -> list[Problem]:
    """Every box needs its three sides."""
    known = all(min(parcel.length_mm, parcel.width_mm, parcel.height_mm) > 0 for parcel in parcels)
    return [] if known else [Problem("size_refused", Field.SIZE)]


def only_at_points(request: ShipmentRequest) -> list[Problem]:
    """What the buyer chose and no courier gives (§A12)."""
    if request.kind is DeliveryKind.PICKUP:
        return []
    return [Problem(AT_POINTS[each], Field.SERVICE) for each in request.extras if each in AT_POINTS]


def recipient_info(recipient: Recipient) -> dict[str, str]:
    """One word is a first name, two are first and last, three or more are last, first and patronymic."""
    words = recipient.name.split()
    named = {"first_name": recipient.name}
    if len(words) == 2:
        named = {"first_name": words[0], "last_name": words[1]}
    elif len(words) > 2:
        named = {"last_name": words[0], "first_name": words[1], "patronymic": " ".join(words[2:])}
    named["phone"] = recipient.phone or recipient.phone_raw
    return named | ({"email": recipient.email} if recipient.email else {})


def _name(who: Mapping[str, Any]) -> str:
    order = ("last_name", "first_name", "patronymic") if who.get("patronymic") else ("first_name", "last_name")
    return " ".join(str(who.get(part) or "") for part in order)


def _items(request: ShipmentRequest, inn: str, vat: str) -> list[dict[str, Any]]:
    """Goods by boxes; a box without any holds one row of its own: theirs may not be empty (§A12)."""
    rows = []
    packages = pieces([parcel.items for parcel in request.parcels], request.cod, request.declared)
    for n, package in enumerate(packages, start=1):
        used: set[str] = set()
        place = barcode(request, n)
        found = [
            _item(row, used, paid=request.cod is not None, inn=inn, vat=vat) | _fitting(request) for row in package
        ]
        empty = {"count": 1, "name": place, "article": place, "billing_details": _money(0, 0, inn, NO_VAT)}
        rows += [{**row, "place_barcode": place} for row in found or [empty]]
    return rows


def _fitting(request: ShipmentRequest) -> dict[str, bool]:
    """Said beside a partial buy-out too, which means fitting where nothing is said (§A6)."""
    return {"fitting": Extra.FITTING in request.extras} if request.extras else {}


def _item(row: Pieces, used: set[str], *, paid: bool, inn: str, vat: str) -> dict[str, Any]:
    """What is collected of a piece never exceeds what it is declared at (§A12), so the declared value gives way; of
    prepaid goods the price is only a statement and gives way itself."""
    price = row.paid if paid else min(row.item.price.minor, row.worth)
    rate = vat_rate(vat, row.item.vat_percent)
    return {
        "count": row.quantity,
        "name": row.item.name,
        "article": _article(row, used),
        "billing_details": _money(price, max(row.worth, price), inn, rate),
    }


def _article(row: Pieces, used: set[str]) -> str:
    """Unique in its box (§A12)."""
    base = row.item.sku or f"item-{row.position}"
    names = (base if n == 1 else f"{base}_{n}" for n in count(1))
    article = next(name for name in names if name not in used)
    used.add(article)
    return article


def _money(price: int, assessed: int, inn: str, rate: int) -> dict[str, Any]:
    told = {"nds": rate, "unit_price": price, "assessed_unit_price": assessed}
    return {"inn": inn, **told} if inn else told


def vat_rate(setting: str, of_row: int | None) -> int:
    """−1 = without VAT; also for a rate that they do not take: a wrong one would print a wrong receipt."""
    rate = of_row if setting == "rows" else int(setting) if setting.isdigit() else None
    return rate if rate in VAT_RATES and rate is not None else NO_VAT


# --- answers ---------------------------------------------------------------------------------------------------------


def parse_order(row: Mapping[str, Any], history: Sequence[Mapping[str, Any]] = ()) -> OrderState | None:
    """An element of `request/info`; `history` are its states, else the newest one is all that is known. The price is
    not in it: the offer told it (§A6). None when it names no order."""
    remote_id = str(row.get("request_id") or "")
    state = child(row, "state")
    if not remote_id or not state:
        return None
    request = child(row, "request")
    events = platform_events([*history, state])
    code = str(state.get("status") or "")
    number = str(row.get("courier_order_id") or "")
    decision, problems = _decided(code, events, str(state.get("description") or ""))
    ended = any(event.status is Status.CANCELLED for event in events)
    # Also a cancellation on the way ends here: the parcel then travels back (§A10).
    called_off = any(event.code == "CANCELLED" and event.reason == "SHOP_CANCELLED" for event in events)
    known = decision is Decision.ACCEPTED
    return OrderState(
        remote_id=remote_id,
        number=str(child(request, "info").get("operator_request_id") or ""),
        decision=decision,
        order_number=(number or remote_id) if known else "",
        tracking_number=(number or remote_id) if known else "",
        tracking_url=link_of(row.get("sharing_url")) if known else "",
        point_code=str(child(request, "destination", "platform_station").get("platform_id") or ""),
        problems=problems,
        events=events,
        fingerprint=order_fingerprint(request),
        cancel=Decision.ACCEPTED if ended or called_off else None,
        # Text, because it may begin with zeros (§A7).
        pickup_code=str(child(row, "self_pickup_node_code").get("code") or "")[:MAX_CODE] if known else "",
    )


def _decided(code: str, events: Sequence[Any], words: str) -> tuple[Decision, tuple[Problem, ...]]:
    statuses = {event.status for event in events}
    if Status.REJECTED in statuses:
        return Decision.REFUSED, (Problem("order_invalid", Field.ORDER, Who.CARRIER, code, words),)
    return (Decision.PENDING if statuses <= {Status.SUBMITTING} else Decision.ACCEPTED), ()


def order_fingerprint(request: Mapping[str, Any]) -> str:
    """Empty when the answer is a slim one, without the recipient or the boxes."""
    who, places = child(request, "recipient_info"), rows_of(request.get("places"))
    weights = [child(place, "physical_dims").get("weight_gross") for place in places]
    if not who or not weights or not all(isinstance(weight, int) for weight in weights):
        return ""
    return fingerprint_of(_name(who), str(who.get("phone") or ""), [int(weight) for weight in weights if weight])
