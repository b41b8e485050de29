"""The person's own reading of a deal: proves that they may see it, and gives what an unshipped deal's preview shows.

One batch under the person's key (contracts/bitrix24-crm.md §1.2, §12, §13.4). What the frame claims is believed only
after this.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from b24app.bitrix24 import deals, goods, people
from b24app.bitrix24.encoding import Command, as_map, reference
from b24app.bitrix24.envelope import BatchAnswer
from b24app.bitrix24.errors import Kind, RestError
from b24app.bitrix24.names import FieldNames
from b24app.bitrix24.transport import PortalClient
from b24app.flows.snapshot import DealSnapshot
from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.parts import PageParts
from b24app.frames.session import PageSession
from b24app.frames.who import Person, ask_portal, person, who_commands
from b24app.store.models import Portal


@dataclass(frozen=True, slots=True)
class Reading:
    person: Person
    deal: DealSnapshot


def read_deal(client: PortalClient, deal_id: int, names: FieldNames, granted: Collection[str] | None = None) -> Reading:
    """`names`: which of the portal's fields play which role; `granted`: its scopes.

    Raises PageError (NO_ACCESS, DEAL_GONE, PORTAL_SILENT, SESSION_EXPIRED)."""
    answer = ask_portal(client, [*who_commands(granted), *_commands(deal_id)])
    item = as_map(as_map(_deal(answer)).get("item"))
    return Reading(person(answer), snapshot(item, answer, names))


def own_client(parts: PageParts, portal: Portal, who: PageSession, access: str) -> PortalClient:
    """The portal's REST API under a fresh key of the session's person. Raises PageError when it is somebody else's."""
    info = parts.gate.whose(access, portal.oauth_endpoint)
    if info.member_id != portal.member_id or info.user_id != who.user_id:
        raise PageError(ErrorCode.SESSION_FORGED, "another portal's or person's key")
    return parts.person(portal, access, who.user_id)


def _commands(deal_id: int) -> list[Command]:
    return [
        deals.get_deal("deal", deal_id),
        people.list_contacts("contacts", reference("deal", "item", "contactIds")),
        goods.list_rows("rows", deal_id),
    ]


def _deal(answer: BatchAnswer) -> Any:
    try:
        return answer.get("deal")
    except RestError as error:
        if error.kind is Kind.NOT_FOUND:
            raise PageError(ErrorCode.DEAL_GONE, str(error)) from error
        code = ErrorCode.NO_ACCESS if error.access_denied else ErrorCode.PORTAL_SILENT
        raise PageError(code, str(error)) from error


def snapshot(item: Mapping[str, Any], answer: BatchAnswer, names: FieldNames) -> DealSnapshot:
    """The deal as far as one batch of the person's shows it: no sizes, company or payments.

    A deal without contacts makes the look-up list any contacts, so only those that the deal names are kept.
    """
    deal = deals.parse_deal(item, names)
    found = {
        contact.id: contact for contact in map(people.parse_contact, deals.items_of(answer.results.get("contacts")))
    }
    contacts = tuple(found[contact_id] for contact_id in deals.contact_ids(item) if contact_id in found)
    return replace(deal, contacts=contacts, rows=goods.parse_rows(answer.results.get("rows"), deal.currency))
