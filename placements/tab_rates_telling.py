"""Where a choice goes in the portal: the fields that the administrator mapped for the price and the service, the
delivery's product row, and its invoice. In the portal's language, for colleagues and clients read it there."""

from __future__ import annotations

from sqlalchemy.orm import Session

from b24app.flows.rates import Choice
from b24app.frames import parts as page_parts
from b24app.frames.parts import PageParts
from b24app.frames.session import PageSession
from b24app.store import delivery_invoices, delivery_rows, portals, rates
from b24app.store.lanes import LaneRef
from b24app.words import language_of, say


def tell(session: Session, parts: PageParts, who: PageSession, choice: Choice | None) -> list[LaneRef]:
    """What was chosen, None = nothing any more. Wake the lanes after the commit."""
    portal, now, trace = portals.get(session, who.portal_id), parts.clock.now(), page_parts.trace()
    price = choice.quote.price if choice and choice.quote else None
    service = service_words(session, parts, portal.id, choice, portal.language) if choice else ""
    lanes = [rates.tell_choice(session, portal.id, who.entity_id, price, service, now, trace)]
    wanted = delivery_rows.Wanted.of(portal.settings)
    name = say("row.delivery", portal.language, what=service)
    more: list[LaneRef | None] = []
    if wanted.on or price is None:
        more.append(delivery_rows.tell(session, portal.id, who.entity_id, wanted, name, price, now, trace))
    if delivery_invoices.is_on(portal.settings) or price is None:
        title = say("invoice.title", portal.language, what=service)
        wish = delivery_invoices.Wish(title, name, price, wanted.product)
        more.append(delivery_invoices.tell(session, portal.id, who.entity_id, wish, now, trace))
    return [*lanes, *(lane for lane in more if lane is not None)]


def service_words(session: Session, parts: PageParts, portal_id: int, choice: Choice, language: str) -> str:
    """As `Manifest.service_words`; the bare code when its account or its system is gone."""
    plugin = parts.plugin_of(portals.connection(session, portal_id, choice.connection_id))
    return plugin.manifest.service_words(choice.service, language_of(language)) if plugin else choice.service
