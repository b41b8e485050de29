"""Names of statuses in their two generations, what each says about the parcel, and the named routes (contract §7.1).

``short`` are the names of the newest help page, ``long`` those of the cabinet and of aggregators.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Step = Mapping[str, object]

#: Stage -> the name it begins with, per generation.
NAMES: Mapping[str, Mapping[str, str]] = {
    "short": {
        "created": "Заказ создан в личном кабинете",
        "loaded": "Загружен реестр ИМ",
        "accepted": "Принято к доставке",
        "sorting": "Передано на сортировку",
        "transit": "Отправлено в город назначения",
        "to_point": "Передан на доставку до пункта выдачи",
        "point": "Поступило в пункт выдачи",
        "courier": "Передано на курьерскую доставку",
        "failed": "Возвращено с курьерской доставки",
        "issued": "Выдано",
        "back": "Готовится к возврату",
        "back_sent": "Отправлено в пункт приема",
        "back_point": "Возвращено в пункт приема",
        "returned": "Возвращено в ИМ",
    },
    "long": {
        "created": "Заказ создан в личном кабинете",
        "loaded": "Получена информация о заказе. Отправление еще не передано на доставку в Boxberry",
        "accepted": "Заказ передан на доставку",
        "sorting": "Отправлен на сортировочный терминал",
        "transit": "В пути в город Получателя",
        "to_point": "В городе Получателя. Ожидайте поступления в Пункт выдачи",
        "point": "Доступен к получению в Пункте выдачи",
        "courier": "Передан на Курьерскую доставку, курьер позвонит за 30-60 минут до доставки",
        "failed": "Перенос срока курьерской доставки",
        "issued": "Успешно Выдан",
        "back": "Заказ передан на возврат в Интернет-магазин",
        "back_sent": "Заказ в пути в Интернет-магазин",
        "back_point": "Возвращено в пункт приема",
        "returned": "Заказ возвращен в Интернет-магазин",
    },
}

#: Names that are seen beside those (§7.1), by the stage they speak of.
_MORE = {
    "В обработке": "loaded",
    "Поступил на сортировочный терминал": "sorting",
    "Ожидает отправки в город Получателя": "sorting",
    "На терминале-отправителе": "sorting",
    "В городе Получателя": "transit",
    "Поступил в город для передачи Курьеру": "transit",
    "Обработка на складе курьерской доставки": "transit",
    "Передано курьеру, курьер позвонит за 30-60 минут до доставки": "courier",
}
_STAGES = {_name.casefold(): stage for words in NAMES.values() for stage, _name in words.items()}
_STAGES |= {_name.casefold(): stage for _name, stage in _MORE.items()}

#: What `OrdersBalance` calls some of them (§6.2, §7.1).
BALANCE = {
    "created": "Не в акте",
    "sorting": "В пути на терминал",
    "point": "На отделении-получателе",
}

OVER = frozenset({"issued", "returned", "lost"})
#: Where changes by the API are taken (the page of the change methods): handed over, and not on its way back.
CHANGEABLE = frozenset({"loaded", "accepted", "sorting", "transit", "to_point", "point", "courier", "failed"})


def stage_of(name: str) -> str | None:
    """The stage that a name speaks of; None for a name that nobody documented (it says nothing)."""
    return _STAGES.get(name.strip().casefold())


def name_of(stage: str, wording: str) -> str:
    return NAMES[wording].get(stage, stage)


def _steps(*stages: str) -> list[Step]:
    return [{"stage": stage} for stage in stages]


_WAY = _steps("accepted", "sorting", "transit")
_POINT = [*_WAY, *_steps("to_point", "point")]
_DOOR = [*_WAY, *_steps("courier")]
_BACK = _steps("back", "back_sent", "back_point", "returned")

#: A step names a stage (its name follows the switch `wording`) or a `code`: the very name.
ROUTES: Mapping[str, Sequence[Step]] = {
    "delivered": [*_DOOR, *_steps("issued")],
    "pickup": [*_POINT, *_steps("issued")],
    "returned": [*_POINT, *_BACK],
    "door_returned": [*_DOOR, {"stage": "failed", "comment": "Отказ получателя"}, *_BACK],
    "second_attempt": [*_DOOR, {"stage": "failed", "comment": "Не дозвонились"}, *_steps("courier", "issued")],
    "partial": [*_POINT, {"stage": "issued", "partial": True}],
    # The same line twice in one history, as in a recorded answer (§7.1).
    "doubled": [*_WAY, {"stage": "to_point", "double": True}, *_steps("point", "issued")],
    "recalled": _BACK[1:],
    "lost": [*_WAY, {"stage": "lost"}],
    # The carrier deletes it: it is gone from every list (§7.1).
    "cancelled": [{"vanish": True}],
    "unknown_code": [*_WAY[:1], {"code": "Передано на дирижабль"}],
    "stay": [],
}
