"""Links in messages to clients: each names one shipment, is signed, and is good until 90 days after its delivery.

Shapes: `<shipment id><signature>`, letters and digits only, the signature the last ten of them; a link that an older
release wrote is `<shipment id>.<signature>` and stays good. No date is in it: how long it is good depends on the
parcel, and a message that is sent before the delivery cannot know that. Signed for one portal: another portal's page
does not take it.

An SMS in Russian holds 70 letters, so the signature is cut (RFC 2104 section 5 allows it) to ten letters, 59 bits: who
tried a thousand links a second for ten years would find one by less than a chance in a million, and the door counts
tries. There is no sign in it at which a phone that looks for addresses in a message would end one.
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
_SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#: Letters of a signature, and the longest number before it (of 64 bits).
_SIGNED, _LONGEST_ID = 10, 11


class PublicLinks:
    """Writes and reads links. `secrets` are those of `SessionSigner`, newest first."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._secrets = list(reversed(secrets))

    def write(self, portal_id: int, shipment_id: int) -> str:
        return _letters(shipment_id) + self._signature(self._secrets[-1], portal_id, shipment_id)

    def read(self, portal_id: int, link: str) -> int | None:
        """The shipment of a link; None for one that is not ours, or another portal's."""
        if len(link) > _LONGEST:
            return None
        return self._read_older(portal_id, link) if "." in link else self._read(portal_id, link)

    def _read(self, portal_id: int, link: str) -> int | None:
        named, signature = link[:-_SIGNED], link[-_SIGNED:]
        shipment_id = _number(named)
        if shipment_id is None or _letters(shipment_id) != named:
            return None
        wanted = (self._signature(secret, portal_id, shipment_id) for secret in self._secrets)
        good = [hmac.compare_digest(each.encode(), signature.encode()) for each in wanted]
        return shipment_id if any(good) else None

    def _signature(self, secret: str, portal_id: int, shipment_id: int) -> str:
        said = f"waybill.link.2.{portal_id}.{shipment_id}".encode()
        found = int.from_bytes(hmac.new(secret.encode(), said, hashlib.sha256).digest())
        return _letters(found % len(_SIGNS) ** _SIGNED).rjust(_SIGNED, _SIGNS[0])

    def _read_older(self, portal_id: int, link: str) -> int | None:
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


def tracking_address(public_url: str, public_id: str, link: str) -> str:
    """Where a client sees how the parcel of a link travels."""
    return "/".join((public_url.rstrip("/"), "t", public_id, link))


def logo_address(public_url: str, public_id: str, mark: str) -> str:
    """The shop's picture; "" for a shop that has none, or no pages."""
    return f"{public_url.rstrip('/')}/r/{public_id}/logo.png?v={mark}" if public_id and mark else ""


def stop_address(public_url: str, public_id: str, link: str) -> str:
    """Where a client says that they want no messages."""
    return f"{tracking_address(public_url, public_id, link)}/stop"


def is_good(status: Status, status_at: datetime, now: datetime) -> bool:
    """Whether a link to a shipment that stands so is good any more."""
    return not status.is_final or now < status_at + LIFE


def _letters(number: int) -> str:
    found = ""
    while number or not found:
        number, at = divmod(number, len(_SIGNS))
        found = _SIGNS[at] + found
    return found


def _number(letters: str) -> int | None:
    if not 0 < len(letters) <= _LONGEST_ID or any(each not in _SIGNS for each in letters):
        return None
    found = 0
    for each in letters:
        found = found * len(_SIGNS) + _SIGNS.index(each)
    return found if found < 2**63 else None
