"""Many deals on one page (contracts/bitrix24-app.md §5: CRM_DEAL_LIST_TOOLBAR brings no options and no selection, so
the page has its own list): narrowed, chosen, asked for together, followed until each has its result.

Every reading is with the person's own key: what they may not see is in no page, no count and no press. How deals stand
is known from our store.
"""

from __future__ import annotations

from flask import Blueprint, Response, request

from b24app.bitrix24.deal_pages import DealQuery
from b24app.bitrix24.fields import names_of
from b24app.frames import pages
from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.parts import (
    PageParts,
    answer_errors,
    answers_head,
    frame_language,
    known_portal,
    prove,
    read_post,
    session_for,
    session_of,
    welcome,
)
from b24app.frames.rights import Right
from b24app.frames.session import PageSession
from b24app.frames.who import Person
from b24app.store import portals
from b24app.store.engine import read_scope, session_scope
from b24app.store.faces import many
from placements import deal_list_asking as asking
from placements.asking import is_key
from placements.deal_list_asking import Press
from placements.deal_list_drawing import Drawing, shell
from placements.deal_list_filter import MOST, PAGE, Filter, read_filter
from placements.deal_list_fixing import Fixing
from placements.deal_list_prints import Prints, orders_of
from placements.deal_list_reading import open_page, read_page, readable
from placements.deal_list_view import may

PLACEMENT = "CRM_DEAL_LIST_TOOLBAR"
#: The app's own page carries the list, too.
ALSO = ("DEFAULT",)
WISHES = ("ship_now", "refresh", asking.PRINT)
LIST = "parts/deals_list.html"


def blueprint(parts: PageParts) -> Blueprint:
    """The list's addresses, joined to `parts`."""
    bp = Blueprint("deal_list", __name__)
    answer_errors(bp)
    answers_head(bp, "/deals", "deals")
    page = DealList(parts)
    bp.post("/deals")(page.opened)
    bp.post("/deals/rows")(page.rows)
    bp.get("/deals/live/<int:press>/<shown>")(page.live)
    bp.post("/deals/act/<wish>")(page.act)
    fix = Fixing(parts, Drawing(parts), PLACEMENT, ALSO)
    bp.add_url_rule("/deals/print/<int:press>/link", "print_link", page.prints.link, methods=["POST"])
    bp.add_url_rule("/deals/fix/<int:deal_id>/<kind>/open", "fix", fix.opened, methods=["POST"])
    bp.add_url_rule("/deals/fix/<int:deal_id>/<kind>", "fix_save", fix.save, methods=["POST"])
    return bp


class DealList:
    """The handlers of the page."""

    def __init__(self, parts: PageParts) -> None:
        self._parts, self._draw = parts, Drawing(parts)
        self.prints = Prints(parts, PLACEMENT, ALSO)

    def opened(self) -> Response:
        """The portal opens the page from the toolbar of its list."""
        parts, post = self._parts, read_post()
        proof = prove(parts, post)
        with read_scope(parts.sessions) as session:
            portal = known_portal(session, post.member_id)
            names = names_of(portals.field_map(session, portal.id), portal.settings)
        chosen = Filter()
        unread = Person(proof.info.user_id, "", False, "")
        nobody = session_for(portal, proof, unread, PLACEMENT, frame_language(portal, post))
        query = self._draw.query(nobody, chosen)
        reading = open_page(parts.person(portal, post.auth_id, proof.info.user_id), query, names, portal.scopes)
        who = welcome(parts, portal, post, proof, reading.person, PLACEMENT)
        context = self._draw.context(who, chosen, reading)
        viewer = pages.viewer_of(who, parts.clock.now())
        return pages.page(
            "pages/deals.html", viewer, who, parts.signer, filter=shell(parts, who, chosen), asks=False, **context
        )

    def rows(self) -> Response:
        """Another filter or page, read with the person's own key."""
        who = session_of(self._parts, PLACEMENT, also=ALSO)
        chosen = read_filter(request.form)
        scene = self._draw.scene(who)
        client = self._parts.person(scene.portal, request.form.get("AUTH_ID", ""), who.user_id)
        start = (chosen.page - 1) * PAGE
        reading = read_page(client, self._draw.query(who, chosen), scene.names, start, who.user_id)
        return self._draw.fragment(who, LIST, **self._draw.context(who, chosen, reading))

    def live(self, press: int, shown: str) -> Response:
        """Has any deal of the page or of the press changed since version `v`? 204, or how they stand. `shown`: the
        deals that this person was shown, sealed."""
        who = session_of(self._parts, PLACEMENT, also=ALSO)
        deals = self._draw.unseal(who, shown)
        with read_scope(self._parts.sessions) as session:
            pressed = asking.by_id(session, who, press)
            found = many.standings(session, who.portal_id, [*deals, *(pressed.deals if pressed else ())])
            orders = orders_of(session, who.portal_id, pressed)
        if self._draw.version(who, found, press, orders) == request.args.get("v"):
            return pages.nothing_new(who, self._parts.signer)
        return self._draw.live(who, pressed, found, deals, shown)

    def act(self, wish: str) -> Response:
        """Ship what was chosen, look again or have its labels made: those deals that the person may see and that can be
        asked for."""
        who = session_of(self._parts, PLACEMENT, Right.SHIP, also=ALSO)
        key, now = request.form.get("key", ""), self._parts.clock.now()
        if wish not in WISHES or not is_key(key):
            raise PageError(ErrorCode.BAD_INPUT, f"wish {wish}, key {key!r}")
        sealed = request.form.get("shown") or self._draw.seal(who, ())
        deals = self._draw.unseal(who, sealed)
        with read_scope(self._parts.sessions) as session:
            pressed = asking.seen(session, who, key, now)
        if pressed is None and wish == asking.PRINT:
            pressed = self.prints.press(who, self._chosen(who), key)
        elif pressed is None:
            pressed = self._press(who, wish, key)
        with read_scope(self._parts.sessions) as session:
            found = many.standings(session, who.portal_id, [*deals, *pressed.deals])
        return self._draw.live(who, pressed, found, deals, sealed)

    def _press(self, who: PageSession, wish: str, key: str) -> Press:
        scene = self._draw.scene(who)
        chosen = self._chosen(who)
        client = self._parts.person(scene.portal, request.form.get("AUTH_ID", ""), who.user_id)
        seen = readable(client, chosen, scene.names, MOST, who.user_id)
        with read_scope(self._parts.sessions) as session:
            found = many.standings(session, who.portal_id, [deal.deal_id for deal in seen])
        on = scene.places.triggers
        going = [deal.deal_id for deal in seen if may(found[deal.deal_id], deal.category in on) == wish]
        with session_scope(self._parts.sessions) as session:
            made, lane = asking.press(session, who, wish, going, len(seen) - len(going), key, self._parts.clock.now())
        if lane is not None:
            self._parts.waker.wake(lane)
        return made

    def _chosen(self, who: PageSession) -> list[int] | DealQuery:
        """Ids, or everything that fits the filter. Raises PageError(BAD_INPUT)."""
        if request.form.get("all"):
            return self._draw.query(who, read_filter(request.form))
        ids = [each for each in request.form.get("deals", "").split(",") if each]
        if not 0 < len(ids) <= MOST or not all(each.isascii() and each.isdigit() and len(each) < 16 for each in ids):
            raise PageError(ErrorCode.BAD_INPUT, f"{len(ids)} deals", "deals")
        return list(dict.fromkeys(int(each) for each in ids))
