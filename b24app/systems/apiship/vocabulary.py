"""ApiShip's words in ours: statuses, carriers, error codes, fields of a request (apiship.md §4–§7). Units: grams,
centimetres and rubles are theirs (`kit.units`)."""

from __future__ import annotations

from collections.abc import Mapping

from b24app.logistics.changes import ChangeRule, Cost, Part, Way
from b24app.logistics.papers import PaperForm, PaperKind
from b24app.logistics.problem import Field, Who
from b24app.logistics.status import Status
from b24app.systems.kit.meanings import Meanings

# --- statuses (§5) ----------------------------------------------------------------------------------------------------

STATUSES: Mapping[str, Status] = {
    "uploading": Status.SUBMITTING,
    "uploaded": Status.CREATED,
    "uploadingError": Status.REJECTED,
    "onPointIn": Status.ACCEPTED_AT_WAREHOUSE,
    "onWay": Status.IN_TRANSIT,
    "onPointOut": Status.IN_TRANSIT,
    "readyForRecipient": Status.READY_FOR_PICKUP,
    "delivering": Status.OUT_FOR_DELIVERY,
    "delivered": Status.DELIVERED,
    "partialReturn": Status.DELIVERED,
    "returnedFromDelivery": Status.DELIVERY_FAILED,
    "problem": Status.DELIVERY_FAILED,
    "returnReady": Status.RETURNING,
    "returning": Status.RETURNING,
    "returned": Status.RETURNED,
    "deliveryCanceled": Status.CANCELLED,
    "lost": Status.LOST,
}
#: The carrier's word was not recognised by ApiShip, or says nothing of the parcel: the status before stays (§5).
NOTES = frozenset({"unknown", "notApplicable"})
#: Statuses of ApiShip's own upload: the carrier has not taken the order.
UPLOAD = frozenset({"uploading", "uploadingError"})

# --- carriers (§6) ----------------------------------------------------------------------------------------------------

#: providerKey -> title. Others of an account are reached by the number of their tariff.
CARRIERS: tuple[tuple[str, Mapping[str, str]], ...] = (
    ("cdek", {"ru": "СДЭК", "en": "CDEK"}),
    ("boxberry", {"ru": "Boxberry", "en": "Boxberry"}),
    ("dpd", {"ru": "DPD", "en": "DPD"}),
    ("rupost", {"ru": "Почта России", "en": "Russian Post"}),
    ("x5", {"ru": "5Post", "en": "5Post"}),
    ("yataxi", {"ru": "Яндекс.Доставка", "en": "Yandex.Delivery"}),
    ("pecom", {"ru": "ПЭК", "en": "PEK"}),
    ("dellin", {"ru": "Деловые Линии", "en": "Dellin"}),
    ("dalli", {"ru": "Dalli-Service", "en": "Dalli-Service"}),
    ("b2cpl", {"ru": "B2CPL", "en": "B2CPL"}),
    ("bxb", {"ru": "BXB", "en": "BXB"}),
    ("cse", {"ru": "КСЭ", "en": "CSE"}),
    ("lpost", {"ru": "Л-Пост", "en": "L-Post"}),
    ("magnit", {"ru": "Магнит Пост", "en": "Magnit Post"}),
    ("major", {"ru": "Major Express", "en": "Major Express"}),
    ("pony", {"ru": "Pony Express", "en": "Pony Express"}),
    ("logsis", {"ru": "Logsis", "en": "Logsis"}),
    ("dostavista", {"ru": "Достависта", "en": "Dostavista"}),
    ("vozovoz", {"ru": "Возовоз", "en": "Vozovoz"}),
    ("kazpost", {"ru": "Казпочта", "en": "Kazpost"}),
)
CARRIER_KEYS = frozenset(key for key, _ in CARRIERS)
#: Whichever carrier is the cheapest; of a chosen point its own.
ANY = "any"
SERVICES = (*CARRIERS, (ANY, {"ru": "Любой перевозчик, самый дешёвый", "en": "Any carrier, the cheapest"}))

COURIER, POINT = 1, 2
LOCKER_TYPE = 2
TAKES_IN, GIVES_OUT = frozenset({1, 3}), frozenset({2, 3})
VAT_RATES = frozenset({-1, 0, 5, 7, 10, 20, 22})

# --- errors (§7) ------------------------------------------------------------------------------------------------------

TOKEN = frozenset({"040101", "040304"})
ACCOUNT = frozenset({"040001", "040301", "040302", "040303", "040308"})
NOT_FOUND = frozenset({"040080", "040016"})
FOREIGN, CANCELLED_ALREADY, CANNOT_CANCEL, NUMBER_TAKEN = "040305", "040081", "040306", "order.clientNumber"

_CODES = (
    ("account_refused", Field.ACCOUNT, Who.ADMIN, "040101 040304 040001 040301 040302 040303 040308"),
    # No carrier is connected; the balance is used up: no calculation, so no order either, until an admin acts.
    ("account_contract", Field.ACCOUNT, Who.ADMIN, "040006 060001"),
    ("service_contract", Field.SERVICE, Who.ADMIN, "040005"),
    ("order_foreign", Field.ORDER, Who.ADMIN, "040305"),
    ("order_unknown", Field.ORDER, Who.WAYBILL, "040080 040016 040018"),
    ("cancel_refused", Field.ORDER, Who.CARRIER, "040306 040081"),
    ("pickup_refused", Field.DATE, Who.MANAGER, "040307 040082 040083"),
    ("bad_request", Field.NONE, Who.WAYBILL, "040000 040004 040010 040011 040012 040013"),
    ("system_error", Field.NONE, Who.CARRIER, "050001 100"),
)
#: Over `<code or field> <words>`: a field's path says more than words, and words more than a code alone.
_WORDS = (
    ("too_late_to_cancel", Field.ORDER, Who.MANAGER, r"^040084"),
    ("number_taken", Field.NUMBER, Who.WAYBILL, r"order\.clientNumber"),
    ("name_refused", Field.NAME, Who.MANAGER, r"recipient\.contactName|имя получател|имени получател|ФИО"),
    ("sender_name", Field.SENDER, Who.ADMIN, r"sender\.(contactName|companyName)"),
    ("sender_phone", Field.SENDER, Who.ADMIN, r"sender\.phone"),
    ("sender_city_unknown", Field.SENDER, Who.ADMIN, r"(^|\s)from\.|sender\."),
    ("city_unknown", Field.ADDRESS, Who.MANAGER, r"(^|\s)to\.|recipient\.(city|region|addressString|postIndex)"),
    ("phone_refused", Field.PHONE, Who.MANAGER, r"recipient\.\w*phone|телефон"),
    ("field_invalid", Field.ADDRESS, Who.MANAGER, r"recipient\.|адрес|насел[её]нн|не найден город"),
    ("sender_point_unknown", Field.SENDER, Who.ADMIN, r"pointInId"),
    ("point_unknown", Field.POINT, Who.MANAGER, r"pointOutId|ПВЗ|пункт выдачи|постамат"),
    ("service_wrong", Field.SERVICE, Who.ADMIN, r"order\.(providerKey|tariffId|providerConnectId)|тариф"),
    ("service_mode", Field.SERVICE, Who.MANAGER, r"order\.(pickupType|deliveryType)"),
    ("service_unavailable", Field.SERVICE, Who.MANAGER, r"направлени\w+ не обслуж"),
    ("declared_refused", Field.DECLARED, Who.MANAGER, r"assessedCost|оценочн"),
    ("vat_refused", Field.ITEMS, Who.ADMIN, r"costVat|deliveryCostVat|НДС"),
    ("cod_not_allowed", Field.COD, Who.MANAGER, r"cost\.|items\.\d+\.cost\b|налож"),
    ("marking_refused", Field.ITEMS, Who.MANAGER, r"markCode|маркиров"),
    ("rows_refused", Field.ITEMS, Who.MANAGER, r"items\."),
    ("weight_refused", Field.WEIGHT, Who.MANAGER, r"\bweight|\bвес\b"),
    ("size_refused", Field.SIZE, Who.MANAGER, r"\b(length|width|height)\b|габарит"),
    ("date_refused", Field.DATE, Who.MANAGER, r"\b(date|pickupDate|time(Start|End))\b|дат[аыу]\b"),
    ("change_refused", Field.ORDER, Who.CARRIER, r"^040089"),
)
MEANINGS = Meanings(_CODES, _WORDS)

# --- what can be asked for --------------------------------------------------------------------------------------------

LABEL, ACT = "label", "act"
#: The carrier's own sheet: A6 is what most print.
FORMS = (PaperForm(LABEL, PaperKind.LABEL, "A6", first=True), PaperForm(ACT, PaperKind.ACT, "A4", first=True))

#: The whole order is sent anew with `PUT`; what the carrier behind takes of it is its own word (§4).
_BEFORE = (Status.SUBMITTING, Status.CREATED)
_MOVED = (
    Status.ACCEPTED_AT_WAREHOUSE,
    Status.IN_TRANSIT,
    Status.READY_FOR_PICKUP,
    Status.OUT_FOR_DELIVERY,
    Status.DELIVERY_FAILED,
)
RULES = (
    ChangeRule(Part.RECIPIENT, _BEFORE, Way.HERE, Cost.UNKNOWN),
    ChangeRule(Part.RECIPIENT, _MOVED, Way.ELSEWHERE, Cost.UNKNOWN),
    ChangeRule(Part.DESTINATION, _BEFORE, Way.HERE, Cost.RECOUNT),
    ChangeRule(Part.DESTINATION, _MOVED, Way.ELSEWHERE, Cost.UNKNOWN),
    ChangeRule(Part.COMMENT, _BEFORE, Way.HERE, Cost.FREE),
    ChangeRule(Part.COMMENT, _MOVED, Way.NO),
    ChangeRule(Part.COD, _BEFORE, Way.HERE, Cost.UNKNOWN),
    ChangeRule(Part.COD, _MOVED, Way.ELSEWHERE, Cost.UNKNOWN),
    ChangeRule(Part.PARCELS, _BEFORE, Way.ANEW, Cost.RECOUNT),
    ChangeRule(Part.PARCELS, _MOVED, Way.NO),
    ChangeRule(Part.STOP, _BEFORE, Way.HERE, Cost.FREE),
    ChangeRule(Part.STOP, _MOVED, Way.ELSEWHERE, Cost.UNKNOWN),
)

#: `cost.paymentMethod` (§2).
PAYMENT = (
    ("", {"ru": "Не указывать", "en": "Do not state"}),
    ("1", {"ru": "Наличными", "en": "Cash"}),
    ("2", {"ru": "Картой", "en": "Card"}),
    ("3", {"ru": "Как удобно", "en": "Either"}),
)
NOTICE = {
    "ru": "Тариф выбирается сам: самый дешёвый у перевозчика для этого пути. В правиле можно указать номер тарифа.",
    "en": "The tariff is chosen for you: the carrier's cheapest that goes this way. A rule may name one by number.",
}

POINT_FIELDS = (
    "id,providerKey,name,type,availableOperation,lat,lng,region,city,address,postIndex,timetable,worktime,fittingRoom,"
    "cod,paymentCash,paymentCard,multiplaceDeliveryAllowed,phone,metro,description,limits"
)
#: What goes back with a client's return: nothing is collected on the way.
RETURNED = ("weight", "length", "width", "height", "placeNumber")
RETURNED_ITEM = ("articul", "description", "quantity", "assessedCost", "weight", "barcode", "markCode")

#: How long a carrier may think (ms); one that was silent is asked once more, for longer, before it counts as absent.
PATIENCE_MS, LAST_PATIENCE_MS = 5_000, 8_000
#: A parcel of one kilogram from Moscow to Kazan, for trying an account out.
TRIAL: Mapping[str, object] = {
    "from": {"countryCode": "RU", "city": "Москва"},
    "to": {"countryCode": "RU", "city": "Казань"},
    "places": [{"weight": 1000, "length": 20, "width": 15, "height": 10}],
    "timeout": PATIENCE_MS,
}
