"""A choice in the tab, told to the portal."""

from __future__ import annotations

from sqlalchemy.orm import Session

from b24app.flows.rates import Choice
from b24app.frames import parts as page_parts
from b24app.frames.parts import PageParts
from b24app.frames.session import PageSession
from b24app.store import choice_told, portals
from b24app.store.lanes import LaneRef
from b24app.words import language_of


def tell(session: Session, parts: PageParts, who: PageSession, choice: Choice | None) -> list[LaneRef]:
    """What was chosen, None = nothing any more. Wake the lanes after the commit."""
    portal = portals.get(session, who.portal_id)
    quoted = choice.quote.price if choice and choice.quote else None
    service = service_words(session, parts, portal.id, choice, portal.language) if choice else ""
    now, trace = parts.clock.now(), page_parts.trace()
    return choice_told.tell(session, portal, who.entity_id, quoted, service, now, trace)


def service_words(session: Session, parts: PageParts, portal_id: int, choice: Choice, language: str) -> str:
    """As `Manifest.service_words`; the bare code when its account or its system is gone."""
    plugin = parts.plugin_of(portals.connection(session, portal_id, choice.connection_id))
    return plugin.manifest.service_words(choice.service, language_of(language)) if plugin else choice.service
