"""DPD's codes and units in our words: events, parcel states, order statuses, services, refusals (dpd.md §5-§9)."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from b24app.logistics.extras import Extra
from b24app.logistics.money import Money
from b24app.logistics.problem import Field, Who
from b24app.logistics.status import Incident, Status
from b24app.systems.kit.units import decimal_of

#: Times without a zone are Moscow's ("Units at a glance"); events carry their own (§8).
MOSCOW = timezone(timedelta(hours=3))

# --- order2 (§5.1-§5.3) -----------------------------------------------------------------------------------------------

OK, PENDING, DUPLICATE, ERROR = "OK", "OrderPending", "OrderDuplicate", "OrderError"
CANCELLED, ABSENT = "OrderCancelled", "no-data-found"
CANCEL_DONE = frozenset({"Canceled", "CanceledPreviously"})
CANCEL_ABSENT, CANCEL_LATE = "NotFound", "CallDPD"

# --- service variant (§9): Cyrillic, a Latin T is an error ------------------------------------------------------------

DOOR, TERMINAL = "Д", "Т"
#: When a courier collects (§5.1).
PICKUP_PERIODS = ("9-18", "9-13", "13-18")

SERVICES: tuple[tuple[str, Mapping[str, str]], ...] = (
    ("PCL", {"ru": "DPD OPTIMUM", "en": "DPD OPTIMUM"}),
    ("CSM", {"ru": "DPD Online Express", "en": "DPD Online Express"}),
    ("ECN", {"ru": "DPD ECONOMY", "en": "DPD ECONOMY"}),
    ("CUR", {"ru": "DPD CLASSIC", "en": "DPD CLASSIC"}),
    ("NDY", {"ru": "DPD EXPRESS", "en": "DPD EXPRESS"}),
    ("BZP", {"ru": "DPD 18:00", "en": "DPD 18:00"}),
    ("DPT", {"ru": "DPD 13:00", "en": "DPD 13:00"}),
    ("TEN", {"ru": "DPD 10:00", "en": "DPD 10:00"}),
    ("MAX", {"ru": "DPD MAX", "en": "DPD MAX"}),
    ("MXO", {"ru": "DPD Online Max", "en": "DPD Online Max"}),
    ("PUP", {"ru": "DPD Shop to Shop", "en": "DPD Shop to Shop"}),
)
#: Point types, states, schedule operations and extra services (§3.2).
LOCKER_TYPE, OPEN = "П", "Open"
HAND_IN, HAND_OUT, CASH, CARD = "SelfPickup", "SelfDelivery", "Payment", "PaymentByBankCard"
COD_SERVICE, COD_LIMIT = "НПП", "sum_npp"
WAIT_SERVICE, WAIT_KINDS, FITTING, LOOKING = "ОЖД", "reason_delay", "ПРИМ", "ПРОС"
PARTIAL_SERVICE, SMS_SERVICE = "ЧСТ", "SMS"
#: What an order may have beside carrying (§9), by what we call it.
EXTRAS: Mapping[str, str] = {
    Extra.FITTING: WAIT_SERVICE,
    Extra.PARTIAL: PARTIAL_SERVICE,
    Extra.SMS: SMS_SERVICE,
}

# --- events (§8.1): by number, never by marker ------------------------------------------------------------------------

_BY_EVENT: dict[Status, str] = {
    Status.CREATED: "1001 1201 1401 1501",
    Status.CANCELLED: "1301 2501 2901",
    Status.ACCEPTED_AT_WAREHOUSE: "1601",
    Status.IN_TRANSIT: "1701 1801 1802 1811 2101 2202 2205 2302 2303 2306 2310 2311 2409",
    Status.READY_FOR_PICKUP: "2201",
    Status.OUT_FOR_DELIVERY: "2301 2304 3501 3601",
    Status.DELIVERY_FAILED: "2307 2401 2402 2404 2405 2406 2407 2408 2410 2411 3701",
    Status.RETURNING: "2102 2203 2204 2305 2309 2416",
    Status.DELIVERED: "3304 3305",
    Status.RETURNED: "3302 3306",
    Status.LOST: "3301 3303",
}
EVENTS: Mapping[str, Status] = {code: status for status, codes in _BY_EVENT.items() for code in codes.split()}
#: Documents (ВДО), money, letters, changed conditions: they say nothing about where the parcel is. An error in the
#: offer (1101) may still be mended by DPD: `getOrderStatus` alone says that an order is refused.
_NOTES = """
    1101 1603 1810 2103 2209 2210 2314 2904 3308 2601 2602 2701 2801 3001 3201 3202 3203 3204 3205 3206 3211 3216 3401
    3901 4001 4101
"""
NOTES = frozenset(_NOTES.split())
#: Of the way back (§8.1, §10).
BACK_EVENTS = frozenset({"2102", "2203", "2204", "2305", "2309", "3306"})

_EVENT_INCIDENTS: dict[Incident, str] = {
    Incident.STORAGE_EXPIRED: "2401 3302",
    Incident.NO_MONEY: "2402 2411",
    Incident.REFUSED: "2404 2405 2406",
    Incident.NO_ANSWER: "2407",
    Incident.WRONG_ADDRESS: "2408",
    Incident.CUSTOMS: "2409",
    Incident.OTHER: "1101 1201 2307 2410 2501 3001",
    Incident.SENDER_REQUEST: "2416",
    Incident.DISPOSED: "3301",
    Incident.LOST: "3303",
    Incident.DAMAGED: "3701",
    Incident.RESCHEDULED: "3201 3202 3216",
    Incident.REDIRECTED: "3203 3204 3206",
}
EVENT_INCIDENTS: Mapping[str, Incident] = {
    code: incident for incident, codes in _EVENT_INCIDENTS.items() for code in codes.split()
}
#: Where only "other" is said, or a parcel state has a reason of its own: by their words. The list of codes is only to
#: be had from the account manager (§7), so that a reason we cannot read is UNKNOWN, its code kept.
REASON_WORDS: tuple[tuple[str, Incident], ...] = (
    (r"отказ|не хочет|не нуж", Incident.REFUSED),
    (r"отсутств|не отвеча|недозвон|не дозвон|нет дома", Incident.NO_ANSWER),
    (r"телефон", Incident.WRONG_PHONE),
    (r"адрес|не существует|нет такого дома", Incident.WRONG_ADDRESS),
    (r"поврежд|брак|бой", Incident.DAMAGED),
    (r"утер|утрач|утрат", Incident.LOST),
    (r"оплат|деньг|денеж", Incident.NO_MONEY),
    (r"срок хранения|хранени", Incident.STORAGE_EXPIRED),
    (r"таможн|пошлин", Incident.CUSTOMS),
    (r"пропуск|въезд|закрыт", Incident.ACCESS),
    (r"перенос|перенес|дата доставки|другое время", Incident.RESCHEDULED),
    (r"недовлож|не хватает|пересорт", Incident.MISSING_GOODS),
)

#: Where to look and who acts, by incident; anything else is the carrier's to solve.
INCIDENT_FIELDS: Mapping[Incident, tuple[Field, Who]] = {
    Incident.WRONG_ADDRESS: (Field.ADDRESS, Who.MANAGER),
    Incident.WRONG_PHONE: (Field.PHONE, Who.MANAGER),
    Incident.NO_ANSWER: (Field.PHONE, Who.MANAGER),
    Incident.ACCESS: (Field.ADDRESS, Who.MANAGER),
    Incident.NO_MONEY: (Field.COD, Who.MANAGER),
    Incident.REFUSED: (Field.ORDER, Who.MANAGER),
    Incident.STORAGE_EXPIRED: (Field.ORDER, Who.MANAGER),
    Incident.MISSING_GOODS: (Field.ITEMS, Who.MANAGER),
}
#: Told in the history only: nobody has to act.
QUIET_INCIDENTS = frozenset({Incident.PARTIAL, Incident.RESCHEDULED, Incident.REDIRECTED, Incident.SENDER_REQUEST})

# --- parcel states (§7, §11) ------------------------------------------------------------------------------------------

STATES: Mapping[str, Status] = {
    "NewOrderByClient": Status.CREATED,
    "NotDone": Status.CANCELLED,
    "OnTerminalPickup": Status.ACCEPTED_AT_WAREHOUSE,
    "OnRoad": Status.IN_TRANSIT,
    "OnTerminal": Status.IN_TRANSIT,
    # Where it is collected, this is the point that it is collected at (see `tracking`).
    "OnTerminalDelivery": Status.IN_TRANSIT,
    "Delivering": Status.OUT_FOR_DELIVERY,
    "Delivered": Status.DELIVERED,
    "Lost": Status.LOST,
    "Problem": Status.DELIVERY_FAILED,
    "ReturnedFromDelivery": Status.DELIVERY_FAILED,
    "NewOrderByDPD": Status.RETURNING,
}
AT_DELIVERY_TERMINAL = "OnTerminalDelivery"
STATE_TEXTS: Mapping[str, str] = {
    "NewOrderByClient": "Оформлен новый заказ",
    "NotDone": "Заказ отменён",
    "OnTerminalPickup": "На терминале приёма",
    "OnRoad": "В пути между терминалами",
    "OnTerminal": "На транзитном терминале",
    "OnTerminalDelivery": "На терминале доставки",
    "Delivering": "Выведен на доставку",
    "Delivered": "Доставлен получателю",
    "Lost": "Утерян",
    "Problem": "С посылкой возникла проблема",
    "ReturnedFromDelivery": "Возвращён с доставки",
    "NewOrderByDPD": "Оформлен новый заказ по инициативе DPD",
}

# --- refusals: there are no codes, only Russian texts (§5, §13) -------------------------------------------------------

#: Words of a fault that speak of the keys; the true ones were not recorded (§2).
KEY_WORDS = re.compile(
    r"авториз|аутентиф|clientkey|clientnumber|client key|\bключ|номер клиента|wrong-auth|no-auth", re.I
)
AMBIGUOUS = re.compile(r"too-many-rows|неоднозначно задан", re.I)
#: Faults that the services declare, and texts that were recorded without their detail (§2).
FAULTS = ("WSFault", "ServiceCostFault2", "ServiceCostFault")
KNOWN_FAULTS = re.compile(r"неоднозначно задан|данные не найдены|посылки (еще|ещё) не поступили", re.I)
#: A multi-line text is judged line by line; the first that fits wins.
REFUSALS: tuple[tuple[str, Field, Who, str], ...] = (
    ("too_late_to_change", Field.ORDER, Who.CARRIER, r"заказ (уже )?(заверш|доставлен)"),
    ("city_ambiguous", Field.ADDRESS, Who.MANAGER, r"получател.*неоднозначно задан"),
    ("sender_city_unknown", Field.SENDER, Who.ADMIN, r"отправител.*(неоднозначно задан|населенн)"),
    ("city_ambiguous", Field.ADDRESS, Who.MANAGER, r"неоднозначно задан"),
    ("sender_phone", Field.SENDER, Who.ADMIN, r"отправител.*телефон"),
    ("sender_name", Field.SENDER, Who.ADMIN, r"отправител.*(contactfio|name|фио)"),
    ("sender_point_unknown", Field.SENDER, Who.ADMIN, r"отправител.*(терминал|пункт)|терминал .* не принимает"),
    ("field_invalid", Field.SENDER, Who.ADMIN, r"отправител"),
    ("phone_refused", Field.PHONE, Who.MANAGER, r"телефон|contactphone"),
    ("name_refused", Field.NAME, Who.MANAGER, r"contactfio|поле name|фио|имя получателя"),
    (
        "point_no_cod",
        Field.POINT,
        Who.MANAGER,
        r"наложенн\w+ платеж\w*.*(терминал|пункт)|наложенн\w+ платёж.*(терминал|пункт)",
    ),
    ("point_weight", Field.POINT, Who.MANAGER, r"вес .*(терминал|пункт)"),
    ("point_too_small", Field.POINT, Who.MANAGER, r"(габарит|измерени).*(терминал|пункт)"),
    ("point_closed", Field.POINT, Who.MANAGER, r"(терминал|пункт).*(переполнен|закрыт|не выда)"),
    ("point_cannot", Field.POINT, Who.MANAGER, r"(услуга|опция) .*(терминал|пункт)"),
    ("point_unknown", Field.POINT, Who.MANAGER, r"(терминал|пункт|terminalcode).*не найден"),
    ("service_mode", Field.SERVICE, Who.MANAGER, r"услуга .*вариант|вариант доставки|servicevariant"),
    ("service_contract", Field.SERVICE, Who.ADMIN, r"услуга .*(не найдена|недоступна|договор)|код услуги"),
    ("extra_refused", Field.SERVICE, Who.ADMIN, r"опци"),
    ("date_refused", Field.DATE, Who.ADMIN, r"дата|интервал"),
    ("too_big_for_service", Field.WEIGHT, Who.MANAGER, r"вес посылки .*услуг"),
    ("weight_refused", Field.WEIGHT, Who.MANAGER, r"вес"),
    ("size_refused", Field.SIZE, Who.MANAGER, r"габарит|измерени|объем|объём"),
    ("vat_refused", Field.COD, Who.ADMIN, r"ндс|vat"),
    ("rows_refused", Field.ITEMS, Who.MANAGER, r"вложени|грузомест|посыл"),
    ("cod_limit", Field.COD, Who.MANAGER, r"наложенн|npp"),
    ("declared_refused", Field.DECLARED, Who.MANAGER, r"ценност|cargovalue|declared"),
    ("address_missing", Field.ADDRESS, Who.MANAGER, r"обязательн\w+ пол\w+ .*(city|street|house)"),
    ("field_invalid", Field.ADDRESS, Who.MANAGER, r"адрес|улиц|дом|населенн|населённ|город|street|house|city"),
    ("field_invalid", Field.ITEMS, Who.MANAGER, r"содержимое|cargocategory|запрещ"),
    ("number_taken", Field.NUMBER, Who.WAYBILL, r"заказ с (таким )?номером .*существует"),
)
CANCEL_REFUSALS: tuple[tuple[str, Field, Who, str], ...] = (
    ("too_late_to_cancel", Field.ORDER, Who.CARRIER, rf"{CANCEL_LATE}|принят|заверш|доставлен|в пути"),
)

# --- units (§0): kilograms with at most two decimals, centimetres, cubic metres, roubles ------------------------------


def kilos(grams: int) -> float:
    """Kilograms with two decimals, as DPD takes them; started ten grams count."""
    return math.ceil(grams / 10) / 100


def cubic_metres(sides_mm: tuple[int, int, int]) -> Decimal:
    """Exact; 0 when a side is unknown."""
    length, width, height = sides_mm
    return Decimal(length * width * height).scaleb(-9)


def volume_of(parts: list[Decimal]) -> float | None:
    """The whole volume with three decimals, rounded up; None when that of any part is unknown."""
    if not parts or not all(parts):
        return None
    return float(math.ceil(sum(parts, Decimal(0)) * 1000)) / 1000


def roubles(money: Money) -> float:
    return float(money.amount)


def amount_text(minor: int) -> str:
    """Sums of goods are texts in the schema: `900.00`."""
    return f"{Money(minor).amount:.2f}"


_ZONE = re.compile(r"([+-]?)\s*(\d{1,2})(?:[:.]?(\d{2}))?\s*$")


def zone_of(value: Any) -> timezone | None:
    """`MomentLocZone` (§8: an offset from GMT, its form not recorded): `GMT+07:00`, `+7`, `7`, `+0700`, 7.0; None when
    it says nothing of the kind."""
    number = decimal_of(value)
    text = f"{number:+f}".rstrip("0").rstrip(".") if number is not None and abs(number) <= 14 else str(value or "")
    found = _ZONE.search(text.strip())
    if found is None:
        return None
    sign, hours, minutes = found.groups()
    offset = timedelta(hours=int(hours), minutes=int(minutes or 0)) * (-1 if sign == "-" else 1)
    return timezone(offset) if abs(offset) <= timedelta(hours=14) else None


_FORMATS = ("%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%Y-%m-%d %H:%M:%S.%f", "%d.%m.%Y")


def moment(value: Any, zone: timezone = MOSCOW) -> datetime | None:
    """ISO 8601 or the Russian form (`eventDate` is a text whose form is not recorded, §8), with an offset or in
    `zone`."""
    if isinstance(value, datetime):
        at: datetime | None = value
    else:
        text = str(value or "").strip()
        at = _iso(text) or next((found for form in _FORMATS if (found := _formed(text, form))), None)
    if at is None or at.year < 2000:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _formed(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form)  # noqa: DTZ007 - the zone is given beside
    except ValueError:
        return None
