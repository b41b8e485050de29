"""Named routes: the events that an order runs through by itself (numbers of contract §8.1)."""

from __future__ import annotations

from collections.abc import Sequence

from sandbox.kernel.carrier import Step


def _steps(*codes: str) -> list[Step]:
    return [{"code": code} for code in codes]


_WAY = _steps("1601", "1802", "2101")
_TO_DOOR = [*_WAY, *_steps("2202", "2301")]
_TO_POINT = [*_WAY, *_steps("2201")]
_BACK = _steps("2102", "2203", "2309", "3306")
_REFUSED: Step = {"code": "2404", "reason": "17", "reason_name": "Отказ от получения"}

ROUTES: dict[str, Sequence[Step]] = {
    "delivered": [*_TO_DOOR, *_steps("3304")],
    "pickup": [*_TO_POINT, *_steps("3305")],
    # With money: what comes after the delivery must not move the status back (§8.1).
    "delivered_paid": [*_TO_DOOR, *_steps("3304", "2602", "2701", "2801", "3401")],
    "returned": [*_TO_DOOR, _REFUSED, *_BACK],
    "storage_expired": [*_TO_POINT, *_steps("2401"), *_BACK],
    "wrong_address": [*_TO_DOOR, {"code": "2408", "reason": "23", "reason_name": "Неверный адрес получателя"}],
    "second_attempt": [
        *_TO_DOOR,
        {"code": "2407", "reason": "11", "reason_name": "Получатель отсутствует"},
        *_steps("3501", "2301", "3304"),
    ],
    "partial": [*_TO_DOOR, {"code": "3304", "partial": True}],
    "damaged": [*_WAY, *_steps("3701")],
    "disposed": [*_TO_POINT, *_steps("2401", "3301")],
    "lost": [*_WAY, *_steps("3303")],
    "cancelled": _steps("2901"),
    "unknown_code": [*_WAY, {"code": "9901", "state": "OnTheMoon"}],
    "stay": [],
}
