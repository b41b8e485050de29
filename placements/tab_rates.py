"""Rates in the deal's tab: every account is asked at once, cards come carrier by carrier, a person chooses and books.

No handler waits for anybody: it leaves rows in lanes, and the page asks after what came of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from b24app.bitrix24.own_fields import titles_of
from b24app.flows.portions import may_ship
from b24app.flows.pricing import PriceRules
from b24app.flows.rates import Booking, Choice
from b24app.frames import pages
from b24app.frames import parts as page_parts
from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.parts import PageParts, answer_errors, session_of
from b24app.frames.rights import Right, rights_of
from b24app.frames.session import PageSession
from b24app.logistics.model import DeliveryKind
from b24app.logistics.money import Money
from b24app.logistics.points import PickupPoint
from b24app.logistics.ports import Quote
from b24app.store import audit, deal_extras, decisions, points_found, portals, rates, shipments
from b24app.store.audit import Act
from b24app.store.engine import read_scope, session_scope
from b24app.store.lanes import LaneRef
from b24app.store.models import Connection
from b24app.store.rates import Known
from placements.asking import is_key, new_key
from placements.tab_rates_outs import CHEAP, ORDERS, Scene
from placements.tab_rates_records import Records
from placements.tab_rates_telling import tell
from placements.tab_rates_view import Panel, panel

PLACEMENT = "CRM_DEAL_DETAIL_TAB"
TEMPLATE = "tab/rates.html"
#: Goods that are read together with the deal: one page of the portal's list. It costs a call to read others after it.
MOST_WARES = 50


def blueprint(parts: PageParts) -> Blueprint:
    """The addresses, joined to `parts`."""
    bp = Blueprint("tab_rates", __name__)
    answer_errors(bp)
    desk = RatesDesk(parts)
    bp.post("/tab/rates")(desk.ask)
    bp.get("/tab/rates/panel")(desk.show)
    bp.get("/tab/rates/version")(desk.version)
    bp.post("/tab/rates/again")(desk.again)
    bp.post("/tab/rates/choose")(desk.choose)
    bp.post("/tab/rates/drop")(desk.drop)
    bp.post("/tab/rates/book")(desk.book)
    bp.post("/tab/rates/leave")(desk.leave)
    return bp


class RatesDesk:
    """The handlers."""

    def __init__(self, parts: PageParts) -> None:
        self._parts, self._records = parts, Records()

    # --- asking ------------------------------------------------------------------------------------------------------

    def ask(self) -> Response:
        """The panel comes into view: whatever is not known, or not good any more, is asked. `wares`: what the tab was
        drawn with."""
        who = session_of(self._parts, PLACEMENT)
        self._ask(who, (), _numbers(request.form.get("wares", "").split(","))[:MOST_WARES])
        return self._fragment(who)

    def again(self) -> Response:
        """One account, or all of them, whatever they said before."""
        who = session_of(self._parts, PLACEMENT)
        self._ask(who, _numbers(request.form.getlist("account")))
        return self._fragment(who)

    def _ask(self, who: PageSession, again: Sequence[int], wares: Sequence[int] = ()) -> None:
        now, portal_id, deal_id = self._parts.clock.now(), who.portal_id, who.entity_id

        def begin(session: Session) -> list[LaneRef]:
            if rates.of_deal(session, portal_id, deal_id).reading(now):
                return []
            asked_by, trace = who.user_id, page_parts.trace()
            return [rates.ask(session, portal_id, deal_id, again, asked_by=asked_by, now=now, trace=trace, wares=wares)]

        self._write(begin)

    def show(self) -> Response:
        """The panel with another order or another radio."""
        return self._fragment(session_of(self._parts, PLACEMENT))

    def version(self) -> Response:
        """Has anything come since version `v`? 204, or the panel."""
        who = session_of(self._parts, PLACEMENT)
        shown = self._panel(who)
        if shown.version == request.args.get("v"):
            return pages.nothing_new(who, self._parts.signer)
        return self._drawn(who, shown)

    # --- deciding ----------------------------------------------------------------------------------------------------

    def choose(self) -> Response:
        """This offer ships the deal, whatever rules say, whenever it is shipped."""
        who, now = session_of(self._parts, PLACEMENT, Right.SHIP), self._parts.clock.now()
        overtaken = self._overtaken(who)

        def keep(session: Session) -> list[LaneRef]:
            account, quote = self._offer(session, who)
            choice = self._choice(session, who, account, quote)
            before = decisions.choose(session, who.portal_id, who.entity_id, choice, now)
            self._note(session, who, Act.RATE, before, choice)
            return tell(session, self._parts, who, choice)

        if not overtaken:
            self._write(keep)
        return self._fragment(who, overtaken)

    def drop(self) -> Response:
        """Rules decide again."""
        who, now = session_of(self._parts, PLACEMENT, Right.SHIP), self._parts.clock.now()
        overtaken = self._overtaken(who)

        def forget(session: Session) -> list[LaneRef]:
            before = decisions.choose(session, who.portal_id, who.entity_id, None, now)
            if before is None:
                return []
            self._note(session, who, Act.RATE_DROPPED, before, None)
            return tell(session, self._parts, who, None)

        if not overtaken:
            self._write(forget)
        return self._fragment(who, overtaken)

    def book(self) -> Response:
        """Ship with this offer, if it still is what the button said. `unchecked`: the carrier does not tell, and the
        person wants it shipped all the same."""
        who, now = session_of(self._parts, PLACEMENT, Right.SHIP), self._parts.clock.now()
        key = request.form.get("key", "")
        if not is_key(key):
            raise PageError(ErrorCode.BAD_INPUT, "no idempotency key")
        overtaken = self._overtaken(who)

        def press(session: Session) -> list[LaneRef]:
            portal_id, deal_id = who.portal_id, who.entity_id
            owned = shipments.of_deals(session, portal_id, [deal_id])[deal_id]
            if not may_ship(shipments.pieces(owned)):
                return []  # somebody was quicker: the tab says so
            account, quote = self._offer(session, who)
            seen = _seen(quote, request.form.get("shown", ""))
            booking = Booking(
                key, account, quote.service_code, now, who.user_id, who.name, seen=seen, trace_id=page_parts.trace()
            )
            if not decisions.book(session, portal_id, deal_id, booking, now):
                return []
            choice = self._choice(session, who, account, seen)
            before = decisions.choose(session, portal_id, deal_id, choice, now)
            self._note(session, who, Act.RATE_BOOKED, before, choice)
            lanes = tell(session, self._parts, who, choice)
            if request.form.get("unchecked"):
                return [*lanes, decisions.send_unchecked(session, portal_id, deal_id, booking, now)]
            trace = booking.trace_id
            again = rates.ask(session, portal_id, deal_id, (account,), asked_by=who.user_id, now=now, trace=trace)
            return [*lanes, again]

        if not overtaken:
            self._write(press)
        return self._fragment(who, overtaken)

    def leave(self) -> Response:
        """Not for this price: the booking is taken back, the choice stays."""
        who, now = session_of(self._parts, PLACEMENT, Right.SHIP), self._parts.clock.now()

        def forget(session: Session) -> list[LaneRef]:
            decisions.book(session, who.portal_id, who.entity_id, None, now)
            return []

        self._write(forget)
        return self._fragment(who)

    # --- pieces ------------------------------------------------------------------------------------------------------

    def _write(self, act: Callable[[Session], list[LaneRef]]) -> None:
        with session_scope(self._parts.sessions) as session:
            lanes = act(session)
        for lane in lanes:
            self._parts.waker.wake(lane)

    def _overtaken(self, who: PageSession) -> str:
        """Who has chosen otherwise since the person's page was drawn; "" = nobody, and what they press is what they
        saw."""
        was = request.form.get("was")
        with read_scope(self._parts.sessions) as session:
            choice = rates.of_deal(session, who.portal_id, who.entity_id).choice
        if was is None or choice is None or choice.mark == was or choice.by == who.user_id:
            return ""
        return choice.name or pages.viewer_of(who, choice.at).formats.words("audit.somebody", n=choice.by)

    def _offer(self, session: Session, who: PageSession) -> tuple[int, Quote]:
        """The offer that the form names, as we know it. Raises PageError(OUT_OF_DATE) when it is not there any more."""
        account, _, service = request.form.get("rate", "").partition(":")
        known = rates.of_deal(session, who.portal_id, who.entity_id)
        answer = known.answers.get(int(account)) if account.isdigit() else None
        offers = answer.current.offers if answer and answer.current else ()
        found = next((one for one in offers if one.service_code == service), None)
        live = portals.connection(session, who.portal_id, int(account)) if account.isdigit() else None
        plugin = self._parts.plugin_of(live)
        if found is None or plugin is None or "Orders" not in plugin.manifest.ports:
            raise PageError(ErrorCode.OUT_OF_DATE, "the offer is not there any more")
        return int(account), found

    def _choice(self, session: Session, who: PageSession, account: int, quote: Quote) -> Choice:
        facts = rates.of_deal(session, who.portal_id, who.entity_id).facts
        if facts is None or facts.kind is None:
            raise PageError(ErrorCode.OUT_OF_DATE, "the deal was not read")
        now = self._parts.clock.now()
        return Choice(account, quote.service_code, facts.kind, now, who.user_id, who.name, quote)

    def _note(self, session: Session, who: PageSession, act: Act, before: Choice | None, after: Choice | None) -> None:
        """Who decided what; the deal's field is the portal's to show."""
        changes = audit.compared(_told(session, who, before), _told(session, who, after))
        now = self._parts.clock.now()
        audit.write(session, who.portal_id, act, now, by=who.author, deal_id=who.entity_id, changes=changes)

    def _panel(self, who: PageSession) -> Panel:
        parts = self._parts
        with read_scope(parts.sessions) as session:
            portal = portals.get(session, who.portal_id)
            settings = portal.settings
            mine = rights_of(settings, who)
            known = rates.of_deal(session, who.portal_id, who.entity_id)
            accounts = portals.connections(session, who.portal_id)
            places, now = _places(session, known, accounts), parts.clock.now()
            asked = [each for each in accounts if each.id in known.answers]
            scene = Scene(
                known=known,
                accounts=accounts,
                manifests=parts.manifests,
                formats=pages.viewer_of(who, now).formats,
                titles=titles_of(portals.field_map(session, who.portal_id), settings),
                pick=request.values.get("rate", ""),
                order=order if (order := request.values.get("order", "")) in ORDERS else CHEAP,
                may_ship=Right.SHIP in mine,
                costs=Right.COSTS in mine,
                places=places,
                records=self._records.of(session, portal, asked, known.facts, places, now),
                prices=PriceRules.of(portal.settings),
                demanded=deal_extras.of_deal(session, who.portal_id, who.entity_id).chosen or (),
            )
        return panel(scene)

    def _fragment(self, who: PageSession, overtaken: str = "") -> Response:
        return self._drawn(who, self._panel(who), overtaken)

    def _drawn(self, who: PageSession, shown: Panel, overtaken: str = "") -> Response:
        viewer = pages.viewer_of(who, self._parts.clock.now())
        return pages.fragment(TEMPLATE, viewer, who, self._parts.signer, v=shown, key=new_key(), overtaken=overtaken)


def _places(session: Session, known: Known, accounts: Sequence[Connection]) -> dict[int, PickupPoint | None]:
    """The deal's pickup point as the system of each account that was asked lists it; accounts whose systems' lists we
    do not have are missing."""
    facts = known.facts
    if facts is None or facts.kind is not DeliveryKind.PICKUP:
        return {}
    asked = {each.id: (each.system, each.mode) for each in accounts if each.id in known.answers}
    listed = points_found.listed(session, set(asked.values()), facts.place)
    return {account: listed[system] for account, system in asked.items() if system in listed}


def _numbers(values: Sequence[str]) -> list[int]:
    return [int(each) for each in values if each.isdecimal() and len(each) < 19]


def _seen(quote: Quote, shown: str) -> Quote:
    """The offer with the terms that stood on the button; without them (who may not see costs) as we know it."""
    minor, currency, least, most = (*shown.split("|"), "", "", "", "")[:4]
    if not minor.isdigit():
        return quote
    days = [int(each) if each.isdigit() else None for each in (least, most)]
    return Quote(quote.service_code, Money(int(minor), currency or "RUB"), days[0], days[1], lines=quote.lines)


def _told(session: Session, who: PageSession, choice: Choice | None) -> dict[str, str]:
    """A choice as the audit tells it: the account by its title, the service by `<system>:<code>`."""
    if choice is None:
        return {}
    account = portals.connection(session, who.portal_id, choice.connection_id)
    return {
        "connection": account.title if account else str(choice.connection_id),
        "service": f"{account.system}:{choice.service}" if account else choice.service,
    }
