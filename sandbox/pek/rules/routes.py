"""Named routes: the statuses a cargo runs through by itself. ``delivery``: the code of ``deliverystatus``."""

from __future__ import annotations

from typing import Any

from sandbox.pek.data import directories as names

Step = dict[str, Any]


def _steps(*codes: str) -> list[Step]:
    # A step of a route stops counting once the cargo was sent back; the way back has steps of its own.
    return [{"code": code, "routed": True} for code in codes]


def _door(*codes: tuple[str, int]) -> list[Step]:
    return [{"code": code, "delivery": delivery, "routed": True} for code, delivery in codes]


_WAY = _steps(names.TAKEN, names.ISSUED, names.ON_WAY, names.ARRIVED)
_FETCH = _steps("Забор груза запланирован")
_AT_DOOR = [{"delivery": 3070, "routed": True}, *_door((names.AT_DOOR, 3090))]
_BACK: list[Step] = [{"code": "Возврат груза отправителю"}, {"code": names.RETURNED}]
_REFUSED: list[Step] = [{"code": names.SENT_BACK, "reason": "Отказ получателя от груза"}]

ROUTES: dict[str, list[Step]] = {
    "delivered": [*_WAY, *_AT_DOOR, *_door((names.DELIVERED, 3200))],
    "pickup": [*_WAY, *_steps(names.HANDED_OVER)],
    "fetched_delivered": [*_FETCH, *_WAY, *_AT_DOOR, *_door((names.DELIVERED, 3200))],
    "fetched_pickup": [*_FETCH, *_WAY, *_steps(names.HANDED_OVER)],
    "returned": [*_WAY, *_REFUSED, *_BACK],
    "lost": [*_steps(names.TAKEN, names.ISSUED, names.ON_WAY), *_steps("Утилизирован")],
    "customs": [*_steps(names.TAKEN, names.ISSUED, names.ON_WAY), *_steps("Изъят на таможне")],
    "cancelled": _steps(names.CALLED_OFF),
    "stay": [],
    "unknown_code": [*_WAY, {"code": "Груз на космодроме", "id": 9001, "undocumented": True, "routed": True}],
    # Nobody opened the door: put off, moved to another day, then delivered.
    "postponed": [
        *_WAY, *_AT_DOOR, {"delivery": 3030, "routed": True}, {"delivery": 3050, "routed": True},
        *_door((names.DELIVERED, 3200)),
    ],
    # One place of several first.
    "partial": [
        *_WAY, {"code": "Выдан ( мест", "given": 1, "routed": True}, {"code": names.HANDED_OVER, "routed": True},
    ],
    # A status that is undone later and set again.
    "undone": [
        *_WAY, {"code": names.HANDED_OVER, "routed": True}, {"undo": True, "routed": True},
        {"code": names.HANDED_OVER, "routed": True},
    ],
    "by_terminal": [
        *_steps("Принят на ПВЗ", names.ISSUED, "В пути на терминал", "Прибыл частично"),
        *_steps("Разгружается. Ожидайте оповещения", names.ARRIVED, names.HANDED_OVER),
    ],
    "way_back": _BACK,
}  # fmt: skip
