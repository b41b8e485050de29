"""Where this machine has Chromium: what CHROMIUM names, or one of Debian's two packages of it."""

from __future__ import annotations

import os
from pathlib import Path

WHOLE = "/usr/bin/chromium"
#: The same engine without a window around it: what a page shows and does is the same, at half the computing.
SHELL = "/usr/bin/chromium-headless-shell"


def chromium(rather: str = WHOLE) -> str:
    """Path of the program: `rather` where both are there, and where none is (whoever starts it says so)."""
    return os.environ.get("CHROMIUM") or next((path for path in (rather, WHOLE, SHELL) if Path(path).exists()), rather)
