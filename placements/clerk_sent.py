"""What a clerk's phone sends, read with care: names, instants, scans. Nothing in it says who sends: the token does."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from b24app.flows.returns.quantities import Wish
from b24app.logistics.numbers import read_decimal
from b24app.logistics.returning import Condition, Scan
from b24app.store.clerk_phones import Phone
from b24app.store.returns_found import MAX_CODE
from placements.clerk_gate import ClerkError

MOST_SCANS, MOST_NOTE, MOST_WISHES = 200, 500, 200
#: Pieces of one scan; a wedge that types a barcode into the quantity makes more.
MOST_PIECES = Decimal(10_000)
_NAME = re.compile(r"[A-Za-z0-9_-]{8,40}")
#: Conditions that a clerk may see; what is missing or lost is worked out.
_SEEN = {each.value: each for each in (Condition.AS_NEW, Condition.DAMAGED, Condition.WRONG)}
#: A phone's clock may be wrong: what it says is believed within a year, and ours is taken else.
_BELIEVED = timedelta(days=366)


def is_name(text: str) -> bool:
    """Whether it is a key as phones make them."""
    return _NAME.fullmatch(text) is not None


def instant(text: str, now: datetime) -> datetime:
    """By the phone's clock; `now` for what no clock says."""
    try:
        at = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return now
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return at if abs(at - now) < _BELIEVED else now


def words_of(value: Any, most: int) -> str:
    """A person's words: one paragraph, no signs that cannot be seen. Raises ClerkError(bad_input)."""
    if not isinstance(value, str) or len(value) > most * 4:
        raise ClerkError("bad_input", "no text, or too long a one")
    return " ".join("".join(each if each.isprintable() else " " for each in value).split())[:most]


def number_of(value: Any, most: int = 2**53) -> int:
    """Raises ClerkError(bad_input)."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        raise ClerkError("bad_input", "no number")
    return value


def read_scans(sent: Mapping[str, Any], phone: Phone, now: datetime) -> list[Scan]:
    """Raises ClerkError(bad_input)."""
    rows = sent.get("scans")
    if not isinstance(rows, list) or not 0 < len(rows) <= MOST_SCANS:
        raise ClerkError("bad_input", "no scans, or too many")
    return [_scan(row, phone, now) for row in rows]


def _scan(row: Any, phone: Phone, now: datetime) -> Scan:
    if not isinstance(row, Mapping):
        raise ClerkError("bad_input", "no scan")
    key, undoes = row.get("key"), row.get("undoes", "")
    if not isinstance(key, str) or not is_name(key) or not isinstance(undoes, str) or (undoes and not is_name(undoes)):
        raise ClerkError("bad_input", "no key")
    condition = _SEEN.get(str(row.get("condition", Condition.AS_NEW.value)))
    quantity = quantity_of(row.get("quantity", "1"))
    note = words_of(row.get("note", ""), MOST_NOTE)
    if condition is None or (quantity == 0 and not note and not undoes):
        raise ClerkError("bad_input", "no condition, or nothing scanned")
    return Scan(
        key=key,
        at=instant(str(row.get("at", "")), now),
        code=words_of(row.get("code", ""), MAX_CODE),
        row=number_of(row.get("row", 0)),
        quantity=quantity,
        condition=condition,
        by=phone.clerk_id,
        name=phone.clerk_name,
        undoes=undoes,
        note=note,
        teaches=words_of(row.get("teaches", ""), MAX_CODE),
    )


def quantity_of(value: Any) -> Decimal:
    """Raises ClerkError(bad_input)."""
    found = read_decimal(value) if isinstance(value, str | int) and not isinstance(value, bool) else None
    if found is None or not 0 <= found <= MOST_PIECES or len(str(found)) > 20:
        raise ClerkError("bad_input", "no quantity")
    return found


def read_wishes(value: Any) -> tuple[Wish, ...]:
    """`[{"row", "quantity"}]`. Raises ClerkError(bad_input)."""
    if not isinstance(value, list) or len(value) > MOST_WISHES or not all(isinstance(each, Mapping) for each in value):
        raise ClerkError("bad_input", "no wishes")
    return tuple(Wish(number_of(each.get("row")), quantity_of(each.get("quantity"))) for each in value)
