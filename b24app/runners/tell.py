"""What is to be told to a portal, as outbox rows: field updates, stage moves, timeline entries and bell notices.

Texts are rendered when they are queued, in the portal's language. Each carries a short mark made from its marker, so
that an entry whose outcome is uncertain can be found in the timeline.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from b24app.flows.decisions import StageTarget, Text
from b24app.logistics.jsonable import dump
from b24app.logistics.problem import Problem
from b24app.store.outbox import ToPortal
from b24app.words import say, say_problem

DEAL_UPDATE = "deal_update"
COMMENT = "comment"
NOTICE = "notice"


def mark_of(marker: str) -> str:
    """What a timeline entry shows at its end: unique in a deal, short, searchable."""
    return "wb-" + hashlib.sha256(marker.encode()).hexdigest()[:8]


def update(
    deal_id: int,
    marker: str,
    fields: Mapping[Any, Any],
    stage: StageTarget | None = None,
    shipment_id: int | None = None,
    people: bool = False,
) -> ToPortal:
    """Fields by role and, perhaps, a stage. Pending updates of a deal fold into one when they leave."""
    payload = {"fields": dump(fields), "stage": dump(stage) if stage else None}
    return ToPortal(deal_id, DEAL_UPDATE, f"upd:{marker}", payload, shipment_id, people)


def comment(portal_id: int, deal_id: int, text: Text, lang: str, shipment_id: int | None = None) -> ToPortal:
    """One timeline entry, exactly once for `text.marker`."""
    marker = f"c:{portal_id}:{deal_id}:{text.marker}"
    payload = {"text": say(text.key, lang, **text.params), "mark": mark_of(marker)}
    return ToPortal(deal_id, COMMENT, marker[:80], payload, shipment_id)


def problem_notice(
    portal_id: int, deal_id: int, user_id: int, problem: Problem, attempt: str, lang: str, title: str
) -> ToPortal:
    """A bell notice about one problem; `attempt` tells one appearance of it from the next. A notice with the same tag
    replaces the former one, so sending it again is harmless."""
    tag = f"WAYBILL|{deal_id}|{hashlib.sha256(f'{problem.key}:{attempt}'.encode()).hexdigest()[:10]}"
    words = say("notice.problem", lang, deal=title or f"№ {deal_id}", problem=say_problem(problem, lang))
    payload = {"user_id": user_id, "tag": tag, "text": f"{words} [URL=/crm/deal/details/{deal_id}/]№ {deal_id}[/URL]"}
    return ToPortal(deal_id, NOTICE, f"n:{portal_id}:{tag}"[:80], payload)
