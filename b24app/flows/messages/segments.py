"""How many messages a text costs at a gateway. Pure.

After 3GPP TS 23.038: letters of the GSM alphabet take one place of 160 (those of its second table two), anything else
makes the whole text two bytes a letter, 70 of them; of a longer text each message loses places to the heading that
joins them (153 and 67)."""

from __future__ import annotations

from dataclasses import dataclass

_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_SECOND = frozenset("\f^{}\\[~]|€")
_GSM_ONE, _GSM_MANY = 160, 153
_WIDE_ONE, _WIDE_MANY = 70, 67


@dataclass(frozen=True, slots=True)
class Segments:
    """`units`: places that the text takes. `left`: places until it costs one message more."""

    wide: bool
    units: int
    parts: int
    left: int


def count(text: str) -> Segments:
    wide = any(each not in _GSM and each not in _SECOND for each in text)
    sizes = [_wide_size(each) if wide else 1 + (each in _SECOND) for each in text]
    one, many = (_WIDE_ONE, _WIDE_MANY) if wide else (_GSM_ONE, _GSM_MANY)
    units = sum(sizes)
    if units <= one:
        return Segments(wide, units, 1 if units else 0, one - units)
    parts, used = 1, 0
    for size in sizes:
        # A letter of two places is never torn between two messages.
        if used + size > many:
            parts, used = parts + 1, 0
        used += size
    return Segments(wide, units, parts, many - used)


def _wide_size(letter: str) -> int:
    return 2 if ord(letter) > 0xFFFF else 1
