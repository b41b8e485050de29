"""A portal's rules of messages, changed while nobody else changes them: two administrators lose nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from b24app.flows.messages.rules import KEY, MessageRules
from b24app.store import portal_settings


def change(
    session: Session,
    portal_id: int,
    edit: Callable[[MessageRules], MessageRules],
    more: Callable[[dict[str, Any]], Mapping[str, Any]] | None = None,
) -> tuple[MessageRules, MessageRules]:
    """`(before, after)`. `more`: further settings that go with it, of those that are there. Raises NoResultFound. The
    transaction must not have read the portal before."""
    seen: list[MessageRules] = []

    def write(settings: dict[str, Any]) -> None:
        before = MessageRules.of(settings)
        after = edit(before)
        seen.extend((before, after))
        settings.update({KEY: after.to_json(), **(more(settings) if more else {})})

    portal_settings.change(session, portal_id, write)
    return seen[0], seen[1]
