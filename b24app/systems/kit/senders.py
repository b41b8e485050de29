"""Who sends: what the portal says of it, filled up by the account's settings."""

from __future__ import annotations

from b24app.logistics.addresses import read_address
from b24app.logistics.model import Sender
from b24app.systems.plugin import OpenContext


def joined(given: Sender | None, own: Sender) -> Sender:
    """What the portal says of the sender wins, the account fills the gaps. Its drop-off office always counts: the
    portal's places have none."""
    if given is None:
        return own
    return Sender(
        name=given.name or own.name,
        phone=given.phone or own.phone,
        company=given.company or own.company,
        point_code=given.point_code or own.point_code,
        address=given.address or own.address,
    )


def own_sender(context: OpenContext, point: str = "shipment_point") -> Sender:
    """As the settings `sender_address`, `sender_company`, `sender_name`, `sender_phone` and the office in `point` have
    it."""
    address = context.setting("sender_address")
    return Sender(
        name=context.setting("sender_name"),
        phone=context.setting("sender_phone") or None,
        company=context.setting("sender_company") or None,
        point_code=context.setting(point) or None,
        address=read_address(address) if address else None,
    )
