"""What lies in the warehouses, in the deal's tab: every account that tells its stock is asked about the deal's articles
before the deal is promised.

No handler waits for anybody: it leaves rows in lanes, and the page asks after what came of them.
"""

from __future__ import annotations

from flask import Blueprint, Response, request

from b24app.bitrix24.own_fields import titles_of
from b24app.frames import pages
from b24app.frames.parts import PageParts, answer_errors, session_of, trace
from b24app.frames.session import PageSession
from b24app.store import portals, stock
from b24app.store.engine import read_scope, session_scope
from placements.tab_stock_view import Panel, Scene, panel

PLACEMENT = "CRM_DEAL_DETAIL_TAB"
TEMPLATE = "tab/stock.html"


def blueprint(parts: PageParts) -> Blueprint:
    """The addresses, joined to `parts`."""
    bp = Blueprint("tab_stock", __name__)
    answer_errors(bp)
    desk = StockDesk(parts)
    bp.post("/tab/stock")(desk.ask)
    bp.post("/tab/stock/again")(desk.again)
    bp.get("/tab/stock/version")(desk.version)
    return bp


class StockDesk:
    """The handlers."""

    def __init__(self, parts: PageParts) -> None:
        self._parts = parts

    def ask(self) -> Response:
        """The panel comes into view: what is not known, or not new any more, is asked."""
        return self._ask(again=False)

    def again(self) -> Response:
        """Everything, however new."""
        return self._ask(again=True)

    def _ask(self, again: bool) -> Response:
        who, now = session_of(self._parts, PLACEMENT), self._parts.clock.now()
        portal_id, deal_id, lane = who.portal_id, who.entity_id, None
        with session_scope(self._parts.sessions) as session:
            asks = bool(self._parts.giving(stock.PORT, portals.connections(session, portal_id)))
            if asks and not stock.of_deal(session, portal_id, deal_id).reading(now, again):
                lane = stock.ask(session, portal_id, deal_id, again=again, asked_by=who.user_id, now=now, trace=trace())
        if lane is not None:
            self._parts.waker.wake(lane)
        return self._drawn(who, self._panel(who))

    def version(self) -> Response:
        """Has anything come since version `v`? 204, or the panel."""
        who = session_of(self._parts, PLACEMENT)
        shown = self._panel(who)
        if shown.version == request.args.get("v"):
            return pages.nothing_new(who, self._parts.signer)
        return self._drawn(who, shown)

    def _panel(self, who: PageSession) -> Panel:
        parts = self._parts
        with read_scope(parts.sessions) as session:
            scene = Scene(
                known=stock.of_deal(session, who.portal_id, who.entity_id),
                accounts=parts.giving(stock.PORT, portals.connections(session, who.portal_id)),
                carrier=lambda system: parts.carrier(system, who.lang),
                formats=pages.viewer_of(who, parts.clock.now()).formats,
                titles=titles_of(
                    portals.field_map(session, who.portal_id), portals.get(session, who.portal_id).settings
                ),
            )
        return panel(scene)

    def _drawn(self, who: PageSession, shown: Panel) -> Response:
        viewer = pages.viewer_of(who, self._parts.clock.now())
        return pages.fragment(TEMPLATE, viewer, who, self._parts.signer, v=shown)
