"""Kilograms, metres, cubic metres; rounding up to hundredths; what can only be a mistake of units (§1, §4.1, §10)."""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal
from typing import Any

from sandbox.pek.check import Check, join
from sandbox.pek.core import Pek

# Nothing that is carried is denser than gold, and no van is longer.
_DENSEST = 19_300
_LONGEST = 14.0
_HEAVIEST = 20_000.0


def up(value: float) -> Decimal:
    """Rounded up to hundredths, as PEK does: 0.00041 is 0.01, 1.871001 is 1.88."""
    return Decimal(str(value)).quantize(Decimal("0.01"), ROUND_CEILING)


def check_place(pek: Pek, check: Check, data: dict[str, Any], path: str, *, sizes_required: bool) -> float:
    """The volume of one place (or of a cargo with its largest sides), with complaints about nonsense."""
    weight = check.take(data, path, "weight", "number")
    sides = [check.take(data, path, name, "number", required=sizes_required) for name in ("length", "width", "height")]
    given = check.take(data, path, "volume", "number", required=False)
    for name, value in zip(("weight", "length", "width", "height", "volume"), (weight, *sides, given), strict=True):
        if value is not None and value <= 0:
            check.bad(join(path, name), "Значение должно быть больше нуля")
    volume = float(given or 0)
    if all(sides) and not given:
        volume = float(sides[0] * sides[1] * sides[2])
    if pek.switches.strict_units:
        _sane(check, path, weight, sides, volume)
    return volume


def _sane(check: Check, path: str, weight: float | None, sides: list[float | None], volume: float) -> None:
    if weight and volume > 0 and weight / volume > _DENSEST:
        check.bad(join(path, "weight"), "Вес груза не соответствует его объему (вес в кг, размеры в м)")
    if weight and weight > _HEAVIEST:
        check.bad(join(path, "weight"), "Вес превышает допустимый (20000 кг)")
    for name, side in zip(("length", "width", "height"), sides, strict=True):
        if side and side > _LONGEST:
            check.bad(join(path, name), "Размер превышает допустимый (14 м)")
