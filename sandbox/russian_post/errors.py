"""The six error shapes and the exact codes (§3), with the words where the contract gives them."""

from __future__ import annotations

from typing import Any

#: code -> what it says (the meanings of the contract's table, in the Post's language)
ORDER_WORDS = {
    "EMPTY_MAIL_CATEGORY": "Категория РПО не указана",
    "ILLEGAL_MAIL_CATEGORY": "Некорректная категория РПО",
    "RESTRICTED_MAIL_CATEGORY": "Категория РПО недоступна: не указан номер ЕСПП",
    "EMPTY_MAIL_TYPE": "Вид РПО не указан",
    "ILLEGAL_MAIL_TYPE": "Некорректный вид РПО",
    "UNAVAILABLE_MAIL_TYPE": "Вид РПО недоступен для данного направления",
    "EMPTY_ADDRESS_TYPE_TO": "Тип адреса не указан",
    "ILLEGAL_ADDRESS_TYPE_TO": "Некорректный тип адреса",
    "EMPTY_MAIL_DIRECT": "Код страны назначения не указан",
    "ILLEGAL_MAIL_DIRECT": "Некорректный код страны назначения",
    "EMPTY_INDEX_TO": "Почтовый индекс не указан",
    "ILLEGAL_INDEX_TO": "Почтовый индекс указан некорректно",
    "EMPTY_REGION_TO": "Область, регион не указаны",
    "EMPTY_PLACE_TO": "Населенный пункт не указан",
    "EMPTY_STREET_TO": "Улица не указана",
    "EMPTY_TELADDRESS": "Телефон получателя обязателен",
    "EMPTY_INSR_VALUE": "Объявленная ценность не указана",
    "ILLEGAL_INSR_VALUE": "Некорректная объявленная ценность",
    "INSR_VALUE_EXCEEDS_MAX": "Объявленная ценность превышает максимальное значение",
    "EMPTY_PAYMENT": "Сумма наложенного платежа не указана",
    "ILLEGAL_PAYMENT": "Некорректная сумма наложенного платежа",
    "NOT_INSURED_PAYMENT": "Сумма наложенного платежа больше объявленной ценности",
    "EMPTY_TRANSPORT_TYPE": "Вид транспортировки не указан",
    "ILLEGAL_TRANSPORT_TYPE": "Некорректный вид транспортировки",
    "EMPTY_MASS": "Масса не указана",
    "ILLEGAL_MASS": "Некорректная масса",
    "ILLEGAL_MASS_EXCESS": "Масса превышает максимальное значение",
    "TARIFF_ERROR": "Ошибка тарификации",
    "ILLEGAL_INITIALS": "Некорректные ФИО",
    "ILLEGAL_RECIPIENT_NAME": "Некорректное имя получателя",
    "EMPTY_NUM_ADDRESS_TYPE": "Номер для а/я, войсковая часть не указан",
    "EMPTY_POSTOFFICE_CODE": "Индекс приемного почтового отделения не задан",
    "ILLEGAL_POSTOFFICE_CODE": "Некорректный индекс приемного почтового отделения",
    "ILLEGAL_FRAGILE": "Отметка «Осторожно/Хрупкое» недопустима",
    "EMPTY_ENVELOPE_TYPE": "Тип конверта не указан",
    "ILLEGAL_ENVELOPE_TYPE": "Некорректный тип конверта",
    "ILLEGAL_PAYMENT_METHOD": "Некорректный способ оплаты",
    "ILLEGAL_NOTICE_PAYMENT_METHOD": "Некорректный способ оплаты уведомления",
    "DIMENSION_NOT_SUPPORTED": "Габариты не поддерживаются",
    "EMPTY_DIMENSION_TYPE": "Типоразмер не указан",
    "EMPTY_DELIVERY_POINT_INDEX": "Индекс пункта выдачи не указан",
    "EMPTY_FISCAL_DATA": "Фискальные данные не указаны",
    "EMPTY_GOODS_ITEMS_LIST": "Список товарных вложений пуст",
    "EMPTY_CUSTOMS_ENTRIES": "Таможенная декларация не заполнена",
    "ILLEGAL_SMS_NOTICE_RECIPIENT_VALUE": "Некорректное значение признака СМС-уведомления",
    "GROUPING_TO_MMO_ERROR": "Ошибка объединения в многоместное отправление",
    "BARCODE_ERROR": "Ошибка при получении ШПИ",
    "IMP13N_ERROR": "Ошибка деперсонализации",
    "UNDEFINED": "Неизвестная ошибка",
}

ID_WORDS = {
    "NOT_FOUND": "Не найдено",
    "READONLY_STATE": "Партия заморожена",
    "DELIVERY_IN_PROGRESS": "Отправление уже отправлено",
    "PAST_DUE_DATE": "Дата отправки в прошлом",
    "DIFFERENT_MAIL_TYPE": "Вид РПО отличается от партии",
    "DIFFERENT_MAIL_CATEGORY": "Категория РПО отличается от партии",
    "ILLEGAL_POSTCODE": "Индекс приемного отделения в настройках и партии отличается",
}

RETURN_WORDS = {
    "DIRECT_SHIPMENT_NOT_FOUND": "Прямое отправление не найдено",
    "RETURN_SHIPMENT_NOT_FOUND": "Возвратное отправление не найдено",
    "FREE_ER_ADDRESS_NOT_ENABLED": "Произвольный адрес возврата не разрешен",
    "EASY_RETURN_DISABLED": "Легкий возврат не доступен для клиента",
    "EASY_RETURN_NOT_SUPPORTED": "Тип прямого отправления не поддерживает легкий возврат",
    "RETURN_ALREADY_EXIST": "Возврат уже создан",
    "ILLEGAL_RETURN_SHIPMENT_STATE": "Возвратное отправление уже на маршруте",
    "ILLEGAL_POSTOFFICE_CODE": ORDER_WORDS["ILLEGAL_POSTOFFICE_CODE"],
    "UNDEFINED": ORDER_WORDS["UNDEFINED"],
}


class Refused(Exception):  # noqa: N818 - an answer, not a failure of the emulator
    """A call that is answered with ``body`` and ``status``."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(str(body))
        self.status = status
        self.body = body


def order_error(code: str, details: str = "") -> dict[str, str]:
    """One item of shape 1's ``error-codes``."""
    row = {"code": code, "description": ORDER_WORDS.get(code, code)}
    return row | ({"details": details} if details else {})


def id_error(position: int, code: str, *, described: bool = False) -> dict[str, Any]:
    """One item of shape 2; batch creation describes it."""
    row: dict[str, Any] = {"error-code": code, "position": position}
    return row | ({"error-description": ID_WORDS.get(code, code)} if described else {})


def return_error(code: str) -> dict[str, str]:
    """One item of shape 5."""
    return {"code": code, "description": RETURN_WORDS.get(code, code)}


def not_found(what: str, params: object) -> Refused:
    """Shape 3: an unknown ``ComplexOrderV2``, ``ShipmentBatchTuple`` or ``BacklogTuple``."""
    text = f"Instance {what} not found for params: {params}"
    return Refused(404, {"code": "1001", "sub-code": "RESOURCE_NOT_FOUND", "desc": text})


def internal(text: str) -> Refused:
    """Shape 3 with 500."""
    return Refused(500, {"code": "1002", "sub-code": "INTERNAL_ERROR", "desc": text})


def gateway(status: int, text: str) -> Refused:
    """What the gateway in front of the API says."""
    return Refused(status, {"status": status, "message": text})


UNAUTHORIZED = "Unauthorized"
UNKNOWN_PATH = "Error namespace or mask or method not found"
