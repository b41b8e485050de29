"""Orders: build(our request) -> the body of `preregistration/submit`, parse(its answer) -> our state (pek.md §5.1).
Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from b24app.logistics.errors import Refused
from b24app.logistics.model import Address, DeliveryKind, Recipient, Sender, ShipmentRequest
from b24app.logistics.order import Decision, OrderState, fingerprint
from b24app.logistics.problem import Field, Problem, Who
from b24app.systems.kit.units import whole_units
from b24app.systems.pek.cargo import cash, is_sealed, totals, worth
from b24app.systems.pek.vocabulary import CONTENT, MOBILE, PRODUCTS, STEP, TRACKING_URL, latin, person, remote_id
from b24app.systems.pek.zones import coordinates
from b24app.systems.plugin import OpenContext

#: We bring it to a terminal; they collect it at an address.
SELF, FETCH = 0, 3
PERSON = 3
#: A pickup's interval is at least four hours.
PICKUP_FROM, PICKUP_TO = "10:00:00", "18:00:00"
EDI = "FFS_EDI"
MAX_COMMENT = 255
RUSSIA = "643"


@dataclass(frozen=True, slots=True)
class Terms:
    """What the connection's settings say of the account. `payer`: 1 = the sender pays PEK, 2 = the receiver."""

    inn: str = ""
    legal_form: str = "1"
    docflow: str = "COURIER"
    edi_mail: str = ""
    content: str = CONTENT
    payer: str = "1"
    vat: str = ""

    @classmethod
    def of(cls, context: OpenContext) -> Terms:
        """What is not said is as above."""
        return cls(**{each.name: said for each in fields(cls) if (said := context.setting(each.name))})


def product(service: str) -> int:
    """Raises Refused."""
    if service not in PRODUCTS:
        raise Refused([Problem("service_unknown", Field.SERVICE, Who.ADMIN, params={"service": service})])
    return PRODUCTS[service]


def build_order(request: ShipmentRequest, sender: Sender, terms: Terms, day: date) -> dict[str, Any]:
    """`day`: when a car may come, where they collect. Raises Refused for what cannot be said in their words."""
    fetch = not sender.point_code
    common: dict[str, Any] = {"docflowType": terms.docflow, "orderType": FETCH if fetch else SELF}
    body: dict[str, Any] = {"common": common, "sender": _sender(sender, terms)}
    if fetch:
        common |= {"plannedDate": day.isoformat(), "callToScheduleCar": True}
        body["pickUpDetails"] = {"periodTimeFrom": PICKUP_FROM, "periodTimeTo": PICKUP_TO}
        if sender.address is not None:
            body["pickUpDetails"] |= coordinates(sender.address)
    if terms.docflow == EDI:
        body["EDICounterpart"] = {"EDItype": 1, "EDImail": terms.edi_mail}
    cargo = {**totals(request.parcels), "type": product(request.service_code), "description": terms.content}
    cargo |= {"orderNumber": request.number, "customerCorrelation": request.number}
    if terms.docflow == EDI:
        cargo["countryCargocode"] = [RUSSIA]
    services = _services(request, terms, fetch)
    vendor = {"vendorINN": terms.inn, "vendorName": _title(sender), "vendorPhone": sender.phone or ""}
    money = cash(request, vendor, terms.vat, terms.payer == "1")
    if money:
        services["cashOnDelivery"] = money
    body["cargos"] = [{"common": cargo, "receiver": _receiver(request), "services": services}]
    return body


def _title(sender: Sender) -> str:
    return sender.company or sender.name


def _sender(sender: Sender, terms: Terms) -> dict[str, Any]:
    if not _title(sender):
        raise Refused([Problem("sender_name", Field.SENDER, Who.ADMIN)])
    if not sender.phone:
        raise Refused([Problem("sender_phone", Field.SENDER, Who.ADMIN)])
    found: dict[str, Any] = {
        "legalForm": int(terms.legal_form),
        "inn": terms.inn,
        "title": _title(sender),
        "person": sender.name or _title(sender),
        "personPhones": [{"phone": sender.phone}],
    }
    if sender.point_code:
        return found | {"warehouseId": sender.point_code}
    return found | {"addressStock": sender.address.text if sender.address else ""}


def _receiver(request: ShipmentRequest) -> dict[str, Any]:
    """A natural person who shows a code from an SMS: companies would need a tax number, papers a passport, and neither
    is in a deal."""
    who = request.recipient
    names = person(who.name)
    if names is None:
        raise Refused([Problem("name_invalid", Field.NAME, params={"value": who.name})])
    found: dict[str, Any] = {
        "legalForm": PERSON,
        "title": who.name,
        "individual": names,
        "person": who.name,
        "personPhones": [{"phone": _mobile(who)}],
    }
    if who.email:
        found["email"] = who.email
    if request.kind is DeliveryKind.PICKUP:
        return found | {"warehouseId": request.point_code or ""}
    address = request.address or Address("")
    found |= {"addressStock": address.text, **coordinates(address)}
    if request.comment:
        found["comment"] = request.comment[:MAX_COMMENT]
    return found


def _mobile(who: Recipient) -> str:
    """The one number for the code: exactly one mobile without an extension (§5.1). Never a spare one: an order is known
    as ours by the recipient's number."""
    if not MOBILE.fullmatch(who.phone or ""):
        raise Refused([Problem("phone_refused", Field.PHONE)])
    return str(who.phone)


def _services(request: ShipmentRequest, terms: Terms, fetch: bool) -> dict[str, Any]:
    payer = {"payer": {"type": int(terms.payer)}}
    off: dict[str, Any] = {"enabled": False}
    declared = worth(request)
    insured = {"enabled": True, "cost": whole_units(declared), **payer} if declared else off
    door = request.kind is DeliveryKind.COURIER
    return {
        "transporting": payer,
        **({"pickUp": payer} if fetch else {}),
        "delivery": {"enabled": True, **payer} if door else off,
        "insurance": insured,
        "sealing": {"enabled": True, **payer} if is_sealed(request) else off,
        "hardPacking": off,
        "strapping": off,
        "documentsReturning": off,
    }


# --- answers ----------------------------------------------------------------------------------------------------------


def parse_submit(data: Any, request: ShipmentRequest) -> OrderState | None:
    """None when the answer names no cargo. Warnings stand at the top or, as the page prints them, among the cargos."""
    rows = [latin(row) for row in latin(data).get("cargos") or []]
    code = next((str(row["cargoCode"]) for row in rows if row.get("cargoCode")), "")
    if not code:
        return None
    return OrderState(
        remote_id=remote_id(code, request.kind is DeliveryKind.COURIER),
        number=request.number,
        decision=Decision.ACCEPTED,
        order_number=code,
        tracking_number=code,
        tracking_url=TRACKING_URL.format(code),
        warnings=tuple(_warnings([latin(data), *rows])),
        fingerprint=fingerprint(request, STEP),
        total_step_g=STEP,
    )


def _warnings(rows: Iterable[Mapping[str, Any]]) -> Iterable[Problem]:
    """What may change the price or the term, and drafts that somebody has to sign (§5.1)."""
    for row in rows:
        for text in row.get("notifications") or []:
            yield Problem("warning_unknown", Field.ORDER, Who.ADMIN, their_text=str(text))
        for link in row.get("ediTemplateUrls") or []:
            yield Problem("warning_unknown", Field.ORDER, Who.ADMIN, their_code="edi", their_text=str(link))
