"""The places of an order: one flat object of weights, sides and barcodes (contract §2.1, §6.1)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sandbox.boxberry.errors import NOT_INTEGER, Refused, out_of_range, required
from sandbox.boxberry.model import Place

from . import checks

_WEIGHT = re.compile(r"(weight|barcode|x|y|z)(\d*)")
#: Grams; centimetres, the longest side first.
LEAST_GRAMS, MOST_GRAMS = 5, 30_000
BOX = (120, 80, 50)


def read_places(weights: Mapping[str, Any]) -> list[Place]:
    """A flat object: ``weight``, ``x``…, then ``weight2``, ``x2``… without gaps (§6.1). Raises Refused."""
    matches = {name: _WEIGHT.fullmatch(name) for name in weights}
    checks.only(weights, "weights", [name for name, found in matches.items() if found and found[2] not in ("0", "1")])
    numbers = sorted({int(found[2] or 1) for found in matches.values() if found})
    if not numbers or numbers != list(range(1, len(numbers) + 1)):
        raise required("Вес места")
    places = [_place(weights, "" if number == 1 else str(number)) for number in numbers]
    barcodes = [place.barcode for place in places if place.barcode]
    if barcodes and (len(barcodes) < len(places) or len(set(barcodes)) < len(places)):
        raise Refused("Необходимо указать штрих-код для каждого места")
    return places


def _place(weights: Mapping[str, Any], suffix: str) -> Place:
    grams = _integer(weights.get("weight" + suffix))
    if grams is None:
        raise required("Вес места")
    if not LEAST_GRAMS <= grams <= MOST_GRAMS:
        raise out_of_range("Вес места", LEAST_GRAMS, MOST_GRAMS)
    sides = [_integer(weights.get(name + suffix)) for name in "xyz"]
    known = sorted((side for side in sides if side is not None), reverse=True)
    if any(side < 1 for side in known) or any(side > most for side, most in zip(known, BOX, strict=False)):
        raise Refused("Габариты места превышают допустимые 120х80х50 см")
    return Place(grams, sides[0], sides[1], sides[2], checks.text(weights.get("barcode" + suffix), "barcode"))


def _integer(value: Any) -> int | None:
    """§3: the recorded text. Absent is None."""
    if value in (None, ""):
        return None
    if isinstance(value, bool) or not re.fullmatch(r"\d{1,6}", str(value).strip()):
        raise Refused(NOT_INTEGER)
    return int(value)
