"""A page whose session ran out proves its person anew with a fresh Bitrix24 key; what it is bound to never changes."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, request

from b24app.bitrix24.names import FieldNames
from b24app.frames import pages
from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.parts import PageParts, answer_errors
from b24app.frames.session import PageSession, bearer, prove
from b24app.frames.who import Person, read_person
from b24app.store import portals
from b24app.store.engine import read_scope
from placements.deal_tab import PLACEMENT as DEAL_TAB
from placements.person import own_client, read_deal


def blueprint(parts: PageParts) -> Blueprint:
    bp = Blueprint("session", __name__)
    answer_errors(bp)

    @bp.post("/session")
    def renew() -> Response:
        now = parts.clock.now()
        who = parts.signer.read_for_renewal(bearer(request.headers.get("Authorization", "")), now)
        person = _proven_again(parts, who, request.form.get("AUTH_ID", ""))
        if person.user_id != who.user_id:
            raise PageError(ErrorCode.SESSION_FORGED, "another person's key")
        if who.admin and not person.admin:
            raise PageError(ErrorCode.ADMIN_ONLY)
        return pages.nothing_new(prove(_as_now(who, person), now), parts.signer)

    return bp


def _as_now(who: PageSession, person: Person) -> PageSession:
    """The session with what the portal says of the person today."""
    return replace(who, admin=person.admin, departments=person.departments)


def _proven_again(parts: PageParts, who: PageSession, access: str) -> Person:
    """The portal itself says whose key it is, and whether they may still read what the page shows."""
    with read_scope(parts.sessions) as session:
        portal = portals.get(session, who.portal_id)
    client = own_client(parts, portal, who, access)
    if who.placement == DEAL_TAB:
        return read_deal(client, who.entity_id, FieldNames({}), portal.scopes).person
    return read_person(client, portal.scopes)
