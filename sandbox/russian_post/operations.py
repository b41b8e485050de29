"""Postal operations: tracking's numbers and names (§14.3), Otpravka's text codes (§14.4)."""

from __future__ import annotations

#: OperType.Id -> (the name on the wire, Otpravka's ``last-oper-type``; "": it has none)
TYPES: dict[int, tuple[str, str]] = {
    1: ("Прием", "ACCEPTING"),
    2: ("Вручение", "GIVING"),
    3: ("Возврат", "RETURNING"),
    4: ("Досылка почты", "DELIVERING"),
    5: ("Невручение", "SKIPPING"),
    6: ("Хранение", "STORING"),
    7: ("Временное хранение", "HOLDING"),
    8: ("Обработка", "PROCESSING"),
    9: ("Импорт международной почты", "IMPORTING"),
    10: ("Экспорт международной почты", "EXPORTING"),
    11: ("Прием на таможню", "CUSTOM_ACCEPTING"),
    12: ("Неудачная попытка вручения", "TRYING"),
    13: ("Регистрация отправки", "REGISTERING"),
    14: ("Таможенное оформление", "CUSTOM_LEGALIZING"),
    15: ("Передача на временное хранение", "DELIGATING"),
    16: ("Уничтожение", "DESTROYING"),
    17: ("Оформление в собственность", "ACCOUNTING"),
    18: ("Регистрация утраты", "LOSS_REGISTRATION"),
    19: ("Таможенные платежи поступили", "CUSTOM_DUTY_RECEIVING"),
    20: ("Регистрация", "DM_REGISTRATION"),
    21: ("Доставка", "DM_DELIVERING"),
    22: ("Недоставка", "DM_NON_DELIVERING"),
    23: ("Поступление на временное хранение", "TEMPORARY_STORING_ARRIVING"),
    24: ("Продление срока выпуска таможней", "PROLONGATION_CUSTOM_STORING"),
    25: ("Вскрытие", "OPENING"),
    26: ("Отмена", "CANCELLATION"),
    27: ("Получена электронная регистрация", "ELECTRONIC_REGISTRATION_RECEIVED"),
    28: ("Присвоение идентификатора", "ID_ASSIGNMENT"),
    29: ("Регистрация прохождения в ММПО", "REGISTRATION_PASSAGE_IN_MMPO"),
    30: ("Отправка SRM", "SRM_DISPATCH"),
    31: ("Обработка перевозчиком", "CARRIER_PROCESSING"),
    32: ("Поступление АПО", "APO_RECEIPT"),
    33: ("Международная обработка", "INTERNATIONAL_PROCESSING"),
    34: ("Электронное уведомление загружено", "ELECTRONIC_NOTIFICATION_UPLOADED"),
    35: ("Отказ в курьерской доставке", "REFUSED_COURIER_DELIVERY"),
    36: ("Уточнение вида оплаты доставки", "CLARIFICATION_DELIVERY_PAYMENT_TYPE"),
    37: ("Предварительное оформление", "PRE_FORMALIZATION"),
    38: ("Задержка для уточнений у отправителя", "RETAINED_FOR_CLARIFICATION_FROM_SENDER"),
    39: ("Предварительное таможенное декларирование", "PRELIMINARY_CUSTOMS_DECLARATION"),
    40: ("Таможенный контроль", "CUSTOMS_CONTROL"),
    41: ("Обработка таможенных платежей", "CUSTOMS_CHARGES_PROCESSING"),
    42: ("Вторая неудачная попытка вручения", "SECOND_UNSUCCESSFUL_DELIVERY_ATTEMPT"),
    43: ("Вручение разрешено", "DELIVERY_PERMITTED"),
    44: ("Отказ в приеме", "ACCEPTANCE_REJECTED"),
    45: ("Отказ от отправки электронного уведомления получателем", "ELECTRONIC_NOTIFICATION_REFUSED"),
    46: ("Отмена присвоения идентификатора", "ID_ASSIGNMENT_CANCELATION"),
    47: ("Подтверждение возможности приема", ""),
    48: ("Частичное вручение", "PARTIAL_DELIVERY"),
    49: ("Отказ в продлении срока хранения", "EXTEND_SHELF_LIFE_REFUSED"),
    50: ("Неудачная доставка в АПС", ""),
    51: ("Неудачная доставка в ПВЗ", ""),
    52: ("Отказ в резервировании ячейки АПС", ""),
    53: ("Бронирование интервала доставки", ""),
    54: ("Изменение (перебронирование) интервала доставки", ""),
    55: ("Отказ от бронирования интервала доставки", ""),
    56: ("Возврат в адресное ОПС", ""),
    57: ("Отказ закладки в АПС", ""),
    58: ("Изменение способа вручения ММО", ""),
    59: ("Регистрация внешнего идентификатора", ""),
    60: ("Неудачное изъятие из АПС", ""),
    61: ("Передано ведомственному перевозчику", ""),
    62: ("Возвращено клиенту", ""),
    63: ("НП оплачен", ""),
    1027: ("Недостача", ""),
}

#: (type, attribute) -> (the attribute's name on the wire, Otpravka's ``last-oper-attr``; "": none is documented)
ATTRIBUTES: dict[tuple[int, int], tuple[str, str]] = {
    (1, 1): ("Единичный", "SINGLE_ACCEPTING"),
    (1, 2): ("Партионный", "PARTIAL_ACCEPTING"),
    (2, 1): ("Вручение адресату", "GIVING_RECIPIENT"),
    (2, 2): ("Вручение отправителю", "GIVING_SENDER"),
    (2, 3): ("Выдано адресату через почтомат", "GIVING_RECIPIENT_IN_PO"),
    (2, 6): ("Вручение адресату почтальоном", "GIVING_RECIPIENT_POSTMAN"),
    (2, 8): ("Вручение адресату курьером", "GIVING_RECIPIENT_COURIER"),
    (3, 1): ("Истек срок хранения", "RETURNING_BY_EXPIRED_STORING"),
    (3, 2): ("Заявление отправителя", "RETURNING_BY_SENDER_REQUEST"),
    (3, 4): ("Отказ адресата", "RETURNING_BY_RECEPIENT_REJECT"),
    (4, 3): ("Засылка", "DELIVERING_BY_ROUTER"),
    (5, 1): ("Утрачено", "LOST"),
    (5, 3): ("Засылка", "SKIPPING_BY_ERROR"),
    (8, 0): ("Сортировка", "SORTING"),
    (8, 1): ("Покинуло место приема", "SENT"),
    (8, 2): ("Прибыло в место вручения", "ARRIVED"),
    (8, 3): ("Прибыло в сортировочный центр", "DELIVERED_TO_SORTING"),
    (8, 4): ("Покинуло сортировочный центр", "SORTED"),
    (8, 9): ("Прибыло в почтомат", "DELIVERED_TO_PO"),
    (8, 10): ("Истекает срок хранения в почтомате", "EXPIRED_PO_STORING"),
    (8, 15): ("Передано курьеру", "GIVEN_TO_COURIER"),
    (8, 18): ("Передано почтальону", "GIVEN_TO_POSTMAN"),
    (8, 20): ("Покинуло место возврата/досылки", "LEFT_POSTOFFICE"),
    (8, 40): ("Срок хранения истек", ""),
    (8, 62): ("Перемещено в клиентский зал", ""),
    (8, 71): ("Отправлено в отделение доставки", ""),
    (8, 74): ("Помещено в ячейку почтомата", ""),
    (12, 1): ("Временное отсутствие адресата", "FAILED_BY_TEMPORAL_ABSENCE_OF_RECEPIENT"),
    (12, 3): ("Неполный адрес", "FAILED_BY_UNFILLED_ADDRESS"),
    (12, 4): ("Неправильный адрес", "FAILED_BY_INVALID_ADDRESS"),
    (12, 6): ("Отказ от получения", "FAILED_BY_RECEPINT_REJECT"),
    (18, 0): ("", "LOSS_REGISTERED"),
    (26, 1): ("Требование отправителя", "CANCELED_BY_SENDER"),
    (26, 2): ("Ошибка оператора", "CANCELED_BY_OPERATOR"),
    (28, 0): ("", "ID_ASSIGNED"),
    (44, 2): ("Масса не соответствует", "ACCEPTANCE_REJECTED"),
    (46, 0): ("", "ID_ASSIGNMENT_CANCELLED"),
    (48, 0): ("", ""),
    (1027, 3): ("При выгрузке", ""),
}


def type_name(number: int) -> str:
    return TYPES.get(number, (f"Операция {number}", ""))[0]


def attribute_name(number: int, attribute: int) -> str:
    """ "" for attributes that come without a name, as attribute 0 always does (§14.1)."""
    return ATTRIBUTES.get((number, attribute), ("", ""))[0]


def text_type(number: int) -> str:
    """``last-oper-type``; operations without a documented one are ``UNKNOWN``, undocumented ones have their own."""
    if number not in TYPES:
        return f"OPERATION_{number}"
    return TYPES[number][1] or "UNKNOWN"


def text_attribute(number: int, attribute: int) -> str:
    """``last-oper-attr``, "" where the contract knows none."""
    return ATTRIBUTES.get((number, attribute), ("", ""))[1]


def human_name(number: int, attribute: int) -> str:
    """``human-operation-name``."""
    return attribute_name(number, attribute) or type_name(number)
