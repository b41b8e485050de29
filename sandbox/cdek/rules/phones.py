"""Whether CDEK takes a phone: valid for Russia, Kazakhstan, China or Malaysia always passes (contract §16.3)."""

from __future__ import annotations

import re

_NOISE = re.compile(r"[\s()\-.]")
_ALWAYS = (
    re.compile(r"(?:\+7|7|8)[3489]\d{9}"),  # Russia; the national form is a valid number too
    re.compile(r"\+7[67]\d{9}"),  # Kazakhstan
    re.compile(r"\+861\d{10}"),  # China, mobile
    re.compile(r"\+60\d{8,10}"),  # Malaysia
)


def phone_is_valid(number: str) -> bool:
    plain = _NOISE.sub("", number)
    return any(pattern.fullmatch(plain) for pattern in _ALWAYS)
