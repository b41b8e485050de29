"""Reading single values as a strict PHP form would: text or number in, a checked value out. All raise Refused."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from sandbox.boxberry.errors import Refused, invalid, out_of_range, required, too_long

_DECIMAL = re.compile(r"-?\d{1,9}(\.\d{1,2})?")
_WHOLE = re.compile(r"-?\d{1,9}")


def text(value: Any, label: str, most: int = 255) -> str:
    """A text or number, "" when it is absent. Objects and lists are not texts."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise invalid(label)
    found = str(value).strip()
    if len(found) > most:
        raise too_long(label, most)
    return found


def needed(value: Any, label: str, most: int = 255) -> str:
    found = text(value, label, most)
    if not found:
        raise required(label)
    return found


def whole(value: Any, label: str, least: int, most: int) -> int:
    found = text(value, label)
    if not _WHOLE.fullmatch(found):
        raise invalid(label)
    if not least <= int(found) <= most:
        raise out_of_range(label, least, most)
    return int(found)


def kopecks(value: Any, label: str, default: str = "0") -> int:
    """Rubles with at most two decimals (a point, never a comma)."""
    found = text(value, label) or default
    if not _DECIMAL.fullmatch(found) or found.startswith("-"):
        raise invalid(label)
    rubles, _, rest = found.partition(".")
    return int(rubles) * 100 + int(rest.ljust(2, "0"))


def chosen(value: Any, label: str, allowed: Iterable[str], default: str) -> str:
    found = text(value, label) or default
    if found not in allowed:
        raise invalid(label)
    return found


def mapping(value: Any, label: str) -> Mapping[str, Any]:
    """An object; PHP writes an empty one as an empty list or text."""
    if value in (None, "", []):
        return {}
    if not isinstance(value, Mapping):
        raise invalid(label)
    return value


def only(value: Mapping[str, Any], label: str, known: Iterable[str]) -> None:
    """Refuse names that the contract does not have: Cyrillic look-alikes (§6.1) are among them."""
    if strange := sorted(set(value) - set(known)):
        raise Refused(f"Неизвестное поле «{label}.{strange[0]}»" if label else f"Неизвестное поле «{strange[0]}»")


def day(value: Any, label: str, pattern: str) -> date | None:
    found = text(value, label)
    if not found:
        return None
    try:
        return datetime.strptime(found, pattern).replace(tzinfo=UTC).date()
    except ValueError:
        raise invalid(label) from None


def minutes(value: Any, label: str) -> int | None:
    """``HH:MM``."""
    found = text(value, label)
    if not found:
        return None
    match = re.fullmatch(r"(\d{1,2}):(\d{2})", found)
    if match is None or int(match[1]) > 23 or int(match[2]) > 59:
        raise invalid(label)
    return int(match[1]) * 60 + int(match[2])


def phone(value: Any, label: str) -> str:
    """The last ten digits (§6.1: longer values are cut)."""
    found = needed(value, label, 40)
    digits = re.sub(r"[\s()+-]", "", found)
    if not digits.isdigit() or len(digits) < 10:
        raise invalid(label)
    return digits[-10:]
