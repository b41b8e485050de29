"""The infobases: users, warehouses, carriers, organisations."""

from __future__ import annotations

from collections.abc import Mapping

from sandbox.kernel.one_c_users import User

#: A password in Cyrillic proves that Basic is UTF-8 (§6.1). ``tms2`` is another firm's infobase, whose extension wants
#: a token too; ``b24_viewer`` signs in and has no right to the exchange; ``tms3`` has no extension, only OData.
USERS = (
    User("tms", "b24_exchange", "Обмен-2026"),
    User("tms2", "Обмен Битрикс24", "second-secret", token="tms2-api-token"),
    User("tms", "b24_viewer", "viewer-secret", may_exchange=False),
    User("tms3", "b24_odata", "odata-пароль", service=False),
)
INFOBASE: Mapping[str, str] = {
    "configuration": "1С:TMS Логистика. Управление перевозками",
    "version": "3.1.6.2",
    "platform": "8.3.24.1586",
}
CAPABILITIES = ("tms", "documents", "callbacks", "xml")
WAREHOUSES: Mapping[str, str] = {
    "MSK-01": "142700, Московская обл., Видное, Складская ул., 1",
    "KZN-01": "420054, Казань, ул. Техническая, 52",
}
CARRIERS: Mapping[str, str] = {"CR-7": "ООО Перевозчик", "CR-9": "ИП Волжские линии"}
ORGANIZATIONS = frozenset({"7800000001", "7700000002"})
