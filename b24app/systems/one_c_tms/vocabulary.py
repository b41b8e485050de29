"""Codes, words and units of 1C:TMS Logistics (1c.md) and what they mean here."""

from __future__ import annotations

from collections.abc import Mapping

from b24app.logistics.changes import ChangeRule, Cost, Part, Way
from b24app.logistics.problem import Field, Who
from b24app.logistics.status import Incident, Status
from b24app.systems.kit.meanings import Meanings

SERVICE = "http"
DOOR, EXPRESS = "door", "express"
SERVICES = (
    (DOOR, {"ru": "До двери", "en": "To the door"}),
    (EXPRESS, {"ru": "До двери, срочно", "en": "To the door, expedited"}),
)
#: `service.kind` of the contract's sample (§6.4).
SERVICE_KIND = "door_door"
DELIVERY, COLLECTION = "delivery", "return_collection"

# --- statuses (§9): the contract's list is closed; 1C maps its own values to it ---------------------------------------

BLOCKED = "blocked"
STATUSES: Mapping[str, Status] = {
    "created": Status.CREATED,
    "accepted_at_warehouse": Status.ACCEPTED_AT_WAREHOUSE,
    "in_transit": Status.IN_TRANSIT,
    "ready_for_pickup": Status.READY_FOR_PICKUP,
    "out_for_delivery": Status.OUT_FOR_DELIVERY,
    "delivered": Status.DELIVERED,
    "delivery_failed": Status.DELIVERY_FAILED,
    "returning": Status.RETURNING,
    "returned": Status.RETURNED,
    "cancelled": Status.CANCELLED,
    "lost": Status.LOST,
}
#: `problem.code` (§6.5): the incident, and our problem.
INCIDENTS: Mapping[str, tuple[Incident, str]] = {
    "DELAY": (Incident.CARRIER_LATE, "delivery_carrier_late"),
    "DAMAGE": (Incident.DAMAGED, "delivery_damaged"),
    "REFUSED": (Incident.REFUSED, "delivery_refused"),
    "ADDRESS": (Incident.WRONG_ADDRESS, "delivery_wrong_address"),
    "PAYMENT": (Incident.NO_MONEY, "delivery_no_money"),
    "OTHER": (Incident.OTHER, "delivery_other"),
}
#: Values of the neighbouring 1C:УТ / 1C:ERP document (§5), for the proposal in the settings form: nothing is confirmed
#: for TMS, so that each base's own list is shown and an admin says what they mean.
PROPOSED: Mapping[str, str] = {
    "формируется": "created", "новая": "created", "новый": "created", "кпогрузке": "accepted_at_warehouse",
    "отправлено": "in_transit", "впути": "in_transit", "ожидаетполучателя": "ready_for_pickup",
    "надоставке": "out_for_delivery", "закрыто": "delivered", "доставлена": "delivered", "доставлено": "delivered",
    "недоставлено": "delivery_failed", "возвращается": "returning", "возвращено": "returned",
    "отменена": "cancelled", "отменено": "cancelled", "утеряно": "lost",
}  # fmt: skip
#: Values of settings of a base without our extension.
MARK, UNPOSTED = "mark", "no"

# --- errors (§6.2) ----------------------------------------------------------------------------------------------------

_M, _A, _W = Who.MANAGER, Who.ADMIN, Who.WAYBILL
#: Paths of fields without their indexes, and codes.
_PATHS = (
    ("number_taken", Field.NUMBER, _W, "ALREADY_EXISTS IDEMPOTENCY_CONFLICT externalId"),
    ("order_unknown", Field.ORDER, _A, "NOT_FOUND"),
    ("too_late_to_cancel", Field.ORDER, _M, "STATE_CONFLICT"),
    ("bad_request", Field.NONE, _W,
     "MALFORMED_BODY IDEMPOTENCY_KEY_REQUIRED METHOD_NOT_ALLOWED NOT_ACCEPTABLE UNSUPPORTED_MEDIA_TYPE http_413"),
    ("bad_request", Field.NONE, _W, "TOO_LARGE"),
    ("name_refused", Field.NAME, _M, "stops.contact.name stops.party.name"),
    ("phone_refused", Field.PHONE, _M, "stops.contact.phone stops.party.phone"),
    ("sender_point_unknown", Field.SENDER, _A, "stops.warehouseRef"),
    ("service_wrong", Field.SERVICE, _A, "carrierRef service.kind service.expedited"),
    ("field_invalid", Field.ACCOUNT, _A, "organization.inn"),
    ("weight_refused", Field.WEIGHT, _M, "cargo.weightKg cargo.packages.weightKg"),
    ("size_refused", Field.SIZE, _M, "cargo.packages.lengthCm cargo.packages.widthCm cargo.packages.heightCm"),
    ("cod_not_allowed", Field.COD, _M, "cargo.cashOnDelivery"),
    ("declared_refused", Field.DECLARED, _M, "cargo.declaredValue"),
    ("vat_refused", Field.ITEMS, _A, "cargo.items.vatRate"),
)  # fmt: skip
_PATTERNS = (
    ("address_unknown", Field.ADDRESS, _M, r"^stops\.address\b"),
    ("rows_refused", Field.ITEMS, _M, r"^cargo\.items\b"),
    ("size_refused", Field.SIZE, _M, r"^cargo\.packages\b"),
    ("field_invalid", Field.ORDER, _A, r"^(stops|cargo|deal|comment|type)\b"),
)
MEANINGS = Meanings(_PATHS, _PATTERNS)
#: A base without our extension refuses in its own words (§2.2: code -1).
BY_WORDS = Meanings(
    (("number_taken", Field.NUMBER, _W, "15"), ("order_unknown", Field.ORDER, _A, "9")),
    (
        ("too_late_to_cancel", Field.ORDER, _M, r"передан\w* в работу|уже отправлен"),
        ("name_refused", Field.NAME, _M, r"получател|контактн"),
        ("phone_refused", Field.PHONE, _M, r"телефон"),
        ("address_unknown", Field.ADDRESS, _M, r"адрес|маршрут"),
        ("weight_refused", Field.WEIGHT, _M, r"\bвес\b"),
        ("sender_point_unknown", Field.SENDER, _A, r"склад"),
        ("rows_refused", Field.ITEMS, _M, r"номенклатур|товар"),
    ),
)

#: v1 has no call that changes a request: a corrected one is a new one (§6.1).
_BEFORE = (Status.SUBMITTING, Status.CREATED)
_MOVED = (
    Status.ACCEPTED_AT_WAREHOUSE,
    Status.IN_TRANSIT,
    Status.READY_FOR_PICKUP,
    Status.OUT_FOR_DELIVERY,
    Status.DELIVERY_FAILED,
)
RULES = tuple(
    ChangeRule(part, statuses, way, cost)
    for part in (Part.RECIPIENT, Part.DESTINATION, Part.COMMENT, Part.COD, Part.PARCELS)
    for statuses, way, cost in ((_BEFORE, Way.ANEW, Cost.RECOUNT), (_MOVED, Way.ELSEWHERE, Cost.UNKNOWN))
)

NOTICE = {
    "ru": "У 1С нет готового API. Либо программист 1С ставит расширение с нашим HTTP-сервисом (docs/systems/one_c),"
    " либо администратор 1С включает стандартный OData: тогда нет документов, истории и возвратов, а имена объекта и"
    " реквизитов указываете вы.",
    "en": "1C has no ready-made API. Either a 1C developer installs an extension with our HTTP service"
    " (docs/systems/one_c), or 1C's administrator switches standard OData on: without documents, history and returns"
    " then, and the names of object and attributes are yours to enter.",
}
