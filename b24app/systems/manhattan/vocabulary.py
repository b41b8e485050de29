"""What a mapping profile may name, and every code, unit and word of the system (manhattan.md)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from importlib.resources import files
from typing import Any

from b24app.logistics.problem import Field, Who
from b24app.logistics.status import Status
from b24app.logistics.warehouse import ReceiptStage
from b24app.systems.kit.meanings import Meanings
from b24app.systems.kit.units import decimal_of

# --- operations of a profile ------------------------------------------------------------------------------------------

_CONNECTION = "connection.organization connection.facility connection.timeZone connection.returnOrigin connection.mode"
_ITEM = "item.sku item.name item.qty item.price item.weight item.vat"
_DEAL = "deal.id deal.key"
_SHIPMENT = (
    "shipment.externalId shipment.createdAt shipment.comment shipment.mark shipment.weight shipment.declared"
    " shipment.reference shipment.items recipient.name recipient.firstName recipient.lastName recipient.phone"
    " recipient.email recipient.company address.text address.streetHouse address.city address.region"
    " address.postalCode address.country"
)
_RECEIPT = (
    "receipt.externalId receipt.expectedAt receipt.carrier receipt.trackingNumber receipt.reason receipt.shipmentId"
    " receipt.items recipient.name recipient.firstName recipient.lastName recipient.phone recipient.email"
    " recipient.company"
)
#: Sources that are lists of goods: `@each` takes them.
LISTS = ("shipment.items", "receipt.items")


@dataclass(frozen=True, slots=True)
class Operation:
    """One call of a profile. `sources` may be mapped from, `fields` are read in rows of its answer (`rows` True),
    `nested` in the rows below `lines`. `verbs` are its methods; the first field names the row."""

    title: Mapping[str, str]
    sources: tuple[str, ...]
    fields: tuple[str, ...] = ()
    nested: tuple[str, ...] = ()
    verbs: tuple[str, ...] = ("POST", "GET")
    required: bool = True
    needs: tuple[str, ...] = ()

    @property
    def writes(self) -> bool:
        return not self.fields


def _op(en: str, ru: str, sources: str, fields: str = "", **more: Any) -> Operation:
    known = tuple(f"{sources} {_CONNECTION}".split())
    return Operation({"en": en, "ru": ru}, known, tuple(fields.split()), **more)


_IDS, _SKUS, _ID = "ids count", "skus count page", "id"
_SAVES, _CHANGES = ("POST", "PUT"), ("PUT", "POST")
OPERATIONS: Mapping[str, Operation] = {
    "check_items": _op("Look articles up", "Проверка артикулов", _SKUS, "sku", required=False, needs=("sku",)),
    "create_shipment": _op("Send an order", "Отправка заказа", f"{_SHIPMENT} {_DEAL} {_ITEM}", verbs=_SAVES),
    "find_shipment": _op(
        "Find the order", "Поиск заказа", _IDS, "externalId mark firstName lastName cancelled changedAt lines",
        nested=("sku", "ordered"), needs=("externalId",),
    ),
    "status": _op(
        "Read the status", "Чтение статуса", f"{_IDS} page", "externalId of raw rawMax cancelled changedAt lines",
        nested=("sku", "ordered", "picked", "shipped"), needs=("externalId", "raw"),
    ),
    "failures": _op(
        "Why it is stuck", "Почему заказ стоит", _IDS, "externalId text changedAt", required=False,
        needs=("externalId", "text"),
    ),
    "packages": _op(
        "Read packages", "Чтение упаковок", _IDS,
        "externalId package trackingNumber weight length width height packedAt", required=False, needs=("externalId",),
    ),
    "cancel_original": _op("Cancel the original order", "Отмена исходного заказа", _ID, verbs=_CHANGES),
    "cancel_order": _op("Cancel the planned order", "Отмена заказа в плане", _ID, verbs=_CHANGES),
    "stock": _op("Read the stock", "Чтение остатков", _SKUS, "sku onHand allocated available", needs=("sku",)),
    "warehouses": _op("List warehouses", "Список складов", "", "code title address city zone", needs=("code",)),
    "order_statuses": _op("List order statuses", "Список статусов заказа", "", "code title", needs=("code",)),
    "create_receipt": _op("Announce a return", "Ожидание возврата", f"{_RECEIPT} {_DEAL} {_ITEM}", verbs=_SAVES),
    "receipt": _op(
        "Read a return", "Чтение возврата", _ID, "externalId raw canceled receivedAt verifiedAt lines",
        nested=("sku", "expected"), needs=("externalId", "raw"),
    ),
    "receipt_rows": _op(
        "What was received", "Что принято", _ID, "sku quantity condition", needs=("sku", "quantity"),
    ),
    "cancel_receipt": _op("Cancel a return", "Отмена возврата", _ID, verbs=_CHANGES),
}  # fmt: skip
#: Planned orders that one original becomes when it is split, as many as one page has room for.
PARTS = 4
#: Every list is bounded, whatever a profile says: of pages that are asked for, of rows that are read.
MOST_PAGES = 10
WRAPS = ("none", "Data", "data", "xint")
ORDER_WHEN = ("cancelled", "raw", "rawMax", "raw_between")
RECEIPT_WHEN = ("canceled", "verified", "received", "raw", "raw_between")
ORDER_STATUSES = tuple(
    each.value
    for each in Status
    if each not in (Status.DRAFT, Status.SUBMITTING, Status.UNKNOWN, Status.REJECTED)
)  # fmt: skip
RECEIPT_STAGES = tuple(each.value for each in ReceiptStage if each is not ReceiptStage.UNKNOWN)
#: What the client itself says; a profile may not.
OWN_HEADERS = frozenset(
    "authorization host content-type content-length cookie connection transfer-encoding accept".split()  # noqa: SIM905
)

# --- units ------------------------------------------------------------------------------------------------------------

GRAMS: Mapping[str, Decimal] = {
    "kg": Decimal(1000), "g": Decimal(1), "lb": Decimal("453.59237"), "oz": Decimal("28.349523125"),
}  # fmt: skip
MILLIMETRES: Mapping[str, Decimal] = {
    "cm": Decimal(10), "mm": Decimal(1), "m": Decimal(1000), "in": Decimal("25.4"),
}  # fmt: skip


def of_unit(value: Any, scale: Decimal) -> int:
    """Their measure in whole grams or millimetres; 0 when it says nothing."""
    found = decimal_of(value)
    return int((found * scale).quantize(Decimal(1), ROUND_HALF_UP)) if found is not None and found > 0 else 0


def to_unit(value: int, scale: Decimal) -> float:
    """Grams or millimetres in their unit, to the thousandth."""
    return float((Decimal(value) / scale).quantize(Decimal("0.001"), ROUND_HALF_UP))


def between(value: str, first: str, last: str) -> bool:
    """Statuses are numbers written as texts (§1.5); others are compared as texts."""
    if value.isdigit() and first.isdigit() and last.isdigit():
        return int(first) <= int(value) <= int(last)
    return first <= value <= last


#: `translit`: as passports write it.
LATIN: Mapping[str, str] = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        "a b v g d e e zh z i i k l m n o p r s t u f kh ts ch sh shch ie y _ e iu ia".replace("_", "").split(" "),
        strict=True,
    )
)

# --- refusals ---------------------------------------------------------------------------------------------------------

_M, _A, _W = Who.MANAGER, Who.ADMIN, Who.WAYBILL
#: No codes or words of theirs are public (§2): what can be told, is told by the names of attributes in their words.
MEANINGS = Meanings(
    patterns=(
        ("phone_refused", Field.PHONE, _M, r"\bPhone\b"),
        ("name_refused", Field.NAME, _M, r"\b(First|Last)Name\b"),
        ("email_ignored", Field.EMAIL, _M, r"\bEmail\b"),
        ("address_vague", Field.ADDRESS, _M, r"DestinationAddress|\b(Address[123]|City|PostalCode|State|Country)\b"),
        ("article_unknown", Field.ITEMS, _M, r"\bitem\b.*(not exist|not found|unknown|invalid)|ItemId|^ITM::"),
        ("rows_refused", Field.ITEMS, _M, r"(Ordered|Shipped)Quantity|OriginalOrderLine|AsnLine|QuantityUomId"),
        ("sender_point_unknown", Field.SENDER, _A, r"facility|OriginFacilityId|^FAC::"),
        ("too_late_to_cancel", Field.ORDER, _M, r"^DCO::PICKED|picking has started"),
        ("too_late_to_change", Field.ORDER, _M, r"^DCO::PLANNED|planned already"),
        ("date_refused", Field.DATE, _M, r"DateTime\b|EstimatedDeliveryDate"),
        ("bad_request", Field.ORDER, _W, r"unrecogni[sz]ed|malformed|cannot be parsed|is required"),
    )
)
#: An article in their words: `Item CUP-9 does not exist`.
ARTICLE = r"\bItem ['\"]?([^\s'\"]+)"

# --- words of the editor ----------------------------------------------------------------------------------------------

_SAID = tomllib.loads((files(__package__) / "faults.toml").read_text(encoding="utf-8"))
#: What is wrong with a profile, and what something has to be: {ru, en}; see `checking.Fault`.
FAULTS: Mapping[str, Mapping[str, str]] = _SAID["faults"]
KINDS: Mapping[str, Mapping[str, str]] = _SAID["kinds"]
