"""Changing an order from the tab: what may be changed, the form that does, and "cancel and make it anew".

A change is an intent in the carrier's lane, saved with the person's act; what the carrier says comes back to the tab
as everything else does, a late refusal too.
"""

from __future__ import annotations

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from b24app.frames import pages
from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.parts import PageParts, answer_errors, session_of, trace
from b24app.frames.rights import Right, demand
from b24app.frames.session import PageSession
from b24app.logistics.changes import ChangeRule, Part, Way, parts_changed, rules_at
from b24app.logistics.model import ShipmentRequest
from b24app.logistics.status import Status
from b24app.store import audit, intents, portals, shipments
from b24app.store.audit import Act
from b24app.store.engine import session_scope
from b24app.store.models import Shipment
from placements.tab_changes_view import EDITED, ChangeForm, open_form, read_form

PLACEMENT = "CRM_DEAL_DETAIL_TAB"
FORM = "tab/change_form.html"
CHANGE, CANCEL, STOP = "change", "cancel", "stop"


def blueprint(parts: PageParts) -> Blueprint:
    bp = Blueprint("tab_changes", __name__)
    answer_errors(bp)
    desk = Changes(parts)
    bp.post("/tab/changes/<int:shipment_id>")(desk.save)
    bp.post("/tab/changes/<int:shipment_id>/anew")(desk.anew)
    bp.post("/tab/changes/<int:shipment_id>/stop")(desk.stop)
    return bp


class Changes:
    """The handlers."""

    def __init__(self, parts: PageParts) -> None:
        self._parts = parts

    def save(self, shipment_id: int) -> Response:
        """What was typed, as one change. The form comes back with what is wrong in it, or says that it is sent."""
        parts, who = self._parts, session_of(self._parts, PLACEMENT, Right.SHIP)
        now = parts.clock.now()
        lane = None
        with session_scope(parts.sessions) as session:
            shipment = _own(session, who, shipment_id)
            before = ShipmentRequest.from_json(shipment.request)
            after, form = read_form(self._form(session, shipment, before), before, request.form)
            sent = not (form.errors or form.newer or form.nothing)
            if sent:
                changed = [part.value for part in parts_changed(before, after)]
                payload = {"before": before.to_json(), "after": after.to_json(), "ref": ""}
                lane = intents.add(session, shipment, CHANGE, payload, now=now, trace_id=trace(), people=True)
                detail = {"parts": changed, "key": request.form.get("key", "")}
                audit.write(
                    session, who.portal_id, Act.CHANGE, now, by=who.author, deal_id=who.entity_id, detail=detail
                )
        if lane is not None:
            parts.waker.wake(lane)
        viewer = pages.viewer_of(who, now)
        return pages.fragment(FORM, viewer, who, parts.signer, form=form, sent=sent)

    def anew(self, shipment_id: int) -> Response:
        """Cancel the order; once the carrier has confirmed, the deal is read and shipped again."""
        parts, who = self._parts, session_of(self._parts, PLACEMENT, Right.CANCEL)
        now = parts.clock.now()
        with session_scope(parts.sessions) as session:
            demand(Right.SHIP, portals.get(session, who.portal_id).settings, who)
            shipment = _own(session, who, shipment_id)
            if Status(shipment.status) is not Status.CREATED or intents.open_kinds(session, who.portal_id, shipment.id):
                raise PageError(ErrorCode.OUT_OF_DATE, "it moved, or something is being done with it")
            payload = {"then": {"user_id": who.user_id, "name": who.name}}
            lane = intents.add(session, shipment, CANCEL, payload, now=now, trace_id=trace(), people=True)
            audit.write(session, who.portal_id, Act.ANEW, now, by=who.author, deal_id=who.entity_id)
        parts.waker.wake(lane)
        return pages.nothing_new(who, parts.signer)

    def stop(self, shipment_id: int) -> Response:
        """Call the parcel back: the carrier turns it round and charges for it. Pressing twice is one request."""
        parts, who = self._parts, session_of(self._parts, PLACEMENT, Right.CANCEL)
        now = parts.clock.now()
        with session_scope(parts.sessions) as session:
            shipment = _own(session, who, shipment_id)
            stops = any(rule.part is Part.STOP and rule.way is Way.HERE for rule in self._rules(session, shipment))
            busy = intents.open_kinds(session, who.portal_id, shipment.id)
            if not stops or not Status(shipment.status).has_moved or not shipment.remote_id or busy:
                raise PageError(ErrorCode.OUT_OF_DATE, "it cannot be called back, or something is being done with it")
            lane = intents.add(session, shipment, STOP, {"ref": ""}, now=now, trace_id=trace(), people=True)
            audit.write(session, who.portal_id, Act.STOP, now, by=who.author, deal_id=who.entity_id)
        parts.waker.wake(lane)
        return pages.nothing_new(who, parts.signer)

    def _rules(self, session: Session, shipment: Shipment) -> tuple[ChangeRule, ...]:
        plugin = self._parts.plugin_of(portals.connection(session, shipment.portal_id, shipment.connection_id))
        service = str((shipment.request or {}).get("service_code") or "")
        return rules_at(plugin.manifest.changes if plugin else (), Status(shipment.status), service)

    def _form(self, session: Session, shipment: Shipment, before: ShipmentRequest) -> ChangeForm:
        """Raises PageError(OUT_OF_DATE) when nothing of the order may be changed any more, or not just now."""
        rules = self._rules(session, shipment)
        here = tuple(rule.part.value for rule in rules if rule.way is Way.HERE and rule.part in EDITED)
        if not here or not shipment.remote_id or intents.open_kinds(session, shipment.portal_id, shipment.id):
            raise PageError(ErrorCode.OUT_OF_DATE, "nothing to change any more, or a call is under way")
        return open_form(shipment.id, before, here)


def _own(session: Session, who: PageSession, shipment_id: int) -> Shipment:
    """A shipment of the session's own deal. Raises PageError(OUT_OF_DATE)."""
    found = shipments.by_ids(session, who.portal_id, [shipment_id]).get(shipment_id)
    if found is None or found.deal_id != who.entity_id or not found.request:
        raise PageError(ErrorCode.OUT_OF_DATE, f"no shipment {shipment_id} of this deal")
    return found
