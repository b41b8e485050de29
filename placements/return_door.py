"""Who may look at a return: a person whose own key read its item, or its deal, a while ago (`frames.session`).

Three pages carry it: the tab of its item in the portal, the deal's tab, and the app's page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request

from b24app.bitrix24.encoding import Command, as_map
from b24app.bitrix24.envelope import BatchAnswer
from b24app.bitrix24.errors import Kind, RestError
from b24app.bitrix24.names import FieldNames
from b24app.bitrix24.transport import PortalClient
from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.parts import PageParts, session_of
from b24app.frames.rights import Right
from b24app.frames.session import PageSession
from b24app.frames.who import Person, ask_portal, person, who_commands
from b24app.store import portals, returns
from b24app.store.engine import read_scope
from b24app.store.models import Portal
from b24app.store.returns import Kept
from placements.person import own_client, read_deal

#: Sessions of the item's tab: of a return (entity = ours), and of an item that is none yet (entity = the portal's).
RETURN, ITEM = "RETURN", "RETURN_ITEM"
DEAL_TAB, APP = "CRM_DEAL_DETAIL_TAB", "DEFAULT"


def let_in(parts: PageParts, return_id: int, right: Right | None = None) -> tuple[PageSession, Kept]:
    """The session of this request, whose person may read the return and has the right: they have proven it, or a fresh
    key in the request proves it now (the app's page). Raises PageError."""
    who = session_of(parts, RETURN, right, also=(DEAL_TAB, APP))
    with read_scope(parts.sessions) as session:
        kept = returns.get(session, who.portal_id, return_id)
    if kept is None:
        raise PageError(ErrorCode.OUT_OF_DATE, f"no return {return_id}")
    if who.placement == APP and not covers(who, kept) and request.form.get("AUTH_ID"):
        read_deal(own_key(parts, who)[1], kept.case.deal_id, FieldNames({}))
    elif not covers(who, kept):
        raise PageError(ErrorCode.NO_RETURN, f"a session of {who.placement} {who.entity_id}")
    return who, kept


def covers(who: PageSession, kept: Kept) -> bool:
    """Whether what the person has proven is enough for this return: its item, its deal; administrators read all
    deals."""
    if who.placement == RETURN:
        return who.entity_id == kept.id
    return who.entity_id == kept.case.deal_id or (who.placement == APP and who.admin)


def read_item(client: PortalClient, entity: int, item_id: int, granted: Any = None) -> tuple[Person, Mapping[str, Any]]:
    """The item with the person's own key: the proof that they may see it. Raises PageError (NO_RETURN, RETURN_GONE,
    PORTAL_SILENT, SESSION_EXPIRED)."""
    command = Command("item", "crm.item.get", {"entityTypeId": entity, "id": item_id})
    answer = ask_portal(client, [*who_commands(granted), command])
    return person(answer), as_map(as_map(_item(answer)).get("item"))


def _item(answer: BatchAnswer) -> Any:
    try:
        return answer.get("item")
    except RestError as error:
        if error.kind is Kind.NOT_FOUND:
            raise PageError(ErrorCode.RETURN_GONE, str(error)) from error
        code = ErrorCode.NO_RETURN if error.access_denied else ErrorCode.PORTAL_SILENT
        raise PageError(code, str(error)) from error


def own_key(parts: PageParts, who: PageSession) -> tuple[Portal, PortalClient]:
    """The portal under the fresh key that this request brings, of the session's person. Raises PageError."""
    with read_scope(parts.sessions) as session:
        portal = portals.get(session, who.portal_id)
    return portal, own_client(parts, portal, who, request.form.get("AUTH_ID", ""))
