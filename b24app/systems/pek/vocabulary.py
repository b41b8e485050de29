"""PEK's words, codes and units in ours (pek.md §1, §2, §5-§8). Kilograms, metres, cubic metres and rubles there; their
times are Moscow's without an offset."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from typing import Any

from b24app.logistics.changes import ChangeRule, Cost, Part, Way
from b24app.logistics.papers import PaperForm, PaperKind
from b24app.logistics.problem import Field, Who
from b24app.logistics.status import Incident, Status
from b24app.systems.kit import rows
from b24app.systems.kit.meanings import Meanings
from b24app.systems.kit.units import moment_of

# --- products (§2) ----------------------------------------------------------------------------------------------------

#: Ours -> theirs. 5 (express by car) has no price in the API, 7 (DTS) goes on pallets only.
PRODUCTS: Mapping[str, int] = {"ltl": 3, "easyway": 12, "air": 1}
SERVICES: tuple[tuple[str, Mapping[str, str]], ...] = (
    ("ltl", {"ru": "Сборный груз", "en": "Groupage"}),
    ("easyway", {"ru": "EasyWay", "en": "EasyWay"}),
    ("air", {"ru": "Экспресс Авиа", "en": "Express by air"}),
)
#: A name of `/cargocontent/all/` that suits any shop.
CONTENT = "Товары народного потребления"
VAT: Mapping[int, str] = {22: "НДС22", 10: "НДС10", 7: "НДС7", 5: "НДС5"}
NO_VAT = "БезНДС"
#: `sellerServices[].type` (§5.1): what the shop takes for the delivery.
SHOP_DELIVERY = 1

#: Print forms (§6): ours -> their `type`: the order form, labels of all places.
PAPER_TYPES: Mapping[str, str] = {"waybill": "big", "label": "multiple"}
FORMS = (
    PaperForm("label", PaperKind.LABEL, "A6", first=True),
    PaperForm("waybill", PaperKind.WAYBILL, "A4", first=True),
)

# --- changes (§8, §9): they have no call for it. Before it is taken an order is cancelled and made anew; afterwards the
# branch is called, or the whole cargo sent back ---------------------------------------------------------------------

_BEFORE = (Status.CREATED,)
_MOVED = (
    Status.ACCEPTED_AT_WAREHOUSE,
    Status.IN_TRANSIT,
    Status.READY_FOR_PICKUP,
    Status.OUT_FOR_DELIVERY,
    Status.DELIVERY_FAILED,
)
#: Until the last mile PEK itself sends it back (`cancelandreturncargo`).
_ON_ROAD = (Status.ACCEPTED_AT_WAREHOUSE, Status.IN_TRANSIT, Status.READY_FOR_PICKUP)
_PARTS = (Part.RECIPIENT, Part.DESTINATION, Part.COMMENT, Part.COD, Part.PARCELS)
RULES = (
    *(ChangeRule(part, _BEFORE, Way.ANEW, Cost.RECOUNT) for part in _PARTS),
    *(ChangeRule(part, _MOVED, Way.ELSEWHERE, Cost.UNKNOWN) for part in _PARTS),
    ChangeRule(Part.STOP, _BEFORE, Way.HERE, Cost.FREE),
    ChangeRule(Part.STOP, _ON_ROAD, Way.HERE, Cost.PAID),
    ChangeRule(Part.STOP, (Status.OUT_FOR_DELIVERY, Status.DELIVERY_FAILED), Way.ELSEWHERE, Cost.PAID),
)

# --- statuses (§7): the text is the key, ids differ between methods ---------------------------------------------------

_BY_STATUS: Mapping[Status, str] = {
    Status.CREATED: """Заявка на забор зарегистрирована; Ожидается передача груза от отправителя; Забор груза заказан;
        Забор груза запланирован""",
    Status.CANCELLED: "Аннулировано до приемки груза",
    Status.ACCEPTED_AT_WAREHOUSE: "Принят; Принят к перевозке; Принят на ПВЗ; Оформлен",
    Status.IN_TRANSIT: "В пути; В пути на терминал; Прибыл частично; Разгружается. Ожидайте оповещения",
    Status.READY_FOR_PICKUP: "Прибыл",
    Status.OUT_FOR_DELIVERY: "Выполняется адресная доставка",
    Status.DELIVERED: "Выдан получателю; Доставлен получателю; Выдан; Выдан на складе",
    Status.RETURNING: "Отправлен на возврат; Возврат груза отправителю",
    Status.RETURNED: "Возвращен отправителю",
    Status.LOST: "Утилизирован; Изъят на таможне",
}


def folded(text: str) -> str:
    """For comparing their texts: without case, ё and doubled spaces."""
    return " ".join(text.casefold().replace("ё", "е").split()).rstrip(".")


STATUSES: Mapping[str, Status] = {
    folded(text): status for status, texts in _BY_STATUS.items() for text in texts.split(";")
}
#: The few ids that official samples show, for a text that we do not know.
_BY_ID: Mapping[str, Status] = {
    "3": Status.ACCEPTED_AT_WAREHOUSE,
    "4": Status.RETURNED,
    "7": Status.IN_TRANSIT,
    "8": Status.DELIVERED,
    "4000": Status.CREATED,
    "4100": Status.CREATED,
}
_PARTLY = re.compile(r"выдан \( ?мест (\d+) из (\d+) ?\)")
#: Terminal texts that say why.
ENDS: Mapping[str, Incident] = {
    folded("Утилизирован"): Incident.DISPOSED,
    folded("Изъят на таможне"): Incident.CUSTOMS,
}


def status_of(text: str, code: str, door: bool) -> tuple[Status, Incident | None]:
    """Ours, and an incident that the text itself tells. At the door's terminal a cargo is still on its way."""
    known = folded(text)
    if partly := _PARTLY.search(known):
        whole = partly[1] == partly[2]
        waiting = Status.OUT_FOR_DELIVERY if door else Status.READY_FOR_PICKUP
        return (Status.DELIVERED, None) if whole else (waiting, Incident.PARTIAL)
    status = STATUSES.get(known) or _BY_ID.get(code, Status.UNKNOWN)
    if status is Status.READY_FOR_PICKUP and door:
        status = Status.IN_TRANSIT
    return status, ENDS.get(known)


#: `deliverystatus` (§7): the attempts that failed. The others tell nothing that the history does not.
FAILED_DELIVERIES = frozenset({3030, 3050})
DELIVERIES = frozenset({3000, 3010, 3070, 3090, 3200, 3500}) | FAILED_DELIVERIES
#: `currentstatus.ReturnReason` is free text.
_REASONS: tuple[tuple[str, Incident], ...] = (
    (r"отказ", Incident.REFUSED),
    (r"хранени|невостребован|не востребован", Incident.STORAGE_EXPIRED),
    (r"отправител", Incident.SENDER_REQUEST),
    (r"поврежд", Incident.DAMAGED),
    (r"адрес", Incident.WRONG_ADDRESS),
    (r"не отвеча|телефон|связ", Incident.NO_ANSWER),
)


def reason_of(text: str) -> Incident:
    found = (incident for pattern, incident in _REASONS if re.search(pattern, text, re.IGNORECASE))
    return next(found, Incident.UNKNOWN)


# --- refusals: the path of a field, then their words ------------------------------------------------------------------

_M, _A, _W = Who.MANAGER, Who.ADMIN, Who.WAYBILL
MEANINGS = Meanings(
    patterns=(
        ("phone_refused", Field.PHONE, _M, r"receiver\.personPhones"),
        ("name_refused", Field.NAME, _M, r"receiver\.(title|person|individual)"),
        ("sender_phone", Field.SENDER, _A, r"sender\.personPhones|(seller|vendor)Phone"),
        ("point_unknown", Field.POINT, _M, r"receiver\.?warehouseId.*(не найден|вместо склада)"),
        ("point_weight", Field.POINT, _M, r"receiver\.?warehouseId.*\bвес"),
        ("point_cannot", Field.POINT, _M, r"receiver\.?warehouseId"),
        ("city_unknown", Field.ADDRESS, _M, r"(receiver\.addressStock|delivery\.address).*(зон|не обслуж)"),
        ("address_vague", Field.ADDRESS, _M, r"receiver\.(addressStock|coordinates)|delivery\.(address|coordinates)"),
        ("sender_point_unknown", Field.SENDER, _A, r"sender\.?warehouseId"),
        ("sender_city_unknown", Field.SENDER, _A, r"sender\.addressStock|pickup\.|pickUpDetails\.coordinates"),
        ("sender_name", Field.SENDER, _A, r"sender\.|vendor(INN|Name)"),
        ("cod_not_allowed", Field.COD, _M, r"cashOnDelivery\b(?!\.).*соглаш|соглаш.*наложенн"),
        ("rows_refused", Field.ITEMS, _M, r"cashOnDelivery\.specification"),
        ("vat_refused", Field.COD, _A, r"rateVAT"),
        ("cod_invalid", Field.COD, _M, r"cashOnDelivery"),
        ("declared_refused", Field.DECLARED, _M, r"insurance|isInsurance"),
        ("date_refused", Field.DATE, _M, r"planned|period|dateOfDelivery"),
        ("pickup_refused", Field.SENDER, _A, r"orderType|pickUpDetails"),
        ("weight_refused", Field.WEIGHT, _M, r"\.weight|\bвес(а|ом)?\b"),
        ("size_refused", Field.SIZE, _M, r"\.(length|width|height|volume|maxSize)|габарит|размер"),
        ("service_unavailable", Field.SERVICE, _A, r"common\.type|types\[|продукт"),
        ("field_invalid", Field.ITEMS, _A, r"description|countryCargocode"),
        ("field_invalid", Field.ACCOUNT, _A, r"docflowType|EDI"),
        ("order_unknown", Field.ORDER, _A, r"груз[ыа]? не найден|не найдены"),
        ("bad_request", Field.ORDER, _W, r"Неизвестное поле|Неверный тип|разбора запроса|Content-Type"),
    )
)
#: What one product cannot carry (`transfers[].errorMessage`).
TARIFFS = Meanings(
    patterns=(
        ("service_contract", Field.SERVICE, _A, r"соглаш|договор"),
        ("too_big_for_service", Field.SIZE, _M, r"длин|ширин|высот|габарит|\bвес|параметр|объ[её]м"),
        ("date_refused", Field.DATE, _M, r"дат"),
    ),
    unknown=("service_unavailable", Field.SERVICE, _M),
)
#: `description` of a cancellation that was not made (§8).
CANCELS = Meanings(
    patterns=(
        ("order_unknown", Field.ORDER, _A, r"не найден"),
        ("too_late_to_cancel", Field.ORDER, _M, r"маршрутн|запланирован|уже принят|передан"),
    ),
    unknown=("cancel_refused", Field.ORDER, Who.CARRIER),
)
#: … and of a return that was not.
RETURNS = Meanings(
    patterns=(
        ("order_not_ready", Field.ORDER, Who.CARRIER, r"не принят на склад"),
        ("too_late_to_change", Field.ORDER, _M, r"передан грузополучателю"),
        ("change_refused", Field.ACCOUNT, _A, r"недоступна|не заключено соглашение"),
        ("order_unknown", Field.ORDER, _A, r"не найден"),
    ),
    unknown=("change_refused", Field.ORDER, Who.CARRIER),
)
#: "Accepted into the queue": asking again after 15-30 minutes tells the result (§8).
QUEUED = re.compile(r"очередь обработки", re.IGNORECASE)
TOO_MANY = re.compile(r"превышен\w* .*(запрос|лимит)|лимит запросов|too many requests", re.IGNORECASE)

# --- units and times --------------------------------------------------------------------------------------------------

MOSCOW = timezone(timedelta(hours=3))
#: Of how many cargos one call tells (§7): `basicstatus` 50, `currentstatus` 15.
BATCH, FEW = 50, 15
#: They round up to hundredths (§4.1): that many grams and millimetres are one step.
STEP = 10


def steps_up(value: int) -> int:
    """Grams or millimetres, rounded up to what PEK can tell."""
    return -(-value // STEP) * STEP


def kilograms(grams: int) -> float:
    return steps_up(grams) / 1000


def metres(millimetres: int) -> float:
    return steps_up(millimetres) / 1000


def cubic_metres(*boxes_mm: tuple[int, int, int]) -> float:
    """Of all boxes together, as they compute it: sides rounded first, then the sum, up to hundredths."""
    cubic_mm = sum(steps_up(a) * steps_up(b) * steps_up(c) for a, b, c in boxes_mm)
    return -(-cubic_mm // 10_000_000) / 100


def moscow(value: Any) -> datetime | None:
    """`2026-03-10T09:24:24`, sometimes with a Cyrillic Т (help/cargos)."""
    return moment_of(str(value or "").replace("Т", "T"), MOSCOW)


def working_day(now: datetime) -> date:
    """The next day on which they take in and collect: not today, no weekend, no New Year's holidays (§5.1)."""
    day = now.astimezone(MOSCOW).date() + timedelta(days=1)
    while day.isoweekday() > 5 or (day.month == 1 and day.day <= 8):
        day += timedelta(days=1)
    return day


# --- keys -------------------------------------------------------------------------------------------------------------

#: The documentation prints some keys with Cyrillic letters (§11.7): both spellings are read.
_LOOKALIKES = str.maketrans("асеорхуі", "aceopxyi")
_DOOR = "d"
TRACKING_URL = "https://pecom.ru/services-are/order-status/?code={}"


def latin(row: Any) -> dict[str, Any]:
    """An object of theirs with its keys in Latin letters; {} for anything else."""
    return {str(key).translate(_LOOKALIKES): value for key, value in row.items()} if isinstance(row, Mapping) else {}


def rows_of(value: Any) -> list[dict[str, Any]]:
    """A list's objects, with keys in Latin letters; [] for anything else."""
    return [latin(row) for row in rows.rows_of(value)]


def remote_id(code: str, door: bool) -> str:
    """Our key of a cargo: its code, marked when it goes to a door. No status says that (§7), and «Прибыл» means two
    different things."""
    return code + _DOOR * door


def code_of(remote: str) -> str:
    return remote.removesuffix(_DOOR)


def to_door(remote: str) -> bool:
    return remote.endswith(_DOOR)


#: Who can take the SMS with the code.
MOBILE = re.compile(r"\+79\d{9}")

# --- names ------------------------------------------------------------------------------------------------------------

_PATRONYMIC = re.compile(r"(вич|вна|ична|инична|оглы|кызы)$", re.IGNORECASE)
_SURNAME = re.compile(
    r"(ов|ев|ёв|ин|ын|ова|ева|ёва|ина|ына|ский|цкий|ская|цкая|ко|ук|юк|ян|дзе|швили|их|ых)$", re.IGNORECASE
)


def person(name: str) -> dict[str, str] | None:
    """`individual` of a written name, in either order; None when it is a single word."""
    words = name.split()
    if len(words) < 2:
        return None
    at = next((n for n, word in enumerate(words[1:], 1) if _PATRONYMIC.search(word)), None)
    if at is not None and len(words) > 2:
        last = words[0] if at > 1 else words[at + 1]
        return {"lastName": last, "firstName": words[at - 1], "patronymic": words[at]}
    swapped = not _SURNAME.search(words[0]) and bool(_SURNAME.search(words[-1]))
    last, first = (words[-1], words[0]) if swapped else (words[0], words[1])
    return {"lastName": last, "firstName": first}
