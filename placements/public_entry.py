"""How a client gets to their order on a page for clients: by its number and phone, or by a link and four digits.

Who was let in has one cookie of this portal's pages, sealed, for an hour: the address of the page says nothing, so that
a history, a log or a screen that was passed on opens no order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response, make_response, redirect, request

from b24app.frames.parts import PageParts
from placements.public_door import DIGITS, Door, Knocked
from placements.public_page import PublicPage

COOKIE = "wb_order"
#: A field that people do not see; who fills it in is a program.
TRAP = "company"
#: What the door says beside its form: the visit is over, the client has left, the browser keeps no cookies, the link is
#: too old.
_SAYS = ("over", "left", "cookies", "old")


@dataclass(frozen=True, slots=True)
class Entry:
    """Step 1. `inside` is the path of what opens."""

    parts: PageParts
    inside: str

    def door(self, page: PublicPage) -> Response:
        said = request.args.get("said", "")
        return self._door(page, said=said if said in _SAYS else "")

    def knock(self, page: PublicPage) -> Response:
        number, phone = request.form.get("number", "").strip(), request.form.get("phone", "").strip()
        lacking = {"number": "number_missing" if not number else "", "phone": "phone_missing" if not phone else ""}
        if any(lacking.values()):
            return self._door(page, 422, number=number, phone=phone, wrong=lacking)
        door = door_of(self.parts, page)
        knocked = Knocked() if request.form.get(TRAP) else door.knock(number, phone)
        if knocked.order is not None:
            return self._let_in(page, door, knocked.order.shipment_id)
        return self._door(page, _status(knocked), knocked, number=number, phone=phone)

    def linked(self, page: PublicPage, link: str) -> Response:
        shipment = door_of(self.parts, page).linked(link)
        if shipment is None:
            return go(page.to(said="old"))
        if visitor(self.parts, page) == shipment.id:
            return go(page.to(self.inside))
        return page.draw("public/link.html", link=link)

    def knock_linked(self, page: PublicPage, link: str) -> Response:
        door = door_of(self.parts, page)
        shipment = door.linked(link)
        if shipment is None:
            return go(page.to(said="old"))
        digits = request.form.get("digits", "")[:20]
        if sum(each.isdecimal() for each in digits) != DIGITS:
            return page.draw("public/link.html", 422, link=link, wrong="digits_missing")
        knocked = door.knock_with(shipment.id, digits)
        if knocked.order is not None:
            return self._let_in(page, door, shipment.id)
        answer = page.draw(
            "public/link.html", _status(knocked), link=link, knocked=knocked, pause=pause(page, knocked.wait_s)
        )
        return later(answer, knocked.wait_s)

    def leave(self, page: PublicPage) -> Response:
        return forgotten(page, go(page.to(said="left")))

    def shut(self, page: PublicPage) -> Response:
        """No visit, or one that is over: a browser that was let in a moment ago keeps no cookies."""
        return forgotten(page, go(page.to(said="cookies" if request.args.get("new") else "over")))

    def _door(self, page: PublicPage, status: int = 200, knocked: Knocked | None = None, **context: object) -> Response:
        wait_s = knocked.wait_s if knocked else 0
        shown: dict[str, Any] = {"trap": TRAP, "knocked": knocked, "pause": pause(page, wait_s), **context}
        return later(page.draw("public/door.html", status, **shown), wait_s)

    def _let_in(self, page: PublicPage, door: Door, shipment_id: int) -> Response:
        return let_in(page, door, shipment_id, go(page.to(self.inside, new="1")))


def let_in(page: PublicPage, door: Door, shipment_id: int, answer: Response) -> Response:
    """From now on this browser says that the order is theirs."""
    secure, visit = page.parts.public_url.startswith("https://"), door.visit(shipment_id)
    answer.set_cookie(COOKIE, visit, path=page.root, secure=secure, httponly=True, samesite="Lax")
    return answer


def door_of(parts: PageParts, page: PublicPage) -> Door:
    return Door(parts, page.portal, request.remote_addr or "")


def visitor(parts: PageParts, page: PublicPage) -> int | None:
    """The shipment that this browser may see."""
    return door_of(parts, page).visitor(request.cookies.get(COOKIE, ""))


def forgotten(page: PublicPage, answer: Response) -> Response:
    """The browser says no longer that an order is theirs."""
    if request.cookies.get(COOKIE):
        answer.delete_cookie(COOKIE, path=page.root, httponly=True, samesite="Lax")
    return answer


def pause(page: PublicPage, wait_s: int) -> str:
    """How long to wait, in words; "" = not at all."""
    if not wait_s:
        return ""
    t, minutes = page.viewer.formats.words, -(-wait_s // 60)
    return t("pub.pause.minutes", n=minutes) if minutes < 60 else t("pub.pause.hours", n=-(-minutes // 60))


def _status(knocked: Knocked) -> int:
    """An order that is none and a phone that is another's are the same."""
    return 429 if knocked.wait_s else 422


def later(answer: Response, wait_s: int) -> Response:
    if wait_s:
        answer.headers["Retry-After"] = str(wait_s)
    return answer


def go(address: str) -> Response:
    return make_response(redirect(address, 303))
