"""The settings form of 1C:TMS, as data that pages show."""

from __future__ import annotations

from b24app.systems.kit import forms
from b24app.systems.kit.one_c_form import API_TOKEN, CA, FORMAT, ONLY_ODATA, access, two
from b24app.systems.kit.one_c_zones import ZONE
from b24app.systems.one_c_tms.vocabulary import MARK, SERVICE, UNPOSTED
from b24app.systems.plugin import SettingField

_POSTS = (("", two("Проводить", "Post it")), (UNPOSTED, two("Только записывать", "Only write it")))
_CANCELS = (("", two("Не отменять: это делает диспетчер", "Never: a dispatcher does that")),
            (MARK, two("Пометкой удаления", "By marking it for deletion")))  # fmt: skip
_WAREHOUSE = two(
    "Код склада в 1С, например MSK-01. Пусто: адрес отправителя",
    "Its code in 1C, e.g. MSK-01. Empty: the sender's address",
)
_FIELDS = two(
    "Для OData, по строке на реквизит: «Вес = cargo.weightKg», «Маршрут[stops].Адрес = address.text», «Склад_Key ="
    ' "ссылка"». Справа — поля нашей заявки, они в документации',
    "For OData, an attribute a line: “Weight = cargo.weightKg”, “Route[stops].Address = address.text”, “Store_Key ="
    ' "reference"”, with the base\'s own names. On the right are members of our request, listed in the docs',
)
_NUMBER = two(
    "Для OData: строковый реквизит только для Waybill, по нему документ находится и не создаётся дважды",
    "For OData: a text attribute for Waybill alone: by it a document is found and never made twice",
)

# fmt: off
FORM = (
    *access("tms", SERVICE),
    SettingField("warehouse", two("Склад погрузки", "Warehouse of loading"), help=_WAREHOUSE),
    FORMAT,
    SettingField("carrier", two("Перевозчик", "Carrier"), aside=True,
                 help=two("Код в 1С. Пусто: назначит диспетчер", "Its code in 1C. Empty: planned there")),
    SettingField("inn", two("ИНН организации", "Our organisation's INN"), aside=True,
                 help=two("Если в базе их несколько", "If the base has several")),
    API_TOKEN,
    SettingField("odata_entity", two("Документ перевозки", "Transport document"), aside=True,
                 help=two("Для OData: имя в составе, Document_…", "For OData: its name there, Document_…")),
    SettingField("odata_number", two("Реквизит с номером Waybill", "Attribute of Waybill's number"), help=_NUMBER,
                 aside=True),
    SettingField("odata_status", two("Реквизит статуса", "Attribute of the status"), help=ONLY_ODATA, aside=True),
    SettingField("odata_status_at", two("Реквизит с моментом статуса", "Attribute of the status's moment"), aside=True,
                 help=two("Для OData. Пусто: дата документа", "For OData. Empty: the document's date")),
    SettingField("odata_fields", two("Реквизиты документа", "Attributes of the document"), "area", help=_FIELDS,
                 aside=True),
    SettingField("odata_post", two("Проведение", "Posting"), "choice", choices=_POSTS, help=ONLY_ODATA, aside=True),
    SettingField("odata_cancel", two("Как отменять", "How to cancel"), "choice", choices=_CANCELS, help=ONLY_ODATA,
                 aside=True),
    SettingField("statuses", two("Статусы 1С", "Statuses of 1C"), "map", aside=True),
    ZONE,
    CA,
    *forms.SENDER,
)
# fmt: on
