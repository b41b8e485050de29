"""Timeline entries of deals and of returns' items, as outbox rows. Texts are rendered when they are queued, in the
portal's language; each carries a short mark made from its marker, so that one whose outcome is uncertain can be found
in the timeline."""

from __future__ import annotations

import hashlib
import re
from typing import NamedTuple

from b24app.flows.decisions import Text
from b24app.store.models import OutboxRow
from b24app.store.outbox import ToPortal
from b24app.words import say

COMMENT = "comment"
#: `[URL=…]`, `[/b]`, `[*]`: brackets around anything else are brackets.
_TAG = re.compile(r"\[(/?[A-Za-z*][^\[\]]*)\]")
#: How a deal's timeline is named (bitrix24-crm.md §5.1).
DEAL_TIMELINE = "deal"


class Owner(NamedTuple):
    """In whose timeline an entry stands: `type` as the portal names it."""

    type: str
    id: int


def mark_of(marker: str) -> str:
    """What a timeline entry shows at its end: unique in a deal, short, searchable."""
    return "wb-" + hashlib.sha256(marker.encode()).hexdigest()[:8]


def plainly(text: str) -> str:
    """Without mark-up of the portal's: names, notes and titles of deals come from strangers (a form of the site, a
    client's page, the label on a box), and a link in our name would be pressed. We write none of it into such texts."""
    return _TAG.sub(r"(\1)", text)


def comment(portal_id: int, deal_id: int, text: Text, lang: str, shipment_id: int | None = None) -> ToPortal:
    """One timeline entry, exactly once for `text.marker`."""
    marker = f"c:{portal_id}:{deal_id}:{text.marker}"
    payload = {"text": plainly(say(text.key, lang, **text.params)), "mark": mark_of(marker)}
    return ToPortal(deal_id, COMMENT, marker[:80], payload, shipment_id)


def item_comment(portal_id: int, item: Owner, deal_id: int, text: Text, lang: str) -> ToPortal:
    """As `comment`, in the timeline of an item of a smart process. `deal_id` 0 = it has none."""
    marker = f"c:{portal_id}:{item.type}:{item.id}:{text.marker}"
    said = plainly(say(text.key, lang, **text.params))
    payload = {"text": said, "mark": mark_of(marker), "owner": list(item)}
    return ToPortal(deal_id, COMMENT, marker[:80], payload)


def owner_of(row: OutboxRow) -> Owner:
    """In whose timeline an entry of ours goes."""
    owner = row.payload.get("owner")
    return Owner(str(owner[0]), int(owner[1])) if owner else Owner(DEAL_TIMELINE, row.deal_id)
