"""What people chose for single deals, as the flows see it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from b24app.flows.choose import Picked
from b24app.store import decisions, origins


def picked(session: Session, portal_id: int, deal_ids: Sequence[int]) -> dict[int, Picked]:
    """By deal id; deals that rules decide about are missing. An account that was removed is told as 0."""
    found = decisions.picks(session, portal_id, deal_ids)
    places = origins.senders(session, portal_id) if found else None
    return {
        deal_id: Picked(
            connection_id=choice.connection_id if there else 0,
            service=choice.service,
            kind=choice.kind,
            sender=places.of(choice.connection_id) if places else None,
        )
        for deal_id, (choice, there) in found.items()
    }
