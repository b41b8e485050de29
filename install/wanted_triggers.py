"""Our triggers as they should be in portals. Data and pure diffs. Facts: contracts/bitrix24-crm.md §7.1."""

from __future__ import annotations

from collections.abc import Mapping

from b24app.bitrix24 import automation
from b24app.bitrix24.encoding import Command
from b24app.flows.automation import PREFIX, WHATS, code_of
from b24app.words import say


def triggers(lang: str) -> dict[str, str]:
    """Names by code, in the portal's language: a trigger has one."""
    return {code_of(what): say(f"trigger.{what}", lang) for what in WHATS}


def plan(wanted: Mapping[str, str], there: Mapping[str, str]) -> list[Command]:
    """What to do so that exactly these of ours are there, called so."""
    fresh = [(code, name) for code, name in wanted.items() if there.get(code) != name]
    gone = [code for code in there if code.startswith(PREFIX) and code not in wanted]
    return [
        *(automation.add(f"a{at}", code, name) for at, (code, name) in enumerate(fresh)),
        *(automation.delete(f"d{at}", code) for at, code in enumerate(gone)),
    ]
