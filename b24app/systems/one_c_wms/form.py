"""The settings form of 1C:WMS, as data that pages show."""

from __future__ import annotations

from b24app.systems.kit.one_c_zones import ZONE
from b24app.systems.one_c_wms.vocabulary import ODATA, SERVICE
from b24app.systems.plugin import SettingField


def _two(ru: str, en: str) -> dict[str, str]:
    return {"ru": ru, "en": en}


_INTERFACES = (
    (SERVICE, _two("HTTP-сервис: наше расширение в базе", "HTTP service: our extension in the base")),
    (ODATA, _two("Стандартный OData, без расширения", "Standard OData, no extension")),
)
_FORMATS = (("json", _two("JSON", "JSON")), ("xml", _two("XML", "XML")))
_CANCELS = (
    ("", _two("Не отменять: это делает склад", "Never: the warehouse does that")),
    ("mark", _two("Пометкой удаления", "By marking it for deletion")),
    ("status", _two("Записью статуса", "By a record of its state")),
)
_ADDRESS = _two(
    "Адрес публикации базы на веб-сервере, например https://1c.firma.ru/wms",
    "Where the base is published on the web server, e.g. https://1c.firma.ru/wms",
)
_NAMES = _two(
    "Для OData, если база доработана: по строке на имя, «order.number = НомерКИС»; обязательный реквизит —"
    " «order+Склад_Key = ссылка». Все имена — в документации",
    "For OData, where the base was adapted: a name a line, “order.number = ExternalNumber”; an attribute that it wants,"
    " “order+Store_Key = reference”. The docs list all names",
)
_YES_NO = (("", _two("Нет", "No")), ("1", _two("Да", "Yes")))
_ODATA_ONLY = _two("Для OData", "For OData")

# fmt: off
FORM = (
    SettingField("address", _two("Адрес базы 1С", "Address of the 1C base"), "url", required=True, help=_ADDRESS),
    SettingField("login", _two("Пользователь 1С", "1C user"), required=True,
                 help=_two("Заведите для Waybill отдельного", "Make one for Waybill alone")),
    SettingField("password", _two("Пароль", "Password"), "secret", required=True),
    SettingField("interface", _two("Как обмениваться", "How to talk"), "choice", choices=_INTERFACES, default=SERVICE),
    SettingField("warehouse", _two("Склад отгрузки", "Warehouse"), "remote",
                 help=_two("Для HTTP-сервиса", "For the HTTP service")),
    SettingField("return_warehouse", _two("Склад возвратов", "Warehouse of returns"), "remote", aside=True,
                 help=_two("Пусто: тот же", "Empty: the same one")),
    SettingField("format", _two("Формат обмена", "Format"), "choice", choices=_FORMATS, default="json", aside=True),
    SettingField("api_token", _two("Ключ X-Api-Token", "Key X-Api-Token"), "secret", aside=True,
                 help=_two("Если расширение проверяет его сверх пароля", "If the extension wants it too")),
    SettingField("organization", _two("Организация", "Organisation"), "remote", help=_ODATA_ONLY, aside=True),
    SettingField("direction", _two("Направление отгрузки", "Direction of shipping"), "remote", help=_ODATA_ONLY,
                 aside=True),
    SettingField("shipping_stage", _two("Стадии отгрузки", "Stages of shipping"), "remote", help=_ODATA_ONLY,
                 aside=True),
    SettingField("return_source", _two("Источник поступления для возврата", "Source of a returned receipt"), "remote",
                 help=_ODATA_ONLY, aside=True),
    SettingField("receiving_stage", _two("Стадии приёмки", "Stages of receiving"), "remote", help=_ODATA_ONLY,
                 aside=True),
    SettingField("own_partners", _two("Контрагентов не создавать", "Make no counterparties"), "choice", aside=True,
                 choices=_YES_NO, help=_two("Для OData: получатель, которого нет в базе, — отказ",
                                            "For OData: recipients that the base has not are refused")),
    SettingField("odata_cancel", _two("Как отменять заказ", "How to cancel an order"), "choice", choices=_CANCELS,
                 help=_ODATA_ONLY, aside=True),
    SettingField("received_is_good", _two("Принятое считать годным", "What was received is good"), "choice",
                 choices=_YES_NO, aside=True,
                 help=_two("Для OData: осмотр в базе не виден", "For OData: inspections are not visible there")),
    SettingField("states", _two("Статусы заказа", "States of an order"), "map", help=_ODATA_ONLY, aside=True),
    SettingField("receipt_states", _two("Статусы приёмки", "States of a receipt"), "map", help=_ODATA_ONLY, aside=True),
    ZONE,
    SettingField("names", _two("Имена объектов базы", "Names of the base's objects"), "area", help=_NAMES, aside=True),
    SettingField("ca", _two("Свой центр сертификации", "Your own certificate authority"), "pem", aside=True),
)
# fmt: on
