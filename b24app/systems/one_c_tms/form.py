"""The settings form of 1C:TMS, as data that pages show."""

from __future__ import annotations

from b24app.systems.kit import forms
from b24app.systems.kit.one_c_zones import ZONE
from b24app.systems.one_c_tms.vocabulary import MARK, ODATA, SERVICE, UNPOSTED
from b24app.systems.plugin import SettingField


def _two(ru: str, en: str) -> dict[str, str]:
    return {"ru": ru, "en": en}


_INTERFACES = (
    (SERVICE, _two("HTTP-сервис: наше расширение в базе", "HTTP service: our extension in the base")),
    (ODATA, _two("Стандартный OData, без расширения", "Standard OData, no extension")),
)
_FORMATS = (("json", _two("JSON", "JSON")), ("xml", _two("XML", "XML")))
_POSTS = (("", _two("Проводить", "Post it")), (UNPOSTED, _two("Только записывать", "Only write it")))
_CANCELS = (("", _two("Не отменять: это делает диспетчер", "Never: a dispatcher does that")),
            (MARK, _two("Пометкой удаления", "By marking it for deletion")))  # fmt: skip
_ADDRESS = _two(
    "Адрес публикации базы на веб-сервере, например https://1c.firma.ru/tms",
    "Where the base is published on the web server, e.g. https://1c.firma.ru/tms",
)
_WAREHOUSE = _two(
    "Код склада в 1С, например MSK-01. Пусто: адрес отправителя",
    "Its code in 1C, e.g. MSK-01. Empty: the sender's address",
)
_FIELDS = _two(
    "Для OData, по строке на реквизит: «Вес = cargo.weightKg», «Маршрут[stops].Адрес = address.text», «Склад_Key ="
    ' "ссылка"». Справа — поля нашей заявки, они в документации',
    "For OData, an attribute a line: “Weight = cargo.weightKg”, “Route[stops].Address = address.text”, “Store_Key ="
    ' "reference"”, with the base\'s own names. On the right are members of our request, listed in the docs',
)
_NUMBER = _two(
    "Для OData: строковый реквизит только для Waybill, по нему документ находится и не создаётся дважды",
    "For OData: a text attribute for Waybill alone: by it a document is found and never made twice",
)
_ONLY = _two("Для OData", "For OData")

# fmt: off
FORM = (
    SettingField("address", _two("Адрес базы 1С", "Address of the 1C base"), "url", required=True, help=_ADDRESS),
    SettingField("login", _two("Пользователь 1С", "1C user"), required=True,
                 help=_two("Заведите для Waybill отдельного", "Make one for Waybill alone")),
    SettingField("password", _two("Пароль", "Password"), "secret", required=True),
    SettingField("interface", _two("Как обмениваться", "How to talk"), "choice", choices=_INTERFACES, default=SERVICE),
    SettingField("warehouse", _two("Склад погрузки", "Warehouse of loading"), help=_WAREHOUSE),
    SettingField("format", _two("Формат обмена", "Format"), "choice", choices=_FORMATS, default="json", aside=True),
    SettingField("carrier", _two("Перевозчик", "Carrier"), aside=True,
                 help=_two("Код в 1С. Пусто: назначит диспетчер", "Its code in 1C. Empty: planned there")),
    SettingField("inn", _two("ИНН организации", "Our organisation's INN"), aside=True,
                 help=_two("Если в базе их несколько", "If the base has several")),
    SettingField("api_token", _two("Ключ X-Api-Token", "Key X-Api-Token"), "secret", aside=True,
                 help=_two("Если расширение проверяет его сверх пароля", "If the extension wants it too")),
    SettingField("odata_entity", _two("Документ перевозки", "Transport document"), aside=True,
                 help=_two("Для OData: имя в составе, Document_…", "For OData: its name there, Document_…")),
    SettingField("odata_number", _two("Реквизит с номером Waybill", "Attribute of Waybill's number"), help=_NUMBER,
                 aside=True),
    SettingField("odata_status", _two("Реквизит статуса", "Attribute of the status"), help=_ONLY, aside=True),
    SettingField("odata_status_at", _two("Реквизит с моментом статуса", "Attribute of the status's moment"), aside=True,
                 help=_two("Для OData. Пусто: дата документа", "For OData. Empty: the document's date")),
    SettingField("odata_fields", _two("Реквизиты документа", "Attributes of the document"), "area", help=_FIELDS,
                 aside=True),
    SettingField("odata_post", _two("Проведение", "Posting"), "choice", choices=_POSTS, help=_ONLY, aside=True),
    SettingField("odata_cancel", _two("Как отменять", "How to cancel"), "choice", choices=_CANCELS, help=_ONLY,
                 aside=True),
    SettingField("statuses", _two("Статусы 1С", "Statuses of 1C"), "map", aside=True),
    ZONE,
    SettingField("ca", _two("Свой центр сертификации", "Your own certificate authority"), "pem", aside=True),
    *forms.SENDER,
)
# fmt: on
