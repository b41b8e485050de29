"""What delivery costs and how long it takes: plausible and deterministic (§A5, §B3)."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from sandbox.yandex_delivery.geo import City, between

_CENT = Decimal("0.01")
COMMISSION = Decimal("1.9")
VAT = Decimal("1.22")


def money(amount: Decimal) -> str:
    """``"318.4 RUB"``: as many decimals as there are."""
    text = f"{amount.quantize(_CENT, ROUND_HALF_UP):f}".rstrip("0").rstrip(".")
    return f"{text} RUB"


def base_price(source: City, target: City, weight: int, assessed: int, *, door: bool) -> Decimal:
    """Rubles with VAT. ``weight`` in grams, ``assessed`` in kopecks."""
    distance = Decimal(int(between(source, target)))
    amount = Decimal(189 if door else 119) + distance * Decimal("0.06")
    amount += Decimal(max(0, weight - 1000)) / 1000 * Decimal("17.5")
    return (amount + Decimal(assessed) / 100 * Decimal("0.004")).quantize(_CENT, ROUND_HALF_UP)


def commission(client_price: int) -> Decimal:
    """Taken of what the recipient pays (kopecks), rubles."""
    return (Decimal(client_price) / 100 * COMMISSION / 100).quantize(_CENT, ROUND_HALF_UP)


def days(source: City, target: City) -> int:
    return 1 + int(between(source, target) // 700)


_CLASSES = {"courier": (210, 22), "express": (290, 26), "cargo": (950, 45)}


def express_price(taxi_class: str, kilometres: float, kilograms: float) -> Decimal:
    """Rubles without VAT."""
    start, each = _CLASSES[taxi_class]
    amount = Decimal(start) + Decimal(str(round(kilometres, 1))) * each + Decimal(str(round(kilograms, 2))) * 3
    return amount.quantize(_CENT, ROUND_HALF_UP)


def with_vat(amount: Decimal) -> Decimal:
    return (amount * VAT).quantize(_CENT, ROUND_HALF_UP)
