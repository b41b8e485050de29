"""Bell notices, as outbox rows. Texts are rendered when they are queued, in the portal's language."""

from __future__ import annotations

import hashlib

from b24app.logistics.problem import Problem
from b24app.store.comments import plainly
from b24app.store.outbox import ToPortal
from b24app.words import say, say_problem

NOTICE = "notice"


def problem_notice(
    portal_id: int, deal_id: int, user_id: int, problem: Problem, attempt: str, lang: str, title: str
) -> ToPortal:
    """A bell notice about one problem; `attempt` tells one appearance of it from the next. A notice with the same tag
    replaces the former one, so sending it again is harmless."""
    words = say("notice.problem", lang, deal=title or f"№ {deal_id}", problem=say_problem(problem, lang))
    return notice(portal_id, deal_id, user_id, f"{problem.key}:{attempt}", words)


def notice(
    portal_id: int, deal_id: int, user_id: int, what: str, words: str, shipment_id: int | None = None
) -> ToPortal:
    """A bell notice about a deal, with a link to it; the same `what` of a deal is told once, ever."""
    tag = f"WAYBILL|{deal_id}|{hashlib.sha256(what.encode()).hexdigest()[:10]}"
    text = f"{plainly(words)} [URL=/crm/deal/details/{deal_id}/]№ {deal_id}[/URL]"
    payload = {"user_id": user_id, "tag": tag, "text": text}
    return ToPortal(deal_id, NOTICE, f"n:{portal_id}:{tag}"[:80], payload, shipment_id)


def item_notice(
    portal_id: int, entity: int, item_id: int, deal_id: int, user_id: int, what: str, words: str
) -> ToPortal:
    """A bell notice about an item of a smart process, with a link to it; the same `what` of it is told once, ever."""
    tag = f"WAYBILL|{entity}-{item_id}|{hashlib.sha256(what.encode()).hexdigest()[:10]}"
    text = f"{plainly(words)} [URL=/crm/type/{entity}/details/{item_id}/]№ {item_id}[/URL]"
    return ToPortal(deal_id, NOTICE, f"n:{portal_id}:{tag}"[:80], {"user_id": user_id, "tag": tag, "text": text})
