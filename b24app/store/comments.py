"""Timeline entries of deals, as outbox rows. Texts are rendered when they are queued, in the portal's language; each
carries a short mark made from its marker, so that one whose outcome is uncertain can be found in the timeline."""

from __future__ import annotations

import hashlib

from b24app.flows.decisions import Text
from b24app.store.outbox import ToPortal
from b24app.words import say

COMMENT = "comment"


def mark_of(marker: str) -> str:
    """What a timeline entry shows at its end: unique in a deal, short, searchable."""
    return "wb-" + hashlib.sha256(marker.encode()).hexdigest()[:8]


def comment(portal_id: int, deal_id: int, text: Text, lang: str, shipment_id: int | None = None) -> ToPortal:
    """One timeline entry, exactly once for `text.marker`."""
    marker = f"c:{portal_id}:{deal_id}:{text.marker}"
    payload = {"text": say(text.key, lang, **text.params), "mark": mark_of(marker)}
    return ToPortal(deal_id, COMMENT, marker[:80], payload, shipment_id)
