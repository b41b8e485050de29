"""A page whose session ran out proves its person anew with a fresh Bitrix24 key; what it is bound to never changes."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, request

from b24app.bitrix24.names import FieldNames
from b24app.bitrix24.transport import PortalClient
from b24app.frames import pages
from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.parts import PageParts, answer_errors
from b24app.frames.session import PageSession, bearer, prove
from b24app.frames.who import Person, read_person
from b24app.store import portals, returns
from b24app.store.engine import read_scope
from b24app.store.models import Portal
from b24app.store.return_process import entity_of
from placements.person import own_client, read_deal
from placements.return_door import APP, DEAL_TAB, ITEM, RETURN, read_item


def blueprint(parts: PageParts) -> Blueprint:
    bp = Blueprint("session", __name__)
    answer_errors(bp)

    @bp.post("/session")
    def renew() -> Response:
        now = parts.clock.now()
        who = parts.signer.read_for_renewal(bearer(request.headers.get("Authorization", "")), now)
        who, person = _proven_again(parts, who, request.form.get("AUTH_ID", ""))
        if person.user_id != who.user_id:
            raise PageError(ErrorCode.SESSION_FORGED, "another person's key")
        if who.admin and not person.admin:
            raise PageError(ErrorCode.ADMIN_ONLY)
        return pages.nothing_new(prove(_as_now(who, person), now), parts.signer)

    return bp


def _as_now(who: PageSession, person: Person) -> PageSession:
    """The session with what the portal says of the person today."""
    return replace(who, admin=person.admin, departments=person.departments)


def _proven_again(parts: PageParts, who: PageSession, access: str) -> tuple[PageSession, Person]:
    """The portal itself says whose key it is, and whether they may still read what the page shows."""
    with read_scope(parts.sessions) as session:
        portal = portals.get(session, who.portal_id)
        kept = returns.get(session, who.portal_id, who.entity_id) if who.placement == RETURN else None
    client = own_client(parts, portal, who, access)
    entity, item = entity_of(portal.settings), kept.item_id if kept is not None else None
    if who.placement == ITEM or (entity and item is not None):
        return who, read_item(client, entity, item or who.entity_id, portal.scopes)[0]
    if who.placement == DEAL_TAB or kept is not None:
        deal_id = kept.case.deal_id if kept is not None else who.entity_id
        return who, read_deal(client, deal_id, FieldNames({}), portal.scopes).person
    if who.placement == APP and who.entity_id:
        return _in_app(client, who, portal)
    return who, read_person(client, portal.scopes)


def _in_app(client: PortalClient, who: PageSession, portal: Portal) -> tuple[PageSession, Person]:
    """The app's page stays open for who may not read any more the deal whose return it shows; that one does not."""
    try:
        return who, read_deal(client, who.entity_id, FieldNames({}), portal.scopes).person
    except PageError as error:
        if error.code not in (ErrorCode.NO_ACCESS, ErrorCode.DEAL_GONE):
            raise
        return replace(who, entity_id=0), read_person(client, portal.scopes)
