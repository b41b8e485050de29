"""Weights and sides as people type them: `1,5 кг`, `500`, `30 cm`. Pure.

Without a unit a weight is grams and a side millimetres. An empty text is None (nothing said), zero is zero.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from b24app.frames.formats import NBSP, Formats

#: Fields of `flows.snapshot.Defaults`; a section of the catalogue has all but the packaging.
SIDES = ("length_mm", "width_mm", "height_mm")
WEIGHTS = ("weight_g", "packaging_g")
DEFAULTS = ("weight_g", *SIDES, "packaging_g")
SECTION = ("weight_g", *SIDES)

HEAVIEST_G, LONGEST_MM = 1_000_000, 10_000
_TYPED = re.compile(r"(\d+(?:[.,]\d+)?)\s*([^\W\d]*)\.?")
_GRAMS = {"": 1, "г": 1, "гр": 1, "g": 1, "кг": 1000, "kg": 1000}
_MILLIMETRES = {"": 1, "мм": 1, "mm": 1, "см": 10, "cm": 10, "м": 1000, "m": 1000}


class MeasureError(ValueError):
    """`why` is a key of the `form.*` words."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def read_weight(text: str) -> int | None:
    """Whole grams. Raises MeasureError (weight, heavy)."""
    return _read(text, _GRAMS, HEAVIEST_G, "weight", "heavy")


def read_side(text: str) -> int | None:
    """Whole millimetres. Raises MeasureError (side, long)."""
    return _read(text, _MILLIMETRES, LONGEST_MM, "side", "long")


def _read(text: str, units: Mapping[str, int], most: int, wrong: str, too_much: str) -> int | None:
    plain = text.replace(NBSP, " ").strip().lower()
    if not plain:
        return None
    found = _TYPED.fullmatch(plain.replace(" ", "") if plain.replace(" ", "").isdigit() else plain)
    if found is None or found[2] not in units:
        raise MeasureError(wrong)
    value = Decimal(found[1].replace(",", ".")) * units[found[2]]
    if value > most:
        raise MeasureError(too_much)
    if value != value.to_integral_value():
        raise MeasureError(wrong)
    return int(value)


def read_sizes(form: Mapping[str, str], prefix: str, names: tuple[str, ...]) -> tuple[dict[str, int], dict[str, str]]:
    """What was typed into the fields `<prefix><name>`, and what is wrong by field. A box has three sides or none, or
    zeros: two sides are no box."""
    found: dict[str, int] = {}
    errors: dict[str, str] = {}
    for name in names:
        try:
            value = (read_weight if name in WEIGHTS else read_side)(form.get(prefix + name, ""))
        except MeasureError as error:
            errors[prefix + name] = error.why
        else:
            found |= {} if value is None else {name: value}
    typed = [name for name in SIDES if name in found]
    if typed and not errors and len({bool(found.get(name)) for name in SIDES}) > 1:
        errors |= {prefix + name: "box" for name in SIDES if not found.get(name)}
    if typed and not errors:
        found |= {name: found.get(name, 0) for name in SIDES}
    return found, errors


def typed_back(value: int | None, name: str, formats: Formats) -> str:
    """A stored value as a person would have typed it: `1,5 кг`, `200 г`, `30 см`, `0`; nothing for None."""
    if not value:
        return "" if value is None else "0"
    small, large, factor = ("g", "kg", 1000) if name in WEIGHTS else ("mm", "cm", 10)
    whole = value % factor == 0 or (name in WEIGHTS and value > factor and value % 10 == 0)
    number = f"{Decimal(value) / factor:f}" if whole else str(value)
    number = number.rstrip("0").rstrip(".") if "." in number else number
    return (
        number.replace(".", "," if formats.lang == "ru" else ".")
        + NBSP
        + formats.words(f"measure.{large if whole else small}")
    )
