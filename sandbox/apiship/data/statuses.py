"""ApiShip's statuses (§5) with their names, and what a carrier behind it calls them."""

from __future__ import annotations

from collections.abc import Mapping

#: Key -> (name, description).
STATUSES: Mapping[str, tuple[str, str]] = {
    "uploading": ("Загрузка информации в систему перевозчика", "Заказ передаётся в службу доставки"),
    "uploaded": ("Информация успешно загружена в систему перевозчика", "Заказ ещё не обработан службой доставки"),
    "uploadingError": ("Ошибка загрузки информации в систему перевозчика", "Исправьте заказ и отправьте повторно"),
    "onPointIn": ("Принят на склад в пункте отправления", "Заказ принят службой доставки"),
    "onWay": ("В пути", "Заказ в пути"),
    "onPointOut": ("Прибыл на склад в пункте назначения", "Заказ прибыл в город получателя"),
    "readyForRecipient": ("Готов к получению в пункте доставки", "Заказ ожидает получателя"),
    "delivering": ("Передан на доставку в пункте назначения", "Заказ у курьера"),
    "delivered": ("Доставлен получателю", "Заказ вручён"),
    "returnedFromDelivery": ("Возвращен с доставки", "Доставка не состоялась"),
    "partialReturn": ("Частичный возврат", "Получатель выкупил часть товаров"),
    "returnReady": ("Подготовлен возврат", "Заказ готовится к возврату"),
    "returning": ("Возвращается отправителю", "Заказ едет обратно"),
    "returned": ("Возвращен отправителю", "Заказ возвращён"),
    "deliveryCanceled": ("Доставка отменена", "Заказ отменён"),
    "lost": ("Утерян", "Заказ утерян"),
    "problem": ("Возникла проблема", "Требуется вмешательство"),
    "unknown": ("Неизвестный статус", "Статус службы доставки не распознан"),
    "notApplicable": ("Не применим", "Статус не относится к доставке"),
}

#: After these nothing moves the parcel any more.
FINAL = frozenset({"delivered", "returned", "deliveryCanceled", "lost"})
#: The carrier does not hold the parcel yet.
BEFORE = frozenset({"uploading", "uploaded", "uploadingError"})


def provider_code(key: str) -> str:
    """The carrier's own code for a status: `DELIVERED`, `ON_WAY`."""
    return "".join(f"_{letter}" if letter.isupper() else letter for letter in key).upper()
