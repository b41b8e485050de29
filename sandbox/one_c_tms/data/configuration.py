"""A base without our extension, as its standard OData interface shows it. No names of TMS are public (§5): the document
and its first attributes are those of the neighbouring 1C:ERP, the others this customer added."""

from __future__ import annotations

from collections.abc import Mapping

from sandbox.kernel.one_c_odata import Base, catalog, document

from .base import CARRIERS, WAREHOUSES

TASK = "Document_ЗаданиеНаПеревозку"
WAREHOUSE, PARTNER = "Catalog_Склады", "Catalog_Контрагенты"
ROUTE, PLACES = "Маршрут", "ГрузовыеМеста"
ENTITIES = (
    catalog("Склады", "Адрес:s"),
    catalog("Контрагенты", "ИНН:s"),
    document(
        "ЗаданиеНаПеревозку",
        "Статус:s ДатаСтатуса:d НомерКИС:s Склад_Key!:>Catalog_Склады Перевозчик_Key:>Catalog_Контрагенты Вес!:n "
        "Объем:n ОбъявленнаяСтоимость:n СуммаКОплате:n Комментарий:s ПолучательНаименование:s ПолучательТелефон:s",
        {ROUTE: "Адрес:s КонтактноеЛицо:s Телефон:s", PLACES: "Вес:n Длина:n Ширина:n Высота:n"},
    ),
)
#: What this base calls the contract's statuses; the first is confirmed by nobody but a customer.
RAW: Mapping[str, str] = {
    "created": "Формируется", "accepted_at_warehouse": "КПогрузке", "in_transit": "Отправлено",
    "ready_for_pickup": "ОжидаетПолучателя", "out_for_delivery": "НаДоставке", "delivered": "Закрыто",
    "delivery_failed": "НеДоставлено", "returning": "Возвращается", "returned": "Возвращено",
    "cancelled": "Отменено", "blocked": "Приостановлено", "lost": "Утеряно",
}  # fmt: skip
NEW = RAW["created"]


def reference(number: int) -> str:
    return f"0a000400-0000-4000-8000-{number:012d}"


def fill(base: Base) -> None:
    """With what is there on the first day."""
    for number, (code, address) in enumerate(WAREHOUSES.items(), 1):
        body = {"Ref_Key": reference(number), "Code": code, "Description": f"Склад {code}", "Адрес": address}
        base.create(WAREHOUSE, body)
    for number, (code, name) in enumerate(CARRIERS.items(), 101):
        base.create(PARTNER, {"Ref_Key": reference(number), "Code": code, "Description": name})
