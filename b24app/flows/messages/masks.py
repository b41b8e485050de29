"""Phones and addresses as colleagues may see them in lists: enough to know whose, not enough to write to. Pure."""

from __future__ import annotations

DOT = "•"
_SEEN = 4


def masked(address: str) -> str:
    """`+79001231462` -> `+7 ••• •••-14-62`, `olga@example.test` -> `o•••@example.test`; anything else by its end."""
    if not address:
        return ""
    name, at, host = address.partition("@")
    if at:
        return f"{name[:1]}{DOT * 3}@{host}"
    digits = "".join(sign for sign in address if sign.isdigit())
    if address.startswith("+7") and len(digits) == 11:
        return f"+7 {DOT * 3} {DOT * 3}-{digits[7:9]}-{digits[9:]}"
    if len(digits) > _SEEN:
        return f"{'+' if address.startswith('+') else ''}{DOT * 3}{digits[-_SEEN:]}"
    return DOT * 3
