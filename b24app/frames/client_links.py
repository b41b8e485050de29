"""Addresses of a portal's pages for clients, as messages to them carry them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from b24app.frames.public_links import PublicLinks, client_address, stop_address, tracking_address


@dataclass(frozen=True)
class ClientLinks:
    """Of one portal. `public_id` "" = it has no pages: then every address is empty. `secrets`: newest first."""

    public_url: str
    public_id: str
    portal_id: int
    secrets: Sequence[str]

    def track(self, shipment_id: int) -> str:
        """Where the parcel is."""
        return tracking_address(self.public_url, self.public_id, self._link(shipment_id)) if self.public_id else ""

    def stop(self, shipment_id: int) -> str:
        """Where its client asks not to be written to any more."""
        return stop_address(self.public_url, self.public_id, self._link(shipment_id)) if self.public_id else ""

    def back(self, shipment_id: int) -> str:
        """Where its client gives goods back, and sees how that goes."""
        return client_address(self.public_url, self.public_id, self._link(shipment_id)) if self.public_id else ""

    def _link(self, shipment_id: int) -> str:
        return PublicLinks(self.secrets).write(self.portal_id, shipment_id)
