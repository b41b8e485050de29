"""A manager begins a return in the deal's tab: rows, quantities, reasons; late ones with their word for it.

What may still come back is read with the person's own key when the form opens. One press is one act of the portal's
lane, which reads the deal itself and decides; the page asks after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from b24app.bitrix24.fields import names_of
from b24app.flows.legs import PICKED
from b24app.flows.returns.basis import Basis
from b24app.flows.returns.effects import Actor
from b24app.flows.returns.rules import ReturnRules
from b24app.flows.returns.sold import sold_of
from b24app.frames import pages
from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.formats import portal_zone
from b24app.frames.parts import PageParts, answer_errors, session_of, trace
from b24app.frames.session import PageSession
from b24app.logistics.status import Status
from b24app.store import audit, portals, return_acts, return_basis, returns
from b24app.store.engine import read_scope, session_scope
from b24app.store.faces.deal import tab_facts
from b24app.store.models import ActState
from b24app.store.return_acts import Act, ActKind, Wanted
from placements.asking import is_key, new_key
from placements.deal_tab import PLACEMENT
from placements.person import own_client, read_deal
from placements.return_words import problem_text, stage_chip
from placements.tab_returns_form import (
    BackForm,
    Offer,
    StaleFormError,
    form_of,
    judged_anew,
    known_better,
    offers_of,
    read_form,
)
from placements.tab_returns_view import RIGHT

FORM, WAITING, DONE = "tab/returns_form.html", "tab/returns_wait.html", "tab/returns_done.html"


def blueprint(parts: PageParts) -> Blueprint:
    """The addresses, joined to `parts`."""
    bp = Blueprint("tab_returns", __name__)
    answer_errors(bp)
    desk = Returns(parts)
    bp.post("/tab/returns")(desk.opened)
    bp.post("/tab/returns/begin")(desk.begin)
    bp.post("/tab/returns/asked")(desk.asked)
    return bp


class Returns:
    """The handlers."""

    def __init__(self, parts: PageParts) -> None:
        self._parts = parts

    def opened(self) -> Response:
        """The form with what may still come back, as the person's own key reads the deal now."""
        parts, who, now = self._parts, session_of(self._parts, PLACEMENT, RIGHT), self._parts.clock.now()
        with read_scope(parts.sessions) as session:
            portal = portals.get(session, who.portal_id)
            names = names_of(portals.field_map(session, who.portal_id), portal.settings)
        client = own_client(parts, portal, who, request.form.get("AUTH_ID", ""))
        deal = read_deal(client, who.entity_id, names).deal
        with read_scope(parts.sessions) as session:
            facts = tab_facts(session, who.portal_id, who.entity_id, deal.category)
            basis = _basis(session, who)
        came = [each.status_at for each in facts.every if each.status is Status.DELIVERED and each.leg != PICKED]
        rules = ReturnRules.of(portal.settings)
        sold = known_better(sold_of(deal.rows), basis.sold if basis is not None else ())
        zone = portal_zone(portal.language)
        others = [each.case for each in facts.returned.returns]
        offers = offers_of(sold, others, max(came, default=None), rules, zone, now)
        formats = pages.viewer_of(who, now).formats
        if basis is None:
            self._have_read(who)
        return self._drawn(who, form_of(offers, rules, formats, may_approve=True))

    def _have_read(self, who: PageSession) -> None:
        """Articles and sections are the catalogue's, which only the portal's lane reads: until the form is sent they
        are there."""
        now = self._parts.clock.now()
        key = f"tab:read:{who.entity_id}:{now:%Y%m%d%H%M}"
        wanted = Wanted(ActKind.READ, key, Actor.PERSON, who.entity_id, by=who.user_id, name=who.name, source="tab")
        with session_scope(self._parts.sessions) as session:
            lane = return_acts.ask(session, who.portal_id, wanted, now=now, trace_id=trace(), people=True)
        if lane is not None:
            self._parts.waker.wake(lane)

    def begin(self) -> Response:
        """What was chosen begins a return: one press, one act."""
        parts, who, now = self._parts, session_of(self._parts, PLACEMENT, RIGHT), self._parts.clock.now()
        key = _key(request.form)
        wishes, form = self._read(who)
        if form.errors:
            return self._drawn(who, form, key)
        typed = form.typed
        given = {"wishes": list(wishes), "note": typed.note, "override": typed.why, "approve": typed.approve}
        wanted = Wanted(
            ActKind.BEGIN, f"tab:{key}", Actor.PERSON, who.entity_id, given=given, by=who.user_id, name=who.name,
            source="tab",
        )  # fmt: skip
        with session_scope(parts.sessions) as session:
            lane = return_acts.ask(session, who.portal_id, wanted, now=now, trace_id=trace(), people=True)
            if lane is not None:
                audit.write(
                    session, who.portal_id, audit.Act.RETURN_BEGUN, now, by=who.author, deal_id=who.entity_id,
                    detail={"key": key},
                )  # fmt: skip
        if lane is not None:
            parts.waker.wake(lane)
        return self._fragment(who, WAITING, key=key, values=_values(request.form))

    def asked(self) -> Response:
        """What came of it: the return, or the form again with what speaks against it; 204 while nothing came yet."""
        who = session_of(self._parts, PLACEMENT, RIGHT)
        with read_scope(self._parts.sessions) as session:
            act = return_acts.by_key(session, who.portal_id, f"tab:{_key(request.form)}")
            if act is None or act.wanted.deal_id != who.entity_id or act.wanted.by != who.user_id:
                raise PageError(ErrorCode.OUT_OF_DATE, "no such press")
            if act.state is ActState.WAITING:
                return pages.nothing_new(who, self._parts.signer)
            if act.state is ActState.DONE:
                return self._done(session, who, act)
        _, form = self._read(who)
        return self._drawn(who, form, problems=tuple(problem_text(each, who.lang) for each in act.problems))

    def _done(self, session: Session, who: PageSession, act: Act) -> Response:
        formats = pages.viewer_of(who, self._parts.clock.now()).formats
        kept = returns.get(session, who.portal_id, act.wanted.return_id or 0)
        if kept is None:
            raise PageError(ErrorCode.OUT_OF_DATE, "the return is gone")
        chip = stage_chip(kept.case.stage, formats)
        return self._fragment(who, DONE, id=kept.id, number=kept.case.number, chip=chip)

    def _read(self, who: PageSession) -> tuple[tuple[object, ...], BackForm]:
        now = self._parts.clock.now()
        formats = pages.viewer_of(who, now).formats
        with read_scope(self._parts.sessions) as session:
            portal = portals.get(session, who.portal_id)
            basis = _basis(session, who)
        rules, zone = ReturnRules.of(portal.settings), portal_zone(portal.language)

        def anew(offers: Sequence[Offer]) -> tuple[Offer, ...]:
            if basis is None:
                return tuple(offers)
            return judged_anew(offers, basis.sold, basis.delivered_at, rules, zone, now)

        try:
            return read_form(request.form, rules, formats, may_approve=True, anew=anew)
        except StaleFormError as error:
            raise PageError(ErrorCode.BAD_INPUT, str(error), "made_of") from error

    def _drawn(self, who: PageSession, form: BackForm, key: str = "", problems: tuple[str, ...] = ()) -> Response:
        return self._fragment(who, FORM, form=form, key=key or new_key(), problems=problems, name=who.name)

    def _fragment(self, who: PageSession, template: str, **context: object) -> Response:
        viewer = pages.viewer_of(who, self._parts.clock.now())
        return pages.fragment(template, viewer, who, self._parts.signer, **context)


def _basis(session: Session, who: PageSession) -> Basis | None:
    return return_basis.of_deals(session, who.portal_id, [who.entity_id]).get(who.entity_id)


def _key(form: Mapping[str, str]) -> str:
    key = form.get("key", "")
    if not is_key(key):
        raise PageError(ErrorCode.BAD_INPUT, "no idempotency key")
    return key


def _values(form: Mapping[str, str]) -> list[tuple[str, str]]:
    """The form as it was sent: it comes back when the act is refused."""
    return [(name, value) for name, value in form.items() if name not in ("key", "AUTH_ID")]
