"""Russian Post's codes and units in our words (russian-post.md §3.1, §4, §5, §10, §14.3-14.4, §15)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from b24app.logistics.extras import Extra
from b24app.logistics.problem import Field, Who
from b24app.logistics.status import Incident, Status
from b24app.systems.kit.meanings import Meanings

#: What an item may have beside carrying, as a field of it and of the price question says it (§6.1, §7.1). Fitting and
#: parts are of ECOM alone (§4), which is not sent.
EXTRAS: Mapping[str, str] = {Extra.SMS: "sms-notice-recipient"}
TRACKING_URL = "https://www.pochta.ru/tracking?barcode={}"
RUSSIA = 643

# --- services (§4) ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Service:
    """`number`: of the public tariff service. `door`: brought to the recipient. `points`: also addressed to postamats
    and partners' points, by a COMBINED_* category."""

    mail_type: str
    number: int
    title: Mapping[str, str]
    max_g: int
    door: bool = False
    points: bool = False
    transport: str = "SURFACE"


SERVICES = {
    "parcel": Service("POSTAL_PARCEL", 4, {"ru": "Посылка", "en": "Parcel"}, 50_000),
    "online": Service("ONLINE_PARCEL", 23, {"ru": "Посылка онлайн", "en": "Parcel online"}, 20_000, points=True),
    "first": Service("PARCEL_CLASS_1", 47, {"ru": "Посылка 1-го класса", "en": "First class parcel"}, 2_500),
    "courier": Service("ONLINE_COURIER", 24, {"ru": "Курьер онлайн", "en": "Courier online"}, 31_500, door=True),
    "ems": Service("EMS", 7, {"ru": "EMS", "en": "EMS"}, 31_500, door=True, transport="EXPRESS"),
    "ems_optimal": Service(
        "EMS_OPTIMAL", 34, {"ru": "EMS оптимальное", "en": "EMS optimal"}, 20_000, door=True, transport="STANDARD"
    ),
}
#: Types whose arrival at the place of delivery (8/2) is not yet a call to come for it (§15).
DOOR_TYPES = frozenset({"ONLINE_COURIER", "EMS", "EMS_OPTIMAL", "EMS_RT", "EMS_TENDER", "BUSINESS_COURIER",
                        "BUSINESS_COURIER_ES", "HYPER_CARGO"})  # fmt: skip
DOOR_NUMBERS = frozenset({24, 7, 34, 41, 52, 30, 31, 57})
#: category -> its number; `COMBINED_` before the first three goes to a point.
CATEGORIES = {
    "ORDINARY": 3, "WITH_DECLARED_VALUE": 2, "WITH_DECLARED_VALUE_AND_CASH_ON_DELIVERY": 4, "COMBINED_ORDINARY": 8,
    "COMBINED_WITH_DECLARED_VALUE": 9, "COMBINED_WITH_DECLARED_VALUE_AND_CASH_ON_DELIVERY": 10,
}  # fmt: skip
#: size class -> its sides in millimetres, the longest first
DIMENSION_TYPES = {"S": (260, 170, 80), "M": (300, 200, 150), "L": (400, 270, 180), "XL": (530, 260, 220)}
OVERSIZED = "OVERSIZED"


def dimension_type(sides_mm: tuple[int, int, int]) -> str:
    """The smallest class that takes these sides."""
    ordered = sorted(sides_mm, reverse=True)
    fits = (name for name, room in DIMENSION_TYPES.items() if all(a <= b for a, b in zip(ordered, room, strict=True)))
    return next(fits, OVERSIZED)


# --- addresses and phones (§5) ----------------------------------------------------------------------------------------

SHIPPABLE = frozenset({"GOOD", "POSTAL_BOX", "ON_DEMAND", "UNDEF_05"})
VALIDATED = frozenset({"VALIDATED", "OVERRIDDEN", "CONFIRMED_MANUALLY"})
#: Codes that say why an address is not fit for mailing; the first that fits counts.
ADDRESS = Meanings(
    (
        ("city_ambiguous", Field.ADDRESS, Who.MANAGER, "NOT_VALIDATED_HAS_AMBI"),
        ("city_unknown", Field.ADDRESS, Who.MANAGER, "UNDEF_01 UNDEF_02 UNDEF_06 UNDEF_07 NOT_VALIDATED_FOREIGN"),
        ("address_vague", Field.ADDRESS, Who.MANAGER,
         ("UNDEF_03 UNDEF_04 NOT_VALIDATED_HAS_NO_MAIN_POINTS NOT_VALIDATED_HOUSE_WITHOUT_STREET_OR_NP "
         "NOT_VALIDATED_HOUSE_EXTENSION_WITHOUT_HOUSE")),
        ("address_doubtful", Field.ADDRESS, Who.MANAGER,
         ("NOT_VALIDATED_HAS_UNPARSED_PARTS NOT_VALIDATED_HAS_ASSUMPTION NOT_VALIDATED_HAS_NUMBER_STREET_ASSUMPTION "
         "NOT_VALIDATED_HAS_NO_KLADR_RECORD NOT_VALIDATED_EXCEDED_HOUSE_NUMBER NOT_VALIDATED_INCORRECT_HOUSE "
         "NOT_VALIDATED_INCORRECT_HOUSE_EXTENSION NOT_VALIDATED_DICTIONARY")),
    ),
    unknown=("address_doubtful", Field.ADDRESS, Who.MANAGER),
)  # fmt: skip
ADDRESS_PARTS = (
    "region", "area", "place", "location", "street", "house", "slash", "letter", "corpus", "building", "vladenie",
    "hotel", "room", "office", "num-address-type",
)  # fmt: skip
_STREET_TYPES = frozenset(("ул", "пр-кт", "пер", "ш", "б-р", "пл", "наб", "проезд", "тракт", "аллея", "мкр", "линия"))


def street_first(text: str) -> str:
    """Their `Ленина ул, 68` as the export writes it: `ул Ленина, 68`."""
    street, comma, rest = text.partition(",")
    name, _, kind = street.rpartition(" ")
    return f"{kind} {name}{comma}{rest}" if kind in _STREET_TYPES and name else text


def phone_is_good(code: str) -> bool:
    """Our rule: the specification has none (§5.3)."""
    return code == "CONFIRMED_MANUALLY" or code.startswith("GOOD")


#: `Пн, открыто: 09:00 - 18:00, …`; a weekday without times is a day off.
WEEKDAYS = {"пн": 1, "вт": 2, "ср": 3, "чт": 4, "пт": 5, "сб": 6, "вс": 7}
TIMES = re.compile(r"(\d{1,2}):(\d{2})\D+?(\d{1,2}):(\d{2})")

# --- refusals (§3.1) --------------------------------------------------------------------------------------------------

_M, _A, _W, _C = Who.MANAGER, Who.ADMIN, Who.WAYBILL, Who.CARRIER
REFUSALS = Meanings(
    (
        ("cod_not_allowed", Field.COD, _A, "RESTRICTED_MAIL_CATEGORY"),
        ("service_contract", Field.SERVICE, _A,
         "UNAVAILABLE_MAIL_TYPE ILLEGAL_MAIL_CATEGORY ILLEGAL_MAIL_TYPE EMPTY_MAIL_RANK"),
        ("service_unavailable", Field.SERVICE, _M,
         "TARIFF_ERROR CODE_1372 UNDEFINED_TARIFF ILLEGAL_TRANSPORT_TYPE EMPTY_TRANSPORT_TYPE"),
        ("bad_request", Field.ORDER, _W,
         ("EMPTY_MAIL_CATEGORY EMPTY_MAIL_TYPE EMPTY_MAIL_DIRECT ILLEGAL_MAIL_DIRECT EMPTY_ADDRESS_TYPE_TO "
         "ILLEGAL_ADDRESS_TYPE_TO EMPTY_ENVELOPE_TYPE ILLEGAL_ENVELOPE_TYPE EMPTY_PAYMENT_METHOD "
         "ILLEGAL_PAYMENT_METHOD ILLEGAL_NOTICE_PAYMENT_METHOD ILLEGAL_FRAGILE "
         "EMPTY_FISCAL_DATA EMPTY_CUSTOMS_ENTRIES GROUP_NOT_FOUND 400 407 415 422")),
        ("city_unknown", Field.ADDRESS, _M, "EMPTY_REGION_TO EMPTY_PLACE_TO EMPTY_INDEX_TO ILLEGAL_INDEX_TO"),
        ("address_vague", Field.ADDRESS, _M, "EMPTY_STREET_TO EMPTY_NUM_ADDRESS_TYPE"),
        ("field_invalid", Field.ADDRESS, _M,
         ("ILLEGAL_ADDRESS_LETTER ILLEGAL_ADDRESS_SLASH ILLEGAL_ADDRESS_CORPUS ILLEGAL_ADDRESS_BUILDING "
         "ILLEGAL_ADDRESS_ROOM")),
        ("name_refused", Field.NAME, _M, "ILLEGAL_INITIALS ILLEGAL_RECIPIENT_NAME ILLEGAL_RECIPIENT_NAME_INTL"),
        ("phone_refused", Field.PHONE, _M, "EMPTY_TELADDRESS"),
        ("declared_refused", Field.DECLARED, _M, "EMPTY_INSR_VALUE ILLEGAL_INSR_VALUE INSR_VALUE_EXCEEDS_MAX"),
        ("cod_invalid", Field.COD, _M, "EMPTY_PAYMENT ILLEGAL_PAYMENT NOT_INSURED_PAYMENT"),
        ("weight_refused", Field.WEIGHT, _M, "EMPTY_MASS ILLEGAL_MASS"),
        ("too_big_for_service", Field.WEIGHT, _M, "ILLEGAL_MASS_EXCESS"),
        ("size_refused", Field.SIZE, _M, "DIMENSION_NOT_SUPPORTED EMPTY_DIMENSION_TYPE"),
        ("point_closed", Field.POINT, _M, "EMPTY_DELIVERY_POINT_INDEX"),
        ("rows_refused", Field.ITEMS, _M, "EMPTY_GOODS_ITEMS_LIST"),
        ("sender_point_unknown", Field.SENDER, _A,
         "EMPTY_POSTOFFICE_CODE ILLEGAL_POSTOFFICE_CODE NO_AVAILABLE_POSTOFFICES 1001 ILLEGAL_POSTCODE"),
        ("system_error", Field.ORDER, _C,
         "IMP13N_ERROR BARCODE_ERROR SENDING_MAIL_FAILED ONLINE_PAYMENT_MARK_ERROR SHIPMENT_API_ERROR"),
        ("extra_refused", Field.ACCOUNT, _A, "GROUPING_TO_MMO_ERROR"),
        ("no_extra_sms", Field.SERVICE, _M, "ILLEGAL_SMS_NOTICE_RECIPIENT_VALUE"),
        ("date_refused", Field.DATE, _M, "PAST_DUE_DATE"),
        ("order_unknown", Field.ORDER, _M, "NOT_FOUND RETURN_SHIPMENT_NOT_FOUND"),
        ("return_not_sent", Field.ORDER, _M, "DIRECT_SHIPMENT_NOT_FOUND ILLEGAL_DIRECT_SHIPMENT_STATE"),
        ("return_service", Field.SERVICE, _M, "EASY_RETURN_NOT_SUPPORTED"),
        ("return_contract", Field.ACCOUNT, _A, "EASY_RETURN_DISABLED FREE_ER_ADDRESS_NOT_ENABLED"),
        ("return_unnamed", Field.ORDER, _M, "RETURN_ALREADY_EXIST"),
        ("order_foreign", Field.ACCOUNT, _A, "ACCESS_VIOLATION"),
        ("too_late_to_change", Field.ORDER, _M,
         "READONLY_STATE DELIVERY_IN_PROGRESS ALL_SHIPMENTS_SENT ILLEGAL_RETURN_SHIPMENT_STATE"),
        ("account_contract", Field.ACCOUNT, _A, "1024 OFFLINE_BALANCE_FORBIDDEN"),
        ("order_invalid", Field.ORDER, _A,
         ("DIFFERENT_POSTCODE DIFFERENT_TRANSPORT_TYPE DIFFERENT_MAIL_TYPE DIFFERENT_MAIL_CATEGORY "
         "DIFFERENT_MAIL_RANK")),
        ("paper_refused", Field.ORDER, _C, "1002"),
    ),
    (("order_invalid", Field.ORDER, _A, r"^(ABSENT|UNEXPECTED)_\w+_POSTMARK"),),
)  # fmt: skip
TOO_LATE = frozenset({"READONLY_STATE", "DELIVERY_IN_PROGRESS", "ALL_SHIPMENTS_SENT", "ILLEGAL_RETURN_SHIPMENT_STATE"})
#: Returns (§11): the item has one already; there is no such one (any more).
RETURN_THERE, RETURN_GONE = "RETURN_ALREADY_EXIST", "RETURN_SHIPMENT_NOT_FOUND"
EASY_RETURN = "EASY_RETURN"

# --- operations (§14.3, §15): `type/attribute` ------------------------------------------------------------------------


def _pairs(text: str) -> frozenset[tuple[int, int | None]]:
    """`8/0-2,5 26` -> (8, 0), (8, 1), (8, 2), (8, 5), (26, None = any)."""
    found: set[tuple[int, int | None]] = set()
    for word in text.split():
        number, _, attributes = word.partition("/")
        for part in attributes.split(",") if attributes else ():
            first, _, last = part.partition("-")
            found |= {(int(number), attribute) for attribute in range(int(first), int(last or first) + 1)}
        if not attributes:
            found.add((int(number), None))
    return frozenset(found)


BY_STATUS: dict[Status | None, frozenset[tuple[int, int | None]]] = {
    Status.CREATED: _pairs("13 20 27 28 37"),
    Status.ACCEPTED_AT_WAREHOUSE: _pairs("1"),
    Status.IN_TRANSIT: _pairs(
        "4 5/3,8 8/0,1,3-8,11-13,16,17,20,26,29-32,34,44,47-49,51,54,55,61,63,64,70-73,75-77 "
        "7 9 10 11 14 15 19 23 24 25 29 30 31 32 33 34 39 40 41 61"
    ),
    Status.READY_FOR_PICKUP: _pairs(
        "8/2,9,10,14,19,23-25,27,28,33,35,37-39,42,43,52,56-60,62,66,67,74 6 43"
    ),
    Status.OUT_FOR_DELIVERY: _pairs("8/15,18,22,68,69 53 54"),
    Status.DELIVERED: _pairs("2/0,1,3,5,6,8,10-15,17-19,21,23,25-27 21 48"),
    Status.DELIVERY_FAILED: _pairs("12 42 22 35 38 50 51 55 57 60 8/21,53"),
    Status.RETURNING: _pairs("3 8/36,40,41 56"),
    Status.RETURNED: _pairs("2/2,4,7,9,16,20,22,24,28-31 62"),
    Status.CANCELLED: _pairs("46"),
    Status.REJECTED: _pairs("44"),
    Status.LOST: _pairs("5/1,2 12/28 16 17 18 42/28 1027"),
    None: _pairs("5/9 8/45,46,50,65,78 26 36 45 47 49 52 58 59 63"),
}  # fmt: skip
STATUSES = {pair: status for status, pairs in BY_STATUS.items() for pair in pairs}
#: From here on the item is on its way back.
TURNS_BACK = _pairs("3 8/36 8/41 56")
UNDOES = 26
ARRIVED = (8, 2)
_ON_THE_WAY = frozenset({Status.IN_TRANSIT, Status.READY_FOR_PICKUP, Status.OUT_FOR_DELIVERY, Status.DELIVERY_FAILED})


def turns_back(number: int, attribute: int) -> bool:
    return (number, attribute) in TURNS_BACK or (number, None) in TURNS_BACK


def status_of(number: int, attribute: int, *, door: bool = False, back: bool = False) -> Status | None:
    """None: a note; `unknown`: a pair nobody documented. `door`: to be brought to the recipient. `back`: a turn
    back came before."""
    pair = (number, attribute) if (number, attribute) in STATUSES else (number, None)
    status = STATUSES.get(pair, Status.UNKNOWN)
    if back and status in _ON_THE_WAY:
        return Status.RETURNING
    if back and (number, attribute) == (2, 0):
        return Status.RETURNED
    return Status.IN_TRANSIT if door and (number, attribute) == ARRIVED else status


_ATTEMPT = {
    Incident.NO_ANSWER: "1 10 21", Incident.RESCHEDULED: "2", Incident.WRONG_ADDRESS: "3 4 5 16",
    Incident.REFUSED: "6", Incident.OTHER: "7 8 11 25 26 30", Incident.REDIRECTED: "9 17 29",
    Incident.STORAGE_EXPIRED: "12", Incident.SENDER_REQUEST: "13", Incident.DAMAGED: "14 23", Incident.NO_MONEY: "15",
    Incident.NOT_SERVED: "18", Incident.CUSTOMS: "19 20 24", Incident.CARRIER_LATE: "22 27", Incident.LOST: "28",
}  # fmt: skip
_REASONS: dict[int, dict[Incident, str]] = {
    3: {
        Incident.STORAGE_EXPIRED: "1", Incident.SENDER_REQUEST: "2 14", Incident.NO_ANSWER: "3",
        Incident.REFUSED: "4 16", Incident.OTHER: "5 9 17", Incident.WRONG_ADDRESS: "6 8 10 22",
        Incident.CUSTOMS: "7 13", Incident.MISSING_GOODS: "11", Incident.DAMAGED: "12 23", Incident.PARTIAL: "15",
        Incident.POINT: "18 19", Incident.ACCESS: "20 21",
    },
    5: {Incident.LOST: "1", Incident.DISPOSED: "2", Incident.CUSTOMS: "8"},
    7: {Incident.STORAGE_EXPIRED: "1 2", Incident.DAMAGED: "3", Incident.OTHER: "4"},
    8: {Incident.WRONG_ADDRESS: "21", Incident.OTHER: "29 47 53", Incident.SENDER_REQUEST: "36",
        Incident.STORAGE_EXPIRED: "40 41", Incident.LOST: "65"},
    12: _ATTEMPT,
    14: {Incident.CUSTOMS: "2 4 8 9 14 15 17 19 20 23 25"},
    22: {Incident.ACCESS: "1 6", Incident.WRONG_ADDRESS: "2 3 4 7 8", Incident.REFUSED: "5", Incident.OTHER: "9"},
    35: {Incident.NOT_SERVED: "1 2 3 6", Incident.DAMAGED: "4", Incident.CUSTOMS: "5", Incident.NO_MONEY: "8",
         Incident.OTHER: "7 9"},
    38: {Incident.WRONG_ADDRESS: "4", Incident.SENDER_REQUEST: "13", Incident.OTHER: "25"},
    42: _ATTEMPT,
    44: {Incident.WEIGHT_DIFFERS: "2 9", Incident.DAMAGED: "5 13", Incident.NOT_READY: "12",
         Incident.WRONG_ADDRESS: "8", Incident.OTHER: "1 3 4 6 7 10 11", Incident.SENDER_REQUEST: "14 15"},
    50: {Incident.POINT: "1 2 3 5 6 7 8", Incident.CARRIER_LATE: "4"},
    51: {Incident.POINT: "1 2 3 6", Incident.CARRIER_LATE: "4", Incident.MISSING_GOODS: "5"},
    55: {Incident.SENDER_REQUEST: "1", Incident.REDIRECTED: "2", Incident.CARRIER_LATE: "3 4",
         Incident.RESCHEDULED: "5 6"},
    60: {Incident.POINT: "1 2 3 4", Incident.DAMAGED: "5"},
}  # fmt: skip
REASONS = {
    (number, int(attribute)): incident
    for number, table in _REASONS.items()
    for incident, attributes in table.items()
    for attribute in attributes.split()
}
#: Types whose every attribute means the same.
_ALWAYS = {15: Incident.CUSTOMS, 16: Incident.DISPOSED, 17: Incident.DISPOSED, 18: Incident.LOST, 48: Incident.PARTIAL,
           56: Incident.POINT, 57: Incident.POINT, 1027: Incident.LOST}  # fmt: skip
#: Types whose attribute is a reason: one that we do not know is listed.
_REASONED = frozenset({3, 12, 22, 35, 38, 42, 44, 50, 51, 55, 60})


def incident_of(number: int, attribute: int) -> Incident | None:
    found = REASONS.get((number, attribute)) or _ALWAYS.get(number)
    return found or (Incident.UNKNOWN if number in _REASONED else None)


#: Otpravka's `last-oper-type` -> OperType; "UNKNOWN" says nothing.
_TYPE_WORDS = """
    ACCEPTING GIVING RETURNING DELIVERING SKIPPING STORING HOLDING PROCESSING IMPORTING EXPORTING CUSTOM_ACCEPTING
    TRYING REGISTERING CUSTOM_LEGALIZING DELIGATING DESTROYING ACCOUNTING LOSS_REGISTRATION CUSTOM_DUTY_RECEIVING
    DM_REGISTRATION DM_DELIVERING DM_NON_DELIVERING TEMPORARY_STORING_ARRIVING PROLONGATION_CUSTOM_STORING OPENING
    CANCELLATION ELECTRONIC_REGISTRATION_RECEIVED ID_ASSIGNMENT REGISTRATION_PASSAGE_IN_MMPO SRM_DISPATCH
    CARRIER_PROCESSING APO_RECEIPT INTERNATIONAL_PROCESSING ELECTRONIC_NOTIFICATION_UPLOADED REFUSED_COURIER_DELIVERY
    CLARIFICATION_DELIVERY_PAYMENT_TYPE PRE_FORMALIZATION RETAINED_FOR_CLARIFICATION_FROM_SENDER
    PRELIMINARY_CUSTOMS_DECLARATION CUSTOMS_CONTROL CUSTOMS_CHARGES_PROCESSING SECOND_UNSUCCESSFUL_DELIVERY_ATTEMPT
    DELIVERY_PERMITTED ACCEPTANCE_REJECTED ELECTRONIC_NOTIFICATION_REFUSED ID_ASSIGNMENT_CANCELATION
"""
TYPE_NUMBERS = {word: number for number, word in enumerate(_TYPE_WORDS.split(), start=1)} | {
    "PARTIAL_DELIVERY": 48, "EXTEND_SHELF_LIFE_REFUSED": 49,
}  # fmt: skip
NO_TYPE = "UNKNOWN"
#: Otpravka's `last-oper-attr` -> OperAttr, by OperType: those whose meanings match (§14.4; to confirm).
_ATTRIBUTE_WORDS: dict[int, str] = {
    1: "1 SINGLE_ACCEPTING 2 PARTIAL_ACCEPTING 3 PARTIAL_ACCEPTING_REMOTE",
    2: "0 GIVING_COMMON 1 GIVING_RECIPIENT 2 GIVING_SENDER 3 GIVING_RECIPIENT_IN_PO 4 GIVING_SENDER_IN_PO "
       "5 GIVING_RECIPIENT_REMOTE 6 GIVING_RECIPIENT_POSTMAN 7 GIVING_SENDER_POSTMAN 8 GIVING_RECIPIENT_COURIER "
       "9 GIVING_SENDER_COURIER 10 GIVING_RECIPIENT_CONTROL 11 GIVING_RECIPIENT_CONTROL_POSTMAN "
       "12 GIVING_RECIPIENT_CONTROL_COURIER",
    3: "1 RETURNING_BY_EXPIRED_STORING 2 RETURNING_BY_SENDER_REQUEST 3 RETURNING_BY_RECEPIENT_ABSENCE "
       "4 RETURNING_BY_RECEPIENT_REJECT 5 RETURNING_BY_RECEPIENT_DEATH 6 RETURNING_BY_UNREADABLE_ADDRESS "
       "7 RETURNING_BY_CUSTOM 8 RETURNING_BY_UNKNOWN_RECEPIENT 9 RETURNING_BY_OTHER_REASONS "
       "10 RETURNING_BY_WRONG_ADRESS",
    4: "1 DELIVERING_BY_CLIENT_REQUEST 2 DELIVERING_TO_NEW_ADDRESS 3 DELIVERING_BY_ROUTER",
    5: "1 LOST 2 CONFISCATED 3 SKIPPING_BY_ERROR 8 SKIPPING_BY_CUSTOM 9 UNDELIVERED",
    6: "1 POSTE_RESTANTE_STORING 2 STORING_IN_BOX 3 TEMPORAL_STORING 4 ADDITIONAL_STORING",
    7: "1 UNASSIGNED 2 UNCLAIMED 3 PROHIBITED",
    8: "0 SORTING 1 SENT 2 ARRIVED 3 DELIVERED_TO_SORTING 4 SORTED 5 DELIVERED_TO_EXCHANGE_HUB "
       "6 PROCESSED_BY_EXCHANGE_HUB 7 DELIVERED_TO_HUB 8 LEAVED_HUB 9 DELIVERED_TO_PO 10 EXPIRED_PO_STORING "
       "11 FORWARDED 12 GET 13 ARRIVED_IN_RUSSIA 14 ARRIVED_IN_PARCELS_CENTER 15 GIVEN_TO_COURIER 16 GIVEN_FOR_REMOTE "
       "17 DELIVERED_HYBRID 18 GIVEN_TO_POSTMAN 19 GIVEN_FOR_BOXROOM 20 LEFT_POSTOFFICE 21 SPECIFY_ADDRESS "
       "22 EXPECTING_COURIER_DELIVERY 23 PROLONG_STORAGE_DATE 24 NOTIFICATION_SENT 25 NOTIFICATION_RECEIVED",
    12: "1 FAILED_BY_TEMPORAL_ABSENCE_OF_RECEPIENT 2 FAILED_BY_DELAYING_REQUEST 3 FAILED_BY_UNFILLED_ADDRESS "
        "4 FAILED_BY_INVALID_ADDRESS 5 FAILED_BY_RECEPIENT_LEAVING 6 FAILED_BY_RECEPINT_REJECT 7 UNOVERCAMING_FAIL "
        "8 FAILED_WITH_ANOTHER_REASON 9 WAITING_RECEPIENT_IN_OFFICE 10 RECEPIENT_NOT_FOUND 11 TECHNICALLY_FAILED "
        "12 FAILED_BY_EXPIRATION_TIME",
    18: "0 LOSS_REGISTERED",
    21: "1 DM_DELIVERED",
    22: "1 DM_ABSENCE_POSTBOX 2 DM_ABSENCE_ADDRESS 3 DM_WRONG_POSTOFFICE_INDEX 4 DM_WRONG_ADDRESS",
    26: "1 CANCELED_BY_SENDER 2 CANCELED_BY_OPERATOR",
    28: "0 ID_ASSIGNED",
    46: "0 ID_ASSIGNMENT_CANCELLED",
    42: "1 ADDRESSEE_NOT_AVAILABLE 2 ADDRESSEE_REQUESTED_LATE_DELIVERY 3 INCOMPLETE_ADDRESS "
        "4 UNREADABLE_INCORRECT_INCOMPLETE_ADDRESS 5 SECOND_ATTEMPT_ADDRESSEE_MOVED 6 ITEM_REFUSED_BY_ADDRESSEE "
        "7 FORCE_MAJEURE 8 OTHER 9 ADDRESSEE_REQUEST_OWN_PICK_UP 10 ADDRESSEE_CANNOT_BE_LOCATED "
        "11 DUE_TO_TECHNICAL_DIFFICULTIES 12 STORAGE_PERIOD_EXPIRED 13 SECOND_ATTEMPT_SENDER_REQUEST "
        "14 ITEM_DEMAGED_AND_OR_MISSING_CONTENS 15 AWAITING_PAYMENT 16 MOVED_ADDRESSEE 28 ITEM_LOST",
}  # fmt: skip
ATTRIBUTE_NUMBERS = {
    (number, word): int(attribute)
    for number, text in _ATTRIBUTE_WORDS.items()
    for attribute, word in zip(text.split()[::2], text.split()[1::2], strict=True)
}

#: Where to look and who acts, by incident; anything else is the carrier's to solve.
INCIDENT_FIELDS: Mapping[Incident, tuple[Field, Who]] = {
    Incident.WRONG_ADDRESS: (Field.ADDRESS, _M),
    Incident.NO_ANSWER: (Field.PHONE, _M),
    Incident.ACCESS: (Field.ADDRESS, _M),
    Incident.WEIGHT_DIFFERS: (Field.WEIGHT, _M),
    Incident.MISSING_GOODS: (Field.ITEMS, _M),
    Incident.NOT_SERVED: (Field.SERVICE, _M),
    Incident.NOT_READY: (Field.ITEMS, _M),
    Incident.NO_MONEY: (Field.COD, _M),
    Incident.REFUSED: (Field.ORDER, _M),
    Incident.STORAGE_EXPIRED: (Field.ORDER, _M),
    Incident.POINT: (Field.POINT, _M),
    Incident.REDIRECTED: (Field.POINT, _M),
}
#: Told in the history only: nobody has to act.
QUIET_INCIDENTS = frozenset({Incident.PARTIAL, Incident.RESCHEDULED, Incident.SENDER_REQUEST})

# --- time -------------------------------------------------------------------------------------------------------------

MOSCOW = ZoneInfo("Europe/Moscow")
#: First three digits of an index -> the clock of its offices; all others have Moscow's.
_ZONES = {
    "Europe/Kaliningrad": "236-238", "Europe/Samara": "410-413 414-416 426-427 432-433 443-446",
    "Asia/Yekaterinburg": "450-457 460-462 614-619 620-629 640-641", "Asia/Omsk": "644-646",
    "Asia/Novosibirsk": "630-636 647-663 667-668", "Asia/Irkutsk": "664-666 669-671", "Asia/Yakutsk": "672-678 687",
    "Asia/Vladivostok": "679-682 690-692", "Asia/Magadan": "685-686 693-694", "Asia/Kamchatka": "683-684 688-689",
}  # fmt: skip
_ZONE_OF = {
    prefix: ZoneInfo(zone)
    for zone, ranges in _ZONES.items()
    for span in ranges.split()
    for prefix in range(int(span.split("-")[0]), int(span.split("-")[-1]) + 1)
}


def zone_of(index: str) -> ZoneInfo:
    """The clock of an office, by its index: batch tracking tells local times without an offset (§14.2)."""
    return _ZONE_OF.get(int(index[:3]), MOSCOW) if index[:3].isdigit() else MOSCOW
