"""Numbers that others write: people in fields, portals and systems in answers; and how we write them."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

#: No count, weight or sum has more digits before its point, nor more places behind it (a float may have a score). Of
#: `1e999999`, which is eight signs long, to make a whole number, or to write it out, stops a process for a minute.
MOST_DIGITS, MOST_PLACES = 16, 100


def read_decimal(value: Any) -> Decimal | None:
    """A finite number of a sensible size as a number or text with a decimal point; None for anything else."""
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    if not found.is_finite():
        return None
    if not found:
        return Decimal(0)
    places = found.as_tuple().exponent
    return found if found.adjusted() < MOST_DIGITS and isinstance(places, int) and places >= -MOST_PLACES else None


def plain(value: Decimal) -> str:
    """`2`, `1.5`, `100`: no exponent, no zeros that say nothing."""
    return f"{value.normalize():f}"
