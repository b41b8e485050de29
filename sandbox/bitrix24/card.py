"""The vendor cabinet's card of the one Market app that the sandbox knows (contract bitrix24-app §1.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

CLIENT_ID = "app.6560a1b2c3d4e5.12345678"
CLIENT_SECRET = "S4ndb0xS3cr3tOfTheWaybillDeliveryAppDoNotUseElsewhere"
SCOPES = (
    "crm",
    "placement",
    "user_brief",
    "userfieldconfig",
    "catalog",
    "im",
    "department",
    "bizproc",
    "messageservice",
    "imopenlines",
    "delivery",
    "sale",
)


@dataclass
class AppCard:
    """What the vendor typed into the card. Addresses are set by ``POST /bitrix24/app``."""

    client_id: str = CLIENT_ID
    client_secret: str = CLIENT_SECRET
    code: str = "waybill.delivery"
    title: str = "Waybill"
    version: int = 1
    status: str = "S"
    scopes: tuple[str, ...] = SCOPES
    app_url: str = ""
    installer_url: str = ""
    # Only for variants without a page of their own (§1.4 C and D): where ONAPPINSTALL goes.
    event_url: str = ""

    def update(self, spec: Mapping[str, Any]) -> None:
        """Change the card. ``base`` fills the addresses that are not given. Raises ValueError."""
        known = {"base", "app_url", "installer_url", "event_url", "scopes", "version", "status", "title"}
        if strange := sorted(set(spec) - known):
            raise ValueError(f"unknown keys: {', '.join(strange)}")
        if base := str(spec.get("base", "")).rstrip("/"):
            self.app_url, self.installer_url = f"{base}/app", f"{base}/install"
        for name in ("app_url", "installer_url", "event_url", "status", "title"):
            if name in spec:
                setattr(self, name, str(spec[name]))
        if "version" in spec:
            self.version = int(spec["version"])
        if "scopes" in spec:
            self.scopes = tuple(str(scope) for scope in spec["scopes"])

    def as_json(self) -> dict[str, Any]:
        return {
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "code": self.code,
            "title": self.title,
            "version": self.version,
            "status": self.status,
            "scopes": list(self.scopes),
            "app_url": self.app_url,
            "installer_url": self.installer_url,
            "event_url": self.event_url,
        }

    def reset(self) -> None:
        """First day's version and scopes; addresses stay, they belong to who runs the program."""
        self.version, self.status, self.scopes = 1, "S", SCOPES
