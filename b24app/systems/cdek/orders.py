"""Orders: build(our request) -> their body, parse(their answer) -> our state (cdek.md §4, §6). Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from b24app.logistics.extras import Extra
from b24app.logistics.model import Address, DeliveryKind, Parcel, Recipient, Sender, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.order import ChangeState, Decision, OrderState, TrackingEvent, fingerprint_of
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.status import Incident, Status
from b24app.systems.cdek.errors import problems_of, request_errors, request_warnings, rows_of
from b24app.systems.cdek.goods import item_rows, payment, vat_rate
from b24app.systems.cdek.left import left_in
from b24app.systems.cdek.tracking import problem_events, status_events
from b24app.systems.cdek.vocabulary import EXTRAS, TRACKING_URL
from b24app.systems.kit.goods import collect
from b24app.systems.kit.units import centimetres, day_of, moment_of, money_of, whole_units

SHOP, FREIGHT = 1, 2
MAX_NUMBER = 40
MAX_PHONES = 10
MAX_COMMENT = 255


@dataclass(frozen=True, slots=True)
class Way:
    """What was looked up for one order: the contract's type, tariff, city codes, who sends and how VAT prints."""

    order_type: int
    tariff: int
    sender: Sender
    to_city: str = ""
    from_city: str = ""
    vat: str = ""


def build_order(request: ShipmentRequest, way: Way) -> dict[str, Any]:
    """The body of `POST /v2/orders` (§6.1). Raises nothing: what CDEK does not like it says itself."""
    body: dict[str, Any] = {
        "type": way.order_type,
        "number": request.number[:MAX_NUMBER],
        "tariff_code": way.tariff,
        "recipient": recipient_contact(request.recipient),
        "packages": _packages(request, way),
        **_from(way),
        **_to(request, way),
    }
    if request.comment:
        body["comment"] = request.comment[:MAX_COMMENT]
    sender = sender_contact(way.sender)
    if sender:
        body["sender"] = sender
    money = _money(request, way)
    services = [*money.pop("services", ()), *extra_services(request)]
    return body | money | ({"services": services} if services else {})


def extra_services(request: ShipmentRequest) -> list[dict[str, Any]]:
    """What the buyer chose beside carrying (§8)."""
    return [{"code": EXTRAS[each]} for each in request.extras if each in EXTRAS]


def without_services(request: ShipmentRequest, order_type: int) -> list[Problem]:
    """Why what was chosen cannot be had (§8): fitting and parts belong to a shop's contract, and of one piece nobody
    buys a part."""
    if order_type == FREIGHT:
        wanted = (Extra.FITTING, Extra.PARTIAL)
        return [
            Problem(f"no_extra_{each}_contract", Field.SERVICE, Who.ADMIN) for each in wanted if each in request.extras
        ]
    pieces = sum(item.quantity for parcel in request.parcels for item in parcel.items)
    return [Problem("no_extra_partial_single", Field.SERVICE)] if Extra.PARTIAL in request.extras and pieces < 2 else []


def _from(way: Way) -> dict[str, Any]:
    if way.sender.point_code:
        return {"shipment_point": way.sender.point_code}
    return {"from_location": location(way.sender.address or Address(""), way.from_city)}


def _to(request: ShipmentRequest, way: Way) -> dict[str, Any]:
    if request.kind is DeliveryKind.PICKUP:
        return {"delivery_point": request.point_code or ""}
    return {"to_location": location(request.address or Address(""), way.to_city)}


def location(address: Address, city_code: str) -> dict[str, Any]:
    """The address goes as typed; the city is named by its code, which CDEK recognises before anything else (§14)."""
    place: dict[str, Any] = {"address": address.text}
    if city_code:
        place["code"] = int(city_code)
    if address.postal_code:
        place["postal_code"] = address.postal_code
    return place


def recipient_contact(recipient: Recipient) -> dict[str, Any]:
    first: dict[str, Any] = {"number": recipient.phone or recipient.phone_raw}
    if recipient.extension:
        first["additional"] = recipient.extension
    spare = [{"number": phone} for phone in recipient.spare_phones]
    contact: dict[str, Any] = {"name": recipient.name, "phones": [first, *spare][:MAX_PHONES]}
    if recipient.email:
        contact["email"] = recipient.email
    if recipient.company:
        contact["company"] = recipient.company
    return contact


def sender_contact(sender: Sender) -> dict[str, Any]:
    contact: dict[str, Any] = {}
    if sender.company:
        contact["company"] = sender.company
    if sender.name or sender.company:
        contact["name"] = sender.name or sender.company
    if sender.phone:
        contact["phones"] = [{"number": sender.phone}]
    return contact


def _packages(request: ShipmentRequest, way: Way) -> list[dict[str, Any]]:
    """Several share the COD and the declared value by their goods."""
    packages = [_package(index, parcel) for index, parcel in enumerate(request.parcels, start=1)]
    if way.order_type == SHOP:
        goods = item_rows([parcel.items for parcel in request.parcels], request.cod, request.declared, way.vat)
        return [package | {"items": rows} for package, rows in zip(packages, goods, strict=True)]
    inside = (", ".join(item.name for item in parcel.items)[:MAX_COMMENT] for parcel in request.parcels)
    return [package | {"comment": words or request.number} for package, words in zip(packages, inside, strict=True)]


def _package(index: int, parcel: Parcel) -> dict[str, Any]:
    package: dict[str, Any] = {"number": str(index), "weight": parcel.weight_g}
    if min(parcel.length_mm, parcel.width_mm, parcel.height_mm) > 0:
        package |= {
            "length": centimetres(parcel.length_mm),
            "width": centimetres(parcel.width_mm),
            "height": centimetres(parcel.height_mm),
        }
    return package


def _money(request: ShipmentRequest, way: Way) -> dict[str, Any]:
    """What exceeds the goods is the delivery's; a delivery contract insures by a service (§5.3), collects nothing."""
    items = [item for parcel in request.parcels for item in parcel.items]
    if way.order_type == FREIGHT:
        worth = request.declared.minor if request.declared else sum(item.price.minor * item.quantity for item in items)
        return {"services": [{"code": "INSURANCE", "parameter": f"{whole_units(Money(worth)):.2f}"}]} if worth else {}
    delivery = collect(items, request.cod).delivery
    if not delivery or request.cod is None:
        return {}
    rate = vat_rate(way.vat, None)
    return {"delivery_recipient_cost": payment(delivery, request.cod.currency, rate)}


# --- answers ----------------------------------------------------------------------------------------------------------


def parse_order(data: Mapping[str, Any], back: bool = False) -> OrderState | None:
    """An order as CDEK shows it; None when the answer names no order. `back` = it is a return order."""
    entity = data.get("entity")
    if not isinstance(entity, Mapping) or not entity.get("uuid"):
        return None
    requests = rows_of(data.get("requests"))
    events, retracted = status_events(entity, back)
    number = str(entity.get("cdek_number") or "")
    decision, problems = decided(requests, events, number)
    cancel, cancel_problems = cancellation(requests, events)
    detail = entity.get("delivery_detail")
    return OrderState(
        remote_id=str(entity["uuid"]),
        number=str(entity.get("number") or ""),
        decision=decision,
        order_number=number,
        tracking_number=number,
        tracking_url=TRACKING_URL.format(number) if number else "",
        price=_price(detail) if isinstance(detail, Mapping) else None,
        promised=day_of(entity.get("planned_delivery_date")),
        keep_until=moment_of(entity.get("keep_free_until")),
        point_code=str(entity.get("delivery_point") or ""),
        problems=problems or cancel_problems,
        warnings=request_warnings(requests),
        events=tuple(sorted([*events, *problem_events(entity)], key=lambda event: event.at)),
        retracted=tuple(retracted),
        fingerprint=entity_fingerprint(entity),
        return_ids=tuple(related(data, "return_order")),
        cancel=cancel,
        changes=change_requests(requests),
        in_part=left_in(entity) if any(event.incident is Incident.PARTIAL for event in events) else None,
        weighed_g=_weighed(rows_of(entity.get("packages"))),
    )


def decided(
    requests: Sequence[Mapping[str, Any]], events: Sequence[TrackingEvent], number: str
) -> tuple[Decision, tuple[Problem, ...]]:
    """Accepted only when CDEK's number is there: it may lag some seconds behind SUCCESSFUL (§4)."""
    refused = _creations(requests, "INVALID")
    statuses = {event.status for event in events}
    if refused or (Status.REJECTED in statuses and not number):
        errors = [error for request in refused or requests for error in request_errors(request)]
        return Decision.REFUSED, problems_of(errors)
    decided_well = statuses - {Status.SUBMITTING} or _creations(requests, "SUCCESSFUL")
    return (Decision.ACCEPTED if number and decided_well else Decision.PENDING), ()


def _creations(requests: Sequence[Mapping[str, Any]], state: str) -> list[Mapping[str, Any]]:
    return [request for request in requests if request.get("type") == "CREATE" and request.get("state") == state]


def cancellation(
    requests: Sequence[Mapping[str, Any]], events: Sequence[TrackingEvent]
) -> tuple[Decision | None, tuple[Problem, ...]]:
    """How the newest DELETE request goes; a status REMOVED answers for it."""
    if any(event.status is Status.CANCELLED for event in events):
        return Decision.ACCEPTED, ()
    deletes = [request for request in requests if request.get("type") == "DELETE"]
    if not deletes:
        return None, ()
    newest = max(deletes, key=lambda request: str(request.get("date_time") or ""))
    if newest.get("state") == "INVALID":
        return Decision.REFUSED, problems_of(request_errors(newest))
    return (Decision.ACCEPTED if newest.get("state") == "SUCCESSFUL" else Decision.PENDING), ()


_STATES = {"SUCCESSFUL": Decision.ACCEPTED, "INVALID": Decision.REFUSED}


#: Requests that change nothing of the order that goes on. That of a refusal has no documented type (§4).
_NO_CHANGE = frozenset({"CREATE", "DELETE", "AUTH", "GET", "CREATE_CLIENT_RETURN"})


def change_requests(requests: Sequence[Mapping[str, Any]]) -> tuple[ChangeState, ...]:
    """Changes and refusals, oldest first (§6.6, §6.8); one that is neither done nor refused is still being decided."""
    updates = [request for request in requests if str(request.get("type") or "GET") not in _NO_CHANGE]
    return tuple(
        ChangeState(
            str(request.get("request_uuid") or ""),
            _STATES.get(str(request.get("state")), Decision.PENDING),
            problems_of(request_errors(request)),
            request_warnings([request]),
        )
        for request in sorted(updates, key=lambda request: str(request.get("date_time") or ""))
    )


def entity_fingerprint(entity: Mapping[str, Any]) -> str:
    """Empty when CDEK does not show the recipient or the packages (a refused order may be bare, §4)."""
    recipient = entity.get("recipient")
    weights = [package.get("weight") for package in rows_of(entity.get("packages"))]
    if not isinstance(recipient, Mapping) or not weights:
        return ""
    if not all(isinstance(weight, int | float) for weight in weights):
        return ""
    phones = rows_of(recipient.get("phones"))
    phone = str(phones[0].get("number") or "") if phones else ""
    return fingerprint_of(str(recipient.get("name") or ""), phone, [int(weight) for weight in weights if weight])


def _price(detail: Mapping[str, Any]) -> Money | None:
    """What the order costs the sender: the total if it is known, else the delivery alone."""
    return money_of(detail.get("total_sum")) or money_of(detail.get("delivery_sum"))


def _weighed(packages: Sequence[Mapping[str, Any]]) -> int:
    """What CDEK charges for: the larger of weight and volume of each package, whole grams (§6.3); 0 = it does not say
    that of each."""
    weights = [package.get("weight_calc") for package in packages]
    told = [int(weight) for weight in weights if isinstance(weight, int | float) and weight > 0]
    return sum(told) if len(told) == len(weights) else 0


def related(data: Mapping[str, Any], kind: str) -> list[str]:
    """Keys of the entities of this kind that belong to an order (§6.3)."""
    rows = rows_of(data.get("related_entities"))
    return [str(row["uuid"]) for row in rows if row.get("type") == kind and row.get("uuid")]
