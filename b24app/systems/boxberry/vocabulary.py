"""Boxberry's words and units in ours: there are no codes, so names of statuses and texts of refusals are the keys
(boxberry.md §3, §7.1). Names are compared without case and outer blanks, in both generations of their wording."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone

from b24app.logistics.changes import ChangeRule, Cost, Part, Way
from b24app.logistics.extras import Extra
from b24app.logistics.model import Parcel
from b24app.logistics.papers import PaperForm, PaperKind
from b24app.logistics.points import Opening
from b24app.logistics.problem import Field, Who
from b24app.logistics.status import Incident, Status
from b24app.systems.kit.cities import folded
from b24app.systems.kit.meanings import Meanings

#: Times are Moscow's and carry no offset (§7).
MOSCOW = timezone(timedelta(hours=3))
TRACKING_URL = "https://boxberry.ru/tracking-page?id={}"
#: ISO 3166 numeric (§4.1). Only Russia has been seen in full; the others need the block `export`.
RUSSIA = "643"
#: Grams of a place, kopecks of a declared value, centimetres (§2.1).
MOST_G, MOST_DECLARED_MINOR, MOST_CM = 30_000, 300_000_00, (120, 80, 50)
MAX_NUMBER, MAX_NOTICE, MAX_TEXT = 35, 100, 255
LIMITS = {
    "max_weight_g": MOST_G,
    "max_side_mm": MOST_CM[0] * 10,
    "max_sum_mm": sum(MOST_CM) * 10,
    "max_declared_minor": MOST_DECLARED_MINOR,
    "max_number": MAX_NUMBER,
    "address": MAX_TEXT,
}
#: `vid`, `DeliveryTypeId`, `deliveryType` (§6.1, §5.2, §6.3).
TO_POINT, TO_DOOR = "1", "2"
#: `cancelType` (§6.3): always sent, because what its absence means is told in two ways.
DELETE, RECALL = "1", "2"
#: `issue`: goods may be opened and checked, a part may be handed out; `fitting` beside it (§6.1).
OPENED_ISSUE, PARTIAL_ISSUE, FITTED = "1", "2", "1"
#: What an order may have beside carrying, as their fields say it.
EXTRAS: Mapping[str, str] = {Extra.FITTING: f"fitting={FITTED}", Extra.PARTIAL: f"issue={PARTIAL_ISSUE}"}
ISSUES = (
    ("", {"ru": "Как в кабинете Boxberry", "en": "As in Boxberry's cabinet"}),
    ("0", {"ru": "Без вскрытия", "en": "Without opening"}),
    (OPENED_ISSUE, {"ru": "С вскрытием и проверкой", "en": "With opening and checking"}),
    (PARTIAL_ISSUE, {"ru": "Частичная выдача", "en": "In part, if the recipient wants"}),
)
#: The highest VAT rate of their texts (§6.1): a product's higher one is not stated, an account's own choice is sent.
MOST_VAT = 20
BY_ROWS = "rows"
VAT_RATES = (0, 5, 7, 10, MOST_VAT, 22)
#: §1: what an admin must know.
NOTICE = {
    "ru": "Уходящий перевозчик: Boxberry перешёл к группе Яндекса, его пункты переименовывают или закрывают, а старый "
    "API может отключиться без предупреждения. Проверьте подключение и не делайте его единственным.",
    "en": "A legacy carrier: Boxberry went to the Yandex group, its points are renamed or closed, its old API may be "
    "switched off without notice. Test the connection, and do not make it your only carrier.",
}

# --- statuses (§7.1) --------------------------------------------------------------------------------------------------

_STATUSES: dict[Status, str] = {
    Status.CREATED: "заказ создан в личном кабинете | загружен реестр им | не в акте | в обработке "
    "| получена информация о заказе | получена информация о заказе от им",
    Status.ACCEPTED_AT_WAREHOUSE: "принято к доставке | заказ передан на доставку",
    Status.IN_TRANSIT: "передано на сортировку | отправлен на сортировочный терминал "
    "| поступил на сортировочный терминал | ожидает отправки в город получателя | отправлено в город назначения "
    "| обработка на складе курьерской доставки | в пути в город получателя | в пути на терминал "
    "| в пути из отделения на терминал | на терминале-отправителе | в городе получателя "
    "| передан на доставку до пункта выдачи | поступил в город для передачи курьеру",
    Status.READY_FOR_PICKUP: "поступило в пункт выдачи | доступен к получению в пункте выдачи "
    "| на отделении-получателе",
    Status.OUT_FOR_DELIVERY: "передано на курьерскую доставку | передан на курьерскую доставку | передано курьеру",
    Status.DELIVERED: "выдано | успешно выдан",
    Status.DELIVERY_FAILED: "возвращено с курьерской доставки | перенос срока курьерской доставки",
    Status.RETURNING: "готовится к возврату | заказ передан на возврат в интернет-магазин | отправлено в пункт приема "
    "| заказ в пути в интернет-магазин | возвращено в пункт приема",
    Status.RETURNED: "возвращено в им | заказ возвращен в интернет-магазин",
}
_BY_NAME = {name.strip(): status for status, names in _STATUSES.items() for name in names.split("|")}
#: Names that go on in ways which drift: known by their beginning.
_BEGINNINGS = (
    ("получена информация о заказе", Status.CREATED),
    ("в городе получателя", Status.IN_TRANSIT),
    ("передан на курьерскую доставку,", Status.OUT_FOR_DELIVERY),
    ("передано на курьерскую доставку,", Status.OUT_FOR_DELIVERY),
    ("передано курьеру,", Status.OUT_FOR_DELIVERY),
)
#: No source names a status for a lost parcel (§7.1, §13): the Russian word itself, in whatever form, says it.
_LOST = re.compile(r"\b(?:утер|утрач|утрат|потер)\w*")
#: An order that Boxberry could not take over: it will never move (§7.1).
FAILED_UPLOAD = "ошибка выгрузки"
RESCHEDULED = "перенос срока курьерской доставки"
BACK = frozenset({Status.RETURNING, Status.RETURNED})


def status_of(name: str) -> Status | None:
    """Ours for a name; None = a note that says nothing of where the parcel is, `unknown` = a name nobody told us."""
    key = folded(name)
    if key == FAILED_UPLOAD:
        return None
    found = _BY_NAME.get(key)
    if found is None and _LOST.search(key):
        found = Status.LOST
    return found or next((status for start, status in _BEGINNINGS if key.startswith(start)), Status.UNKNOWN)


#: What a `Comment` beside a status tells; free text, so only words that mean one thing.
_REASONS = tuple(
    (re.compile(pattern), incident)
    for pattern, incident in (
        (r"дозвон|не отвеча|недоступ\w* (?:абонент|номер)", Incident.NO_ANSWER),
        (r"(?:невер|неправил|некоррект)\w* (?:номер|телефон)", Incident.WRONG_PHONE),
        (r"адрес", Incident.WRONG_ADDRESS),
        (r"отзыв|отправител|интернет-магазин", Incident.SENDER_REQUEST),
        (r"отказ|отказал", Incident.REFUSED),
        (r"срок\w* хранени|не востребован|невостребован", Incident.STORAGE_EXPIRED),
        (r"поврежд|брак", Incident.DAMAGED),
        (r"перенос|перенес|другой день", Incident.RESCHEDULED),
        (r"оплат|нет денег", Incident.NO_MONEY),
        (r"пропуск|доступ|шлагбаум", Incident.ACCESS),
    )
)


def incident_of(name: str, comment: str) -> Incident | None:
    """`unknown` = a comment that we cannot read; None where nothing was said."""
    if folded(name) == RESCHEDULED:
        return Incident.RESCHEDULED
    said = folded(comment)
    return next(
        (incident for pattern, incident in _REASONS if pattern.search(said)), Incident.UNKNOWN if said else None
    )


#: What somebody has to act on, beside the incidents that only explain.
TROUBLE = {
    Incident.NO_ANSWER: (Field.PHONE, Who.MANAGER),
    Incident.WRONG_PHONE: (Field.PHONE, Who.MANAGER),
    Incident.WRONG_ADDRESS: (Field.ADDRESS, Who.MANAGER),
    Incident.REFUSED: (Field.ORDER, Who.MANAGER),
    Incident.DAMAGED: (Field.ORDER, Who.CARRIER),
    Incident.NO_MONEY: (Field.COD, Who.MANAGER),
    Incident.ACCESS: (Field.ADDRESS, Who.MANAGER),
}

# --- texts of refusals (§3) -------------------------------------------------------------------------------------------

ACCOUNT = "account_refused"
TAKEN = "number_taken"
BUSY, BROKEN = "busy", "broken"
ABSENT = "order_unknown"
#: Tried in their order: what is certain first. Those of §3 are recorded, the others read the words they must contain.
REFUSALS = Meanings(
    patterns=(
        (ACCOUNT, Field.ACCOUNT, Who.ADMIN, r"учетн\w+ запис\w+ заблокирован"),
        (ACCOUNT, Field.ACCOUNT, Who.ADMIN, r"\btoken\b|токен|ключ\w* доступа|авториз|доступ запрещ|нет доступа"),
        (BUSY, Field.NONE, Who.CARRIER, r"превышен\w* (?:количеств|лимит|числ)\w*.*запрос|слишком много запрос"),
        (
            BROKEN,
            Field.NONE,
            Who.CARRIER,
            r"внутренн\w+ ошибк|временно|попробуйте позже|повторите (?:запрос|попытку) позже",
        ),
        (TAKEN, Field.NUMBER, Who.WAYBILL, r"номер заказа в им.*уже занят"),
        ("bad_request", Field.NUMBER, Who.WAYBILL, r"номер заказа"),
        (ABSENT, Field.ORDER, Who.CARRIER, r"ничего не найдено|не найден\w* (?:заказ|посылк)|нет данных о посылках"),
        ("order_unknown", Field.ORDER, Who.WAYBILL, r"ошибочный номер для проведения обновления"),
        ("too_late_to_cancel", Field.ORDER, Who.CARRIER, r"удаление невозможно|уже добавлен\w* в акт"),
        ("too_late_to_change", Field.ORDER, Who.CARRIER, r"(?:изменение|обновление|отзыв) невозможн"),
        ("bad_request", Field.ORDER, Who.WAYBILL, r"вариант отмены"),
        ("order_not_ready", Field.ORDER, Who.MANAGER, r"поместить в акт"),
        ("bad_request", Field.WEIGHT, Who.WAYBILL, r"должны быть целыми числами"),
        ("weight_refused", Field.WEIGHT, Who.MANAGER, r"\bвес\b|\bвеса\b"),
        ("size_refused", Field.SIZE, Who.MANAGER, r"габарит|длина|ширина|высота"),
        ("point_cannot", Field.POINT, Who.MANAGER, r"только предоплачен"),
        ("sender_point_unknown", Field.SENDER, Who.ADMIN, r"пункт\w* (?:поступления|при[её]ма)"),
        ("point_unknown", Field.POINT, Who.MANAGER, r"\bпвз\b|пункт\w* выдачи"),
        ("service_unavailable", Field.SERVICE, Who.MANAGER, r"доставка до выбранного места невозможна"),
        ("phone_refused", Field.PHONE, Who.MANAGER, r"телефон"),
        ("name_refused", Field.NAME, Who.MANAGER, r"\bфио\b|имя получателя"),
        ("email_ignored", Field.EMAIL, Who.MANAGER, r"e-?mail|электронн\w+ почт"),
        ("field_invalid", Field.ADDRESS, Who.MANAGER, r"несколько городов"),
        ("delivery_not_served", Field.ADDRESS, Who.MANAGER, r"курьерская доставка .*не осуществляется"),
        ("city_unknown", Field.ADDRESS, Who.MANAGER, r"\bгород"),
        ("field_invalid", Field.ADDRESS, Who.MANAGER, r"\bадрес|\bиндекс|\bулиц"),
        ("declared_refused", Field.DECLARED, Who.MANAGER, r"объявленн\w+ стоимост"),
        ("field_invalid", Field.COD, Who.MANAGER, r"сумма к оплате"),
        ("vat_refused", Field.ITEMS, Who.ADMIN, r"\bндс\b"),
        ("marking_refused", Field.ITEMS, Who.MANAGER, r"маркировк"),
        ("rows_refused", Field.ITEMS, Who.MANAGER, r"товар"),
        ("date_refused", Field.DATE, Who.MANAGER, r"дата доставки|время доставки"),
    ),
)
#: What they say of tracks that are not there.
NO_PARCELS = "Нет данных о посылках"
#: A value in their words: kept out of the key of a text that we do not know.
QUOTED = re.compile(r"«[^»]*»")
#: Tracks that `ParselSend` does not take, named in its refusal (§3).
NAMED_TRACKS = re.compile(r"\b[A-Z]{3}\d{8,9}\b")

# --- times, sizes -----------------------------------------------------------------------------------------------------

_STAMP = re.compile(
    r"(\d{1,4})([-./])(\d{1,2})\2(\d{2,4})(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([AP]M)?)?", re.IGNORECASE
)


def moment_of(value: object) -> datetime | None:
    """Any of their formats (§7): `2020-12-26 12:23:26`, `2019-05-01T00:56:12`, `2021.08.06 15:19:10`,
    `26.12.2020 12:23`, `26/12/20 1:05:00 PM`. None for what is unreadable or the year 1, their "none"."""
    found = _STAMP.fullmatch(str(value).strip())
    if found is None:
        return None
    first, month, last = found[1], int(found[3]), found[4]
    year, day = (int(first), int(last)) if len(first) == 4 else (int(last), int(first))
    hour, minute, second = (int(found[n] or 0) for n in (5, 6, 7))
    if found[8] and hour <= 12:
        hour = hour % 12 + (12 if found[8].upper() == "PM" else 0)
    try:
        at = datetime(
            year + 2000 if len(first) < 4 and len(last) == 2 else year, month, day, hour, minute, second, tzinfo=MOSCOW
        )
    except ValueError:
        return None
    return at.astimezone(UTC) if at.year >= 2000 else None


_DAYS = {name: number for number, name in enumerate(("пн", "вт", "ср", "чт", "пт", "сб", "вс"), start=1)}
_HOURS = re.compile(
    r"\b(пн|вт|ср|чт|пт|сб|вс)(?:\s*[-–]\s*(пн|вт|ср|чт|пт|сб|вс))?\s*:?\s*"
    r"(\d{1,2})[.:](\d{2})\s*[-–]\s*(\d{1,2})[.:](\d{2})"
)


def week_of(text: str) -> tuple[Opening, ...]:
    """`пн-пт: 10.00-20.00, обед: 14.00-15.00, сб: 10.00-15.00`; a lunch is not told apart. Empty = unreadable."""
    week: dict[int, Opening] = {}
    for first, last, *times in _HOURS.findall(text.casefold()):
        opens, closes = (int(times[n]) * 60 + int(times[n + 1]) for n in (0, 2))
        for day in range(_DAYS[first], _DAYS[last or first] + 1):
            week[day] = Opening(day, opens, closes)
    return tuple(week[day] for day in sorted(week))


def sides_cm(parcel: Parcel) -> tuple[int, int, int] | None:
    """(width, height, length) in whole centimetres, a started one counts (§6.1: x, y, z); None when one is unknown."""
    sides = (parcel.width_mm, parcel.height_mm, parcel.length_mm)
    return (-(-sides[0] // 10), -(-sides[1] // 10), -(-sides[2] // 10)) if min(sides) > 0 else None


# --- papers and changes -----------------------------------------------------------------------------------------------

LABEL, ACT = "label", "act"
#: Their label's sheet is set in their cabinet (§6.4 names none).
FORMS = (PaperForm(LABEL, PaperKind.LABEL, "A6", first=True), PaperForm(ACT, PaperKind.ACT, "A4"))

_BEFORE = (Status.CREATED,)
#: Where an official table allows changes by the API; what it says of later statuses is not in any source.
_MOVING = (Status.ACCEPTED_AT_WAREHOUSE, Status.IN_TRANSIT)
_LAST_MILE = (Status.READY_FOR_PICKUP, Status.OUT_FOR_DELIVERY, Status.DELIVERY_FAILED)
RULES = (
    ChangeRule(Part.RECIPIENT, _BEFORE, Way.HERE, Cost.FREE),
    ChangeRule(Part.RECIPIENT, _MOVING, Way.HERE),
    ChangeRule(Part.DESTINATION, _BEFORE, Way.HERE, Cost.RECOUNT),
    ChangeRule(Part.DESTINATION, _MOVING, Way.HERE, Cost.RECOUNT),
    # No method shows a comment, so nobody could tell whether a lost change of it was made.
    ChangeRule(Part.COMMENT, _BEFORE, Way.ANEW, Cost.FREE),
    ChangeRule(Part.COMMENT, _MOVING + _LAST_MILE, Way.NO),
    ChangeRule(Part.COD, _BEFORE, Way.HERE, Cost.RECOUNT),
    ChangeRule(Part.COD, _MOVING + _LAST_MILE, Way.NO),
    ChangeRule(Part.PARCELS, _BEFORE, Way.HERE, Cost.RECOUNT),
    ChangeRule(Part.PARCELS, _MOVING + _LAST_MILE, Way.NO),
    ChangeRule(Part.STOP, _BEFORE, Way.HERE, Cost.FREE),
    ChangeRule(Part.STOP, _MOVING + _LAST_MILE, Way.ELSEWHERE, Cost.PAID),
)
