"""Which of a system's codes say something to a person. Pure."""

from __future__ import annotations

import re

from b24app.logistics.picking import OWN_CODES

#: The key of a row in somebody's database.
_KEY = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def telling(code: str) -> str:
    """The code as the system writes it; "" for one that only a machine reads, or that we made up ourselves."""
    return "" if _KEY.fullmatch(code) or code.startswith(OWN_CODES) else code
