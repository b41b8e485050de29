"""Links for people that systems let their own users write."""

from __future__ import annotations

from typing import Any

#: As long as an address is kept; a longer one leads nowhere when it is cut.
LONGEST = 512


def link_of(value: Any) -> str:
    """A page to follow an order at; "" for anything that is no web address: `javascript:…` runs where it is pressed."""
    found = str(value or "").strip()
    web = found.lower().startswith(("https://", "http://"))
    return found if web and len(found) <= LONGEST and found.isprintable() and " " not in found else ""
