"""Putting one field of a deal right in its row of the list: read and written with the person's own key, kept as was and
became, and shipped again. What takes more than one field is done in the deal's tab."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import Response, request

from b24app.flows.destination import MAX_ADDRESS
from b24app.flows.snapshot import Role
from b24app.frames import pages
from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.parts import PageParts, session_of
from b24app.frames.rights import Right
from b24app.frames.session import PageSession
from b24app.frames.words import Words
from b24app.logistics.phones import read_phones
from placements import tab_address_saving as saving
from placements.asking import ask, is_key, new_key
from placements.deal_list_drawing import Drawing
from placements.deal_list_view import FIX_OF, FIXES
from placements.problem_words import problem_view
from placements.tab_address import Deal
from placements.tab_address_view import Held

FORM, DONE = "parts/deals_fix.html", "parts/deals_fixed.html"


@dataclass(frozen=True, slots=True)
class OneField:
    """What one field is to hold, and what it held when the person began."""

    role: Role
    value: str
    was: Mapping[Role, str]

    def roles(self, held: Held) -> dict[str, str]:
        return {self.role: self.value} if self.role in held.roles else {}


class Fixing:
    """The handlers of a row's form."""

    def __init__(self, parts: PageParts, draw: Drawing, placement: str, also: tuple[str, ...]) -> None:
        self._parts, self._draw, self._pages = parts, draw, (placement, also)

    def opened(self, deal_id: int, kind: str) -> Response:
        """The field as the deal holds it now."""
        who, role, deal = self._begin(deal_id, kind)
        return self._form(who, deal, role, kind, deal.held.of(role))

    def save(self, deal_id: int, kind: str) -> Response:
        """Writes the field and ships; the form again when the value cannot be right or somebody else was quicker."""
        who, role, deal = self._begin(deal_id, kind)
        value, was = request.form.get("value", "").strip(), request.form.get("was", "")
        key, t = request.form.get("key", ""), pages.viewer_of(who, self._parts.clock.now()).formats.words
        if not is_key(key):
            raise PageError(ErrorCode.BAD_INPUT, "no idempotency key")
        now = deal.held.of(role)
        if not saving.same(now, was) and not saving.same(now, value):
            return self._form(who, deal, role, kind, now, t("deals.fix.changed"))
        wrong = wrong_in(kind, value, t)
        wanted = OneField(role, value, {role: was})
        wrong = wrong or saving.write(deal.client, deal_id, wanted, deal.held, deal.names)
        if wrong:
            return self._form(who, deal, role, kind, value, wrong)
        saving.keep(self._parts, who, deal.portal, wanted, deal.held, key)
        ask(self._parts, who, "retry" if deal.facts.problems or deal.facts.shipments else "ship_now", deal_id, key)
        mark = self._draw.mark(who, deal_id, deal.snapshot.category)
        return self._draw.fragment(replace(who, entity_id=0), DONE, m=mark)

    def _begin(self, deal_id: int, kind: str) -> tuple[PageSession, Role, Deal]:
        """Raises PageError, also of a deal that this person may not read."""
        placement, also = self._pages
        who = replace(session_of(self._parts, placement, Right.SHIP, also), entity_id=deal_id)
        role = FIXES.get(kind)
        if role is None:
            raise PageError(ErrorCode.BAD_INPUT, f"nothing to fix: {kind}")
        return who, role, Deal(self._parts, who)

    def _form(self, who: PageSession, deal: Deal, role: Role, kind: str, value: str, wrong: str = "") -> Response:
        formats = pages.viewer_of(who, self._parts.clock.now()).formats
        mine = [each for each in deal.facts.problems if FIX_OF.get(each.problem.field) == kind]
        title = problem_view(mine[0], formats, deal.facts.connection, deal.titles).title if mine else ""
        context: dict[str, Any] = {
            "deal_id": who.entity_id,
            "kind": kind,
            "title": title or deal.titles.get(role) or formats.words(f"deals.fix.{kind}"),
            "value": value,
            "was": deal.held.of(role),
            "other": deal.held.contact.get(role, "") if deal.held.contact.get(role, "") != value else "",
            "wrong": wrong,
            "key": new_key(),
        }
        return self._draw.fragment(replace(who, entity_id=0), FORM, **context)


def wrong_in(kind: str, value: str, t: Words) -> str:
    """Why this value cannot be right; "" when it can."""
    if kind == "phone":
        return "" if read_phones(value) else t("address.error.phone")
    if not value:
        return t("address.error.empty")
    return t("address.error.long", n=len(value), most=MAX_ADDRESS) if len(value) > MAX_ADDRESS else ""
