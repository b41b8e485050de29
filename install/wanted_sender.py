"""Our SMS sender as it should be in portals. Data. Facts: contracts/bitrix24-crm.md §8.1."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from b24app.bitrix24.encoding import Command
from b24app.bitrix24.sms import CODE

PATH = "/b24/sms/"
_TOLD: Mapping[str, Any] = {
    "NAME": {"ru": "Waybill", "en": "Waybill"},
    "DESCRIPTION": {
        "ru": "SMS через сервис, подключённый в приложении Waybill",
        "en": "SMS through the service connected in the Waybill app",
    },
}


def digest(public_url: str, public_id: str) -> str:
    """Of all that the portal is told but the secret part of the address."""
    return hashlib.sha256(repr((_TOLD, public_url, public_id)).encode()).hexdigest()[:40]


def register(public_url: str, public_id: str, secret: str, *, there: bool) -> Command:
    """The handler must be on the domain of the app itself, as a robot's."""
    told = {"HANDLER": f"{public_url}{PATH}{public_id}/{secret}", **_TOLD}
    if there:
        return Command("s0", "messageservice.sender.update", {"CODE": CODE, **told})
    return Command("s0", "messageservice.sender.add", {"CODE": CODE, "TYPE": "SMS", **told})


def remove() -> Command:
    return Command("s0", "messageservice.sender.delete", {"CODE": CODE})
