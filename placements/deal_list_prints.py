"""Labels of many deals: made in their carriers' lanes those that are not there yet, then opened as one PDF by a link
that works once. Which deals is the person's own reading: at the press, and again before the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import Response, jsonify, request
from sqlalchemy.orm import Session

from b24app.bitrix24.deal_pages import DealQuery
from b24app.bitrix24.fields import names_of
from b24app.frames import pages
from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.parts import PageParts, session_of
from b24app.frames.rights import Right
from b24app.frames.session import PageSession
from b24app.logistics.papers import PaperForm
from b24app.store import audit, papers, portals
from b24app.store.audit import Act
from b24app.store.engine import read_scope, session_scope
from b24app.store.faces import many, prints
from b24app.store.faces.prints import PrintedOrder
from placements import deal_list_asking as asking
from placements import deal_list_prints_view as view
from placements.deal_list_filter import MOST
from placements.deal_list_reading import readable
from placements.file_links import PAPERS


class Prints:
    """The handlers; holds no state of a request."""

    def __init__(self, parts: PageParts, placement: str, also: Sequence[str]) -> None:
        self._parts, self._placement, self._also = parts, placement, also

    def press(self, who: PageSession, chosen: Sequence[int] | DealQuery, key: str) -> asking.Press:
        """Has the labels of the chosen deals made, those that are there excepted. Raises PageError."""
        parts, size = self._parts, request.form.get("size", "") or view.USUAL
        if size not in sizes_of(parts):
            raise PageError(ErrorCode.BAD_INPUT, f"size {size}", "size")
        seen = self._seen(who, chosen)
        with session_scope(parts.sessions) as session:
            orders = prints.orders(session, who.portal_id, seen)
            forms = {
                order.shipment_id: (order.deal_id, form.code)
                for mine in orders.values()
                for order in mine
                if (form := view.label_of(forms_of(parts, order.system), size)) is not None
            }
            made, lanes = asking.press_print(session, who, seen, forms, size, key, parts.clock.now())
        for lane in lanes:
            parts.waker.wake(lane)
        return made

    def link(self, press: int) -> Response:
        """`{"url": …}`: the labels of a press as one PDF. `which`: `all`, or those that were not printed since it."""
        parts, who = self._parts, session_of(self._parts, self._placement, Right.SHIP, also=self._also)
        now = parts.clock.now()
        with read_scope(parts.sessions) as session:
            pressed = asking.by_id(session, who, press)
        if pressed is None or pressed.wish != asking.PRINT:
            raise PageError(ErrorCode.OUT_OF_DATE, f"no press {press} of this person")
        seen = set(self._seen(who, pressed.deals))
        with session_scope(parts.sessions) as session:
            mine = [deal_id for deal_id in pressed.deals if deal_id in seen]
            found = _labels(session, who, mine, described(parts, who, pressed, now))
            ready = [each.paper for each in found if each.fate is view.Fate.READY and each.paper is not None]
            wanted = ready if request.form.get("which") == "all" else view.unprinted(found, pressed.at)
            chosen = {paper.id for paper in view.together(wanted)}
            if not chosen:
                raise PageError(ErrorCode.OUT_OF_DATE, "no label is ready, or all are printed")
            given = {"papers": [paper.id for paper in wanted if paper.id in chosen]}
            made = papers.offer_link(session, who.portal_id, who.user_id, given, now)
            deals = list(dict.fromkeys(each.deal_id for each in found if each.paper and each.paper.id in chosen))
            key = f"press-{press}-{made}"
            audit.write_many(session, who.portal_id, Act.PAPER_OPENED, now, deals, by=who.author, key=key)
        return pages.renewed(jsonify(url=PAPERS.address(parts.signer, who.portal_id, made)), who, parts.signer)

    def _seen(self, who: PageSession, chosen: Sequence[int] | DealQuery) -> list[int]:
        """Those that the person may see, in the order in which they were chosen."""
        with read_scope(self._parts.sessions) as session:
            portal = portals.get(session, who.portal_id)
            names = names_of(portals.field_map(session, who.portal_id), portal.settings)
        client = self._parts.person(portal, request.form.get("AUTH_ID", ""), who.user_id)
        found = [deal.deal_id for deal in readable(client, chosen, names, MOST, who.user_id)]
        if isinstance(chosen, DealQuery):
            return found
        there = set(found)
        return [deal_id for deal_id in chosen if deal_id in there]


def forms_of(parts: PageParts, system: str) -> tuple[PaperForm, ...]:
    plugin = parts.systems.get(system)
    return plugin.manifest.papers if plugin else ()


def sizes_of(parts: PageParts) -> tuple[str, ...]:
    """Sizes of labels that any system prints."""
    return view.sizes([form for plugin in parts.systems.values() for form in plugin.manifest.papers])


def usual_size(settings: Mapping[str, Any]) -> str:
    """The size of the label that the portal has prepared for every order, if it does."""
    kind, _, size = papers.Wanted.of(settings).prepare.partition(":")
    return size if kind == "label" and size else view.USUAL


def described(parts: PageParts, who: PageSession, pressed: asking.Press, now: datetime) -> view.Press:
    formats = pages.viewer_of(who, now).formats
    return view.Press(
        pressed.size, pressed.at, formats, lambda system: forms_of(parts, system),
        lambda system: parts.carrier(system, who.lang),
    )  # fmt: skip


def _labels(session: Session, who: PageSession, deals: Sequence[int], press: view.Press) -> list[view.Label]:
    standings = many.standings(session, who.portal_id, deals)
    return view.labels(standings, prints.orders(session, who.portal_id, deals), press)


def orders_of(session: Session, portal_id: int, pressed: asking.Press | None) -> dict[int, list[PrintedOrder]]:
    """What a press of prints shows; nothing for any other press."""
    return prints.orders(session, portal_id, pressed.deals) if pressed and pressed.wish == asking.PRINT else {}
