"""The settings form of 1C:WMS, as data that pages show."""

from __future__ import annotations

from b24app.systems.kit.one_c_form import API_TOKEN, CA, FORMAT, ONLY_ODATA, access, two
from b24app.systems.kit.one_c_zones import ZONE
from b24app.systems.one_c_wms.vocabulary import SERVICE
from b24app.systems.plugin import SettingField

_CANCELS = (
    ("", two("Не отменять: это делает склад", "Never: the warehouse does that")),
    ("mark", two("Пометкой удаления", "By marking it for deletion")),
    ("status", two("Записью статуса", "By a record of its state")),
)
_NAMES = two(
    "Для OData, если база доработана: по строке на имя, «order.number = НомерКИС»; обязательный реквизит —"
    " «order+Склад_Key = ссылка». Все имена — в документации",
    "For OData, where the base was adapted: a name a line, “order.number = ExternalNumber”; an attribute that it wants,"
    " “order+Store_Key = reference”. The docs list all names",
)
_YES_NO = (("", two("Нет", "No")), ("1", two("Да", "Yes")))

# fmt: off
FORM = (
    *access("wms", SERVICE),
    SettingField("warehouse", two("Склад отгрузки", "Warehouse"), "remote",
                 help=two("Для HTTP-сервиса", "For the HTTP service")),
    SettingField("return_warehouse", two("Склад возвратов", "Warehouse of returns"), "remote", aside=True,
                 help=two("Пусто: тот же", "Empty: the same one")),
    FORMAT,
    API_TOKEN,
    SettingField("organization", two("Организация", "Organisation"), "remote", help=ONLY_ODATA, aside=True),
    SettingField("direction", two("Направление отгрузки", "Direction of shipping"), "remote", help=ONLY_ODATA,
                 aside=True),
    SettingField("shipping_stage", two("Стадии отгрузки", "Stages of shipping"), "remote", help=ONLY_ODATA,
                 aside=True),
    SettingField("return_source", two("Источник поступления для возврата", "Source of a returned receipt"), "remote",
                 help=ONLY_ODATA, aside=True),
    SettingField("receiving_stage", two("Стадии приёмки", "Stages of receiving"), "remote", help=ONLY_ODATA,
                 aside=True),
    SettingField("own_partners", two("Контрагентов не создавать", "Make no counterparties"), "choice", aside=True,
                 choices=_YES_NO, help=two("Для OData: получатель, которого нет в базе, — отказ",
                                            "For OData: recipients that the base has not are refused")),
    SettingField("odata_cancel", two("Как отменять заказ", "How to cancel an order"), "choice", choices=_CANCELS,
                 help=ONLY_ODATA, aside=True),
    SettingField("received_is_good", two("Принятое считать годным", "What was received is good"), "choice",
                 choices=_YES_NO, aside=True,
                 help=two("Для OData: осмотр в базе не виден", "For OData: inspections are not visible there")),
    SettingField("states", two("Статусы заказа", "States of an order"), "map", help=ONLY_ODATA, aside=True),
    SettingField("receipt_states", two("Статусы приёмки", "States of a receipt"), "map", help=ONLY_ODATA, aside=True),
    ZONE,
    SettingField("names", two("Имена объектов базы", "Names of the base's objects"), "area", help=_NAMES, aside=True),
    CA,
)
# fmt: on
