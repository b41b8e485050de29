"""The page on which a client asks for a return themselves: `/r/<public id>`, without a script, a login or a name.

Step 1 finds the order (`public_entry`). Step 2 shows what may come back and what became of earlier returns, step 3 what
will happen. What is sent becomes one act (`return_acts`), carried out in the portal's lane; the page waits for it by
asking anew.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, Response, request

from b24app.flows.returns.effects import Actor
from b24app.flows.returns.rules import ReturnRules
from b24app.frames.parts import PageParts, trace
from b24app.logistics.returning import ReturnStage
from b24app.store import audit, return_acts, return_labels
from b24app.store.audit import Act
from b24app.store.engine import read_scope, session_scope
from b24app.store.models import ActState, PortalState
from b24app.store.return_acts import ActKind, Wanted
from placements.asking import is_key, new_key
from placements.file_links import as_file
from placements.public_entry import Entry, door_of, go, later, pause, visitor
from placements.public_page import PublicPage, logo, nobodys, open_page, style
from placements.public_photos import SAYS, PublicPhotos
from placements.public_return_form import MAX_NOTE, Filled, as_given, blank, filled
from placements.public_return_reading import PATIENCE, SOURCE, Order, ask_reading, read
from placements.public_return_view import MOST_PHOTOS, may_call_off, return_view

#: The page asks again after so many seconds, the longer the longer it has waited; at last it only says so.
WAITS = ((10, 2), (40, 5), (180, 15))
#: What opens also where clients may not ask themselves.
_ALWAYS = ("public_return.style", "public_return.logo", "public_return.leave")
_TAKEN = {"return_too_many", "return_pieces_taken", "return_row_unknown", "return_empty", "return_part_of_piece"}


def blueprint(parts: PageParts) -> Blueprint:
    bp = Blueprint("public_return", __name__)
    entry = Entry(parts, "/order")
    desk = PublicReturn(parts, entry)
    root = "/r/<public_id>"
    bp.add_url_rule(root, "door", desk.page(entry.door), methods=["GET"])
    bp.add_url_rule(root, "knock", desk.page(entry.knock), methods=["POST"])
    bp.add_url_rule(f"{root}/brand.css", "style", desk.page(lambda page: style(page.brand)), methods=["GET"])
    bp.add_url_rule(f"{root}/logo.png", "logo", desk.page(logo), methods=["GET"])
    bp.add_url_rule(f"{root}/order", "order", desk.page(desk.order), methods=["GET"])
    bp.add_url_rule(f"{root}/order", "again", desk.page(desk.again), methods=["POST"])
    bp.add_url_rule(f"{root}/order/check", "check", desk.page(desk.check), methods=["POST"])
    bp.add_url_rule(f"{root}/order/ask", "ask", desk.page(desk.ask), methods=["POST"])
    bp.add_url_rule(f"{root}/order/off", "off", desk.page(desk.off), methods=["POST"])
    photos = PublicPhotos(parts, entry, desk.order_of)
    bp.add_url_rule(f"{root}/order/photo", "photo", desk.page(photos.add), methods=["POST"])
    bp.add_url_rule(f"{root}/order/label/<number>", "label", desk.page(desk.label), methods=["GET"])
    bp.add_url_rule(f"{root}/leave", "leave", desk.page(entry.leave), methods=["POST"])
    bp.add_url_rule(f"{root}/<link>", "linked", desk.page(entry.linked), methods=["GET"])
    bp.add_url_rule(f"{root}/<link>", "knock_linked", desk.page(entry.knock_linked), methods=["POST"])
    return bp


@dataclass(frozen=True, slots=True)
class PublicReturn:
    parts: PageParts
    entry: Entry

    def page(self, draw: Callable[..., Response]) -> Callable[..., Response]:
        """The view that finds the portal first, and says whom to call where clients may not ask themselves."""

        def view(public_id: str, **more: str) -> Response:
            page = open_page(self.parts, public_id)
            if page is None:
                return nobodys(self.parts)
            is_open = ReturnRules.of(page.portal.settings).public and page.portal.state != PortalState.BLOCKED
            if not is_open and request.endpoint not in _ALWAYS:
                return page.draw("public/closed.html")
            return draw(page, **more)

        return view

    # --- step 2: the order

    def order(self, page: PublicPage) -> Response:
        order = self.order_of(page)
        return self.entry.shut(page) if order is None else self._shown(page, order)

    def again(self, page: PublicPage) -> Response:
        """Back from the last step, with what was filled in."""
        order = self.order_of(page)
        return self.entry.shut(page) if order is None else self._shown(page, order, self._filled(order))

    def _shown(self, page: PublicPage, order: Order, form: Filled | None = None, status: int = 200) -> Response:
        """`form` None = nobody has filled it in yet."""
        if order.stale and order.reading is None:
            self._want(page, ask_reading(order))
            order = self.order_of(page) or order
        fmt, waiting = page.viewer.formats, self._wait(order)
        offers = order.offers()
        return page.draw(
            "public/order.html",
            status,
            wait_s=0 if form else waiting,
            order=order,
            parcel=order.shipment.tracking_number or order.shipment.order_number or "",
            state=_state(order),
            is_long=waiting == 0,
            refused=_refused(order),
            photo=request.args.get("photo") if request.args.get("photo") in SAYS else "",
            most_photos=MOST_PHOTOS,
            returns=[return_view(order, each, fmt, self._carrier(page, order)) for each in order.shown],
            form=form or blank(offers, order.rules),
            is_filled=form is not None,
            is_again=form is not None and not form.is_right,
            most=MAX_NOTE,
        )

    def _wait(self, order: Order) -> int:
        """Seconds until the page asks again; 0 = there is nothing to wait for, or it has waited long enough."""
        asked = order.waiting or (order.reading if _is_awaited(order) else None)
        if asked is None:
            return 0
        age = (order.now - asked.at).total_seconds()
        return next((pause for until, pause in WAITS if age < until), 0)

    # --- step 3: what will happen, and sending it

    def check(self, page: PublicPage) -> Response:
        order = self.order_of(page)
        if order is None:
            return self.entry.shut(page)
        form = self._filled(order)
        if not form.is_right or _state(order) != "form":
            return self._shown(page, order, form, 422)
        return self._checked(page, order, form)

    def _checked(self, page: PublicPage, order: Order, form: Filled, wait_s: int = 0) -> Response:
        answer = page.draw(
            "public/check.html", 429 if wait_s else 200, form=form, rules=order.rules, key=new_key(),
            pause=pause(page, wait_s),
        )  # fmt: skip
        return later(answer, wait_s)

    def ask(self, page: PublicPage) -> Response:
        order = self.order_of(page)
        if order is None:
            return self.entry.shut(page)
        form, key = self._filled(order), request.form.get("key", "")
        # What was pressed twice, or sent again by the browser, was taken by the first press.
        if is_key(key) and self._is_known(page, order, key):
            return go(page.to("/order"))
        if not form.is_right or not is_key(key) or _state(order) != "form":
            return self._shown(page, order, form, 422)
        if wait_s := door_of(self.parts, page).may_ask(order.deal_id):
            return self._checked(page, order, form, wait_s)
        given = as_given(form.wishes, form.note)
        wanted = Wanted(ActKind.BEGIN, _key(order, key), Actor.CUSTOMER, order.deal_id, given=given, source=SOURCE)
        self._want(page, wanted, Act.CLIENT_RETURN)
        return go(page.to("/order"))

    def off(self, page: PublicPage) -> Response:
        """The client has thought better of it."""
        order = self.order_of(page)
        if order is None:
            return self.entry.shut(page)
        number = request.form.get("number", "")
        kept = next((each.kept for each in order.shown if each.kept.case.number == number), None)
        if kept is not None and may_call_off(kept.case) and not door_of(self.parts, page).may_ask(order.deal_id):
            wanted = Wanted(
                ActKind.MOVE,
                f"public:off:{kept.id}:{kept.version}",
                Actor.CUSTOMER,
                order.deal_id,
                kept.id,
                {"to": ReturnStage.REFUSED.value, "why": ""},
                source=SOURCE,
            )
            self._want(page, wanted, Act.CLIENT_RETURN_OFF, kept.case.number)
        return go(page.to("/order"))

    def label(self, page: PublicPage, number: str) -> Response:
        """What the client sticks on the box, where the carrier gives one."""
        order = self.order_of(page)
        if order is None:
            return self.entry.shut(page)
        shown = next((each for each in order.shown if each.kept.case.number == number), None)
        if shown is None or shown.label is None:
            return go(page.to("/order"))
        with read_scope(self.parts.sessions) as session:
            content = return_labels.content(session, page.portal.id, shown.label.id)
        return as_file(content, number) if content else go(page.to("/order"))

    # --- what they share

    def order_of(self, page: PublicPage) -> Order | None:
        """The order that this browser may see."""
        shipment_id = visitor(self.parts, page)
        if shipment_id is None:
            return None
        with read_scope(self.parts.sessions) as session:
            return read(session, page.portal, shipment_id, page.now)

    def _filled(self, order: Order) -> Filled:
        return filled(order.offers(), order.rules, request.form)

    def _is_known(self, page: PublicPage, order: Order, key: str) -> bool:
        with read_scope(self.parts.sessions) as session:
            return return_acts.by_key(session, page.portal.id, _key(order, key)) is not None

    def _want(self, page: PublicPage, wanted: Wanted, act: Act | None = None, title: str = "") -> None:
        """Durable before the client is told so; with its line in the audit."""
        detail = {"origin": Actor.CUSTOMER.value, **({"title": title} if title else {})}
        with session_scope(self.parts.sessions) as session:
            lane = return_acts.ask(session, page.portal.id, wanted, now=page.now, trace_id=trace(), people=True)
            if lane is not None and act is not None:
                audit.write(session, page.portal.id, act, page.now, deal_id=wanted.deal_id, detail=detail)
        if lane is not None:
            self.parts.waker.wake(lane)

    def _carrier(self, page: PublicPage, order: Order) -> Callable[[int], str]:
        lang = page.viewer.lang

        def named(account: int) -> str:
            return self.parts.carrier(order.systems[account][0], lang) if account in order.systems else ""

        return named


def _key(order: Order, key: str) -> str:
    """Of this order alone: whoever guesses a key of another order's form meets nothing."""
    return f"public:{order.deal_id}:{key}"


def _state(order: Order) -> str:
    """What stands below the returns: sent | off | reading | silent | under_way | not_theirs | full | nothing | form."""
    if order.waiting is not None:
        return "off" if order.waiting.wanted.kind is ActKind.MOVE else "sent"
    if _is_awaited(order):
        return "reading"
    if order.basis is None:
        return "silent"
    if order.whose != "client":
        return order.whose
    if order.is_full:
        return "full"
    return "form" if order.offers() else "nothing"


def _is_awaited(order: Order) -> bool:
    """The portal is asked for the goods, and nothing can be shown until it answers, or not yet."""
    if not order.stale or order.reading is None or order.reading.state is not ActState.WAITING:
        return False
    age = order.now - order.reading.at
    return age < PATIENCE if order.basis is not None else age.total_seconds() < WAITS[-1][0]


def _refused(order: Order) -> str:
    """Why what was asked for last came to nothing, as a key of the page's words."""
    if order.refused is None:
        return ""
    codes = {each.code for each in order.refused.problems}
    if "return_move_by_client" in codes:
        return "late"
    return "taken" if codes & _TAKEN else "other"
