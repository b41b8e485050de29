"""How the emulated SAP behaves today: every field can be set by ``POST /sap_ewm/settings``."""

from __future__ import annotations

from dataclasses import dataclass, field

from sandbox.kernel.carrier import Switches


@dataclass
class SapSwitches(Switches):
    """Seconds are of the sandbox's clock."""

    # §3.2: a newer release (Address2, handling units), or the cloud's of 2020.
    newer: bool = True
    # §3.2: what `sap:filterable` says of headers and items, and whether they can be filtered all the same.
    filterable: bool = True
    filters: bool = True
    # §2: how many fraction digits a decimal has is not guaranteed.
    trailing_zeros: bool = False
    # Services nobody registered (§2): 403 /IWFND/MED/170 (V2), 404 (V4), by name.
    unregistered: list[str] = field(default_factory=list)
    # §6: the warehouse is EWM's: picking and goods movements are posted there, LE shows its picking only at the end.
    ewm: bool = True
    le_follows: bool = False
    # §6.2: `order`, or `warehouse_order`: one public client has a composite key.
    odo_key: str = "order"
    # §3.3: what a goods movement that cannot be answers: `messages` (200 with an E inside) or `http` (400).
    function_errors: str = "messages"
    # The partner function of the ship-to (§3.4): WE inside, SH where it is shown in English.
    ship_to: str = "WE"
    # A locked document: 409 or 400 (§9.9).
    locked_status: int = 409
    # How long a session with its CSRF token, and an access token live.
    session_seconds: float = 1800.0
    token_seconds: int = 3600
    # A `sap-message` warning beside a creation (§2).
    warnings: bool = False
    # Rows a page of a list; beyond them `__next` (V2) or `@odata.nextLink` (V4).
    page_rows: int = 500
    # §6.3: the attachment service, which is not confirmed.
    attachments: bool = False
    # §5: whether our mark is taken by a returns delivery: `patch`, `create` (as in the inbound service) or `none`.
    returns_mark: str = "patch"
    # The SOAP service for sites without OData.
    soap: bool = True
