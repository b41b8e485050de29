"""Links in messages to clients: each names one shipment, is signed, and is good until 90 days after its delivery.

Shapes: `<shipment id>.<signature>`. No date is in it: how long it is good depends on the parcel, and a message that is
sent before the delivery cannot know that. Signed for one portal: another portal's page does not take it.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta

from itsdangerous import BadSignature, Signer

from b24app.logistics.status import Status

#: After the parcel's last news: longer than any window of returns that we know of, shorter than for ever.
LIFE = timedelta(days=90)
_LONGEST = 80


class PublicLinks:
    """Writes and reads links. `secrets` are those of `SessionSigner`, newest first."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._secrets = list(reversed(secrets))

    def write(self, portal_id: int, shipment_id: int) -> str:
        return self._signer(portal_id).sign(str(shipment_id)).decode()

    def read(self, portal_id: int, link: str) -> int | None:
        """The shipment of a link; None for one that is not ours, or another portal's."""
        if len(link) > _LONGEST:
            return None
        try:
            return int(self._signer(portal_id).unsign(link).decode())
        except (BadSignature, ValueError):
            return None

    def digest(self, text: str) -> str:
        """A text as it may be kept and counted: nobody who reads it knows the text."""
        return hmac.new(self._secrets[-1].encode(), text.encode(), hashlib.sha256).hexdigest()

    def _signer(self, portal_id: int) -> Signer:
        return Signer(self._secrets, salt=f"waybill.link.1.{portal_id}", digest_method=hashlib.sha256)


def client_address(public_url: str, public_id: str, link: str = "") -> str:
    """Where a portal's clients ask for a return; with a link, of that shipment's goods."""
    return "/".join((public_url.rstrip("/"), "r", public_id, *([link] if link else [])))


def is_good(status: Status, status_at: datetime, now: datetime) -> bool:
    """Whether a link to a shipment that stands so is good any more."""
    return not status.is_final or now < status_at + LIFE
