"""Getting parcels to the carrier from the tab: a courier is called or called off, created orders are handed over.

Each is an intent in the carrier's lane, saved with the person's act; a lost answer is looked up there and never asked
for twice. What the carrier says comes back to the tab as everything else does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from b24app.frames import pages
from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.formats import Formats
from b24app.frames.parts import PageParts, answer_errors, session_of, trace
from b24app.frames.rights import Right
from b24app.frames.session import PageSession
from b24app.logistics.aftercare import CourierRequest
from b24app.store import audit, intents, shipments
from b24app.store.audit import Act
from b24app.store.engine import session_scope
from b24app.store.faces.deal import tab_facts
from b24app.store.faces.deal_facts import ShipmentFacts
from b24app.store.lanes import LaneRef
from b24app.store.models import Connection, Shipment
from placements.asking import is_key, pressed
from placements.tab_collect_view import (
    COURIER,
    COURIER_OFF,
    HANDOVER,
    Ways,
    collect_view,
    live_call,
    open_call,
    read_call,
    together,
    ways_of,
)

PLACEMENT = "CRM_DEAL_DETAIL_TAB"
FORM = "tab/collect_form.html"


def blueprint(parts: PageParts) -> Blueprint:
    bp = Blueprint("tab_collect", __name__)
    answer_errors(bp)
    desk = Collect(parts)
    bp.post("/tab/collect/<int:shipment_id>/courier")(desk.courier)
    bp.post("/tab/collect/<int:shipment_id>/courier/off")(desk.courier_off)
    bp.post("/tab/collect/<int:shipment_id>/hand-over")(desk.hand_over)
    return bp


def ways_at(parts: PageParts, account: Connection | None) -> Ways:
    """What an account offers; nothing for one that is gone, or of a system that we do not have any more."""
    plugin = parts.plugin_of(account)
    return ways_of(plugin.manifest, account.settings or {}) if account and plugin else Ways()


class Collect:
    """The handlers."""

    def __init__(self, parts: PageParts) -> None:
        self._parts = parts

    def courier(self, shipment_id: int) -> Response:
        """Call a courier for what leaves together. The form comes back with what is wrong in it, or says that it is
        sent."""
        parts, who = self._parts, session_of(self._parts, PLACEMENT, Right.SHIP)
        now = parts.clock.now()
        viewer = pages.viewer_of(who, now)
        lane: LaneRef | None = None
        with session_scope(parts.sessions) as session:
            scene = self._scene(session, who, shipment_id, viewer.formats)
            day, begin, end, comment, form = read_call(
                open_call(shipment_id, scene.ways, viewer.formats), request.form, viewer.formats
            )
            sent, press = not form.errors, self._press()
            if sent and not pressed(session, who.portal_id, who.entity_id, press, now):
                scene.demand(scene.view is not None and scene.view.form is not None)
                rows = scene.rows(session)
                wanted = CourierRequest(
                    number=f"{rows[0].number}-c{scene.calls + 1}",
                    day=day,
                    begin=begin,
                    end=end,
                    remote_ids=tuple(str(row.remote_id) for row in rows),
                    sender=scene.leaving[0].request.sender if scene.leaving[0].request else None,
                    weight_g=sum(each.request.weight_g for each in scene.leaving if each.request),
                    parcels=sum(len(each.request.parcels) for each in scene.leaving if each.request),
                    comment=comment,
                )
                payload = {"request": wanted.to_json(), "shipments": [row.id for row in rows], "told": {}}
                lane = self._add(session, who, rows[0], COURIER, payload, Act.COURIER, press)
        if lane is not None:
            parts.waker.wake(lane)
        return pages.fragment(FORM, viewer, who, parts.signer, form=form, sent=sent, key=request.form["key"])

    def courier_off(self, shipment_id: int) -> Response:
        """Call the courier off who was called."""
        parts, who = self._parts, session_of(self._parts, PLACEMENT, Right.CANCEL)
        press = self._press()
        with session_scope(parts.sessions) as session:
            scene = self._scene(session, who, shipment_id, pages.viewer_of(who, parts.clock.now()).formats)
            if pressed(session, who.portal_id, who.entity_id, press, parts.clock.now()):
                return pages.nothing_new(who, parts.signer)
            live = live_call(scene.shipments, scene.shown)
            scene.demand(live is not None and not (scene.view and scene.view.busy))
            [row] = scene.rows(session, [shipment_id])
            payload = dict(live.details) if live is not None else {}
            lane = self._add(session, who, row, COURIER_OFF, payload, Act.COURIER_OFF, press)
        parts.waker.wake(lane)
        return pages.nothing_new(who, parts.signer)

    def hand_over(self, shipment_id: int) -> Response:
        """Tell the carrier that these orders are final: they are handed over today."""
        parts, who = self._parts, session_of(self._parts, PLACEMENT, Right.SHIP)
        press, formats = self._press(), pages.viewer_of(who, parts.clock.now()).formats
        with session_scope(parts.sessions) as session:
            scene = self._scene(session, who, shipment_id, formats)
            if pressed(session, who.portal_id, who.entity_id, press, parts.clock.now()):
                return pages.nothing_new(who, parts.signer)
            scene.demand(scene.view is not None and scene.view.hand_over)
            rows = scene.rows(session)
            payload = {
                "remote_ids": [row.remote_id for row in rows], "day": formats.today.isoformat(),
                "shipments": [row.id for row in rows], "told": {},
            }  # fmt: skip
            lane = self._add(session, who, rows[0], HANDOVER, payload, Act.HANDOVER, press)
        parts.waker.wake(lane)
        return pages.nothing_new(who, parts.signer)

    def _press(self) -> str:
        key = request.form.get("key", "")
        if not is_key(key):
            raise PageError(ErrorCode.BAD_INPUT, "no idempotency key")
        return f"collect:{key}"

    def _add(
        self,
        session: Session,
        who: PageSession,
        row: Shipment,
        kind: str,
        payload: Mapping[str, Any],
        act: Act,
        press: str,
    ) -> LaneRef:
        now = self._parts.clock.now()
        lane = intents.add(session, row, kind, dict(payload), now=now, trace_id=trace(), people=True)
        detail = {"key": press, "title": row.order_number or row.number}
        audit.write(session, who.portal_id, act, now, by=who.author, deal_id=who.entity_id, detail=detail)
        return lane

    def _scene(self, session: Session, who: PageSession, shipment_id: int, formats: Formats) -> Scene:
        """Raises PageError(OUT_OF_DATE) for a shipment that is not of this deal."""
        facts = tab_facts(session, who.portal_id, who.entity_id)
        shown = next((each for each in facts.shipments if each.id == shipment_id), None)
        if shown is None:
            raise PageError(ErrorCode.OUT_OF_DATE, f"no shipment {shipment_id} of this deal")
        ways = ways_at(self._parts, facts.live_accounts.get(shown.connection_id))
        return Scene(who.portal_id, facts.shipments, shown, ways, formats)


class Scene:
    """What the store knows at the moment of a press: it decides as the tab that offered the button did."""

    def __init__(
        self, portal_id: int, all_of_deal: Sequence[ShipmentFacts], shown: ShipmentFacts, ways: Ways, formats: Formats
    ) -> None:
        self.shipments, self.shown, self.ways = all_of_deal, shown, ways
        self.view = collect_view(all_of_deal, shown, formats, "", ways, frozenset(Right))
        self.leaving = together(all_of_deal, shown)
        self.calls = sum(intent.kind == COURIER for each in all_of_deal for intent in each.intents)
        self._portal_id = portal_id

    def demand(self, fits: bool) -> None:
        if not fits:
            raise PageError(ErrorCode.OUT_OF_DATE, "the order moved, or something is being done with it")

    def rows(self, session: Session, ids: Sequence[int] = ()) -> list[Shipment]:
        """The shipments that a call is about, the oldest first."""
        wanted = list(ids) or [each.id for each in self.leaving]
        found = shipments.by_ids(session, self._portal_id, wanted)
        rows = [found[each] for each in wanted if found[each].remote_id]
        self.demand(bool(rows))
        return rows
