"""Codes, words and names of 1C:WMS Logistics (1c.md) and what they mean here. Marked [recall] in the contract: states
beyond `Новый`, `Новая`; an administrator maps what their base really has."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP

from b24app.logistics.picking import PACKED
from b24app.logistics.problem import Field, Who
from b24app.logistics.status import Status
from b24app.logistics.warehouse import ReceiptStage
from b24app.systems.kit.meanings import Meanings
from b24app.systems.kit.units import decimal_of

SERVICE = "http_service"
PICK = "pick"
SERVICES = ((PICK, {"ru": "Сборка на складе", "en": "Picking"}),)
MAX_NUMBER = 64
#: Orders that one look tells of. The service takes fifty (docs/systems/one_c/contract.md), a filter of OData twenty.
BATCH = 20

# --- statuses (§6.8, §9): of the service a closed list, of the base its own words (§4.5) ------------------------------

BLOCKED = "blocked"
STATUSES: Mapping[str, Status] = {
    "created": Status.CREATED,
    "accepted_at_warehouse": Status.ACCEPTED_AT_WAREHOUSE,
    "in_transit": Status.IN_TRANSIT,
    "cancelled": Status.CANCELLED,
}
#: What a base's own state is taken for until an admin says otherwise: a `Status`, `packed` or `blocked`.
STATES: Mapping[str, str] = {
    "Новый": Status.CREATED.value,
    "ВРаботе": Status.ACCEPTED_AT_WAREHOUSE.value,
    "Собран": Status.ACCEPTED_AT_WAREHOUSE.value,
    "Упакован": PACKED,
    "Отгружен": Status.IN_TRANSIT.value,
    "Отменен": Status.CANCELLED.value,
    "Заблокирован": BLOCKED,
}
RECEIPT_STATUSES: Mapping[str, ReceiptStage] = {
    "created": ReceiptStage.CREATED,
    "in_transit": ReceiptStage.IN_TRANSIT,
    "accepted_at_warehouse": ReceiptStage.ARRIVED,
    "inspecting": ReceiptStage.INSPECTING,
    "completed": ReceiptStage.COMPLETED,
    "cancelled": ReceiptStage.CANCELLED,
}
RECEIPT_STATES: Mapping[str, ReceiptStage] = {
    "Новая": ReceiptStage.CREATED,
    "ВРаботе": ReceiptStage.ARRIVED,
    "Принята": ReceiptStage.COMPLETED,
    "Отменена": ReceiptStage.CANCELLED,
}
#: Of a common status that a `map` setting knows, what it is for a receipt.
STAGES_OF: Mapping[str, ReceiptStage] = {
    Status.CREATED.value: ReceiptStage.CREATED,
    Status.RETURNING.value: ReceiptStage.IN_TRANSIT,
    Status.ACCEPTED_AT_WAREHOUSE.value: ReceiptStage.ARRIVED,
    Status.RETURNED.value: ReceiptStage.COMPLETED,
    Status.CANCELLED.value: ReceiptStage.CANCELLED,
}

# --- names of the base's objects (§4), for OData: each may be replaced by the admin -----------------------------------

#: Our name -> theirs. `x.y` is an attribute of `x`; an empty one is not used.
NAMES: Mapping[str, str] = {
    "order": "Document_усЗаказНаОтгрузку",
    "order.number": "НомерКИС",
    "order.number_date": "ДатаКИС",
    "order.date": "ДатаОтгрузки",
    "order.organization": "Организация_Key",
    "order.way": "НаправлениеОтгрузки_Key",
    "order.stage": "СтадииОтгрузки_Key",
    "order.partner": "Контрагент_Key",
    "order.rows": "Document_усСтрокаЗаказаНаОтгрузку",
    "order.states": "InformationRegister_усСтатусыЗаказовНаОтгрузку",
    "order.states_owner": "ЗаказНаОтгрузку_Key",
    "order.first": "Новый",
    "order.cancelled": "Отменен",
    "order.facts": "AccumulationRegister_усКонтрольОтгрузки",
    "order.facts_owner": "ЗаказНаОтгрузку_Key",
    "order.facts_quantity": "КоличествоОтгружено",
    "receipt": "Document_усОжидаемаяПриемка",
    "receipt.number": "НомерКИС",
    "receipt.number_date": "ДатаКИС",
    "receipt.date": "ДатаПоступления",
    "receipt.organization": "Организация_Key",
    "receipt.way": "ИсточникПоступления_Key",
    "receipt.stage": "СтадииПриемки_Key",
    "receipt.partner": "Контрагент_Key",
    "receipt.rows": "Document_усСтрокаОжидаемойПриемки",
    "receipt.states": "InformationRegister_усСтатусыОжидаемыхПриемок",
    "receipt.states_owner": "ОжидаемаяПриемка_Key",
    "receipt.first": "Новая",
    "receipt.cancelled": "Отменена",
    "receipt.facts": "AccumulationRegister_усКонтрольПриемки",
    "receipt.facts_owner": "ОжидаемаяПриемка_Key",
    "receipt.facts_quantity": "КоличествоПринято",
    "row.owner": "Владелец_Key",
    "row.good": "Номенклатура_Key",
    "row.quantity": "Количество",
    "row.condition": "СтатусНоменклатуры_Key",
    "row.pack": "УпаковкаНоменклатуры_Key",
    "row.packs": "КоличествоУпаковок",
    "states.value": "Статус",
    "good": "Catalog_усНоменклатура",
    "good.sku": "КодКИС",
    "pack": "Catalog_усУпаковкиНоменклатуры",
    "pack.good": "Owner_Key",
    "pack.factor": "Коэффициент",
    "partner": "Catalog_усКонтрагенты",
    "partner.full_name": "НаименованиеПолное",
    "condition": "Catalog_усСтатусыНоменклатуры",
    "condition.good": "Кондиция",
    "stock": "AccumulationRegister_усОстаткиТоваров",
    "stock.key": "КлючАналитикиУчетаНоменклатуры",
    "stock.condition": "СтатусНоменклатуры",
    "stock.quantity": "Количество",
    "stock.coming": "КоличествоПриход",
    "stock.going": "КоличествоРасход",
    # Catalogs that settings of these names are chosen from.
    "list.organization": "Catalog_Организации",
    "list.direction": "Catalog_усНаправлениеОтгрузки",
    "list.shipping_stage": "Catalog_усСтадииОтгрузки",
    "list.return_source": "Catalog_усИсточникиПоступления",
    "list.receiving_stage": "Catalog_усСтадииПриемки",
}
#: Entity sets without which nothing works, and those that only some of it needs.
NEEDED = (
    "order",
    "order.rows",
    "order.states",
    "receipt",
    "receipt.rows",
    "receipt.states",
    "good",
    "partner",
    "stock",
)

# --- errors (§6.2, §2.2) ----------------------------------------------------------------------------------------------

_M, _A, _W = Who.MANAGER, Who.ADMIN, Who.WAYBILL
#: Paths of fields without their indexes, codes of the service, codes of OData.
MEANINGS = Meanings(
    (
        ("number_taken", Field.NUMBER, _W, "ALREADY_EXISTS IDEMPOTENCY_CONFLICT externalId 15"),
        ("order_unknown", Field.ORDER, _A, "NOT_FOUND 9"),
        ("too_late_to_cancel", Field.ORDER, _M, "STATE_CONFLICT"),
        ("name_refused", Field.NAME, _M, "party.name party"),
        ("phone_refused", Field.PHONE, _M, "party.phone"),
        ("address_unknown", Field.ADDRESS, _M, "deliveryAddress deliveryAddress.text deliveryAddress.city"),
        ("sender_point_unknown", Field.SENDER, _A, "warehouseRef"),
        ("service_wrong", Field.SERVICE, _A, "carrierRef"),
        ("article_unknown", Field.ITEMS, _M, "items.sku"),
        ("rows_refused", Field.ITEMS, _M, "items items.qty items.qtyExpected items.line items.name items.price"),
    ),
    (
        ("article_unknown", Field.ITEMS, _M, "UNKNOWN_REFERENCE .*номенклатур"),
        ("rows_refused", Field.ITEMS, _M, "номенклатур|строк|количеств|остат"),
        ("name_refused", Field.NAME, _M, "контрагент|получател"),
        ("account_missing", Field.ACCOUNT, _A, "организаци|направлени|стади|источник"),
    ),
)


def millimetres(centimetres: object) -> int:
    """Of a side in centimetres; 0 = it is not known."""
    found = decimal_of(centimetres)
    return int((found * 10).to_integral_value(ROUND_HALF_UP)) if found is not None and found > 0 else 0


NOTICE = {
    "ru": "У 1С нет готового API. Либо программист 1С ставит расширение с нашим HTTP-сервисом, либо администратор 1С"
    " включает стандартный OData: тогда нет документов, замеров упаковки и осмотра возвратов.",
    "en": "1C has no ready-made API. Either a 1C developer installs an extension with our HTTP service, or 1C's"
    " administrator switches standard OData on: without documents, measured boxes and inspection of returns then.",
}
