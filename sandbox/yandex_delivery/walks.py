"""Named routes of both APIs (§A8, §B5). A step waits ``step_seconds`` unless it has its own ``wait``."""

from __future__ import annotations

from typing import Any

Step = dict[str, Any]


def _steps(*codes: str, **more: Any) -> list[Step]:
    return [{"code": code, **more} for code in codes]


# Registration follows within seconds, out of order and repeated, as recorded from live orders.
_REGISTERED = [
    {"code": "DELIVERY_PROCESSING_STARTED", "wait": 1},
    {"code": "DELIVERY_PROCESSING_STARTED", "wait": 1, "description": "Заказ создается в службе доставки"},
    {"code": "DELIVERY_TRACK_RECIEVED", "wait": 1},
    {"code": "DELIVERY_LOADED", "wait": 1},
    {"code": "DELIVERY_PROCESSING_STARTED", "wait": 1, "description": "Заказ передается в сортировочный центр"},
    {"code": "SORTING_CENTER_LOADED", "wait": 1},
]
_WAY = [
    *_REGISTERED,
    *_steps("SORTING_CENTER_AT_START", "SORTING_CENTER_PREPARED", "SORTING_CENTER_TRANSMITTED", "DELIVERY_AT_START"),
]
_DOOR = [*_WAY, *_steps("DELIVERY_AT_START_SORT", "DELIVERY_TRANSPORTATION_RECIPIENT")]
_POINT = [*_WAY, *_steps("DELIVERY_TRANSPORTATION", "DELIVERY_ARRIVED_PICKUP_POINT")]
_HANDED = [
    *_steps("CONFIRMATION_CODE_RECEIVED"),
    *_steps("DELIVERY_TRANSMITTED_TO_RECIPIENT", "DELIVERY_DELIVERED", wait=1),
    *_steps("FINISHED"),
]
_BACK = _steps(
    "RETURN_PREPARING", "RETURN_TRANSPORTATION_STARTED", "RETURN_ARRIVED_DELIVERY",
    "SORTING_CENTER_RETURN_ARRIVED", "RETURN_READY_FOR_PICKUP", "RETURN_RETURNED",
)  # fmt: skip
_LOOKING = _steps("performer_lookup", "performer_draft", "performer_found")
_TAKEN = [*_LOOKING, *_steps("pickup_arrived", "ready_for_pickup_confirmation", "pickuped", "delivery_arrived")]

ROUTES: dict[str, list[Step]] = {
    "delivered": [*_DOOR, *_HANDED],
    "pickup": [*_POINT, *_HANDED],
    "second_attempt": [
        *_DOOR,
        *_steps("DELIVERY_ATTEMPT_FAILED"),
        {"code": "DELIVERY_UPDATED_BY_RECIPIENT", "reason": "CLIENT_REQUEST"},
        *_steps("DELIVERY_TRANSPORTATION_RECIPIENT", "DELIVERY_AT_START_SORT", "DELIVERY_TRANSPORTATION_RECIPIENT"),
        *_HANDED,
    ],
    "returned": [
        *_DOOR,
        *_steps("DELIVERY_ATTEMPT_FAILED"),
        {"code": "CANCELLED", "reason": "USER_CHANGED_MIND"},
        *_BACK,
    ],
    # The order of codes is not monotonic: a draft after the return began (§A8).
    "late_draft": [*_DOOR, _BACK[0], {"code": "DRAFT", "description": "Создан возвратный заказ"}, *_BACK[1:]],
    "unclaimed": [
        *_POINT,
        *_steps("DELIVERY_STORAGE_PERIOD_EXTENDED"),
        {"code": "DELIVERY_STORAGE_PERIOD_EXPIRED", "reason": "PICKUP_EXPIRED"},
        *_BACK,
    ],
    "partial": [*_POINT, *_steps("PARTICULARLY_DELIVERED"), *_BACK],
    "lost": [*_WAY, {"code": "CANCELLED", "reason": "ORDER_WAS_LOST"}],
    "cancelled": [
        *_REGISTERED,
        *_steps("SORTING_CENTER_CANCELED"),
        {"code": "CANCELLED", "reason": "DELIVERY_PROBLEMS"},
    ],
    "cancelled_back": _BACK,
    "unknown_code": [*_WAY, *_steps("DELIVERY_TELEPORTED")],
    "stay": [],
    "express_delivered": [
        *_TAKEN,
        *_steps("ready_for_delivery_confirmation", "delivered", "delivered_finish"),
    ],
    "express_paid": [*_TAKEN, *_steps("pay_waiting", "delivered", "delivered_finish")],
    "express_returned": [
        *_TAKEN,
        *_steps("returning", "return_arrived", "ready_for_return_confirmation", "returned", "returned_finish"),
    ],
    "express_back": _steps(
        "returning", "return_arrived", "ready_for_return_confirmation", "returned", "returned_finish"
    ),
    # There is no status for a loss here: the claim cannot go on.
    "express_lost": [*_TAKEN[:-1], *_steps("failed")],
    "express_cancelled": [*_LOOKING, *_steps("cancelled_by_taxi")],
    "express_not_found": _steps("performer_lookup", "performer_not_found"),
    "express_waiting": [*_LOOKING, *_steps("pickup_arrived")],
    "express_unknown_code": [*_LOOKING, *_steps("performer_teleported")],
    "express_stay": [],
}
ROUTES["express_pickup"] = ROUTES["express_delivered"]

DESCRIPTIONS = {
    "DRAFT": "Заказ создан в платформе", "VALIDATING": "Заказ проверяется",
    "VALIDATING_ERROR": "Заказ не подтвержден сортировочным центром", "CREATED": "Заказ создан в операторе",
    "DELIVERY_PROCESSING_STARTED": "Заказ создается в сортировочном центре",
    "DELIVERY_TRACK_RECIEVED": "Заказ создан в службе доставки", "DELIVERY_LOADED": "Подтвержден службой доставки",
    "SORTING_CENTER_LOADED": "Подтвержден сортировочным центром",
    "SORTING_CENTER_AT_START": "Поступил в пункт приема", "SORTING_CENTER_PREPARED": "Готов к отправке",
    "SORTING_CENTER_TRANSMITTED": "Отправлен в службу доставки",
    "DELIVERY_AT_START": "Поступил в город получателя", "DELIVERY_AT_START_SORT": "На сортировке в городе получателя",
    "DELIVERY_TRANSPORTATION": "Едет в пункт выдачи", "DELIVERY_TRANSPORTATION_RECIPIENT": "Курьер в пути",
    "DELIVERY_ARRIVED_PICKUP_POINT": "Готов к выдаче", "CONFIRMATION_CODE_RECEIVED": "Код подтвержден",
    "DELIVERY_TRANSMITTED_TO_RECIPIENT": "Вручен получателю", "DELIVERY_DELIVERED": "Доставлен",
    "FINISHED": "Заказ завершен", "DELIVERY_ATTEMPT_FAILED": "Неудачная попытка вручения", "CANCELLED": "Отменен",
    "CANCELED_IN_PLATFORM": "Отменен в платформе", "RETURN_PREPARING": "Готовится к возврату",
    "RETURN_TRANSPORTATION_STARTED": "Возврат в пути", "RETURN_ARRIVED_DELIVERY": "Возврат на складе",
    "SORTING_CENTER_RETURN_ARRIVED": "Возврат в сортировочном центре",
    "RETURN_READY_FOR_PICKUP": "Возврат ждет отправителя", "RETURN_RETURNED": "Возвращен отправителю",
    "PARTICULARLY_DELIVERED": "Частично выкуплен", "DELIVERY_STORAGE_PERIOD_EXTENDED": "Срок хранения продлен",
    "DELIVERY_STORAGE_PERIOD_EXPIRED": "Срок хранения истек",
    "DELIVERY_UPDATED_BY_RECIPIENT": "Доставка перенесена получателем",
    "DELIVERY_UPDATED_BY_SHOP": "Данные заказа изменены магазином",
    "SORTING_CENTER_CANCELED": "Отменен сортировочным центром",
}  # fmt: skip
