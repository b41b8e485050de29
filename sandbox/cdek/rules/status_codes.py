"""Order statuses: the webhook's spelling, the reading's spelling, the deprecated number, the name (contract §11.1)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StatusCode:
    """``code`` is how ``GET`` spells it, ``pushed`` how a webhook does."""

    code: str
    pushed: str
    number: str
    name: str


_TABLE = (
    ("ACCEPTED", "", "0", "Принят"),
    ("CREATED", "", "1", "Создан"),
    ("REMOVED", "", "2", "Удален"),
    ("INVALID", "", "1000", "Некорректный заказ"),
    ("RECEIVED_AT_SHIPMENT_WAREHOUSE", "", "3", "Принят на склад отправителя"),
    ("READY_FOR_SHIPMENT_IN_SENDER_CITY", "READY_TO_SHIP_AT_SENDING_OFFICE", "6", "Выдан на отправку в г. отправителе"),
    ("RETURNED_TO_SENDER_CITY_WAREHOUSE", "", "16", "Возвращен на склад отправителя"),
    ("TAKEN_BY_TRANSPORTER_FROM_SENDER_CITY", "PASSED_TO_CARRIER_AT_SENDING_OFFICE", "7",
     "Сдан перевозчику в г. отправителе"),
    ("SENT_TO_TRANSIT_CITY", "SEND_TO_TRANSIT_OFFICE", "21", "Отправлен в г. транзит"),
    ("ACCEPTED_IN_TRANSIT_CITY", "MET_AT_TRANSIT_OFFICE", "22", "Встречен в г. транзите"),
    ("ACCEPTED_AT_TRANSIT_WAREHOUSE", "", "13", "Принят на склад транзита"),
    ("RETURNED_TO_TRANSIT_WAREHOUSE", "", "17", "Возвращен на склад транзита"),
    ("READY_FOR_SHIPMENT_IN_TRANSIT_CITY", "READY_TO_SHIP_IN_TRANSIT_OFFICE", "19", "Выдан на отправку в г. транзите"),
    ("TAKEN_BY_TRANSPORTER_FROM_TRANSIT_CITY", "PASSED_TO_CARRIER_AT_TRANSIT_OFFICE", "20",
     "Сдан перевозчику в г. транзите"),
    ("SENT_TO_SENDER_CITY", "", "27", "Отправлен в г. отправитель"),
    ("ACCEPTED_IN_SENDER_CITY", "MET_AT_SENDING_OFFICE", "28", "Встречен в г. отправителе"),
    ("SENT_TO_RECIPIENT_CITY", "", "8", "Отправлен в г. получатель"),
    ("ACCEPTED_IN_RECIPIENT_CITY", "MET_AT_RECIPIENT_OFFICE", "9", "Встречен в г. получателе"),
    ("ACCEPTED_AT_RECIPIENT_CITY_WAREHOUSE", "", "10", "Принят на склад доставки"),
    ("ACCEPTED_AT_PICK_UP_POINT", "", "12", "Принят на склад до востребования"),
    ("TAKEN_BY_COURIER", "", "11", "Выдан на доставку"),
    ("RETURNED_TO_RECIPIENT_CITY_WAREHOUSE", "", "18", "Возвращен на склад доставки"),
    ("DELIVERED", "", "4", "Вручен"),
    ("NOT_DELIVERED", "", "5", "Не вручен"),
    ("ENTERED_TO_TRANSIT_WAREHOUSE", "ENTERED_TO_OFFICE_TRANSIT_WAREHOUSE", "1000", "Поступил в г. транзита"),
    ("ENTERED_TO_RECIPIENT_CITY_WAREHOUSE", "ENTERED_TO_DELIVERY_WAREHOUSE", "1000", "Поступил на склад доставки"),
    ("ENTERED_TO_PICK_UP_POINT", "ENTERED_TO_WAREHOUSE_ON_DEMAND", "1000", "Поступил на склад до востребования"),
    ("IN_CUSTOMS_INTERNATIONAL", "", "1000", "Таможенное оформление в стране отправления"),
    ("SHIPPED_TO_DESTINATION", "", "1000", "Отправлено в страну назначения"),
    ("PASSED_TO_TRANSIT_CARRIER", "", "1000", "Передано транзитному перевозчику"),
    ("IN_CUSTOMS_LOCAL", "", "1000", "Таможенное оформление в стране назначения"),
    ("CUSTOMS_COMPLETE", "", "1000", "Таможенное оформление завершено"),
    ("POSTOMAT_POSTED", "", "1000", "Заложен в постамат"),
    ("POSTOMAT_SEIZED", "", "1000", "Изъят из постамата курьером"),
    ("POSTOMAT_RECEIVED", "", "1000", "Изъят из постамата клиентом"),
    # In no document: the route `unknown_code` comes here.
    ("SORTED_BY_ROBOT", "", "1000", "Отсортирован роботом"),
)  # fmt: skip

STATUS_CODES = {row[0]: StatusCode(row[0], row[1] or row[0], row[2], row[3]) for row in _TABLE}
_BY_PUSHED = {found.pushed: found for found in STATUS_CODES.values()}

# No parcel of these is anywhere near a city: CDEK names its office instead (measured, §4).
OFFICELESS = frozenset(("ACCEPTED", "CREATED", "INVALID", "REMOVED"))


def status_code(code: str) -> StatusCode | None:
    """By either spelling."""
    return STATUS_CODES.get(code) or _BY_PUSHED.get(code)
